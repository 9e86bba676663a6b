/** Runs one command line: finds the command, loads only that one, and turns what it throws into an exit code. */

import {Command, type CommanderError} from 'commander';
import {badInput, type ExitCode, exitCode} from '../base/diagnostic.ts';
import {failureJson, type Surroundings} from './command.ts';
import {faultOf, renderFault} from './faults.ts';

type CommandEntry = {
  readonly summary: string;
  readonly load: () => Promise<(surroundings: Surroundings) => Command>;
};

/** In the order help shows them. */
const commands: ReadonlyMap<string, CommandEntry> = new Map([
  [
    'recipe',
    {
      summary: 'take a recipe to images that were seen working',
      load: async () => (await import('./commands/recipe.ts')).recipeCommand,
    },
  ],
  [
    'recipes',
    {summary: 'list the recipes', load: async () => (await import('./commands/recipes.ts')).recipesCommand},
  ],
  [
    'config',
    {
      summary: "resolve a recipe into a kernel's .config",
      load: async () => (await import('./commands/config.ts')).configCommand,
    },
  ],
  [
    'explain',
    {
      summary: 'explain symbols: what they are, why they have their value, what needs them',
      load: async () => (await import('./commands/explain.ts')).explainCommand,
    },
  ],
  [
    'menuconfig',
    {
      summary: 'edit a configuration in menus, in the terminal or in a browser',
      load: async () => (await import('./commands/menuconfig.ts')).menuconfigCommand,
    },
  ],
  [
    'diff',
    {
      summary: 'compare two configurations: what is set otherwise, and what follows',
      load: async () => (await import('./commands/diff.ts')).diffCommand,
    },
  ],
  [
    'report',
    {
      summary: 'write a page that shows a configuration: goals, reasons, differences',
      load: async () => (await import('./commands/report.ts')).reportCommand,
    },
  ],
  [
    'build',
    {
      summary: "build a recipe's kernel and modules",
      load: async () => (await import('./commands/build.ts')).buildCommand,
    },
  ],
  [
    'image',
    {summary: "make a recipe's images", load: async () => (await import('./commands/image.ts')).imageCommand},
  ],
  [
    'boot',
    {
      summary: "boot a recipe's images and prove that they work",
      load: async () => (await import('./commands/boot.ts')).bootCommand,
    },
  ],
  [
    'param',
    {
      summary: 'show and change the parameters of machines, running or to be made',
      load: async () => (await import('./commands/param.ts')).paramCommand,
    },
  ],
  [
    'conf',
    {
      summary: "do what the kernel's scripts/kconfig/conf does",
      load: async () => (await import('./commands/conf.ts')).confCommand,
    },
  ],
  [
    'merge',
    {
      summary: 'merge config fragments, and say what did not stick',
      load: async () => (await import('./commands/merge.ts')).mergeCommand,
    },
  ],
  [
    'doctor',
    {
      summary: 'say what this machine has and lacks',
      load: async () => (await import('./commands/doctor.ts')).doctorCommand,
    },
  ],
  [
    'lock',
    {
      summary: 'say whether recipes are what was locked, or lock them as they are',
      load: async () => (await import('./commands/lock.ts')).lockCommand,
    },
  ],
  [
    'cache',
    {
      summary: 'show or clean what is kept between runs',
      load: async () => (await import('./commands/cache.ts')).cacheCommand,
    },
  ],
]);

/** Runs the command line `argv` (without node and the script) and gives the exit code; throws nothing. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const {terminal, signal} = surroundings;
  const name = argv.find((word) => !word.startsWith('-')) ?? '';
  try {
    const program = await programFor(argv, name, surroundings);
    await program.parseAsync(argv, {from: 'user'});
    signal.throwIfAborted();
    return exitCode.done;
  } catch (error) {
    const fault = faultOf(error, signal, commands.has(name) ? name : '');
    if (fault.exit === exitCode.done) return fault.exit;
    if (argv.includes('--json')) terminal.stdout.write(failureJson(name, fault));
    terminal.stderr.write(renderFault(terminal, fault.diagnostics));
    return fault.exit;
  }
}

async function programFor(
  argv: readonly string[],
  name: string,
  surroundings: Surroundings,
): Promise<Command> {
  const program = new Command('kbuild')
    .description('From a written recipe to machines that boot: kernel, modules, images, and the proof.')
    .helpOption('-h, --help', 'show this help')
    .option('--version', 'show the version')
    .addHelpText('after', '\nkbuild COMMAND --help shows the options of a command, with examples.\n');
  const entry = commands.get(name);
  if (entry !== undefined) {
    program.addCommand((await entry.load())(surroundings));
  } else if (name !== '' && name !== 'help') {
    const {nearestHint} = await import('../recipe/nearest.ts');
    const hint = nearestHint(name, commands.keys()) ?? `the commands are ${[...commands.keys()].join(', ')}`;
    throw badInput('unknown-command', `there is no command ${name}`, {hint});
  } else {
    for (const [other, {summary}] of commands) program.addCommand(new Command(other).summary(summary));
    program.action(async (options: {version?: boolean}) => {
      if (options.version) surroundings.terminal.stdout.write(`${await version()}\n`);
      else program.outputHelp();
    });
  }
  if (name === 'help' || argv.length === 0) program.action(() => program.outputHelp());
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    settle(command, surroundings);
  }
  return program;
}

/** Commander writes help itself; what it has to say of wrong usage is thrown, and rendered like the rest. */
function settle(command: Command, {terminal}: Surroundings): void {
  command
    .exitOverride((error: CommanderError) => {
      throw error;
    })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: () => undefined,
      outputError: () => undefined,
    });
}

async function version(): Promise<string> {
  const {readFile} = await import('node:fs/promises');
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as {version: string}).version;
}
