import test from 'ava';
import {
  allmodconfig,
  allnoconfig,
  allyesconfig,
  evaluate,
  formatConfigLine,
  mergeFragments,
  olddefconfig,
  savedefconfig,
} from '../../src/kconfig/index.ts';
import {parse, shown, valueLines} from './tree.ts';

const modules = 'config MODULES\n\tbool "Modules"\n\tmodules\n';

test('One model serves many configurations, none of which changes another.', (t) => {
  const model = parse(`${modules}config A\n\ttristate "a"\n\tselect B\nconfig B\n\ttristate\n`);
  const before = allnoconfig(model).text;
  const yes = allyesconfig(model);
  const mod = allmodconfig(model);
  t.deepEqual(valueLines(yes.text), ['CONFIG_MODULES=y', 'CONFIG_A=y', 'CONFIG_B=y']);
  t.deepEqual(valueLines(mod.text), ['CONFIG_MODULES=y', 'CONFIG_A=m', 'CONFIG_B=m']);
  t.is(allnoconfig(model).text, before);
  t.is(yes.evaluation.value(model.symbols.get('B')!), 'y');
});

test('A select past a dependency is warned of with the dependency and the selectors.', (t) => {
  const model = parse(
    'config A\n\tbool "a"\n\tselect B\nconfig B\n\tbool "b"\n\tdepends on C\nconfig C\n\tbool "c"\n',
  );
  const {text, warnings} = olddefconfig(model, 'CONFIG_A=y\n');
  t.deepEqual(valueLines(text), ['CONFIG_A=y', 'CONFIG_B=y', '# CONFIG_C is not set']);
  t.deepEqual(warnings.map(shown), [
    'Kconfig:4: unmet-dependency: unmet direct dependencies detected for B\n  Depends on [n]: C [=n]\n  Selected by [y]:\n  - A [=y]',
  ]);
});

test('Lines of .config that cannot be are warned of with their line, and the others are taken.', (t) => {
  const model = parse('config A\n\tbool "a"\nconfig N\n\tint "n"\n\tdefault 1\n');
  const {text, warnings} = olddefconfig(
    model,
    'CONFIG_A=m\nCONFIG_N=012\nnonsense\nCONFIG_A=y\nCONFIG_A=y\n',
  );
  t.deepEqual(valueLines(text), ['CONFIG_A=y', 'CONFIG_N=1']);
  t.deepEqual(
    warnings.map(shown),
    [
      "invalid-value: symbol value 'm' invalid for A",
      "invalid-value: symbol value '012' invalid for N",
      'unexpected-data: unexpected data: nonsense',
      'reassigned: override: reassigning to symbol A',
    ].map((line, i) => `.config:${[1, 2, 3, 5][i]}: ${line}`),
  );
});

test('Assignments by name give the values that their .config would give.', (t) => {
  const model = parse(`${modules}config A\n\ttristate "a"\nconfig S\n\tstring "s"\n`);
  const evaluation = evaluate(
    model,
    new Map([
      ['A', 'm'],
      ['MODULES', 'y'],
      ['S', 'a "quoted" \\ text'],
      ['GONE', 'y'],
    ]),
  );
  const value = (name: string) => evaluation.value(model.symbols.get(name)!);
  t.deepEqual([value('A'), value('S'), value('MODULES')], ['m', 'a "quoted" \\ text', 'y']);
  t.deepEqual(evaluation.warnings.map(shown), ['unknown-symbol: unknown symbol: GONE']);
  t.is(formatConfigLine(model, model.symbols.get('S')!, value('S')), 'CONFIG_S="a \\"quoted\\" \\\\ text"');
});

test('A chain of dependencies may be of any length, wherever in it the calculation begins.', (t) => {
  const length = 3000;
  const links = Array.from({length}, (_, i) => `config S${i}\n\tbool\n\tdefault S${i + 1}\n`);
  const model = parse(`${links.join('')}config S${length}\n\tbool "last"\n`);
  const {text} = olddefconfig(model, `CONFIG_S${length}=y\n`);
  t.deepEqual(
    valueLines(text),
    Array.from({length: length + 1}, (_, i) => `CONFIG_S${i}=y`),
  );
});

test('A chain of ranges may be of any length, too.', (t) => {
  const length = 3000;
  const links = Array.from({length}, (_, i) => `config S${i}\n\tint\n\tdefault 1\n\trange S${i + 1} 100\n`);
  const model = parse(`${links.join('')}config S${length}\n\tint "last"\n\tdefault 7\n`);
  t.true(valueLines(olddefconfig(model, '').text).every((line) => line.endsWith('=7')));
});

test('A minimal config gives the same .config again.', (t) => {
  const model = parse(
    `${modules}config A\n\ttristate "a"\n\tdefault y\nconfig B\n\tbool "b"\n\tdepends on A\nconfig C\n\tint "c"\n\tdefault 5\n`,
  );
  const full = olddefconfig(model, 'CONFIG_A=m\nCONFIG_MODULES=y\nCONFIG_B=y\nCONFIG_C=5\n').text;
  const {text} = savedefconfig(model, full);
  t.is(text, 'CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=y\n');
  t.is(olddefconfig(model, text).text, full);
});

test('A fragment replaces the lines of the base that name its symbols.', (t) => {
  const base = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_AB=y\n';
  t.is(
    mergeFragments(base, ['CONFIG_B=y\n# CONFIG_A is not set\n']),
    'CONFIG_AB=y\n\nCONFIG_B=y\n# CONFIG_A is not set\n',
  );
});
