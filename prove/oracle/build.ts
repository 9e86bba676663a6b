/** The oracle: a tree's own `conf`, built by the tree's Makefile. */

import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {failure} from '../../src/base/diagnostic.ts';
import {environmentArguments, parseEnvironment} from '../../src/base/makefile-environment.ts';
import {captureStep} from '../../src/base/process.ts';

const serverSource = resolve(import.meta.dirname, '../../../prove/oracle/conf-server.c');

export type Oracle = {
  readonly tree: string;
  /** The build directory. */
  readonly out: string;
  /** The tool as the Makefile made it. */
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

/** expr_transform of Linux 6.12 to 7.2 takes a symbol for an expression where a bool is compared with `!= y`. */
const fault = 'e = expr_alloc_one(E_NOT, e->left.expr);';
const meant = 'e = expr_alloc_one(E_NOT, expr_alloc_symbol(e->left.sym));';

/**
 * An object that stands in for expr.o where its behaviour is undefined, so that what follows from it is no difference;
 * undefined if there is nothing to mend. `conf` itself stays what the Makefile made.
 */
async function mendedExpressions(tree: string, out: string): Promise<string | undefined> {
  const file = join(tree, 'scripts/kconfig/expr.c');
  const source = existsSync(file) ? readFileSync(file, 'latin1') : '';
  if (!source.includes(fault)) return undefined;
  const mended = join(out, 'expr-mended.c');
  writeFileSync(mended, source.replace(fault, meant), 'latin1');
  const includes = ['scripts/include', 'scripts/kconfig'].map((folder) => `-I${join(tree, folder)}`);
  await output(['cc', '-O2', ...includes, '-c', mended, '-o', join(out, 'expr-mended.o')]);
  return join(out, 'expr-mended.o');
}

/** Where a tree's Makefile puts the tool: Buildroot's has a place of its own. */
function objectFolder(tree: string, out: string): string {
  return join(out, existsSync(join(tree, 'support/kconfig')) ? 'build/buildroot-config' : 'scripts/kconfig');
}

/** Makes `conf` and the server in `out`; what is there already is used again. */
export async function buildOracle(tree: string, out: string): Promise<Oracle> {
  await mkdir(out, {recursive: true});
  const objects = objectFolder(tree, out);
  const conf = join(objects, 'conf');
  const server = join(out, 'conf-server');
  if (!existsSync(conf)) await make(tree, out, 'allnoconfig');
  const mended = await mendedExpressions(tree, out);
  const linked = readdirSync(objects)
    .filter((name) => /^(?!kxgettext|[mng]conf).*\.o$/.test(name) && !(mended && name === 'expr.o'))
    .map((name) => join(objects, name));
  if (mended) linked.push(mended);
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
