/** From a name to a written recipe: finds the files, follows `use`, and finds every fault in them. */

import {constants} from 'node:fs';
import {access, realpath, stat} from 'node:fs/promises';
import {basename, dirname, resolve} from 'node:path';
import {badInput, type Diagnostic, exitCode, KbuildError, type Place} from '../base/diagnostic.ts';
import {conflictsAmong} from './conflicts.ts';
import {firstFaults, placeAt} from './document.ts';
import {locate, namesOf, type RecipeFolders} from './folders.ts';
import {disagreements, goalOfSetting} from './goals.ts';
import {readImages} from './images.ts';
import {layersOf, withModules} from './layers.ts';
import {type Loaded, loadModule, loadPart, loadRecipe} from './load.ts';
import {madeOf} from './made-of.ts';
import {needsOf, stepFaults, withNeeded, writtenModule} from './module.ts';
import {nearestHint} from './nearest.ts';
import {patchFaults} from './patches.ts';
import type {Goal, Layer, WrittenRecipe} from './recipe.ts';
import {type ModuleFile, namePattern, type PartFile, type RecipeFile} from './schema.ts';
import {unknownName} from './unknown-name.ts';

/** How a recipe is to be read. */
export type ReadOptions = {
  readonly folders: RecipeFolders;
  /** Texts of `--set`, which win over every file. */
  readonly settings?: readonly string[];
  /** Texts of `--param`. */
  readonly parameters?: readonly string[];
  readonly cwd?: string;
  /** The text of the recipe's own file, in the place of what is there: what it would come to. */
  readonly text?: string;
};

/**
 * Reads the recipe `name`, or the one in the .yaml file that `name` is a path to, with all files it is made of.
 * Conditions are checked and not applied, those on parameters apart: `composeRecipe` does that, once the kernel is known.
 * @throws KbuildError (2) with every fault of every file
 */
export async function readRecipe(name: string, options: ReadOptions): Promise<WrittenRecipe> {
  const found = await findRecipe(name, options.folders, options.cwd ?? process.cwd());
  const recipe = await loadRecipe(found.name, found.path, options.text);
  const collected = await collectParts(recipe, found.folders);
  const modules = await collectModules([...collected.loaded, recipe], found.folders);
  const faults: Diagnostic[] = [
    ...recipe.diagnostics,
    ...(await baseFaults(recipe)),
    ...collected.diagnostics,
    ...modules.diagnostics,
  ];
  const {own, scope, parameters, ...layers} = layersOf(
    recipe,
    collected.loaded,
    options.parameters ?? [],
    faults,
  );
  const parts = withModules([...layers.parts, own], modules.loaded, faults).slice(0, -1);
  const settings = (options.settings ?? []).map(goalOfSetting);
  const modulesOf = ({modules: all}: Layer) => all.map((one) => one.name);
  const named = [...withNeeded([...parts, own].flatMap(modulesOf), needsOf(modules.loaded))];
  const images = await readImages(recipe, scope, named, found.folders, faults);
  faults.push(...(await patchFaults([...parts, own])));
  faults.push(
    ...disagreements(parts),
    ...conflictsAmong([...parts, own]),
    ...settings.filter((setting) => 'severity' in setting),
  );
  const {file} = recipe;
  if (file === undefined || faults.length > 0) {
    throw new KbuildError(exitCode.badInput, ...firstFaults(once(faults)));
  }
  const base = absoluteBase(file.kernel.base, recipe.path);
  return {
    name: file.name,
    summary: file.summary,
    kernel: {
      base,
      version: file.kernel.version,
      ...(file.kernel.trim === undefined ? {} : {trim: file.kernel.trim}),
    },
    parameters,
    parts,
    own,
    modules: modules.loaded.flatMap(({document, file: module}) =>
      module === undefined ? [] : [writtenModule(document, module)],
    ),
    settings: settings.filter((setting): setting is Goal => !('severity' in setting)),
    images,
    madeOf: madeOf({
      own: recipe.path,
      files: [...collected.loaded, ...modules.loaded].map(({path}) => path),
      layers: [...parts, own],
      base,
      images,
      folders: found.folders,
    }),
    folders: found.folders,
    ...(file.prove === undefined ? {} : {prove: file.prove}),
  };
}

/** The recipe's own file, for what only its text has: places of lines. */
export async function openRecipe(name: string, options: ReadOptions): Promise<Loaded<RecipeFile>> {
  const found = await findRecipe(name, options.folders, options.cwd ?? process.cwd());
  return loadRecipe(found.name, found.path);
}

/** Without what two layers of one file have both found. */
function once(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const keyOf = ({code, message, place}: Diagnostic) => `${place?.file} ${place?.start} ${code} ${message}`;
  return [...new Map(diagnostics.map((diagnostic) => [keyOf(diagnostic), diagnostic])).values()];
}

/** Every module that one of these files names, each once and after those it needs, with what is wrong with its file. */
async function collectModules(
  users: readonly Loaded<PartFile | RecipeFile>[],
  folders: RecipeFolders,
): Promise<{readonly loaded: readonly Loaded<ModuleFile>[]; readonly diagnostics: readonly Diagnostic[]}> {
  const loaded: Loaded<ModuleFile>[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();

  const collect = async (name: string, place: Place, trail: readonly string[]): Promise<void> => {
    if (trail.includes(name)) {
      diagnostics.push(circle('modules need', [...trail.slice(trail.indexOf(name)), name], place, 'needs'));
      return;
    }
    if (seen.has(name)) return;
    seen.add(name);
    const path = await locate(folders, 'module', name);
    if (path === undefined) {
      const known = await namesOf(folders, 'module');
      const hint = nearestHint(name, known) ?? `the modules are ${known.join(', ') || 'none'}`;
      diagnostics.push(unknownName('module', name, place, hint));
      return;
    }
    const module = await loadModule(name, path);
    const {document, file} = module;
    for (const [index, needed] of (file?.needs ?? []).entries()) {
      await collect(needed, placeAt(document, ['needs', index]), [...trail, name]);
    }
    loaded.push(module);
    diagnostics.push(...module.diagnostics);
    if (file !== undefined) diagnostics.push(...stepFaults(document, file));
  };
  for (const {file, document} of users) {
    for (const [index, name] of (file?.modules ?? []).entries()) {
      await collect(name, placeAt(document, ['modules', index]), []);
    }
  }
  return {loaded, diagnostics};
}

/** `what` is `parts use`: what files of one kind do by their `key`. */
function circle(what: string, names: readonly string[], place: Place, key: string): Diagnostic {
  return {
    severity: 'error',
    code: `${what.split(' ')[0]}-circle`,
    message: `${what} one another in a circle: ${names.join(' ─▶ ')}`,
    place,
    hint: `take one of these out of its \`${key}\``,
  };
}

/** A base with a slash or a dot is a .config file, relative to the recipe. */
function absoluteBase(base: string, recipePath: string): string {
  return isFileName(base) ? resolve(dirname(recipePath), base) : base;
}

function isFileName(base: string): boolean {
  return /[/.]/.test(base);
}

/** What keeps a base that is a file from being read. Names of bases are the kernel's; its tree will tell. */
async function baseFaults({file, document, path}: Loaded<RecipeFile>): Promise<readonly Diagnostic[]> {
  if (file === undefined || !isFileName(file.kernel.base)) return [];
  const {base} = file.kernel;
  const problem = await unreadable(absoluteBase(base, path));
  if (problem === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'no-base',
      message: `the base ${base} ${problem}`,
      place: placeAt(document, ['kernel', 'base']),
      hint: 'a base is tinyconfig, allnoconfig, running, the name of a defconfig, or a path to a .config file',
    },
  ];
}

async function unreadable(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'is no file';
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}`;
  }
}

type Found = {readonly name: string; readonly path: string; readonly folders: RecipeFolders};

async function findRecipe(name: string, folders: RecipeFolders, cwd: string): Promise<Found> {
  if (/\.ya?ml$/.test(name)) {
    const path = await realpath(resolve(cwd, name)).catch(() => undefined);
    if (path === undefined) throw badInput('unknown-recipe', `there is no file ${name}`);
    const beside = dirname(path);
    return {
      name: basename(path).replace(/\.ya?ml$/, ''),
      path,
      folders: [beside, ...folders.filter((folder) => folder !== beside)],
    };
  }
  const path = await locate(folders, 'recipe', name);
  if (path !== undefined) return {name, path, folders};
  const known = await namesOf(folders, 'recipe');
  const hints = [
    nearestHint(name, known),
    known.length === 0
      ? `no recipes were found; looked in ${folders.join(', ')}`
      : `the recipes are: ${known.join(', ')}`,
  ];
  throw badInput('unknown-recipe', `there is no recipe ${name}`, {
    hint: hints.filter((hint) => hint !== undefined).join('\n'),
  });
}

type Parts = {readonly loaded: readonly Loaded<PartFile>[]; readonly diagnostics: readonly Diagnostic[]};

/** All parts a recipe uses, each once, every part after those it uses itself. */
async function collectParts(recipe: Loaded<RecipeFile>, folders: RecipeFolders): Promise<Parts> {
  const loaded: Loaded<PartFile>[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  let known: readonly string[] | undefined;

  const follow = async (user: Loaded<unknown>, trail: readonly string[]): Promise<void> => {
    for (const {part: name, path: written} of user.uses) {
      const place = placeAt(user.document, written);
      if (trail.includes(name)) {
        diagnostics.push(circle('parts use', [...trail.slice(trail.indexOf(name)), name], place, 'use'));
        continue;
      }
      if (seen.has(name) || !namePattern.test(name)) continue;
      seen.add(name);
      const path = await locate(folders, 'part', name);
      if (path === undefined) {
        known ??= await namesOf(folders, 'part');
        diagnostics.push(unknownName('part', name, place, nearestHint(name, known)));
        continue;
      }
      const part = await loadPart(name, path);
      diagnostics.push(...part.diagnostics);
      await follow(part, [...trail, name]);
      loaded.push(part);
    }
  };
  await follow(recipe, []);
  return {loaded, diagnostics};
}

/** A recipe as a list shows it. */
export type RecipeSummary = {readonly name: string; readonly summary: string; readonly path: string};

/** Every recipe of the folders, with the faults of those that could not be read. */
export async function listRecipes(
  folders: RecipeFolders,
): Promise<{readonly recipes: readonly RecipeSummary[]; readonly diagnostics: readonly Diagnostic[]}> {
  const recipes: RecipeSummary[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const name of await namesOf(folders, 'recipe')) {
    const path = await locate(folders, 'recipe', name);
    if (path === undefined) continue;
    const {file, diagnostics: faults} = await loadRecipe(name, path);
    if (file !== undefined) recipes.push({name, summary: file.summary, path});
    diagnostics.push(...faults);
  }
  return {recipes, diagnostics};
}
