/** The lines of kernels that are known, and which releases of Debian go with each. */

import {compareReleases} from '../recipe/condition.ts';

/** Debian's releases that parts of a build are made of. */
export type KernelLine = {
  /** `6.1`. */
  readonly version: string;
  /** Whose compiler fits this line. Its package linux-source-VERSION is the line's source. */
  readonly builder: string;
  /** Whose packages images are made of. Never older than `builder`: programs built there run here. */
  readonly userland: string;
};

/**
 * Oldest first. 5.10 is compiled as Debian 11 did (gcc 10), and runs Debian 12's user space, whose OpenZFS and
 * nfs-utils are those of 6.1; 6.12 needs the OpenZFS of Debian 13.
 */
export const kernelLines: readonly KernelLine[] = [
  {version: '5.10', builder: 'bullseye', userland: 'bookworm'},
  {version: '6.1', builder: 'bookworm', userland: 'bookworm'},
  {version: '6.12', builder: 'trixie', userland: 'trixie'},
];

/** The line of a version or release: the newest that is not newer; the oldest for what is older than all. */
export function kernelLineOf(release: string): KernelLine {
  const notNewer = kernelLines.filter(({version}) => compareReleases(version, release) <= 0);
  return notNewer.at(-1) ?? kernelLines[0]!;
}
