/** The options of commands that look at a configuration and make nothing, and the configuration they mean. */

import {existsSync, readdirSync, statSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {isDeepStrictEqual} from 'node:util';
import {type Command, Option} from 'commander';
import {type Architecture, architectures} from '../base/architecture.ts';
import {badInput} from '../base/diagnostic.ts';
import type {Json} from '../base/digest.ts';
import {readNote, writeNote} from '../base/notes.ts';
import {Store} from '../base/store.ts';
import type {EngineName} from '../build/container.ts';
import {kernelLines} from '../build/kernel-line.ts';
import type {Start} from '../job/configuration.ts';
import type {KconfigRequest} from '../job/kconfig.ts';
import {type CommonOptions, collect, type Surroundings} from './command.ts';
import {storeRoot} from './workshop.ts';

export type KconfigOptions = CommonOptions & {
  readonly arch?: Architecture;
  readonly kernel?: string;
  readonly engine: 'auto' | EngineName;
  readonly set?: readonly string[];
  readonly param?: readonly string[];
  readonly recipes?: string;
  readonly locked?: boolean;
};

/** The kernel of what names none. */
const usualKernel = '6.1';
const usualArchitecture: Architecture = 'x86_64';

/** Adds the options that say which kernel's Kconfig is meant. */
export function addKconfigOptions(command: Command): Command {
  return command
    .option(
      '--kernel <which>',
      `Debian's line (${usualKernel}, which is taken where no recipe says another), a directory, or a tarball`,
    )
    .addOption(
      new Option(
        '--arch <arch>',
        `the architecture (default: that of the recipe or .config, else ${usualArchitecture})`,
      ).choices(architectures),
    )
    .option('--set <SYMBOL=VALUE>', 'one more goal, which wins over the files; may be repeated', collect)
    .option('--param <NAME=VALUE>', "a value for one of the recipe's parameters; may be repeated", collect)
    .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
    .addOption(
      new Option('--engine <engine>', 'what runs the probes of a Kconfig that was not read before')
        .choices(['auto', 'podman', 'docker', 'bubblewrap'])
        .default('auto'),
    )
    .option('--locked', 'fail where the lock file does not name the packages of the tool chain');
}

/** What a configuration starts from, and the kernel and architecture that it names itself. */
export type NamedStart = {readonly start: Start; readonly kernel?: string; readonly arch?: Architecture};

/**
 * A recipe, by its name or by a path to its .yaml file. What was read is noted: to read it takes longer than all the rest
 * that is asked of it.
 * @throws KbuildError (2) with all that is wrong with its files
 */
export async function recipeStart(
  surroundings: Surroundings,
  name: string,
  options: KconfigOptions,
): Promise<NamedStart> {
  const {cwd, environment} = surroundings;
  const {recipes = null, arch = null, set = [], param = []} = options;
  const store = new Store(storeRoot(surroundings));
  const key = {
    kind: 'recipe',
    of: {name, cwd, recipes, folder: environment.KBUILD_RECIPES ?? null, arch, set, param},
  };
  const noted = await readNote(store, key);
  if (noted !== undefined) return noted as NamedStart;
  const since = Date.now();
  const {named, folders} = await readNamedRecipe(surroundings, name, options);
  const plain = JSON.parse(JSON.stringify(named)) as Json;
  const from = isDeepStrictEqual(plain, named) ? filesOf([...folders, recipeCode]) : undefined;
  if (from !== undefined) await writeNote(store, key, plain, {from, since});
  return named;
}

/** What reads recipes: another kbuild may read something else. */
const recipeCode = fileURLToPath(new URL('../recipe', import.meta.url));

async function readNamedRecipe({cwd, environment}: Surroundings, name: string, options: KconfigOptions) {
  // Loaded here: of a recipe that was noted, neither its schema is needed nor YAML.
  const [{recipeFolders}, {readRecipe}, {architectureWanted}] = await Promise.all([
    import('../recipe/folders.ts'),
    import('../recipe/read.ts'),
    import('./job.ts'),
  ]);
  const folders = await recipeFolders({given: options.recipes, cwd, environment});
  const {set: settings = [], param: parameters = []} = options;
  const recipe = await readRecipe(name, {folders, settings, parameters, cwd});
  const arch = architectureWanted(recipe, options.arch, 'config');
  const named: NamedStart = {start: {kind: 'recipe', recipe}, kernel: recipe.kernel.version, arch};
  const {base} = recipe.kernel;
  const beside = /\.ya?ml$/.test(name) ? [dirname(resolve(cwd, name))] : [];
  return {named, folders: [...folders, ...beside, ...(isAbsolute(base) ? [base] : [])]};
}

/** Of more nothing is noted: it is somebody's home, not a folder of recipes. */
const mostFiles = 3000;

/** Everything below some paths, folders and what is missing as well; undefined where it is too much. */
function filesOf(paths: readonly string[]): ReadonlySet<string> | undefined {
  const found = new Set(paths);
  // A set that grows while it is walked is walked to its end.
  for (const path of found) {
    if (found.size > mostFiles) return undefined;
    if (!statSync(path, {throwIfNoEntry: false})?.isDirectory()) continue;
    for (const name of readdirSync(path)) found.add(join(path, name));
  }
  return found;
}

/**
 * A .config file.
 * @throws KbuildError (2) where it cannot be read
 */
export async function fileStart({cwd}: Surroundings, name: string): Promise<NamedStart> {
  const {readConfigFile} = await import('../job/configuration.ts');
  const text = await readConfigFile(resolve(cwd, name));
  return {start: {kind: 'file', name, text}, ...namedInHeading(text)};
}

/** What the heading of a .config names: `# Linux/x86 6.1.0 Kernel Configuration`. */
function namedInHeading(text: string): Pick<NamedStart, 'arch' | 'kernel'> {
  const [, given, version] = /^# Linux\/(\S+) (\d+\.\d+)\S* Kernel Configuration$/m.exec(text) ?? [];
  const arch = given === 'x86' ? 'x86_64' : architectures.find((one) => one === given);
  const line = kernelLines.find((one) => one.version === version);
  return {...(arch === undefined ? {} : {arch}), ...(line === undefined ? {} : {kernel: line.version})};
}

/**
 * The output directory of a run, `out/NAME/ARCH`.
 * @throws KbuildError (2) where it is none, or has the configurations of several architectures and none is chosen
 */
export async function runStart(
  {cwd}: Surroundings,
  name: string,
  options: KconfigOptions,
): Promise<NamedStart> {
  const {readConfigFile} = await import('../job/configuration.ts');
  const dir = resolve(cwd, name);
  const {goals} = await manifestInputs(join(dir, 'manifest.json'), name);
  const made = architectures.filter((one) => goals[one] !== undefined);
  const arch = made.find((one) => one === options.arch) ?? made[0];
  if (arch === undefined || (made.length > 1 && options.arch === undefined)) {
    throw badInput(
      'several-architectures',
      `${name} has the configurations of ${made.join(' and ') || 'nothing'}`,
      {
        hint: `choose one with --arch`,
      },
    );
  }
  const text = await readConfigFile(join(dir, made.length > 1 ? arch : '', 'config'));
  return {start: {kind: 'run', name, text, goals: goals[arch]!}, ...namedInHeading(text), arch};
}

type ManifestInputs = {readonly goals: Readonly<Record<string, Readonly<Record<string, string>>>>};

async function manifestInputs(path: string, name: string): Promise<ManifestInputs> {
  try {
    const {inputs} = JSON.parse(await readFile(path, 'utf8')) as {inputs: ManifestInputs};
    if (typeof inputs.goals === 'object') return inputs;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError || 'code' in (error as Error)))
      throw error;
  }
  throw badInput(
    'no-run',
    `${name} is not the output directory of a run: it has no manifest.json that names goals`,
    {
      hint: 'name out/NAME/ARCH, as a build leaves it, a recipe, or a .config file',
    },
  );
}

/**
 * What a word of the command line names: the output directory of a run, a .config file, or a recipe.
 * @throws what `runStart`, `fileStart` and `recipeStart` throw
 */
export async function startNamed(
  surroundings: Surroundings,
  name: string,
  options: KconfigOptions,
): Promise<NamedStart> {
  const path = resolve(surroundings.cwd, name);
  const found = statSync(path, {throwIfNoEntry: false});
  const isRun = found?.isDirectory() && (name.includes('/') || existsSync(join(path, 'manifest.json')));
  if (isRun) return runStart(surroundings, name, options);
  const isConfig = found !== undefined && !found.isDirectory() && !/\.ya?ml$/.test(name);
  if (isConfig || (found === undefined && /^\.|\/|config$/.test(name) && !/\.ya?ml$/.test(name))) {
    return fileStart(surroundings, name);
  }
  return recipeStart(surroundings, name, options);
}

/** Which Kconfig a configuration is looked at with. */
export function kconfigRequest(
  {cwd}: Surroundings,
  options: KconfigOptions,
  ...named: readonly NamedStart[]
): KconfigRequest {
  const own = named.find(({kernel}) => kernel !== undefined)?.kernel;
  const architecture = named.find(({arch}) => arch !== undefined)?.arch;
  const isLine = options.kernel === undefined || /^\d+\.\d+$/.test(options.kernel);
  return {
    kernel: isLine ? (options.kernel ?? own ?? usualKernel) : resolve(cwd, options.kernel!),
    arch: options.arch ?? architecture ?? usualArchitecture,
    engine: options.engine,
    locked: options.locked ?? false,
  };
}

/** Refuses two options that say the same. */
export function requireOne(given: Readonly<Record<string, unknown>>): void {
  const both = Object.keys(given).filter((name) => given[name] !== undefined);
  if (both.length < 2) return;
  throw badInput('wrong-option', `${both.join(' and ')} are two starts, and there can be one`, {
    hint: `leave out ${both.at(-1)}`,
  });
}

/** Refuses two that are made for different processors, where none is chosen. */
export function requireOneArchitecture(
  {arch: before}: NamedStart,
  {arch: after}: NamedStart,
  {arch}: KconfigOptions,
): void {
  if (arch !== undefined || before === undefined || after === undefined || before === after) return;
  throw badInput('two-architectures', `the first is for ${before}, the second for ${after}`, {
    hint: 'say with --arch as which of the two both are to be read',
  });
}
