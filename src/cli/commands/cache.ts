/** `kbuild cache`: what is kept between runs, by the folders of the store's root, and the removal of it. */

import {lstat, mkdir, readdir, rename} from 'node:fs/promises';
import {join} from 'node:path';
import type {Command} from 'commander';
import {badInput, failure} from '../../base/diagnostic.ts';
import {removeTree, Store} from '../../base/store.ts';
import {nearestHint} from '../../recipe/nearest.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';
import {formatBytes} from '../terminal.ts';
import {storeRoot} from '../workshop.ts';

/** `entries` are the finished ones of a stage; other folders have none. */
type Folder = {readonly name: string; readonly entries: number; readonly bytes: number};

/** Removed only by name: the launcher's Node, the versions of packages that nothing but these files knows, and unsaved work. */
const lasting = ['node', 'locks', 'menuconfig'];

export function cacheCommand(surroundings: Surroundings): Command {
  const {terminal} = surroundings;
  const store = new Store(storeRoot(surroundings));
  const command = newCommand('cache', 'Show or clean what is kept between runs', [
    'kbuild cache',
    'kbuild cache clean',
    'kbuild cache clean kernel objects ccache',
    'KBUILD_CACHE=/var/cache/kbuild kbuild cache --json',
  ]).action(async (options: CommonOptions) => {
    const folders = await foldersOf(store);
    const bytes = sumOf(folders);
    respond(terminal, 'cache', options, {
      value: {root: store.root, bytes, folders},
      result: `${store.root}: ${formatBytes(bytes)}\n${rows(folders)}`,
    });
  });
  const clean = newCommand('clean', 'Remove what is kept between runs', [
    'kbuild cache clean',
    'kbuild cache clean kernel objects ccache',
  ])
    .argument(
      '[folder...]',
      `what to remove, as \`kbuild cache\` lists it (default: all but ${lasting.join(', ')})`,
    )
    // --json and --quiet are also flags of `cache` itself, which takes them first.
    .action(async (wanted: readonly string[], _: CommonOptions, self: Command) => {
      const removed = await removeFolders(store, wanted);
      const bytes = sumOf(removed);
      respond(terminal, 'cache clean', self.optsWithGlobals<CommonOptions>(), {
        value: {root: store.root, bytes, removed},
        words: `${store.root}: ${formatBytes(bytes)} freed\n${rows(removed)}`,
      });
    });
  return command.addCommand(clean);
}

function sumOf(folders: readonly Folder[]): number {
  return folders.reduce((sum, {bytes}) => sum + bytes, 0);
}

function rows(folders: readonly Folder[]): string {
  return folders
    .map(({name, entries, bytes}) => {
      const count = entries === 0 ? '' : `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
      return `  ${name.padEnd(16)} ${formatBytes(bytes).padStart(8)}  ${count}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** Everything below the store's root, finished or not. */
async function foldersOf(store: Store): Promise<readonly Folder[]> {
  const finished = await store.list();
  const folders: Folder[] = [];
  for (const name of await folderNames(store)) {
    const entries = finished.filter(({stage}) => stage === name).length;
    folders.push({name, entries, bytes: await bytesOf(join(store.root, name))});
  }
  return folders;
}

async function folderNames(store: Store): Promise<readonly string[]> {
  const all = await readdir(store.root, {withFileTypes: true}).catch(() => []);
  return all
    .filter((entry) => entry.isDirectory())
    .map(({name}) => name)
    .sort();
}

/** The space a tree takes on the disk; what vanishes while it is counted does not count. */
async function bytesOf(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return 0;
  const own = stats.blocks * 512;
  if (!stats.isDirectory()) return own;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => bytesOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, own);
}

/**
 * Removes folders of the store's root, and says what they were.
 * @throws KbuildError (2) for a name that is none, (1) while another kbuild uses the store
 */
async function removeFolders(store: Store, wanted: readonly string[]): Promise<readonly Folder[]> {
  const known = await folderNames(store);
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const hint = nearestHint(name, known) ?? `there are: ${known.join(', ') || 'none'}`;
    throw badInput('unknown-folder', `there is no ${name} in ${store.root}`, {hint});
  }
  const lock = await store.tryOwn();
  if (lock === undefined) {
    throw failure('cache-in-use', `another kbuild is using ${store.root}`, {
      hint: 'wait until it has ended, and clean then',
    });
  }
  try {
    const chosen = (await foldersOf(store)).filter(({name}) =>
      wanted.length === 0 ? !lasting.includes(name) : wanted.includes(name),
    );
    // Moved away first: a removal that is cut short leaves no half of an entry under its name.
    const gone = join(store.root, 'removed');
    await removeTree(gone);
    await mkdir(gone);
    for (const {name} of chosen) {
      if (name !== 'removed') await rename(join(store.root, name), join(gone, name));
    }
    await removeTree(gone);
    return chosen;
  } finally {
    await lock.release();
  }
}
