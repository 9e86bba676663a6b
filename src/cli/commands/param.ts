/** `kbuild param`: what one may change of a recipe's machines, what is set, what is in effect, and changing it. */

import {readFile} from 'node:fs/promises';
import type {Command} from 'commander';
import {
  badInput,
  type Diagnostic,
  exitCode,
  failure,
  KbuildError,
  lineAndColumn,
} from '../../base/diagnostic.ts';
import {replaceFile} from '../../base/replace-file.ts';
import {findTunable, readCatalogue, type Tuning, tuningOf} from '../../recipe/catalogue.ts';
import {withEntries} from '../../recipe/entry-lines.ts';
import {recipeFolders, shownPath} from '../../recipe/folders.ts';
import {imageFault} from '../../recipe/images.ts';
import {nearestHint} from '../../recipe/nearest.ts';
import {readRecipe} from '../../recipe/read.ts';
import type {WrittenRecipe} from '../../recipe/recipe.ts';
import {isTunableOf, type Tunable} from '../../recipe/tunable.ts';
import {askMachines, type Channel, type MachineAnswer, type Wish} from '../../tunables/index.ts';
import {
  type CommonOptions,
  collect,
  newCommand,
  respond,
  type Surroundings,
  wholeNumber,
} from '../command.ts';
import {addMachineOptions, channelsTo, type MachineOptions} from '../machines.ts';
import {answerWords, listWords, settingWords, tunableWords} from '../tunable-words.ts';

type Options = CommonOptions &
  MachineOptions & {
    readonly on?: readonly string[];
    readonly inImage?: boolean;
    readonly timeout?: string;
  };

export function paramCommand(surroundings: Surroundings): Command {
  return newCommand('param', "Show and change the parameters of a recipe's machines, running or to be made", [
    'kbuild param list nfs-rdma-zfs',
    'kbuild param get nfs-rdma-zfs vm.dirty_ratio nfsd.threads --on host',
    'kbuild param set nfs-rdma-zfs zfs.zfs_txg_timeout=10 nfsd.threads=32',
    'kbuild param set nfs-rdma-zfs vm.dirty_ratio=10 --in-image',
  ])
    .addCommand(listCommand(surroundings))
    .addCommand(getCommand(surroundings))
    .addCommand(setCommand(surroundings));
}

const onMachines = "a role, a machine, or Ceph's daemons (osd.*, osd.1)";

function addCommonOptions(command: Command, on: string): Command {
  return command
    .option('--on <which>', `${on}; may be repeated`, collect)
    .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
    .option(
      '--param <NAME=VALUE>',
      "a value for one of the recipe's own parameters; may be repeated",
      collect,
    );
}

function addTimeout(command: Command): Command {
  return command.option('--timeout <seconds>', 'how long a machine may take to answer (default: 60)');
}

function listCommand(surroundings: Surroundings): Command {
  return addCommonOptions(
    newCommand('list', 'List the parameters that machines of a recipe have', [
      'kbuild param list nfs-rdma-zfs',
      'kbuild param list nfs-rdma-zfs zfs.recordsize          # all about one',
      'kbuild param list nfs-rdma-zfs --on client --json',
    ])
      .argument('<recipe>', 'a recipe, by its name or by a path to its .yaml file')
      .argument('[names...]', 'parameters, or systems such as nfs; all where none is named'),
    'a role',
  ).action(async (name: string, names: readonly string[], _: Options, self: Command) => {
    const options = self.optsWithGlobals<Options>();
    const {recipe, catalogue} = await recipeAndCatalogue(surroundings, name, options);
    requireRoles(recipe, options);
    const roles = rolesOf(recipe, options);
    const known = tunablesFor(recipe, catalogue, roles);
    const wanted = namedTunables(known, names, recipe);
    const entries = wanted.map((tunable) => ({
      tunable,
      roles: haveIt(recipe, tunable, roles),
      tuned: tunedIn(recipe, tunable),
    }));
    respond(surroundings.terminal, 'param list', options, {
      value: {parameters: entries.map(({tunable, ...rest}) => ({...tunableValueOf(tunable), ...rest}))},
      result:
        names.length > 0 && entries.length < 4 ? entries.map(tunableWords).join('\n') : listWords(entries),
    });
  });
}

function getCommand(surroundings: Surroundings): Command {
  return addTimeout(
    addMachineOptions(
      addCommonOptions(
        newCommand('get', 'Show what is set and what is in effect on machines that run', [
          'kbuild param get nfs-rdma-zfs --on host',
          'kbuild param get nfs-rdma-zfs vm.dirty_ratio zfs.recordsize@tank/export',
          'kbuild param get nfs-rdma-zfs nfs --machine host=root@10.0.0.1 --json',
        ])
          .argument('<recipe>', 'a recipe, by its name or by a path to its .yaml file')
          .argument('[names...]', 'parameters, or systems such as nfs; all where none is named'),
        onMachines,
      ),
    ),
  ).action(async (name: string, names: readonly string[], _: Options, self: Command) => {
    const options = self.optsWithGlobals<Options>();
    const {recipe, catalogue} = await recipeAndCatalogue(surroundings, name, options);
    const known = tunablesFor(recipe, catalogue, rolesOf(recipe, options));
    const wanted = wantedOf(known, names, recipe);
    const answers = await ask(surroundings, {name, recipe}, options, wanted);
    const words = answerWords(answers, catalogue, names.length > 0);
    answer(surroundings, 'param get', options, answers, words);
  });
}

function setCommand(surroundings: Surroundings): Command {
  return addTimeout(
    addMachineOptions(
      addCommonOptions(
        newCommand('set', 'Change parameters, and say whether the change took effect', [
          'kbuild param set nfs-rdma-zfs vm.dirty_ratio=10 nfsd.threads=32 --on host',
          'kbuild param set nfs-rdma-zfs zfs.recordsize@tank/export=1M',
          'kbuild param set nfs-rdma-zfs nfsd.threads=32 --machine host=root@10.0.0.1',
          "kbuild param set my-ceph osd_heartbeat_grace=60 --on 'osd.*'",
          'kbuild param set ./mine.yaml vm.dirty_ratio=10 --in-image    # into the recipe',
        ])
          .argument('<recipe>', 'a recipe, by its name or by a path to its .yaml file')
          .argument('<settings...>', 'NAME=VALUE, or NAME@INSTANCE=VALUE for one pool or data set'),
        `${onMachines}; with --in-image, a role`,
      ),
    ).option('--in-image', "write them into the recipe's file: its machines start with them"),
  ).action(async (name: string, settings: readonly string[], _: Options, self: Command) => {
    const options = self.optsWithGlobals<Options>();
    const {recipe, catalogue} = await recipeAndCatalogue(surroundings, name, options);
    if (options.inImage) requireRoles(recipe, options);
    const roles = rolesOf(recipe, options);
    // All of them are judged before a machine is touched.
    const tunings = settingsOf(settings, tunablesFor(recipe, catalogue, roles), recipe);
    if (options.inImage) await setInImages(surroundings, name, options, {recipe, roles, tunings});
    else {
      const wanted = tunings.map((tuning) => ({name: tuning.tunable.name, wishes: [tuning]}));
      const answers = await ask(surroundings, {name, recipe}, options, wanted);
      answer(surroundings, 'param set', options, answers, settingWords(answers, catalogue));
    }
  });
}

async function recipeAndCatalogue(
  {cwd, environment}: Surroundings,
  name: string,
  {recipes, param: parameters = []}: Options,
): Promise<{readonly recipe: WrittenRecipe; readonly catalogue: readonly Tunable[]}> {
  const folders = await recipeFolders({given: recipes, cwd, environment});
  const recipe = await readRecipe(name, {folders, parameters, cwd});
  return {recipe, catalogue: await readCatalogue(recipe.folders)};
}

/** Daemons of Ceph, which are on whatever machine they are. */
const daemonPattern = /^(?:mon|mgr|osd|mds|client)\.[\w.*-]+$/;

/** The roles that `--on` leaves. A machine may be of any, until machines are known. */
function rolesOf({images}: WrittenRecipe, {on = []}: Options): readonly string[] {
  const roles = Object.keys(images);
  const named = on.filter((one) => !daemonPattern.test(one));
  const areRoles = named.length > 0 && named.every((one) => roles.includes(one));
  return areRoles ? roles.filter((role) => named.includes(role)) : roles;
}

/** @throws KbuildError (2) where `--on` names what is no role: without machines, there is nothing else it could mean */
function requireRoles({name, images}: WrittenRecipe, {on = []}: Options): void {
  const roles = Object.keys(images);
  const unknown = on.find((one) => !roles.includes(one));
  if (unknown === undefined) return;
  const hint = nearestHint(unknown, roles) ?? `its roles are ${roles.join(', ') || 'none'}`;
  throw badInput('unknown-role', `--on ${unknown}: the recipe ${name} has no such role`, {hint});
}

function haveIt({images}: WrittenRecipe, tunable: Tunable, roles: readonly string[]): readonly string[] {
  return roles.filter((role) => isTunableOf(tunable, images[role]!));
}

function tunablesFor(
  recipe: WrittenRecipe,
  catalogue: readonly Tunable[],
  roles: readonly string[],
): readonly Tunable[] {
  return catalogue.filter((tunable) => haveIt(recipe, tunable, roles).length > 0);
}

/** What the recipe has its machines start with, by role. */
function tunedIn({images}: WrittenRecipe, {name}: Tunable): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.values(images).flatMap(({role, tuned = []}) =>
      tuned.filter(({tunable}) => tunable.name === name).map(({value}) => [role, value] as const),
    ),
  );
}

function tunableValueOf(tunable: Tunable): Readonly<Record<string, unknown>> {
  const {place, where: _, ...rest} = tunable;
  return {...rest, file: place.file, line: lineAndColumn(place).line};
}

function namedTunables(
  known: readonly Tunable[],
  names: readonly string[],
  recipe: WrittenRecipe,
): readonly Tunable[] {
  const wishes = wantedOf(known, names, recipe).flatMap((wanted) => wanted.wishes);
  return [...new Set(wishes.map(({tunable}) => tunable))];
}

/** What one name stands for, a parameter or all of a system: some of it has to be where it is asked for. */
type Wanted = {readonly name: string; readonly wishes: readonly Wish[]};

/** What these names stand for; all there is where none is given. */
function wantedOf(
  known: readonly Tunable[],
  names: readonly string[],
  recipe: WrittenRecipe,
): readonly Wanted[] {
  const of = `the recipe ${recipe.name}`;
  if (names.length === 0) return [{name: of, wishes: known.map((tunable) => ({tunable}))}];
  const faults: Diagnostic[] = [];
  const wanted = names.flatMap((name): readonly Wanted[] => {
    const ofSystem = known.filter(({system}) => system === name);
    if (ofSystem.length > 0) return [{name, wishes: ofSystem.map((tunable) => ({tunable}))}];
    const found = findTunable(name, known, of);
    if (!('severity' in found)) return [{name, wishes: [found]}];
    faults.push(found);
    return [];
  });
  if (faults.length > 0) throw new KbuildError(exitCode.badInput, ...faults);
  return wanted;
}

function settingsOf(
  settings: readonly string[],
  known: readonly Tunable[],
  recipe: WrittenRecipe,
): readonly Tuning[] {
  const faults: Diagnostic[] = [];
  const tunings = new Map<string, Tuning>();
  for (const text of settings) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      const message = `"${text}" is not NAME=VALUE`;
      faults.push({severity: 'error', code: 'wrong-setting', message, hint: 'for example vm.dirty_ratio=10'});
      continue;
    }
    const tuning = tuningOf(name, value, known, `the recipe ${recipe.name}`);
    if ('severity' in tuning) faults.push(tuning);
    else if (tunings.has(name)) {
      faults.push({severity: 'error', code: 'wrong-setting', message: `${name} is given twice`});
    } else tunings.set(name, tuning);
  }
  if (faults.length > 0) throw new KbuildError(exitCode.badInput, ...faults);
  return [...tunings.values()];
}

/** Whether it is for the daemons of a pattern: `osd.*` has those of the service osd, and what counts for all of Ceph. */
function isOfDaemons({kind, service}: Tunable, daemons: string): boolean {
  return kind === 'ceph' && (service === 'global' || daemons.startsWith(`${service}.`));
}

/** What of it is for the daemons of a pattern. */
function ofDaemons({name, wishes}: Wanted, daemons: string): Wanted {
  const left = wishes.filter(({tunable}) => isOfDaemons(tunable, daemons));
  if (left.length > 0) return {name, wishes: left};
  const services = new Set(wishes.flatMap(({tunable: {service = []}}) => service));
  const others = [...services].map((service) => `${service}.*`).join(', ');
  throw badInput('wrong-option', `--on ${daemons}: ${name} has nothing to do with these daemons`, {
    hint: others === '' ? 'name a role or a machine' : `it is for ${others}`,
  });
}

/** Asks the machines that `--on` leaves, each for what machines of its role have. */
async function ask(
  surroundings: Surroundings,
  {name, recipe}: {readonly name: string; readonly recipe: WrittenRecipe},
  options: Options,
  wanted: readonly Wanted[],
): Promise<readonly MachineAnswer[]> {
  const {on = []} = options;
  const timeoutMs =
    1000 * (options.timeout === undefined ? 60 : wholeNumber('--timeout', options.timeout, 1, 3600));
  const [daemons, ...more] = on.filter((one) => daemonPattern.test(one));
  if (more.length > 0) throw badInput('wrong-option', '--on takes one pattern of daemons at a time');
  const left = daemons === undefined ? wanted : wanted.map((one) => ofDaemons(one, daemons));
  const channels = chosenOf(await channelsTo(surroundings, {name, recipe}, options), on);
  const wishes = left.flatMap((one) => one.wishes);
  const tasks = channels
    .map((channel: Channel) => ({
      channel,
      wishes: wishes.filter(({tunable}) => isTunableOf(tunable, recipe.images[channel.role]!)),
    }))
    .filter((task) => task.wishes.length > 0);
  const asked = new Set(tasks.flatMap((task) => task.wishes));
  const nowhere = left.find((one) => !one.wishes.some((wish) => asked.has(wish)));
  if (nowhere !== undefined) {
    const roles = Object.keys(recipe.images).filter((role) =>
      nowhere.wishes.some(({tunable}) => isTunableOf(tunable, recipe.images[role]!)),
    );
    throw badInput('nowhere', `no machine that is named here has ${nowhere.name}`, {
      hint: `those of ${roles.join(', ')} have it`,
    });
  }
  const {signal} = surroundings;
  return askMachines(tasks, {timeoutMs, signal, ...(daemons === undefined ? {} : {daemons})});
}

/** The machines that `--on` leaves, by their names or by those of their roles. */
function chosenOf(channels: readonly Channel[], on: readonly string[]): readonly Channel[] {
  const names = on.filter((one) => !daemonPattern.test(one));
  const unknown = names.find((one) => !channels.some(({machine, role}) => machine === one || role === one));
  if (unknown !== undefined) {
    throw badInput('unknown-machine', `--on ${unknown}: there is no such role or machine`, {
      hint: `there are ${channels.map(({machine, role}) => (machine === role ? machine : `${role} (${machine})`)).join(', ')}`,
    });
  }
  return channels.filter(
    ({machine, role}) => names.length === 0 || names.includes(role) || names.includes(machine),
  );
}

/** Shows what machines answered; fails where one did not, or said no. */
function answer(
  {terminal}: Surroundings,
  command: string,
  options: Options,
  answers: readonly MachineAnswer[],
  words: string,
): void {
  const silent = answers.filter(({readings}) => readings === undefined);
  const refusals =
    command === 'param set' ? answers.filter(({readings = []}) => readings.some(isRefused)) : [];
  const value = {machines: answers};
  if (silent.length === 0 && refusals.length === 0) {
    respond(terminal, command, options, {value, result: words});
    return;
  }
  if (!options.json) terminal.stdout.write(words);
  const told = [
    ...silent.map(({machine, unreachable}) => `${machine} does not answer: ${unreachable}`),
    ...refusals.map(({machine, readings = []}) => {
      const names = readings.filter(isRefused).map(({name}) => name);
      return `${machine} has not taken ${names.join(', ')}`;
    }),
  ];
  throw failure('machines-failed', told.join('\n'), {result: value});
}

function isRefused({verdict}: {readonly verdict: string}): boolean {
  return verdict === 'refused' || verdict === 'missing';
}

/** Writes values into the recipe's own file, for the images whose machines have them. */
async function setInImages(
  {terminal, cwd}: Surroundings,
  name: string,
  options: Options,
  {recipe, roles, tunings}: {recipe: WrittenRecipe; roles: readonly string[]; tunings: readonly Tuning[]},
): Promise<void> {
  const faults = tunings.map(({tunable}) => imageFault(tunable)).filter((one) => one !== undefined);
  if (faults.length > 0) throw new KbuildError(exitCode.badInput, ...faults);
  const {path} = recipe.madeOf[0]!;
  const before = await readFile(path, 'utf8');
  const written: {role: string; name: string; value: string}[] = [];
  let text = before;
  for (const role of roles) {
    const own = tunings.filter(({tunable}) => isTunableOf(tunable, recipe.images[role]!));
    if (own.length === 0) continue;
    written.push(...own.map(({tunable, value}) => ({role, name: tunable.name, value})));
    const changes = own.map(({tunable, value}) => ({name: tunable.name, value}));
    text = withEntries(text, {in: ['images', role], key: 'tunables'}, changes);
  }
  const {folders} = recipe;
  // What comes of it is read as any recipe is, before it takes the place of what was there.
  await readRecipe(name, {folders, parameters: options.param ?? [], cwd, text});
  if (text !== before) await replaceFile(path, text);
  const file = shownPath(path, cwd);
  const lines = written.map((one) => `  ${one.role}: ${one.name} = ${one.value}`);
  const words = `${file} says so now:\n${lines.join('\n')}\nkbuild image ${name} makes the images anew\n`;
  respond(terminal, 'param set', options, {value: {file: path, written}, result: words});
}
