/** Other kernels than the one a recipe is resolved against: which of them has a symbol. */

import type {KconfigModel} from '../kconfig/index.ts';

export type OtherKernel = {
  /** `6.12.107`. */
  readonly release: string;
  readonly arch: string;
  readonly model: KconfigModel;
};

/** The kernel at hand, and the others that are known. */
export type Elsewhere = {
  readonly release: string;
  readonly arch: string;
  readonly others: readonly OtherKernel[];
};

/** Releases by this number are in the order of their age. */
export function orderOfRelease(release: string): number {
  const [major = 0, minor = 0, patch = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return (major * 1000 + minor) * 10_000 + patch;
}

/** `since Linux 6.12.107`, `until Linux 5.10.223`, `on arm64`: where a symbol is declared; undefined if nowhere. */
export function whereKnown(name: string, {release, arch, others}: Elsewhere): string | undefined {
  const knows = ({model}: OtherKernel) => (model.find(name)?.nodes.length ?? 0) > 0;
  const having = others.filter(knows);
  if (having.length === 0) return undefined;
  const here = having.filter((other) => other.release === release && other.arch !== arch);
  if (here.length > 0) return `this kernel has it on ${here.map((other) => other.arch).join(' and ')}`;
  const releases = [...new Set(having.map((other) => other.release))].sort(
    (a, b) => orderOfRelease(a) - orderOfRelease(b),
  );
  const newer = releases.filter((other) => orderOfRelease(other) > orderOfRelease(release));
  const older = releases.filter((other) => orderOfRelease(other) < orderOfRelease(release));
  if (older.length === 0) return `it is known since Linux ${newer[0]!}`;
  if (newer.length === 0) return `it is known until Linux ${older.at(-1)!}`;
  return `Linux ${releases.join(' and ')} have it`;
}
