/** Whether a symbol has what a goal wants. It stands alone, since a menu asks it at once, and all else of recipes takes long to load. */

import type {ConfigSymbol} from '../kconfig/index.ts';
import type {Goal} from './recipe.ts';
import {wantedOf} from './wanted.ts';

/** Whether the value in a .config is what the goal wants; a bool or tristate that has none is `n`. */
export function isMet({value}: Goal, symbol: ConfigSymbol, actual: string | undefined): boolean {
  const wanted = wantedOf(value);
  switch (symbol.type) {
    case 'bool':
    case 'tristate':
      if (wanted.kind === 'y or m') return actual === 'y' || actual === 'm';
      return (actual ?? 'n') === value;
    case 'int':
    case 'hex':
      if (wanted.kind === 'least') return isAtLeast(actual, wanted.written, symbol);
      return isAtLeast(actual, value, symbol) && isAtLeast(value, actual!, symbol);
    default:
      return actual === asBytes(value);
  }
}

/** A number that is set nowhere and has no default is an empty text. */
export function isAtLeast(actual: string | undefined, least: string, symbol: ConfigSymbol): boolean {
  return actual !== undefined && actual !== '' && numberOf(actual, symbol) >= numberOf(least, symbol);
}

/** Of a hex symbol the digits are hexadecimal, with or without 0x. */
function numberOf(text: string, {type}: ConfigSymbol): bigint {
  return BigInt(type === 'hex' && !/^0x/i.test(text) ? `0x${text}` : text);
}

/** Kernel trees are read and written as Latin-1, which keeps every byte; so a text has to be its UTF-8 bytes. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
