/** `npm run fuzz -- --dialect NAME --tree DIR --trees N`: random trees and configurations, by conf and by kbuild. */

import {existsSync, rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {Worker} from 'node:worker_threads';
import {Command} from 'commander';
import {dialects} from '../../src/kconfig/index.ts';
import {buildOracle} from '../oracle/build.ts';
import type {Message, Request} from './worker.ts';

const description = `Compares kbuild's Kconfig engine with the conf of a kernel tree on random Kconfig trees and .config
files: bytes of all files, messages and exit codes. A find is made as small as it goes and printed with all it needs.

The tree's conf is built by the tree's Makefile and linked once more with prove/oracle/conf-server.c, so that it parses a
tree once for several runs, and outputs of $(shell) are recorded and replayed. Where a comparison with \`!= y\` is
undefined behaviour (expr.c of Linux 6.12 to 7.2) the line is mended first: nothing can be compared with it.`;

type Options = {
  dialect: string;
  tree: string;
  trees: string;
  seed: string;
  jobs: string;
  runs: string;
  finds: string;
  out?: string;
};

/** A tree that takes this long hangs: the C tool is ended after 20 s. */
const hangMs = 60_000;

class Fuzzing {
  readonly #request: Omit<Request, 'first' | 'scratch'>;
  readonly #mostFinds: number;
  readonly #scratch: string;
  readonly #signatures = new Map<string, number>();
  trees = 0;
  refused = 0;
  runs = 0;
  readonly crashSeeds: number[] = [];
  finds = 0;

  constructor(request: Omit<Request, 'first' | 'scratch'>, mostFinds: number, scratch: string) {
    this.#request = request;
    this.#mostFinds = mostFinds;
    this.#scratch = scratch;
  }

  /** Every `step`-th seed from `first`; begins again behind a seed that crashes or hangs the thread. */
  async work(first: number): Promise<void> {
    let from = first;
    while (from < this.#request.end && this.#signatures.size < this.#mostFinds) {
      const stopped = await this.#thread(from);
      if (!stopped) return;
      this.#report(`=== seed ${stopped.seed}: ${stopped.why}\n`, stopped.why);
      from = stopped.seed + this.#request.step;
    }
  }

  async #thread(first: number): Promise<{seed: number; why: string} | undefined> {
    const scratch = join(this.#scratch, String(first));
    const workerData: Request = {...this.#request, first, scratch};
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData,
      resourceLimits: {maxOldGenerationSizeMb: 1024},
    });
    const inHand = new Map<number, number>();
    let why: string | undefined;
    worker.on('message', (message: Message) => {
      if (message.kind === 'begin') inHand.set(message.seed, performance.now());
      else if (message.kind === 'find') this.#report(message.text, message.signature);
      else {
        inHand.delete(message.seed);
        this.trees++;
        this.runs += message.runs;
        if (message.refused) this.refused++;
        if (message.crashes > 0) this.crashSeeds.push(message.seed);
        if (this.#signatures.size >= this.#mostFinds) void worker.terminate();
      }
    });
    let last = performance.now();
    worker.on('message', () => {
      last = performance.now();
    });
    const watch = setInterval(() => {
      if (performance.now() - last < hangMs) return;
      why = 'hang';
      void worker.terminate();
    }, 1000);
    await new Promise<void>((done) => {
      worker.on('error', (error) => {
        why = `crash: ${error.stack ?? error.message}`;
      });
      worker.on('exit', () => done());
    });
    clearInterval(watch);
    return why === undefined ? undefined : {seed: Math.max(first, ...inHand.keys()), why};
  }

  #report(text: string, signature: string): void {
    const known = this.#signatures.get(signature) ?? 0;
    this.#signatures.set(signature, known + 1);
    this.finds++;
    if (known === 0) process.stdout.write(`${text}\n`);
  }
}

async function main(options: Options): Promise<boolean> {
  const started = performance.now();
  if (!dialects.some(({name}) => name === options.dialect)) {
    const names = dialects.map(({name}) => name).join(', ');
    process.stderr.write(`no dialect ${options.dialect}; there are ${names}\n`);
    return false;
  }
  const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const scratch = await mkdtemp(join(fast, 'kbuild-fuzz-'));
  try {
    const out = options.out === undefined ? join(scratch, 'build') : resolve(options.out);
    const {server} = await buildOracle(resolve(options.tree), out);
    const jobs = Number(options.jobs);
    const first = Number(options.seed);
    const trees = Number(options.trees);
    const request = {
      server,
      dialect: options.dialect,
      step: jobs,
      end: first + trees,
      runs: Number(options.runs),
      slots: 4,
    };
    const fuzzing = new Fuzzing(request, Number(options.finds), scratch);
    const progress = setInterval(() => {
      process.stderr.write(
        `${fuzzing.trees} of ${trees} trees, ${fuzzing.runs} runs, ${fuzzing.finds} finds\n`,
      );
    }, 30_000);
    await Promise.all(Array.from({length: jobs}, async (_, job) => fuzzing.work(first + job)));
    clearInterval(progress);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stdout.write(
      `${fuzzing.trees} trees (${fuzzing.refused} refused), ${fuzzing.runs} runs, ${fuzzing.finds} finds, ` +
        `crashes of the C tool in ${fuzzing.crashSeeds.length} trees${fuzzing.crashSeeds.length > 0 ? ` (${fuzzing.crashSeeds.slice(0, 10).join(' ')} …)` : ''}, ${seconds} s\n`,
    );
    return fuzzing.finds === 0 && fuzzing.trees === trees;
  } finally {
    rmSync(scratch, {recursive: true, force: true});
  }
}

const command = new Command('fuzz')
  .description(description)
  .requiredOption('--dialect <name>', dialects.map(({name}) => name).join(', '))
  .requiredOption('--tree <dir>', 'a kernel tree of that dialect, which is left as it is')
  .option('--trees <n>', 'how many', '1000')
  .option('--seed <n>', 'of the first tree; the others follow', '1')
  .option('--runs <n>', 'runs of a tree', '5')
  .option('--jobs <n>', 'threads', '1')
  .option('--finds <n>', 'stop after so many different finds', '10')
  .option('--out <dir>', 'where the oracle is built, and used again (a scratch directory)');

process.exitCode = (await main(command.parse().opts<Options>())) ? 0 : 1;
