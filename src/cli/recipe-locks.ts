/** What `kbuild lock` does with the locks of recipes: it resolves their targets again, and compares or writes. */

import {existsSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {dirname, join} from 'node:path';
import {type Architecture, architectures} from '../base/architecture.ts';
import {badInput, failure} from '../base/diagnostic.ts';
import type {Workshop} from '../base/store.ts';
import type {EngineName} from '../build/container.ts';
import {kernelLines} from '../build/kernel-line.ts';
import {type LockDifferences, lockDifferences} from '../job/lock-differences.ts';
import {digestsOfFiles} from '../job/lock-target.ts';
import {
  type HeldLock,
  type RecipeLock,
  readRecipeLock,
  recipeLockPath,
  type TargetLock,
  targetKey,
  targetWords,
  writeRecipeLock,
} from '../job/recipe-lock.ts';
import {locate, namesOf, type RecipeFolders, recipeFolders, shownPath} from '../recipe/folders.ts';
import {nearestHint} from '../recipe/nearest.ts';
import {readRecipe} from '../recipe/read.ts';
import {architecturesOf, type WrittenRecipe} from '../recipe/recipe.ts';
import type {CommonOptions, Surroundings} from './command.ts';
import {architectureWanted, givenSources} from './job.ts';

export type LockOptions = CommonOptions & {
  readonly kernel?: readonly string[];
  readonly arch?: readonly string[];
  readonly source?: readonly string[];
  readonly engine: 'auto' | EngineName;
  readonly set?: readonly string[];
  readonly param?: readonly string[];
  readonly recipes?: string;
};

/** A recipe's lock, and what is not as it was before. */
export type RecipeLockReport = {
  readonly name: string;
  readonly path: string;
  /** `6.1 on x86_64`. */
  readonly targets: readonly string[];
  /** Undefined for a lock that is new. */
  readonly differences: LockDifferences | undefined;
};

/** A target as options say it. */
type Wanted = {
  readonly kernel: string;
  readonly arch: Architecture;
  readonly parameters: readonly string[];
  readonly settings: readonly string[];
};

/** Resolves recipes as they are now, for locks. */
export class RecipeLocks {
  readonly #surroundings: Surroundings;
  readonly #workshop: Workshop;
  readonly #options: LockOptions;
  readonly #folders: RecipeFolders;

  constructor(
    surroundings: Surroundings,
    {workshop, options, folders}: {workshop: Workshop; options: LockOptions; folders: RecipeFolders},
  ) {
    this.#surroundings = surroundings;
    this.#workshop = workshop;
    this.#options = options;
    this.#folders = folders;
  }

  /**
   * Compares a recipe with its lock: all targets, or those that the options name.
   * @throws KbuildError (1) where it has no lock; what the job throws
   */
  async check(name: string): Promise<RecipeLockReport> {
    const recipe = await this.#read(name);
    const held = await readRecipeLock(recipe);
    if (held === undefined) {
      throw failure('not-locked', `the recipe ${recipe.name} has no lock`, {
        hint: `kbuild lock --update --only recipes ${name} makes one`,
      });
    }
    const wanted = this.#isTargetGiven()
      ? this.#given(recipe)
      : held.targets.map((one) => this.#again(recipe, held, one));
    const targets = await this.#resolved(name, wanted);
    const now = {files: await digestsOfFiles(recipe), targets};
    return reportOf(recipe, now, lockDifferences(held, now));
  }

  /** Writes a recipe's lock anew: with the targets it has, and those that the options name. */
  async update(name: string): Promise<RecipeLockReport> {
    const recipe = await this.#read(name);
    const held = await readRecipeLock(recipe);
    const given = held === undefined || this.#isTargetGiven() ? this.#given(recipe) : [];
    const targets = await this.#resolved(name, given);
    const keys = new Set(targets.map(targetKey));
    const others = (held?.targets ?? []).filter((one) => !keys.has(targetKey(one)));
    targets.push(
      ...(await this.#resolved(
        name,
        others.map((one) => this.#again(recipe, held!, one)),
      )),
    );
    const now = {files: await digestsOfFiles(recipe), targets};
    await writeRecipeLock(recipeLockPath(recipe), {recipe: recipe.name, ...now});
    return reportOf(recipe, now, held && lockDifferences(held, now));
  }

  #read(name: string, wanted?: Wanted): Promise<WrittenRecipe> {
    const {settings = [], parameters = []} = wanted ?? {};
    return readRecipe(name, {folders: this.#folders, settings, parameters, cwd: this.#surroundings.cwd});
  }

  #isTargetGiven(): boolean {
    const {kernel, arch, set, param} = this.#options;
    return [kernel, arch, set, param].some((one) => one !== undefined);
  }

  #given(recipe: WrittenRecipe): readonly Wanted[] {
    const {
      kernel = [recipe.kernel.version],
      arch,
      set: settings = [],
      param: parameters = [],
    } = this.#options;
    const machines =
      arch?.map((one) => architectureWanted(recipe, knownArchitecture(one), 'config')) ??
      architecturesOf(Object.values(recipe.images), 'x86_64');
    return kernel.flatMap((one) =>
      machines.map((machine) => ({kernel: one, arch: machine, parameters, settings})),
    );
  }

  /** A locked target, to be resolved once more. Of a source that was a directory it is not known where it lies. */
  #again(recipe: WrittenRecipe, {path}: HeldLock, target: TargetLock): Wanted {
    const {kernel, arch, parameters, settings, source, modules} = target;
    const locks = `${shownPath(path)} locks ${targetWords(target)}`;
    if (!source.from.startsWith('linux-source-') || kernelLines.every(({version}) => version !== kernel)) {
      throw badInput('no-kernel', `${locks} from a ${source.from} that is not known here`, {
        hint: `name that of Linux ${source.release} with --kernel, or take the target out of the file`,
      });
    }
    const given = (this.#options.source ?? []).map((text) => text.split('=')[0]);
    const missing = recipe.modules.find(
      ({name, sourceName}) => modules[name]?.from === 'directory' && !given.includes(sourceName),
    );
    if (missing !== undefined) {
      throw badInput('no-module-source', `${locks} with a directory as the source of ${missing.name}`, {
        hint: `give it with --source ${missing.sourceName}=DIR`,
      });
    }
    const texts = (all: Readonly<Record<string, string>>) =>
      Object.entries(all).map(([name, value]) => `${name}=${value}`);
    return {kernel, arch, parameters: texts(parameters), settings: texts(settings)};
  }

  async #resolved(name: string, all: readonly Wanted[]): Promise<TargetLock[]> {
    const {source = [], engine} = this.#options;
    const found = new Map<string, TargetLock>();
    for (const wanted of all) {
      const recipe = await this.#read(name, wanted);
      const {targetLocks} = await this.#surroundings.runJob(
        {
          recipe,
          upTo: 'config',
          arch: wanted.arch,
          kernel: wanted.kernel,
          sources: await givenSources(recipe, source, this.#surroundings.cwd),
          engine,
          outDir: this.#workshop.logDir,
          access: {authorizedKeys: []},
          lock: 'made',
          locked: false,
          jobs: availableParallelism(),
        },
        this.#workshop,
      );
      for (const target of targetLocks ?? []) found.set(targetKey(target), target);
    }
    return [...found.values()];
  }
}

function reportOf(
  recipe: WrittenRecipe,
  {targets}: Pick<RecipeLock, 'targets'>,
  differences: LockDifferences | undefined,
): RecipeLockReport {
  const path = shownPath(recipeLockPath(recipe));
  return {name: recipe.name, path, targets: targets.map(targetWords), differences};
}

function knownArchitecture(name: string): Architecture {
  const known = architectures.find((one) => one === name);
  if (known !== undefined) return known;
  throw badInput('wrong-option', `--arch ${name}: there is no such architecture`, {
    hint: nearestHint(name, architectures) ?? `the architectures are ${architectures.join(' and ')}`,
  });
}

/** The folders of recipes, and which are meant: those that are named, else all, and all that have a lock. */
export async function recipesMeant(
  {cwd, environment}: Surroundings,
  names: readonly string[],
  {recipes}: LockOptions,
): Promise<{folders: RecipeFolders; all: readonly string[]; locked: readonly string[]}> {
  const folders = await recipeFolders({given: recipes, cwd, environment});
  if (names.length > 0) return {folders, all: names, locked: names};
  const all = await namesOf(folders, 'recipe');
  const paths = await Promise.all(all.map(async (name) => locate(folders, 'recipe', name)));
  const locked = all.filter((name, index) => {
    const path = paths[index];
    return path !== undefined && existsSync(join(dirname(path), `${name}.lock.json`));
  });
  return {folders, all, locked};
}
