/** The .config of the kernel that runs on this machine. */

import {readFileSync} from 'node:fs';
import {release} from 'node:os';
import {gunzipSync} from 'node:zlib';
import {badInput, missingTool} from '../base/diagnostic.ts';

export type RunningConfig = {readonly text: string; readonly path: string};

/** Far more than a kernel's .config: what unpacks to more is none. */
const mostBytes = 8 << 20;

/**
 * Where a running kernel's .config may be: the kernel itself has it where IKCONFIG_PROC is y (kernel/configs.c), Debian
 * and others keep it beside the image.
 */
export function runningConfigPaths(kernel: string = release()): readonly string[] {
  return ['/proc/config.gz', `/boot/config-${kernel}`, `/lib/modules/${kernel}/config`];
}

/**
 * The .config of the running kernel, a character a byte.
 * @throws KbuildError (3) `no-running-config` where it cannot be read
 */
export function readRunningConfig(paths: readonly string[] = runningConfigPaths()): RunningConfig {
  for (const path of paths) {
    try {
      const bytes = readFileSync(path);
      const plain = path.endsWith('.gz') ? gunzipSync(bytes, {maxOutputLength: mostBytes}) : bytes;
      return {text: plain.toString('latin1'), path};
    } catch {
      // The next one may be there.
    }
  }
  throw missingTool(
    'no-running-config',
    `the .config of the running kernel is not to be had: ${paths.join(' and ')} cannot be read`,
    {
      hint: 'load the module configs, which makes /proc/config.gz, or name a .config file as the base',
    },
  );
}

/**
 * The .config of the running kernel, where it is a kernel of this architecture.
 * @param sourceArch the folder below arch/: `x86`
 * @throws KbuildError (2) `other-architecture`; what `readRunningConfig` throws
 */
export function runningConfigFor(sourceArch: string, paths?: readonly string[]): string {
  const {text, path} = readRunningConfig(paths);
  // The mainmenu, as confdata.c writes it: "# Linux/x86 6.1.192 Kernel Configuration".
  const named = /^# Linux\/(\S+) .* Kernel Configuration$/m.exec(text)?.[1];
  const arch = named === 'x86_64' || named === 'i386' ? 'x86' : named;
  if (arch === undefined || arch === sourceArch) return text;
  throw badInput(
    'other-architecture',
    `the running kernel (${path}) is one of ${arch}, not of ${sourceArch}`,
    {
      hint: 'name another base, such as tinyconfig or defconfig',
    },
  );
}
