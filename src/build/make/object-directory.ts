/**
 * The output directory of a kernel build, kept for the next one: with the same source and tool chain, make compiles
 * only the objects that a changed symbol reaches, as fixdep has recorded it.
 */

import {existsSync} from 'node:fs';
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {tryLock} from '../../base/lock.ts';
import type {Store} from '../../base/store.ts';

/**
 * Gives `use` an output directory: the one left by the last finished build under this key, or an empty one; in
 * either case what `use` makes of it must be the same. A build that did not finish leaves nothing to the next: a
 * compiler that was killed may have cut an object short, and make would take it for whole. While another process
 * has the directory, `elsewhere` is used.
 */
export async function withObjectDirectory<Result>(
  store: Store,
  key: string,
  elsewhere: string,
  use: (build: string, hasObjects: boolean) => Promise<Result>,
): Promise<Result> {
  const home = join(store.root, 'objects', key);
  const lock = await tryLock(`${home}.lock`);
  if (lock === undefined) {
    await mkdir(elsewhere);
    try {
      return await use(elsewhere, false);
    } finally {
      await rm(elsewhere, {recursive: true, force: true});
    }
  }
  try {
    const [build, unfinished] = [join(home, 'build'), join(home, 'unfinished')];
    if (existsSync(unfinished)) await rm(build, {recursive: true, force: true});
    const hasObjects = existsSync(build);
    await mkdir(build, {recursive: true});
    await writeFile(unfinished, '');
    const result = await use(build, hasObjects);
    await rm(unfinished);
    return result;
  } finally {
    await lock.release();
  }
}
