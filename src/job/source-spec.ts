/** What `--kernel`, or a recipe's `kernel.version`, means: a line of Debian's, a directory, or a tarball. */

import {stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {kernelLines} from '../build/kernel-line.ts';
import type {KernelSourceSpec} from '../build/source.ts';

/**
 * A line is two numbers: `6.1`. A tarball's digest may follow it: `linux-6.1.192.tar.xz#sha256=…`.
 * @param inPlace of a directory: `make` may have run in it
 * @throws KbuildError (2) for what is none of them, or is not there
 */
export async function sourceSpec(kernel: string, inPlace?: true): Promise<KernelSourceSpec> {
  if (/^\d+\.\d+$/.test(kernel)) {
    const lines = kernelLines.map(({version}) => version);
    if (lines.includes(kernel)) return {kind: 'debian', version: kernel};
    throw badInput('unknown-line', `there is no line ${kernel} of kernels here`, {
      hint: `the lines are ${lines.join(', ')}; another kernel is named by its directory or tarball`,
    });
  }
  const [, path = kernel, sha256] = /^(.*)#sha256=([0-9a-fA-F]{64})$/.exec(kernel) ?? [];
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw badInput(
      'no-kernel',
      `the kernel ${path} is neither a line such as 6.1 nor a directory or file that exists`,
    );
  }
  if (found.isDirectory()) return {kind: 'directory', path: resolve(path), ...(inPlace ? {inPlace} : {})};
  return {
    kind: 'tarball',
    path: resolve(path),
    ...(sha256 === undefined ? {} : {sha256: sha256.toLowerCase()}),
  };
}
