/** One configuration of a kernel to look at: a recipe's, a .config file's, or what the Kconfig itself gives. */

import {createReadStream, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {isDeepStrictEqual} from 'node:util';
import {badInput, KbuildError, lineAndColumn} from '../base/diagnostic.ts';
import {digestOf, type Json} from '../base/digest.ts';
import {readable} from '../base/engine-text.ts';
import {readNote, writeNote} from '../base/notes.ts';
import type {Workshop} from '../base/store.ts';
import {
  type Evaluation,
  explainUnmet,
  formatConfigLine,
  loadConfig,
  nearestNames,
  olddefconfig,
  savedefconfig,
} from '../kconfig/index.ts';
import type {Target} from '../recipe/condition.ts';
import type {Goal, Patch, Recipe, WrittenRecipe} from '../recipe/recipe.ts';
import type {Resolved} from '../recipe/resolve.ts';
import {obtainConfig} from './config.ts';
import type {Kconfig} from './kconfig.ts';

/** Where a configuration comes from. */
export type Start =
  | {readonly kind: 'recipe'; readonly recipe: WrittenRecipe}
  /** A .config; the name is for people. */
  | {readonly kind: 'file'; readonly name: string; readonly text: string}
  /** The .config of a run's output directory, with the goals that its manifest names. */
  | {
      readonly kind: 'run';
      readonly name: string;
      readonly text: string;
      readonly goals: Readonly<Record<string, string>>;
    }
  | {readonly kind: 'defaults'};

export type Configuration = {
  readonly start: Start;
  readonly kconfig: Kconfig;
  /** The recipe as it is composed for the kernel. */
  readonly recipe: Recipe | undefined;
  /** The recipe's goals, or those of `--set`. */
  readonly goals: readonly Goal[];
  /**
   * The values. What the defaults give by themselves does not count as set by the user, although a .config has a line of
   * it: so one sees what comes of what.
   */
  readonly evaluation: Evaluation;
  /** How a recipe's goals were met; undefined for what is no recipe. */
  readonly resolved: Resolved | undefined;
  /** The .config; undefined for the defaults. */
  readonly text: string | undefined;
};

/** The goals that a line was set for which none of them says; undefined for any other. */
export function goalsBehind(
  {resolved, goals}: Configuration,
  symbol: string | undefined,
): readonly Goal[] | undefined {
  const added = resolved?.added.find((one) => one.symbol === symbol);
  return added && goals.filter((goal) => added.neededBy.includes(goal.symbol));
}

/** Reads the Kconfig of the source with a recipe's patches. */
type PatchedReader = (patches: readonly Patch[]) => Promise<Kconfig>;

/**
 * A configuration of the kernel, with its values.
 * @param kconfig of the source as it is
 * @param readPatched for a recipe that has patches
 * @param settings texts of `--set`, for a start that is no recipe: those are in a recipe already
 * @throws KbuildError: what `composeRecipe` and `obtainConfig` throw; exit 2 for a setting that is none
 */
export async function readConfiguration(
  workshop: Workshop,
  {kconfig, readPatched}: {readonly kconfig: Kconfig; readonly readPatched: PatchedReader},
  start: Start,
  settings: readonly string[] = [],
): Promise<Configuration> {
  if (start.kind === 'recipe') {
    const {recipe, own, resolved} = await resolveWritten(workshop, {kconfig, readPatched}, start.recipe);
    const {configText: text} = resolved;
    const evaluation = await evaluated(workshop, own, {name: recipe.name, text});
    return {start, kconfig: own, recipe, goals: recipe.goals, evaluation, resolved, text};
  }
  const goals = await goalsOfSettings(settings);
  const lines = settingLines(kconfig, goals);
  const isNone = start.kind === 'defaults' && lines === '';
  const text = isNone ? undefined : `${start.kind === 'defaults' ? '' : start.text}\n${lines}`;
  const configuration = {start, kconfig, recipe: undefined, goals, resolved: undefined, text};
  const known = await withKconfig(workshop, configuration, kconfig);
  reportUntaken(workshop, known.evaluation, goals);
  return known;
}

/**
 * A recipe as it is composed for the kernel, the Kconfig with its patches, and what it resolves to.
 * @throws what `composeRecipe` and `obtainConfig` throw
 */
export async function resolveWritten(
  workshop: Workshop,
  {kconfig, readPatched}: {readonly kconfig: Kconfig; readonly readPatched: PatchedReader},
  written: WrittenRecipe,
): Promise<{readonly recipe: Recipe; readonly own: Kconfig; readonly resolved: Resolved}> {
  const {arch, source} = kconfig;
  const recipe = await composed(workshop, written, {arch, kernelVersion: source.release});
  const {patches = []} = recipe.kernel;
  const own = patches.length === 0 ? kconfig : await readPatched(patches);
  const reader = {tree: async () => own.tree, requireUnchanged: own.requireUnchanged};
  return {recipe, own, resolved: await obtainConfig(workshop, {...own, recipe}, reader)};
}

/** A configuration with the values that its .config has under a Kconfig, another one too. */
export async function withKconfig(
  workshop: Workshop,
  configuration: Omit<Configuration, 'evaluation'>,
  kconfig: Kconfig,
): Promise<Configuration> {
  const {text, start} = configuration;
  const name = start.kind === 'file' || start.kind === 'run' ? start.name : '.config';
  const evaluation =
    text === undefined
      ? loadConfig(kconfig.tree.model, undefined)
      : await evaluated(workshop, kconfig, {name, text});
  return {...configuration, kconfig, evaluation};
}

/** No .config is nearly as long; some devices have no end. */
const mostBytes = 64 << 20;

/**
 * The text of a .config file, which may be a pipe or /dev/null, a character a byte.
 * @throws KbuildError (2) where it cannot be read, or is too long to be one
 */
export async function readConfigFile(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, {end: mostBytes})) chunks.push(chunk as Buffer);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read: ${code}`;
    throw badInput('unreadable-file', `${path} ${problem}`);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > mostBytes) throw badInput('no-config', `${path} is too long to be a .config`);
  return bytes.toString('latin1');
}

/** A composed recipe, kept as what it is composed of is noted: the code that does it takes long to load. */
async function composed(workshop: Workshop, written: WrittenRecipe, target: Target): Promise<Recipe> {
  const {store} = workshop;
  const text = JSON.stringify(written);
  const key = {kind: 'composed-recipe', of: {written: digestOf(text), ...target}};
  const noted = (await readNote(store, key)) as Recipe | undefined;
  if (noted !== undefined) return noted;
  const since = Date.now();
  const {composeRecipe} = await import('../recipe/compose.ts');
  const recipe = composeRecipe(written, target);
  const plain = JSON.parse(JSON.stringify(recipe)) as Json;
  if (isDeepStrictEqual(plain, recipe)) {
    await writeNote(store, key, plain, {
      from: readdirSync(recipeCode).map((name) => join(recipeCode, name)),
      since,
    });
  }
  return recipe;
}

/** What composes recipes: another kbuild may do it otherwise. */
const recipeCode = fileURLToPath(new URL('../recipe', import.meta.url));

/**
 * A .config's values, of which those count as the user's that its minimal config has (`savedefconfig`). To find that takes
 * longer than all that is asked of it afterwards, so it is noted.
 */
async function evaluated(
  {store, report}: Workshop,
  {arch, source, toolChain, tree}: Kconfig,
  {name, text}: {readonly name: string; readonly text: string},
): Promise<Evaluation> {
  const config = digestOf(Buffer.from(text, 'latin1'));
  const key = {kind: 'user-values', of: {version: 2, source: source.digest, toolChain, arch, config}};
  let values = (await readNote(store, key)) as UserValues | undefined;
  if (values === undefined) {
    values = userValues(tree.model, text);
    // The key has all that it is made of.
    await writeNote(store, key, values, {from: [], since: Date.now()});
  }
  const {lines, faults} = values;
  for (const fault of faults.slice(0, mostFaults)) {
    report({kind: 'said', severity: 'warning', message: `${name}:${fault}`});
  }
  if (faults.length > mostFaults) {
    const message = `and ${faults.length - mostFaults} more lines like these`;
    report({kind: 'said', severity: 'warning', message});
  }
  return loadConfig(tree.model, lines);
}

/** What is wrong with more lines is said in one. */
const mostFaults = 5;

type UserValues = {
  /** The lines of a .config that decide; all, where they alone would make another one of it. */
  readonly lines: string;
  /** What is wrong with others, each with its number in front. */
  readonly faults: readonly string[];
};

function userValues(model: Kconfig['tree']['model'], text: string): UserValues {
  const whole = olddefconfig(model, text);
  const minimal = savedefconfig(model, text).text;
  return {
    lines: olddefconfig(model, minimal).text === whole.text ? minimal : text,
    faults: whole.warnings
      .filter(({code}) => code !== 'unmet-dependency')
      .map(({message, place}) => {
        const line = place === undefined ? '' : `${lineAndColumn(place).line}:`;
        return readable(`${line} ${message}`);
      }),
  };
}

/** Says which settings have not become what they say, though nothing has to stand in for them. */
function reportUntaken({report}: Workshop, evaluation: Evaluation, goals: readonly Goal[]): void {
  for (const {symbol, value} of goals) {
    const {cause, detail} = explainUnmet(evaluation, symbol, value);
    if (cause === 'met') continue;
    const message = readable(`--set ${symbol}=${value} is not taken: ${detail}`);
    report({kind: 'said', severity: 'warning', message});
  }
}

async function goalsOfSettings(settings: readonly string[]): Promise<readonly Goal[]> {
  if (settings.length === 0) return [];
  const {goalOfSetting} = await import('../recipe/goals.ts');
  const read = settings.map(goalOfSetting);
  const faults = read.filter((one) => 'severity' in one);
  if (faults.length > 0) throw new KbuildError(2, ...faults);
  return read.filter((one): one is Goal => !('severity' in one));
}

function settingLines({tree: {model}}: Kconfig, goals: readonly Goal[]): string {
  return goals
    .map(({symbol: name, value}) => {
      const symbol = model.find(name);
      if (symbol !== undefined && symbol.nodes.length > 0)
        return `${formatConfigLine(model, symbol, value)}\n`;
      const nearest = nearestNames(model, name);
      const hint = nearest.length === 0 ? {} : {hint: `the nearest names are ${nearest.join(', ')}`};
      throw badInput('unknown-symbol', `this kernel has no symbol ${name}`, hint);
    })
    .join('');
}
