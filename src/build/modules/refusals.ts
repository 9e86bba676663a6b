/** Kernels on which a module would build, load and not work: told by their source, before anything is built. */

import {readFile} from 'node:fs/promises';
import {badInput} from '../../base/diagnostic.ts';
import type {ModuleRecipe, Refusal} from '../../recipe/module.ts';
import type {KernelSource} from '../source.ts';
import {insideTree} from './source.ts';

/** @throws KbuildError (2, `module-kernel`) for the first module that cannot work on the kernel */
export async function requireNoRefusal(
  modules: readonly Pick<ModuleRecipe, 'name' | 'refusals'>[],
  kernel: Pick<KernelSource, 'dir' | 'release'>,
): Promise<void> {
  for (const {name, refusals} of modules) {
    for (const refusal of refusals) {
      if (!(await isRefused(refusal, kernel.dir))) continue;
      const {file, text, refusedWhere, why, place} = refusal;
      throw badInput('module-kernel', `${name} cannot work on kernel ${kernel.release}: ${why}`, {
        place,
        hint: `${file} of its source ${refusedWhere === 'there' ? 'has' : 'does not have'} "${text}"; take another kernel with --kernel`,
      });
    }
  }
}

/** A file that is not there has no text in it. */
async function isRefused({file, text, refusedWhere}: Refusal, dir: string): Promise<boolean> {
  const path = await insideTree(dir, file);
  const content = path === undefined ? '' : await readFile(path, 'latin1').catch(() => '');
  return content.includes(Buffer.from(text).toString('latin1')) === (refusedWhere === 'there');
}
