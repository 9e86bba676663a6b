/** From a name to a written recipe: finds the files, follows `use`, and finds every fault in them. */

import {constants} from 'node:fs';
import {access, realpath, stat} from 'node:fs/promises';
import {basename, dirname, resolve} from 'node:path';
import {badInput, type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {allBoth, alternatives, type Condition} from './condition.ts';
import {type Path, placeAt} from './document.ts';
import {locate, namesOf, type RecipeFolders} from './folders.ts';
import {disagreements, goalOfSetting, goalsOf} from './goals.ts';
import {type Loaded, loadModule, loadPart, loadRecipe} from './load.ts';
import {stepFaults, writtenModule} from './module.ts';
import {nearestHint} from './nearest.ts';
import type {Goal, ImageRecipe, Layer, WrittenRecipe} from './recipe.ts';
import {type ModuleFile, namePattern, type PartFile, type RecipeFile} from './schema.ts';

/**
 * Reads the recipe `name`, or the one in the .yaml file that `name` is a path to, with all files it is made of.
 * Conditions are checked and not applied: `composeRecipe` does that, once the kernel is known.
 * @param settings texts of `--set`, which win over every file
 * @throws KbuildError (2) with every fault of every file
 */
export async function readRecipe(
  name: string,
  options: {readonly folders: RecipeFolders; readonly settings?: readonly string[]; readonly cwd?: string},
): Promise<WrittenRecipe> {
  const found = await findRecipe(name, options.folders, options.cwd ?? process.cwd());
  const recipe = await loadRecipe(found.name, found.path);
  const collected = await collectParts(recipe, found.folders);
  const modules = await collectModules([...collected.loaded, recipe], found.folders);
  const own = layerOf(recipe, [{}]);
  const parts = withModules([...layersOf(recipe, collected.loaded), own], modules.loaded).slice(0, -1);
  const settings = (options.settings ?? []).map(goalOfSetting);
  const images = await readImages(
    recipe,
    union([...parts, own].map((layer) => layer.modules)),
    found.folders,
  );
  const diagnostics = [
    ...recipe.diagnostics,
    ...(await baseFaults(recipe)),
    ...collected.diagnostics,
    ...modules.diagnostics,
    ...disagreements(parts),
    ...images.diagnostics,
    ...settings.filter((setting) => 'severity' in setting),
  ];
  const {file} = recipe;
  if (file === undefined || diagnostics.length > 0) throw new KbuildError(exitCode.badInput, ...diagnostics);
  return {
    name: file.name,
    summary: file.summary,
    kernel: {base: absoluteBase(file.kernel.base, recipe.path), version: file.kernel.version},
    parts,
    own,
    modules: modules.loaded.flatMap(({document, file: module}) =>
      module === undefined ? [] : [writtenModule(document, module)],
    ),
    settings: settings.filter((setting): setting is Goal => !('severity' in setting)),
    images: images.images,
    ...(file.prove === undefined ? {} : {prove: file.prove}),
  };
}

/** What each part adds, and where: by every way that leads to it. */
function layersOf(recipe: Loaded<RecipeFile>, parts: readonly Loaded<PartFile>[]): readonly Layer[] {
  const applies = new Map<string, readonly Condition[]>();
  const pass = (user: Loaded<unknown>, conditions: readonly Condition[]): void => {
    for (const {part, when} of user.uses) {
      applies.set(part, alternatives([...(applies.get(part) ?? []), ...allBoth(conditions, [when])]));
    }
  };
  pass(recipe, [{}]);
  // A part comes after those it uses: from the end, all its users have been met before it.
  for (const part of parts.toReversed()) pass(part, applies.get(part.name) ?? []);
  return parts.map((part) => layerOf(part, applies.get(part.name) ?? []));
}

function layerOf(
  {name, document, file}: Loaded<PartFile | RecipeFile>,
  applies: readonly Condition[],
): Layer {
  return {
    origin: name,
    applies,
    goals: goalsOf(document, file?.goals ?? {}, name),
    modules: file?.modules ?? [],
  };
}

/** Every module that one of these files names, each once, with what is wrong with its file. */
async function collectModules(
  users: readonly Loaded<PartFile | RecipeFile>[],
  folders: RecipeFolders,
): Promise<{readonly loaded: readonly Loaded<ModuleFile>[]; readonly diagnostics: readonly Diagnostic[]}> {
  const loaded: Loaded<ModuleFile>[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const {file, document} of users) {
    for (const [index, name] of (file?.modules ?? []).entries()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const path = await locate(folders, 'module', name);
      if (path === undefined) {
        const known = await namesOf(folders, 'module');
        const hint = nearestHint(name, known) ?? `the modules are ${known.join(', ') || 'none'}`;
        diagnostics.push(unknownName('module', name, placeAt(document, ['modules', index]), hint));
        continue;
      }
      const module = await loadModule(name, path);
      loaded.push(module);
      diagnostics.push(...module.diagnostics);
      if (module.file !== undefined) diagnostics.push(...stepFaults(module.document, module.file));
    }
  }
  return {loaded, diagnostics};
}

/** The layers of what modules ask of the kernel, each before the first that names its module. */
function withModules(layers: readonly Layer[], modules: readonly Loaded<ModuleFile>[]): readonly Layer[] {
  const placed = new Set<string>();
  return layers.flatMap((layer) => {
    const first = modules.filter(({name}) => layer.modules.includes(name) && !placed.has(name));
    for (const {name} of first) placed.add(name);
    return [
      ...first.map(({name, document, file}) => ({
        origin: `modules/${name}`,
        applies: alternatives(
          layers.filter(({modules: named}) => named.includes(name)).flatMap(({applies}) => applies),
        ),
        goals: goalsOf(document, file?.goals ?? {}, `modules/${name}`),
        modules: [],
      })),
      layer,
    ];
  });
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
      hint: 'a base is tinyconfig, allnoconfig, the name of a defconfig, or a path to a .config file',
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

  const follow = async (user: Loaded<unknown>, trail: readonly string[]): Promise<void> => {
    for (const {part: name, path: written} of user.uses) {
      const place = placeAt(user.document, written);
      if (trail.includes(name)) {
        const circle = [...trail.slice(trail.indexOf(name)), name].join(' ─▶ ');
        diagnostics.push({
          severity: 'error',
          code: 'parts-circle',
          message: `parts use one another in a circle: ${circle}`,
          place,
          hint: 'take one of these out of its `use`',
        });
        continue;
      }
      if (seen.has(name) || !namePattern.test(name)) continue;
      seen.add(name);
      const path = await locate(folders, 'part', name);
      if (path === undefined) {
        const hint = nearestHint(name, await namesOf(folders, 'part'));
        diagnostics.push(unknownName('part', name, place, hint));
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

function unknownName(what: string, name: string, place: Diagnostic['place'], hint?: string): Diagnostic {
  return {
    severity: 'error',
    code: `unknown-${what}`,
    message: `there is no ${what} ${name}`,
    ...(place === undefined ? {} : {place}),
    ...(hint === undefined ? {} : {hint}),
  };
}

type Images = {
  readonly images: Readonly<Record<string, ImageRecipe>>;
  readonly diagnostics: readonly Diagnostic[];
};

async function readImages(
  recipe: Loaded<RecipeFile>,
  modules: readonly string[],
  folders: RecipeFolders,
): Promise<Images> {
  const diagnostics: Diagnostic[] = [];
  const images: Record<string, ImageRecipe> = {};
  const place = (...path: Path): Diagnostic['place'] => placeAt(recipe.document, ['images', ...path]);
  for (const [role, image] of Object.entries(recipe.file?.images ?? {})) {
    const overlays: string[] = [];
    for (const [index, name] of (image.use ?? []).entries()) {
      const path = await locate(folders, 'overlay', name);
      if (path !== undefined) overlays.push(path);
      else {
        const hint = nearestHint(name, await namesOf(folders, 'overlay'));
        diagnostics.push(unknownName('overlay', name, place(role, 'use', index), hint));
      }
    }
    for (const [index, name] of (image.modules ?? []).entries()) {
      if (modules.includes(name)) continue;
      const hint =
        nearestHint(name, modules) ?? 'name it in `modules` of the recipe, or use the part that brings it';
      diagnostics.push(unknownName('module', name, place(role, 'modules', index), hint));
    }
    images[role] = {
      role,
      summary: image.summary,
      ...(image.arch === undefined ? {} : {arch: image.arch}),
      packages: union([image.packages]),
      modules: union([image.modules]),
      overlays,
      enable: union([image.enable]),
      commandLine: image.commandLine ?? [],
      freeMiB: image.freeMiB ?? 512,
    };
  }
  return {images, diagnostics};
}

function union(lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))];
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
