/** The disks of a machine under test: overlays that leave the delivered image as it is, and empty drives. */

import {copyFile, open, stat, symlink} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {badInput, failure, missingTool} from '../base/diagnostic.ts';
import {captureStep} from '../base/process.ts';
import type {DiskImage, Drive} from './spec.ts';

/** Makes `name` in `dir`, a qcow2 overlay of a raw image, and gives its path. */
export async function makeOverlay(
  dir: string,
  name: string,
  image: string,
  signal: AbortSignal,
): Promise<string> {
  const argv = ['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', resolve(image), '-F', 'raw', name];
  await runTool(argv, dir, signal);
  return join(dir, name);
}

/** An overlay of a delivered disk image in which the EFI system partition is the one for the proof. */
export async function makeProvingDisk(
  dir: string,
  name: string,
  disk: DiskImage,
  signal: AbortSignal,
): Promise<string> {
  const {size} = await stat(disk.espProof);
  if (size !== disk.espSize) {
    throw badInput(
      'esp-size',
      `${disk.espProof} has ${size} bytes, the EFI system partition of ${disk.path} has ${disk.espSize}`,
    );
  }
  const overlay = await makeOverlay(dir, name, disk.path, signal);
  // qemu-io splits its commands at spaces and knows no quotes: it gets a name of ours.
  const esp = `${name}.esp`;
  await symlink(resolve(disk.espProof), join(dir, esp));
  const write = `write -q -s ${esp} ${disk.espOffset} ${disk.espSize}`;
  await runTool(['qemu-io', '-f', 'qcow2', '-c', write, name], dir, signal);
  return overlay;
}

/** Makes an empty drive, sparse, and gives its path. */
export async function makeDrive(dir: string, name: string, drive: Drive): Promise<string> {
  const path = join(dir, name);
  const file = await open(path, 'wx');
  try {
    await file.truncate(drive.sizeMiB * 1024 * 1024);
  } finally {
    await file.close();
  }
  return path;
}

/** A writable copy of the firmware's variables. */
export async function copyVariables(dir: string, name: string, variables: string): Promise<string> {
  const path = join(dir, name);
  await copyFile(variables, path);
  return path;
}

async function runTool(argv: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  const result = await captureStep(argv, {cwd, signal, timeoutMs: 120_000});
  if (result.outcome === 'ok') return;
  if (result.outcome === 'cancelled') signal.throwIfAborted();
  if (result.startError === 'ENOENT') {
    throw missingTool('missing-tool', `${argv[0]} is not installed`, {
      hint: 'install the package qemu-utils (Debian; Fedora and Arch call it qemu-img)',
    });
  }
  throw failure('disk-not-made', `${argv.join(' ')}: ${result.outcome}\n${result.stderr.trim()}`);
}
