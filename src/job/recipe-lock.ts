/** The lock of a recipe, `NAME.lock.json` beside `NAME.yaml`: what it was made of, and the .config that came of it. */

import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {z} from 'zod';
import {architectures} from '../base/architecture.ts';
import {badInput} from '../base/diagnostic.ts';
import {replaceFile} from '../base/replace-file.ts';
import {shownPath} from '../recipe/folders.ts';
import type {WrittenRecipe} from '../recipe/recipe.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 is expected');
const texts = z.record(z.string(), z.string());

const targetSchema = z.strictObject({
  /** The first two numbers of the release. */
  kernel: z.string().regex(/^\d+\.\d+$/),
  arch: z.enum(architectures),
  /** Parameters of the recipe that are not at their defaults. */
  parameters: texts,
  /** Goals of `--set`, by symbol. */
  settings: texts,
  /** The kernel's, before the recipe's patches. */
  source: z.strictObject({release: z.string(), from: z.string(), sha256}),
  /** Of a base that is the running kernel's configuration. */
  base: sha256.optional(),
  /** Its packages: their number, a digest of them all, and the versions of those that were asked for, and of the compilers. */
  builder: z.strictObject({suite: z.string(), machine: z.string(), packages: z.int(), sha256, tools: texts}),
  /** The sources of modules out of the kernel's tree; without a digest where it is only known who has it. */
  modules: z.record(
    z.string(),
    z.strictObject({from: z.string(), version: z.string().optional(), sha256: sha256.optional()}),
  ),
  /** Of the resolved .config. */
  config: sha256,
});

const lockSchema = z.strictObject({
  format: z.literal(1),
  recipe: z.string(),
  /** SHA-256 by name; a program of an overlay is `executable` besides. */
  files: texts,
  targets: z.array(targetSchema),
});

export type RecipeLock = Omit<z.infer<typeof lockSchema>, 'format'>;
/** A kernel line and architecture, with the parameters and settings that were given. */
export type TargetLock = RecipeLock['targets'][number];

/** A lock as it was read. */
export type HeldLock = RecipeLock & {readonly path: string};

export function recipeLockPath({name, madeOf: [own]}: WrittenRecipe): string {
  return join(dirname(own!.path), `${name}.lock.json`);
}

/**
 * The lock beside a recipe; undefined where there is none.
 * @throws KbuildError (2) where it is not of the form `renderRecipeLock` writes
 */
export async function readRecipeLock(recipe: WrittenRecipe): Promise<HeldLock | undefined> {
  const path = recipeLockPath(recipe);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const {format: _, ...lock} = lockSchema.parse(JSON.parse(text));
    return {...lock, path};
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? (error as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw badInput('bad-lock', `${shownPath(path)} is not the lock of a recipe: ${what}`, {
      hint: `take it back from version control, or remove it and run kbuild lock --update --only recipes ${recipe.name}`,
    });
  }
}

/** Everything sorted and on a line of its own, so that a change is a small diff. */
export function renderRecipeLock({recipe, files, targets}: RecipeLock): string {
  const inOrder = targets
    .map((target) => ({
      kernel: target.kernel,
      arch: target.arch,
      parameters: sorted(target.parameters),
      settings: sorted(target.settings),
      source: target.source,
      ...(target.base === undefined ? {} : {base: target.base}),
      builder: {...target.builder, tools: sorted(target.builder.tools)},
      modules: target.modules,
      config: target.config,
    }))
    .sort((a, b) => compareNumbers(a.kernel, b.kernel) || (targetKey(a) < targetKey(b) ? -1 : 1));
  return `${JSON.stringify({format: 1, recipe, files: sorted(files), targets: inOrder}, null, 1)}\n`;
}

export async function writeRecipeLock(path: string, lock: RecipeLock): Promise<void> {
  await replaceFile(path, renderRecipeLock(lock));
}

type Named = Pick<TargetLock, 'kernel' | 'arch' | 'parameters' | 'settings'>;

/** What a target is found by: equal for equal ones. */
export function targetKey({kernel, arch, parameters, settings}: Named): string {
  return JSON.stringify([kernel, arch, sorted(parameters), sorted(settings)]);
}

/** As people read it: `6.1 on arm64 with cpus=128`. */
export function targetWords({kernel, arch, parameters, settings}: Named): string {
  const given = Object.entries({...parameters, ...settings}).map(([name, value]) => `${name}=${value}`);
  return `${kernel} on ${arch}${given.length === 0 ? '' : ` with ${given.join(', ')}`}`;
}

function sorted(all: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function compareNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', {numeric: true});
}
