import test from 'ava';
import {
  changedInputWarning,
  type Dialect,
  formatExpression,
  linux61,
  linux72,
  linux612,
  loadConfig,
  olddefconfig,
  Random,
  randomize,
  readProbability,
  Session,
  savedefconfig,
  writeConfig,
} from '../../src/kconfig/index.ts';
import {testGoldens} from './tool-goldens.ts';
import {errorsOf, parse, valueLines, warningsOf} from './tree.ts';

testGoldens('kconfig-newer', linux612);
testGoldens('kconfig-newer', linux612, 'linux-6.12-loop');
testGoldens('kconfig-newer', linux612, 'linux-6.12-default');
testGoldens('kconfig-newer', linux72);

const choice = (...lines: string[]) => `choice\n\tprompt "c"\n${lines.join('\n')}\nendchoice\n`;
const member = (name: string, ...lines: string[]) =>
  [`config ${name}`, '\tbool "member"', ...lines].join('\n');

test('Where a choice is a menu, it has no type, name or mode of its own.', (t) => {
  const refused = (text: string) => errorsOf(text, linux612)[0];
  t.is(
    refused(`choice NAME\n\tprompt "c"\nendchoice\n`),
    'Kconfig:1: syntax: syntax error: expected the end of the line, found "NAME"',
  );
  t.is(refused(choice('\toptional')), 'Kconfig:3: invalid-statement: invalid statement');
  t.is(refused('choice\n\ttristate "c"\nendchoice\n'), 'Kconfig:1: no-prompt: choice must have a prompt');
  t.deepEqual(errorsOf('choice\n\tbool "c"\nendchoice\n', linux612), []);
  t.is(
    errorsOf('choice\n\tbool "c"\nendchoice\n', linux72)[0],
    'Kconfig:1: no-prompt: choice must have a prompt',
  );
});

test('A minimal config passes comments by, which before Linux 6.12 were calculated in it, as shows in a loop.', (t) => {
  // As conf of 6.1, 6.12 and 7.2 has it: S is past its range only if P is calculated first.
  const text = `comment "C"
	depends on P
config S
	int "S"
	default 5
	range 2 P
config P
	int
	default 5 if S != 7
`;
  t.is(savedefconfig(parse(text, linux61), '').text, 'CONFIG_S=\n');
  for (const dialect of [linux612, linux72]) {
    t.is(savedefconfig(parse(text, dialect), '').text, '');
    t.regex(olddefconfig(parse(text, dialect), '').text, /^CONFIG_S=0$/m);
  }
});

test('Members that are not bool, or have no prompt, a default or a prompt elsewhere, are errors with their places.', (t) => {
  const errors = (text: string, dialect: Dialect = linux612) => errorsOf(text, dialect);
  t.deepEqual(errors(choice('config A', '\ttristate')), [
    'Kconfig:3: choice-member: choice member must have a prompt',
    'Kconfig:3: choice-member: choice member must be bool',
  ]);
  t.deepEqual(errors(choice(member('A', '\tdefault y'))), [
    'Kconfig:5: choice-member: defaults for choice values not supported',
  ]);
  t.deepEqual(errors(`${choice(member('A'))}config A\n\tbool "outside"\n`), [
    'Kconfig:7: choice-member: choice value has a prompt outside its choice group',
  ]);
  const twice = choice(member('A'), member('A'));
  t.deepEqual(errors(twice), []);
  t.deepEqual(errors(twice, linux72), [
    'Kconfig:6: choice-member: choice value must not have a prompt in another entry',
    'Kconfig:4: choice-member: choice value must not have a prompt in another entry',
  ]);
});

test('A loop through a choice is told from the choice on, without places of the steps.', (t) => {
  t.deepEqual(errorsOf(choice(member('A'), member('B', '\tdepends on A')), linux612), [
    [
      'Kconfig:1: recursive-dependency: recursive dependency detected!',
      '\tsymbol <choice> unknown is visible depending on B',
      '\tsymbol B prompt is visible depending on A',
      '\tsymbol A is part of choice block at Kconfig:1',
    ].join('\n'),
  ]);
});

test('Linux 7.2 refuses what was a warning: blank and second help texts, a menuconfig without prompt.', (t) => {
  const text = 'menuconfig A\n\tbool\n\thelp\n\t  one\n\n\thelp\n\t  \n\nconfig B\n\tbool\n';
  t.deepEqual(warningsOf(text, linux612), [
    "Kconfig:9: help-redefined: 'A' defined with more than one help text -- only the last one will be used",
    "Kconfig:9: blank-help: 'A' defined with blank help text",
    'Kconfig:9: menuconfig-without-prompt: menuconfig statement without prompt',
  ]);
  t.deepEqual(errorsOf(text, linux72), [
    "Kconfig:9: help-redefined: 'A' defined with more than one help text",
    "Kconfig:9: blank-help: 'A' defined with blank help text",
    'Kconfig:9: menuconfig-without-prompt: menuconfig statement without prompt',
  ]);
});

test('Linux 7.2 refuses to source a file twice, and names the first time.', (t) => {
  const files = {Kconfig: 'source "a"\nsource "b"\n', a: '', b: '\nsource "a"\n'};
  t.deepEqual(errorsOf(files, linux612), []);
  t.deepEqual(errorsOf(files, linux72), [
    'b:2: repeated-inclusion: repeated inclusion of a\nKconfig:1: note: location of first inclusion of a',
  ]);
});

test('The path of a recursive inclusion goes up to the root.', (t) => {
  const files = {Kconfig: 'source "a"\n', a: '\nsource "b"\n', b: 'source "b"\n'};
  const path = (dialect: Dialect) => errorsOf(files, dialect)[0]!.split('\n').slice(3);
  t.deepEqual(path(linux61), ['  included from: b:1']);
  t.deepEqual(path(linux612), ['  included from: b:1', '  included from: a:2', '  included from: Kconfig:1']);
});

test('The last line of the root file has to end with a newline, that of another file belongs to the one around it.', (t) => {
  t.is(errorsOf('config A\n\tbool', linux612)[0]?.slice(0, 17), 'Kconfig:2: syntax');
  t.deepEqual(errorsOf('config A\n\tbool', linux61), []);
  const files = {Kconfig: 'source "a"\n', a: 'config A\n\tbool\n\tdefault y if'};
  t.is(errorsOf(files, linux61)[0]?.slice(0, 11), 'a:3: syntax');
  t.is(errorsOf(files, linux612)[0]?.slice(0, 8), 'Kconfig:');
});

test('A transitional symbol may have a help text and nothing else.', (t) => {
  const text = (line: string) => `config A\n\tbool\n\ttransitional\n${line}`;
  const message = 'transitional: transitional symbols can only have help sections';
  t.deepEqual(errorsOf(text('\thelp\n\t  Help.\n'), linux72), []);
  t.deepEqual(errorsOf(text('\tdefault y\n'), linux72), [`Kconfig:4: ${message}`]);
  t.deepEqual(errorsOf(text('\tdepends on B\n'), linux72), [`Kconfig:1: ${message}`]);
  t.is(errorsOf(text(''), linux612).length, 1);
});

test('What an old .config said of a transitional symbol counts as said of the symbol that takes its value.', (t) => {
  const model = parse(
    'config OLD\n\tbool\n\ttransitional\nconfig NEW\n\tbool "new"\n\tdefault OLD\n',
    linux72,
  );
  const {text, evaluation} = olddefconfig(model, 'CONFIG_OLD=y\n');
  t.deepEqual(valueLines(text), ['CONFIG_NEW=y']);
  t.true(evaluation.state(model.symbols.get('NEW')!).hasUser);
  t.false(olddefconfig(model, '').evaluation.state(model.symbols.get('NEW')!).hasUser);
});

test('In a session a choice that is a menu follows the member set last, and the one before when that is undone.', (t) => {
  const model = parse(choice(member('A'), member('B'), member('C')), linux612);
  const session = Session.of(model);
  const values = () => ['A', 'B', 'C'].filter((name) => session.value(name) === 'y').join();
  t.is(values(), 'A');
  session.set('C', 'y');
  t.is(values(), 'C');
  session.set('B', 'y');
  t.is(values(), 'B');
  session.unset('B');
  t.is(values(), 'B', 'the others are said to be n');
  session.undo();
  session.undo();
  t.is(values(), 'C');
});

test('What the user asked for and does not get is told in the order of the menu, as Linux 7.2 tells it.', (t) => {
  const text = `config LEVEL\n\tint "l"\n\trange 0 9\nconfig HIDDEN\n\tbool\n${choice(member('A'), member('B'))}`;
  const config = 'CONFIG_B=y\nCONFIG_A=y\nCONFIG_HIDDEN=y\nCONFIG_LEVEL=77\n';
  t.is(
    changedInputWarning(olddefconfig(parse(text, linux72), config).evaluation),
    [
      'warning: user-provided values changed by Kconfig:',
      '  CONFIG_LEVEL: 77 -> 9',
      '  CONFIG_HIDDEN: y -> n',
      '  CONFIG_B: y -> n',
      '',
    ].join('\n'),
  );
  t.is(changedInputWarning(olddefconfig(parse(text, linux72), '').evaluation), '');
});

test('Conditions are simplified node by node from Linux 6.12 on, so that parentheses count, as in its messages.', (t) => {
  const simplified = (condition: string, dialect: Dialect) => {
    const symbols = 'config A\n\tbool "a"\nconfig B\n\tbool "b"\nconfig T\n\ttristate "t"\n';
    const text = `${symbols}config X\n\ttristate\n\tdepends on ${condition}\n`;
    return formatExpression(parse(text, dialect).symbols.get('X')!.directDependency);
  };
  // What the conf of 6.1.192 and of 6.12.107 print after `Depends on [n]:` of an unmet dependency.
  for (const dialect of [linux61, linux612]) {
    t.is(simplified('B && A && B', dialect), 'A && B');
    t.is(simplified('T = m && T && T != m && A', dialect), 'n');
    t.is(simplified('A && (B || B || y) && !(A || T = m)', dialect), 'A && !A && T!=m');
    t.is(simplified('(A || B) && (B || A) && A', dialect), '(A || B) && A');
    t.is(
      simplified('((A && n) || B) && (T || (T = y || T = m)) && (B && (A && B))', dialect),
      '(T || T!=n) && A && B',
    );
  }
  const nested = 'T = m && (T && T != m) && A';
  t.is(simplified(nested, linux61), 'n');
  t.is(simplified(nested, linux612), 'T=m && T=y && A');
});

/** What `conf --randconfig` sets to `y` for a seed. */
function drawn(text: string, seed: number): readonly string[] {
  const evaluation = loadConfig(parse(text, linux612), undefined);
  randomize(evaluation, new Random(seed), readProbability()!);
  return valueLines(writeConfig(evaluation)).flatMap((line) => /^CONFIG_(\w+)=y$/.exec(line)?.[1] ?? []);
}

const bools = Array.from({length: 8}, (_, i) => `config P${i}\n\tbool "p"\n`).join('');

test("A member with two entries counts twice where members are drawn, and numbers that are nobody's are drawn, too.", (t) => {
  const text = `${choice(member('A'), member('B'), member('A'), member('C'))}${bools}`;
  // What scripts/kconfig/conf --randconfig of Linux 6.12.107 has for KCONFIG_SEED=1, 2 and 3.
  t.deepEqual(drawn(text, 1), ['C', 'P1', 'P4', 'P5', 'P7']);
  t.deepEqual(drawn(text, 2), ['A', 'P4', 'P5', 'P6']);
  t.deepEqual(drawn(text, 3), ['A', 'P0', 'P1', 'P4', 'P7']);
});

test('Nothing is drawn for an entry of y.', (t) => {
  const text = `config y\n\tbool "p"\n${bools}`;
  // What scripts/kconfig/conf --randconfig of Linux 6.12.107 and 7.2 has for KCONFIG_SEED=1, 2 and 3.
  t.deepEqual(drawn(text, 1), ['P3', 'P5']);
  t.deepEqual(drawn(text, 2), ['P1']);
  t.deepEqual(drawn(text, 3), ['P0', 'P3', 'P4', 'P5']);
});
