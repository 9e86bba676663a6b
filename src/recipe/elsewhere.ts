/** Other kernels than the one a recipe is resolved against: which of them has a symbol. */

import type {KconfigModel} from '../kconfig/index.ts';
import {compareReleases} from './condition.ts';

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
  /** Read when they are asked for: where all goals can be had, nobody does. */
  readonly others: () => readonly OtherKernel[];
};

/** `since Linux 6.12.107`, `until Linux 5.10.223`, `on arm64`: where a symbol is declared; undefined if nowhere. */
export function whereKnown(name: string, {release, arch, others}: Elsewhere): string | undefined {
  const knows = ({model}: OtherKernel) => (model.find(name)?.nodes.length ?? 0) > 0;
  const having = others().filter(knows);
  if (having.length === 0) return undefined;
  const here = having.filter((other) => other.release === release && other.arch !== arch);
  if (here.length > 0) return `this kernel has it on ${here.map((other) => other.arch).join(' and ')}`;
  const releases = [...new Set(having.map((other) => other.release))].sort(compareReleases);
  const newer = releases.filter((other) => compareReleases(other, release) > 0);
  const older = releases.filter((other) => compareReleases(other, release) < 0);
  if (older.length === 0) return `it is known since Linux ${newer[0]!}`;
  if (newer.length === 0) return `it is known until Linux ${older.at(-1)!}`;
  return `Linux ${releases.join(' and ')} have it`;
}
