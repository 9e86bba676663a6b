/** The files of packages by themselves: unpacked side by side, nothing installed, no script of theirs run. */

import {mkdir, readdir, readlink, rm, symlink} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import {failure} from '../../base/diagnostic.ts';
import {captureStep} from '../../base/process.ts';
import type {Entry, Stage, Workshop} from '../../base/store.ts';
import {dieWithParent} from './die-with-parent.ts';
import {choosePackages, obtainPackages, type StoredPackage} from './packages.ts';
import {type DebianOptions, digestOfPackages, type LockedPackage, type PackageSet} from './release.ts';

/** In the entry: `root/`, with the files of all packages. */
export type PackageFiles = Entry<{readonly packages: number}>;

/** A system's folders of programs and libraries are those of /usr; a compiler looks for them in both places. */
const mergedFolders = ['bin', 'lib', 'sbin'];

/**
 * The files of a set's packages below one directory, owned by this user. For programs of another machine that are
 * copied from there, and as the sysroot of a cross compiler: links inside it are relative.
 *
 * @throws what `obtainPackages` throws; exit 1 where a package cannot be unpacked.
 */
export async function obtainPackageFiles(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
): Promise<PackageFiles> {
  const chosen = await choosePackages(workshop, set, options);
  const early = stageOf(workshop, set, options, chosen.packages);
  if ((await workshop.store.find(early)) !== undefined) return workshop.store.obtain(workshop, early);
  const packages = await obtainPackages(workshop, set, options);
  return workshop.store.obtain(workshop, stageOf(workshop, set, options, packages, packages));
}

function stageOf(
  workshop: Workshop,
  set: PackageSet,
  {suite, architecture}: DebianOptions,
  packages: readonly LockedPackage[],
  stored: readonly StoredPackage[] = [],
): Stage<{packages: number}> {
  return {
    name: 'package-files',
    title: `files of ${set.name} (${suite} ${architecture})`,
    version: 1,
    inputs: {packages: digestOfPackages(packages), mergedFolders},
    needsBytes: packages.reduce((sum, one) => sum + one.size, 0) * 5,
    make: async (dir) => {
      const root = join(dir, 'root');
      for (const name of mergedFolders) {
        await mkdir(join(root, 'usr', name), {recursive: true});
        await symlink(`usr/${name}`, join(root, name));
      }
      for (const {file} of stored) await unpack(workshop, file, root);
      await makeLinksRelative(root);
      return {packages: packages.length};
    },
    summary: (value) => `${value.packages} packages`,
  };
}

/** Paths come as arguments, the script is fixed. */
const unpackScript = `set -o pipefail
dpkg-deb --fsys-tarfile "$1" | tar --extract --keep-directory-symlink --no-same-owner --directory "$2"`;

async function unpack({signal}: Workshop, file: string, root: string): Promise<void> {
  const argv = [...dieWithParent, 'bash', '-c', unpackScript, 'bash', file, root];
  const result = await captureStep(argv, {signal});
  signal.throwIfAborted();
  if (result.outcome === 'ok') return;
  throw failure('corrupt-package', `${file} cannot be unpacked: ${result.stderr.trim()}`, {
    hint: 'remove that file; it will be fetched again',
  });
}

/** A linker that looks below a sysroot follows links as this machine does: absolute ones lead out of it. */
async function makeLinksRelative(root: string): Promise<void> {
  for (const entry of await readdir(root, {recursive: true, withFileTypes: true})) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await readlink(path);
    if (!target.startsWith('/')) continue;
    await rm(path);
    await symlink(relative(dirname(path), join(root, target)), path);
  }
}
