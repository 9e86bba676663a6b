/** One architecture's part of a job: its configuration, its kernel, and the modules out of the kernel's tree. */

import type {Architecture} from '../base/architecture.ts';
import type {Workshop} from '../base/store.ts';
import type {Builder} from '../build/container.ts';
import {type DebianOptions, debianArchitectureOfMachine} from '../build/debian/release.ts';
import {type Kernel, obtainKernel} from '../build/kernel.ts';
import type {KernelLine} from '../build/kernel-line.ts';
import {type BuiltModules, obtainModules} from '../build/modules/stage.ts';
import type {KernelSource} from '../build/source.ts';
import type {Recipe} from '../recipe/recipe.ts';
import type {Resolved} from '../recipe/resolve.ts';
import {obtainConfig} from './config.ts';
import {moduleRecipe} from './modules.ts';
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
};

/** Throws what `obtainConfig` throws. */
export async function resolveTarget(workshop: Workshop, target: Omit<Target, 'resolved'>): Promise<Target> {
  return {...target, resolved: await obtainConfig(workshop, target)};
}

/** The kernel, then the modules named. Throws what the stages throw. */
export async function buildTarget(
  workshop: Workshop,
  {jobs, locked}: JobRequest,
  target: Target,
  wanted: {readonly line: KernelLine; readonly modules: readonly string[]},
): Promise<BuiltTarget> {
  const {arch, source, builder} = target;
  const {configText} = target.resolved;
  const kernel = await obtainKernel(workshop, {source, builder, configText, arch, jobs});
  const debian: DebianOptions = {
    suite: wanted.line.userland,
    architecture: debianArchitectureOfMachine(),
    locked,
  };
  const modules = new Map<string, BuiltModules>();
  for (const name of wanted.modules) {
    const module = await moduleRecipe(workshop, name, debian, arch);
    modules.set(name, await obtainModules(workshop, {kernel, source, builder, arch, module, jobs}));
  }
  return {...target, kernel, modules};
}

/** A value for each target, by its architecture. */
export function byArchitecture<Of extends Target, Value>(
  targets: readonly Of[],
  value: (target: Of) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(targets.map((target) => [target.arch, value(target)]));
}
