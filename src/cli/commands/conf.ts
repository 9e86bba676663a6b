/** `kbuild conf` among the other commands; as the first word, main.ts hands over to it before any of them is loaded. */

import type {Command} from 'commander';
import {newCommand} from '../command.ts';

export function confCommand(): Command {
  return newCommand('conf', "Do what the kernel's scripts/kconfig/conf does", [
    'kbuild conf --tree ~/linux --olddefconfig',
    'kbuild conf --help',
  ])
    .argument('[words...]', "conf's own options, and a Kconfig file")
    .allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const {runConf} = await import('../../conf/index.ts');
      process.exit(runConf(words));
    });
}
