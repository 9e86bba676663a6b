/**
 * Whether a file is what it was. As in git's index (racy-git.txt), stat data save the reading, and content decides in
 * doubt: a file that was written when it was looked at may be written again without its stat data telling.
 */

import {existsSync, readFileSync, type Stats, statSync} from 'node:fs';

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

function nodePath(path: string): string | Buffer {
  return plain.test(path) ? path : Buffer.from(path, 'latin1');
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(nodePath(path), ifThere);
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

/** Whether what is there was put there or changed after `since`, so that what was read before may be something else. */
export function isNewerThan({stat}: Witness, since: number): boolean {
  return stat !== undefined && Math.max(stat[4]!, stat[5]!) > since;
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
 * Many witnesses in columns of bytes: as objects, or as text, they would take longer to read than the files to be looked
 * at. They are the stat data, six numbers each, and zeros where nothing was; the digests, zeros where none was taken;
 * whether the stat data alone prove nothing; and the paths, with a NUL between each and the next.
 */
export function packWitnesses(all: readonly Witness[]): Uint8Array {
  // What a script names may hold one, and then there never is such a file.
  const witnesses = all.filter(({path}) => !path.includes('\0'));
  const {stats, digests, racy, paths, length} = columnsFor(witnesses.length);
  const text = Buffer.from(witnesses.map(({path}) => path).join('\0'), 'latin1');
  const bytes = Buffer.alloc(length + text.length);
  const numbers = new Float64Array(witnesses.length * statWidth);
  for (const [row, {stat, digest, racy: isRacy}] of witnesses.entries()) {
    if (stat) numbers.set(stat, row * statWidth);
    if (digest !== undefined) bytes.write(digest, digests + row * digestWidth, 'hex');
    if (isRacy) bytes[racy + row] = 1;
  }
  bytes.writeDoubleLE(witnesses.length);
  bytes.set(new Uint8Array(numbers.buffer), stats);
  bytes.set(text, paths);
  return bytes;
}

const statWidth = 6;
const digestWidth = 32;
const noDigest = '00'.repeat(digestWidth);

/** Where the columns begin, after the number of rows. */
function columnsFor(rows: number) {
  const stats = 8;
  const digests = stats + rows * statWidth * 8;
  const racy = digests + rows * digestWidth;
  const paths = racy + rows;
  return {stats, digests, racy, paths, length: paths};
}

/**
 * Whether each path of packed witnesses, which begin at a multiple of eight, still shows what was seen there. Broken ones
 * do not.
 */
export function areUnchanged(packed: Uint8Array): boolean {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const rows = bytes.length < 8 ? Number.NaN : bytes.readDoubleLE();
  const columns = columnsFor(rows);
  if (!Number.isInteger(rows) || rows < 0 || columns.length > bytes.length) return false;
  const stats = new Float64Array(bytes.buffer, bytes.byteOffset + columns.stats, rows * statWidth);
  const paths = bytes.toString('latin1', columns.paths).split('\0');
  if (paths.length !== Math.max(rows, 1)) return false;
  for (let row = 0; row < rows; row++) {
    const path = paths[row]!;
    const at = row * statWidth;
    // No file has the mode 0.
    if (stats[at + 2] === 0) {
      if (!isMissing(path)) return false;
      continue;
    }
    const now = statIfThere(path);
    if (!now) return false;
    const isSame =
      now.dev === stats[at] &&
      now.ino === stats[at + 1] &&
      now.mode === stats[at + 2] &&
      now.size === stats[at + 3] &&
      now.mtimeMs === stats[at + 4] &&
      now.ctimeMs === stats[at + 5];
    if (isSame && bytes[columns.racy + row] === 0) continue;
    const start = columns.digests + row * digestWidth;
    const digest = bytes.toString('hex', start, start + digestWidth);
    if (digest === noDigest || digest !== contentDigest(path, now)) return false;
  }
  return true;
}

/** Whether there is nothing at a path, or nothing that can be looked at. */
export function isMissing(path: string): boolean {
  return !existsSync(nodePath(path));
}
