/** Where recipes, parts, modules and overlays are looked up. */

import {existsSync} from 'node:fs';
import {readdir, realpath, stat} from 'node:fs/promises';
import {isAbsolute, join, relative, resolve, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {badInput} from '../base/diagnostic.ts';
import {namePattern} from './schema.ts';

/** Folders in the order they are searched; the first that has a name wins. */
export type RecipeFolders = readonly string[];

/** Of a clone or an installed package: three levels above dist/src/recipe. */
const ownFolder = fileURLToPath(new URL('../../../recipes', import.meta.url));

/** What editors complete recipes from. */
export const schemaPath = join(ownFolder, 'schema.json');

/**
 * The folder given by `--recipes` or `KBUILD_RECIPES`, `./recipes`, then the project's own.
 * @throws KbuildError (2) where the given one is no directory.
 */
export async function recipeFolders(
  options: {given?: string | undefined; cwd?: string; environment?: NodeJS.ProcessEnv} = {},
): Promise<RecipeFolders> {
  const {cwd = process.cwd(), environment = process.env} = options;
  const given = options.given ?? (environment.KBUILD_RECIPES || undefined);
  if (given !== undefined && !(await isDirectory(resolve(cwd, given)))) {
    throw badInput('no-folder', `${given} is not a directory of recipes`, {
      hint: `give an existing one with --recipes or KBUILD_RECIPES`,
    });
  }
  const folders = [...(given === undefined ? [] : [resolve(cwd, given)]), join(cwd, 'recipes'), ownFolder];
  const real = await Promise.all(
    folders.map(async (folder) => ((await isDirectory(folder)) ? realpath(folder) : undefined)),
  );
  return [...new Set(real.filter((folder) => folder !== undefined))];
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** A module is `modules/NAME.yaml`, an overlay a directory below `overlays`, and so on. */
export type Kind = 'recipe' | 'part' | 'module' | 'overlay' | 'tunable';

/**
 * The real path of `name` below a folder's `kind`, in the first folder that has it; undefined where none has.
 * A name that leaves the folder, by `..` or by a symbolic link, is not found there.
 */
export async function locate(folders: RecipeFolders, kind: Kind, name: string): Promise<string | undefined> {
  const isFlat = kind === 'recipe' || kind === 'module' || kind === 'tunable';
  if (!namePattern.test(name) || (isFlat && name.includes('/'))) return undefined;
  for (const folder of folders) {
    const path = join(below(folder, kind), kind === 'overlay' ? name : `${name}.yaml`);
    if (!existsSync(path)) continue;
    const real = await realpath(path);
    if (real.startsWith(folder + sep) && (await stat(real)).isDirectory() === (kind === 'overlay'))
      return real;
  }
  return undefined;
}

function below(folder: string, kind: Kind): string {
  return kind === 'recipe' ? folder : join(folder, `${kind}s`);
}

/** Every name that `locate` would find, sorted. */
export async function namesOf(folders: RecipeFolders, kind: Kind): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const folder of folders) {
    const top = below(folder, kind);
    const entries = await readdir(top, {recursive: kind === 'part', withFileTypes: true}).catch(() => []);
    for (const entry of entries) {
      if (kind === 'overlay') {
        if (entry.isDirectory()) names.add(entry.name);
      } else if (!entry.isDirectory() && entry.name.endsWith('.yaml')) {
        names.add(relative(top, join(entry.parentPath, entry.name)).slice(0, -'.yaml'.length));
      }
    }
  }
  return [...names].filter((name) => namePattern.test(name)).sort();
}

/** A path as people see it: relative to where they are when it is inside, else absolute. */
export function shownPath(path: string, cwd: string = process.cwd()): string {
  const fromHere = relative(cwd, path);
  return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}
