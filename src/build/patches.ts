/** A kernel source with a recipe's patches applied: a copy, kept by the digests of the source and of the patches. */

import {readlinkSync} from 'node:fs';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {badInput, failure, type KbuildError} from '../base/diagnostic.ts';
import {digestOf} from '../base/digest.ts';
import type {Workshop} from '../base/store.ts';
import type {Patch} from '../recipe/recipe.ts';
import type {Builder} from './container.ts';
import {type KernelSource, kernelRelease, requireUnchangedSource} from './source.ts';
import {leadsOut} from './source-links.ts';

type ReadPatch = Patch & {readonly bytes: Uint8Array; readonly sha256: string};

/**
 * The source with the patches applied in order, each at its exact context; the source itself where there are none.
 *
 * @throws exit 2 (`patch-does-not-apply`) with what `patch` says, at the line of the recipe that names it, or
 *   (`patch-leads-out`) where it makes a link out of the tree; what `requireUnchangedSource` throws
 */
export async function obtainPatchedSource(
  workshop: Workshop,
  builder: Builder,
  source: KernelSource,
  named: readonly Patch[],
): Promise<KernelSource> {
  if (named.length === 0) return source;
  const patches = await Promise.all(named.map(readPatch));
  const entry = await workshop.store.obtain<{readonly release: string}>(workshop, {
    name: 'patched-source',
    title: `kernel source ${source.release} with ${patches.length === 1 ? 'a patch' : `${patches.length} patches`}`,
    version: 1,
    inputs: {source: source.digest, patches: patches.map(({sha256}) => sha256)},
    needsBytes: 2e9,
    make: async (dir) => {
      await copyTree(workshop, builder, source, dir);
      for (const patch of patches) await applyPatch(workshop, builder, {source, patch, dir});
      await requireLinksInside(workshop, builder, {source, patches, dir});
      return {release: await kernelRelease(join(dir, 'tree'))};
    },
    summary: ({release}) => release,
  });
  return {
    kind: 'patched',
    dir: join(entry.dir, 'tree'),
    digest: entry.digest,
    release: entry.value.release,
    patches: patches.map(({path, sha256}) => ({name: basename(path), sha256})),
  };
}

/** Read once, so that what is applied is what the digest says. */
async function readPatch(patch: Patch): Promise<ReadPatch> {
  const bytes = await readFile(patch.path).catch((error: NodeJS.ErrnoException) => {
    throw badInput('no-patch', `the patch ${patch.path} cannot be read: ${error.code}`, {place: patch.place});
  });
  return {...patch, bytes, sha256: digestOf(bytes)};
}

async function copyTree(
  workshop: Workshop,
  builder: Builder,
  source: KernelSource,
  dir: string,
): Promise<void> {
  await mkdir(join(dir, 'tree'));
  const copied = await builder.capture({
    argv: ['rsync', '--archive', '--no-owner', '--no-group', '--exclude=/.git', '/src/', '/out/tree/'],
    mounts: [
      {source: source.dir, target: '/src', readOnly: true},
      {source: dir, target: '/out', readOnly: false},
    ],
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  if (copied.outcome !== 'ok') {
    throw failure('copy-failed', `${source.dir} could not be copied: ${copied.stderr.trim().split('\n')[0]}`);
  }
  await requireUnchangedSource(workshop, source);
}

async function applyPatch(
  workshop: Workshop,
  builder: Builder,
  {source, patch, dir}: {source: KernelSource; patch: ReadPatch; dir: string},
): Promise<void> {
  const file = join(dir, 'patch');
  await writeFile(file, patch.bytes);
  const applied = await builder.capture({
    argv: [
      'patch',
      '--directory=/out/tree',
      '--strip=1',
      '--input=/in/patch',
      '--batch',
      '--forward',
      // Context that has changed is for people to look at.
      '--fuzz=0',
      '--no-backup-if-mismatch',
      '--reject-file=-',
    ],
    mounts: [
      {source: dir, target: '/out', readOnly: false},
      {source: file, target: '/in/patch', readOnly: true},
    ],
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  await rm(file);
  if (applied.outcome !== 'ok') throw doesNotApply(patch, source, `${applied.stdout}\n${applied.stderr}`);
}

/** The first thing that `patch` has against a patch, and the file it was at. */
function doesNotApply({path, place}: Patch, {release}: KernelSource, said: string): KbuildError {
  const lines = said.split('\n').map((line) => line.replace(/^patch: \*\*\*\* /, '').trim());
  const isProgress = (line: string): boolean =>
    line === '' || /^patching |^Hunk #\d+ succeeded|^checking /.test(line);
  const at = lines.findIndex((line) => !isProgress(line));
  const before = lines.slice(0, Math.max(0, at)).findLast((line) => line.startsWith('patching file '));
  const where = before === undefined ? '' : `${before.slice('patching file '.length)}: `;
  const message = `${basename(path)} does not apply to the kernel ${release}: ${where}${lines[at] ?? 'patch says nothing'}`;
  return badInput('patch-does-not-apply', message, {
    place,
    hint: 'bring the patch up to date with this kernel, or say with `when` for which kernels it is',
  });
}

/** A patch can make links: one out of the tree would be followed on this machine. */
async function requireLinksInside(
  workshop: Workshop,
  builder: Builder,
  {source, patches, dir}: {source: KernelSource; patches: readonly Patch[]; dir: string},
): Promise<void> {
  const listed = await builder.capture({
    argv: ['find', '/out/tree', '-type', 'l', '-printf', '%P\\0'],
    mounts: [{source: dir, target: '/out', readOnly: true}],
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  if (listed.outcome !== 'ok')
    throw failure('patch-failed', `its links could not be listed: ${listed.stderr}`);
  const tree = join(dir, 'tree');
  const stray = listed.stdout
    .split('\0')
    .find((link) => link !== '' && leadsOut(tree, link) && target(tree, link) !== target(source.dir, link));
  if (stray === undefined) return;
  const {place} = patches.at(-1)!;
  throw badInput(
    'patch-leads-out',
    `a patch makes the link ${stray}, which leads out of the kernel's source`,
    {
      place,
    },
  );
}

function target(tree: string, link: string): string | undefined {
  try {
    return readlinkSync(join(tree, link));
  } catch {
    return undefined;
  }
}
