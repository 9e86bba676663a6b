/**
 * Bytes as text. A tree's files, names and environment are bytes to the C tool, which pass through it unchanged: here
 * each is one character of latin1, and becomes a byte again at the border of the process.
 */

import {isUtf8} from 'node:buffer';
import {readFileSync} from 'node:fs';
import {parseEnvironment} from '../base/makefile-environment.ts';

/** A path for the functions of node:fs. */
export function pathOf(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}

/** The text of something Node read as UTF-8. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text as Node wants it, to give the bytes back; undefined if it cannot, since they are no UTF-8. */
export function nodeText(bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
}

/** The name that bin/kbuild-conf gives to a variable at whose sight Node reads certificates before anything else. */
const setAside = {name: 'KBUILD_CONF_CA_CERTS', own: 'NODE_EXTRA_CA_CERTS'};

/** The environment that this process was given, byte for byte. */
export function ownEnvironment(): ReadonlyMap<string, string> {
  const environment = new Map(kernelEnvironment() ?? shownEnvironment());
  const value = environment.get(setAside.name);
  if (value !== undefined) {
    environment.set(setAside.own, value);
    environment.delete(setAside.name);
  }
  return environment;
}

/** As the kernel shows it, where it does. */
function kernelEnvironment(): ReadonlyMap<string, string> | undefined {
  try {
    return parseEnvironment(readFileSync('/proc/self/environ', 'latin1'));
  } catch {
    return undefined;
  }
}

/** As Node shows it, which takes longer, and loses bytes that are no UTF-8. */
function shownEnvironment(): ReadonlyMap<string, string> {
  return new Map(Object.entries(process.env).map(([name, value]) => [bytesOf(name), bytesOf(value!)]));
}
