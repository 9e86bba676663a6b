import test from 'ava';
import type {Diagnostic} from '../../src/base/diagnostic.ts';
import * as kconfig from '../../src/kconfig/index.ts';
import {allowsTristate} from '../../src/kconfig/set.ts';
import {testGoldens} from './tool-goldens.ts';
import {errorsOf, parse, sourcesOf, warningsOf} from './tree.ts';

for (const dialect of [kconfig.linux510, kconfig.uboot, kconfig.buildroot]) {
  testGoldens('kconfig-older', dialect);
}

test('`option modules` is of 5.10 alone, `modules` of what follows.', (t) => {
  const entry = (line: string) => `config A\n\tbool\n\t${line}\n`;
  t.deepEqual(errorsOf(entry('option modules'), kconfig.linux510), []);
  t.deepEqual(errorsOf(entry('modules'), kconfig.linux61), []);
  t.regex(errorsOf(entry('modules'), kconfig.linux510)[0]!, /^Kconfig:3: /);
  t.regex(errorsOf(entry('option modules'), kconfig.linux61)[0]!, /^Kconfig:3: /);
  t.deepEqual(errorsOf(entry('option env'), kconfig.linux510), ['Kconfig:3: invalid-option: invalid option']);
});

test('Where keywords are positional, they are names elsewhere, and a text needs no quotes.', (t) => {
  const tree =
    'config config\n\tbool Prompt if if_x\n\tdepends on on.a/b || select\n\t---help---\n\t  Help.\n';
  t.deepEqual(errorsOf(tree, kconfig.uboot), []);
  t.regex(errorsOf(tree, kconfig.linux510)[0]!, /^Kconfig:1: syntax/);
  t.regex(errorsOf('config A\n\tbool "a" on\n', kconfig.uboot)[0]!, /^Kconfig:2: syntax/);
  t.regex(
    errorsOf('choice\nmenu "a"\nendmenu\nendchoice\n', kconfig.uboot)[0]!,
    /^Kconfig:2: invalid-option/,
  );
});

test('Where a loop is only told of, the tree is read all the same.', (t) => {
  const loop = 'config A\n\tbool "a" if B\nconfig B\n\tbool "b" if A\n';
  t.regex(errorsOf(loop, kconfig.uboot)[0]!, /^Kconfig:4: recursive-dependency/);
  const warnings: string[] = [];
  const sources = {...sourcesOf(loop), warn: ({message}: {message: string}) => warnings.push(message)};
  const model = kconfig.parseKconfig('Kconfig', sources, kconfig.buildroot);
  t.deepEqual(warnings, [
    'recursive dependency detected!\nKconfig:4:\tsymbol B depends on A\nKconfig:2:\tsymbol A depends on B',
  ]);
  t.false(/is not set|=/.test(kconfig.allyesconfig(model).text));
});

test('Where a loop is only told of, the condition of an `imply` is a part of it.', (t) => {
  const loop = 'config A\n\tbool "a"\n\timply C if B\nconfig B\n\tbool\n\tdefault A\nconfig C\n\tbool "c"\n';
  t.deepEqual(errorsOf(loop, kconfig.uboot), []);
  t.deepEqual(warningsOf(loop, kconfig.buildroot), [
    'Kconfig:6: recursive-dependency: recursive dependency detected!\nKconfig:6:\tsymbol B default value contains A\nKconfig:3:\tsymbol A depends on B',
  ]);
});

test('What a loop finds of a number before that has a value is printed as a null pointer is.', (t) => {
  const loop = 'config A\n\tint\nconfig B\n\tint\n\tdefault A\nif B\nconfig A\n\tint "a"\nendif\n';
  t.true(kconfig.alldefconfig(parse(loop, kconfig.buildroot)).text.endsWith('#\nB=(null)\n'));
});

// As support/kconfig/conf of Buildroot 2026.08-rc1 holds this session.
test('What a loop finds of a tristate that was `m` compares as `n` once MODULES is `n`.', (t) => {
  const tree =
    'config MODULES\n\tbool "m"\n\toption modules\n\tdefault y\nconfig S0\n\ttristate "s"\nif (!S0 || S3 != S4)\nmenuconfig S3\n\ttristate "t"\nconfig S4\n\tbool "u"\nendif\n';
  const evaluation = kconfig.loadConfig(parse(tree, kconfig.buildroot), 'S0=m\nS3=y\n');
  const conversation = kconfig.ask(evaluation, {all: false, echo: true});
  t.true(conversation.next().value!.endsWith('m (MODULES) [Y/n/?] (NEW) '));
  t.deepEqual(conversation.next('no\n'), {done: true, value: 'no\ns (S0) [Y/n/?] y\n'});
});

test('Up to Linux 4.19 a member of two choices has two lines, if it is calculated again between them.', (t) => {
  const choice = 'choice\n\tbool "c"\nconfig A\n\tbool "a"\nconfig B\nendchoice\n';
  const third = 'choice\n\tprompt "d" if A\n\tbool\nconfig D\n\tbool "d"\nendchoice\n';
  const lines = (dialect: kconfig.Dialect) =>
    kconfig.defconfig(parse(choice + choice + third, dialect), '').text.match(/^CONFIG_A=y$/gm);
  t.is(lines(kconfig.uboot)?.length, 2);
  t.is(lines(kconfig.linux510)?.length, 1);
});

test('A test for `m` is told of as well where a symbol becomes bool only with its choice.', (t) => {
  const tree =
    'if A\nchoice\n\tprompt "c"\n\tbool\nconfig B\n\tprompt "b"\nendchoice\nendif\nconfig C\n\tbool "c" if B != m\n';
  t.regex(
    warningsOf(tree, kconfig.linux510).join('\n'),
    /boolean symbol B tested for 'm'\? test forced to 'y'/,
  );
});

test('After a reference to nothing, where keywords are positional, the line has no comment.', (t) => {
  const tree = '$(NONE) # here\nconfig A\n\tbool\n';
  t.deepEqual(errorsOf(tree, kconfig.linux510), []);
  t.deepEqual(errorsOf(tree, kconfig.uboot), ['Kconfig:1: unknown-statement: unknown statement "here"']);
});

test('The title and the files of a tree without macros name symbols.', (t) => {
  const files = {
    Kconfig: 'mainmenu "$A$B"\nconfig A\n\tstring\n\toption env="NAME"\nsource "$A/in"\n',
    'value/in': 'config B\n\tstring\n\tdefault A\n',
  };
  const model = kconfig.parseKconfig('Kconfig', sourcesOf(files), kconfig.buildroot);
  t.is(model.mainMenuTitle, 'valuevalue');
  t.deepEqual(errorsOf({...files, 'value/in': 'source "$C"\n'}, kconfig.buildroot), [
    'value/in:1: missing-file: can\'t open file ""',
  ]);
});

test('A second symbol cannot list default configurations.', (t) => {
  const list = (name: string) => `config ${name}\n\tstring\n\toption defconfig_list\n`;
  t.deepEqual(errorsOf(list('A') + list('B'), kconfig.linux510), [
    'Kconfig:6: defconfig-redefined: trying to redefine defconfig symbol',
  ]);
});

test("Where keywords are positional, a menu's visibility stands before its dependencies.", (t) => {
  const menu = (first: string, second: string) => `menu "M"\n\t${first}\n\t${second}\nendmenu\n`;
  t.deepEqual(errorsOf(menu('visible if A', 'depends on B'), kconfig.uboot), []);
  t.deepEqual(errorsOf(menu('depends on B', 'visible if A'), kconfig.uboot), [
    'Kconfig:3: invalid-option: invalid option',
  ]);
});

test('An unlimited `imply` of `y` leaves no `m` to choose.', (t) => {
  const tree =
    'config MODULES\n\tdef_bool y\n\toption modules\nconfig A\n\tdef_bool y\n\timply B\nconfig B\n\ttristate "b"\n';
  for (const [dialect, allowed] of [
    [kconfig.linux510, true],
    [kconfig.uboot, false],
  ] as const) {
    const model = parse(tree, dialect);
    const evaluation = kconfig.loadConfig(model, undefined);
    evaluation.calculate(model.symbols.get('B')!);
    t.is(allowsTristate(evaluation, model.symbols.get('B')!, 1), allowed, dialect.name);
  }
});

test('Where keywords are positional, a string that the end of the file ends is lost.', (t) => {
  const model = (dialect: kconfig.Dialect) => parse('config A\n\tbool "a', dialect);
  t.is(model(kconfig.uboot).symbols.get('A')?.prompts.length, 0);
  t.is(model(kconfig.linux510).symbols.get('A')?.prompts.length, 1);
});

test('Where keywords are positional, a string that is not closed is lost if its line ends with a reference.', (t) => {
  const prompts = (text: string, dialect: kconfig.Dialect) =>
    parse(`config A\n\tbool "${text}\n`, dialect)
      .symbols.get('A')
      ?.prompts.map((prompt) => prompt.text);
  t.deepEqual(prompts('a $(NONE)', kconfig.uboot), []);
  t.deepEqual(prompts('a $(NONE) b', kconfig.uboot), ['a  b']);
  t.deepEqual(prompts('a $(NONE)', kconfig.linux510), ['a ']);
});

test('Where keywords are positional, a fault in an option is its line alone, and one in a block ends all blocks.', (t) => {
  t.deepEqual(errorsOf('config A\n\tfoo bar\n\tbool "a" b\n\tint\n', kconfig.buildroot), [
    'Kconfig:2: unknown-option: unknown option "foo"',
    'Kconfig:3: syntax: syntax error: expected the end of the line, found "b"',
  ]);
  t.deepEqual(errorsOf('menu m\nif y\nfoo\nendif\n', kconfig.buildroot), [
    'Kconfig:3: invalid-statement: invalid statement',
    'Kconfig:3: missing-end: missing end statement for this entry',
    'Kconfig:1: missing-end: missing end statement for this entry',
    'Kconfig:4: unexpected-end: unexpected end statement',
  ]);
});

test('What is compared with y depends on an entry of y before it, and is below it.', (t) => {
  // Symbols without type are told of as they are finalised, those below an entry first: so says U-Boot's conf.
  t.deepEqual(warningsOf('config y\nconfig A\n\tdepends on B != y\n', kconfig.uboot), [
    'Kconfig:2: no-type: config symbol defined without type',
    'Kconfig:1: no-type: config symbol defined without type',
  ]);
});

test('An entry of y gives the constant its type and its prompts.', (t) => {
  const {buildroot, linux510, uboot} = kconfig;
  const selecting = 'config y\n\ttristate\n\tselect B\nconfig B\n\ttristate\n\tdepends on C\n';
  const [unmet] = kconfig.alldefconfig(parse(selecting, buildroot)).warnings;
  // What Buildroot's conf says; without the type it would be `- y`.
  t.true(unmet?.message.endsWith('  Selected by [y]:\n  - y [=y]'));
  const choice = 'choice\n\ttristate "c"\nconfig y\n\ttristate "a"\nendchoice\n';
  for (const dialect of [linux510, uboot]) {
    const conversation = kconfig.ask(kconfig.loadConfig(parse(choice, dialect), ''), {
      all: false,
      echo: true,
    });
    // As conf --oldconfig of both asks.
    t.true(conversation.next().value!.endsWith('c\n> 1. a (y) (NEW)\nchoice[1]: 1\n'), dialect.name);
  }
});

test('An option that no choice has takes the next line with it, or an empty one.', (t) => {
  const told = (...lines: readonly string[]) => {
    const sources = sourcesOf(`choice\n${lines.join('\n')}\nconfig A\n\tbool "a"\nendchoice\nfoo\n`);
    let text = '';
    const error = (diagnostic: Diagnostic) => {
      text += kconfig.printed(diagnostic, kconfig.uboot).text;
    };
    t.throws(() => kconfig.parseKconfig('Kconfig', {...sources, error}, kconfig.uboot));
    return text;
  };
  const end = (line: number) => `Kconfig:${line + 1}: syntax error\nKconfig:${line}: invalid statement\n`;
  // As U-Boot's conf tells of it.
  t.is(told('\tstring "s"', '\tbool "x"', ''), `Kconfig:3: invalid option\n${end(8)}`);
  t.is(told('\tstring "s"', '', '\tbool "x"'), `Kconfig:2: invalid option\n${end(8)}`);
  t.is(
    told('\tint', '# c', '', '\tdef_bool y', '   '),
    `Kconfig:2: invalid option\nKconfig:5: invalid option\n${end(10)}`,
  );
});
