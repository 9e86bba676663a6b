/** `npm run fuzz -- --dialect NAME --tree DIR --trees N`: random trees and configurations, by conf and by kbuild. */

import {existsSync, rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {Command} from 'commander';
import {dialects} from '../../src/kconfig/index.ts';
import {buildOracle} from '../oracle/build.ts';
import {ended, startChild} from '../oracle/child.ts';
import type {Message, Request} from './worker.ts';

const description = `Compares kbuild's Kconfig engine with the conf of a kernel tree on random Kconfig trees and .config
files: bytes of all files, messages and exit codes. A find is made as small as it goes and printed with all it needs.

The tree's conf is built by the tree's Makefile and linked once more with prove/oracle/conf-server.c, so that it parses a
tree once for several runs, and outputs of $(shell) are recorded and replayed. Where a comparison with \`!= y\` is
undefined behaviour (expr.c of Linux 6.12 to 7.2) the line is mended first: nothing can be compared with it. Nor can
anything be with a run whose result is another one as soon as freed memory holds other bytes: such runs are counted.`;

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

type Common = Omit<Request, 'again' | 'first' | 'scratch'>;
type Rest = Pick<Request, 'again' | 'first'>;

class Fuzzing {
  readonly #request: Common;
  readonly #mostFinds: number;
  readonly #scratch: string;
  readonly #signatures = new Map<string, number>();
  trees = 0;
  refused = 0;
  runs = 0;
  readonly crashSeeds: number[] = [];
  readonly freedSeeds: number[] = [];
  finds = 0;

  constructor(request: Common, mostFinds: number, scratch: string) {
    this.#request = request;
    this.#mostFinds = mostFinds;
    this.#scratch = scratch;
  }

  /** Every `step`-th seed from `first`; begins again behind a seed that crashes or hangs the process. */
  async work(first: number): Promise<void> {
    let rest: Rest | undefined = {again: [], first};
    while (rest && this.#signatures.size < this.#mostFinds) rest = await this.#child(rest);
  }

  /** What is left to do, if the process did not come to its end. */
  async #child(rest: Rest): Promise<Rest | undefined> {
    const scratch = join(this.#scratch, String(rest.first));
    const request: Request = {...this.#request, ...rest, scratch};
    const child = startChild(new URL('./worker.js', import.meta.url), request);
    const inHand = new Set<number>();
    let {first} = rest;
    let evaluated = first;
    let last = performance.now();
    let hangs = false;
    child.on('message', (message: Message) => {
      last = performance.now();
      if (message.kind === 'begin') {
        inHand.add(message.seed);
        first = Math.max(first, message.seed + request.step);
      } else if (message.kind === 'evaluate') evaluated = message.seed;
      else if (message.kind === 'freed') this.freedSeeds.push(message.seed);
      else if (message.kind === 'find') this.#report(message.text, message.signature);
      else {
        inHand.delete(message.seed);
        this.#count(message);
        if (this.#signatures.size >= this.#mostFinds) child.kill('SIGKILL');
      }
    });
    const watch = setInterval(() => {
      hangs ||= performance.now() - last > hangMs;
      if (hangs) child.kill('SIGKILL');
    }, 1000);
    const crash = await ended(child);
    clearInterval(watch);
    if (crash === undefined || this.#signatures.size >= this.#mostFinds) return undefined;
    const why = hangs ? 'hang' : crash;
    this.#report(`=== seed ${evaluated}: ${why}\n`, why);
    return {again: [...inHand].filter((seed) => seed !== evaluated), first};
  }

  #count({seed, runs, refused, crashes}: Extract<Message, {kind: 'done'}>): void {
    this.trees++;
    this.runs += runs;
    if (refused) this.refused++;
    if (crashes > 0) this.crashSeeds.push(seed);
  }

  #report(text: string, signature: string): void {
    const known = this.#signatures.get(signature) ?? 0;
    this.#signatures.set(signature, known + 1);
    this.finds++;
    if (known === 0) process.stdout.write(`${text}\n`);
  }
}

function treesOf(seeds: readonly number[]): string {
  const shown = seeds.length > 10 ? `${seeds.slice(0, 10).join(' ')} …` : seeds.join(' ');
  return `${seeds.length} trees${shown === '' ? '' : ` (${shown})`}`;
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
        `crashes of the C tool in ${treesOf(fuzzing.crashSeeds)}, freed memory read by it in ${treesOf(fuzzing.freedSeeds)}, ${seconds} s\n`,
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
  .option('--jobs <n>', 'processes', '1')
  .option('--finds <n>', 'stop after so many different finds', '10')
  .option('--out <dir>', 'where the oracle is built, and used again (a scratch directory)');

process.exitCode = (await main(command.parse().opts<Options>())) ? 0 : 1;
