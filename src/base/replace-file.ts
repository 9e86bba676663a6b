/** A file is replaced whole or not at all. */

import {mkdir, rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

/** Writes beside `path` and renames; makes the directory where it is missing. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, content);
  await rename(part, path);
}
