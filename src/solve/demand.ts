/** What is asked of a symbol. */

import {type ConfigSymbol, isLogical, parseSigned} from '../kconfig/index.ts';
import type {Value} from './condition-literals.ts';
import type {Pair} from './gates.ts';
import {type Literal, negation, never} from './sat.ts';
import {isSameText} from './texts.ts';

/** What a symbol has to be: any of these values. */
export type Demand = {
  readonly symbol: ConfigSymbol;
  /** `y`, `m`, `n`, the number, or the text without quotes; where several can be, the first of them is taken. */
  readonly values: readonly string[];
  /** Numbers above will do as well. */
  readonly atLeast?: boolean;
};

/** Whoever knows the literals of symbols. */
type Literals = {
  readonly pair: (symbol: ConfigSymbol) => Pair;
  readonly values: (symbol: ConfigSymbol) => readonly Value[];
};

/** The literals that all have to be true for a demand. */
export function literalsOf({symbol, values, atLeast}: Demand, encoding: Literals): readonly Literal[] {
  if (isLogical(symbol.type)) {
    const {m, y} = encoding.pair(symbol);
    const [orY, orM, orN] = ['y', 'm', 'n'].map((value) => values.includes(value));
    if (orN) return orY || orM ? [] : [negation(m)];
    if (orM) return orY ? [m] : [m, y === m ? never : negation(y)];
    return [y];
  }
  const number = (text: string) => parseSigned(text, symbol.type === 'hex' ? 16 : 10).value;
  const fits = (text: string): boolean =>
    values.some(
      (value) =>
        isSameText(symbol, text, value) || (atLeast === true && text !== '' && number(text) >= number(value)),
    );
  return encoding.values(symbol).flatMap(({text, literal}) => (fits(text) ? [] : [negation(literal)]));
}
