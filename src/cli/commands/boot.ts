/** `kbuild boot NAME`: boots the images, together, and proves what the recipe says they do; and machines that stay up. */

import {relative} from 'node:path';
import type {Command} from 'commander';
import {badInput, failure} from '../../base/diagnostic.ts';
import {Store} from '../../base/store.ts';
import type {HeldMachine, Laboratory, MachineReport} from '../../boot/index.ts';
import {collect, newCommand, respond, type Surroundings} from '../command.ts';
import {addImageOptions, type ImageOptions, jobValue, jobWords, performJob} from '../job.ts';
import {heldOf, wayTo} from '../machines.ts';
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
    .option('--no-prove', 'start the machines, say when they were up, and prove nothing')
    .option(
      '--stock-kernel',
      "start them on Debian's own kernel of that line (5.10 or 6.1), without the recipe's modules, to compare with; implies --no-prove",
    )
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
  if (options.keep && (await heldOf(surroundings, name, options)) !== undefined) {
    throw badInput('machines-are-kept', `machines of ${name} are kept already`, {
      hint: `end them with kbuild boot ${wayTo(name, options)} --stop, or give another --out`,
    });
  }
  const proved = options.prove && !options.stockKernel;
  let laboratory: Laboratory | undefined;
  const take = (made: Laboratory): void => {
    laboratory = made;
  };
  // Whoever asks for a boot wants to see one, and not that there was one before.
  const asked = {
    ...options,
    proveAgain: true,
    ...(options.keep || !proved ? {keepMachines: {proved, take}} : {}),
  };
  try {
    const {result, durationMs} = await performJob(surroundings, name, asked, (recipe) => {
      if (recipe.prove !== undefined) return 'boot';
      throw badInput('no-proof', `the recipe ${recipe.name} names nothing to prove`, {
        hint: 'name a scenario in the recipe: prove: nfs-rdma',
      });
    });
    const started = proved || laboratory === undefined ? undefined : await startedMachines(laboratory);
    respond(surroundings.terminal, 'boot', options, {
      value: {...jobValue(result), ...(started === undefined ? {} : {machines: started})},
      words: (started ?? []).map(startedWords).join('') + jobWords(result, durationMs),
    });
    if (laboratory !== undefined && options.keep) {
      // Other commands know of results by their folder only.
      const out = options.stockKernel ? relative(surroundings.cwd, result.outDir) : options.out;
      const way = wayTo(name, {...options, stockKernel: false, ...(out === undefined ? {} : {out})});
      await hold(surroundings, way, laboratory, result.outDir);
    }
  } finally {
    await laboratory?.clear();
  }
}

/** A machine that was started and not proved, with the units that failed in it. */
type StartedMachine = MachineReport & {readonly failedUnits: readonly string[]};

async function startedMachines({machines}: Laboratory): Promise<readonly StartedMachine[]> {
  const {failedUnits, machineReport} = await import('../../boot/index.ts');
  return Promise.all(
    machines.map(async (machine) => ({
      ...machineReport(machine),
      failedUnits: await failedUnits(machine),
    })),
  );
}

function startedWords({name, boots, failedUnits}: StartedMachine): string {
  const {firmwareSeconds, kernelSeconds, readySeconds} = boots[0] ?? {};
  const times = [
    [firmwareSeconds, 'its kernel starts'],
    [kernelSeconds, 'its first process'],
    [readySeconds, 'it is up'],
  ].flatMap(([seconds, what]) => (seconds === undefined ? [] : [`${what} after ${seconds} s`]));
  const failed = failedUnits.length === 0 ? '' : `; failed units: ${failedUnits.join(', ')}`;
  return `${name}: ${times.join(', ')}${failed}\n`;
}

async function hold(
  surroundings: Surroundings,
  way: string,
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
      ready: (held) => void terminal.stderr.write(heldWords(way, held)),
    });
  } finally {
    await inUse.release();
  }
}

function heldWords(way: string, held: readonly HeldMachine[]): string {
  const lines = held.map(
    ({name: machine, address, console: log}) => `  ${machine}  ${address}  console: ${log}`,
  );
  const ways = [
    `kbuild param get ${way}`,
    `kbuild boot ${way} --run ${held[0]?.name ?? 'host'}=COMMAND`,
    `kbuild boot ${way} --stop, or Ctrl-C here`,
  ];
  return `These machines stay up:\n${lines.join('\n')}\n  ${ways.join('\n  ')}\n`;
}

/** Commands on machines that another kbuild keeps, and then their end. */
async function useHeld(surroundings: Surroundings, name: string, options: Options): Promise<void> {
  const {terminal, signal} = surroundings;
  const held = await heldOf(surroundings, name, options);
  if (held === undefined) {
    throw badInput('no-machines', `no machines of ${name} are kept`, {
      hint: `kbuild boot ${wayTo(name, options)} --keep`,
    });
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
