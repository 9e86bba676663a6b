import test from 'ava';
import {
  type ConfigSymbol,
  formatConfigLine,
  type KconfigModel,
  loadConfig,
  olddefconfig,
  parseKconfig,
} from '../../src/kconfig/index.ts';
import {valuesOf} from '../../src/recipe/config-text.ts';
import {Solver} from '../../src/solve/index.ts';
import {numbersFrom} from './numbers-from.ts';

function modelOf(kconfig: string): KconfigModel {
  const readFile = (path: string) => (path === 'Kconfig' ? kconfig : undefined);
  return parseKconfig('Kconfig', {readFile, environment: new Map(), shell: () => ''});
}

/** A tree of a few symbols, in which each depends on those before it and raises those after it. */
function randomTree(below: (limit: number) => number): string {
  const names = ['A', 'B', 'C', 'D', 'E'];
  const types = names.map(() => (below(3) === 0 ? 'bool' : 'tristate'));
  const operand = (before: number): string => {
    const name = names[below(before)]!;
    return ['', '', '!'][below(3)]! + (below(6) === 0 ? `(${name} = ${'nmy'[below(3)]})` : name);
  };
  const expression = (before: number): string =>
    below(3) === 0 ? `${operand(before)} ${['&&', '||'][below(2)]} ${operand(before)}` : operand(before);
  const texts = names.map((name, i) => {
    const lines = [`config ${name}`, `\t${types[i]}${below(4) > 0 ? ` "${name}"` : ''}`];
    const condition = () => (i > 0 && below(2) === 0 ? ` if ${expression(i)}` : '');
    if (i > 0 && below(3) > 0) lines.push(`\tdepends on ${expression(i)}`);
    if (below(3) === 0) lines.push(`\tdefault ${'nmy'[below(3)]}${condition()}`);
    if (i > 0 && below(4) === 0) lines.push(`\tdefault ${names[below(i)]}${condition()}`);
    if (i < names.length - 1 && below(3) === 0) {
      const target = names[i + 1 + below(names.length - 1 - i)]!;
      lines.push(`\t${['select', 'imply'][below(2)]} ${target}${condition()}`);
    }
    return lines.join('\n');
  });
  const choice =
    below(3) === 0
      ? `choice\n\tprompt "one"\n\tdepends on ${expression(names.length)}\nconfig X\n\tbool "X"\nconfig Y\n\tbool "Y"\n\tdepends on ${operand(names.length)}\nendchoice`
      : `config N\n\tint "N"\n\trange 1 9\n\tdefault 5 if ${expression(names.length)}\n\tdefault 3\nconfig MORE\n\tbool "more"\n\tdepends on N > 5`;
  return ['config MODULES\n\tbool "modules"\n\tmodules', ...texts, choice].join('\n\n').concat('\n');
}

type Outcome = {readonly values: ReadonlyMap<ConfigSymbol, string>; readonly set: ReadonlySet<ConfigSymbol>};

/** What comes of every fragment over the base that the evaluator takes without a warning, and reads back as it wrote it. */
function allOutcomes(model: KconfigModel, base: string): readonly Outcome[] {
  const symbols = model.allSymbols.filter(({kind, nodes}) => kind === 'config' && nodes.length > 0);
  const settable = symbols.filter(({prompts}) => prompts.length > 0);
  const outcomes: Outcome[] = [];
  const values = (symbol: ConfigSymbol) =>
    symbol.type === 'int' ? ['1', '6'] : symbol.type === 'bool' ? ['n', 'y'] : ['n', 'm', 'y'];
  const visit = (at: number, lines: readonly string[], set: readonly ConfigSymbol[]): void => {
    const symbol = settable[at];
    if (symbol === undefined) {
      const named = new Set(set.map(({displayName}) => displayName));
      const kept = base.split('\n').filter((line) => !named.has(/CONFIG_(\w+)/.exec(line)?.[1] ?? ''));
      const {text, warnings, evaluation} = olddefconfig(model, [...kept, ...lines, ''].join('\n'));
      if (warnings.length > 0 || olddefconfig(model, text).text !== text) return;
      outcomes.push({values: new Map(symbols.map((one) => [one, evaluation.value(one)])), set: new Set(set)});
      return;
    }
    visit(at + 1, lines, set);
    for (const value of values(symbol))
      visit(at + 1, [...lines, formatConfigLine(model, symbol, value)], [...set, symbol]);
  };
  visit(0, [], []);
  return outcomes;
}

/** Members of one choice are set together. */
function unitOf(symbol: ConfigSymbol): ConfigSymbol {
  return symbol.choice ?? symbol;
}

test('what any fragment reaches is solved with as few settings, and what none reaches is refused', (t) => {
  const below = numbersFrom(5);
  let [solvedCount, refusedCount, addedCount] = [0, 0, 0];
  for (let tree = 0; tree < 8; tree++) {
    const kconfig = randomTree(below);
    const model = modelOf(kconfig);
    const base = olddefconfig(model, '').text;
    const outcomes = allOutcomes(model, base);
    const solver = new Solver(model, {values: valuesOf(base)});
    const symbols = model.allSymbols.filter(
      ({kind, nodes, type}) => kind === 'config' && nodes.length > 0 && type !== 'int',
    );
    for (let round = 0; round < 30; round++) {
      const chosen = new Set(Array.from({length: 1 + below(3)}, () => symbols[below(symbols.length)]!));
      const demands = [...chosen].map((symbol) => ({
        symbol,
        values: [symbol.type === 'bool' ? ['n', 'y'][below(2)]! : ['n', 'm', 'y'][below(3)]!],
      }));
      const reached = outcomes.filter(({values}) =>
        demands.every(({symbol, values: [v]}) => values.get(symbol) === v),
      );
      const units = new Set(demands.map(({symbol}) => unitOf(symbol)));
      const costs = reached.map(
        ({set}) => new Set([...set].map(unitOf).filter((unit) => !units.has(unit))).size,
      );
      const solved = solver.solve(demands);
      const said = `${kconfig}\n${demands.map(({symbol, values}) => `${symbol.displayName}=${values[0]!}`).join(' ')}`;
      if (reached.length === 0) {
        // Only with a warning, or not to be read back.
        if (solved.solved) t.true(solved.breaksDependencies, said);
        refusedCount++;
        continue;
      }
      solvedCount++;
      if (!solved.solved) {
        t.fail(said);
        continue;
      }
      t.false(solved.breaksDependencies, said);
      const added = new Set(
        solved.settings.map(({symbol}) => unitOf(symbol)).filter((unit) => !units.has(unit)),
      );
      t.is(added.size, Math.min(...costs), said);
      addedCount += added.size;
      const named = new Set(solved.settings.map(({symbol}) => symbol.displayName));
      const kept = base.split('\n').filter((line) => !named.has(/CONFIG_(\w+)/.exec(line)?.[1] ?? ''));
      const lines = solved.settings.map(({symbol, value}) => formatConfigLine(model, symbol, value));
      const evaluation = loadConfig(model, [...kept, ...lines, ''].join('\n'));
      for (const {symbol, values} of demands) t.is(evaluation.value(symbol), values[0]!, said);
    }
  }
  t.true(
    solvedCount > 80 && refusedCount > 15 && addedCount > 20,
    `${solvedCount} ${refusedCount} ${addedCount}`,
  );
});
