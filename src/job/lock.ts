/** The package sets of a recipe, as the lock file pins them. */

import type {Architecture} from '../base/architecture.ts';
import type {Workshop} from '../base/store.ts';
import {updateLock, type VersionChange} from '../build/debian/packages.ts';
import {debianArchitecture, type PackageSet} from '../build/debian/release.ts';
import {builderSet, imageSet, kernelSet} from '../build/debian/sets.ts';
import {modulesOf} from '../recipe/compose.ts';
import type {WrittenRecipe} from '../recipe/recipe.ts';
import {suite} from './index.ts';
import {moduleSet} from './modules.ts';
import {sourceSpec} from './source-spec.ts';

/** Everything that building the recipes takes from Debian, each set once. */
async function packageSets(recipes: readonly WrittenRecipe[]): Promise<readonly PackageSet[]> {
  const sets = [builderSet()];
  for (const recipe of recipes) {
    const source = await sourceSpec(recipe.kernel.version);
    if (source.kind === 'debian') sets.push(kernelSet(source.version));
    sets.push(...modulesOf(recipe).map(moduleSet));
    sets.push(
      ...Object.values(recipe.images).map(({role, packages}) => imageSet(recipe.name, role, packages)),
    );
  }
  return [...new Map(sets.map((set) => [set.name, set])).values()];
}

/** Rewrites the project's lock with the versions the mirror has now; gives its path and what changed, by set. */
export async function relock(
  workshop: Workshop,
  recipes: readonly WrittenRecipe[],
  arch: Architecture,
): Promise<{readonly path: string; readonly changes: Readonly<Record<string, readonly VersionChange[]>>}> {
  return updateLock(workshop, await packageSets(recipes), {
    suite,
    architecture: debianArchitecture(arch),
  });
}
