/**
 * Whether a file is what it was. As in git's index (racy-git.txt), stat data save the reading, and content decides in
 * doubt: a file that was written when it was looked at may be written again without its stat data telling.
 */

import {readFileSync, type Stats, statSync} from 'node:fs';

/** SHA-256. The module is loaded when it is needed first: most runs need none. */
function digestOf(content: Uint8Array): string {
  const {createHash} = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(content).digest('hex');
}

/** What was seen at a path. */
export type Witness = {
  readonly path: string;
  /** Device, inode, mode, size, and the times of content and inode; undefined if there was nothing. */
  readonly stat?: readonly number[];
  /** SHA-256 of the content. */
  readonly digest?: string;
  /** Whether the stat data alone prove nothing. */
  readonly racy?: true;
};

/** Times within this many milliseconds of the look are too near: file systems count in steps of up to two seconds. */
const granularity = 2000;

/** Larger files are not read to find that only their stat data changed. */
const readingLimit = 64 * 1024 * 1024;

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(Buffer.from(path, 'latin1'), {throwIfNoEntry: false});
  } catch {
    return undefined;
  }
}

function dataOf({dev, ino, mode, size, mtimeMs, ctimeMs}: Stats): readonly number[] {
  return [dev, ino, mode, size, mtimeMs, ctimeMs];
}

/**
 * What is at a path (in bytes, as latin1) now. `since` is when its content was read, or earlier. The content's digest
 * is taken of `text`, or of the file where it is needed.
 */
export function witness(path: string, since: number, text?: string): Witness {
  const stats = statIfThere(path);
  if (!stats) return {path};
  const racy = stats.isFile() && Math.max(stats.mtimeMs, stats.ctimeMs) > since - granularity;
  const digest =
    text === undefined
      ? racy
        ? contentDigest(path, stats)
        : undefined
      : digestOf(Buffer.from(text, 'latin1'));
  return {
    path,
    stat: dataOf(stats),
    ...(digest === undefined ? {} : {digest}),
    ...(racy ? {racy} : {}),
  };
}

function contentDigest(path: string, stats: Stats): string | undefined {
  if (!stats.isFile() || stats.size > readingLimit) return undefined;
  try {
    return digestOf(readFileSync(Buffer.from(path, 'latin1')));
  } catch {
    return undefined;
  }
}

/** Whether a path still shows what was seen there. */
export function isUnchanged({path, stat, digest, racy}: Witness): boolean {
  const stats = statIfThere(path);
  if (!stats || !stat) return !stats && !stat;
  if (!racy && dataOf(stats).every((value, i) => value === stat[i])) return true;
  return digest !== undefined && digest === contentDigest(path, stats);
}
