/** A kernel's Kconfig, read once: the parsed model is a stage of the store, made of source, tool chain and architecture. */

import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import type {Entry, Stage, Workshop} from '../base/store.ts';
import {type Dialect, type KconfigModel, layoutVersion, restoreModel, storeModel} from '../kconfig/index.ts';
import type {Builder} from './container.ts';
import type {KconfigTree, ReadKconfigTree} from './kconfig-tree.ts';
import type {KernelSource} from './source.ts';
import {textIfThere} from './tree-text.ts';

/** What a model is made of. */
export type KconfigParts = {
  readonly source: KernelSource;
  /** The digest of the builder, in which the probes run. */
  readonly toolChain: string;
  readonly arch: Architecture;
};

/** Beside it in the entry are `looked-at`, the paths that the tree was read from, and `model`, if it can be stored. */
type StoredTree = {
  readonly release: string;
  readonly arch: Architecture;
  readonly dialect: string;
  readonly sourceArch: string;
  readonly isStored: boolean;
};

/**
 * The model of a kernel's Kconfig under the builder's tool chain, as `readKconfigTree` reads it, or as it was read before.
 * @throws what `readKconfigTree` throws; exit 1 where the source changes meanwhile
 */
export async function obtainKconfigTree(
  workshop: Workshop,
  builder: Builder,
  source: KernelSource,
  arch: Architecture,
): Promise<KconfigTree> {
  const entry = await workshop.store.obtain(workshop, {
    ...kconfigStage({source, toolChain: builder.digest, arch}),
    make: async (dir) => {
      const [{readKconfigTree}, {requireUnchangedSource}] = await Promise.all([
        import('./kconfig-tree.ts'),
        import('./source.ts'),
      ]);
      const tree = await readKconfigTree(workshop, builder, source, arch);
      await requireUnchangedSource(workshop, source);
      const bytes = storeModel(tree.model);
      if (bytes !== undefined) await writeFile(join(dir, 'model'), bytes);
      await writeFile(join(dir, 'looked-at'), JSON.stringify(lookedAt(source, tree)));
      const dialect = JSON.stringify(tree.model.dialect);
      const {release} = source;
      return {release, arch, dialect, sourceArch: tree.sourceArch, isStored: bytes !== undefined};
    },
  });
  const stored = await restored(entry, source);
  if (stored !== undefined) return stored;
  const {readKconfigTree} = await import('./kconfig-tree.ts');
  return readKconfigTree(workshop, builder, source, arch);
}

/** The same if it is in the store. */
export async function findKconfigTree(
  {store}: Workshop,
  parts: KconfigParts,
): Promise<KconfigTree | undefined> {
  const entry = await store.find<StoredTree>(kconfigStage(parts));
  return entry && restored(entry, parts.source);
}

/** A kernel whose Kconfig was read before. */
export type StoredKernel = {
  /** As its Makefile says: `6.1.192`. */
  readonly release: string;
  readonly arch: Architecture;
  readonly model: KconfigModel;
};

/**
 * The kernels in the store but the one given, one of each release and architecture, read the first time that what is returned is
 * called. Their files may be gone: help texts are empty.
 */
export async function otherStoredKernels(
  {store}: Workshop,
  {release, arch}: {readonly release: string; readonly arch: Architecture},
): Promise<() => readonly StoredKernel[]> {
  const entries = await store.entries<StoredTree>(stageVersion);
  let read: readonly StoredKernel[] | undefined;
  return () => {
    read ??= readKernels(entries.filter(({value}) => value.release !== release || value.arch !== arch));
    return read;
  };
}

function readKernels(entries: readonly Entry<StoredTree>[]): readonly StoredKernel[] {
  const kernels = new Map<string, StoredKernel>();
  for (const {dir, value} of entries) {
    const key = `${value.release} ${value.arch}`;
    if (!value.isStored || kernels.has(key)) continue;
    const bytes = readFileSync(join(dir, 'model'));
    const model = restoreModel(bytes, JSON.parse(value.dialect) as Dialect, () => undefined);
    if (model) kernels.set(key, {release: value.release, arch: value.arch, model});
  }
  return [...kernels.values()];
}

/** Paths in the source that a stored model was read from, and those that a recipe's configuration may start from. */
export async function pathsBehindKconfig(
  {store}: Workshop,
  parts: KconfigParts,
): Promise<readonly string[] | undefined> {
  const entry = await store.find<StoredTree>(kconfigStage(parts));
  if (entry === undefined) return undefined;
  return JSON.parse(await readFile(join(entry.dir, 'looked-at'), 'utf8')) as readonly string[];
}

type FoundStage = Pick<Stage<StoredTree>, 'name' | 'title' | 'version' | 'inputs'>;

const stageVersion = {name: 'kconfig', version: 2} as const;

function kconfigStage({source, toolChain, arch}: KconfigParts): FoundStage {
  return {
    ...stageVersion,
    title: `Kconfig of ${source.release} ${arch}`,
    inputs: {source: source.digest, builder: toolChain, arch, layout: layoutVersion},
  };
}

/** Undefined for a model that could not be stored. */
async function restored(
  {dir, value}: Entry<StoredTree>,
  source: KernelSource,
): Promise<KconfigTree | undefined> {
  if (!value.isStored) return undefined;
  const texts = new Map<string, string | undefined>();
  const readTreeFile = (path: string): string | undefined => {
    if (!texts.has(path)) texts.set(path, textIfThere(join(source.dir, path)));
    return texts.get(path);
  };
  const bytes = await readFile(join(dir, 'model'));
  const model = restoreModel(bytes, JSON.parse(value.dialect) as Dialect, readTreeFile);
  if (model === undefined) throw new Error(`the Kconfig model stored in ${dir} cannot be read`);
  return {model, readFile: readTreeFile, sourceArch: value.sourceArch};
}

/**
 * What the model and a resolved configuration depend on: the Kconfig files and where others were looked for, the scripts
 * that the Makefile and the probes run, the files that commands name, and the configurations that a recipe can start from.
 */
function lookedAt(source: KernelSource, {paths, commands, sourceArch}: ReadKconfigTree): readonly string[] {
  const named = commands.flatMap((command) =>
    // The container has the source at /src.
    Array.from(command.matchAll(/\/src\/([^\s"'`;|&<>()]+)/g), ([, path]) => path!),
  );
  const folders = [`arch/${sourceArch}`, 'kernel/configs', `arch/${sourceArch}/configs`];
  return [
    ...new Set([
      'Makefile',
      ...paths,
      ...named.filter((path) => !path.split('/').includes('..')),
      ...filesBelow(source.dir, 'scripts'),
      ...folders.flatMap((folder) => [folder, ...filesIn(source.dir, folder)]),
      // A tree in which `make` ran is refused.
      '.config',
      'include/config',
      `arch/${sourceArch}/include/generated`,
    ]),
  ];
}

function filesIn(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), {withFileTypes: true})
    .filter((one) => !one.isDirectory())
    .map(({name}) => `${folder}/${name}`);
}

/** Folders too: what is added to them shows in their times. */
function filesBelow(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [folder];
  const all = readdirSync(join(root, folder), {withFileTypes: true});
  return [
    folder,
    ...all.flatMap((one) => {
      const path = `${folder}/${one.name}`;
      return one.isDirectory() ? filesBelow(root, path) : [path];
    }),
  ];
}
