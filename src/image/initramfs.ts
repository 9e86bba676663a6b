/** The initramfs: busybox, our `/init`, and the modules the root file system cannot be reached without. */

import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {sourceDateEpoch} from '../build/container.ts';
import {type CpioEntry, writeCpio} from './cpio.ts';
import {initScript} from './init-script.ts';
import type {ImageSpec} from './spec.ts';
import {type Bench, runTool} from './tool.ts';

export type InitramfsModule = {readonly path: string; readonly content: Uint8Array};

const executable = 0o100755;
const plain = 0o100644;
const directory = 0o040755;
const characterDevice = 0o020600;

/** Gives the uncompressed archive. Modules are loaded in the order given. */
export function initramfsArchive(busybox: Uint8Array, modules: readonly InitramfsModule[]): Buffer {
  const entries: CpioEntry[] = [
    {path: 'bin', mode: directory},
    {path: 'bin/busybox', mode: executable, content: busybox},
    {path: 'dev', mode: directory},
    {path: 'dev/console', mode: characterDevice, device: {major: 5, minor: 1}},
    {path: 'init', mode: executable, content: initScript},
  ];
  if (modules.length > 0) {
    entries.push(
      {path: 'etc', mode: directory},
      {
        path: 'etc/modules',
        mode: plain,
        content: modules.map((module) => `${flatName(module.path)}\n`).join(''),
      },
      {path: 'lib', mode: directory},
      {path: 'lib/modules', mode: directory},
      ...modules.map(({path, content}) => ({path: `lib/modules/${flatName(path)}`, mode: plain, content})),
    );
  }
  return writeCpio(entries, sourceDateEpoch);
}

function flatName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * The modules' paths as modules.dep has them, each after those it depends on. Names may have `-` for `_`.
 * A name that is not there is left out: it is built in, or the kernel lacks it and needs none.
 */
export function moduleClosure(names: readonly string[], modulesDep: string): string[] {
  const needs = new Map<string, string[]>();
  const byName = new Map<string, string>();
  for (const line of modulesDep.split('\n')) {
    const [path, rest = ''] = line.split(':');
    if (path === undefined || path === '') continue;
    needs.set(path, rest.split(' ').filter(Boolean));
    byName.set(moduleName(path), path);
  }
  const ordered = new Set<string>();
  for (const name of names) {
    const path = byName.get(moduleName(name));
    // modules.dep lists what a module needs outermost first, so it is loaded from the end.
    if (path !== undefined) for (const each of [path, ...needs.get(path)!].reverse()) ordered.add(each);
  }
  return [...ordered];
}

function moduleName(path: string): string {
  return flatName(path)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');
}

/** Makes `name` in the directory mounted at /out. */
export async function makeInitramfs(bench: Bench, spec: ImageSpec, name: string): Promise<void> {
  await runTool(bench, 'taking busybox', {argv: ['cp', `${bench.bootRoot}/bin/busybox`, '/build/busybox']});
  const busybox = await readFile(join(bench.workDir, 'busybox'));
  const archive = initramfsArchive(busybox, await readModules(spec));
  await writeFile(join(bench.workDir, 'initramfs.cpio'), archive);
  await runTool(bench, 'compressing the initramfs', {
    argv: ['zstd', '-q', '-19', '-T1', '-f', '/build/initramfs.cpio', '-o', `/out/${name}`],
  });
}

async function readModules(spec: ImageSpec): Promise<InitramfsModule[]> {
  if (spec.initramfsModules.length === 0) return [];
  const base = join(spec.kernel.modules, 'lib/modules', spec.kernel.release);
  const paths = moduleClosure(spec.initramfsModules, await readFile(join(base, 'modules.dep'), 'utf8'));
  const compressed = paths.find((path) => !path.endsWith('.ko'));
  if (compressed !== undefined) {
    throw badInput('compressed-module', `${compressed} is compressed, which the initramfs cannot load`, {
      hint: 'ask for MODULE_COMPRESS_NONE=y, or for the driver to be built in',
    });
  }
  return Promise.all(paths.map(async (path) => ({path, content: await readFile(join(base, path))})));
}
