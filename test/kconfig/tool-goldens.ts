/** Goldens of one dialect's own tool (fixtures/kconfig-older/make-goldens), and what the engine makes in their place. */

import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import * as kconfig from '../../src/kconfig/index.ts';
import {folderSources} from './tree.ts';

const environment = new Map([
  ['FLAVOUR', 'vanilla'],
  ['FLAG', 'y'],
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
  'tristate.conf': (model, _, read) => autoconf(model, read('olddefconfig')).tristateConf,
  'autoconf.h': (model, _, read) => autoconf(model, read('olddefconfig')).autoconfHeader,
  rustc_cfg: (model, _, read) => autoconf(model, read('olddefconfig')).rustcCfg,
};

/** Declares the test of the dialect's tree in `fixtures`. */
export function testGoldens(fixtures: string, dialect: kconfig.Dialect): void {
  const folder = join(process.cwd(), 'fixtures', fixtures, dialect.name);
  const goldens = readdirSync(join(folder, 'goldens'));
  const read = (golden: string) => readFileSync(join(folder, 'goldens', golden), 'latin1');

  test(`The ${dialect.name} tree gives, in each of ${goldens.length} modes, the bytes of that dialect's own tool.`, (t) => {
    const model = kconfig.parseKconfig('Kconfig', folderSources(folder, environment), dialect);
    const config = readFileSync(join(folder, 'in.config'), 'latin1');
    for (const golden of goldens) t.is(runs[golden]!(model, config, read), read(golden), golden);
  });
}
