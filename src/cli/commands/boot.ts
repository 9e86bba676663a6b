/** `kbuild boot NAME`: boots the images, together, and proves what the recipe says they do; and machines that stay up. */

import type {Command} from 'commander';
import {badInput, failure} from '../../base/diagnostic.ts';
import {Store} from '../../base/store.ts';
import type {HeldMachine, Laboratory} from '../../boot/index.ts';
import {collect, newCommand, respond, type Surroundings} from '../command.ts';
import {addImageOptions, type ImageOptions, jobValue, jobWords, performJob} from '../job.ts';
import {heldOf} from '../machines.ts';
import {storeRoot} from '../workshop.ts';

type Options = ImageOptions & {
  readonly keep?: boolean;
  readonly prove: boolean;
  readonly run?: readonly string[];
  readonly stop?: boolean;
};

export function bootCommand(surroundings: Surroundings): Command {
  const command = newCommand('boot', "Boot a recipe's images and prove that they work", [
    'kbuild boot nfs-rdma-zfs',
    'kbuild boot nfs-rdma-zfs --json',
    'kbuild boot nfs-rdma-zfs --keep             # the machines stay up; in another terminal:',
    "kbuild boot nfs-rdma-zfs --run host='zpool status'",
    'kbuild param get nfs-rdma-zfs',
    'kbuild boot nfs-rdma-zfs --stop',
  ]);
  return addImageOptions(command)
    .option('--keep', 'leave the machines up after the proof, until Ctrl-C or --stop')
    .option('--no-prove', 'with --keep: start the machines, and prove nothing')
    .option(
      '--run <ROLE=COMMAND>',
      'run a command of the shell as root on a machine that is kept; may be repeated',
      collect,
    )
    .option('--stop', 'cut the power of the machines that are kept')
    .action(async (name: string, options: Options) => {
      if (options.run !== undefined || options.stop) await useHeld(surroundings, name, options);
      else await boot(surroundings, name, options);
    });
}

async function boot(surroundings: Surroundings, name: string, options: Options): Promise<void> {
  if (!options.prove && !options.keep) {
    throw badInput('nothing-to-do', '--no-prove is for machines that are kept', {hint: 'add --keep'});
  }
  if (options.keep && (await heldOf(surroundings, name, options)) !== undefined) {
    throw badInput('machines-are-kept', `machines of ${name} are kept already`, {
      hint: `end them with kbuild boot ${name} --stop, or give another --out`,
    });
  }
  // Whoever asks for a boot wants to see one, and not that there was one before.
  let laboratory: Laboratory | undefined;
  const keep = {
    proved: options.prove,
    take: (made: Laboratory): void => {
      laboratory = made;
    },
  };
  const asked = {...options, proveAgain: true, ...(options.keep ? {keepMachines: keep} : {})};
  try {
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
    if (laboratory !== undefined) await hold(surroundings, name, laboratory, result.outDir);
  } finally {
    await laboratory?.clear();
  }
}

async function hold(
  surroundings: Surroundings,
  name: string,
  {machines}: Laboratory,
  outDir: string,
): Promise<void> {
  const {terminal, signal} = surroundings;
  const {holdMachines} = await import('../../boot/index.ts');
  // Their disks lie over images of the store, which must not be cleaned away below them.
  const inUse = await new Store(storeRoot(surroundings)).use(signal);
  try {
    await holdMachines(machines, {
      outDir,
      signal,
      ready: (held) => void terminal.stderr.write(heldWords(name, held)),
    });
  } finally {
    await inUse.release();
  }
}

function heldWords(name: string, held: readonly HeldMachine[]): string {
  const lines = held.map(
    ({name: machine, address, console: log}) => `  ${machine}  ${address}  console: ${log}`,
  );
  const ways = [
    `kbuild param get ${name}`,
    `kbuild boot ${name} --run ${held[0]?.name ?? 'host'}=COMMAND`,
    `kbuild boot ${name} --stop, or Ctrl-C here`,
  ];
  return `These machines stay up:\n${lines.join('\n')}\n  ${ways.join('\n  ')}\n`;
}

/** Commands on machines that another kbuild keeps, and then their end. */
async function useHeld(surroundings: Surroundings, name: string, options: Options): Promise<void> {
  const {terminal, signal} = surroundings;
  const held = await heldOf(surroundings, name, options);
  if (held === undefined) {
    throw badInput('no-machines', `no machines of ${name} are kept`, {hint: `kbuild boot ${name} --keep`});
  }
  const ran: Record<string, unknown>[] = [];
  for (const text of options.run ?? []) {
    const [, machine = '', command = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (!held.machines.some((one) => one.name === machine)) {
      throw badInput('wrong-option', `--run ${text}: ROLE=COMMAND is expected`, {
        hint: `the machines are ${held.machines.map((one) => one.name).join(', ')}`,
      });
    }
    const {status, output} = await held.run(machine, command, {timeoutMs: 600_000, signal});
    ran.push({machine, command, status, output});
    if (!options.json) terminal.stdout.write(output);
    if (status !== 0) {
      throw failure('command-failed', `\`${command}\` on the ${machine} ended with ${status}`, {
        result: {ran},
      });
    }
  }
  if (options.stop) await held.stop();
  respond(terminal, 'boot', options, {value: {ran, stopped: options.stop ?? false}});
}
