/** `kbuild menuconfig [WHAT]`: a recipe, a .config or a kernel's tree is edited in menus. */

import {existsSync, statSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import type {Command} from 'commander';
import {machineArchitecture} from '../../base/architecture.ts';
import {badInput, exitCode, KbuildError} from '../../base/diagnostic.ts';
import type {Workshop} from '../../base/store.ts';
import {resolveWritten, type Start} from '../../job/configuration.ts';
import type {KconfigRequest} from '../../job/kconfig.ts';
import type {Effect} from '../../menuconfig/effect.ts';
import type {Program} from '../../menuconfig/program.ts';
import type {EditedRecipe} from '../../menuconfig/saved-goals.ts';
import type {KernelTree} from '../../recipe/base-config.ts';
import type {Goal, Patch, WrittenRecipe} from '../../recipe/recipe.ts';
import {newCommand, respond, type Surroundings, wholeNumber} from '../command.ts';
import {
  addKconfigOptions,
  fileStart,
  type KconfigOptions,
  kconfigRequest,
  type NamedStart,
  recipeStart,
} from '../configuration.ts';
import {storeRoot, withQuietWorkshop} from '../workshop.ts';

type Options = KconfigOptions & {
  readonly web?: boolean;
  readonly address?: string;
  readonly port?: string;
  readonly allowRemote?: boolean;
};

export function menuconfigCommand(surroundings: Surroundings): Command {
  const command = newCommand('menuconfig', 'Edit a configuration in menus', [
    'kbuild menuconfig                                    # .config here',
    'kbuild menuconfig nfs-rdma-zfs                       # a recipe; saving it as goals keeps its comments',
    'kbuild menuconfig ~/src/linux                        # the .config in a kernel tree',
    'kbuild menuconfig my.config --kernel 6.12 --web      # in a browser',
  ])
    .argument('[what]', "a recipe, a .config file, or a kernel's tree (default: .config here)")
    .option('--web', 'show it in a browser on this machine; the address is printed')
    .option('--address <ip>', 'the address to serve the page at (default: 127.0.0.1)')
    .option('--port <number>', 'the port to serve the page at (default: any that is free)')
    .option(
      '--allow-remote',
      'let other machines in that know the address; it goes over the network in the clear',
    );
  return addKconfigOptions(command).action(async (what: string | undefined, options: Options) => {
    requireView(surroundings, options);
    const subject = await subjectOf(surroundings, what, options);
    const program = await withQuietWorkshop(surroundings, options, async (workshop, endProgress) => {
      const {path} = subject;
      const {Journal} = await import('../../menuconfig/unsaved.ts');
      const journal = await Journal.open(storeRoot(surroundings), path);
      if (journal === undefined) throw inUse(subject);
      try {
        const opened = await programOver(surroundings, workshop, subject, options, journal);
        await endProgress();
        await show(surroundings, opened, options);
        return opened;
      } finally {
        await journal.close();
      }
    });
    conclude(surroundings, program, options);
  });
}

/** What is edited. */
type Subject = {
  readonly named: NamedStart;
  /** The file that is edited, absolute: the .config, or the recipe's own. */
  readonly path: string;
  /** The .config as the user named it. */
  readonly file: string;
  /** The kernel's tree that it lies in. */
  readonly tree?: string;
  /** As the user named it. */
  readonly recipe?: string;
};

/** @throws KbuildError (2) where there is no terminal, or options contradict one another */
function requireView({terminal}: Surroundings, {web, address, port, allowRemote}: Options): void {
  const forWeb = {'--address': address, '--port': port, '--allow-remote': allowRemote};
  const given = Object.entries(forWeb).find(([, value]) => value !== undefined);
  if (!web && given !== undefined) {
    throw badInput('wrong-option', `${given[0]} is for a page in the browser`, {hint: 'add --web'});
  }
  if (web || (process.stdin.isTTY && terminal.stdout.isTTY)) return;
  throw badInput('no-terminal', 'menuconfig needs a terminal to read from and to write to', {
    hint: 'run it from one (over ssh: ssh -t), or in a browser: --web',
  });
}

async function subjectOf(
  surroundings: Surroundings,
  what: string | undefined,
  options: Options,
): Promise<Subject> {
  const {cwd, environment} = surroundings;
  const usual = environment.KCONFIG_CONFIG || '.config';
  if (what === undefined) return configSubject(surroundings, usual, options);
  const path = resolve(cwd, what);
  const found = statSync(path, {throwIfNoEntry: false});
  if (found?.isDirectory() && (isTree(path) || /[./]/.test(what))) {
    if (isTree(path)) return configSubject(surroundings, join(what, usual), options);
    throw badInput('not-a-kernel', `${what} is no kernel's tree: it has no Makefile and Kconfig`, {
      hint: existsSync(join(path, 'config'))
        ? `name the .config itself: ${join(what, 'config')}`
        : 'name a tree, a .config file, or a recipe',
    });
  }
  const isRecipe = /\.ya?ml$/.test(what) || (found === undefined && !/^\.|\/|config$/.test(what));
  if (!isRecipe) return configSubject(surroundings, what, options);
  const {set: _, ...rest} = options;
  const named = await recipeStart(surroundings, what, rest);
  const {recipe} = named.start as Extract<Start, {kind: 'recipe'}>;
  return {named, path: recipe.madeOf[0]!.path, file: '.config', recipe: what};
}

async function configSubject(surroundings: Surroundings, file: string, {kernel}: Options): Promise<Subject> {
  const path = resolve(surroundings.cwd, file);
  const named: NamedStart = existsSync(path)
    ? await fileStart(surroundings, file)
    : {start: {kind: 'defaults'}};
  const tree = dirname(path);
  return {named, path, file, ...(kernel === undefined && isTree(tree) ? {tree} : {})};
}

function isTree(path: string): boolean {
  return existsSync(join(path, 'Kconfig')) && existsSync(join(path, 'Makefile'));
}

function inUse({path}: Subject): KbuildError {
  return new KbuildError(exitCode.failed, {
    severity: 'error',
    code: 'in-use',
    message: `another kbuild menuconfig edits ${path}`,
    hint: 'leave that one first',
  });
}

async function programOver(
  surroundings: Surroundings,
  workshop: Workshop,
  subject: Subject,
  options: Options,
  journal: ConstructorParameters<typeof Program>[0]['journal'],
): Promise<Program> {
  const {cwd, environment} = surroundings;
  const {named, tree: folder, path} = subject;
  const inTree = folder === undefined ? {} : {kernel: folder};
  const request: KconfigRequest = {
    ...kconfigRequest(surroundings, {...options, ...inTree}, named),
    ...(folder === undefined ? {} : {inPlace: true as const}),
  };
  const [kconfig, {Program: Loaded}, {Menuconfig}, {loadConfig, Session}, {KnownFiles}, {standInConfig}] =
    await Promise.all([
      surroundings.readKconfig(workshop, request),
      import('../../menuconfig/program.ts'),
      import('../../menuconfig/menuconfig.ts'),
      import('../../kconfig/index.ts'),
      import('../../menuconfig/saving.ts'),
      import('../../recipe/stand-in-config.ts'),
    ]);
  const files = new KnownFiles();
  // Read here, so that it is known as it is now.
  const text = await files.read(path);
  const readPatched = async (patches: readonly Patch[]) =>
    surroundings.readKconfig(workshop, {...request, patches});
  const {tree, config, goals, recipe} =
    named.start.kind === 'recipe'
      ? await recipeContent(
          surroundings,
          workshop,
          {kconfig, readPatched},
          named.start.recipe,
          subject,
          options,
        )
      : {tree: kconfig.tree, config: text, goals: [], recipe: undefined};
  const isNew = folder !== undefined && text === undefined;
  const standIn = isNew ? standInConfig(tree, request.arch !== machineArchitecture()) : undefined;
  return new Loaded({
    cwd,
    files,
    journal,
    config: config ?? standIn?.text,
    ...(standIn === undefined ? {} : {standIn: standIn.path}),
    ...(recipe === undefined ? {path} : {recipe}),
    writesInPlace: Boolean(environment.KCONFIG_OVERWRITECONFIG),
    settings: await settingsOf(options),
    open: (start) => {
      const session = new Session(loadConfig(tree.model, start), {asMconf: true});
      const {file} = subject;
      const menu = new Menuconfig({
        session,
        file,
        goals,
        ...(start === undefined || start === standIn?.text ? {} : {saved: start}),
        ...(recipe === undefined ? {} : {recipe: shownFrom(cwd, recipe.path)}),
      });
      return {menu, session};
    },
  });
}

type Content = {
  readonly tree: KernelTree;
  readonly config: string;
  readonly goals: readonly Goal[];
  readonly recipe: EditedRecipe;
};

/** What a recipe resolves to, and what it takes to save to it. */
async function recipeContent(
  {cwd, environment}: Surroundings,
  workshop: Workshop,
  kernel: Parameters<typeof resolveWritten>[1],
  written: WrittenRecipe,
  subject: Subject,
  {recipes: given, param: parameters = []}: Options,
): Promise<Content> {
  const {recipe, own, resolved} = await resolveWritten(workshop, kernel, written);
  const {arch, source, tree} = own;
  const readOptions = async () => {
    const {recipeFolders} = await import('../../recipe/folders.ts');
    return {folders: await recipeFolders({given, cwd, environment}), parameters, cwd};
  };
  const target = {arch, kernelVersion: source.release};
  const edited = {name: subject.recipe!, path: subject.path, readOptions, target, tree};
  return {tree, config: resolved.configText, goals: recipe.goals, recipe: edited};
}

function shownFrom(cwd: string, path: string): string {
  const shown = relative(cwd, path);
  return shown.startsWith('..') ? path : shown;
}

async function settingsOf({set = []}: Options): Promise<readonly (readonly [string, string])[]> {
  if (set.length === 0) return [];
  const {goalOfSetting} = await import('../../recipe/goals.ts');
  const read = set.map(goalOfSetting);
  const faults = read.filter((one) => 'severity' in one);
  if (faults.length > 0) throw new KbuildError(exitCode.badInput, ...faults);
  return read.flatMap((one) => ('severity' in one ? [] : [[one.symbol, one.value] as const]));
}

/** How long a key may have to wait for what is done ahead; the last piece of it may take some milliseconds more. */
const sliceMs = 2;

async function show(surroundings: Surroundings, program: Program, options: Options): Promise<void> {
  const {terminal, environment, signal} = surroundings;
  // As soon as the first screen is there, some pieces at a time: keys come in between.
  const prepare = () => {
    const end = performance.now() + sliceMs;
    while (performance.now() < end) if (!program.prepare()) return;
    setImmediate(prepare).unref();
  };
  setTimeout(prepare, 10).unref();
  const perform = async (effect: Effect) => program.perform(effect);
  if (options.web) {
    const {serveWeb} = await import('../../menuconfig/web/server.ts');
    const {address = '127.0.0.1', port, allowRemote = false} = options;
    const web = {address, port: port === undefined ? 0 : wholeNumber('--port', port, 0, 65_535), allowRemote};
    const view = await serveWeb(program, {...web, perform, signal});
    terminal.stderr.write(`${view.url}\n`);
    await view.ended;
    return;
  }
  const {runTerminal} = await import('../../menuconfig/terminal/terminal.ts');
  const end = await runTerminal(program, {
    input: process.stdin,
    output: terminal.stdout,
    environment,
    perform,
  });
  if (end.kind === 'quit') return;
  const by = end.kind === 'signal' ? `ended by ${end.signal}` : 'left by its terminal';
  throw new KbuildError(exitCode.interrupted, {
    severity: 'error',
    code: 'interrupted',
    message: `menuconfig was ${by}`,
    ...(program.hasUnsaved ? {hint: 'what was not saved is kept; the same command offers it'} : {}),
  });
}

/** What is left of it on the terminal. */
function conclude({terminal}: Surroundings, {saved, hasUnsaved}: Program, options: Options): void {
  const lines = saved.map(({format, path}) => `${path} is saved${format === 'recipe' ? ', as goals' : ''}\n`);
  respond(terminal, 'menuconfig', options, {
    value: {saved, unsaved: hasUnsaved},
    words: lines.length === 0 ? 'nothing was saved\n' : lines.join(''),
  });
}
