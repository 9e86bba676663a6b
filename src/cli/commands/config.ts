/** `kbuild config NAME`: the complete .config of a recipe, with every goal met. */

import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import type {Command} from 'commander';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {addRecipeOptions, performJob, type RecipeOptions} from '../job.ts';

type Options = RecipeOptions & {readonly write?: string};

export function configCommand(surroundings: Surroundings): Command {
  const command = newCommand('config', "Resolve a recipe into a kernel's .config", [
    'kbuild config nfs-rdma-zfs > .config',
    'kbuild config nfs-rdma-zfs --write linux/.config',
    'kbuild config nfs-rdma-zfs --set DEBUG_INFO_DWARF5=y --json',
  ]);
  return addRecipeOptions(command)
    .option('--write <file>', 'write the .config to this file instead of stdout')
    .action(async (name: string, options: Options) => {
      const {result} = await performJob(surroundings, name, options, 'config');
      const [resolved] = result.resolved;
      if (resolved === undefined) throw new Error('the job resolved nothing');
      const {configText, configDigest, added, alternatives} = resolved;
      const file = options.write === undefined ? undefined : resolve(surroundings.cwd, options.write);
      // The engine's texts are Latin-1, a character a byte: the bytes are the .config, and JSON is to say what they say.
      const bytes = Buffer.from(configText, 'latin1');
      if (file !== undefined) {
        await mkdir(dirname(file), {recursive: true});
        await writeFile(file, bytes);
      }
      const goals = resolved.goals.map(({goal, actual, met, reason}) => {
        const {place: _, ...written} = goal;
        return {...written, actual: textOf(actual), met, ...(reason === undefined ? {} : {reason})};
      });
      respond(surroundings.terminal, 'config', options, {
        value: {
          configDigest,
          goals,
          added,
          alternatives,
          ...(result.lockDifferences === undefined ? {} : {lockDifferences: result.lockDifferences}),
          ...(file === undefined ? {configText: textOf(configText)} : {file}),
        },
        ...(file === undefined
          ? {result: bytes}
          : {words: `${file}: ${countOf(goals)} of ${name} are met\n`}),
      });
    });
}

/** Goals are met, or there is no .config; wishes may be left. */
function countOf(goals: readonly {readonly met: boolean}[]): string {
  const met = goals.filter((goal) => goal.met).length;
  return met === goals.length ? `all ${met} goals` : `${met} goals and wishes of ${goals.length}`;
}

function textOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}
