/** Where `conf` keeps what it remembers: files that are replaced whole, and may be missing or broken at any time. */

import {closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {defaultStoreRoot} from '../base/store-root.ts';

/** Raise it whenever what is remembered, or when it holds, changes. */
const engineVersion = 2;

/** The folder, or undefined if nothing is to be remembered: KBUILD_CONF_MEMORY=0, or no place to write. */
export function memoryFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (environment.KBUILD_CONF_MEMORY === '0') return undefined;
  return join(defaultStoreRoot(environment), 'conf');
}

/** Named entries of one kind, each a JSON value and bytes. */
export class Memory {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  get isOn(): boolean {
    return this.#folder !== undefined;
  }

  #path(kind: string, key: readonly string[]): string {
    return join(this.#folder!, `${kind}-${hashOf(JSON.stringify(key))}`);
  }

  /** What was put under the key; undefined if there is nothing, or nothing that can be read. */
  get(
    kind: string,
    key: readonly string[],
  ): {readonly value: unknown; readonly bytes: Uint8Array} | undefined {
    if (this.#folder === undefined) return undefined;
    try {
      const file = readFileSync(this.#path(kind, key));
      const length = file.readUInt32LE(0);
      const head = JSON.parse(file.toString('latin1', 4, 4 + length)) as {key: unknown; value: unknown};
      if (JSON.stringify(head.key) !== JSON.stringify(fullKey(key))) return undefined;
      return {value: head.value, bytes: file.subarray(4 + length)};
    } catch {
      return undefined;
    }
  }

  /** Nothing is lost if it fails: a full disk, a folder that cannot be written. */
  put(kind: string, key: readonly string[], value: unknown, bytes: Uint8Array = new Uint8Array(0)): void {
    if (this.#folder === undefined) return;
    // Padded, so that words in the bytes lie at multiples of four.
    const json = asciiJson({key: fullKey(key), value});
    const text = json.padEnd(Math.ceil(json.length / 4) * 4);
    const head = Buffer.alloc(4 + text.length);
    head.writeUInt32LE(text.length, 0);
    head.write(text, 4, 'latin1');
    const path = this.#path(kind, key);
    const part = `${path}.${process.pid}.part`;
    try {
      mkdirSync(this.#folder, {recursive: true, mode: 0o700});
      const file = openSync(part, 'w', 0o600);
      try {
        writeFileSync(file, head);
        writeFileSync(file, bytes);
      } finally {
        closeSync(file);
      }
      renameSync(part, path);
    } catch {
      rmSync(part, {force: true});
    }
  }
}

function fullKey(key: readonly string[]): readonly unknown[] {
  return [engineVersion, process.version, process.arch, ...key];
}

/** A name for a file; the key itself is compared too. FNV-1a, twice. */
function hashOf(text: string): string {
  let [first, second] = [2166136261, 84696351];
  for (let i = 0; i < text.length; i++) {
    first = Math.imul(first ^ text.charCodeAt(i), 0x01000193);
    second = Math.imul(second ^ text.charCodeAt(i), 0x01000193);
  }
  return [first, second].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** JSON in ASCII alone, of which a character is a byte. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
