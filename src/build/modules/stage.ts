/** Out-of-tree modules: built against a kernel in the container, refused if they do not fit, installed beside its own. */

import {existsSync} from 'node:fs';
import {copyFile, cp, mkdir, readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {type Architecture, gnuTriplets} from '../../base/architecture.ts';
import {failure} from '../../base/diagnostic.ts';
import {type Entry, removeTree, type Workshop} from '../../base/store.ts';
import {type ModuleRecipe, type StepVariables, substituted} from '../../recipe/module.ts';
import {type Builder, type ContainerStep, objectCache} from '../container.ts';
import type {PackageFiles} from '../debian/package-files.ts';
import {type Kernel, kernelTarget} from '../kernel.ts';
import {CompilerErrors} from '../make/compiler-errors.ts';
import {type KernelSource, requireUnchangedSource} from '../source.ts';
import {describeExporter, findExporters} from './exporters.ts';
import {describeMisfit, type KernelInterface, misfits, modinfo, parseSymvers} from './fit.ts';
import {applyFixups, fixedFiles} from './fixups.ts';
import {type TakenPrograms, takePrograms} from './programs.ts';
import {copySource, insideTree, type ModuleSource} from './source.ts';

export type BuiltModulesValue = {
  readonly files: readonly string[];
  /** By their paths in the image. */
  readonly programs: TakenPrograms;
};

/**
 * One module's objects and programs in the store:
 *
 *     modules/*.ko
 *     programs/        as they are laid over an image's root
 *     kept/            what is kept for modules that need it; absent where that is nothing
 */
export type BuiltModules = Entry<BuiltModulesValue>;

export type ModulesRequest = {
  readonly kernel: Kernel;
  readonly source: KernelSource;
  readonly builder: Builder;
  readonly arch: Architecture;
  readonly module: ModuleRecipe;
  readonly moduleSource: ModuleSource;
  /** By name, those that the module needs; what they need themselves may be among them. */
  readonly needed: ReadonlyMap<string, BuiltModules>;
  /** What programs for another machine are compiled and linked with; absent where the builder's own will do. */
  readonly sysroot?: PackageFiles;
  /** Compilers run side by side: what they make does not depend on it. */
  readonly jobs: number;
};

/**
 * Builds one module and the programs that come with it. Throws KbuildError: `fixup-does-not-apply`;
 * `module-build-failed` with the compiler's words, `module-misfit` with every reason for which the kernel would refuse
 * what was built, `program-misfit` for a program that the image could not run.
 */
export async function obtainModules(workshop: Workshop, request: ModulesRequest): Promise<BuiltModules> {
  const {kernel, builder, arch, module, moduleSource} = request;
  return workshop.store.obtain<BuiltModulesValue>(workshop, {
    name: 'modules',
    title: `${module.name} ${moduleSource.version} for ${kernel.value.release}`,
    version: 2,
    inputs: {
      kernel: kernel.digest,
      builder: builder.digest,
      module: module.name,
      source: moduleSource.digest,
      path: module.path,
      fixups: module.fixups.map(({file, expect, replace, times}) => ({file, expect, replace, times})),
      steps: commandsOf(request).map(({argv, cwd, environment}) => ({argv, cwd, environment})),
      modulesIn: module.modulesIn,
      programs: module.programs,
      // Absent where there are none: most modules are what they were before there were any.
      needs: module.needs.length === 0 ? undefined : neededBy(request).map(({digest}) => digest),
      keeps: module.keeps.length === 0 ? undefined : module.keeps,
      arch,
      sysroot: request.sysroot?.digest,
    },
    needsBytes: module.needsMiB * 1024 * 1024,
    make: (dir) => buildModules(workshop, request, dir),
    summary: ({files, programs}) => {
      const count = Object.keys(programs).length;
      return `${files.length} modules${count === 0 ? '' : `, ${count} programs`}`;
    },
  });
}

/** Where the source's copy is in the container; the kernel is at /src and /build, as when it was built. */
const copyAt = '/out/source';
const sysrootAt = '/in/sysroot';
/** Below it a folder for each module that is needed, by its name. */
const neededAt = '/in/needs';

type Command = {
  readonly title: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
};

function commandsOf(request: ModulesRequest): readonly Command[] {
  const {kernel, arch, module, moduleSource} = request;
  const {ARCH, CROSS_COMPILE = ''} = kernelTarget(arch);
  const sysroot = request.sysroot === undefined ? '' : sysrootAt;
  const variables: StepVariables = {
    kernel: '/src',
    build: '/build',
    release: kernel.value.release,
    source: copyAt,
    arch,
    cross: CROSS_COMPILE,
    host: gnuTriplets[arch],
    cc: [`${CROSS_COMPILE}gcc`, ...(sysroot === '' ? [] : sysrootFlags(arch))].join(' '),
    sysroot,
    needs: neededAt,
    version: moduleSource.version,
  };
  return module.steps.map(({title, argv, in: folder, environment}) => ({
    title,
    argv: argv.map((word) => substituted(word, variables)),
    cwd: join(copyAt, folder),
    environment: {
      // What most modules' Makefiles call themselves by, M=$(PWD): not every engine sets it.
      PWD: join(copyAt, folder),
      ARCH: ARCH ?? arch,
      ...(CROSS_COMPILE === '' ? {} : {CROSS_COMPILE}),
      ...(sysroot === '' ? {} : packageConfigOf(arch)),
      ...Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, substituted(value, variables)]),
      ),
    },
  }));
}

/**
 * `--sysroot` alone is not enough: Debian's cross compilers look first into a C library of their own, which is that of
 * the compiler's release and not of the machine's.
 */
function sysrootFlags(arch: Architecture): readonly string[] {
  const [libraries, headers] = [
    join(sysrootAt, 'usr/lib', gnuTriplets[arch]),
    join(sysrootAt, 'usr/include'),
  ];
  return [
    `--sysroot=${sysrootAt}`,
    `-B${libraries}`,
    `-L${libraries}`,
    `-isystem ${join(headers, gnuTriplets[arch])}`,
    `-isystem ${headers}`,
  ];
}

/** Where pkg-config finds what the sysroot has, and how it names it (pkg-config(1)). */
function packageConfigOf(arch: Architecture): Readonly<Record<string, string>> {
  const folders = [`usr/lib/${gnuTriplets[arch]}/pkgconfig`, 'usr/share/pkgconfig'];
  return {
    PKG_CONFIG_SYSROOT_DIR: sysrootAt,
    PKG_CONFIG_LIBDIR: folders.map((folder) => join(sysrootAt, folder)).join(':'),
  };
}

async function buildModules(
  workshop: Workshop,
  request: ModulesRequest,
  dir: string,
): Promise<BuiltModulesValue> {
  const {kernel, source, module, moduleSource} = request;
  const work = join(dir, 'work');
  const copy = join(work, 'source');
  const cache = join(workshop.store.root, 'ccache');
  const fixed = await fixedFiles(module, moduleSource);
  await Promise.all([mkdir(work), mkdir(cache, {recursive: true})]);
  await copySource(workshop, moduleSource, copy);
  await applyFixups(fixed, copy);
  const mounts = [
    {source: source.dir, target: '/src', readOnly: true},
    {source: join(kernel.dir, 'devel'), target: '/build', readOnly: true},
    {source: work, target: '/out', readOnly: false},
    {source: cache, target: '/cache', readOnly: false},
    ...(request.sysroot === undefined
      ? []
      : [{source: join(request.sysroot.dir, 'root'), target: sysrootAt, readOnly: true}]),
    ...module.needs.flatMap((name) => {
      const kept = keptBy(request.needed.get(name)!);
      return existsSync(kept) ? [{source: kept, target: join(neededAt, name), readOnly: true}] : [];
    }),
  ];
  const logPath = join(workshop.logDir, `${module.name}.log`);
  for (const {title, argv, cwd, environment} of commandsOf(request)) {
    const step: ContainerStep = {
      argv,
      cwd,
      mounts,
      environment: {...objectCache, MAKEFLAGS: `-j${request.jobs}`, ...environment},
      logPath,
      signal: workshop.signal,
    };
    await runStep(workshop, request, step, `${module.name}: ${title}`);
  }
  const files = await installIfFit(workshop, request, copy, join(dir, 'modules'));
  const programs = await takePrograms(module, copy, request.arch, join(dir, 'programs'));
  await keep(module, copy, join(dir, 'kept'));
  await removeTree(work);
  await requireUnchangedSource(workshop, source);
  return {files, programs};
}

/** As modpost says it of a symbol that neither the kernel nor a module beside this one exports. */
const undefinedSymbol = /modpost: "(\w+)" \[.*\] undefined!/;

async function runStep(
  workshop: Workshop,
  request: ModulesRequest,
  step: ContainerStep,
  what: string,
): Promise<void> {
  const errors = new CompilerErrors();
  const missing = new Set<string>();
  const result = await request.builder.run({
    ...step,
    onLine: (line) => {
      errors.see(line);
      const [, symbol] = undefinedSymbol.exec(line) ?? [];
      if (symbol !== undefined) missing.add(symbol);
    },
  });
  workshop.signal.throwIfAborted();
  if (result.outcome === 'ok') return;
  const log = `the whole log is ${step.logPath}`;
  if (missing.size === 0) throw failure('module-build-failed', errors.message(what), {hint: log});
  const where = await exportersOf(workshop, request, [...missing]);
  throw failure('module-needs-symbol', [errors.message(what), ...where].join('\n'), {
    hint: `${goalHint}; ${log}`,
  });
}

const goalHint = 'write the goal into `goals` of the module’s file, or of the recipe';

/** Lines that say where each symbol would come from. */
async function exportersOf(
  workshop: Workshop,
  {builder, kernel, source, arch}: ModulesRequest,
  symbols: readonly string[],
): Promise<readonly string[]> {
  const exporters = await findExporters(workshop, builder, symbols, {
    dir: source.dir,
    sourceArch: arch === 'x86_64' ? 'x86' : arch,
    configText: await readFile(join(kernel.dir, 'config'), 'latin1'),
  });
  return exporters.map((exporter) => `  ${describeExporter(exporter)}`);
}

/** Copies every module found below the copy's folder of modules to `target`, or throws with all the reasons against it. */
async function installIfFit(
  workshop: Workshop,
  request: ModulesRequest,
  copy: string,
  target: string,
): Promise<readonly string[]> {
  const {kernel, module} = request;
  const folder = await insideTree(copy, module.modulesIn);
  const found = folder === undefined ? [] : await filesBelow(folder, (name) => name.endsWith('.ko'));
  if (found.length === 0) {
    throw failure(
      'no-modules',
      `${module.name} built without an error, but left no module (*.ko) in ${module.modulesIn}`,
      {place: module.place},
    );
  }
  const files = await Promise.all(
    found.map(async (path) => ({name: basename(path), path, bytes: await readFile(path)})),
  );
  const neighbours = neededBy(request).map(keptBy).filter(existsSync);
  const own = await symversOf([...neighbours, folder!]);
  const accepted = await kernelInterface(kernel);
  const reasons = files.flatMap(({name, bytes}) =>
    misfits(bytes, name, {...accepted, exports: new Map([...accepted.exports, ...own])}),
  );
  if (reasons.length > 0) {
    const shown = reasons.slice(0, 10).map((reason) => `  ${describeMisfit(reason)}`);
    const more = reasons.length > shown.length ? [`  (and ${reasons.length - shown.length} more)`] : [];
    const missing = reasons.flatMap((reason) => (reason.kind === 'unknown-symbol' ? [reason.symbol] : []));
    const where = await exportersOf(workshop, request, [...new Set(missing)].slice(0, 10));
    throw failure(
      'module-misfit',
      [`kernel ${kernel.value.release} would refuse ${module.name}:`, ...shown, ...more, ...where].join('\n'),
      {
        hint:
          missing.length > 0
            ? goalHint
            : 'build it against this kernel: let its steps name {kernel} and {build}, and leave nothing built in its source',
      },
    );
  }
  await mkdir(target);
  await Promise.all(files.map(({name, path}) => copyFile(path, join(target, name))));
  return files.map(({name}) => name);
}

/** Plain files at any depth, sorted: what a step has linked to may be anywhere. */
async function filesBelow(folder: string, wanted: (name: string) => boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  return entries
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map(({parentPath, name}) => join(parentPath, name))
    .sort();
}

/** What modules below these folders export to one another. */
async function symversOf(folders: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = folders.map(async (folder) => filesBelow(folder, (name) => name === 'Module.symvers'));
  const paths = (await Promise.all(found)).flat();
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return new Map(texts.flatMap((text) => [...parseSymvers(text)]));
}

function neededBy({module, needed}: ModulesRequest): readonly BuiltModules[] {
  return module.needs.map((name) => needed.get(name)!);
}

function keptBy({dir}: BuiltModules): string {
  return join(dir, 'kept');
}

/** Copies what modules that need this one are built with, each at its path below the source. */
async function keep({name, keeps, place}: ModuleRecipe, copy: string, target: string): Promise<void> {
  for (const path of keeps) {
    const found = await insideTree(copy, path);
    if (found === undefined) {
      throw failure('not-kept', `${name} built without an error, but left no ${path} to be kept`, {place});
    }
    await cp(found, join(target, path), {recursive: true, verbatimSymlinks: true});
  }
}

/** What a kernel in the store accepts of a module. */
async function kernelInterface(kernel: Kernel): Promise<KernelInterface> {
  const exports = parseSymvers(await readFile(join(kernel.dir, 'Module.symvers'), 'utf8'));
  const root = join(kernel.dir, 'modules/lib/modules', kernel.value.release);
  const some = (await readdir(root, {recursive: true})).find((path) => path.endsWith('.ko'));
  if (some === undefined) return {exports};
  const vermagic = modinfo(await readFile(join(root, some)), some, 'vermagic');
  return vermagic === undefined ? {exports} : {exports, vermagic};
}
