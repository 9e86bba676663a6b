/** `kbuild explain SYMBOL…`: what menuconfig's search shows, why the value is what it is, and which goals need it. */

import type {Command} from 'commander';
import {readConfiguration, type Start} from '../../job/configuration.ts';
import type {Patch} from '../../recipe/recipe.ts';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {
  addKconfigOptions,
  fileStart,
  type KconfigOptions,
  kconfigRequest,
  recipeStart,
  requireOne,
} from '../configuration.ts';
import {explain, explanationWords} from '../explanation.ts';
import {withQuietWorkshop} from '../workshop.ts';

type Options = KconfigOptions & {readonly recipe?: string; readonly config?: string};

export function explainCommand(surroundings: Surroundings): Command {
  const command = newCommand(
    'explain',
    'Explain symbols: what they are, why they have their value, what needs them',
    [
      'kbuild explain NFSD --recipe nfs-rdma-zfs',
      'kbuild explain CONFIG_ZLIB_DEFLATE --config .config --kernel ~/src/linux',
      'kbuild explain NFSD SUNRPC --kernel 6.12 --json',
    ],
  )
    .argument('<symbols...>', 'symbols, with or without CONFIG_')
    .option('--recipe <name>', 'explain the configuration of this recipe')
    .option('--config <file>', 'explain this .config; without either, what the defaults of the Kconfig give');
  return addKconfigOptions(command).action(async (names: readonly string[], options: Options) => {
    const {recipe, config} = options;
    requireOne({'--recipe': recipe, '--config': config});
    const defaults: Start = {kind: 'defaults'};
    const named =
      recipe !== undefined
        ? await recipeStart(surroundings, recipe, options)
        : config !== undefined
          ? await fileStart(surroundings, config)
          : {start: defaults};
    const request = kconfigRequest(surroundings, options, named);
    const configuration = await withQuietWorkshop(surroundings, options, async (workshop) => {
      const kconfig = await surroundings.readKconfig(workshop, request);
      const readPatched = async (patches: readonly Patch[]) =>
        surroundings.readKconfig(workshop, {...request, patches});
      return readConfiguration(workshop, {kconfig, readPatched}, named.start, options.set);
    });
    const explained = explain(configuration, names);
    respond(surroundings.terminal, 'explain', options, {
      value: explained,
      result: explanationWords(explained),
    });
  });
}
