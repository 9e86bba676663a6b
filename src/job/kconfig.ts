/**
 * The Kconfig of a kernel for one architecture, for commands that build nothing. To find out which source and which tool
 * chain are meant takes longer than to read the stored model: a source directory is digested whole, a lock file is checked
 * word by word. So both are noted, with all that they depend on as far as the Kconfig goes.
 */

import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Architecture, machineArchitecture} from '../base/architecture.ts';
import {failure} from '../base/diagnostic.ts';
import {readNote, writeNote} from '../base/notes.ts';
import type {Workshop} from '../base/store.ts';
import type {EngineName} from '../build/container.ts';
import type {KconfigTree} from '../build/kconfig-tree.ts';
import {kernelLineOf} from '../build/kernel-line.ts';
import type {KernelSourceSpec} from '../build/source.ts';
import {
  findKconfigTree,
  type KconfigParts,
  obtainKconfigTree,
  pathsBehindKconfig,
} from '../build/stored-kconfig.ts';
import type {Patch} from '../recipe/recipe.ts';
import {sourceSpec} from './source-spec.ts';

export type KconfigRequest = {
  /** A kernel line (`6.1`), a directory or a tarball. */
  readonly kernel: string;
  readonly arch: Architecture;
  readonly engine: 'auto' | EngineName;
  readonly locked: boolean;
  /** Whether `make` may have run in the directory. */
  readonly inPlace?: true;
  /** Applied to the source. */
  readonly patches?: readonly Patch[];
};

/** The source of a directory is as it was when its Kconfig was read; what that does not depend on may have changed. */
export type Kconfig = KconfigParts & {
  readonly tree: KconfigTree;
  /** Throws exit 1 where what the Kconfig depends on is no longer what it was. */
  readonly requireUnchanged: () => Promise<void>;
};

/**
 * Reads the Kconfig of a kernel, or finds it read.
 * @throws what `sourceSpec`, `obtainKernelSource` and `obtainKconfigTree` throw
 */
export async function obtainKconfig(workshop: Workshop, request: KconfigRequest): Promise<Kconfig> {
  const {arch, locked, patches = []} = request;
  const spec = await sourceSpec(request.kernel, request.inPlace);
  const key = {kind: 'kconfig', of: {spec, arch, locked, patches: patches.map(({path}) => path)}};
  const noted = (await readNote(workshop.store, key)) as KconfigParts | undefined;
  const tree = noted && (await findKconfigTree(workshop, noted));
  if (noted !== undefined && tree !== undefined) {
    const requireUnchanged = async (): Promise<void> => {
      if ((await readNote(workshop.store, key)) !== undefined) return;
      throw failure('source-changed', `${noted.source.dir} changed while kbuild was at work`, {
        hint: 'run kbuild again',
      });
    };
    return {...noted, tree, requireUnchanged};
  }
  const since = Date.now();
  const kconfig = await readKconfig(workshop, request, spec);
  const {source, toolChain} = kconfig;
  const parts: KconfigParts = {source, toolChain, arch};
  const from = await dependencies(workshop, {spec, patches}, parts);
  if (from !== undefined) await writeNote(workshop.store, key, parts, {from, since});
  return kconfig;
}

async function readKconfig(
  workshop: Workshop,
  {arch, engine, locked, patches = []}: KconfigRequest,
  spec: KernelSourceSpec,
): Promise<Kconfig> {
  // Loaded here: what was read before needs none of it.
  const [{obtainBuilder}, {debianArchitectureOfMachine}, {builderSet, toolsSuite}, {makeBuilder}, sources] =
    await Promise.all([
      import('../build/debian/builder.ts'),
      import('../build/debian/release.ts'),
      import('../build/debian/sets.ts'),
      import('../build/engines/select.ts'),
      import('../build/source.ts'),
    ]);
  const [{requireApart}, {obtainPatchedSource}] = await Promise.all([
    import('../build/source-directory.ts'),
    import('../build/patches.ts'),
  ]);
  if (spec.kind === 'directory') await requireApart(spec.path, [workshop.store.root]);
  const debian = (suite: string) => ({suite, architecture: debianArchitectureOfMachine(), locked});
  const builderOf = async (suite: string, target: Architecture) =>
    makeBuilder(await obtainBuilder(workshop, builderSet(suite, target), debian(suite)), engine, workshop);
  const tools = await builderOf(toolsSuite, machineArchitecture() ?? arch);
  const suite = spec.kind === 'debian' ? kernelLineOf(spec.version).builder : toolsSuite;
  const original = await sources.obtainKernelSource(workshop, tools, spec, debian(suite));
  const builder = await builderOf(kernelLineOf(original.release).builder, arch);
  const source = await obtainPatchedSource(workshop, builder, original, patches);
  return {
    source,
    toolChain: builder.digest,
    arch,
    tree: await obtainKconfigTree(workshop, builder, source, arch),
    requireUnchanged: async () => sources.requireUnchangedSource(workshop, original),
  };
}

/** What says which packages there are in a builder. */
const buildCode = fileURLToPath(new URL('../build', import.meta.url));

/** What source and tool chain were found out from, as far as the Kconfig goes; undefined if it is not in the store. */
async function dependencies(
  workshop: Workshop,
  {spec, patches}: {readonly spec: KernelSourceSpec; readonly patches: readonly Patch[]},
  parts: KconfigParts,
): Promise<readonly string[] | undefined> {
  const {projectLockDir} = await import('../build/debian/lockfile.ts');
  const paths = await pathsBehindKconfig(workshop, parts);
  if (paths === undefined) return undefined;
  const {source} = parts;
  // A patched tree was made of the directory.
  const isInPlace = spec.kind === 'directory' && spec.inPlace === true;
  const counting = isInPlace
    ? paths.filter((path) => !/^\.config$|^include\/config$|\/include\/generated$/.test(path))
    : paths;
  const own = spec.kind === 'directory' ? counting.map((path) => join(spec.path, path)) : [];
  const locks = [projectLockDir, join(workshop.store.root, 'locks')];
  const code = readdirSync(buildCode, {recursive: true, encoding: 'utf8'}).map((name) =>
    join(buildCode, name),
  );
  return [
    ...own,
    // What is in the store does not change, but may be removed.
    join(source.dir, 'Makefile'),
    ...patches.map(({path}) => path),
    ...(spec.kind === 'tarball' ? [spec.path] : []),
    ...locks.flatMap((dir) => [dir, ...filesOf(dir)]),
    ...code,
  ];
}

function filesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir).map((name) => join(dir, name));
  } catch {
    return [];
  }
}
