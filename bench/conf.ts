/**
 * `npm run bench -- --tree DIR…`: `kbuild conf --olddefconfig` against the tree's own `conf`, whole processes in the same
 * environment, turn by turn in one run. The ratio is that of the medians; other work on the machine meets both sides.
 */

import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {basename, join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {architectureEnvironment, buildOracle, type Oracle} from '../prove/oracle/build.ts';
import {Memory} from '../src/conf/memory.ts';
import {readRememberedTree} from '../src/conf/remembered-tree.ts';
import {defconfig, recogniseDialect} from '../src/kconfig/index.ts';

const program = resolve(import.meta.dirname, '../../bin/kbuild-conf');
const replaySource = resolve(import.meta.dirname, '../../bench/replayed-popen.c');

type Side = {
  readonly name: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What has to be done before each run, and is not measured. */
  readonly before?: () => void;
};

type Run = {readonly milliseconds: number; readonly processor: number; readonly kilobytes: number};
type Times = {readonly milliseconds: number[]; readonly processor: number[]; kilobytes: number};

class TreeBench {
  readonly #oracle: Oracle;
  readonly #environment: ReadonlyMap<string, string>;
  readonly #scratch: string;
  readonly #kconfig: string;

  constructor(oracle: Oracle, environment: ReadonlyMap<string, string>, scratch: string) {
    this.#oracle = oracle;
    this.#environment = environment;
    this.#scratch = scratch;
    this.#kconfig = join(oracle.tree, 'Kconfig');
  }

  static async of(tree: string, scratch: string): Promise<TreeBench> {
    const oracle = await buildOracle(tree, join(scratch, 'build'));
    return new TreeBench(oracle, await architectureEnvironment(oracle, 'x86_64'), scratch);
  }

  #path(...names: string[]): string {
    return join(this.#scratch, ...names);
  }

  #sides(program: string): readonly Side[] {
    const c = [this.#oracle.conf, '--olddefconfig', this.#kconfig];
    const ours = [program, '--olddefconfig', this.#kconfig];
    const library = this.#path('replayed-popen.so');
    spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, replaySource], {stdio: 'inherit'});
    mkdirSync(this.#path('answers'), {recursive: true});
    const cold = this.#path('cold');
    return [
      {name: 'C', argv: c, environment: {}},
      {
        name: 'C, probes replayed',
        argv: c,
        environment: {LD_PRELOAD: library, KBUILD_REPLAY: this.#path('answers')},
      },
      {
        name: 'kbuild, nothing remembered',
        argv: ours,
        environment: {KBUILD_CACHE: cold},
        before: () => rmSync(cold, {recursive: true, force: true}),
      },
      {name: 'kbuild, all remembered', argv: ours, environment: {KBUILD_CACHE: this.#path('warm')}},
      {name: 'node -e 0', argv: [process.execPath, '-e', '0'], environment: {}},
    ];
  }

  /** One run of a side; everything starts from the same .config. */
  #run({argv, environment, before}: Side): Run {
    before?.();
    const peak = this.#path('peak');
    const measured = existsSync('/usr/bin/time')
      ? ['/usr/bin/time', '-f', '%M %U %S', '-o', peak, ...argv]
      : argv;
    const started = performance.now();
    const {status, stderr} = spawnSync(measured[0]!, measured.slice(1), {
      cwd: this.#oracle.out,
      env: {...Object.fromEntries(this.#environment), ...environment},
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'latin1',
    });
    const milliseconds = performance.now() - started;
    if (status !== 0) throw new Error(`${argv.join(' ')} exited with ${status}:\n${stderr}`);
    const told = measured === argv ? '' : readFileSync(peak, 'latin1');
    const [kilobytes = 0, user = 0, system = 0] = told.split(' ').map(Number);
    return {milliseconds, processor: (user + system) * 1000, kilobytes};
  }

  measure(program: string, rounds: number): ReadonlyMap<string, Times> {
    const sides = this.#sides(program);
    for (const side of sides) this.#run(side);
    const times = new Map<string, Times>(
      sides.map(({name}) => [name, {milliseconds: [], processor: [], kilobytes: 0}]),
    );
    for (let round = 0; round < rounds; round++) {
      for (const side of sides) {
        const {milliseconds, processor, kilobytes} = this.#run(side);
        const of = times.get(side.name)!;
        of.milliseconds.push(milliseconds);
        of.processor.push(processor);
        of.kilobytes = Math.max(of.kilobytes, kilobytes);
      }
    }
    return times;
  }

  /** All defconfigs of an architecture in this process with nothing remembered, and C once for some of them. */
  async measureDefconfigs(
    arch: string,
    samples: number,
  ): Promise<{count: number; ours: number; each: number}> {
    const folder = join(this.#oracle.tree, 'arch', arch, 'configs');
    const files = readdirSync(folder).filter((name) => name.endsWith('_defconfig'));
    const environment = await architectureEnvironment(this.#oracle, arch);
    const bench = new TreeBench(this.#oracle, environment, this.#scratch);
    const started = performance.now();
    const model = bench.#model();
    for (const file of files) defconfig(model, readFileSync(join(folder, file), 'latin1'));
    const ours = performance.now() - started;
    const each: number[] = [];
    for (let i = 0; i < samples; i++) {
      const file = join(folder, files[Math.floor((i * files.length) / samples)]!);
      const argv = [this.#oracle.conf, `--defconfig=${file}`, this.#kconfig];
      const target = {KCONFIG_CONFIG: this.#path('defconfig')};
      each.push(bench.#run({name: 'C', argv, environment: target}).milliseconds);
    }
    return {count: files.length, ours, each: median(each)};
  }

  #model() {
    const {tree} = this.#oracle;
    const find = (name: string) => {
      const path = name.startsWith('/') ? name : join(tree, name);
      return existsSync(path) ? {path, text: readFileSync(path, 'latin1')} : undefined;
    };
    return readRememberedTree(this.#kconfig, {
      dialect: recogniseDialect((path) => find(path)?.text)!,
      environment: this.#environment,
      childEnvironment: () => Object.fromEntries(this.#environment),
      readFile: find,
      memory: new Memory(undefined),
      report: () => undefined,
      reportErrors: () => undefined,
    });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * A table: each side's median, least and most milliseconds, its ratios to both ways of C, the least time of processors
 * with the same ratios (what other work on the machine disturbs less), and peak memory.
 */
function table(times: ReadonlyMap<string, Times>): string {
  const busy = (name: string) => Math.min(...times.get(name)!.processor);
  const c = median(times.get('C')!.milliseconds);
  const replayed = median(times.get('C, probes replayed')!.milliseconds);
  const rows = [...times].map(([name, {milliseconds, processor, kilobytes}]) => {
    const least = Math.min(...processor);
    const middle = median(milliseconds);
    const cells = [
      middle.toFixed(0),
      Math.min(...milliseconds).toFixed(0),
      Math.max(...milliseconds).toFixed(0),
      (middle / c).toFixed(3),
      (middle / replayed).toFixed(3),
      least.toFixed(0),
      (least / busy('C')).toFixed(3),
      (least / busy('C, probes replayed')).toFixed(3),
      (kilobytes / 1024).toFixed(0),
    ];
    return name.padEnd(28) + cells.map((cell) => cell.padStart(10)).join('');
  });
  const heads = ['median ms', 'min', 'max', 'to C', 'to replay', 'CPU ms', 'to C', 'to replay', 'peak MB'];
  return [''.padEnd(28) + heads.map((head) => head.padStart(10)).join(''), ...rows, ''].join('\n');
}

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      tree: {type: 'string', multiple: true, default: []},
      rounds: {type: 'string', default: '7'},
      defconfigs: {type: 'string', multiple: true, default: ['arm']},
      program: {type: 'string', default: program},
    },
  });
  if (values.tree.length === 0) throw new Error('--tree DIR names a kernel tree');
  const out = (text: string) => process.stdout.write(`${text}\n`);
  out(`${cpus().length} processors, Node ${process.version}; olddefconfig, x86_64`);
  for (const tree of values.tree.map((one) => resolve(one))) {
    const scratch = mkdtempSync(join(tmpdir(), 'kbuild-bench-'));
    try {
      const bench = await TreeBench.of(tree, scratch);
      out(`\n${basename(tree)}`);
      out(table(bench.measure(resolve(values.program), Number(values.rounds))));
      for (const arch of values.defconfigs) {
        const {count, ours, each} = await bench.measureDefconfigs(arch, 3);
        const ratio = (ours / (each * count)).toFixed(3);
        out(
          `${count} defconfigs of ${arch} in one process: ${ours.toFixed(0)} ms; C: ${each.toFixed(0)} ms each; ratio ${ratio}`,
        );
      }
    } finally {
      rmSync(scratch, {recursive: true, force: true});
    }
  }
}

await main();
