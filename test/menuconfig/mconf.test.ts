/** Menus against those of the tree's own mconf, dialog by dialog. They run if KBUILD_TREE names a kernel tree. */

import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {type KconfigModel, parseKconfig} from '../../src/kconfig/index.ts';
import {readable} from '../../src/menuconfig/bytes.ts';
import {RandomKconfig} from '../kconfig/random-kconfig.ts';
import {folderSources} from '../kconfig/tree.ts';
import {Driven} from './driver.ts';
import {KernelTree, note, onTree} from './kernel-tree.ts';
import {firstDifference, Walker} from './mconf-walk.ts';

/** How many random trees; KBUILD_RANDOM_TREES asks for more than the quick few. */
const randomTrees = Number(process.env.KBUILD_RANDOM_TREES ?? 60);

type Places = {
  readonly program: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Walks through the menus in both, and says the first dialog that differs, or that the .config does. */
function difference(model: KconfigModel, config: string, seed: number, steps: number, places: Places) {
  const driven = new Driven(model, config);
  const walk = new Walker(driven, seed).walk(steps);
  const path = join(places.cwd, 'walk.config');
  writeFileSync(path, config, 'latin1');
  const ran = spawnSync(places.program, ['Kconfig'], {
    cwd: places.cwd,
    env: {...places.env, KCONFIG_CONFIG: path},
    input: `${walk.input.join('\n')}\n`,
    encoding: 'latin1',
    maxBuffer: 2 ** 30,
  });
  // Ours is what people read, UTF-8.
  const shown = ran.stdout.split('\n').map(readable).join('\n');
  const found = firstDifference(walk, shown);
  if (found !== undefined) return found;
  return readFileSync(path, 'latin1') === driven.menuconfig.config() ? undefined : 'the .config differs';
}

onTree(`In a kernel tree, menus, help texts and values are those of its mconf${note}.`, (t) => {
  t.timeout(600_000);
  const tree = new KernelTree();
  const program = tree.makeScreens();
  if (program !== undefined) {
    const places = {program, cwd: tree.build, env: tree.environment};
    for (const seed of [1, 2, 3]) t.is(difference(tree.model, tree.defconfig, seed, 300, places), undefined);
  }
  tree.remove();
  t.pass();
});

onTree(`In random trees, menus are those of mconf${note}.`, (t) => {
  t.timeout(600_000);
  const tree = new KernelTree();
  const program = tree.makeScreens();
  // The random trees are of the releases in which a choice is a symbol.
  if (program !== undefined && tree.dialect.choices === 'symbols') {
    const cwd = join(tree.build, 'random');
    mkdirSync(cwd);
    const env = {PATH: process.env.PATH ?? ''};
    for (let seed = 0; seed < randomTrees; seed++) {
      const random = new RandomKconfig(seed, {symbols: 5 + (seed % 40)});
      writeFileSync(join(cwd, 'Kconfig'), random.kconfig(), 'latin1');
      const config = random.config();
      try {
        const model = parseKconfig('Kconfig', folderSources(cwd, new Map(Object.entries(env))), tree.dialect);
        t.is(difference(model, config, seed, 60, {program, cwd, env}), undefined, `seed ${seed}`);
      } catch (error) {
        if (!(error instanceof KbuildError)) throw error;
      }
    }
  }
  tree.remove();
  t.pass();
});
