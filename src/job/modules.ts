/** The out-of-tree modules that recipes can name. */

import type {Architecture} from '../base/architecture.ts';
import {badInput} from '../base/diagnostic.ts';
import type {Workshop} from '../base/store.ts';
import {obtainPackages} from '../build/debian/packages.ts';
import type {DebianOptions, PackageSet} from '../build/debian/release.ts';
import type {ModuleRecipe} from '../build/modules/stage.ts';
import {zfsModule} from '../build/modules/zfs.ts';

/** The Debian package that carries a module's source. */
const sourcePackages: Readonly<Record<string, string>> = {zfs: 'zfs-dkms'};

/** The set under which the lock pins a module's source. Throws KbuildError (2) for a module nobody knows. */
export function moduleSet(name: string): PackageSet {
  const source = sourcePackages[name];
  if (source === undefined) {
    throw badInput('unknown-module', `there is no out-of-tree module ${name}`, {
      hint: `the modules are ${Object.keys(sourcePackages).join(', ')}`,
    });
  }
  return {name: `modules/${name}`, packages: [source], closure: 'none'};
}

/** The source and the steps of a module, its package in the pool. */
export async function moduleRecipe(
  workshop: Workshop,
  name: string,
  debian: DebianOptions,
  arch: Architecture,
): Promise<ModuleRecipe> {
  const set = moduleSet(name);
  const packages = await obtainPackages(workshop, set, debian);
  const found = packages.find((one) => one.name === set.packages[0]);
  if (found === undefined) throw new Error(`${set.name} was resolved without ${set.packages[0]}`);
  // Epoch and Debian revision apart: 1:2.1.11-1+deb12u1 is 2.1.11.
  const version = found.version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
  return zfsModule({path: found.file, sha256: found.sha256, version}, arch);
}
