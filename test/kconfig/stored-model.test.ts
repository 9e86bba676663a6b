import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import * as kconfig from '../../src/kconfig/index.ts';
import {RandomKconfig} from './random-kconfig.ts';
import {folderSources, sourcesOf} from './tree.ts';

const fixtures = join(process.cwd(), 'fixtures', 'kconfig');
const environment = new Map([
  ['FLAVOUR', 'vanilla'],
  ['PATH', process.env.PATH ?? ''],
]);

function restored(model: kconfig.KconfigModel, sources: kconfig.KconfigSources): kconfig.KconfigModel {
  return kconfig.restoreModel(kconfig.storeModel(model)!, model.dialect, sources.readFile)!;
}

const inWords = ['conditions', 'expressionRecords', 'isRegular', 'outline'];

/** Names of what can be read of an object: its own fields, and the getters of its class. */
function readable(value: object): string[] {
  const own = Object.keys(value);
  const prototype = Object.getPrototypeOf(value) as object;
  if (prototype === Object.prototype || Array.isArray(value)) return own.sort();
  const getters = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return [...own, ...getters.filter(([, descriptor]) => 'get' in descriptor).map(([name]) => name)].sort();
}

function isExpression(value: object): value is kconfig.Expression {
  if (!('kind' in value) || value instanceof kconfig.ConfigSymbol) return false;
  return (
    'operands' in value ||
    'operand' in value ||
    'left' in value ||
    (value.kind === 'symbol' && !('node' in value))
  );
}

/**
 * Everything that can be reached from a model, a line for each field, objects numbered as they are met. A field that is
 * added to the model one day shows here without being named. Expressions are shown as text: equal ones may be one object.
 */
function described(model: kconfig.KconfigModel): string[] {
  const numbers = new Map<object, number>();
  const waiting: object[] = [];
  const show = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return String(value);
    if (isExpression(value)) return kconfig.formatExpression(value, (symbol) => `#${symbol.index}`);
    let number = numbers.get(value);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
      waiting.push(value);
    }
    return `object ${number}`;
  };
  show(model);
  const lines: string[] = [];
  for (const value of waiting) {
    const number = numbers.get(value)!;
    if (value instanceof Map) {
      for (const [key, one] of value) lines.push(`${number}: ${show(key)} => ${show(one)}`);
      continue;
    }
    for (const name of readable(value)) {
      // The forms in words are made of the rest, and number their records as they like.
      if (value === model && inWords.includes(name)) continue;
      lines.push(`${number}.${name} = ${show((value as Record<string, unknown>)[name])}`);
    }
  }
  return lines;
}

for (const fixture of readdirSync(fixtures, {withFileTypes: true}).filter((entry) => entry.isDirectory())) {
  test(`The ${fixture.name} tree is, stored and restored, what it was when it was parsed.`, (t) => {
    const sources = folderSources(join(fixtures, fixture.name), environment);
    const model = kconfig.parseKconfig('Kconfig', sources);
    t.deepEqual(described(restored(model, sources)), described(model));
    t.deepEqual(described(restored(restored(model, sources), sources)), described(model));
    const config = readFileSync(join(fixtures, fixture.name, 'in.config'), 'latin1');
    for (const mode of [
      kconfig.olddefconfig,
      kconfig.savedefconfig,
      kconfig.allyesconfig,
      kconfig.allmodconfig,
    ]) {
      t.is(mode(restored(model, sources), config).text, mode(model, config).text);
    }
  });
}

function helpsOf(model: kconfig.KconfigModel) {
  const helps = [...model.helps()];
  return helps.map(({symbol, help: {file, start, end}}) => ({symbol, file: file.name, start, end}));
}

/** Undefined for a tree with recursive dependencies. */
function parseIfRegular(sources: kconfig.KconfigSources): kconfig.KconfigModel | undefined {
  try {
    return kconfig.parseKconfig('Kconfig', sources);
  } catch (error) {
    if (error instanceof KbuildError) return undefined;
    throw error;
  }
}

test('Random trees are, stored and restored, what they were, and give the same values and warnings.', (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const sources = sourcesOf(new RandomKconfig(seed, {symbols: 60}).kconfig());
    const model = parseIfRegular(sources);
    if (!model) continue;
    t.deepEqual(described(restored(model, sources)), described(model), `seed ${seed}`);
    t.deepEqual(helpsOf(restored(model, sources)), helpsOf(model));
    const one = kconfig.allmodconfig(model);
    const other = kconfig.allmodconfig(restored(model, sources));
    t.is(other.text, one.text);
    t.deepEqual(other.warnings, one.warnings);
  }
});

test('In a regular model that was restored, any order of calculation gives what the C tool’s gives, warnings too.', (t) => {
  let settled = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const sources = sourcesOf(new RandomKconfig(seed, {symbols: 40}).kconfig());
    const model = parseIfRegular(sources);
    if (!model) continue;
    const other = restored(model, sources);
    let config = kconfig.allmodconfig(model).text.replace(/=m$/gm, seed % 2 === 0 ? '=y' : '=m');
    for (let run = 0; run < 3; run++) {
      const evaluation = kconfig.loadConfig(other, config);
      if (evaluation.isSettled && !evaluation.changed) settled++;
      const expected = kconfig.olddefconfig(model, config);
      t.is(kconfig.writeConfig(evaluation), expected.text, `seed ${seed}`);
      t.deepEqual(evaluation.warnings, expected.warnings, `seed ${seed}`);
      t.is(kconfig.savedefconfig(other, config).text, kconfig.savedefconfig(model, config).text);
      config = expected.text;
    }
  }
  t.true(settled > 20);
});

test('A symbol of a restored model is absent only if no prompt, default, select or imply is in effect.', (t) => {
  const sources = sourcesOf(`config ON
	def_bool y
	select SELECTED
	imply IMPLIED
config OFF
	bool
	select HIDDEN
	imply HIDDEN
config SELECTED
	bool
config IMPLIED
	bool
config HIDDEN
	bool
config DEFAULTED
	int
	default 7 if ON
config EMPTY
	string
	default "x" if OFF
config BOUND
	int
	range 3 9
config PROMPTED
	string "Prompted"
config COMPARED
	def_bool EMPTY = "" && HIDDEN != y && BOUND >= 3
`);
  const model = kconfig.parseKconfig('Kconfig', sources);
  const {text, evaluation} = kconfig.olddefconfig(restored(model, sources), '');
  t.is(text, kconfig.olddefconfig(model, '').text);
  t.deepEqual(text.match(/\w+=.*/g)?.sort(), [
    'CONFIG_COMPARED=y',
    'CONFIG_DEFAULTED=7',
    'CONFIG_IMPLIED=y',
    'CONFIG_ON=y',
    'CONFIG_PROMPTED=""',
    'CONFIG_SELECTED=y',
  ]);
  const hidden = evaluation.model.find('HIDDEN')!;
  t.is(evaluation.value(hidden), 'n');
  t.is(evaluation.value(evaluation.model.find('BOUND')!), '3');
});

test('What many evaluations of one model come to is what the first of a model comes to.', (t) => {
  let shared = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const sources = sourcesOf(new RandomKconfig(seed, {symbols: 40}).kconfig());
    const model = parseIfRegular(sources);
    if (!model) continue;
    const all = kconfig.allmodconfig(model).text.split('\n');
    for (let run = 0; run < 24; run++) {
      const config = all.filter((_, line) => (line * 7 + run) % 5 > 1).join('\n');
      const first = kconfig.defconfig(kconfig.parseKconfig('Kconfig', sources), config);
      const later = kconfig.defconfig(model, config);
      t.is(later.text, first.text, `seed ${seed}, run ${run}`);
      t.deepEqual(later.warnings, first.warnings);
    }
    shared++;
  }
  t.true(shared > 3);
});

test('A restored model reads a file only when a text of it is wanted.', (t) => {
  const text = 'config A\n\tbool "A"\n\thelp\n\t  Words of help.\n';
  const model = kconfig.parseKconfig('Kconfig', sourcesOf(text));
  const read: string[] = [];
  const later = kconfig.restoreModel(kconfig.storeModel(model)!, model.dialect, (name) => {
    read.push(name);
    return text;
  })!;
  t.is(kconfig.allyesconfig(later).text, kconfig.allyesconfig(model).text);
  t.deepEqual(read, []);
  t.is(kconfig.helpText(later.symbols.get('A')!.nodes[0]!.help!), 'Words of help.\n');
  t.deepEqual(read, ['Kconfig']);
});

test('Names beyond ASCII survive; bytes of another layout, and bytes cut short, are refused.', (t) => {
  const sources = sourcesOf('config A\n\tstring "Größe \u{1f600}"\n\tdefault "ÿ€"\n');
  const model = kconfig.parseKconfig('Kconfig', sources);
  t.is(kconfig.alldefconfig(restored(model, sources)).text, kconfig.alldefconfig(model).text);
  t.is(restored(model, sources).symbols.get('A')!.prompts[0]!.text, 'Größe \u{1f600}');
  const bytes = kconfig.storeModel(model)!;
  for (const broken of [bytes.slice(0, -1), bytes.slice(4), bytes.slice(0, 3), new Uint8Array(0)]) {
    t.is(kconfig.restoreModel(broken, model.dialect, sources.readFile), undefined);
  }
});
