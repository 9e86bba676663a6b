/** The package sets of recipes, as the lock files pin them: for every line of kernels and every architecture. */

import {type Architecture, architectures} from '../base/architecture.ts';
import type {Workshop} from '../base/store.ts';
import {updateLock, type VersionChange} from '../build/debian/packages.ts';
import {debianArchitecture, type PackageSet} from '../build/debian/release.ts';
import {
  bootFilesSet,
  builderSet,
  imageSet,
  kernelConfigSet,
  kernelSet,
  moduleBuilderSet,
  stockKernelSet,
  sysrootSet,
  toolsSuite,
} from '../build/debian/sets.ts';
import {type KernelLine, kernelLines} from '../build/kernel-line.ts';
import {moduleSet} from '../build/modules/source.ts';
import type {WrittenRecipe} from '../recipe/recipe.ts';

/** Sets that one lock file holds. */
type Locked = {readonly suite: string; readonly arch: Architecture; readonly sets: readonly PackageSet[]};

export type LockUpdate = {
  readonly path: string;
  /** By set. */
  readonly changes: Readonly<Record<string, readonly VersionChange[]>>;
};

/** Rewrites the project's locks with the versions the mirror has now. */
export async function relock(
  workshop: Workshop,
  recipes: readonly WrittenRecipe[],
): Promise<readonly LockUpdate[]> {
  const updates: LockUpdate[] = [];
  for (const {suite, arch, sets} of byFile(recipes)) {
    updates.push(await updateLock(workshop, sets, {suite, architecture: debianArchitecture(arch)}));
  }
  return updates;
}

/** Everything that building the recipes takes from Debian, each set once in its file. */
function byFile(recipes: readonly WrittenRecipe[]): readonly Locked[] {
  const files = new Map<string, Locked>();
  for (const line of kernelLines) {
    for (const arch of architectures) {
      for (const {suite, sets} of setsOf(recipes, line, arch)) {
        const before = files.get(`${suite}-${arch}`)?.sets ?? [];
        const all = new Map([...before, ...sets].map((set) => [set.name, set]));
        files.set(`${suite}-${arch}`, {suite, arch, sets: [...all.values()]});
      }
    }
  }
  return [...files.values()];
}

function setsOf(
  recipes: readonly WrittenRecipe[],
  line: KernelLine,
  arch: Architecture,
): readonly {readonly suite: string; readonly sets: readonly PackageSet[]}[] {
  // Those of one architecture too: what another makes of it begins with a twin of its own.
  const userlands = recipes.flatMap(({name, images}) =>
    Object.values(images).map(({role, packages}) => imageSet(name, role, packages)),
  );
  const builders = (suite: string) => architectures.map((target) => builderSet(suite, target, arch));
  const modules = recipes.flatMap((recipe) => recipe.modules);
  // A source may be a package of the architecture that its modules are for.
  const sources = modules
    .filter((module) => module.architectures.includes(arch))
    .map(moduleSet)
    .filter((set) => set !== undefined);
  const moduleBuilders = modules
    .flatMap((module) =>
      module.architectures.map((target) => moduleBuilderSet(module, line.builder, target, arch)),
    )
    .filter((set) => set !== undefined);
  return [
    {suite: toolsSuite, sets: [...builders(toolsSuite), bootFilesSet()]},
    {
      suite: line.builder,
      sets: [
        ...builders(line.builder),
        ...moduleBuilders,
        kernelSet(line.version),
        kernelConfigSet(line.version),
        stockKernelSet(arch),
      ],
    },
    {suite: line.userland, sets: [...sources, ...userlands, sysrootSet()]},
  ];
}
