/** `kbuild recipe NAME`: the main job, from a recipe to images that were seen working. */

import type {Command} from 'commander';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {addImageOptions, type ImageOptions, jobValue, jobWords, performJob} from '../job.ts';

type Options = ImageOptions & {readonly boot?: boolean};

/** The main job. It boots by default: an image that was not seen working is no result. */
export function recipeCommand(surroundings: Surroundings): Command {
  const command = newCommand('recipe', 'Take a recipe to images that were seen working', [
    'kbuild recipe nfs-rdma-zfs',
    'kbuild recipe nfs-rdma-zfs --no-boot --authorized-key ~/.ssh/id_ed25519.pub',
    'kbuild recipe nfs-rdma-zfs --set PANIC_TIMEOUT=30 --kernel ~/src/linux-6.1.192',
    'kbuild recipe nfs-rdma-zfs --role host --json',
  ]);
  return addImageOptions(command)
    .option('--boot', 'boot the images and prove them (the default, except with --role)')
    .option('--no-boot', 'stop when the images are made')
    .option('--prove-again', 'boot even images that passed their proof before')
    .action(async (name: string, options: Options) => {
      // A proof needs the machines of every role.
      const wanted = options.boot ?? options.role === undefined;
      const {result, durationMs} = await performJob(surroundings, name, options, (recipe) =>
        wanted && recipe.prove !== undefined ? 'boot' : 'image',
      );
      respond(surroundings.terminal, 'recipe', options, {
        value: jobValue(result),
        words: jobWords(result, durationMs),
      });
    });
}
