/** The builder: the root file system that steps of the build run in. */

import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {failure} from '../../base/diagnostic.ts';
import {runStep} from '../../base/process.ts';
import type {Workshop} from '../../base/store.ts';
import type {BuilderRoot} from '../container.ts';
import {dieWithParent} from './die-with-parent.ts';
import type {DebianOptions, PackageSet} from './release.ts';
import {obtainUserland} from './userland.ts';

/** Directories that mounts of a step may go over; the engines hide what is below them otherwise. */
export const mountPoints: readonly string[] = ['src', 'build', 'out', 'cache', 'in'];

/** What engines would otherwise make in the root, to mount their own over it. */
const engineFiles: readonly string[] = [
  'etc/hosts',
  'etc/hostname',
  'etc/resolv.conf',
  'run/.containerenv',
  '.dockerenv',
];

/**
 * The builder of a package set, as a plain directory and as the archive it came from. Owners are those of this
 * user, and there are no device nodes. The digest is that of the locked packages it was made of.
 *
 * @throws what `obtainUserland` throws; exit 1 where the archive cannot be unpacked.
 */
export async function obtainBuilder(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
): Promise<BuilderRoot> {
  const userland = await obtainUserland(workshop, set, options);
  const tar = join(userland.dir, 'rootfs.tar');
  const entry = await workshop.store.obtain(workshop, {
    name: 'builder',
    title: `${set.name} unpacked (${options.suite} ${options.architecture})`,
    version: 2,
    inputs: {userland: userland.digest, mountPoints, engineFiles},
    make: async (dir) => {
      await unpack(workshop, tar, join(dir, 'root'));
      return null;
    },
  });
  return {dir: join(entry.dir, 'root'), tar, digest: userland.digest};
}

async function unpack(workshop: Workshop, tar: string, root: string): Promise<void> {
  await mkdir(root);
  const logPath = join(workshop.logDir, 'builder.log');
  const owners = ['--no-same-owner', '--no-same-permissions'];
  const argv = ['tar', '--extract', '--file', tar, '--directory', root, ...owners, '--exclude=./dev/*'];
  const result = await runStep([...dieWithParent, ...argv], {logPath, signal: workshop.signal});
  workshop.signal.throwIfAborted();
  if (result.outcome !== 'ok')
    throw failure('unpack-failed', `tar could not unpack ${tar}`, {hint: `see ${logPath}`});
  // Podman gives its own /tmp the mode of the one it hides.
  await chmod(join(root, 'tmp'), 0o1777);
  for (const name of mountPoints) await mkdir(join(root, name));
  for (const file of engineFiles) await writeFile(join(root, file), '', {flag: 'a'});
}
