/** The files that `conf` leaves behind (conf_write and conf_write_autoconf of confdata.c, Linux 6.1). */

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import {pathOf} from './bytes.ts';

/** What the C library calls the errors that a user can cause. */
const errorTexts: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENAMETOOLONG: 'File name too long',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
};

/** The text of perror for an exception of node:fs. */
export function errorText(error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException;
  return errorTexts[code ?? ''] ?? message;
}

export function isFolder(path: string): boolean {
  return statSync(pathOf(path), {throwIfNoEntry: false})?.isDirectory() ?? false;
}

export function isPresent(path: string): boolean {
  return existsSync(pathOf(path));
}

/** The text of a file, undefined if it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(pathOf(path), 'latin1');
  } catch {
    return undefined;
  }
}

/** Makes the folders a file is to lie in (make_parent_dir). */
function makeParent(path: string): void {
  const slash = path.lastIndexOf('/');
  if (slash > 0) mkdirSync(pathOf(path.slice(0, slash)), {recursive: true, mode: 0o755});
}

function attempt(step: () => void): unknown {
  try {
    step();
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Writes a .config: whole or not at all, the one before it kept as `.old`, and nothing if it has these bytes already.
 * With `overwrite` it is written in place, through a link. `always` writes what is unchanged as well. Throws what
 * node:fs throws.
 */
export function replaceConfig(
  name: string,
  text: string,
  overwrite: boolean,
  always: boolean,
): 'written' | 'unchanged' {
  makeParent(name);
  if (overwrite) {
    writeInPlace(name, text);
    return 'written';
  }
  const temporary = pathOf(`${name}.${process.pid}.tmp`);
  writeWhole(temporary, text);
  if (!always && readIfThere(name) === text) {
    unlinkSync(temporary);
    return 'unchanged';
  }
  attempt(() => renameSync(pathOf(name), pathOf(`${name}.old`)));
  renameSync(temporary, pathOf(name));
  return 'written';
}

/** Writes over a file, or to what its name stands for: a link, a pipe. Throws what node:fs throws. */
export function writeInPlace(name: string, text: string): void {
  writeFileSync(pathOf(name), text, 'latin1');
}

/** What could not be written to its end is taken away. */
function writeWhole(path: Buffer, text: string): void {
  try {
    writeFileSync(path, text, 'latin1');
  } catch (error) {
    attempt(() => rmSync(path, {force: true}));
    throw error;
  }
}

/**
 * Writes a generated file beside its place and moves it there.
 * Returns what perror says of a failure; '' is a failure without words.
 */
export function replaceGenerated(name: string, text: string): string | undefined {
  if (attempt(() => makeParent(name)) !== undefined) return '';
  const temporary = pathOf(`${name}.tmp`);
  const unwritten = attempt(() => writeWhole(temporary, text));
  if (unwritten !== undefined) return `fopen: ${errorText(unwritten)}\n`;
  const unmoved = attempt(() => renameSync(temporary, pathOf(name)));
  return unmoved === undefined ? undefined : `rename: ${errorText(unmoved)}\n`;
}

/** Makes a file new and empty, which makes everything that depends on it old (conf_touch_dep); false if it cannot. */
export function touch(path: string): boolean {
  const open = () => closeSync(openSync(pathOf(path), 'w', 0o644));
  const error = attempt(open) as NodeJS.ErrnoException | undefined;
  if (error === undefined) return true;
  if (error.code !== 'ENOENT') return false;
  return attempt(() => makeParent(path)) === undefined && attempt(open) === undefined;
}

/** Writes a file beside the .config, and moves it if where it goes is there; else it stays (file_write_dep, Linux 4.17). */
export function moveBeside(config: string, path: string, text: string): void {
  const written = pathOf(`${config.slice(0, config.lastIndexOf('/') + 1)}..config.tmp`);
  attempt(() => {
    writeFileSync(written, text, 'latin1');
    renameSync(written, pathOf(path));
  });
}
