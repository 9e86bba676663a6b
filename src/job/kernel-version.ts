/** The version that a recipe is composed for, found without fetching anything. */

import {badInput} from '../base/diagnostic.ts';
import {projectLockPath, readLock} from '../build/debian/lockfile.ts';
import {kernelLineOf, kernelLines} from '../build/kernel-line.ts';
import {kernelRelease} from '../build/source.ts';
import {sourceSpec} from './source-spec.ts';

/**
 * The version of a line of kernels (`6.1`, as the lock has it), of a directory, of a tarball by its name; a version is
 * itself.
 * @throws KbuildError (2) for what is none of these
 */
export async function kernelVersionOf(kernel: string): Promise<string> {
  const line = kernelLines.find(({version}) => version === kernel);
  if (line !== undefined) return (await lockedVersion(kernel)) ?? kernel;
  if (/^\d+\.\d+(?:\.\d+)?(?:-\w+)?$/.test(kernel)) return kernel;
  const spec = await sourceSpec(kernel);
  if (spec.kind === 'directory') return kernelRelease(spec.path);
  const named = spec.kind === 'tarball' ? /(\d+\.\d+(?:\.\d+)?)[^/]*$/.exec(spec.path)?.[1] : spec.version;
  if (named !== undefined) return named;
  throw badInput('no-kernel', `the name of ${kernel} does not tell the version of its kernel`, {
    hint: 'give the version itself: --kernel 6.1.192',
  });
}

/** Debian's revision left out: 6.1.192-2 is 6.1.192. */
async function lockedVersion(line: string): Promise<string | undefined> {
  const path = projectLockPath({suite: kernelLineOf(line).builder, architecture: 'amd64'});
  const packages = (await readLock(path))[`kernel/${line}`]?.packages ?? [];
  return packages.find(({name}) => name === `linux-source-${line}`)?.version.replace(/-.*$/, '');
}
