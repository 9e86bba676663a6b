/** One architecture's part of a job: its configuration, its kernel, and the modules out of the kernel's tree. */

import {type Architecture, machineArchitecture} from '../base/architecture.ts';
import type {Workshop} from '../base/store.ts';
import type {Builder} from '../build/container.ts';
import {obtainPackageFiles, type PackageFiles} from '../build/debian/package-files.ts';
import {type DebianOptions, debianArchitecture} from '../build/debian/release.ts';
import {sysrootSet} from '../build/debian/sets.ts';
import {type Kernel, obtainKernel} from '../build/kernel.ts';
import type {KernelLine} from '../build/kernel-line.ts';
import {fixedFiles} from '../build/modules/fixups.ts';
import {requireNoRefusal} from '../build/modules/refusals.ts';
import {type ModuleSource, obtainModuleSource} from '../build/modules/source.ts';
import {type BuiltModules, obtainModules} from '../build/modules/stage.ts';
import {type KernelSource, requireUnchangedSource} from '../build/source.ts';
import type {ModuleRecipe} from '../recipe/module.ts';
import type {Recipe} from '../recipe/recipe.ts';
import type {Resolved} from '../recipe/resolve.ts';
import {obtainConfig, type TreeReader} from './config.ts';
import type {JobRequest} from './request.ts';

export type Target = {
  readonly arch: Architecture;
  readonly recipe: Recipe;
  readonly source: KernelSource;
  /** The compilers. */
  readonly builder: Builder;
  readonly resolved: Resolved;
};

export type BuiltTarget = Target & {
  readonly kernel: Kernel;
  /** By name. */
  readonly modules: ReadonlyMap<string, BuiltModules>;
  /** What the initramfs has to load before there is a root file system. */
  readonly initramfsModules: readonly string[];
};

/** Throws what `requireNoRefusal` and `obtainConfig` throw. */
export async function resolveTarget(workshop: Workshop, target: Omit<Target, 'resolved'>): Promise<Target> {
  await requireNoRefusal(target.recipe.modules, target.source);
  const {arch, source, builder} = target;
  const reader: TreeReader = {
    tree: async () => {
      // Loaded here: a configuration that was resolved before needs no Kconfig.
      const {obtainKconfigTree} = await import('../build/stored-kconfig.ts');
      return obtainKconfigTree(workshop, builder, source, arch);
    },
    requireUnchanged: async () => requireUnchangedSource(workshop, source),
  };
  return {
    ...target,
    resolved: await obtainConfig(workshop, {...target, toolChain: builder.digest}, reader),
  };
}

/** A module and what it is built of. */
export type WithSource = {
  readonly module: ModuleRecipe;
  /** Has the packages that its steps need; the kernel's own where it needs none. */
  readonly builder: Builder;
  readonly moduleSource: ModuleSource;
  readonly sysroot?: PackageFiles;
};

type ModulesOfTarget = {
  readonly line: KernelLine;
  readonly modules: readonly ModuleRecipe[];
  /** The builder with what a module's steps need. */
  readonly builderOf: (module: ModuleRecipe) => Promise<Builder>;
};

/**
 * The sources of modules, each known to be for the kernel, with every fix-up finding what it expects: before
 * anything is built. Throws what `obtainModuleSource` and `fixedFiles` throw.
 */
export async function obtainModuleSources(
  workshop: Workshop,
  {sources, locked}: JobRequest,
  {arch, source, builder}: Target,
  {line, modules, builderOf}: ModulesOfTarget,
): Promise<readonly WithSource[]> {
  const debian: DebianOptions = {
    suite: line.userland,
    // A source may hold objects of its architecture, and so be a package of that.
    architecture: debianArchitecture(arch),
    locked,
  };
  const foreign = arch === machineArchitecture() ? undefined : debianArchitecture(arch);
  const found: WithSource[] = [];
  for (const module of modules) {
    const options = {given: sources, debian, kernelVersion: source.release};
    const moduleSource = await obtainModuleSource(workshop, builder, module, options);
    await fixedFiles(module, moduleSource);
    const sysroot =
      foreign !== undefined && module.programs.length > 0
        ? await obtainPackageFiles(workshop, sysrootSet(), {
            suite: line.userland,
            architecture: foreign,
            locked,
          })
        : undefined;
    const own = {module, builder: await builderOf(module), moduleSource};
    found.push({...own, ...(sysroot === undefined ? {} : {sysroot})});
  }
  return found;
}

/** The kernel, then the modules. Throws what the stages throw. */
export async function buildTarget(
  workshop: Workshop,
  {jobs}: JobRequest,
  target: Target,
  wanted: readonly WithSource[],
): Promise<BuiltTarget> {
  const {arch, source, builder} = target;
  const {configText} = target.resolved;
  const kernel = await obtainKernel(workshop, {source, builder, configText, arch, jobs});
  const modules = new Map<string, BuiltModules>();
  for (const one of wanted) {
    const request = {kernel, source, arch, jobs, needed: modules, ...one};
    modules.set(one.module.name, await obtainModules(workshop, request));
  }
  return {...target, kernel, modules, initramfsModules: []};
}

/** A value for each target, by its architecture. */
export function byArchitecture<Of extends Target, Value>(
  targets: readonly Of[],
  value: (target: Of) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(targets.map((target) => [target.arch, value(target)]));
}
