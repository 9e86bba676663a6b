/** Texts of a kernel source's files. */

import {readFileSync} from 'node:fs';

/** Latin-1 keeps every byte. Undefined where there is no such file. */
export function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
