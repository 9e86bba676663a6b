/** `kbuild cache`: what the stage store holds, and the removal of it. */

import {lstat, readdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Command} from 'commander';
import {badInput} from '../../base/diagnostic.ts';
import {tryLock} from '../../base/lock.ts';
import {Store} from '../../base/store.ts';
import {nearestHint} from '../../recipe/nearest.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';
import {formatBytes} from '../terminal.ts';
import {storeRoot} from '../workshop.ts';

type StageUse = {readonly stage: string; readonly entries: number; readonly bytes: number};

export function cacheCommand(surroundings: Surroundings): Command {
  const {terminal} = surroundings;
  const store = new Store(storeRoot(surroundings));
  const command = newCommand('cache', 'Show or clean what is kept between runs', [
    'kbuild cache',
    'kbuild cache clean',
    'kbuild cache clean kernel',
    'KBUILD_CACHE=/var/cache/kbuild kbuild cache --json',
  ]).action(async (options: CommonOptions) => {
    const stages = await stageUses(store);
    const bytes = stages.reduce((sum, stage) => sum + stage.bytes, 0);
    const rows = stages.map(
      ({stage, entries, bytes: size}) =>
        `  ${stage.padEnd(16)} ${String(entries).padStart(4)}  ${formatBytes(size).padStart(8)}\n`,
    );
    respond(terminal, 'cache', options, {
      value: {root: store.root, bytes, stages},
      result: `${store.root}: ${formatBytes(bytes)}\n${rows.join('')}`,
    });
  });
  const clean = newCommand('clean', 'Remove what stages have kept', [
    'kbuild cache clean',
    'kbuild cache clean kernel image',
  ])
    .argument('[stage...]', 'the stages to clean (default: all)')
    // --json and --quiet are also flags of `cache` itself, which takes them first.
    .action(async (wanted: readonly string[], _: CommonOptions, self: Command) => {
      const known = [...new Set((await store.list()).map(({stage}) => stage))].sort();
      for (const stage of wanted) {
        if (known.includes(stage)) continue;
        const hint = nearestHint(stage, known) ?? `stored are: ${known.join(', ') || 'none'}`;
        throw badInput('unknown-stage', `nothing is stored of a stage ${stage}`, {hint});
      }
      const {removed, inUse, bytes} = await removeEntries(store, wanted.length === 0 ? known : wanted);
      const held = inUse === 0 ? '' : `; ${inUse} in use by another kbuild were kept`;
      respond(terminal, 'cache clean', self.optsWithGlobals<CommonOptions>(), {
        value: {root: store.root, removed, inUse, bytes},
        words: `removed ${removed} ${removed === 1 ? 'entry' : 'entries'}, ${formatBytes(bytes)}${held}\n`,
      });
    });
  return command.addCommand(clean);
}

async function stageUses(store: Store): Promise<readonly StageUse[]> {
  const uses = new Map<string, {entries: number; bytes: number}>();
  for (const {stage, dir} of await store.list()) {
    const use = uses.get(stage) ?? {entries: 0, bytes: 0};
    uses.set(stage, {entries: use.entries + 1, bytes: use.bytes + (await bytesOf(dir))});
  }
  return [...uses].map(([stage, use]) => ({stage, ...use})).sort((a, b) => a.stage.localeCompare(b.stage));
}

/** The space a tree takes on the disk; what vanishes while it is counted does not count. */
async function bytesOf(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return 0;
  const own = stats.blocks * 512;
  if (!stats.isDirectory()) return own;
  let sum = own;
  for (const name of await readdir(path).catch(() => [])) sum += await bytesOf(join(path, name));
  return sum;
}

type Removal = {readonly removed: number; readonly inUse: number; readonly bytes: number};

async function removeEntries(store: Store, stages: readonly string[]): Promise<Removal> {
  let removed = 0;
  let inUse = 0;
  let bytes = 0;
  for (const {stage, dir} of await store.list()) {
    if (!stages.includes(stage)) continue;
    const lock = await tryLock(`${dir}.lock`);
    if (lock === undefined) {
      inUse++;
      continue;
    }
    try {
      const size = await bytesOf(dir);
      // Renamed first: an entry is there whole or not at all, even while it is being removed.
      const gone = `${dir}.gone`;
      await rm(gone, {recursive: true, force: true});
      await rename(dir, gone);
      await rm(gone, {recursive: true, force: true});
      removed++;
      bytes += size;
    } finally {
      await lock.release();
    }
  }
  return {removed, inUse, bytes};
}
