/**
 * `npm run parity -- --tree DIR`: every architecture and mode of a kernel tree, by the tree's own conf and by kbuild,
 * every file and output compared byte for byte.
 */

import {existsSync, rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {Command} from 'commander';
import {buildOracle} from '../oracle/build.ts';
import {ended, startChild} from '../oracle/child.ts';
import type {Compared, Request} from './architecture.ts';
import {architectures} from './architectures.ts';
import {followingModes, type Selection, startModes} from './plan.ts';
import {Table} from './table.ts';

const description = `Compares kbuild's Kconfig engine with the conf of a kernel tree.

The tree's Makefile builds its conf and tells the environment of each architecture. To save hours, the objects of that
conf are linked once more with prove/oracle/conf-server.c: the process is forked after conf_parse(), so that the Kconfig
files are read once for many runs, and each $(shell) command is run once for an architecture; both sides get that
answer from then on (the answers depend only on the tool chain and the environment). With --no-replay neither is done:
each run is a process of the very program the Makefile made, and runs all of its probes; nor is the one line of expr.c
mended that is undefined behaviour in Linux 6.12 to 7.2 (a bool compared with \`!= y\`).`;

type Options = {
  tree: string;
  arch?: string[];
  mode?: string[];
  jobs: string;
  sample?: boolean;
  replay: boolean;
  out?: string;
  seeds?: string;
};

function selectionOf(options: Options): Selection {
  const sample = options.sample ?? false;
  return {
    modes: options.mode ?? [...startModes, ...followingModes],
    seeds: Number(options.seeds ?? (sample ? 2 : 20)),
    everyDefconfig: sample ? 40 : 1,
  };
}

async function compareArchitecture(request: Request, table: Table): Promise<void> {
  const child = startChild(new URL('./architecture.js', import.meta.url), request);
  child.on('message', (compared: Compared) => table.add(compared));
  const crash = await ended(child);
  if (crash !== undefined) {
    const milliseconds = {theirs: 0, ours: 0};
    const where = {arch: request.arch, mode: 'process', title: 'kbuild'};
    table.add({...where, difference: crash, isEndless: false, milliseconds});
  }
}

async function main(options: Options): Promise<boolean> {
  const started = performance.now();
  const tree = resolve(options.tree);
  const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const scratch = await mkdtemp(join(fast, 'kbuild-parity-'));
  try {
    const oracle = await buildOracle(
      tree,
      options.out === undefined ? join(scratch, 'build') : resolve(options.out),
    );
    const sample = ['x86_64', 'arm64', 'riscv'];
    const waiting = [...(options.arch ?? (options.sample ? sample : architectures(tree)))];
    const table = new Table();
    const selection = selectionOf(options);
    const next = async (): Promise<void> => {
      for (let arch = waiting.shift(); arch !== undefined; arch = waiting.shift()) {
        await compareArchitecture({oracle, arch, selection, replay: options.replay, scratch}, table);
        process.stderr.write(`${arch}: ${table.summary(arch)}\n`);
      }
    };
    await Promise.all(Array.from({length: Number(options.jobs)}, next));
    process.stdout.write(table.text());
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const endless = table.endless > 0 ? `, ${table.endless} that conf does not end` : '';
    process.stdout.write(
      `${table.compared} compared, ${table.different} different${endless}, ${minutes} min\n`,
    );
    return table.different === 0 && table.compared > 0;
  } finally {
    rmSync(scratch, {recursive: true, force: true});
  }
}

const command = new Command('parity')
  .description(description)
  .requiredOption('--tree <dir>', 'a kernel tree, which is left as it is')
  .option('--arch <arch...>', 'values of ARCH (all of them)')
  .option(
    '--mode <mode...>',
    'modes of conf (all of them; those that need a .config need a start, such as allnoconfig)',
  )
  .option('--seeds <n>', 'seeds of randconfig: 1 to this (20)')
  .option('--jobs <n>', 'architectures at a time', '1')
  .option('--sample', 'three architectures, few defconfigs and seeds')
  .option('--out <dir>', 'where the oracle is built, and used again (a scratch directory)')
  .option('--no-replay', 'a process for each run, real probes: the slow, literal way');

process.exitCode = (await main(command.parse().opts<Options>())) ? 0 : 1;
