/** The file that stands in for a .config that is not there yet, as in `make menuconfig`. */

import {readFileSync} from 'node:fs';
import {release} from 'node:os';
import {type KernelTree, plainDefconfig} from './base-config.ts';

/** A character a byte. */
export type StandIn = {readonly path: string; readonly text: string};

/** Where a machine keeps the .config of its kernel, in the order in which they are asked for. */
export function machineConfigPaths(kernel: string = release()): readonly string[] {
  return [`/lib/modules/${kernel}/.config`, '/etc/kernel-config', `/boot/config-${kernel}`];
}

/**
 * The first file there is of KCONFIG_DEFCONFIG_LIST in scripts/kconfig/Makefile (6.1): those of this machine, then the
 * architecture's own. Undefined if there is none. Up to 5.12 the list stands in init/Kconfig, and a tree that is compiled for
 * another machine asks for this one's as well.
 *
 * @param isCross whether the tree is compiled for another architecture than this machine's
 */
export function standInConfig(
  {model, readFile, sourceArch}: KernelTree,
  isCross: boolean,
  machinePaths: readonly string[] = machineConfigPaths(),
): StandIn | undefined {
  if (!isCross || model.defconfigList !== undefined) {
    for (const path of machinePaths) {
      try {
        return {path, text: readFileSync(path, 'latin1')};
      } catch {
        // The next one may be there, and readable.
      }
    }
  }
  const path = `arch/${sourceArch}/configs/${plainDefconfig[sourceArch] ?? 'defconfig'}`;
  const text = readFile(path);
  return text === undefined ? undefined : {path, text};
}
