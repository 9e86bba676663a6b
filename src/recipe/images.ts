/** The images that a recipe's file asks for. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {readCatalogue, type Tuning, tuningOf} from './catalogue.ts';
import {type Path, placeAt, writtenAt} from './document.ts';
import {locate, namesOf, type RecipeFolders} from './folders.ts';
import type {Loaded} from './load.ts';
import {nearestHint} from './nearest.ts';
import {filledIn, type Scope} from './parameters.ts';
import type {ImageRecipe} from './recipe.ts';
import type {ImageEntry, RecipeFile} from './schema.ts';
import {isTunableOf, type Tunable} from './tunable.ts';
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
  // Read where it is needed: most recipes leave all as it is.
  const isTuned = Object.values(recipe.file?.images ?? {}).some(({tunables}) => tunables !== undefined);
  const catalogue = isTuned ? await readCatalogue(folders) : [];
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
    const own: ImageRecipe = {
      role,
      summary: image.summary,
      ...(image.arch === undefined ? {} : {arch: image.arch}),
      packages: [...new Set(image.packages)],
      modules: [...new Set(image.modules)],
      overlays,
      enable: [...new Set(image.enable)],
      commandLine: commandLineOf(role, image, scope, faults),
      freeMiB: freeMiBOf(role, image, scope, faults),
      ...(image.variables === undefined
        ? {}
        : {variables: variablesOf(role, image.variables, scope, faults)}),
    };
    const tuned = image.tunables === undefined ? [] : tunedOf(own, image.tunables, catalogue, scope, faults);
    images[role] = tuned.length === 0 ? own : {...own, tuned};
  }
  return images;
}

/** What the machines of an image start with. */
function tunedOf(
  image: ImageRecipe,
  entries: NonNullable<ImageEntry['tunables']>,
  catalogue: readonly Tunable[],
  scope: Scope,
  faults: Diagnostic[],
): readonly Tuning[] {
  const known = catalogue.filter((tunable) => isTunableOf(tunable, image));
  return Object.keys(entries).flatMap((name) => {
    const path = ['images', image.role, 'tunables', name];
    const before = faults.length;
    const text = filledIn(writtenAt(scope.document, path) ?? '', scope, path, faults);
    if (faults.length > before) return [];
    const isKnown = known.some((one) => one.name === name.split('@')[0]);
    const place = placeAt(scope.document, path, isKnown ? 'value' : 'key');
    const tuning = tuningOf(name, text, known, `the image ${image.role}`, place);
    const fault = 'severity' in tuning ? tuning : imageFault(tuning.tunable, place);
    if (fault === undefined) return [tuning as Tuning];
    faults.push(fault);
    return [];
  });
}

/** What keeps a tunable from having a value before a machine runs. */
export function imageFault({name, kind}: Tunable, place?: Diagnostic['place']): Diagnostic | undefined {
  const whose: Partial<Record<Tunable['kind'], string>> = {
    'zfs-property': 'a pool or data set, which keeps it',
    'zpool-property': 'a pool, which keeps it',
    lctl: 'a file system that runs, whose MGS keeps it',
    ceph: 'a cluster that runs, whose monitors keep it',
  };
  const what = whose[kind];
  if (what === undefined) return undefined;
  return {
    severity: 'error',
    code: 'not-in-image',
    message: `${name} belongs to ${what}: an image cannot have it`,
    ...(place === undefined ? {} : {place}),
    hint: 'set it on machines that run: kbuild param set RECIPE NAME=VALUE --machine ROLE=USER@HOST',
  };
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

/** The values, none of which ends the quotes of the shell that it is written in, or its line. */
function variablesOf(
  role: string,
  files: NonNullable<ImageEntry['variables']>,
  scope: Scope,
  faults: Diagnostic[],
): NonNullable<ImageRecipe['variables']> {
  const valueAt = (path: Path): string => {
    const filled = filledIn(writtenAt(scope.document, path) ?? '', scope, path, faults);
    if (/['\p{Cc}]/u.test(filled)) {
      const message = `${path.join('.')} is ${JSON.stringify(filled)}: a text without ' and control characters is expected`;
      faults.push(wrongValue(message, scope, path));
    }
    return filled;
  };
  const members = (name: string, entries: object): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.keys(entries).map((one) => [one, valueAt(['images', role, 'variables', name, one])]),
    );
  return Object.fromEntries(Object.entries(files).map(([name, entries]) => [name, members(name, entries)]));
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
