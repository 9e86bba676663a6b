/** The options of the commands that do a recipe's work, and the request they make of the job. */

import {readFile, stat} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import {join, resolve} from 'node:path';
import {type Command, Option} from 'commander';
import {type Architecture, architectures} from '../base/architecture.ts';
import {badInput} from '../base/diagnostic.ts';
import type {EngineName} from '../build/container.ts';
import type {VendorBase} from '../image/boot-stream.ts';
import {readRecipeLock} from '../job/recipe-lock.ts';
import type {JobRequest, JobResult} from '../job/request.ts';
import {recipeFolders} from '../recipe/folders.ts';
import {nearestHint} from '../recipe/nearest.ts';
import {readRecipe} from '../recipe/read.ts';
import {architecturesOf, type WrittenRecipe} from '../recipe/recipe.ts';
import {readAuthorizedKeys, readPasswordHash} from './access.ts';
import {type CommonOptions, collect, type Surroundings, wholeNumber} from './command.ts';
import {defaultOutDir} from './machines.ts';
import {formatBytes, formatDuration} from './terminal.ts';
import {withWorkshop} from './workshop.ts';

export type RecipeOptions = CommonOptions & {
  readonly arch?: Architecture;
  readonly kernel?: string;
  readonly source?: readonly string[];
  readonly engine: 'auto' | EngineName;
  readonly set?: readonly string[];
  readonly param?: readonly string[];
  readonly recipes?: string;
  readonly out?: string;
  readonly locked?: boolean;
  readonly jobs?: string;
};

export type ImageOptions = RecipeOptions & {
  readonly role?: readonly string[];
  readonly authorizedKey?: readonly string[];
  readonly rootPasswordHashFile?: string;
  readonly bfbBase?: string;
  readonly bfbCapsule?: string;
  readonly proveAgain?: boolean;
  readonly stockKernel?: boolean;
  readonly keepMachines?: NonNullable<JobRequest['keep']>;
};

/** Adds the recipe's name and the options of everything that resolves and builds. */
export function addRecipeOptions(command: Command): Command {
  return command
    .argument('<name>', 'a recipe, by its name or by a path to its .yaml file')
    .addOption(
      new Option(
        '--arch <arch>',
        'the machines it is for, where the recipe leaves it open (default: x86_64)',
      ).choices(architectures),
    )
    .option(
      '--kernel <which>',
      "Debian's line (6.1), a directory, or a tarball (FILE or FILE#sha256=…), instead of the recipe's",
    )
    .option(
      '--source <NAME=DIR>',
      "a directory with a module's source, instead of what its file names; may be repeated",
      collect,
    )
    .addOption(
      new Option('--engine <engine>', 'what runs the builder; auto takes the first that works')
        .choices(['auto', 'podman', 'docker', 'bubblewrap'])
        .default('auto'),
    )
    .option('--set <SYMBOL=VALUE>', 'one more goal, which wins over the files; may be repeated', collect)
    .option(
      '--param <NAME=VALUE>',
      "a value for one of the recipe's parameters; may be repeated (see kbuild recipes show NAME)",
      collect,
    )
    .option('--recipes <dir>', 'a folder to look for recipes in first (also KBUILD_RECIPES)')
    .option('--out <dir>', 'where results go (default: out/NAME/ARCH)')
    .option(
      '--locked',
      'fail where the packages are not those of the lock files, or the recipe is not what its own lock says',
    )
    .option('--jobs <count>', 'compilers run side by side (default: one a processor)');
}

/** Adds the options of what makes images. */
export function addImageOptions(command: Command): Command {
  return addRecipeOptions(command)
    .option(
      '--role <role>',
      'make the image of this role only; may be repeated; a proof needs every role',
      collect,
    )
    .option('--authorized-key <file>', 'an SSH public key that may log in as root; may be repeated', collect)
    .option(
      '--root-password-hash-file <file>',
      "a file with root's password hash for the console, as in shadow(5)",
    )
    .option(
      '--bfb-base <file>',
      "a BlueField's boot stream as its maker delivers it (default.bfb): arm64 images get ROLE.bfb, made from it",
    )
    .option('--bfb-capsule <file>', "the firmware's update capsule, for the boot stream");
}

/**
 * Reads the recipe, makes the request and has it done, with progress on stderr.
 * @throws KbuildError (2) for what is wrong with the recipe or an option; what the job throws.
 */
export async function performJob(
  surroundings: Surroundings,
  name: string,
  options: ImageOptions,
  upTo: JobRequest['upTo'] | ((recipe: WrittenRecipe) => JobRequest['upTo']),
): Promise<{readonly request: JobRequest; readonly result: JobResult; readonly durationMs: number}> {
  const {cwd, environment} = surroundings;
  const started = performance.now();
  const folders = await recipeFolders({given: options.recipes, cwd, environment});
  const {set: settings = [], param: parameters = []} = options;
  const recipe = await readRecipe(name, {folders, settings, parameters, cwd});
  const last = typeof upTo === 'function' ? upTo(recipe) : upTo;
  const roles = options.role === undefined ? undefined : knownRoles(recipe, options.role);
  if (last === 'boot' && roles !== undefined && roles.length < Object.keys(recipe.images).length) {
    throw badInput('roles-of-a-proof', 'a proof boots the machines of every role', {
      hint: 'leave out --role, or stop at the images with kbuild image',
    });
  }
  const arch = architectureWanted(recipe, options.arch, last);
  const machines = architecturesOf(Object.values(recipe.images), arch);
  const vendor = await vendorOf(options, cwd, {recipe, roles, arch});
  const outDir =
    options.out === undefined
      ? defaultOutDir(recipe, arch, cwd, options.stockKernel)
      : resolve(cwd, options.out);
  const lock = await readRecipeLock(recipe);
  const request: JobRequest = {
    recipe,
    upTo: last,
    ...(roles === undefined ? {} : {roles}),
    arch,
    ...(options.kernel === undefined ? {} : {kernel: options.kernel}),
    ...(options.stockKernel ? {stockKernel: true} : {}),
    sources: await givenSources(recipe, options.source ?? [], cwd),
    engine: options.engine,
    outDir,
    access: await accessOf(options, cwd),
    ...(vendor === undefined ? {} : {vendor}),
    ...(lock === undefined ? {} : {lock}),
    locked: options.locked ?? false,
    ...(options.proveAgain ? {proveAgain: true} : {}),
    ...(options.keepMachines === undefined ? {} : {keep: options.keepMachines}),
    jobs: options.jobs === undefined ? availableParallelism() : wholeNumber('--jobs', options.jobs, 1, 1024),
  };
  const result = await withWorkshop(surroundings, options, join(outDir, 'logs'), (workshop) => {
    if (last === 'config' && options.arch === undefined && machines.length > 1) {
      const message = `${recipe.name} is for ${machines.join(' and ')} machines; this is the .config of ${arch}, --arch names another`;
      workshop.report({kind: 'said', severity: 'info', message});
    }
    return surroundings.runJob(request, workshop);
  });
  return {request, result, durationMs: Math.round(performance.now() - started)};
}

/** `--arch` is for what the recipe leaves open, and picks one of its configurations. */
export function architectureWanted(
  recipe: WrittenRecipe,
  given: Architecture | undefined,
  upTo: JobRequest['upTo'],
): Architecture {
  const images = Object.values(recipe.images);
  const first = images[0]?.arch ?? 'x86_64';
  const isFixed = images.length > 0 && images.every(({arch}) => arch !== undefined);
  const machines = architecturesOf(images, first);
  if (given !== undefined && isFixed && (upTo !== 'config' || !machines.includes(given))) {
    throw badInput(
      'fixed-architecture',
      `the recipe ${recipe.name} is for ${machines.join(' and ')} machines`,
      {
        hint: 'leave out --arch; each of its images says what it is for',
      },
    );
  }
  return given ?? first;
}

/** The directories of `--source`, by the name of the source. */
export async function givenSources(
  {name: recipe, modules}: WrittenRecipe,
  given: readonly string[],
  cwd: string,
): Promise<Readonly<Record<string, string>>> {
  const known = [...new Set(modules.map(({sourceName}) => sourceName))];
  const sources: Record<string, string> = {};
  for (const text of given) {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || path === undefined) {
      throw badInput('wrong-option', `--source ${text}: NAME=DIR is expected`, {
        hint: `for example --source ${known[0] ?? 'zfs'}=../${known[0] ?? 'zfs'}`,
      });
    }
    if (!known.includes(name)) {
      const hint = nearestHint(name, known) ?? `it takes the sources ${known.join(', ') || 'of no module'}`;
      throw badInput('unknown-source', `the recipe ${recipe} has no module with a source ${name}`, {hint});
    }
    const dir = resolve(cwd, path);
    if (!(await stat(dir).catch(() => undefined))?.isDirectory()) {
      throw badInput('no-source', `--source ${text}: ${path} is no directory`);
    }
    sources[name] = dir;
  }
  return sources;
}

function knownRoles(recipe: WrittenRecipe, roles: readonly string[]): readonly string[] {
  const known = Object.keys(recipe.images);
  for (const role of roles) {
    if (known.includes(role)) continue;
    const hint = nearestHint(role, known) ?? `its roles are ${known.join(', ') || 'none'}`;
    throw badInput('unknown-role', `the recipe ${recipe.name} has no role ${role}`, {hint});
  }
  return [...new Set(roles)];
}

async function accessOf(options: ImageOptions, cwd: string): Promise<JobRequest['access']> {
  const read = (path: string): Promise<string> =>
    readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw badInput('unreadable-file', `${path} cannot be read: ${error.code}`);
    });
  const keys = await Promise.all(
    (options.authorizedKey ?? []).map(async (path) => readAuthorizedKeys(path, await read(path))),
  );
  const hashFile = options.rootPasswordHashFile;
  return {
    authorizedKeys: [...new Set(keys.flat())],
    ...(hashFile === undefined ? {} : {rootPasswordHash: readPasswordHash(hashFile, await read(hashFile))}),
  };
}

/** The vendor's files, read through: what is wrong with them is known before anything is built. */
async function vendorOf(
  {bfbBase, bfbCapsule}: ImageOptions,
  cwd: string,
  {recipe, roles, arch}: {recipe: WrittenRecipe; roles: readonly string[] | undefined; arch: Architecture},
): Promise<VendorBase | undefined> {
  if (bfbBase === undefined) {
    if (bfbCapsule === undefined) return undefined;
    throw badInput('bfb-base', '--bfb-capsule is for a boot stream, and none is made', {
      hint: "give the vendor's base as well, with --bfb-base",
    });
  }
  const wanted = Object.values(recipe.images).filter(({role}) => roles?.includes(role) ?? true);
  if (!architecturesOf(wanted, arch).includes('arm64')) {
    throw badInput('bfb-architecture', 'a BlueField is an arm64 machine, and no image asked for is for one', {
      hint: 'add --arch arm64, or leave out --bfb-base',
    });
  }
  const {readVendorBase} = await import('../image/boot-stream.ts');
  return readVendorBase({
    base: resolve(cwd, bfbBase),
    ...(bfbCapsule === undefined ? {} : {capsule: resolve(cwd, bfbCapsule)}),
  });
}

/** The members of `--json` of a job. */
export function jobValue({
  outDir,
  stages,
  files,
  resolved,
  boot,
  lockDifferences,
}: JobResult): Readonly<Record<string, unknown>> {
  return {
    outDir,
    stages,
    files,
    configs: Object.fromEntries(
      resolved.map(({arch, configDigest, goals}) => [arch, {configDigest, goals: goals.length}]),
    ),
    ...(boot === undefined ? {} : {boot}),
    ...(lockDifferences === undefined ? {} : {lockDifferences}),
  };
}

/** The results as people read them: the files with their sizes, what was proved, and the time it took. */
export function jobWords({outDir, files, stages, boot}: JobResult, durationMs: number): string {
  const widest = Math.max(0, ...files.map(({path}) => path.length));
  const lines = files.map(({path, bytes}) => `  ${path.padEnd(widest)}  ${formatBytes(bytes).padStart(8)}`);
  const made = stages.filter(({outcome}) => outcome === 'made').length;
  const how = made === 0 ? 'nothing had to be made' : `${made} of ${stages.length} stages were made`;
  const checks = (boot?.checks ?? []).map(({name, outcome, durationMs: took}) => {
    return `  ${outcome}  ${name} (${formatDuration(took)})`;
  });
  const proof = boot === undefined ? [] : [`proof ${boot.scenario}`, ...checks];
  return [outDir, ...lines, ...proof, `${how}, in ${formatDuration(durationMs)}`, ''].join('\n');
}
