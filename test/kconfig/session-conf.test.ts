/** Sessions against the C tool's own functions for menus. They run if KBUILD_TREE names a kernel tree. */

import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {environmentArguments, parseEnvironment} from '../../src/base/makefile-environment.ts';
import {
  type KconfigModel,
  linux61,
  parseKconfig,
  recogniseDialect,
  Session,
} from '../../src/kconfig/index.ts';
import {compareRandomly, valuesFor} from './compare-sessions.ts';
import {RandomKconfig, randomSource} from './random-kconfig.ts';
import {folderSources} from './tree.ts';

const tree = process.env.KBUILD_TREE;
const compare = tree === undefined ? test.skip : test;
const note = tree === undefined ? ' (skipped: KBUILD_TREE does not name a kernel tree)' : '';
const scratch = mkdtempSync(join(tmpdir(), 'kbuild-session-'));
const build = join(scratch, 'build');
const driver = join(scratch, 'set-symbols');
const source = resolve(import.meta.dirname, '../../../fixtures/kconfig/set-symbols.c');

function run(command: string, ...argv: readonly string[]): string {
  const ran = spawnSync(command, argv, {encoding: 'latin1'});
  if (ran.status !== 0) throw new Error(`${command} ${argv.join(' ')}:\n${ran.stderr}`);
  return ran.stdout;
}

const dialect = (tree === undefined ? undefined : recogniseDialect(readIfThere)) ?? linux61;

function readTree(path: string): string {
  return readFileSync(join(tree!, path), 'latin1');
}

function readIfThere(path: string): string | undefined {
  return existsSync(join(tree!, path)) ? readTree(path) : undefined;
}

function make(...goals: readonly string[]): string {
  return run('make', '-s', '-C', tree!, `O=${build}`, 'ARCH=x86_64', ...goals);
}

if (tree !== undefined) {
  test.before((t) => {
    t.timeout(600_000);
    make('allnoconfig');
    const folder = join(build, 'scripts', 'kconfig');
    const objects = readdirSync(folder).filter((name) => name.endsWith('.o') && name !== 'conf.o');
    const includes = ['scripts/kconfig', 'scripts/include'].map((path) => `-I${join(tree, path)}`);
    const menus = dialect.choices === 'menus' ? ['-DMENUS'] : [];
    run('cc', ...menus, ...includes, '-o', driver, source, ...objects.map((name) => join(folder, name)));
  });
}

test.after.always(() => {
  rmSync(scratch, {recursive: true, force: true});
});

type Places = {readonly cwd: string; readonly env: NodeJS.ProcessEnv};

/** Sets the same in both, and says the first difference of any symbol after any step. */
function difference(
  model: KconfigModel,
  config: string,
  steps: readonly (readonly [name: string, value: string])[],
  {cwd, env}: Places,
): string | undefined {
  writeFileSync(join(scratch, 'in.config'), config, 'latin1');
  const input = steps.map(([name, value]) => `${name} ${value}\n`).join('');
  const ran = spawnSync(driver, ['Kconfig', join(scratch, 'in.config')], {
    cwd,
    env,
    input,
    encoding: 'latin1',
    maxBuffer: 2 ** 30,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const session = Session.of(model, config);
  let step = -1;
  for (const line of ran.stdout.split('\n')) {
    if (line.startsWith('>')) {
      const [name, value] = steps[++step]!;
      const result = session.set(name, value).accepted ? '>taken' : '>refused';
      if (result !== line) return `step ${step}, ${name}=${value}: ${result} instead of ${line}`;
    }
    const [, name, theirs] = /^=(\S+) (.*)$/s.exec(line) ?? [];
    if (name === undefined) continue;
    const visibility = 'nmy'.indexOf(session.visibility(name));
    const ours = `${visibility} ${session.isWritten(name) ? 1 : 0} ${session.value(name)}`;
    if (ours !== theirs) return `after step ${step}, ${name}: ${ours} instead of ${theirs}`;
  }
  return step === steps.length - 1 ? undefined : `${steps.length - 1 - step} steps are missing`;
}

function randomSteps(model: KconfigModel, seed: number, count: number): (readonly [string, string])[] {
  const random = randomSource(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const symbols = [...model.symbols.values()].filter(
    ({nodes, type, kind}) => nodes.length > 0 && type !== 'unknown' && kind === 'config',
  );
  return Array.from({length: count}, () => {
    const symbol = pick(symbols);
    return [symbol.displayName, pick(valuesFor(symbol))];
  });
}

/** How many random trees; KBUILD_RANDOM_TREES asks for more than the quick few. */
const randomTrees = Number(process.env.KBUILD_RANDOM_TREES ?? 60);

compare(`In random trees, what is set gives what the C tool's functions give${note}.`, (t) => {
  t.timeout(600_000);
  // The random trees are of the releases in which a choice is a symbol.
  if (dialect.choices === 'menus') return t.pass();
  const folder = mkdtempSync(join(scratch, 'random-'));
  const env = {PATH: process.env.PATH};
  for (let seed = 0; seed < randomTrees; seed++) {
    const random = new RandomKconfig(seed, {symbols: 5 + (seed % 40)});
    writeFileSync(join(folder, 'Kconfig'), random.kconfig(), 'latin1');
    const config = random.config();
    const model = parseUnlessRefused(folder);
    if (!model) continue;
    const found = difference(model, config, randomSteps(model, seed, 30), {cwd: folder, env});
    if (found !== undefined) t.fail(`seed ${seed}: ${found}`);
  }
  t.pass();
});

function parseUnlessRefused(folder: string): KconfigModel | undefined {
  const environment = new Map([['PATH', process.env.PATH ?? '']]);
  try {
    return parseKconfig('Kconfig', folderSources(folder, environment), dialect);
  } catch (error) {
    if (error instanceof KbuildError) return undefined;
    throw error;
  }
}

compare(`In a kernel tree, what is set gives what the C tool's functions give${note}.`, (t) => {
  t.timeout(600_000);
  const environment = parseEnvironment(make(...environmentArguments));
  const model = parseKconfig('Kconfig', folderSources(tree!, environment, build), dialect);
  const config = readTree('arch/x86/configs/x86_64_defconfig');
  const places = {cwd: build, env: Object.fromEntries(environment)};
  const wide = [
    ['COMPILE_TEST', 'y'],
    ['NET', 'n'],
    ['MODULES', 'n'],
    ['64BIT', 'n'],
    ['MODULES', 'y'],
    ['NET', 'y'],
  ] as const;
  const steps = [...randomSteps(model, 1, 20), ...wide, ...randomSteps(model, 2, 20)];
  t.is(difference(model, config, steps, places), undefined);
  compareRandomly(model, 3, 40, config);
});
