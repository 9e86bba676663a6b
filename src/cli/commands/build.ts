/** `kbuild build NAME`: the kernel and its modules. */

import type {Command} from 'commander';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {addRecipeOptions, jobValue, jobWords, performJob, type RecipeOptions} from '../job.ts';

export function buildCommand(surroundings: Surroundings): Command {
  const command = newCommand('build', "Build a recipe's kernel and modules", [
    'kbuild build nfs-rdma-zfs',
    'kbuild build nfs-rdma-zfs --engine bubblewrap --jobs 8',
  ]);
  return addRecipeOptions(command).action(async (name: string, options: RecipeOptions) => {
    const {result, durationMs} = await performJob(surroundings, name, options, 'build');
    respond(surroundings.terminal, 'build', options, {
      value: jobValue(result),
      words: jobWords(result, durationMs),
    });
  });
}
