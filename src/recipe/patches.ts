/** Patches of the kernel's source that recipes and parts bring: files beside them, or below. */

import {realpath, stat} from 'node:fs/promises';
import {dirname, join, sep} from 'node:path';
import type {Diagnostic} from '../base/diagnostic.ts';
import {conditionOf} from './condition.ts';
import {placeAt} from './document.ts';
import type {Loaded} from './load.ts';
import {parametersHold, type Scope} from './parameters.ts';
import type {ConditionalPatch, Layer, Patch} from './recipe.ts';
import type {PartFile, RecipeFile} from './schema.ts';

/** The patches a file names, in its order; those that its parameters rule out are not among them. */
export function patchesOf(
  {name: origin, path, document, file}: Loaded<PartFile | RecipeFile>,
  scope: Scope,
  faults: Diagnostic[],
): readonly ConditionalPatch[] {
  return (file?.kernel?.patches ?? []).flatMap((entry, index) => {
    const at = ['kernel', 'patches', index];
    const {file: named, when} = typeof entry === 'string' ? {file: entry, when: undefined} : entry;
    if (!parametersHold(when?.parameters, scope, [...at, 'when', 'parameters'], faults)) return [];
    const place = placeAt(document, typeof entry === 'string' ? at : [...at, 'file']);
    const folder = dirname(path);
    return [{patch: {path: join(folder, named), folder, origin, place}, when: conditionOf(when)}];
  });
}

/** What keeps patches from being read; a link that leads out of the folder of the file that names it, above all. */
export async function patchFaults(layers: readonly Layer[]): Promise<readonly Diagnostic[]> {
  const patches = layers.flatMap((layer) => layer.patches);
  const faults = await Promise.all(patches.map(({patch}) => patchFault(patch)));
  return faults.filter((fault) => fault !== undefined);
}

async function patchFault({path, folder, place}: Patch): Promise<Diagnostic | undefined> {
  const named = path.slice(folder.length + 1);
  const fault = (message: string): Diagnostic => ({
    severity: 'error',
    code: 'no-patch',
    message: `the patch ${named} ${message}`,
    place,
    hint: 'a patch is a file in the folder of the recipe or part that names it, or below',
  });
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return fault('is not there');
  if (!real.startsWith(folder + sep)) return fault("leads out of this file's folder");
  return (await stat(real)).isFile() ? undefined : fault('is no file');
}
