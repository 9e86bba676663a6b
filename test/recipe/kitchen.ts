/** A folder of recipes in a temporary place, for one test. */

import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {KbuildError, renderDiagnostic} from '../../src/base/diagnostic.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import type {Target} from '../../src/recipe/condition.ts';
import {type ReadOptions, readRecipe} from '../../src/recipe/read.ts';
import type {Recipe} from '../../src/recipe/recipe.ts';

export type Kitchen = {
  readonly dir: string;
  /** For x86_64 and a kernel 6.1. */
  readonly compose: (name: string, ...settings: string[]) => Promise<Recipe>;
  /** The same with texts of `--param`. */
  readonly composeWith: (name: string, ...parameters: string[]) => Promise<Recipe>;
  readonly composeFor: (name: string, arch: Target['arch'], kernelVersion: string) => Promise<Recipe>;
  /** What is said of a recipe that is faulty, with paths relative to the folder. */
  readonly faults: (name: string, ...settings: string[]) => Promise<readonly string[]>;
  readonly faultsWith: (name: string, ...parameters: string[]) => Promise<readonly string[]>;
};

/** Writes `files`, by path below the folder, and removes them after the test. */
export async function kitchen(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
): Promise<Kitchen> {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(dir, {recursive: true, force: true}));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), {recursive: true});
    await writeFile(join(dir, path), text);
  }
  const compose = async (name: string, ...settings: string[]): Promise<Recipe> =>
    composeRecipe(await readRecipe(name, {folders: [dir], settings}), {
      arch: 'x86_64',
      kernelVersion: '6.1.192',
    });
  const composeWith = async (name: string, ...parameters: string[]): Promise<Recipe> =>
    composeRecipe(await readRecipe(name, {folders: [dir], parameters}), {
      arch: 'x86_64',
      kernelVersion: '6.1.192',
    });
  const composeFor = async (name: string, arch: Target['arch'], kernelVersion: string): Promise<Recipe> =>
    composeRecipe(await readRecipe(name, {folders: [dir]}), {arch, kernelVersion});
  const said = async (name: string, options: Omit<ReadOptions, 'folders'>): Promise<readonly string[]> => {
    try {
      await readRecipe(name, {folders: [dir], ...options});
    } catch (error) {
      if (!(error instanceof KbuildError)) throw error;
      return error.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic).replaceAll(`${dir}/`, ''));
    }
    return [];
  };
  const faults = async (name: string, ...settings: string[]) => said(name, {settings});
  const faultsWith = async (name: string, ...parameters: string[]) => said(name, {parameters});
  return {dir, compose, composeWith, composeFor, faults, faultsWith};
}

/** A recipe file with these lines after what each has to have. */
export function recipeText(name: string, ...lines: string[]): string {
  return [
    `name: ${name}`,
    'summary: a recipe',
    'kernel: {base: tinyconfig, version: "6.1"}',
    ...lines,
    '',
  ].join('\n');
}

/** A part file with these lines after its name. */
export function partText(name: string, ...lines: string[]): string {
  return [`name: ${name}`, 'summary: a part', ...lines, ''].join('\n');
}

/** A module's file with these lines after what each has to have. */
export function moduleText(name: string, ...lines: string[]): string {
  return [`name: ${name}`, 'summary: a module', 'steps: [{run: make}]', ...lines, ''].join('\n');
}
