/**
 * `npm run menuconfig-bench -- --tree DIR`: `kbuild menuconfig` beside the tree's own mconf, turn by turn in one run, each in a
 * pseudo terminal of 80x24. Three things are measured: from start to the first complete screen; from key to painted screen over
 * a session of keys; and a search, key by key. Other work on the machine meets both sides of the first, and all of the rest:
 * beside the time of the clock stands the processor's, of the process alone.
 */

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {environmentArguments, parseEnvironment} from '../src/base/makefile-environment.ts';

const main = resolve(import.meta.dirname, '../src/cli/main.js');

/** What our view ends a frame with. */
const frameEnd = '\x1b[?2026l';
/** Nothing more is painted once a program has been silent for so long. */
const silenceMs = 400;
const patienceMs = 120_000;

/** A program in a pseudo terminal. */
class Run {
  readonly #child: ChildProcess;
  readonly #started = performance.now();
  #written = '';
  #lastAt = 0;
  #waiting: (() => void) | undefined;

  constructor(argv: readonly string[], cwd: string, environment: NodeJS.ProcessEnv) {
    const command = `stty rows 24 cols 80; exec ${argv.map((word) => `'${word}'`).join(' ')}`;
    this.#child = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
      cwd,
      env: {...environment, TERM: 'xterm-256color', LANG: 'C.UTF-8', SHELL: '/bin/sh'},
      // It has words of its own for its end.
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout!.setEncoding('latin1').on('data', (text: string) => {
      this.#written += text;
      this.#lastAt = performance.now();
      this.#waiting?.();
    });
  }

  /** Milliseconds from the start to the end of the first frame; without an end of frames, to the last byte before a silence. */
  async firstScreen(endsFrames: boolean): Promise<number> {
    await this.#until(() =>
      endsFrames ? this.#written.includes(frameEnd) : /[Ll].{0,40}oad /s.test(this.#written),
    );
    if (endsFrames) return this.#lastAt - this.#started;
    while (performance.now() - this.#lastAt < silenceMs) await pause(20);
    return this.#lastAt - this.#started;
  }

  /** Milliseconds from sending a key to the end of the frame that answers it. */
  async press(key: string): Promise<number> {
    const before = this.#written.length;
    const sent = performance.now();
    this.#child.stdin!.write(key);
    await this.#until(() => this.#written.indexOf(frameEnd, before) >= 0);
    return this.#lastAt - sent;
  }

  /** Processor time of the program until now, in milliseconds. */
  processor(): number {
    const found = spawnSync('pgrep', ['--parent', String(this.#child.pid)], {encoding: 'utf8'});
    const pid = Number(found.stdout.trim().split('\n')[0]);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // proc(5): utime and stime of it and of the children it has waited for, in hundredths of a second.
    return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]) * 10, 0);
  }

  async end(leaves = false): Promise<void> {
    const closed = new Promise((done) => this.#child.once('close', done));
    // Leaves without saving, so that nothing is kept for a next start.
    if (leaves) {
      this.#child.stdin!.write('\x03');
      await pause(200);
      this.#child.stdin!.write('n');
      await Promise.race([closed, pause(5000)]);
    }
    if (this.#child.exitCode !== null) return;
    // What runs in the terminal is told by the terminal's end, and this by what ran in it.
    this.#child.kill('SIGTERM');
    await closed;
  }

  async #until(isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!isSo()) {
      if (performance.now() > deadline) {
        await this.end();
        throw new Error(`no screen came: ${JSON.stringify(this.#written.slice(-500))}`);
      }
      await new Promise<void>((done) => {
        const timer = setTimeout(done, 1000);
        this.#waiting = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }
}

type Side = {
  readonly name: string;
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly endsFrames: boolean;
};

/** The tree's own mconf, as its Makefile builds and starts it; a reason where it cannot be built. */
function mconfOf(tree: string, out: string): Side | string {
  mkdirSync(out, {recursive: true});
  const make = (...goals: readonly string[]) =>
    spawnSync('make', ['-s', '-C', tree, `O=${out}`, 'ARCH=x86_64', ...goals], {encoding: 'latin1'});
  const built = make('build_menuconfig');
  const mconf = join(out, 'scripts/kconfig/mconf');
  if (!existsSync(mconf)) return (built.stderr || built.stdout).trim().split('\n').slice(-3).join('\n');
  const environment = Object.fromEntries(parseEnvironment(make(...environmentArguments).stdout));
  return {name: 'mconf', argv: [mconf, join(tree, 'Kconfig')], environment, endsFrames: false};
}

const [up, down, right, enter, leave] = ['\x1b[A', '\x1b[B', '\x1b[C', '\r', '\x1b\x1b'];

/** Keys as somebody presses them who goes through the menus, sets, looks at help, and takes things back: always the same. */
function sessionOf(count: number): readonly string[] {
  const round = [
    ...Array.from({length: 12}, () => down),
    enter,
    ...Array.from({length: 6}, () => down),
    ' ',
    down,
    'y',
    down,
    'n',
    '?',
    leave,
    '!',
    leave,
    down,
    '<',
    '=',
    leave,
    '>',
    leave,
    ...Array.from({length: 5}, () => up),
    right,
    '\x1b[6~',
    '\x1b[5~',
    'z',
    'z',
  ];
  return Array.from({length: count}, (_, i) => round[i % round.length]!);
}

const queries = ['nfs', 'CONFIG_SUNRPC_XPRT', 'ethernet driver', '^NET.*(FS|SCHED)$', 'zzzz'];

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;

async function startTimes(sides: readonly Side[], cwd: string, rounds: number) {
  const times = new Map(sides.map(({name}) => [name, {clock: [] as number[], processor: [] as number[]}]));
  for (let round = -1; round < rounds; round++) {
    for (const {name, argv, environment, endsFrames} of sides) {
      const run = new Run(argv, cwd, {...process.env, ...environment});
      const clock = await run.firstScreen(endsFrames);
      const processor = run.processor();
      await run.end(endsFrames);
      // The first time is the one in which things are remembered.
      if (round < 0) continue;
      times.get(name)!.clock.push(clock);
      times.get(name)!.processor.push(processor);
    }
  }
  return times;
}

async function keyTimes(ours: Side, cwd: string, count: number) {
  const run = new Run(ours.argv, cwd, {...process.env, ...ours.environment});
  await run.firstScreen(true);
  const keys: number[] = [];
  const before = run.processor();
  for (const key of sessionOf(count)) keys.push(await run.press(key));
  const processor = (run.processor() - before) / count;
  const search: {readonly key: string; readonly ms: number}[] = [];
  for (const query of queries) {
    await run.press('/');
    for (let end = 1; end <= query.length; end++)
      search.push({key: query.slice(0, end), ms: await run.press(query[end - 1]!)});
    await run.press(leave);
  }
  await run.end(true);
  return {keys, processor, search};
}

const {values} = parseArgs({
  options: {
    tree: {type: 'string'},
    rounds: {type: 'string', default: '7'},
    keys: {type: 'string', default: '500'},
    config: {type: 'string'},
  },
});
if (values.tree === undefined) {
  console.error(
    'name a kernel tree: npm run menuconfig-bench -- --tree DIR [--config FILE] [--rounds 7] [--keys 500]',
  );
  process.exit(2);
}
const tree = resolve(values.tree);
const scratch = mkdtempSync(join(tmpdir(), 'kbuild-bench-'));
try {
  const cwd = join(scratch, 'here');
  mkdirSync(cwd);
  const config = values.config === undefined ? undefined : readFileSync(values.config);
  if (config !== undefined) (await import('node:fs')).writeFileSync(join(cwd, '.config'), config);
  const ours: Side = {
    name: 'kbuild',
    argv: [process.execPath, main, 'menuconfig', '.config', '--kernel', tree],
    environment: {},
    endsFrames: true,
  };
  const mconf = mconfOf(tree, join(scratch, 'build'));
  if (typeof mconf === 'string') console.log(`mconf cannot be built (the headers of curses?): ${mconf}\n`);
  const sides = typeof mconf === 'string' ? [ours] : [mconf, ours];
  const times = await startTimes(sides, cwd, Number(values.rounds));
  row('start to first screen', 'median', 'best', 'processor');
  row('---', '---', '---', '---');
  for (const [name, {clock, processor}] of times) {
    row(
      name,
      seconds(percentile(clock, 0.5)),
      seconds(Math.min(...clock)),
      seconds(percentile(processor, 0.5)),
    );
  }
  const [first, second] = [...times.values()].map(({clock}) => percentile(clock, 0.5));
  if (second !== undefined) console.log(`ratio of the medians: ${(second / first!).toFixed(2)}`);
  const {keys, processor, search} = await keyTimes(ours, cwd, Number(values.keys));
  console.log();
  row('key to painted screen', '50 %', '99 %', 'worst', 'processor a key');
  row('---', '---', '---', '---', '---');
  row(
    `${keys.length} keys`,
    milliseconds(percentile(keys, 0.5)),
    milliseconds(percentile(keys, 0.99)),
    milliseconds(Math.max(...keys)),
    milliseconds(processor),
  );
  const slowest = keys
    .map((ms, at) => ({ms, key: sessionOf(keys.length)[at]!, at}))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 8);
  const worst = search.reduce((a, b) => (b.ms > a.ms ? b : a));
  const all = search.map(({ms}) => ms);
  row(
    `search, ${all.length} keys (worst at "${worst.key}")`,
    milliseconds(percentile(all, 0.5)),
    milliseconds(percentile(all, 0.99)),
    milliseconds(worst.ms),
    '',
  );
  const shown = slowest.map(
    ({ms, key, at}) => `${JSON.stringify(key)} as the ${at + 1}th ${milliseconds(ms)}`,
  );
  console.log(`\nslowest keys: ${shown.join(', ')}`);
} finally {
  rmSync(scratch, {recursive: true, force: true});
}
