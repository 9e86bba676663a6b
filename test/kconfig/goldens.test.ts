import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import * as kconfig from '../../src/kconfig/index.ts';
import {folderSources} from './tree.ts';

const fixtures = join(process.cwd(), 'fixtures', 'kconfig');
const environment = new Map([
  ['FLAVOUR', 'vanilla'],
  ['PATH', process.env.PATH ?? ''],
]);

const runs: Readonly<Record<string, (model: kconfig.KconfigModel, config: string) => string>> = {
  allnoconfig: (model) => kconfig.allnoconfig(model).text,
  allyesconfig: (model) => kconfig.allyesconfig(model).text,
  allmodconfig: (model) => kconfig.allmodconfig(model).text,
  alldefconfig: (model) => kconfig.alldefconfig(model).text,
  olddefconfig: (model, config) => kconfig.olddefconfig(model, config).text,
  defconfig: (model, config) => kconfig.defconfig(model, config).text,
  savedefconfig: (model, config) => kconfig.savedefconfig(model, config).text,
  yes2modconfig: (model, config) => kconfig.yes2modconfig(model, config).text,
  mod2yesconfig: (model, config) => kconfig.mod2yesconfig(model, config).text,
  mod2noconfig: (model, config) => kconfig.mod2noconfig(model, config).text,
  'allnoconfig-seeded': (model, config) => kconfig.allnoconfig(model, config).text,
  'auto.conf': (model, config) => autoconf(model, config).autoConf,
  'autoconf.h': (model, config) => autoconf(model, config).autoconfHeader,
  search: (model, config) => searchOfAll(kconfig.olddefconfig(model, config).evaluation),
  rustc_cfg: (model, config) => autoconf(model, config).rustcCfg,
};

function autoconf(model: kconfig.KconfigModel, config: string): kconfig.AutoconfTexts {
  return kconfig.writeAutoconf(kconfig.olddefconfig(model, config).evaluation);
}

/** As fixtures/kconfig/search-symbols.c prints it. */
function searchOfAll(evaluation: kconfig.Evaluation): string {
  return evaluation.model.hashOrder
    .filter(({name, kind, type}) => name !== undefined && kind === 'config' && type !== 'unknown')
    .map((symbol) => kconfig.searchText(evaluation, symbol))
    .join('');
}

for (const fixture of ['submenus', 'choices', 'selects', 'numbers', 'strings', 'macros']) {
  const folder = join(fixtures, fixture);
  const goldens = readdirSync(join(folder, 'goldens'));

  test(`The ${fixture} tree gives, in each of ${goldens.length} modes, the bytes that the C tool gives.`, (t) => {
    // One model for all modes: no run may leave anything behind in it.
    const model = kconfig.parseKconfig('Kconfig', folderSources(folder, environment));
    const config = readFileSync(join(folder, 'in.config'), 'latin1');
    for (const golden of goldens) {
      t.is(runs[golden]!(model, config), readFileSync(join(folder, 'goldens', golden), 'latin1'), golden);
    }
    t.deepEqual(goldens, Object.keys(runs).sort());
  });
}
