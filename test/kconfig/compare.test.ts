import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {
  compareConfigurations,
  type Dialect,
  evaluate,
  type KconfigModel,
  linux61,
  linux612,
  loadConfig,
  savedefconfig,
} from '../../src/kconfig/index.ts';
import {RandomKconfig} from './random-kconfig.ts';
import {parse} from './tree.ts';

const text = `config MODULES
	bool "Modules"
	default y
	modules

config NET
	bool "Net"
	select CRC

config CRC
	tristate

menu "File systems"
config NFS
	tristate "NFS"
	depends on NET
	default m if DEFAULTS

config NFS_V4
	bool "NFS 4"
	depends on NFS
	default y

config SLOTS
	int "Slots"
	depends on NFS
	default 16
endmenu

config DEFAULTS
	bool "Defaults"

choice
	prompt "Speed"
	default SLOW
config SLOW
	bool "slow"
config FAST
	bool "fast"
endchoice
`;

type Values = Readonly<Record<string, string>>;

/** Each cause with what was set, and indented beneath it what follows. */
function differences(before: Values, after: Values, dialect: Dialect = linux61): string[] {
  const model = parse(text, dialect);
  const [a, b] = [before, after].map((values) => evaluate(model, new Map(Object.entries(values))));
  return compareConfigurations(a!, b!).flatMap(({symbol, before: from, after: to, consequences, ...set}) => [
    `${symbol.name} ${from}→${to} (${set.setBefore ?? '-'}→${set.setAfter ?? '-'})`,
    ...consequences.map((one) => `  ${one.symbol.name} ${one.before}→${one.after}: ${one.reason}`),
  ]);
}

test('What is switched off takes with it what depends on it, also what the user had set.', (t) => {
  t.deepEqual(differences({NET: 'y', NFS: 'm', SLOTS: '8'}, {}), [
    'NET y→n (y→-)',
    '  CRC y→n: no longer selected by NET [=y] (Kconfig:8)',
    '  NFS m→n: it depends on NET [=n] (Kconfig:16)',
    '  NFS_V4 y→n: it depends on NFS [=n] (Kconfig:21)',
    '  SLOTS 8→: it depends on NFS [=n] (Kconfig:26)',
  ]);
});

test('What is switched on brings what the defaults give, and what had to be set beside it is a cause of its own.', (t) => {
  t.deepEqual(differences({}, {NET: 'y', NFS: 'm', SLOTS: '8'}), [
    'NET n→y (-→y)',
    '  CRC n→y: selected by NET [=y] (Kconfig:8)',
    'NFS n→m (-→m)',
    '  NFS_V4 n→y: default y (Kconfig:22)',
    'SLOTS →8 (-→8)',
  ]);
});

test('A default that changes its value is the consequence of what its condition names.', (t) => {
  t.deepEqual(differences({NET: 'y'}, {NET: 'y', DEFAULTS: 'y'}), [
    'DEFAULTS n→y (-→y)',
    '  NFS n→m: default m if DEFAULTS [=y] (Kconfig:17)',
    '  NFS_V4 n→y: default y (Kconfig:22)',
    '  SLOTS →16: default 16 (Kconfig:27)',
  ]);
});

test('Of a choice the member that was chosen is the cause, and the other the consequence.', (t) => {
  for (const dialect of [linux61, linux612]) {
    t.deepEqual(
      differences({}, {FAST: 'y'}, dialect).map((line) => line.replace(/:.*/, '')),
      ['FAST n→y (-→y)', '  SLOW y→n'],
      dialect.name,
    );
    const [cause, consequence] = differences({FAST: 'y'}, {}, dialect);
    t.is(cause, 'FAST y→n (y→-)');
    t.regex(consequence!, /SLOW n→y/);
  }
});

test('Configurations that were written otherwise and come out the same do not differ.', (t) => {
  t.deepEqual(differences({NET: 'y'}, {NET: 'y', NFS: 'n', FAST: 'n', SLOTS: '3'}), []);
});

/** Undefined for what a tree may not say. */
function parsed(kconfig: string): KconfigModel | undefined {
  try {
    return parse(kconfig);
  } catch (error) {
    if (error instanceof KbuildError) return undefined;
    throw error;
  }
}

test('In any tree each symbol that differs is told once, with its two values.', (t) => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = new RandomKconfig(seed, {symbols: 40});
    const model = parsed(random.kconfig());
    if (!model) continue;
    const [a, b] = [random.config(), random.config()].map((config) =>
      loadConfig(model, savedefconfig(model, config).text),
    );
    const told = compareConfigurations(a!, b!)
      .flatMap(({symbol, before, after, consequences}) => [{symbol, before, after}, ...consequences])
      .filter(({before, after}) => before !== after)
      .map(({symbol, before, after}) => `${symbol.name} ${before}→${after}`);
    const differing = [...model.symbols.values()]
      .filter((symbol) => symbol.nodes.length > 0 && symbol.type !== 'unknown')
      .filter((symbol) => a!.value(symbol) !== b!.value(symbol))
      .map((symbol) => `${symbol.name} ${a!.value(symbol)}→${b!.value(symbol)}`);
    t.deepEqual(told.sort(), differing.sort(), `seed ${seed}`);
  }
});
