/** The /lib/modules of one image: the kernel's own modules, the out-of-tree ones beside them, and depmod's indexes. */

import {copyFile, cp, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {failure} from '../../base/diagnostic.ts';
import type {Entry, Workshop} from '../../base/store.ts';
import type {Builder} from '../container.ts';
import type {Kernel} from '../kernel.ts';
import type {BuiltModules} from './stage.ts';

/** In the entry: `modules/lib/modules/<release>/`, out-of-tree modules below its `updates/`, which modprobe prefers. */
export type ModuleTree = Entry<{readonly release: string}>;

/** Throws KbuildError `depmod-failed` with depmod's words. */
export async function obtainModuleTree(
  workshop: Workshop,
  builder: Builder,
  kernel: Kernel,
  modules: readonly BuiltModules[],
): Promise<ModuleTree> {
  const {release} = kernel.value;
  return workshop.store.obtain(workshop, {
    name: 'module-tree',
    title: `module tree of ${release}${modules.length === 0 ? '' : ', with out-of-tree modules'}`,
    version: 1,
    inputs: {kernel: kernel.digest, builder: builder.digest, modules: modules.map(({digest}) => digest)},
    make: async (dir) => {
      const root = join(dir, 'modules');
      await cp(join(kernel.dir, 'modules'), root, {recursive: true, verbatimSymlinks: true});
      const updates = join(root, 'lib/modules', release, 'updates');
      await mkdir(updates, {recursive: true});
      for (const {dir: built, value} of modules) {
        await Promise.all(
          value.files.map((file) => copyFile(join(built, 'modules', file), join(updates, file))),
        );
      }
      await copyFile(join(kernel.dir, 'System.map'), join(dir, 'System.map'));
      const result = await builder.capture({
        argv: [
          'depmod',
          '--all',
          '--errsyms',
          '--filesyms',
          '/out/System.map',
          '--basedir',
          '/out/modules',
          release,
        ],
        mounts: [{source: dir, target: '/out', readOnly: false}],
        signal: workshop.signal,
      });
      workshop.signal.throwIfAborted();
      if (result.outcome !== 'ok')
        throw failure('depmod-failed', `depmod refused the modules:\n${result.stderr.trim()}`);
      return {release};
    },
  });
}
