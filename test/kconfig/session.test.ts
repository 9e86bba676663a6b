import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {dependentsOf} from '../../src/kconfig/dependents.ts';
import {
  type KconfigModel,
  linux612,
  loadConfig,
  type MenuNode,
  olddefconfig,
  parseKconfig,
  Session,
  savedefconfig,
} from '../../src/kconfig/index.ts';
import {SymbolState} from '../../src/kconfig/symbol-state.ts';
import {compareRandomly} from './compare-sessions.ts';
import {RandomKconfig} from './random-kconfig.ts';
import {folderSources, parse, valueLines} from './tree.ts';

const text = `
config MODULES
	bool "Modules"
	modules
	default y
config NET
	bool "Networking"
config INET
	bool "Internet"
	depends on NET
	default y
config TCP
	tristate
	default m if INET
config CRC
	tristate "Checksums"
	default n
config DRIVER
	tristate "Driver"
	depends on INET
	select CRC
choice
	prompt "Scheduler"
	default FAIR
config FIFO
	bool "fifo"
config FAIR
	bool "fair"
config DEADLINE
	bool "deadline"
	depends on NET
endchoice
config QUEUES
	int "Queues"
	range 1 16
	default 4
config BASE
	hex "Base"
	depends on NET
	default 0x10
config NAME
	string "Name"
	default "none"
`;
const model = parse(text);

/** `NAME before→after` of each change. */
function told(changes: ReturnType<Session['unset']>): string[] {
  return changes.map(({symbol, before, after}) => `${symbol.displayName} ${before.value}→${after.value}`);
}

function accepted(result: ReturnType<Session['set']>): string[] {
  if (!result.accepted) throw new Error(result.reason.message);
  return told(result.changes);
}

function refused(result: ReturnType<Session['set']>): string {
  return result.accepted ? 'accepted' : result.reason.message;
}

test('A value that is set changes what depends on it, told in the order of the menu.', (t) => {
  const session = Session.of(model);
  t.is(session.visibility('INET'), 'n');
  t.deepEqual(accepted(session.set('NET', 'y')), [
    'NET n→y',
    'INET n→y',
    'TCP n→m',
    'DRIVER n→n',
    'DEADLINE n→n',
    'BASE →0x10',
  ]);
  t.is(session.visibility('DRIVER'), 'y');
  t.deepEqual(accepted(session.set('DRIVER', 'm')), ['CRC n→m', 'DRIVER n→m']);
  t.deepEqual(accepted(session.set('INET', 'n')), ['INET y→n', 'TCP m→n', 'CRC m→n', 'DRIVER m→n']);
});

test('What a symbol cannot be is refused with the reason, and nothing changes.', (t) => {
  const session = Session.of(model);
  const before = session.write();
  t.is(refused(session.set('INET', 'y')), 'INET is n, not y: it depends on NET [=n] (Kconfig:10)');
  t.is(refused(session.set('NET', 'm')), 'NET is n, not m: it is of type bool, which has no such value');
  t.is(
    refused(session.set('QUEUES', '17')),
    'QUEUES is 4, not 17: it has to be between 1 and 16 (Kconfig:35)',
  );
  t.is(
    refused(session.set('FAIR', 'n')),
    'FAIR is y, not n: one member of its choice (Kconfig:22) has to be y; set another member',
  );
  t.is(
    refused(session.set('FIVO', 'y')),
    'no Kconfig file of this tree declares FIVO; the nearest names are FIFO',
  );
  t.is(session.write(), before);
  t.is(session.undo(), undefined);
});

test('A selected symbol cannot be set below what selects it.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\nCONFIG_DRIVER=m\n');
  t.is(refused(session.set('CRC', 'n')), 'CRC is m, not n: it is selected by DRIVER [=m] (Kconfig:21)');
  t.deepEqual(accepted(session.set('CRC', 'y')), ['CRC m→y']);
});

test('A member of a choice that is set to y takes the place of the one before.', (t) => {
  const session = Session.of(model);
  t.deepEqual(accepted(session.set('FIFO', 'y')), ['FIFO n→y', 'FAIR y→n']);
  t.deepEqual(told(session.unset('FIFO')), ['FIFO y→n', 'FAIR n→y']);
});

test('A number set while its symbol is invisible waits until that is visible, and hex gets its prefix.', (t) => {
  const session = Session.of(model);
  const result = session.set('BASE', 'ff');
  t.is(result.accepted && result.value, '');
  session.set('NET', 'y');
  t.is(session.value('BASE'), '0xff');
  t.true(session.isSet('BASE'));
  t.deepEqual(told(session.unset('BASE')), ['BASE 0xff→0x10']);
});

test('Steps are undone one by one, or back to a snapshot.', (t) => {
  const session = Session.of(model);
  const empty = session.write();
  const start = session.snapshot();
  session.set('NET', 'y');
  const withNet = session.write();
  const later = session.snapshot();
  session.set('DRIVER', 'y');
  session.set('NAME', 'a "name"');
  t.deepEqual(told(session.undo()!), ['NAME a "name"→none']);
  session.read('CONFIG_MODULES=n\n');
  t.deepEqual(told(session.restore(later)).length > 0, true);
  t.is(session.write(), withNet);
  t.deepEqual(told(session.restore(start)).at(0), 'NET y→n');
  t.is(session.write(), empty);
  t.throws(() => session.restore(later), {instanceOf: RangeError});
  session.forgetSteps();
  t.throws(() => session.restore({length: -1, last: undefined}), {instanceOf: RangeError});
});

test('In a loop, where conditions keep the values they were found with, a step that is undone leaves them as they were.', (t) => {
  const folder = join(process.cwd(), 'fixtures', 'kconfig-newer', 'linux-6.12-loop');
  const session = Session.of(parseKconfig('Kconfig', folderSources(folder, new Map()), linux612), '');
  const before = session.write();
  session.set('ALWAYS', 'n');
  t.not(session.write(), before);
  session.undo();
  t.is(session.write(), before);
});

test('A session writes the .config and the minimal config that the modes write.', (t) => {
  const session = Session.of(model);
  session.set('NET', 'y');
  session.set('DRIVER', 'm');
  session.set('QUEUES', '8');
  const config = session.write();
  t.is(config, olddefconfig(model, config).text);
  t.is(session.minimalConfig(), savedefconfig(model, config).text);
  t.is(session.write(), config);
  t.deepEqual(valueLines(session.minimalConfig()), ['CONFIG_NET=y', 'CONFIG_DRIVER=m', 'CONFIG_QUEUES=8']);
});

test('A .config that is read replaces all values, and its warnings are returned.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\n');
  const {warnings, changes} = session.read('CONFIG_QUEUES=08\n');
  t.deepEqual(
    warnings.map(({message}) => message),
    ["symbol value '08' invalid for QUEUES"],
  );
  t.is(told(changes)[0], 'NET y→n');
});

test('The selects past dependencies that hold now are told, each once.', (t) => {
  const unmet = parse(
    'config A\n\tbool "a"\n\tselect B\nconfig B\n\tbool "b"\n\tdepends on C\nconfig C\n\tbool "c"\n',
  );
  const session = Session.of(unmet);
  const messages = () => session.warnings.map(({message}) => message.split('\n')[0]);
  t.deepEqual(messages(), []);
  session.set('A', 'y');
  session.set('A', 'y');
  t.deepEqual(messages(), ['unmet direct dependencies detected for B']);
  session.set('C', 'y');
  t.deepEqual(messages(), []);
});

test('A copy of a state has every field of it.', (t) => {
  const state = new SymbolState();
  const filled = (field: string, text: string) => (field === 'memberOrder' ? [text] : {message: text});
  const fields = Object.keys(state) as (keyof SymbolState)[];
  for (const [i, field] of fields.entries()) Object.assign(state, {[field]: filled(field, String(i))});
  const copy = new SymbolState();
  copy.copyFrom(state);
  t.deepEqual(copy, state);
  for (const field of fields) {
    const other = new SymbolState();
    other.copyFrom(state);
    t.true(other.equals(state));
    Object.assign(other, {[field]: filled(field, 'another')});
    t.false(other.equals(state), field);
  }
});

/** Trees for which calculating the dependents is not enough, each with the reason that is given. */
const irregular: Readonly<Record<string, string>> = {
  'A depends on itself': 'config A\n\tint "a"\n\trange 0 A\n\tdefault 1\n',
  'there is a loop in the dependencies':
    'config A\n\tint "a"\n\trange 0 B\nconfig B\n\tint "b"\n\trange 0 A\n',
  'M depends on the tristate T':
    'config T\n\ttristate "t"\nconfig M\n\tbool "m"\n\tmodules\n\tdepends on T\n',
  'the default O of a choice is not in it':
    'choice\n\tprompt "c"\n\tdefault O\nconfig A\n\tbool "a"\nconfig B\n\tbool "b"\nendchoice\nconfig O\n\tbool "o"\n',
  'A has a prompt outside its choice':
    'choice\n\tprompt "c"\nconfig A\n\tbool "a"\nendchoice\nconfig A\n\tbool "a"\n',
};

for (const [reason, kconfig] of Object.entries(irregular)) {
  test(`Where the order of calculation may decide, it is known: ${reason}.`, (t) => {
    const made = parse(kconfig);
    t.is(dependentsOf(made).irregularity, reason);
    compareRandomly(made, 1, 30);
    t.pass();
  });
}

/** Random trees may be recursive, and are refused then. */
function parseUnlessRefused(kconfig: string): KconfigModel | undefined {
  try {
    return parse(kconfig);
  } catch (error) {
    if (error instanceof KbuildError) return undefined;
    throw error;
  }
}

/** How many random trees; KBUILD_RANDOM_TREES asks for more than the quick few. */
const randomTrees = Number(process.env.KBUILD_RANDOM_TREES ?? 30);

test('In random trees, random steps give what calculating everything gives.', (t) => {
  t.timeout(600_000);
  for (let seed = 0; seed < randomTrees; seed++) {
    const random = new RandomKconfig(seed, {symbols: 5 + (seed % 40)});
    const made = parseUnlessRefused(random.kconfig());
    const config = random.config();
    if (!made) continue;
    compareRandomly(made, seed, 25, seed % 2 === 0 ? config : undefined);
  }
  t.pass();
});

/** Choices that one calculation leaves as they are, and the next does not. */
const leftForNext = `config MODULES
	bool "modules"
	modules
config ON
	bool "on"
config LOW
	int "low"
	default 1
config NUMBER
	int "number"
	range LOW 100
choice
	prompt "optional"
	optional
config A
	bool "a"
config B
	bool "b"
	depends on ON
endchoice
choice
	prompt "tristate"
	tristate
config C
	tristate "c"
config D
	tristate "d"
	depends on ON
config E
	tristate "e"
	depends on ON
endchoice
choice
	prompt "calculated before the others"
	depends on A || D
config F
	bool "f"
endchoice
`;

/** What is shown only for what is below it counts as set once it was seen. */
const seenBelow = `config FREE
	bool "free"
config HIDDEN
	bool "hidden" if FREE
	default y
config BELOW
	bool "below"
	depends on HIDDEN
`;

test('A session that is looked at while it is made ready piece by piece is as one that is looked at afterwards.', (t) => {
  t.timeout(600_000);
  let pieces = 0;
  const ofOwn = [
    [seenBelow, ''],
    [leftForNext, 'CONFIG_MODULES=y\nCONFIG_ON=y\nCONFIG_C=m\n'],
  ] as const;
  const drawnTrees = Array.from({length: randomTrees}, (_, seed) => {
    const random = new RandomKconfig(seed, {symbols: 5 + (seed % 40)});
    return [random.kconfig(), random.config()] as const;
  });
  for (const [number, [kconfig, config]] of [...ofOwn, ...drawnTrees].entries()) {
    const made = parseUnlessRefused(kconfig);
    if (!made || dependentsOf(made).irregularity !== undefined) continue;
    const nodes = [...made.nodes()];
    for (const symbol of made.hashOrder.filter(({prompts}) => prompts.length > 0)) {
      const start = (calculateAll: boolean) =>
        new Session(loadConfig(made, config), {asMconf: true, calculateAll});
      const [meanwhile, afterwards] = [start(false), start(true)];
      const looks: MenuNode[] = [];
      while (meanwhile.prepareSome()) {
        const node = nodes[pieces++ % nodes.length]!;
        meanwhile.isShown(node);
        looks.push(node);
      }
      afterwards.prepare();
      for (const node of looks) afterwards.isShown(node);
      const value = meanwhile.value(symbol) === 'y' ? 'n' : 'y';
      for (const session of [meanwhile, afterwards]) session.set(symbol, value);
      t.is(meanwhile.write(), afterwards.write(), `tree ${number}, ${symbol.displayName}`);
    }
  }
  t.true(pieces > 20);
});

test('Choices that are menus keep to the order of what was set, and are as if everything were calculated.', (t) => {
  const menus = parse(
    `config ON
	bool "on"
	default y
choice
	prompt "c"
	default B if ON
config A
	bool "a"
config B
	bool "b"
config C
	bool "c"
	depends on ON
endchoice
config LAST
	bool "last"
	depends on C
	default y
config NUMBER
	int "n" if LAST
	default 3 if C
`,
    linux612,
  );
  const session = Session.of(menus);
  t.deepEqual(accepted(session.set('C', 'y')), ['B y→n', 'C n→y', 'LAST n→y', 'NUMBER 0→3']);
  t.deepEqual(accepted(session.set('C', 'n')), ['A n→y', 'C y→n', 'LAST y→n', 'NUMBER 3→0']);
  t.is(refused(session.set('LAST', 'y')), 'LAST is n, not y: it depends on C [=n] (Kconfig:17)');
  t.is(refused(session.set('LAST', 'n')), 'LAST is n already, and a user cannot set it now');
  for (let seed = 0; seed < 5; seed++) compareRandomly(menus, seed, 60, 'CONFIG_C=y\n');
});

test('What one calculation leaves for the next, as in the C tool, is left for the next step.', (t) => {
  const left = parse(leftForNext);
  t.is(dependentsOf(left).irregularity, undefined);
  for (let seed = 0; seed < 8; seed++) compareRandomly(left, seed, 60, 'CONFIG_MODULES=y\nCONFIG_C=m\n');
  const session = Session.of(left);
  session.set('NUMBER', '5');
  t.deepEqual(accepted(session.set('LOW', '7')), ['LOW 1→7', 'NUMBER 5→7']);
});
