/**
 * `node dist/bench/set-one-symbol.js --tree DIR`: how long it takes to set one symbol and to have every value up to date
 * again, and to set it back, for every visible symbol of a kernel tree in turn.
 */

import {cpus} from 'node:os';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {readKernelTree} from '../prove/oracle/kernel-tree.ts';
import {
  allmodconfig,
  type ConfigSymbol,
  type KconfigModel,
  olddefconfig,
  Session,
} from '../src/kconfig/index.ts';

/** Milliseconds to set one symbol to another value, and to set the old one again. */
export type Measured = {
  readonly name: string;
  readonly set: number;
  readonly back: number;
  /** Symbols of which a value, the visibility or the line in .config changed. */
  readonly changes: number;
};

export type Distribution = {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
};

/** Of several values another than the present one that the symbol takes now. */
function otherValue(session: Session, symbol: ConfigSymbol): string | undefined {
  const value = session.value(symbol);
  const candidates: Readonly<Record<string, readonly string[]>> = {
    bool: ['y', 'n'],
    tristate: ['y', 'm', 'n'],
    int: [String(Number(value) + 1), String(Number(value) - 1)],
    hex: [`0x${(Number(value) + 1).toString(16)}`, '0x1'],
    string: [`${value}x`],
  };
  return candidates[symbol.type]?.find((other) => other !== value && session.accepts(symbol, other));
}

/**
 * Sets every visible symbol of a configuration in turn, and sets it back. Each is done `rounds` times, of which the
 * quickest counts: on a machine with other work, the others tell of that work.
 */
export function measureSetOneSymbol(model: KconfigModel, config: string, rounds: number): Measured[] {
  const session = Session.of(model, config);
  const measured: Measured[] = [];
  for (const symbol of model.allSymbols) {
    if (symbol.kind !== 'config' || session.visibility(symbol) === 'n') continue;
    const other = otherValue(session, symbol);
    if (other === undefined) continue;
    const before = session.value(symbol);
    const start = session.snapshot();
    let [set, back, changes] = [Infinity, Infinity, 0];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      const result = session.set(symbol, other);
      const between = performance.now();
      // A member of a choice is set back by taking the choice of it away.
      if (!session.set(symbol, before).accepted) session.unset(symbol);
      back = Math.min(back, performance.now() - between);
      set = Math.min(set, between - started);
      if (result.accepted) changes = result.changes.length;
      session.restore(start);
    }
    measured.push({name: symbol.displayName, set, back, changes});
  }
  if (session.write() !== Session.of(model, config).write()) throw new Error('the session did not come back');
  return measured;
}

export function distributionOf(times: readonly number[]): Distribution {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return {min: at(0), median: at(0.5), p99: at(0.99), max: at(1)};
}

function line(title: string, {min, median, p99, max}: Distribution): string {
  const cells = [min, median, p99, max].map((ms) => ms.toFixed(3).padStart(9));
  return `  ${title.padEnd(14)}${cells.join('')}\n`;
}

/** The table of one start. */
export function report(start: string, measured: readonly Measured[]): string {
  const times = (of: (one: Measured) => number) => distributionOf(measured.map(of));
  const worst = [...measured].sort((a, b) => b.set + b.back - a.set - a.back).slice(0, 10);
  const names = worst.map(
    ({name, set, back, changes}) =>
      `  ${name.padEnd(26)}${set.toFixed(1).padStart(7)} ms, back ${back.toFixed(1)} ms, ${changes} changes\n`,
  );
  return [
    `from ${start}, ${measured.length} symbols; milliseconds${' '.repeat(3)}min, median, 99th percentile, max\n`,
    line(
      'set',
      times(({set}) => set),
    ),
    line(
      'set back',
      times(({back}) => back),
    ),
    line(
      'both',
      times(({set, back}) => set + back),
    ),
    ...names,
  ].join('');
}

async function main(): Promise<void> {
  const {values} = parseArgs({options: {tree: {type: 'string'}, rounds: {type: 'string', default: '3'}}});
  if (values.tree === undefined) throw new Error('--tree DIR names a kernel tree');
  const tree = resolve(values.tree);
  const {model, readFile} = await readKernelTree(tree, 'x86_64');
  const defconfig = readFile('arch/x86/configs/x86_64_defconfig') ?? '';
  const starts = {
    x86_64_defconfig: olddefconfig(model, defconfig).text,
    allmodconfig: allmodconfig(model).text,
  };
  process.stdout.write(`${cpus().length} processors, Node ${process.version}\n`);
  for (const [start, config] of Object.entries(starts)) {
    process.stdout.write(report(start, measureSetOneSymbol(model, config, Number(values.rounds))));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
