/** The environment `conf` runs in, and the dialect of the tree that it names. */

import {realpathSync} from 'node:fs';
import {badInput, failure, missingTool} from '../base/diagnostic.ts';
import {environmentArguments, parseEnvironment} from '../base/makefile-environment.ts';
import {type Dialect, dialects, linux61, recogniseDialect} from '../kconfig/index.ts';
import {nodeText, ownEnvironment} from './bytes.ts';
import {Memory} from './memory.ts';
import {rememberedDialect} from './remembered-dialect.ts';

/** Where trees keep their own conf. */
const toolFolders = ['scripts/kconfig', 'support/kconfig'];

/** This process's environment, or with a kernel tree that which the tree's Makefile makes of it. */
export function treeEnvironment(
  tree: string | undefined,
  own: ReadonlyMap<string, string> = ownEnvironment(),
): ReadonlyMap<string, string> {
  const environment = new Map(own);
  environment.delete('KBUILD_CONF_NAME');
  if (tree === undefined) return environment;
  // A make this was started from must not rule the one it starts.
  for (const name of ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES']) environment.delete(name);
  const folder = nodeText(tree) ?? tree;
  const elsewhere = realpathOf(folder) !== realpathSync('.');
  // Loaded here, since it takes long and most runs start no process.
  const {spawnSync} = process.getBuiltinModule('node:child_process');
  const made = spawnSync(
    'make',
    [
      '-C',
      folder,
      ...(elsewhere ? [`O=${process.cwd()}`] : []),
      '--no-print-directory',
      ...environmentArguments,
    ],
    {env: nodeEnvironment(environment), encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe']},
  );
  if (made.error) throw missingTool('no-make', `make could not be started: ${made.error.message}`);
  if (made.status === 0) return parseEnvironment(made.stdout);
  throw failure('no-environment', `the Makefile of ${tree} could not be asked:\n${made.stderr.trim()}`);
}

function realpathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    throw badInput('no-tree', `there is no folder ${folder}`);
  }
}

/** An environment as Node gives it to a child. */
export function nodeEnvironment(environment: ReadonlyMap<string, string>): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Array.from(environment, ([name, value]) => [nodeText(name) ?? name, nodeText(value) ?? value]),
  );
}

/** The named dialect, or that of the tree `name` is the path of, or of the one at $srctree; linux-6.1 where nothing tells. */
export function treeDialect(
  name: string | undefined,
  environment: ReadonlyMap<string, string>,
  memory = new Memory(undefined),
): Dialect {
  if (name === undefined) return dialectOf(environment.get('srctree') ?? '.', memory) ?? linux61;
  const found = name.includes('/')
    ? dialectOf(name, memory)
    : dialects.find((dialect) => dialect.name === name);
  if (found) return found;
  const hint = `the dialects are ${dialects.map((dialect) => dialect.name).join(', ')}, or a path of a tree`;
  throw badInput('unknown-dialect', `there is no dialect ${name}`, {hint});
}

function dialectOf(tree: string, memory: Memory): Dialect | undefined {
  return rememberedDialect(tree, memory, (readFile) => {
    for (const folder of toolFolders) {
      const found = recogniseDialect(readFile, folder);
      if (found) return found;
    }
    return undefined;
  });
}
