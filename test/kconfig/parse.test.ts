import test from 'ava';
import {alldefconfig, helpText, parseKconfig} from '../../src/kconfig/index.ts';
import {errorsOf, parse, sourcesOf, valueLines, warningsOf} from './tree.ts';

const stringA = (text: string) => `config A\n\tstring "a"\n\tdefault ${text}\n`;

function valueOfA(text: string): string | undefined {
  return valueLines(alldefconfig(parse(text)).text).find((line) => line.includes('CONFIG_A'));
}

test('A syntax error names the file and line, what was expected and what was found, and all of them are reported.', (t) => {
  t.deepEqual(errorsOf('config A\n\tbool "a" oops\nfoo bar\nconfig "q"\n\trange 1\n'), [
    'Kconfig:2: syntax: syntax error: expected the end of the line, found "oops"',
    'Kconfig:3: unknown-statement: unknown statement "foo"',
    'Kconfig:4: syntax: syntax error: expected a name, found the quoted text "q"',
    'Kconfig:5: invalid-statement: invalid statement',
  ]);
});

test('A block that is not closed, closed twice or closed as another kind is an error.', (t) => {
  t.deepEqual(errorsOf('menu "m"\n'), ['Kconfig:1: missing-end: missing end statement for this entry']);
  t.deepEqual(errorsOf('endif\n'), ["Kconfig:1: unexpected-end: unexpected 'endif' outside of a block"]);
  t.deepEqual(errorsOf('if y\nendmenu\n'), ["Kconfig:2: unexpected-end: unexpected 'menu' within if block"]);
});

test('A block has to end in the file it starts in.', (t) => {
  const errors = errorsOf({Kconfig: 'source "k"\n', k: 'menu "m"\n'});
  t.deepEqual(errors, ['k:1: missing-end: missing end statement for this entry']);
  const other = errorsOf({Kconfig: 'if y\nsource "k"\n', k: 'endif\n'});
  t.deepEqual(other, ["k:1: end-in-other-file: 'if' in different file than 'if'"]);
});

test('The last line of a tree ends no block of its file if it has no newline, as in the C tool.', (t) => {
  const errors = errorsOf('if y\nendif');
  t.deepEqual(errors, ["Kconfig:2: end-in-other-file: 'if' in different file than 'if'"]);
  t.deepEqual(errorsOf('if y\nendif\n'), []);
});

test('A tree may declare and select constants, which other trees do not notice.', (t) => {
  const declares = 'config A\n\tbool "a"\n\tselect n\n\nconfig y\n\tbool "yes" if A\n';
  const plain = 'config A\n\tdef_bool y\n';
  const before = alldefconfig(parse(plain)).text;
  t.deepEqual(valueLines(alldefconfig(parse(declares)).text), ['# CONFIG_A is not set']);
  t.is(alldefconfig(parse(plain)).text, before);
  t.deepEqual(
    parse(plain).allSymbols.map(({nodes}) => nodes.length),
    [0, 0, 0, 1],
  );
  t.true(errorsOf('config A\n\tdef_bool y\nconfig y\n\ttristate "yes" if A\n').length > 0);
});

test('A missing file is reported at the line that sources it.', (t) => {
  t.deepEqual(errorsOf('\nsource "nope"\n'), ['Kconfig:2: missing-file: can\'t open file "nope"']);
});

test('A file that includes itself through another is reported with the path of inclusions.', (t) => {
  t.deepEqual(errorsOf({Kconfig: 'source "a"\n', a: '\nsource "b"\n', b: 'source "a"\n'}), [
    'b:1: recursive-inclusion: Recursive inclusion detected.\nInclusion path:\n  current file : a\n  included from: b:1\n  included from: a:2',
  ]);
});

test('A string ends at the end of the line with a warning if its quote is missing.', (t) => {
  const text = 'config A\n\tstring "a"\n\tdefault "open\n';
  t.deepEqual(warningsOf(text), ['Kconfig:3: multi-line-string: multi-line strings not supported']);
  t.is(valueOfA(text), 'CONFIG_A="open"');
});

test('A backslash takes the next character as it is, in both kinds of quotes.', (t) => {
  t.is(valueOfA(stringA('"a\\"b\\c\'"')), 'CONFIG_A="a\\"bc\'"');
  t.is(valueOfA(stringA("'a\\'b\"'")), 'CONFIG_A="a\'b\\""');
});

test('Unknown characters are skipped with a warning.', (t) => {
  t.deepEqual(warningsOf('config A @\n\tbool "a"\n'), [
    "Kconfig:1: unsupported-character: ignoring unsupported character '@'",
  ]);
});

test('A help text ends by indentation, and loses the indentation of its first line.', (t) => {
  const model = parse('config A\n\tbool "a"\n\thelp\n\t  One.  \n\n\t    Two.\n\tdefault y\n');
  const [node] = model.symbols.get('A')!.nodes;
  t.is(helpText(node!.help!), 'One.\n\n  Two.\n');
  t.is(alldefconfig(model).text.includes('CONFIG_A=y'), true);
});

test('A word that expands to nothing is no token, and an expanded keyword is a name.', (t) => {
  const text =
    'k = config\nconfig $(none)A$(none)\n\tbool "a"\n\tdefault y\n$(none)\nconfig $(k)\n\tbool "k"\n';
  t.deepEqual(valueLines(alldefconfig(parse(text)).text), ['CONFIG_A=y', '# CONFIG_config is not set']);
});

test('A variable that refers to itself, an open reference and wrong arguments are errors with their line.', (t) => {
  t.deepEqual(errorsOf('A = $(A)\n$(A)\n'), [
    "Kconfig:2: recursive-variable: Recursive variable 'A' references itself (eventually)",
  ]);
  t.deepEqual(errorsOf(stringA('"$(x"')), [
    "Kconfig:3: unterminated-reference: unterminated reference to 'x\"': missing ')'",
  ]);
  t.deepEqual(errorsOf(stringA('"$(shell)"')), [
    "Kconfig:3: too-few-arguments: too few function arguments passed to 'shell'",
  ]);
  t.deepEqual(errorsOf('$(error-if,y,stop)\n'), ['Kconfig:1: error-if: stop']);
});

test('A shell answer keeps 4095 bytes, loses trailing newlines, and its other newlines become spaces.', (t) => {
  t.is(valueOfA(stringA(`"$(shell,one)"`)), 'CONFIG_A="one"');
  const long = parse(stringA(`"$(shell,${'x'.repeat(5000)})"`));
  t.is(alldefconfig(long).evaluation.value(long.symbols.get('A')!).length, 4095);
});

test('Symbols that need one another are reported with each step of the loop.', (t) => {
  const text = `config A
	bool "a"
	depends on C
	select B
config B
	bool "b"
config C
	def_bool !B
`;
  t.deepEqual(errorsOf(text), [
    [
      'Kconfig:5: recursive-dependency: recursive dependency detected!',
      'Kconfig:5:\tsymbol B is selected by A',
      'Kconfig:1:\tsymbol A depends on C',
      'Kconfig:8:\tsymbol C default value contains B',
    ].join('\n'),
  ]);
});

test('A recursive symbol that only a select mentions is reported at the select.', (t) => {
  t.deepEqual(errorsOf('config A\n\tbool "a" if GHOST\n\tselect GHOST\n').length, 1);
});

test('Ten thousand blocks, a long chain of conditions and a hundred thousand parentheses do not break the parser.', (t) => {
  const many = 100_000;
  t.is(
    valueOfA(`config A\n\tbool "a"\n\tdefault y if ${'('.repeat(many)}y${')'.repeat(many)}\n`),
    'CONFIG_A=y',
  );
  t.is(valueOfA(`config A\n\tbool "a"\n\tdefault y if ${'y && '.repeat(many)}y\n`), 'CONFIG_A=y');
  t.deepEqual(errorsOf('menu "m"\n'.repeat(10_000)), [
    'Kconfig:1001: nested-too-deep: blocks are nested too deep',
  ]);
  t.deepEqual(errorsOf(`config A\n\tbool\n\tdefault ${'!'.repeat(many)}y\n`), [
    'Kconfig:3: nested-too-deep: the expression is nested too deep',
  ]);
});

test('A chain of five thousand dependencies is evaluated.', (t) => {
  const count = 5000;
  let text = '';
  for (let i = count; i > 0; i--) text += `config S${i}\n\tbool\n\tdefault S${i - 1}\n`;
  const {evaluation} = alldefconfig(parse(`${text}config S0\n\tdef_bool y\n`));
  t.is(evaluation.value(evaluation.model.symbols.get(`S${count}`)!), 'y');
});

test('Entries that depend on the one before, or whose dependencies contain its own, become its submenu.', (t) => {
  const model = parse(`
config P
	bool
config A
	bool "a"
	depends on R
config CHILD
	bool "child"
	depends on A
config GRANDCHILD
	bool "grandchild"
	depends on CHILD && A
config SUPERSET
	bool "superset"
	depends on (A || Q) && R
config OUT
	bool "out"
	depends on A || Q
if P
config UNDER_PROMPTLESS
	bool "under promptless"
endif
config Q
	bool "q"
config R
	bool "r"
`);
  const outline = Array.from(model.nodes(), (node) => {
    let depth = 0;
    for (let parent = node.parent; parent; parent = parent.parent) depth++;
    return `${'-'.repeat(depth)}${node.symbol?.name ?? 'if'}`;
  });
  t.deepEqual(outline, [
    '-P',
    '-A',
    '--CHILD',
    '---GRANDCHILD',
    '--SUPERSET',
    '-OUT',
    '-if',
    '-UNDER_PROMPTLESS',
    '-Q',
    '-R',
  ]);
});

test('A file whose last line includes the file itself and has no newline is not read for ever.', (t) => {
  const files = {Kconfig: 'source "inc"\n', inc: 'config A\n\tbool\nsource "inc"'};
  t.throws(() => parseKconfig('Kconfig', sourcesOf(files)), {message: /again and again/});
});
