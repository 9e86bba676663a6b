/** What a lock would hold of a recipe that was resolved: its files, and of each target the bytes that decide. */

import {join} from 'node:path';
import {digestOfFile} from '../base/digest.ts';
import type {Workshop} from '../base/store.ts';
import {choosePackages} from '../build/debian/packages.ts';
import {
  type DebianOptions,
  debianArchitecture,
  debianArchitectureOfMachine,
  digestOfPackages,
} from '../build/debian/release.ts';
import {builderSet} from '../build/debian/sets.ts';
import {kernelLineOf} from '../build/kernel-line.ts';
import {moduleSet} from '../build/modules/source.ts';
import type {KernelSource} from '../build/source.ts';
import {digestOfTree} from '../build/source-directory.ts';
import {listOverlay} from '../image/overlay.ts';
import type {ModuleRecipe} from '../recipe/module.ts';
import type {MadeOf, WrittenRecipe} from '../recipe/recipe.ts';
import {digestOfBase} from './config.ts';
import type {RecipeLock, TargetLock} from './recipe-lock.ts';
import type {JobRequest} from './request.ts';
import type {Target} from './target.ts';

/** Packages that gcc and binutils are names of: Kconfig asks for their versions. */
const compiler = /^(?:gcc-\d+|binutils)(?:-\w[\w-]*-linux-gnu)?$/;

type ModuleLock = TargetLock['modules'][string];

/** Every file of a recipe, by its name below the folder of recipes: its SHA-256, or where a link leads. */
export async function digestsOfFiles({madeOf, images}: WrittenRecipe): Promise<RecipeLock['files']> {
  const overlays = new Set(Object.values(images).flatMap((image) => image.overlays));
  const digests = async ({name, path}: MadeOf): Promise<readonly (readonly [string, string])[]> => {
    if (!overlays.has(path)) return [[name, await digestOfFile(path)]];
    const files = await listOverlay(path);
    return Promise.all(
      files.map(async (file) => {
        const below = `${name}/${file.path}`;
        if (file.kind === 'link') return [below, `link to ${file.target}`] as const;
        const digest = await digestOfFile(join(path, file.path));
        return [below, file.executable ? `${digest} executable` : digest] as const;
      }),
    );
  };
  return Object.fromEntries((await Promise.all(madeOf.map(digests))).flat());
}

/**
 * What a lock would hold of a resolved target. Fetches nothing: which packages are meant, the locks of packages say.
 * @param source before patches
 * @throws what `choosePackages` throws
 */
export async function targetLock(
  workshop: Workshop,
  {recipe: written, sources}: Pick<JobRequest, 'recipe' | 'sources'>,
  source: KernelSource,
  {arch, recipe, resolved}: Target,
): Promise<TargetLock> {
  // What differs from the lock of packages was said where they were taken.
  const quiet = {...workshop, report: () => undefined};
  const line = kernelLineOf(source.release);
  const machine = debianArchitectureOfMachine();
  const set = builderSet(line.builder, arch);
  const {packages} = await choosePackages(quiet, set, {suite: line.builder, architecture: machine});
  const asked = packages.filter(({name}) => set.packages.includes(name) || compiler.test(name));
  const modules: Record<string, ModuleLock> = {};
  for (const module of recipe.modules) {
    modules[module.name] = await moduleLock(quiet, module, sources, {
      suite: line.userland,
      architecture: debianArchitecture(arch),
    });
  }
  const {kernel} = recipe;
  return {
    kernel: /^\d+\.\d+/.exec(source.release)![0],
    arch,
    parameters: Object.fromEntries(
      written.parameters
        .filter((parameter) => parameter.value !== parameter.default)
        .map(({name, value}) => [name, value]),
    ),
    settings: Object.fromEntries(written.settings.map(({symbol, value}) => [symbol, value])),
    source: {release: source.release, from: 'unknown', sha256: source.digest, ...source.origin},
    ...(kernel.base === 'running' ? {base: await digestOfBase(kernel.base)} : {}),
    builder: {
      suite: line.builder,
      machine,
      packages: packages.length,
      sha256: digestOfPackages(packages),
      tools: Object.fromEntries(asked.map(({name, version}) => [name, version])),
    },
    modules,
    config: resolved.configDigest,
  };
}

async function moduleLock(
  workshop: Workshop,
  module: ModuleRecipe,
  given: JobRequest['sources'],
  debian: DebianOptions,
): Promise<ModuleLock> {
  const {origin, sourceName} = module;
  if (Object.hasOwn(given, sourceName)) {
    return {from: 'directory', sha256: await digestOfTree(workshop, given[sourceName]!)};
  }
  switch (origin.kind) {
    case 'debian': {
      const {packages} = await choosePackages(workshop, moduleSet(module)!, debian);
      const one = packages.find(({name}) => name === origin.package);
      return {
        from: origin.package,
        ...(one === undefined ? {} : {version: one.version, sha256: one.sha256}),
      };
    }
    case 'tarball':
      return {from: origin.address, sha256: origin.sha256};
    case 'git':
      return {from: origin.address, version: origin.commit};
    case 'manual':
      return {from: origin.from ?? 'its makers'};
  }
}
