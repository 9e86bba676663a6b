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

/** Declares the test of the dialect's tree in `fixtures`, or of the tree named. */
export function testGoldens(fixtures: string, dialect: kconfig.Dialect, tree: string = dialect.name): void {
  const folder = join(process.cwd(), 'fixtures', fixtures, tree);
  const goldens = readdirSync(join(folder, 'goldens'));
  const read = (golden: string) => readFileSync(join(folder, 'goldens', golden), 'latin1');

  test(`The ${tree} tree gives, in each of ${goldens.length} modes, the bytes of that dialect's own tool.`, (t) => {
    const sources = folderSources(folder, environment);
    const model = kconfig.parseKconfig('Kconfig', sources, dialect);
    const stored = kconfig.storeModel(model);
    const models = [model, ...(stored ? [kconfig.restoreModel(stored, dialect, sources.readFile)!] : [])];
    const config = readFileSync(join(folder, 'in.config'), 'latin1');
    for (const one of models) {
      for (const golden of goldens) t.is(runs[golden]!(one, config, read), read(golden), golden);
    }
  });
}
