/** `kbuild diff A B`: what two configurations differ in, by menu, the cause apart from its consequences. */

import type {Command} from 'commander';
import {readConfiguration, withKconfig} from '../../job/configuration.ts';
import type {Patch} from '../../recipe/recipe.ts';
import {newCommand, respond, type Surroundings} from '../command.ts';
import {compare, comparisonWords} from '../comparison.ts';
import {
  addKconfigOptions,
  type KconfigOptions,
  kconfigRequest,
  type NamedStart,
  requireOneArchitecture,
  startNamed,
} from '../configuration.ts';
import {withQuietWorkshop} from '../workshop.ts';

export function diffCommand(surroundings: Surroundings): Command {
  const command = newCommand(
    'diff',
    'Compare two configurations by menu: what is set otherwise, and beneath it what follows from that',
    [
      'kbuild diff nfs-rdma-zfs qtfs-servers',
      'kbuild diff .config.old .config --kernel ~/src/linux',
      'kbuild diff out/nfs-rdma-zfs/x86_64 nfs-rdma-zfs --json',
    ],
  )
    .argument('<a>', 'a recipe, a .config file, or the output directory of a run (out/NAME/ARCH)')
    .argument('<b>', 'another')
    .addHelpText(
      'after',
      '\nBoth are read with the Kconfig of one kernel: that of --kernel, else that of B, else that of A.\nThe exit code is 0 whether or not there are differences, 2 for what cannot be read.\n',
    );
  return addKconfigOptions(command).action(async (a: string, b: string, options: KconfigOptions) => {
    const before = await startNamed(surroundings, a, options);
    const after = await startNamed(surroundings, b, options);
    requireOneArchitecture(before, after, options);
    const request = kconfigRequest(surroundings, options, after, before);
    const comparison = await withQuietWorkshop(surroundings, options, async (workshop) => {
      if (options.kernel === undefined && before.kernel !== undefined && before.kernel !== request.kernel) {
        const message = `${a} is for Linux ${before.kernel}; it is read with the Kconfig of ${request.kernel}`;
        workshop.report({kind: 'said', severity: 'info', message});
      }
      const kconfig = await surroundings.readKconfig(workshop, request);
      const readPatched = async (patches: readonly Patch[]) =>
        surroundings.readKconfig(workshop, {...request, patches});
      const read = async (named: NamedStart) =>
        readConfiguration(workshop, {kconfig, readPatched}, named.start, settingsFor(named, options));
      const [first, second] = [await read(before), await read(after)];
      // Patches may have made another Kconfig of it; what is compared has to be of one.
      const carried =
        first.kconfig === second.kconfig ? first : await withKconfig(workshop, first, second.kconfig);
      return compare({name: a, ...carried}, {name: b, ...second});
    });
    respond(surroundings.terminal, 'diff', options, {
      value: comparison,
      result: comparisonWords(comparison),
    });
  });
}

/** A recipe has them among its goals. */
function settingsFor({start}: NamedStart, {set}: KconfigOptions): readonly string[] {
  return start.kind === 'recipe' ? [] : (set ?? []);
}
