/**
 * `npm run goals -- --tree DIR… [--arch ARCH…] [--goals N] [--seed S] [--base BASE] [--by-hand]`: goals drawn at random, each a symbol
 * and a value that some configuration of the tree gives it, are solved over a base, one by one and in sets of 5 and 20.
 * What is solved is checked by the exact evaluator; what is refused is refused by proof, and its core is explained. Then a
 * tenth as many contradictory pairs are drawn, and each core is checked to be minimal. The times begin when the tree is read.
 * With `--by-hand` the project's own recipes that are for the tree are compared with fragments written by hand (by-hand.ts), which
 * takes minutes.
 */

import {basename, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {readKernelTree} from '../prove/oracle/kernel-tree.ts';
import {architectures} from '../src/base/architecture.ts';
import {kernelVersionOf} from '../src/job/kernel-version.ts';
import {
  allmodconfig,
  allnoconfig,
  allyesconfig,
  type ConfigSymbol,
  defconfig,
  type Evaluation,
  formatConfigLine,
  type KconfigModel,
  mergeFragments,
  olddefconfig,
  Random,
} from '../src/kconfig/index.ts';
import {baseConfig} from '../src/recipe/base-config.ts';
import {valuesOf} from '../src/recipe/config-text.ts';
import {areContradicted, type Demand, explainContradiction, Solver} from '../src/solve/index.ts';
import {printByHand} from './by-hand.ts';

type Reachable = {readonly symbol: ConfigSymbol; readonly values: readonly string[]};

/** The values that symbols have in configurations of the four plain modes. */
function reachableValues(model: KconfigModel): readonly Reachable[] {
  const found = new Map<ConfigSymbol, Set<string>>();
  const evaluations: readonly Evaluation[] = [
    allyesconfig(model),
    allmodconfig(model),
    allnoconfig(model),
    defconfig(model, ''),
  ].map(({text}) => olddefconfig(model, text).evaluation);
  for (const symbol of model.allSymbols) {
    if (symbol.kind !== 'config' || symbol.nodes.length === 0 || symbol.internal) continue;
    const isLogical = symbol.type === 'bool' || symbol.type === 'tristate';
    for (const evaluation of evaluations) {
      if (!isLogical && !evaluation.isWritten(symbol)) continue;
      const values = found.get(symbol) ?? new Set();
      found.set(symbol, values.add(evaluation.value(symbol)));
    }
  }
  return [...found].map(([symbol, values]) => ({symbol, values: [...values]}));
}

function drawn<T>(random: Random, list: readonly T[]): T {
  return list[random.next() % list.length]!;
}

/** Sets of so many goals, each of another symbol. */
function drawSets(
  random: Random,
  from: readonly Reachable[],
  sets: number,
  size: number,
): readonly Demand[][] {
  return Array.from({length: sets}, () => {
    const chosen = new Set<Reachable>();
    while (chosen.size < size) chosen.add(drawn(random, from));
    return [...chosen].map(({symbol, values}) => ({symbol, values: [drawn(random, values)]}));
  });
}

function shown(demands: readonly Demand[]): string {
  return demands.map(({symbol, values}) => `${symbol.displayName}=${values[0]}`).join(' ');
}

type Base = {
  readonly text: string;
  readonly values: ReadonlyMap<string, string>;
  readonly unmet: ReadonlySet<ConfigSymbol>;
};

function baseOf(model: KconfigModel, text: string): Base {
  const {evaluation} = olddefconfig(model, text);
  const unmet = model.allSymbols.filter((symbol) => evaluation.state(symbol).unmet);
  return {text, values: valuesOf(text), unmet: new Set(unmet)};
}

/** What the exact evaluator has against a solution; undefined if nothing. */
function fault(
  model: KconfigModel,
  base: Base,
  demands: readonly Demand[],
  lines: readonly string[],
): string | undefined {
  const merged = mergeFragments(base.text, [`${lines.join('\n')}\n`], model.prefix);
  const {text, evaluation} = olddefconfig(model, merged);
  const wrong = demands.filter(({symbol, values}) => evaluation.value(symbol) !== values[0]);
  if (wrong.length > 0) return `not met: ${shown(wrong)}`;
  const unmet = model.allSymbols.filter(
    (symbol) => evaluation.state(symbol).unmet && !base.unmet.has(symbol),
  );
  if (unmet.length > 0)
    return `selected past dependencies: ${unmet.map(({displayName}) => displayName).join(' ')}`;
  return olddefconfig(model, text).text === text ? undefined : 'it is not read back as it is';
}

type Row = {
  readonly what: string;
  readonly solved: number;
  readonly refused: number;
  readonly faults: readonly string[];
  readonly times: readonly number[];
};

function measure(model: KconfigModel, base: Base, sets: readonly Demand[][], what: string): Row {
  const times: number[] = [];
  const faults: string[] = [];
  let [solved, refused] = [0, 0];
  for (const demands of sets) {
    const started = performance.now();
    const answer = new Solver(model, base).solve(demands);
    times.push(performance.now() - started);
    if (answer.solved) {
      solved++;
      const lines = answer.settings.map(({symbol, value}) => formatConfigLine(model, symbol, value));
      const found = fault(model, base, demands, lines);
      if (found !== undefined && !answer.breaksDependencies) faults.push(`${found} (${shown(demands)})`);
    } else {
      refused++;
      if (!explainContradiction(model, answer.demands)) faults.push(`no lines for ${shown(answer.demands)}`);
    }
  }
  return {what, solved, refused, faults, times};
}

/** Pairs of which no configuration has both: a symbol that is on, and one it needs or selects that is not. */
function contradictoryPairs(
  model: KconfigModel,
  base: Base,
  from: readonly Reachable[],
  random: Random,
  count: number,
) {
  const solver = new Solver(model, base);
  const pairs: Demand[][] = [];
  const all = from.filter(({values}) => values.includes('y'));
  const off = new Map(from.filter(({values}) => values.includes('n')).map(({symbol}) => [symbol, symbol]));
  while (pairs.length < count) {
    const {symbol} = drawn(random, all);
    const solved = solver.solve([{symbol, values: ['y']}]);
    if (!solved.solved) continue;
    const needed = solved.settings
      .map((setting) => setting.symbol)
      .filter((one) => one !== symbol && off.has(one));
    if (needed.length === 0) continue;
    const pair = [
      {symbol, values: ['y']},
      {symbol: drawn(random, needed), values: ['n']},
    ];
    if (!solver.isPossible(pair)) pairs.push(pair);
  }
  return pairs;
}

function measureCores(model: KconfigModel, pairs: readonly Demand[][]): Row {
  const times: number[] = [];
  const faults: string[] = [];
  let refused = 0;
  for (const demands of pairs) {
    const started = performance.now();
    const core = explainContradiction(model, demands);
    times.push(performance.now() - started);
    if (!core) {
      faults.push(`no core for ${shown(demands)}`);
      continue;
    }
    refused++;
    if (!areContradicted(model, core)) faults.push(`the core of ${shown(demands)} is no contradiction`);
    for (const line of core.lines) {
      const others = {...core, lines: core.lines.filter((other) => other !== line)};
      if (areContradicted(model, others)) faults.push(`${line.text} is to spare for ${shown(demands)}`);
    }
    for (const demand of core.demands) {
      const others = {...core, demands: core.demands.filter((other) => other !== demand)};
      if (areContradicted(model, others)) faults.push(`${shown([demand])} is to spare for ${shown(demands)}`);
    }
  }
  return {what: 'contradictory pairs', solved: 0, refused, faults, times};
}

function print({what, solved, refused, faults, times}: Row): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0);
  process.stdout.write(
    `  ${what.padEnd(22)}${solved} solved, ${refused} refused, ${faults.length} faults; median ${at(0.5)} ms, 99th percentile ${at(0.99)}, worst ${at(1)}\n`,
  );
  for (const one of faults.slice(0, 10)) process.stdout.write(`    ${one}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

const {values: options} = parseArgs({
  options: {
    tree: {type: 'string', multiple: true, default: []},
    arch: {type: 'string', multiple: true, default: ['x86_64', 'arm64']},
    goals: {type: 'string', default: '1000'},
    seed: {type: 'string', default: '1'},
    base: {type: 'string', default: 'tinyconfig'},
    'by-hand': {type: 'boolean', default: false},
  },
});
if (options.tree.length === 0) throw new Error('--tree DIR names a kernel tree');
for (const path of options.tree.map((one) => resolve(one))) {
  for (const arch of options.arch) {
    const tree = await readKernelTree(path, arch);
    const {model} = tree;
    const base = baseOf(model, baseConfig(options.base, tree));
    const random = new Random(Number(options.seed));
    const from = reachableValues(model);
    const goals = Number(options.goals);
    process.stdout.write(`${basename(path)}, ${arch}, over ${options.base}, seed ${options.seed}\n`);
    for (const size of [1, 5, 20]) {
      const sets = drawSets(random, from, Math.max(1, Math.floor(goals / size)), size);
      print(measure(model, base, sets, size === 1 ? 'single goals' : `sets of ${size}`));
    }
    print(
      measureCores(model, contradictoryPairs(model, base, from, random, Math.max(1, Math.floor(goals / 10)))),
    );
    const known = architectures.find((one) => one === arch);
    if (options['by-hand'] && known)
      await printByHand(tree, {arch: known, kernelVersion: await kernelVersionOf(path)});
  }
}
