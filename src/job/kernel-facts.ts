/** What a manifest says of a kernel beyond its files: it goes into the images whole, and is not a result by itself. */

import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import type {BuiltTarget} from './target.ts';

export type KernelFacts = {
  readonly release: string;
  /** The modules of its own tree. */
  readonly modules: {readonly files: number; readonly bytes: number};
};

/** By architecture. */
export async function kernelFacts(
  targets: readonly BuiltTarget[],
): Promise<Readonly<Record<string, KernelFacts>>> {
  const facts = await Promise.all(
    targets.map(async ({arch, kernel}) => {
      const {release} = kernel.value;
      return [arch, {release, modules: await modulesBelow(join(kernel.dir, 'modules'))}] as const;
    }),
  );
  return Object.fromEntries(facts);
}

async function modulesBelow(dir: string): Promise<KernelFacts['modules']> {
  const entries = await readdir(dir, {recursive: true, withFileTypes: true});
  const modules = entries.filter((entry) => entry.isFile() && /\.ko(?:\.\w+)?$/.test(entry.name));
  const sizes = await Promise.all(
    modules.map(async ({parentPath, name}) => (await stat(join(parentPath, name))).size),
  );
  return {files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0)};
}
