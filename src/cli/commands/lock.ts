/** `kbuild lock --update`: writes down the versions of all packages that recipes are made of. */

import {join} from 'node:path';
import type {Command} from 'commander';
import type {LockUpdate} from '../../job/lock.ts';
import {namesOf, recipeFolders} from '../../recipe/folders.ts';
import {readRecipe} from '../../recipe/read.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';
import {storeRoot, withWorkshop} from '../workshop.ts';

type Options = CommonOptions & {readonly update: boolean; readonly recipes?: string};

export function lockCommand(surroundings: Surroundings): Command {
  const {terminal, cwd, environment} = surroundings;
  return newCommand('lock', 'Pin the packages that recipes are made of', [
    'kbuild lock --update',
    'kbuild lock --update nfs-rdma-zfs',
  ])
    .argument('[name...]', 'the recipes (default: all)')
    .requiredOption('--update', 'take the versions that the mirror has now')
    .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
    .action(async (names: readonly string[], options: Options) => {
      const folders = await recipeFolders({given: options.recipes, cwd, environment});
      const all = names.length > 0 ? names : await namesOf(folders, 'recipe');
      const recipes = await Promise.all(all.map((name) => readRecipe(name, {folders, cwd})));
      const {relock} = await import('../../job/lock.ts');
      const logDir = join(storeRoot(surroundings), 'logs');
      const locks = await withWorkshop(surroundings, options, logDir, (workshop) =>
        relock(workshop, recipes),
      );
      respond(terminal, 'lock', options, {value: {locks}, words: locks.map(lockWords).join('')});
    });
}

function lockWords({path, changes}: LockUpdate): string {
  const lines = Object.entries(changes).flatMap(([set, changed]) =>
    changed.map(({name, before, after}) => `  ${set}: ${name} ${before ?? 'new'} -> ${after ?? 'gone'}\n`),
  );
  const count = lines.length === 0 ? 'no package changed' : `${lines.length} packages changed`;
  return `${path}: ${count}\n${lines.join('')}`;
}
