/** `kbuild image NAME`: bootable images of a recipe's roles. */

import type {Command} from 'commander';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {addImageOptions, type ImageOptions, jobValue, jobWords, performJob} from '../job.ts';

export function imageCommand(surroundings: Surroundings): Command {
  const command = newCommand('image', "Make a recipe's images", [
    'kbuild image nfs-rdma-zfs --authorized-key ~/.ssh/id_ed25519.pub',
    'kbuild image nfs-rdma-zfs --role client --out images',
    'kbuild image nfs-rdma-zfs --arch arm64 --bfb-base default.bfb',
  ]);
  addImageOptions(command).option(
    '--stock-kernel',
    "with Debian's own kernel of that line (5.10 or 6.1), without the recipe's modules, to compare with",
  );
  return command.action(async (name: string, options: ImageOptions) => {
    const {result, durationMs} = await performJob(surroundings, name, options, 'image');
    respond(surroundings.terminal, 'image', options, {
      value: jobValue(result),
      words: jobWords(result, durationMs),
    });
  });
}
