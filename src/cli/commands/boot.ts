/** `kbuild boot NAME`: boots the images, together, and proves what the recipe says they do. */

import type {Command} from 'commander';
import {badInput} from '../../base/diagnostic.ts';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {addImageOptions, type ImageOptions, jobValue, jobWords, performJob} from '../job.ts';

export function bootCommand(surroundings: Surroundings): Command {
  const command = newCommand('boot', "Boot a recipe's images and prove that they work", [
    'kbuild boot nfs-rdma-zfs',
    'kbuild boot nfs-rdma-zfs --json',
  ]);
  return addImageOptions(command).action(async (name: string, options: ImageOptions) => {
    // Whoever asks for a boot wants to see one, and not that there was one before.
    const asked = {...options, proveAgain: true};
    const {result, durationMs} = await performJob(surroundings, name, asked, (recipe) => {
      if (recipe.prove !== undefined) return 'boot';
      throw badInput('no-proof', `the recipe ${recipe.name} names nothing to prove`, {
        hint: 'name a scenario in the recipe: prove: nfs-rdma',
      });
    });
    respond(surroundings.terminal, 'boot', options, {
      value: jobValue(result),
      words: jobWords(result, durationMs),
    });
  });
}
