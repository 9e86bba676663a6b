/** `kbuild lock`: whether recipes still are what was locked; with `--update`, writes down what they are now. */

import {join} from 'node:path';
import {type Command, Option} from 'commander';
import {badInput, type Diagnostic, exitCode, KbuildError} from '../../base/diagnostic.ts';
import type {LockUpdate} from '../../job/lock.ts';
import {differenceLines, type LockDifferences} from '../../job/lock-differences.ts';
import {readRecipe} from '../../recipe/read.ts';
import {collect, newCommand, respond, type Surroundings} from '../command.ts';
import {type LockOptions, type RecipeLockReport, RecipeLocks, recipesMeant} from '../recipe-locks.ts';
import {storeRoot, withWorkshop} from '../workshop.ts';

type Options = LockOptions & {readonly update?: boolean; readonly only?: 'packages' | 'recipes'};

export function lockCommand(surroundings: Surroundings): Command {
  return newCommand('lock', 'Say whether recipes are what was locked, or lock them as they are', [
    'kbuild lock',
    'kbuild lock nfs-rdma-zfs --arch arm64',
    'kbuild lock --update',
    'kbuild lock --update --only packages',
    'kbuild lock --update --only recipes ./mine.yaml --arch x86_64 --arch arm64',
    'kbuild lock --update --only recipes qtfs --source qtfs=~/src/qtfs',
  ])
    .argument('[name...]', 'the recipes (default: packages of all, and the recipes that have a lock)')
    .option('--update', 'take the package versions that the mirror has now, and the recipes as they are')
    .addOption(
      new Option('--only <what>', 'update only the locks of packages, or only those of recipes').choices([
        'packages',
        'recipes',
      ]),
    )
    .option(
      '--kernel <which>',
      "a target to lock or to check: Debian's line (6.1), a directory, or a tarball; may be repeated",
      collect,
    )
    .option(
      '--arch <arch>',
      "that of the target (default: those of the recipe's images); may be repeated",
      collect,
    )
    .option('--set <SYMBOL=VALUE>', 'a target with one more goal; may be repeated', collect)
    .option('--param <NAME=VALUE>', "a target with a value for one of the recipe's parameters", collect)
    .option('--source <NAME=DIR>', "a directory with a module's source; may be repeated", collect)
    .addOption(
      new Option('--engine <engine>', 'what runs the builder; auto takes the first that works')
        .choices(['auto', 'podman', 'docker', 'bubblewrap'])
        .default('auto'),
    )
    .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
    .action(async (names: readonly string[], options: Options) => {
      requireSense(names, options);
      await (options.update ? update : check)(surroundings, names, options);
    });
}

function requireSense(names: readonly string[], {update: isUpdate, only, ...options}: Options): void {
  if (only !== undefined && !isUpdate) {
    throw badInput('wrong-option', '--only says what to update, and nothing is', {hint: 'add --update'});
  }
  const {kernel, arch, set, param, source} = options;
  const ofOne = Object.entries({kernel, arch, set, param, source}).find(([, value]) => value !== undefined);
  if (ofOne === undefined) return;
  if (only === 'packages') {
    throw badInput('wrong-option', `--${ofOne[0]} is for locks of recipes`, {
      hint: 'leave out --only packages',
    });
  }
  if (names.length === 1) return;
  throw badInput('wrong-option', `--${ofOne[0]} is for one recipe`, {hint: 'name it: kbuild lock NAME'});
}

async function update(surroundings: Surroundings, names: readonly string[], options: Options): Promise<void> {
  const {folders, all, locked} = await recipesMeant(surroundings, names, options);
  const read = async () => Promise.all(all.map((name) => readRecipe(name, {folders, cwd: surroundings.cwd})));
  const {locks, recipes} = await withWorkshop(
    surroundings,
    options,
    logDir(surroundings),
    async (workshop) => {
      const {relock} = await import('../../job/lock.ts');
      const packages = options.only === 'recipes' ? [] : await relock(workshop, await read());
      const renewed: RecipeLockReport[] = [];
      if (options.only !== 'packages') {
        const own = new RecipeLocks(surroundings, {workshop, options, folders});
        for (const name of locked) renewed.push(await own.update(name));
      }
      return {locks: packages, recipes: renewed};
    },
  );
  const none =
    options.only === 'recipes' && recipes.length === 0 ? 'no recipe has a lock: name the one to lock\n' : '';
  const words = `${locks.map(packageWords).join('')}${recipes.map(recipeWords).join('')}${none}`;
  respond(surroundings.terminal, 'lock', options, {value: {locks, recipes}, words});
}

async function check(surroundings: Surroundings, names: readonly string[], options: Options): Promise<void> {
  const {folders, locked} = await recipesMeant(surroundings, names, options);
  const recipes = await withWorkshop(surroundings, options, logDir(surroundings), async (workshop) => {
    const own = new RecipeLocks(surroundings, {workshop, options, folders});
    const checked: RecipeLockReport[] = [];
    for (const name of locked) checked.push(await own.check(name));
    return checked;
  });
  const faults = recipes.flatMap(faultsOf);
  if (faults.length > 0) {
    const error = new KbuildError(exitCode.failed, ...faults);
    error.result = {recipes};
    throw error;
  }
  const lines = recipes.map(({path, targets}) => `${path}: as it was locked (${targets.join(', ')})\n`);
  const words = lines.length === 0 ? 'no recipe has a lock\n' : lines.join('');
  respond(surroundings.terminal, 'lock', options, {value: {recipes}, words});
}

function logDir(surroundings: Surroundings): string {
  return join(storeRoot(surroundings), 'logs');
}

function faultsOf({name, path, differences}: RecipeLockReport): readonly Diagnostic[] {
  if (differences === undefined) return [];
  const unlocked = unlockedTargets(differences).map((target) => `${target} is not locked`);
  const lines = [...differenceLines(differences), ...unlocked];
  if (lines.length === 0) return [];
  const message = `${name} is not what ${path} has locked:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const hint = `kbuild lock --update --only recipes ${name} locks it as it is now`;
  return [{severity: 'error', code: 'lock-differs', message, hint}];
}

/** What a lock that there is does not have. */
function unlockedTargets({targets}: LockDifferences): readonly string[] {
  return targets.flatMap(({target, differences}) => (differences === undefined ? [target] : []));
}

function recipeWords({path, targets, differences}: RecipeLockReport): string {
  if (differences === undefined) return `${path}: new (${targets.join(', ')})\n`;
  const added = unlockedTargets(differences).map((target) => `${target} is new`);
  const lines = [...differenceLines(differences), ...added].map((line) => `  ${line}\n`);
  const changed = lines.length === 0 ? 'nothing has changed' : 'renewed';
  return `${path}: ${changed} (${targets.join(', ')})\n${lines.join('')}`;
}

function packageWords({path, changes}: LockUpdate): string {
  const lines = Object.entries(changes).flatMap(([set, changed]) =>
    changed.map(({name, before, after}) => `  ${set}: ${name} ${before ?? 'new'} -> ${after ?? 'gone'}\n`),
  );
  const count = lines.length === 0 ? 'no package changed' : `${lines.length} packages changed`;
  return `${path}: ${count}\n${lines.join('')}`;
}
