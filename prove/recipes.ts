/** The project's recipes that boot to prove something, and where their sources are that no registry has. */

import {recipeFolders} from '../src/recipe/folders.ts';
import {listRecipes, readRecipe} from '../src/recipe/read.ts';

/** By name, what their modules' sources are called. */
export async function recipesWithProof(): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = await recipeFolders({cwd: import.meta.dirname, environment: {}});
  const {recipes} = await listRecipes(folders);
  const written = await Promise.all(recipes.map(({name}) => readRecipe(name, {folders})));
  return new Map(
    written
      .filter(({prove}) => prove !== undefined)
      .map(({name, modules}) => [name, modules.map(({sourceName}) => sourceName)]),
  );
}
