/** Reasons and chains in words, as every view of a configuration says them. */

import type {SymbolReason} from './explain.ts';
import type {Link} from './reach.ts';
import type {FileLine} from './source.ts';
import type {ConfigSymbol} from './symbol.ts';

export function placeWords({file, line}: FileLine): string {
  return `(${file}:${line})`;
}

/** The values that a symbol does not have and could; of a number or a text, one of the many. */
export function otherValues({type}: ConfigSymbol, value: string): readonly string[] {
  switch (type) {
    case 'bool':
      return ['n', 'y'].filter((other) => other !== value);
    case 'tristate':
      return ['n', 'm', 'y'].filter((other) => other !== value);
    case 'int':
      return [value === '1' ? '2' : '1'];
    case 'hex':
      return [value === '0x1' ? '0x2' : '0x1'];
    case 'string':
      return [value === 'x' ? 'y' : 'x'];
    case 'unknown':
      return [];
  }
}

/** What would clear the way: `NET=y, and INET=y or TCP=y`; empty where no symbol would. */
export function needWords({cause, blocking}: SymbolReason): string {
  const needs = blocking.map(({expression, symbols}) => {
    const each = symbols
      .filter(({value, needed}) => value !== needed)
      .map(({name, needed}) => (/^\w+$/.test(needed) ? `${name}=${needed}` : `${name} ${needed}`));
    const isEnough = cause === 'selected' || expression.includes('||');
    return [...new Set(each)].join(isEnough ? ' or ' : ' and ');
  });
  return [...new Set(needs)].filter((need) => need !== '').join(', and ');
}

/** `NFSD depends on INET (fs/nfsd/Kconfig:4), which selects …`. */
export function chainWords(chain: readonly Link[]): string {
  return chain
    .map(({from, kind, to, condition, place}, index) => {
      const subject = index === 0 ? from : 'which';
      return `${subject} ${kind} ${condition ?? to} ${placeWords(place)}`;
    })
    .join(', ');
}
