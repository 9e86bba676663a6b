/** What a proof is made by: with other checks, images that passed before have not passed. */

import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {digestOfFile, digestOfValue} from '../base/digest.ts';

/** SHA-256 over the program files of this room, whatever their place in the file system. */
export async function proofCodeDigest(): Promise<string> {
  const files = (await readdir(import.meta.dirname, {recursive: true})).filter((file) =>
    /\.[jt]s$/.test(file),
  );
  const digests = await Promise.all(
    files.sort().map(async (file) => [file, await digestOfFile(join(import.meta.dirname, file))]),
  );
  return digestOfValue(digests);
}
