/**
 * Values that were found out from files, beside the stages of the store: a stage is found by the digests of what it was
 * made of, and to digest may take longer than all the rest. A note holds as long as every file that it names looks as it
 * did. It is replaced whole, and may be missing or broken at any time.
 */

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {digestOfValue, type Json} from './digest.ts';
import {areUnchanged, isNewerThan, packWitnesses, witness} from './file-identity.ts';
import {replaceFile} from './replace-file.ts';
import type {Store} from './store.ts';

/** What a note is found by: a plain word, and what tells it from others of that kind. */
export type NoteKey = {readonly kind: string; readonly of: Json};

function notePath(store: Store, {kind, of}: NoteKey): string {
  return join(store.root, 'notes', kind, digestOfValue(of));
}

/** The value that was noted, if what it was found out from has not changed. */
export async function readNote(store: Store, key: NoteKey): Promise<Json | undefined> {
  const bytes = await readFile(notePath(store, key)).catch(() => undefined);
  const end = bytes?.indexOf('\n') ?? -1;
  if (bytes === undefined || end < 0) return undefined;
  try {
    // Copied, so that the numbers in it begin where numbers can.
    if (!areUnchanged(Uint8Array.from(bytes.subarray(end + 1)))) return undefined;
    return JSON.parse(bytes.toString('utf8', 0, end)) as Json;
  } catch {
    return undefined;
  }
}

/**
 * Notes a value. Nothing is noted where a file changed since: the value may be that of before.
 * @param from the files, folders, and places where nothing was, as absolute paths
 * @param since when they were begun to be read, in milliseconds since 1970
 */
export async function writeNote(
  store: Store,
  key: NoteKey,
  value: Json,
  {from, since}: {readonly from: Iterable<string>; readonly since: number},
): Promise<void> {
  const witnesses = Array.from(from, (path) => witness(Buffer.from(path).toString('latin1'), since));
  if (witnesses.some((one) => isNewerThan(one, since))) return;
  const head = Buffer.from(`${JSON.stringify(value)}\n`);
  await replaceFile(notePath(store, key), Buffer.concat([head, packWitnesses(witnesses)]));
}
