/** Programs of user space that are built beside a module: taken out of its copy, to be laid over an image's root. */

import {chmod, copyFile, mkdir, open, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Architecture} from '../../base/architecture.ts';
import {failure} from '../../base/diagnostic.ts';
import {digestOfFile} from '../../base/digest.ts';
import type {ModuleRecipe} from '../../recipe/module.ts';
import {insideTree} from './source.ts';

/** ELF-64 Object File Format 1.5, e_machine: the numbers of the processors' own supplements. */
const elfMachines: Readonly<Record<Architecture, number>> = {x86_64: 62, arm64: 183};

type TakenProgram = {readonly sha256: string; readonly executable: boolean};
/** By their paths in the image. */
export type TakenPrograms = Readonly<Record<string, TakenProgram>>;

/**
 * Copies a module's programs to `target`, by their paths in the image.
 * @throws exit 1 (`no-program`) for a file that the steps did not leave; `program-misfit` for one of another processor
 */
export async function takePrograms(
  {name, programs, place}: ModuleRecipe,
  copy: string,
  arch: Architecture,
  target: string,
): Promise<TakenPrograms> {
  await mkdir(target);
  const taken: Record<string, TakenProgram> = {};
  for (const {from, to, executable} of programs) {
    const path = await insideTree(copy, from);
    if (path === undefined || !(await stat(path)).isFile()) {
      throw failure('no-program', `${name} built without an error, but left no file ${from} for ${to}`, {
        place,
      });
    }
    const machine = await elfMachine(path);
    if (machine !== undefined && machine !== elfMachines[arch]) {
      throw failure('program-misfit', `${from} of ${name} was not built for ${arch}`, {
        place,
        hint: 'let its step use the compiler {cc}, as in `make CC={cc}`',
      });
    }
    await mkdir(dirname(join(target, to)), {recursive: true});
    await copyFile(path, join(target, to));
    await chmod(join(target, to), executable ? 0o755 : 0o644);
    taken[to] = {sha256: await digestOfFile(path), executable};
  }
  return taken;
}

/** Undefined for what is no ELF file: a script runs on any processor. */
async function elfMachine(path: string): Promise<number | undefined> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(20);
    const {bytesRead} = await file.read(header, 0, header.length, 0);
    if (bytesRead < header.length || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
    return header.readUInt16LE(18);
  } finally {
    await file.close();
  }
}
