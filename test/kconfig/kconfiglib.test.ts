/** Trees that Kconfiglib reads; the goldens are what it makes of them (fixtures/kconfiglib/make-goldens.py). */

import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {glob} from '../../src/conf/glob.ts';
import * as kconfig from '../../src/kconfig/index.ts';

const folder = resolve(import.meta.dirname, '../../../fixtures/kconfiglib');
const golden = (name: string) => readFileSync(join(folder, 'goldens', name), 'latin1');

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(join(folder, 'tree', path), 'latin1');
  } catch {
    return undefined;
  }
}

const functions: Readonly<Record<string, kconfig.KconfiglibFunction>> = {
  answer: {minimum: 1, maximum: 1, answer: (what) => (what === 'uart' ? 'y' : 'n')},
  size: {minimum: 0, maximum: 0, answer: () => '42'},
};

type Read = {readonly model: kconfig.KconfiglibModel; readonly said: string[]};

function parse(files: Readonly<Record<string, string>>, dialect = kconfig.kconfiglib): Read {
  const said: string[] = [];
  const sources: kconfig.KconfiglibSources = {
    readFile: (path) => files[path],
    environment: new Map(),
    shell: () => ({output: '', errors: ''}),
    functionNamed: (name) => functions[name],
    warn: ({message}) => said.push(message),
  };
  return {model: kconfig.parseKconfiglib('Kconfig', sources, dialect), said};
}

function fault(text: string, dialect = kconfig.kconfiglib): string | undefined {
  return catchFault(() => parse({Kconfig: text}, dialect))?.message;
}

function catchFault(step: () => unknown): KbuildError | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof KbuildError) return error;
    throw error;
  }
}

for (const mode of ['allnoconfig', 'allyesconfig', 'allmodconfig', 'alldefconfig', 'olddefconfig'] as const) {
  test(`${mode} makes the files and says the words that Kconfiglib does.`, (t) => {
    let said = '';
    const warn = ({message}: {readonly message: string}) => {
      said += `${message}\n`;
    };
    const prefix = `${join(folder, 'tree')}/`;
    const sources: kconfig.KconfiglibSources = {
      readFile: (path) => readIfThere(path.replace(prefix, '')),
      glob,
      treePrefix: prefix,
      environment: new Map(),
      shell: () => ({output: '', errors: ''}),
      functionNamed: (name) => functions[name],
      warn,
    };
    const model = kconfig.parseKconfiglib('Kconfig', sources, kconfig.kconfiglib);
    const values = new kconfig.KconfiglibValues(model, warn);
    if (mode === 'olddefconfig') {
      kconfig.readKconfiglibConfig(values, readIfThere('in.config')!, {file: 'in.config', replace: true});
    } else kconfig.setAllKconfiglib(values, mode);
    t.is(kconfig.writeKconfiglibConfig(values), golden(`${mode}.config`));
    t.is(kconfig.writeKconfiglibMinimal(values), golden(`${mode}.min`));
    t.is(kconfig.writeKconfiglibHeader(values), golden(`${mode}.h`));
    t.is(said, golden(`${mode}.stderr`));
  });
}

test('`configdefault` is of Zephyr, counts where it stands, and gives nothing but defaults.', (t) => {
  const tree = 'configdefault A\n\tdefault 7\nconfig A\n\tint "a"\n\tdefault 3\n';
  const {model} = parse({Kconfig: tree}, kconfig.zephyr);
  t.is(kconfig.writeKconfiglibConfig(new kconfig.KconfiglibValues(model)), 'CONFIG_A=7\n');
  t.regex(fault(tree)!, /^Kconfig:2: error: couldn't parse 'default 7'|^Kconfig:1: error: couldn't parse/);
  t.regex(
    fault('configdefault A\n\tbool "a"\n', kconfig.zephyr)!,
    /: configdefault can only contain `default`$/,
  );
});

test('A function is called with as many arguments as it takes, or the tree is refused.', (t) => {
  t.is(
    fault('config A\n\tdef_bool $(answer)\n'),
    'Kconfig:2: bad number of arguments in call to answer, expected 1, got 0',
  );
  t.is(
    fault('config A\n\tdef_bool $(unknown,x)\n'),
    "Kconfig:2: error: couldn't parse 'def_bool $(unknown,x)': macro expanded to blank string",
  );
});

test('A file that must be there is missed in the words of Kconfiglib.', (t) => {
  t.regex(
    fault('rsource "x/*.in"\n')!,
    /^Kconfig:1: 'x\/\*\.in' not found \(in 'rsource "x\/\*\.in"'\)\. Check/,
  );
  t.is(fault('orsource "x/*.in"\n'), undefined);
});

test('A loop of dependencies is refused with the entries in it.', (t) => {
  const message = fault('config A\n\tbool "a" if B\nconfig B\n\tbool "b" if A\n')!;
  t.regex(message, /^Dependency loop\n=+\n\nA \(defined at Kconfig:1\), with definition\.\.\.\n\nconfig A\n/);
  t.regex(message, /\.\.\.depends again on A \(defined at Kconfig:1\)$/);
});

test('A tree with kconfiglib.py and no tool in C is read by Kconfiglib, by that of Zephyr if it has configdefault.', (t) => {
  const recognise = (text: string) =>
    kconfig.recogniseDialect((path) => (path === 'scripts/kconfig/kconfiglib.py' ? text : undefined));
  t.is(recognise('_T_CONFIGDEFAULT'), kconfig.zephyr);
  t.is(recognise('def _parse_depends(self):'), kconfig.kconfiglib);
  t.false(recognise('class Kconfig:')!.conditionalDepends);
  t.throws(() => kconfig.parseKconfig('Kconfig', {} as kconfig.KconfigSources, kconfig.zephyr), {
    message: /not conf/,
  });
});
