/**
 * `npm run stored -- --tree DIR… --arch ARCH…`: whether a tree that is restored from memory gives what it gives when it is
 * parsed: the .config of every all…config mode, of every defconfig, and the minimal config of each, byte for byte.
 */

import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {Memory} from '../src/conf/memory.ts';
import {readRememberedTree} from '../src/conf/remembered-tree.ts';
import {
  alldefconfig,
  allmodconfig,
  allnoconfig,
  allyesconfig,
  defconfig,
  type KconfigModel,
  olddefconfig,
  recogniseDialect,
  savedefconfig,
} from '../src/kconfig/index.ts';
import {architectureEnvironment, buildOracle} from './oracle/build.ts';

function read(tree: string, environment: ReadonlyMap<string, string>, memory: Memory): KconfigModel {
  const find = (name: string) => {
    const path = name.startsWith('/') ? name : join(tree, name);
    return existsSync(path) ? {path, text: readFileSync(path, 'latin1')} : undefined;
  };
  const dialect = recogniseDialect((path) => find(path)?.text);
  if (!dialect) throw new Error(`${tree} shows no dialect`);
  return readRememberedTree(join(tree, 'Kconfig'), {
    dialect,
    environment,
    childEnvironment: () => Object.fromEntries(environment),
    readFile: find,
    memory,
    report: () => undefined,
    reportErrors: () => undefined,
  });
}

/** What a model gives in one mode after the other: text and warnings. */
function* results(
  model: KconfigModel,
  configs: ReadonlyMap<string, string>,
): Generator<readonly [string, string]> {
  const modes = {allnoconfig, allyesconfig, allmodconfig, alldefconfig};
  for (const [name, mode] of Object.entries(modes)) yield [name, said(mode(model))];
  yield ['olddefconfig of nothing', said(olddefconfig(model, undefined))];
  for (const [name, text] of configs) {
    const made = defconfig(model, text);
    yield [name, said(made)];
    yield [`olddefconfig of ${name}`, said(olddefconfig(model, made.text))];
    yield [`savedefconfig of ${name}`, said(savedefconfig(model, made.text))];
  }
}

function said({text, warnings}: {text: string; warnings: readonly {message: string}[]}): string {
  return [text, ...warnings.map(({message}) => message)].join('\n');
}

/** The number of results compared; names those that differ. */
async function compare(tree: string, arch: string, scratch: string): Promise<number> {
  const oracle = await buildOracle(tree, join(scratch, 'build'));
  const environment = await architectureEnvironment(oracle, arch);
  const folder = join(tree, 'arch', environment.get('SRCARCH') ?? arch, 'configs');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('_defconfig')) : [];
  const configs = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
  const memory = new Memory(join(scratch, `memory-${arch}`));
  const parsed = read(tree, environment, memory);
  const restored = read(tree, environment, memory);
  // Only a parsed model has the records that it was made with.
  if (!parsed.expressionRecords || restored.expressionRecords) throw new Error('nothing was restored');
  const again = results(restored, configs);
  let count = 0;
  for (const [name, text] of results(parsed, configs)) {
    count++;
    if (again.next().value?.[1] === text) continue;
    process.exitCode = 1;
    process.stdout.write(`${basename(tree)} ${arch}: ${name} differs\n`);
  }
  return count;
}

const {values} = parseArgs({
  options: {
    tree: {type: 'string', multiple: true, default: []},
    arch: {type: 'string', multiple: true, default: ['x86_64']},
  },
});
if (values.tree.length === 0) throw new Error('--tree DIR names a kernel tree');
for (const tree of values.tree.map((one) => resolve(one))) {
  const scratch = mkdtempSync(join(tmpdir(), 'kbuild-stored-'));
  try {
    for (const arch of values.arch) {
      const count = await compare(tree, arch, scratch);
      process.stdout.write(`${basename(tree)} ${arch}: ${count} results compared\n`);
    }
  } finally {
    rmSync(scratch, {recursive: true, force: true});
  }
}
