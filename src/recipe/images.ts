/** The images that a recipe's file asks for. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {Path} from './document.ts';
import {placeAt} from './document.ts';
import {locate, namesOf, type RecipeFolders} from './folders.ts';
import type {Loaded} from './load.ts';
import {nearestHint} from './nearest.ts';
import {filledIn, type Scope} from './parameters.ts';
import type {ImageRecipe} from './recipe.ts';
import type {ImageEntry, RecipeFile} from './schema.ts';
import {unknownName} from './unknown-name.ts';

/** The images by role. What is wrong with them, with names of `modules` that the recipe has not above all, goes to `faults`. */
export async function readImages(
  recipe: Loaded<RecipeFile>,
  scope: Scope,
  modules: readonly string[],
  folders: RecipeFolders,
  faults: Diagnostic[],
): Promise<Readonly<Record<string, ImageRecipe>>> {
  const images: Record<string, ImageRecipe> = {};
  for (const [role, image] of Object.entries(recipe.file?.images ?? {})) {
    const place = (...path: Path): Diagnostic['place'] => placeAt(recipe.document, ['images', role, ...path]);
    const overlays: string[] = [];
    for (const [index, name] of (image.use ?? []).entries()) {
      const path = await locate(folders, 'overlay', name);
      if (path !== undefined) overlays.push(path);
      else {
        const hint = nearestHint(name, await namesOf(folders, 'overlay'));
        faults.push(unknownName('overlay', name, place('use', index), hint));
      }
    }
    for (const [index, name] of (image.modules ?? []).entries()) {
      if (modules.includes(name)) continue;
      const hint =
        nearestHint(name, modules) ?? 'name it in `modules` of the recipe, or use the part that brings it';
      faults.push(unknownName('module', name, place('modules', index), hint));
    }
    images[role] = {
      role,
      summary: image.summary,
      ...(image.arch === undefined ? {} : {arch: image.arch}),
      packages: [...new Set(image.packages)],
      modules: [...new Set(image.modules)],
      overlays,
      enable: [...new Set(image.enable)],
      commandLine: commandLineOf(role, image, scope, faults),
      freeMiB: freeMiBOf(role, image, scope, faults),
    };
  }
  return images;
}

function commandLineOf(
  role: string,
  {commandLine}: ImageEntry,
  scope: Scope,
  faults: Diagnostic[],
): readonly string[] {
  return (commandLine ?? []).map((word, index) => {
    const path = ['images', role, 'commandLine', index];
    const filled = filledIn(word, scope, path, faults);
    if (!/^\S+$/.test(filled))
      faults.push(
        wrongValue(
          `${path.join('.')} is ${JSON.stringify(filled)}: one parameter without spaces is expected`,
          scope,
          path,
        ),
      );
    return filled;
  });
}

const mostMiB = 1_048_576;

function freeMiBOf(role: string, {freeMiB = 512}: ImageEntry, scope: Scope, faults: Diagnostic[]): number {
  if (typeof freeMiB === 'number') return freeMiB;
  const path = ['images', role, 'freeMiB'];
  const before = faults.length;
  const filled = filledIn(freeMiB, scope, path, faults);
  if (/^\d{1,7}$/.test(filled) && Number(filled) <= mostMiB) return Number(filled);
  if (faults.length === before)
    faults.push(
      wrongValue(
        `${path.join('.')} is ${JSON.stringify(filled)}: a whole number from 0 to ${mostMiB} is expected`,
        scope,
        path,
      ),
    );
  return 0;
}

function wrongValue(message: string, {document}: Scope, path: Path): Diagnostic {
  return {severity: 'error', code: 'wrong-value', message, place: placeAt(document, path)};
}
