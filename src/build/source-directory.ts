/** A kernel source that somebody works in: what it holds, quickly found again when little has changed. */

import {createHash} from 'node:crypto';
import type {BigIntStats} from 'node:fs';
import {lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {readFile, realpath, stat} from 'node:fs/promises';
import {basename, dirname, join, relative} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {badInput, failure, type KbuildError} from '../base/diagnostic.ts';
import {digestOf, digestOfFile} from '../base/digest.ts';
import {replaceFile} from '../base/replace-file.ts';
import type {Workshop} from '../base/store.ts';

/** A file changed this shortly before it was read may change again without its times showing it. */
const racyNs = 2_000_000_000n;
const largeBytes = 16n << 20n;
const filesAtOnce = 500;

/**
 * Refuses a tree in which `make` ran: the kernel's own Makefile then refuses to build elsewhere, as its target
 * `outputmakefile` says.
 *
 * @throws exit 2, also where the tree has no architectures and so is no kernel.
 */
export async function refuseBuiltTree(path: string): Promise<void> {
  const generated = architecturesOf(path)
    .filter((one) => one.isDirectory())
    .map((one) => `arch/${one.name}/include/generated`);
  for (const name of ['.config', 'include/config', ...generated]) {
    if ((await stat(join(path, name)).catch(() => undefined)) === undefined) continue;
    throw badInput('built-source', `${path} was configured or built in place: it has ${name}`, {
      hint: `run \`make mrproper\` in ${path}; it also removes .config, so keep a copy of that`,
    });
  }
}

function architecturesOf(path: string) {
  try {
    return readdirSync(join(path, 'arch'), {withFileTypes: true, encoding: 'utf8'});
  } catch (error) {
    if (!isGone(error)) throw error;
    throw badInput('not-a-kernel', `${path} is no kernel source: it has no directory arch`, {
      hint: 'name the directory whose top is that of a kernel',
    });
  }
}

/**
 * Refuses a tree into which kbuild itself would write: what it leaves there would be part of the next run's source.
 *
 * @param apart absolute paths that kbuild writes below, there or not yet there.
 * @throws exit 2.
 */
export async function requireApart(root: string, apart: readonly string[]): Promise<void> {
  const tree = await realpath(root);
  for (const path of apart) {
    if (!isBelow(tree, await realPathOf(path))) continue;
    throw badInput(
      'output-in-source',
      `${path} is inside the source directory ${root}: what is written there would change the source`,
      {
        hint: 'name an output directory outside of it with --out, and a cache outside of it with KBUILD_CACHE',
      },
    );
  }
}

function isBelow(tree: string, path: string): boolean {
  const [first] = relative(tree, path).split('/');
  return first !== '..';
}

/** With the links resolved in as much of a path as there is. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return dirname(path) === path ? path : join(await realPathOf(dirname(path)), basename(path));
  }
}

/** A file is not there, or no longer. */
function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The fault of a source that somebody changes while kbuild works with it. */
export function sourceChanged(root: string, what: string): KbuildError {
  return failure('source-changed', `${root} changed while kbuild was at work: ${what}`, {
    hint: 'run kbuild again and leave the source alone until it is done, or build from a copy',
  });
}

/** As the kernel's own .gitignore has it; what is missing here only makes a tree count as changed. */
const leftByMake =
  /^\.config|^include\/(?:config|generated)\/|^arch\/[^/]+\/include\/generated\/|^(?:vmlinux|System\.map|modules\.|Module\.symvers)|(?:^|\/)\.[^/]+\.(?:cmd|d)$|\.(?:o|a|ko|mod|mod\.c|order|so|dtb|dtbo|lex\.c|tab\.[ch])$/;

type Leaf = {readonly path: string; readonly stats: BigIntStats};

/**
 * A digest of all files below a directory, by path, content and whether they can be executed; `.git` at the top
 * does not count, and links count by what they name. Contents are read again only of files whose size, times or
 * inode are others than last time.
 *
 * @param inPlace leaves out what `make` leaves in a tree: a configuration, objects, what it generates
 * @throws exit 1 where a file vanishes meanwhile; exit 2 for a name that the index cannot hold.
 */
export async function digestOfTree(workshop: Workshop, root: string, inPlace?: true): Promise<string> {
  const index = join(workshop.store.root, 'source-index', `${digestOf(root)}.tsv`);
  const known = parseIndex(await readFile(index, 'utf8').catch(() => ''));
  const now = BigInt(Date.now()) * 1_000_000n;
  const {leaves, changed} = await readTree(workshop, root, known, inPlace);
  const tree = createHash('sha256');
  const lines: string[] = [];
  for (const {path, stats} of leaves) {
    const digest = known.get(path)!.digest;
    tree.update(`${path}\0${(stats.mode & 0o100n) === 0n ? '-' : 'x'}\0${digest}\n`);
    if (now - stats.ctimeNs > racyNs) lines.push(`${markOf(stats)}\t${digest}\t${path}\n`);
  }
  if (changed.length > 0 || lines.length !== known.size) await replaceFile(index, lines.join(''));
  return tree.digest('hex');
}

/** All files of the tree, sorted by path. `known` is brought up to date for those that had changed. */
async function readTree(
  workshop: Workshop,
  root: string,
  known: Known,
  inPlace?: true,
): Promise<{readonly leaves: readonly Leaf[]; readonly changed: readonly Leaf[]}> {
  try {
    const all = leavesOf(root, '').sort((a, b) => (a.path < b.path ? -1 : 1));
    const leaves = inPlace ? all.filter(({path}) => !leftByMake.test(path)) : all;
    const changed = leaves.filter((leaf) => known.get(leaf.path)?.mark !== markOf(leaf.stats));
    if (changed.length > 0) await readAll(workshop, root, changed, known);
    return {leaves, changed};
  } catch (error) {
    if (isGone(error)) throw sourceChanged(root, `${(error as NodeJS.ErrnoException).path} is gone`);
    throw error;
  }
}

type Known = Map<string, {readonly mark: string; readonly digest: string}>;

function parseIndex(text: string): Known {
  const known: Known = new Map();
  for (const line of text.split('\n')) {
    const [mark, digest, path] = line.split('\t', 3);
    if (mark !== undefined && digest !== undefined && path !== undefined) known.set(path, {mark, digest});
  }
  return known;
}

function markOf({size, mtimeNs, ctimeNs, ino}: BigIntStats): string {
  return `${size}:${mtimeNs}:${ctimeNs}:${ino}`;
}

function leavesOf(root: string, below: string): Leaf[] {
  return readdirSync(join(root, below), {withFileTypes: true, encoding: 'utf8'}).flatMap((one): Leaf[] => {
    const path = below === '' ? one.name : `${below}/${one.name}`;
    if (path === '.git') return [];
    if (/[\t\n]/.test(one.name))
      throw badInput(
        'odd-file-name',
        `${JSON.stringify(path)} in ${root} has a tab or a line end in its name`,
      );
    if (one.isDirectory()) return leavesOf(root, path);
    return one.isFile() || one.isSymbolicLink()
      ? [{path, stats: lstatSync(join(root, path), {bigint: true})}]
      : [];
  });
}

async function readAll(
  workshop: Workshop,
  root: string,
  leaves: readonly Leaf[],
  known: Known,
): Promise<void> {
  const stage = `reading ${root}`;
  const started = performance.now();
  workshop.report({kind: 'started', stage});
  for (const [done, {path, stats}] of leaves.entries()) {
    known.set(path, {mark: markOf(stats), digest: await contentDigest(join(root, path), stats)});
    if (done % filesAtOnce !== 0) continue;
    workshop.report({kind: 'advanced', stage, done, expected: leaves.length, unit: 'files'});
    await setImmediate();
    workshop.signal.throwIfAborted();
  }
  workshop.report({
    kind: 'finished',
    stage,
    outcome: 'made',
    durationMs: performance.now() - started,
    detail: `${leaves.length} files`,
  });
}

/** Small files are read in one call: eighty thousand streams take ten times as long. */
function contentDigest(path: string, stats: BigIntStats): string | Promise<string> {
  if (stats.isSymbolicLink()) return digestOf(`link ${readlinkSync(path)}`);
  return stats.size > largeBytes ? digestOfFile(path) : digestOf(readFileSync(path));
}
