/** Comparisons with the `conf` of a real kernel tree, byte for byte. They run if KBUILD_TREE names one (Linux 6.1). */

import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import * as kconfig from '../../src/kconfig/index.ts';
import {RandomKconfig} from './random-kconfig.ts';
import {folderSources} from './tree.ts';

const tree = process.env.KBUILD_TREE;
const compare = tree === undefined ? test.skip : test;
const note = tree === undefined ? ' (skipped: KBUILD_TREE does not name a kernel tree)' : '';

/** A build directory with the tree's conf in it, and the environment the tree's Makefile gives to conf. */
type Oracle = {
  readonly build: string;
  readonly conf: string;
  readonly environment: ReadonlyMap<string, string>;
};

let oracle: Oracle;
const scratch = mkdtempSync(join(tmpdir(), 'kbuild-conf-'));

function make(...goals: string[]): string {
  const made = spawnSync('make', ['-s', '-C', tree!, `O=${oracleBuild}`, 'ARCH=x86_64', ...goals], {
    encoding: 'latin1',
  });
  if (made.status !== 0) throw new Error(`make ${goals.join(' ')}:\n${made.stderr}`);
  return made.stdout;
}

const oracleBuild = join(scratch, 'build');

if (tree !== undefined) {
  test.before((t) => {
    t.timeout(600_000);
    make('allnoconfig');
    const goal = 'kbuild-environment-config';
    const variables = make(`--eval=${goal}: ; @env -0`, goal).split('\0');
    const environment = new Map(
      variables
        .filter((variable) => variable.includes('='))
        .map((variable) => {
          const equals = variable.indexOf('=');
          return [variable.slice(0, equals), variable.slice(equals + 1)] as const;
        }),
    );
    oracle = {build: oracleBuild, conf: join(oracleBuild, 'scripts', 'kconfig', 'conf'), environment};
  });
}

test.after.always(() => {
  rmSync(scratch, {recursive: true, force: true});
});

function readTree(path: string): string {
  return readFileSync(join(tree!, path), 'latin1');
}

/** The .config (or defconfig) that the tree's conf makes; `input` is the .config it finds. */
function confOutput(mode: string, input: string | undefined, output = '.config'): string {
  const file = join(oracle.build, '.config');
  if (input === undefined) rmSync(file, {force: true});
  else writeFileSync(file, input, 'latin1');
  const env = Object.fromEntries(oracle.environment);
  const ran = spawnSync(oracle.conf, ['-s', mode, 'Kconfig'], {cwd: oracle.build, env, encoding: 'latin1'});
  if (ran.status !== 0) throw new Error(`conf ${mode}:\n${ran.stderr}`);
  return readFileSync(join(oracle.build, output), 'latin1');
}

compare(`The x86_64 configurations of a kernel tree are those its own conf makes${note}.`, (t) => {
  t.timeout(600_000);
  const model = kconfig.parseKconfig('Kconfig', folderSources(tree!, oracle.environment, oracle.build));
  const same = (name: string, ours: string, theirs: string) => t.true(ours === theirs, `${name} differs`);

  same('allnoconfig', kconfig.allnoconfig(model).text, confOutput('--allnoconfig', undefined));
  same('allyesconfig', kconfig.allyesconfig(model).text, confOutput('--allyesconfig', undefined));
  same('alldefconfig', kconfig.alldefconfig(model).text, confOutput('--alldefconfig', undefined));
  const allmod = confOutput('--allmodconfig', undefined);
  same('allmodconfig', kconfig.allmodconfig(model).text, allmod);
  same('mod2yesconfig', kconfig.mod2yesconfig(model, allmod).text, confOutput('--mod2yesconfig', allmod));

  const defconfig = readTree('arch/x86/configs/x86_64_defconfig');
  const full = confOutput('--olddefconfig', defconfig);
  same('olddefconfig', kconfig.olddefconfig(model, defconfig).text, full);
  const minimal = confOutput('--savedefconfig=defconfig', full, 'defconfig');
  same('savedefconfig', kconfig.savedefconfig(model, full).text, minimal);

  const base = kconfig.allnoconfig(model, readTree('kernel/configs/tiny-base.config')).text;
  const fragments = ['kernel/configs/tiny.config', 'arch/x86/configs/tiny.config'].map(readTree);
  make('tinyconfig');
  const tiny = readFileSync(join(oracle.build, '.config'), 'latin1');
  same('tinyconfig', kconfig.olddefconfig(model, kconfig.mergeFragments(base, fragments)).text, tiny);

  rmSync(join(oracle.build, 'include', 'config'), {recursive: true, force: true});
  confOutput('--olddefconfig', full);
  const generated = kconfig.writeAutoconf(kconfig.olddefconfig(model, full).evaluation);
  const made = (path: string) => readFileSync(join(oracle.build, 'include', path), 'latin1');
  same('auto.conf', generated.autoConf, made('config/auto.conf'));
  same('autoconf.h', generated.autoconfHeader, made('generated/autoconf.h'));
  same('rustc_cfg', generated.rustcCfg, made('generated/rustc_cfg'));
});

type Run = readonly [argument: string, (model: kconfig.KconfigModel, config: string) => kconfig.ConfigResult];

const runs: readonly Run[] = [
  ['--allnoconfig', (model) => kconfig.allnoconfig(model)],
  ['--allmodconfig', (model) => kconfig.allmodconfig(model)],
  ['--olddefconfig', kconfig.olddefconfig],
  ['--defconfig=.config', kconfig.defconfig],
  ['--savedefconfig=defconfig', kconfig.savedefconfig],
];

/** Trees to compare; KBUILD_RANDOM_TREES asks for more than the quick few. */
const randomTrees = Number(process.env.KBUILD_RANDOM_TREES ?? 80);

for (const loops of [false, true]) {
  const kind = loops ? 'trees that may be recursive' : 'trees';
  compare(`Random ${kind} give the same configurations, or are refused, as by conf${note}.`, (t) => {
    t.timeout(600_000);
    const folder = mkdtempSync(join(scratch, 'random-'));
    for (let seed = 0; seed < randomTrees; seed++) {
      const random = new RandomKconfig(seed, {symbols: 5 + (seed % 40), loops});
      writeFileSync(join(folder, 'Kconfig'), random.kconfig(), 'latin1');
      const config = random.config();
      const model = parseOrRefuse(folder);
      for (const [argument, run] of runs) {
        writeFileSync(join(folder, '.config'), config, 'latin1');
        const conf = spawnSync(oracle.conf, ['-s', argument, 'Kconfig'], {
          cwd: folder,
          env: {PATH: process.env.PATH},
        });
        t.is(conf.status === 0, model !== undefined, `seed ${seed}: refused by one only`);
        if (!model) break;
        const output = argument.startsWith('--save') ? 'defconfig' : '.config';
        t.is(
          run(model, config).text,
          readFileSync(join(folder, output), 'latin1'),
          `seed ${seed} ${argument}`,
        );
      }
    }
  });
}

function parseOrRefuse(folder: string): kconfig.KconfigModel | undefined {
  const environment = new Map([['PATH', process.env.PATH ?? '']]);
  try {
    return kconfig.parseKconfig('Kconfig', folderSources(folder, environment));
  } catch (error) {
    if (error instanceof KbuildError) return undefined;
    throw error;
  }
}
