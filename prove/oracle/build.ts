/** The oracle: a tree's own `conf`, built by the tree's Makefile. */

import {existsSync, readdirSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {failure} from '../../src/base/diagnostic.ts';
import {captureStep} from '../../src/base/process.ts';
import {environmentArguments, parseEnvironment} from '../../src/build/make/environment.ts';

const serverSource = resolve(import.meta.dirname, '../../../prove/oracle/conf-server.c');

export type Oracle = {
  readonly tree: string;
  /** The build directory. */
  readonly out: string;
  /** scripts/kconfig/conf as the Makefile made it. */
  readonly conf: string;
  /** The same objects, linked with conf-server.c. */
  readonly server: string;
};

async function output(argv: readonly string[]): Promise<string> {
  const result = await captureStep(argv, {timeoutMs: 600_000});
  if (result.outcome !== 'ok') {
    throw failure('oracle', `${argv.join(' ')} failed:\n${(result.stderr || result.stdout).trim()}`);
  }
  return result.stdout;
}

function make(tree: string, out: string, ...goals: readonly string[]): Promise<string> {
  return output(['make', '-s', '-C', tree, `O=${out}`, ...goals]);
}

/** Makes `conf` and the server in `out`; what is there already is used again. */
export async function buildOracle(tree: string, out: string): Promise<Oracle> {
  await mkdir(out, {recursive: true});
  const objects = join(out, 'scripts/kconfig');
  const conf = join(objects, 'conf');
  const server = join(out, 'conf-server');
  if (!existsSync(conf)) await make(tree, out, 'allnoconfig');
  const linked = readdirSync(objects)
    .filter((name) => name.endsWith('.o'))
    .map((name) => join(objects, name));
  const wraps = ['main', 'conf_parse', 'popen', 'pclose'].map((name) => `--wrap=${name}`);
  await output(['cc', '-O2', '-o', server, serverSource, ...linked, `-Wl,${wraps.join(',')}`]);
  return {tree, out, conf, server};
}

/** What the Makefile exports to `conf` for an architecture. */
export async function architectureEnvironment(
  oracle: Oracle,
  arch: string,
): Promise<ReadonlyMap<string, string>> {
  return parseEnvironment(await make(oracle.tree, oracle.out, `ARCH=${arch}`, ...environmentArguments));
}
