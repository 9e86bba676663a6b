/** The files that are read and written: each whole or not at all, and not over what somebody else has written meanwhile. */

import {chmod, readFile, realpath, rename, rm, stat, writeFile} from 'node:fs/promises';
import {areUnchanged, packWitnesses, type Witness, witness} from '../base/file-identity.ts';
import {bytesOf} from '../conf/bytes.ts';
import {errorText, isFolder, readIfThere, replaceConfig} from '../conf/write.ts';

/** How a file stands to what is known of it. */
export type Standing =
  /** As it was when it was read or written. */
  | 'known'
  /** Another has written to it since. */
  | 'changed'
  /** It is there, and was never read. */
  | 'unread'
  | 'missing';

/** What was read from files and written to them, by absolute path. */
export class KnownFiles {
  readonly #seen = new Map<string, Witness>();

  /** The text of a file, a character a byte; undefined where there is none. @throws what node:fs throws */
  async read(path: string): Promise<string | undefined> {
    const since = Date.now();
    const text = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    this.know(path, text, since);
    return text;
  }

  /** That a file was seen to hold this text; undefined if it was not there. */
  know(path: string, text: string | undefined, since = Date.now()): void {
    const name = bytesOf(path);
    this.#seen.set(path, text === undefined ? {path: name} : witness(name, since, text));
  }

  standing(path: string): Standing {
    const seen = this.#seen.get(path);
    const now = witness(bytesOf(path), 0);
    if (now.stat === undefined) return 'missing';
    if (seen === undefined) return 'unread';
    return areUnchanged(new Uint8Array(packWitnesses([seen]))) ? 'known' : 'changed';
  }

  /** Whether the file has this text now. */
  holds(path: string, text: string): boolean {
    return readIfThere(bytesOf(path)) === text;
  }

  /**
   * Writes a .config as conf_write of confdata.c does: the one before is kept as `.old`, nothing is written where nothing
   * changed, and with `inPlace` (KCONFIG_OVERWRITECONFIG) it is written through a link.
   * @throws what node:fs throws
   */
  writeConfig(path: string, text: string, inPlace: boolean): 'written' | 'unchanged' {
    if (isFolder(bytesOf(path))) throw isDirectory(path);
    const done = replaceConfig(bytesOf(path), text, inPlace, false);
    this.know(path, text);
    return done;
  }

  /** Writes any other file, through a link and with the mode that it had. @throws what node:fs throws */
  async writeText(path: string, bytes: Buffer): Promise<void> {
    if (isFolder(bytesOf(path))) throw isDirectory(path);
    const real = await realpath(path).catch(() => path);
    const mode = (await stat(real).catch(() => undefined))?.mode;
    const part = `${real}.${process.pid}.part`;
    try {
      await writeFile(part, bytes);
      if (mode !== undefined) await chmod(part, mode & 0o7777);
      await rename(part, real);
    } catch (error) {
      await rm(part, {force: true});
      throw error;
    }
    this.know(path, bytes.toString('latin1'));
  }
}

function isDirectory(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${path} is a directory`), {code: 'EISDIR', syscall: 'open'});
}

/** `Permission denied`, as the system says it; undefined for what is no fault of the file system. */
export function fileProblem(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).syscall === undefined ? undefined : errorText(error);
}
