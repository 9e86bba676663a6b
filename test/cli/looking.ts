/** A small kernel and recipes for it, for the commands that look at a configuration. */

import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {type Ended, kbuildThat, scratch} from './cli.ts';

const files: Readonly<Record<string, string>> = {
  'linux/Kconfig': `config MODULES
	bool "Modules"
	modules

menu "Networks"

config NET
	bool "Networking"
	help
	  Packets – of all kinds.

config NFS
	tristate "NFS"
	depends on NET
	select CRC

endmenu

config CRC
	tristate

config QUEUES
	int "Queues"
	range 1 16
	default 4

config VERBOSE
	bool "Verbose"
	default y
`,
  'recipes/parts/nfs.yaml': `name: nfs
summary: NFS
goals:
  NET: y
  NFS: {value: m, why: files of others}
`,
  'recipes/mine.yaml': `name: mine
summary: a recipe
use: [nfs]
kernel: {base: allnoconfig, version: "6.1"}
goals:
  MODULES: y
`,
  'recipes/other.yaml': `name: other
summary: another recipe
kernel: {base: allnoconfig, version: "6.1"}
goals:
  MODULES: y
  QUEUES: 8
`,
};

/** A recipe with a goal that needs what it does not say. */
export const needy: Readonly<Record<string, string>> = {
  'recipes/needy.yaml': `name: needy
summary: a goal that needs more
kernel: {base: allnoconfig, version: "6.1"}
goals:
  MODULES: y
  NFS: m
`,
};

export type Look = (...argv: string[]) => Promise<Ended>;

/** Runs the command line in a folder with `linux`, `recipes`, and more files. */
export async function lookIn(
  t: ExecutionContext,
  more: Readonly<Record<string, string>> = {},
): Promise<{readonly dir: string; readonly look: Look}> {
  const dir = await scratch(t);
  for (const [path, text] of Object.entries({...files, ...more})) {
    await mkdir(dirname(join(dir, path)), {recursive: true});
    await writeFile(join(dir, path), text);
  }
  const kernel = ['--kernel', join(dir, 'linux'), '--recipes', join(dir, 'recipes')];
  return {dir, look: async (...argv) => kbuildThat(t, 'works', ...argv, ...kernel)};
}
