/** The machines a command speaks to: those that are named, by ssh, or those that a kbuild keeps, by their consoles. */

import {readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {type Command, Option} from 'commander';
import {type Architecture, architectures} from '../base/architecture.ts';
import {badInput, KbuildError} from '../base/diagnostic.ts';
import type {HeldMachines} from '../boot/index.ts';
import {recipeFolders} from '../recipe/folders.ts';
import {nearestHint} from '../recipe/nearest.ts';
import {readRecipe} from '../recipe/read.ts';
import {architecturesOf, type WrittenRecipe} from '../recipe/recipe.ts';
import {type Channel, sshChannel, Unreachable} from '../tunables/index.ts';
import {collect, type Surroundings} from './command.ts';

export type MachineOptions = {
  readonly arch?: Architecture;
  readonly stockKernel?: boolean;
  readonly out?: string;
  readonly recipes?: string;
  readonly param?: readonly string[];
  readonly machine?: readonly string[];
  readonly machines?: string;
};

export function addMachineOptions(command: Command): Command {
  return command
    .option(
      '--machine <ROLE=HOST>',
      'a machine by ssh, as root@10.0.0.1 or a name of your ssh configuration; may be repeated (default: those that kbuild boot --keep holds)',
      collect,
    )
    .option('--machines <file>', 'a file of such machines, one ROLE=HOST a line')
    .option('--out <dir>', 'where the results of machines that are kept are (default: out/NAME/ARCH)')
    .addOption(
      new Option('--arch <arch>', 'of machines that are kept, where the recipe leaves it open').choices(
        architectures,
      ),
    );
}

/** Where the results of a recipe are by default; those on Debian's kernel beside them. */
export function defaultOutDir(
  recipe: WrittenRecipe,
  arch: Architecture | undefined,
  cwd: string,
  stockKernel = false,
): string {
  const images = Object.values(recipe.images);
  const machines = architecturesOf(images, arch ?? images[0]?.arch ?? 'x86_64');
  return resolve(cwd, join('out', recipe.name, `${machines.join('+')}${stockKernel ? '-stock' : ''}`));
}

/** The machines of a recipe that a kbuild keeps; undefined where none does. */
export async function heldOf(
  {cwd, environment}: Surroundings,
  name: string,
  options: MachineOptions,
): Promise<HeldMachines | undefined> {
  const {findHeld} = await import('../boot/held.ts');
  if (options.out !== undefined) return findHeld(resolve(cwd, options.out));
  const folders = await recipeFolders({given: options.recipes, cwd, environment});
  const recipe = await readRecipe(name, {folders, parameters: options.param ?? [], cwd});
  return findHeld(defaultOutDir(recipe, options.arch, cwd, options.stockKernel));
}

/** The words after a command that find the same machines again; the recipe's name is as it was given. */
export function wayTo(
  name: string,
  {arch, out, stockKernel}: Pick<MachineOptions, 'arch' | 'out' | 'stockKernel'>,
): string {
  const words = [arch === undefined ? '' : `--arch ${arch}`, out === undefined ? '' : `--out ${out}`];
  return [name, ...words, stockKernel ? '--stock-kernel' : ''].filter((word) => word !== '').join(' ');
}

/**
 * Ways to the machines of a recipe, whose name is as it was given.
 * @throws KbuildError (2) for a role that the recipe has not, and where there is no machine at all
 */
export async function channelsTo(
  {cwd}: Surroundings,
  {name, recipe}: {readonly name: string; readonly recipe: WrittenRecipe},
  options: MachineOptions,
): Promise<readonly Channel[]> {
  const named = [...(options.machine ?? []), ...(await linesOf(options.machines, cwd))];
  if (named.length > 0) return named.map((text) => namedMachine(recipe, text));
  const {findHeld} = await import('../boot/held.ts');
  const outDir =
    options.out === undefined ? defaultOutDir(recipe, options.arch, cwd) : resolve(cwd, options.out);
  const held = await findHeld(outDir);
  if (held !== undefined) {
    return held.machines.map((machine) => heldChannel(held, machine.name, machine.role));
  }
  throw badInput('no-machines', `there is no machine of ${recipe.name} to ask`, {
    hint: `name them: --machine ${Object.keys(recipe.images)[0] ?? 'host'}=root@10.0.0.1; or start some: kbuild boot ${wayTo(name, options)} --keep; or say --in-image`,
  });
}

async function linesOf(file: string | undefined, cwd: string): Promise<readonly string[]> {
  if (file === undefined) return [];
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw badInput('unreadable-file', `${file} cannot be read: ${error.code}`);
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

function namedMachine(recipe: WrittenRecipe, text: string): Channel {
  const [, role, host] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (role === undefined || host === undefined) {
    throw badInput('wrong-option', `--machine ${text}: ROLE=HOST is expected`, {
      hint: 'for example --machine host=root@10.0.0.1',
    });
  }
  const roles = Object.keys(recipe.images);
  if (roles.includes(role)) return sshChannel(role, host);
  const hint = nearestHint(role, roles) ?? `its roles are ${roles.join(', ') || 'none'}`;
  throw badInput('unknown-role', `the recipe ${recipe.name} has no role ${role}`, {hint});
}

function heldChannel(held: HeldMachines, machine: string, role: string): Channel {
  return {
    machine,
    role,
    run: async (script, options) => {
      try {
        return (await held.run(machine, script, options)).output;
      } catch (error) {
        // The script is kbuild's own, and nobody's to read.
        if (error instanceof KbuildError)
          throw new Unreachable(error.message.replace(`\`${script}\``, () => 'its shell'));
        throw error;
      }
    },
  };
}
