import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import * as kconfig from '../../src/kconfig/index.ts';
import {errorsOf, folderSources} from './tree.ts';

const fixtures = join(process.cwd(), 'fixtures', 'kconfig-older');
const environment = new Map([
  ['FLAVOUR', 'vanilla'],
  ['PATH', process.env.PATH ?? ''],
]);

type Run = (model: kconfig.KconfigModel, config: string, read: (golden: string) => string) => string;

const autoconf = (model: kconfig.KconfigModel, config: string) =>
  kconfig.writeAutoconf(kconfig.olddefconfig(model, config).evaluation);

const runs: Readonly<Record<string, Run>> = {
  allnoconfig: (model) => kconfig.allnoconfig(model).text,
  allyesconfig: (model) => kconfig.allyesconfig(model).text,
  allmodconfig: (model) => kconfig.allmodconfig(model).text,
  alldefconfig: (model) => kconfig.alldefconfig(model).text,
  olddefconfig: (model, config) => kconfig.olddefconfig(model, config).text,
  defconfig: (model, config) => kconfig.defconfig(model, config).text,
  savedefconfig: (model, config) => kconfig.savedefconfig(model, config).text,
  'allnoconfig-seeded': (model, config) => kconfig.allnoconfig(model, config).text,
  'auto.conf': (model, _, read) => autoconf(model, read('olddefconfig')).autoConf,
  'autoconf.h': (model, _, read) => autoconf(model, read('olddefconfig')).autoconfHeader,
};

for (const dialect of [kconfig.linux510]) {
  const folder = join(fixtures, dialect.name);
  const goldens = readdirSync(join(folder, 'goldens'));
  const read = (golden: string) => readFileSync(join(folder, 'goldens', golden), 'latin1');

  test(`The ${dialect.name} tree gives, in each of ${goldens.length} modes, the bytes of that dialect's own tool.`, (t) => {
    const model = kconfig.parseKconfig('Kconfig', folderSources(folder, environment), dialect);
    const config = readFileSync(join(folder, 'in.config'), 'latin1');
    for (const golden of goldens) t.is(runs[golden]!(model, config, read), read(golden), golden);
  });
}

test('`option modules` is of 5.10 alone, `modules` of what follows.', (t) => {
  const entry = (line: string) => `config A\n\tbool\n\t${line}\n`;
  t.deepEqual(errorsOf(entry('option modules'), kconfig.linux510), []);
  t.deepEqual(errorsOf(entry('modules'), kconfig.linux61), []);
  t.regex(errorsOf(entry('modules'), kconfig.linux510)[0]!, /^Kconfig:3: /);
  t.regex(errorsOf(entry('option modules'), kconfig.linux61)[0]!, /^Kconfig:3: /);
  t.deepEqual(errorsOf(entry('option env'), kconfig.linux510), ['Kconfig:3: invalid-option: invalid option']);
});

test('A second symbol cannot list default configurations.', (t) => {
  const list = (name: string) => `config ${name}\n\tstring\n\toption defconfig_list\n`;
  t.deepEqual(errorsOf(list('A') + list('B'), kconfig.linux510), [
    'Kconfig:6: defconfig-redefined: trying to redefine defconfig symbol',
  ]);
});
