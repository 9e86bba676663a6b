/** Out-of-tree modules: built against a kernel in the container, refused if they do not fit, installed beside its own. */

import {copyFile, mkdir, readdir, readFile, rm} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {Architecture} from '../../base/architecture.ts';
import {failure} from '../../base/diagnostic.ts';
import type {Entry, Workshop} from '../../base/store.ts';
import {type Builder, type ContainerStep, objectCache} from '../container.ts';
import {type Kernel, kernelTarget} from '../kernel.ts';
import {CompilerErrors} from '../make/compiler-errors.ts';
import {type KernelSource, requireUnchangedSource} from '../source.ts';
import {describeMisfit, type KernelInterface, misfits, modinfo, parseSymvers} from './fit.ts';

/**
 * How one out-of-tree module is built. Paths in `steps`: the kernel's source at /src and its output directory at
 * /build, as when it was built; the module's package or archive at /in/source; an empty directory to work in at /out.
 */
export type ModuleRecipe = {
  readonly name: string;
  readonly version: string;
  /** Names the source's content: a package's digest, a tarball's. */
  readonly sourceDigest: string;
  readonly sourcePath: string;
  /** Run one after another. */
  readonly steps: readonly ModuleStep[];
  /** The folder below /out in which they leave the modules, as *.ko at any depth. */
  readonly modulesIn: string;
  /** Free space its build may need, bytes. */
  readonly needsBytes: number;
};

export type ModuleStep = {readonly title: string; readonly argv: readonly string[]; readonly cwd: string};

export type BuiltModulesValue = {readonly files: readonly string[]};
export type BuiltModules = Entry<BuiltModulesValue>;

export type ModulesRequest = {
  readonly kernel: Kernel;
  readonly source: KernelSource;
  readonly builder: Builder;
  readonly arch: Architecture;
  readonly module: ModuleRecipe;
  /** Compilers run side by side: what they make does not depend on it. */
  readonly jobs: number;
};

/**
 * Builds one module's objects (`modules/*.ko` in the entry). Throws KbuildError: `module-build-failed` with the
 * compiler's words, `module-misfit` with every reason for which the kernel would refuse what was built.
 */
export async function obtainModules(workshop: Workshop, request: ModulesRequest): Promise<BuiltModules> {
  const {kernel, builder, module} = request;
  return workshop.store.obtain<BuiltModulesValue>(workshop, {
    name: 'modules',
    title: `${module.name} ${module.version} for ${kernel.value.release}`,
    version: 1,
    inputs: {
      kernel: kernel.digest,
      builder: builder.digest,
      module: module.name,
      source: module.sourceDigest,
      steps: module.steps.map(({argv}) => argv),
    },
    needsBytes: module.needsBytes,
    make: (dir) => buildModules(workshop, request, dir),
    summary: ({files}) => `${files.length} modules`,
  });
}

async function buildModules(
  workshop: Workshop,
  request: ModulesRequest,
  dir: string,
): Promise<BuiltModulesValue> {
  const {kernel, source, builder, arch, module} = request;
  const work = join(dir, 'work');
  const cache = join(workshop.store.root, 'ccache');
  await Promise.all([mkdir(work), mkdir(cache, {recursive: true})]);
  const step: Omit<ContainerStep, 'argv'> = {
    mounts: [
      {source: source.dir, target: '/src', readOnly: true},
      {source: join(kernel.dir, 'devel'), target: '/build', readOnly: true},
      {source: module.sourcePath, target: '/in/source', readOnly: true},
      {source: work, target: '/out', readOnly: false},
      {source: cache, target: '/cache', readOnly: false},
    ],
    environment: {...objectCache, ...kernelTarget(arch), MAKEFLAGS: `-j${request.jobs}`},
    logPath: join(workshop.logDir, `${module.name}.log`),
    signal: workshop.signal,
  };
  for (const {title, argv, cwd} of module.steps) {
    await runStep(workshop, builder, {...step, argv, cwd}, `${module.name}: ${title}`);
  }
  const files = await installIfFit(request, join(work, module.modulesIn), join(dir, 'modules'));
  await rm(work, {recursive: true});
  await requireUnchangedSource(workshop, source);
  return {files};
}

async function runStep(
  workshop: Workshop,
  builder: Builder,
  step: ContainerStep,
  what: string,
): Promise<void> {
  const errors = new CompilerErrors();
  const result = await builder.run({...step, onLine: (line) => errors.see(line)});
  workshop.signal.throwIfAborted();
  if (result.outcome === 'ok') return;
  throw failure('module-build-failed', errors.message(what), {hint: `the whole log is ${step.logPath}`});
}

/** Copies every module found below `work` to `target`, or throws with all the reasons against it. */
async function installIfFit(
  request: ModulesRequest,
  work: string,
  target: string,
): Promise<readonly string[]> {
  const found = (await readdir(work, {recursive: true})).filter((path) => path.endsWith('.ko')).sort();
  if (found.length === 0) {
    throw failure('no-modules', `${request.module.name} built without an error, but left no module (*.ko)`);
  }
  const files = await Promise.all(
    found.map(async (path) => ({path, bytes: await readFile(join(work, path))})),
  );
  const own = await symversBelow(work);
  const kernel = await kernelInterface(request.kernel);
  const reasons = files.flatMap(({path, bytes}) =>
    misfits(bytes, basename(path), {...kernel, exports: new Map([...kernel.exports, ...own])}),
  );
  if (reasons.length > 0) {
    const shown = reasons.slice(0, 10).map((reason) => `  ${describeMisfit(reason)}`);
    const more = reasons.length > shown.length ? [`  (and ${reasons.length - shown.length} more)`] : [];
    throw failure(
      'module-misfit',
      [`kernel ${request.kernel.value.release} would refuse ${request.module.name}:`, ...shown, ...more].join(
        '\n',
      ),
      {hint: 'build the module from source against this kernel; a goal may be missing from the recipe'},
    );
  }
  await mkdir(target);
  await Promise.all(files.map(({path}) => copyFile(join(work, path), join(target, basename(path)))));
  return files.map(({path}) => basename(path));
}

/** What modules of the same build export to one another. */
async function symversBelow(work: string): Promise<ReadonlyMap<string, number>> {
  const paths = (await readdir(work, {recursive: true})).filter(
    (path) => basename(path) === 'Module.symvers',
  );
  const texts = await Promise.all(paths.map((path) => readFile(join(work, path), 'utf8')));
  return new Map(texts.flatMap((text) => [...parseSymvers(text)]));
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
