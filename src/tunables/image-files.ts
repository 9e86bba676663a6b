/** Tunables of machines that are still to be made: files of their image, and words of its kernel's command line. */

import type {Tuning} from '../recipe/catalogue.ts';
import {type DropIn, dropInOf, spelled} from './kinds.ts';

/** A module that is a part of the kernel takes its parameters from the kernel's command line alone. */
function isWord({tunable: {kind, symbol}}: Tuning, builtIn: (symbol: string) => boolean): boolean {
  return kind === 'module-parameter' && symbol !== undefined && builtIn(symbol);
}

/** The files that give the machines of an image these values, by path. `builtIn` says of a symbol whether it is `y`. */
export function filesOf(
  tuned: readonly Tuning[],
  builtIn: (symbol: string) => boolean,
): Readonly<Record<string, string>> {
  const files = tuned
    .filter((one) => !isWord(one, builtIn))
    .map(({tunable, value}) => dropInOf(tunable, value))
    .filter((one): one is DropIn => one !== undefined);
  return Object.fromEntries(files.map(({path, text}) => [path, text]));
}

/** What goes on the command line of the image's kernel. */
export function wordsOf(tuned: readonly Tuning[], builtIn: (symbol: string) => boolean): readonly string[] {
  return tuned
    .filter((one) => isWord(one, builtIn))
    .map(({tunable, value}) => `${tunable.key}=${spelled(tunable, value)}`);
}
