/** Random keys. They are more, and on a kernel tree, if KBUILD_TREE names one. */

import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {type KconfigModel, linux61, linux612, olddefconfig} from '../../src/kconfig/index.ts';
import {RandomKconfig} from '../kconfig/random-kconfig.ts';
import {parse} from '../kconfig/tree.ts';
import {Driven} from './driver.ts';
import {KernelTree, note, onTree} from './kernel-tree.ts';
import {pressRandomly} from './random-keys.ts';
import {network} from './trees.ts';

for (const [name, dialect] of [
  ['6.1', linux61],
  ['6.12', linux612],
] as const) {
  test(`Whatever keys come, the .config is what olddefconfig makes of it, and edits made again give the same (${name}).`, (t) => {
    const model = parse(network, dialect);
    for (let seed = 0; seed < 6; seed++) {
      const driven = new Driven(model, 'CONFIG_NET=y\n');
      const edits = pressRandomly(driven, seed, 400);
      t.true(edits.length > 10);
      const config = driven.menuconfig.config();
      t.is(config, olddefconfig(model, config).text, `seed ${seed}`);
      const again = new Driven(model, 'CONFIG_NET=y\n');
      t.deepEqual(again.menuconfig.replay(JSON.parse(JSON.stringify(edits))), []);
      t.is(again.menuconfig.config(), config, `seed ${seed}`);
    }
  });
}

function parseUnlessRefused(kconfig: string): KconfigModel | undefined {
  try {
    return parse(kconfig);
  } catch (error) {
    if (error instanceof KbuildError) return undefined;
    throw error;
  }
}

test('Edits made again give the same in random trees.', (t) => {
  let made = 0;
  for (let seed = 0; seed < 40; seed++) {
    const random = new RandomKconfig(seed, {symbols: 5 + (seed % 40)});
    const model = parseUnlessRefused(random.kconfig());
    const config = random.config();
    if (!model) continue;
    const driven = new Driven(model, config);
    const edits = pressRandomly(driven, seed, 150);
    const again = new Driven(model, config);
    t.deepEqual(again.menuconfig.replay(edits), [], `seed ${seed}`);
    t.is(again.menuconfig.config(), driven.menuconfig.config(), `seed ${seed}`);
    made += edits.length;
  }
  t.true(made > 100);
});

onTree(
  `10,000 keys on a kernel tree never fail, and leave what conf --olddefconfig leaves as it is${note}.`,
  (t) => {
    t.timeout(600_000);
    const tree = new KernelTree();
    const folder = mkdtempSync(join(tmpdir(), 'kbuild-keys-'));
    const driven = new Driven(tree.model, tree.defconfig);
    const edits = pressRandomly(driven, 1, 10_000);
    const config = driven.menuconfig.config();
    const path = join(folder, '.config');
    writeFileSync(path, config, 'latin1');
    const env = {...tree.environment, KCONFIG_CONFIG: path};
    const ran = spawnSync(tree.program('conf'), ['--olddefconfig', 'Kconfig'], {cwd: tree.build, env});
    t.is(ran.status, 0);
    t.true(readFileSync(path, 'latin1') === config);
    const again = new Driven(tree.model, tree.defconfig);
    again.menuconfig.replay(edits);
    t.true(again.menuconfig.config() === config);
    t.log(`${edits.length} edits`);
    rmSync(folder, {recursive: true});
  },
);
