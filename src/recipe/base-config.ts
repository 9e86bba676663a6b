/** The .config that a recipe starts from, made as the kernel's own scripts/kconfig/Makefile makes it. */

import {existsSync, readFileSync} from 'node:fs';
import {isAbsolute} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {allnoconfig, defconfig, type KconfigModel, mergeFragments, olddefconfig} from '../kconfig/index.ts';
import {runningConfigFor} from './running-config.ts';

/** A kernel's Kconfig under one tool chain. */
export type KernelTree = {
  readonly model: KconfigModel;
  /** Text of a file of the kernel source by its path in it, undefined if there is none. */
  readonly readFile: (path: string) => string | undefined;
  /** The folder below arch/: `x86`. */
  readonly sourceArch: string;
};

/** Names of `make` targets that are not files; `make defconfig` of x86 is x86_64_defconfig on a 64-bit machine. */
export const plainDefconfig: Readonly<Record<string, string>> = {x86: 'x86_64_defconfig', arm64: 'defconfig'};

/**
 * The text of a base: `tinyconfig`, `allnoconfig`, `running`, a defconfig of the architecture, or the absolute path of
 * a .config file.
 * @throws KbuildError (2) where there is none of that name; what `runningConfigFor` throws
 */
export function baseConfig(base: string, tree: KernelTree): string {
  const {model} = tree;
  if (base === 'allnoconfig') return allnoconfig(model).text;
  if (base === 'tinyconfig') return tinyconfig(tree);
  if (base === 'running') return olddefconfig(model, runningConfigFor(tree.sourceArch)).text;
  if (isAbsolute(base)) {
    if (!existsSync(base)) throw badInput('no-base', `the base ${base} does not exist`);
    return olddefconfig(model, readFileSync(base, 'latin1')).text;
  }
  const name = base === 'defconfig' ? (plainDefconfig[tree.sourceArch] ?? base) : base;
  const path = `arch/${tree.sourceArch}/configs/${name}`;
  const text = tree.readFile(path);
  if (text !== undefined) return defconfig(model, text).text;
  throw badInput('no-base', `the base ${base} is none: this kernel has no ${path}`, {
    hint: 'a base is tinyconfig, allnoconfig, running, the name of a defconfig, or a path to a .config file',
  });
}

/**
 * `make tinyconfig` (6.1): allnoconfig over tiny-base.config, then the target `tiny.config`, which merges that
 * name of kernel/configs and of the architecture and runs olddefconfig. Kernels before 6.0 have no
 * tiny-base.config and hold all of it in tiny.config.
 */
function tinyconfig({model, readFile, sourceArch}: KernelTree): string {
  const {text} = allnoconfig(model, readFile('kernel/configs/tiny-base.config'));
  const fragments = [
    readFile('kernel/configs/tiny.config'),
    readFile(`arch/${sourceArch}/configs/tiny.config`),
  ];
  const merged = mergeFragments(
    text,
    fragments.filter((fragment) => fragment !== undefined),
    model.prefix,
  );
  return olddefconfig(model, merged).text;
}
