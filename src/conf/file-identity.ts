/**
 * Whether a file is what it was. As in git's index (racy-git.txt), stat data save the reading, and content decides in
 * doubt: a file that was written when it was looked at may be written again without its stat data telling.
 */

import {readFileSync, type Stats, statSync} from 'node:fs';

/** SHA-256, of a text's latin1 bytes. The module is loaded when it is needed first: most runs need none. */
function digestOf(content: Uint8Array | string): string {
  const {createHash} = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256');
  const done = typeof content === 'string' ? hash.update(content, 'latin1') : hash.update(content);
  return done.digest('hex');
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

const ifThere = {throwIfNoEntry: false} as const;
/** A path that is the same to Node as text, which it takes sooner, and as bytes. */
const plain = /^[ -~]*$/;

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(plain.test(path) ? path : Buffer.from(path, 'latin1'), ifThere);
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
  const digest = text === undefined ? (racy ? contentDigest(path, stats) : undefined) : digestOf(text);
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

/**
 * Many witnesses in columns: as one object each, they would take longer to read than the files to be looked at. Of a
 * path where nothing was, the stat data are zeros; a digest that was not taken is ''.
 */
export type WitnessTable = {
  readonly paths: readonly string[];
  /** `statWidth` numbers for each. */
  readonly stats: readonly number[];
  readonly digests: readonly string[];
  /** Rows whose stat data alone prove nothing. */
  readonly racy: readonly number[];
};

const statWidth = 6;
const noStat: readonly number[] = Array.from({length: statWidth}, () => 0);

export function tableOf(witnesses: readonly Witness[]): WitnessTable {
  return {
    paths: witnesses.map(({path}) => path),
    stats: witnesses.flatMap(({stat}) => stat ?? noStat),
    digests: witnesses.map(({digest}) => digest ?? ''),
    racy: witnesses.flatMap(({racy}, row) => (racy ? [row] : [])),
  };
}

/** Whether each path still shows what was seen there. */
export function areUnchanged({paths, stats, digests, racy}: WitnessTable): boolean {
  const isRacy = new Set(racy);
  for (let row = 0; row < paths.length; row++) {
    const path = paths[row]!;
    const now = statIfThere(path);
    const at = row * statWidth;
    // No file has the mode 0.
    const wasThere = stats[at + 2] !== 0;
    if (!now || !wasThere) {
      if (now || wasThere) return false;
      continue;
    }
    const isSame =
      now.dev === stats[at] &&
      now.ino === stats[at + 1] &&
      now.mode === stats[at + 2] &&
      now.size === stats[at + 3] &&
      now.mtimeMs === stats[at + 4] &&
      now.ctimeMs === stats[at + 5];
    if (isSame && !isRacy.has(row)) continue;
    if (digests[row] === '' || digests[row] !== contentDigest(path, now)) return false;
  }
  return true;
}

/** Whether there is nothing at a path. */
export function isMissing(path: string): boolean {
  return statIfThere(path) === undefined;
}
