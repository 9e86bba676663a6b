/** Where `conf` keeps what it remembers: files that are replaced whole, and may be missing or broken at any time. */

import {closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {defaultStoreRoot} from '../base/store-root.ts';

/** Raise it whenever what is remembered, or when it holds, changes. */
const engineVersion = 4;

/** The folder, or undefined if nothing is to be remembered: KBUILD_CONF_MEMORY=0, or no place to write. */
export function memoryFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (environment.KBUILD_CONF_MEMORY === '0') return undefined;
  return join(defaultStoreRoot(environment), 'conf');
}

/** What is kept under a key: a JSON value, and beside it what would take long to read as JSON. */
export type Entry = {readonly value: unknown; readonly pieces: readonly Uint8Array[]};

/**
 * An entry's file: words with the lengths of what follows, the key, the value, and the pieces. Each begins at a multiple
 * of eight, where numbers of any width can be looked at in their place.
 */
const fixedWords = 4;
const alignment = 8;

const padded = (length: number) => Math.ceil(length / alignment) * alignment;

/** Named entries of one kind. */
export class Memory {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  get isOn(): boolean {
    return this.#folder !== undefined;
  }

  #path(kind: string, key: Uint8Array): string {
    return join(this.#folder!, `${kind}-${hashOf(key)}`);
  }

  /** What was put under the key; undefined if there is nothing, or nothing that can be read. */
  get(kind: string, key: readonly string[]): Entry | undefined {
    if (this.#folder === undefined) return undefined;
    const wanted = keyBytes(key);
    try {
      const file = readFileSync(this.#path(kind, wanted));
      const [version, keyLength, valueLength, count] = wordsOf(file, 0, fixedWords);
      if (version !== engineVersion) return undefined;
      const lengths = wordsOf(file, fixedWords * 4, count!);
      const sections: Uint8Array[] = [];
      let start = padded((fixedWords + count!) * 4);
      for (const length of [keyLength!, valueLength!, ...lengths]) {
        sections.push(file.subarray(start, start + length));
        start += padded(length);
      }
      const [storedKey, value, ...pieces] = sections;
      if (start !== file.length || !wanted.equals(storedKey!)) return undefined;
      return {value: JSON.parse((value as Buffer).toString('utf8')), pieces};
    } catch {
      return undefined;
    }
  }

  /** Nothing is lost if it fails: a full disk, a folder that cannot be written. */
  put(kind: string, key: readonly string[], value: unknown, pieces: readonly Uint8Array[] = []): void {
    if (this.#folder === undefined) return;
    const wanted = keyBytes(key);
    const path = this.#path(kind, wanted);
    // A process of another container may have the same number.
    const part = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.part`;
    try {
      mkdirSync(this.#folder, {recursive: true, mode: 0o700});
      const file = openSync(part, 'w', 0o600);
      try {
        for (const bytes of fileOf([wanted, Buffer.from(JSON.stringify(value)), ...pieces])) {
          writeFileSync(file, bytes);
        }
      } finally {
        closeSync(file);
      }
      renameSync(part, path);
    } catch {
      rmSync(part, {force: true});
    }
  }
}

/** Throws if the bytes are not there. */
function wordsOf(file: Buffer, start: number, count: number): Uint32Array {
  return new Uint32Array(file.buffer, file.byteOffset + start, Math.min(count, file.length / 4));
}

function fileOf(sections: readonly Uint8Array[]): readonly Uint8Array[] {
  const [key, value, ...pieces] = sections.map(({length}) => length);
  const words = Uint32Array.of(engineVersion, key!, value!, pieces.length, ...pieces);
  const head = new Uint8Array(words.buffer);
  return [head, ...sections].flatMap((bytes) => [bytes, new Uint8Array(padded(bytes.length) - bytes.length)]);
}

/** The key as JSON, filled with blanks to whole words. Numbers in an entry are as this machine has them. */
function keyBytes(key: readonly string[]): Buffer {
  const text = Buffer.from(JSON.stringify([process.version, process.arch, ...key]));
  const bytes = Buffer.alloc(padded(text.length), ' ');
  text.copy(bytes);
  return bytes;
}

/** A name for a file; the key itself is compared too. FNV-1a, twice, of words instead of bytes. */
function hashOf(key: Uint8Array): string {
  const words = new Uint32Array(key.buffer, key.byteOffset, key.length / 4);
  let [first, second] = [2166136261, 84696351];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    first = Math.imul(first ^ word, 0x01000193);
    second = Math.imul(second ^ word ^ (first >>> 15), 0x01000193);
  }
  return [first, second].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
