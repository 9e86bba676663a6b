/** The Kconfig of a kernel tree under this machine's tool chain. */

import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseKconfig, recogniseDialect} from '../../src/kconfig/index.ts';
import type {KernelTree} from '../../src/recipe/base-config.ts';
import {architectureEnvironment, buildOracle} from './build.ts';

/** Reads a tree with the environment that its Makefile exports for an architecture. */
export async function readKernelTree(tree: string, arch: string): Promise<KernelTree> {
  const out = mkdtempSync(join(tmpdir(), 'kbuild-tree-'));
  try {
    const environment = await architectureEnvironment(await buildOracle(tree, out), arch);
    const env = Object.fromEntries(environment);
    const shell = (command: string) =>
      spawnSync('/bin/sh', ['-c', command], {
        cwd: out,
        env,
        encoding: 'latin1',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).stdout;
    const readFile = (path: string) => readTreeFile(join(tree, path));
    const model = parseKconfig('Kconfig', {readFile, environment, shell}, recogniseDialect(readFile));
    return {model, readFile, sourceArch: environment.get('SRCARCH') ?? arch};
  } finally {
    rmSync(out, {recursive: true, force: true});
  }
}

function readTreeFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
