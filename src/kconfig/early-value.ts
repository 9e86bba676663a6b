/** Values while a tree is still being read: `$SYMBOL` in a text, where there are no macros (sym_expand_string_value, symbol.c, Linux 4.17). */

import type {Expression, Tristate} from './expression.ts';
import {compareTexts} from './literal.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';

/** Chains of defaults are followed so far; the C tool follows them as far as its stack goes. */
const maximumDepth = 200;

/** Remembers each value that was asked for: what is declared of a symbol afterwards does not change it. */
export class EarlyValues {
  readonly #texts = new Map<ConfigSymbol, string>();

  /** The text with each `$NAME` replaced by that symbol's value; a symbol that was not mentioned yet has none. */
  expand(text: string, find: (name: string) => ConfigSymbol | undefined): string {
    return text.replace(/\$([A-Za-z0-9_]*)/g, (_, name: string) => {
      const symbol = find(name);
      return symbol ? this.text(symbol) : '';
    });
  }

  text(symbol: ConfigSymbol, depth = 0): string {
    const known = this.#texts.get(symbol);
    if (known !== undefined) return known;
    if (symbol.type === 'unknown' || depth > maximumDepth) return symbol.name ?? '';
    // What a recursive evaluation of the same symbol sees.
    if (symbol.kind !== 'constant') this.#texts.set(symbol, isLogical(symbol.type) ? 'n' : '');
    const text = isLogical(symbol.type) ? this.#logical(symbol, depth) : this.#default(symbol, depth);
    this.#texts.set(symbol, text);
    return text;
  }

  #default(symbol: ConfigSymbol, depth: number): string {
    const found = symbol.defaults.find(({condition}) => this.#evaluate(condition, depth + 1) !== 0)?.value;
    return found?.kind === 'symbol' ? this.text(found.symbol, depth + 1) : '';
  }

  #logical(symbol: ConfigSymbol, depth: number): string {
    if (symbol.kind === 'constant') return symbol.name!;
    for (const {condition, value} of symbol.defaults) {
      const holds = this.#evaluate(condition, depth + 1);
      if (holds === 0) continue;
      const result = Math.min(holds, this.#evaluate(value, depth + 1));
      // There are no modules yet.
      return result === 0 ? 'n' : 'y';
    }
    return 'n';
  }

  #evaluate(expression: Expression | undefined, depth: number): Tristate {
    if (!expression) return 2;
    switch (expression.kind) {
      case 'symbol': {
        const {symbol} = expression;
        if (!isLogical(symbol.type)) return 0;
        return tristateOf(this.text(symbol, depth));
      }
      case 'not':
        return (2 - this.#evaluate(expression.operand, depth + 1)) as Tristate;
      case 'and':
        return Math.min(...expression.operands.map((part) => this.#evaluate(part, depth + 1))) as Tristate;
      case 'or':
        return Math.max(...expression.operands.map((part) => this.#evaluate(part, depth + 1))) as Tristate;
      default: {
        const {left, right} = expression;
        const order = compareTexts(this.text(left, depth), left.type, this.text(right, depth), right.type);
        const holds = {
          equal: order === 0,
          unequal: order !== 0,
          less: order < 0,
          lessEqual: order <= 0,
          greater: order > 0,
          greaterEqual: order >= 0,
        }[expression.kind];
        return holds ? 2 : 0;
      }
    }
  }
}

function tristateOf(text: string): Tristate {
  return text === 'y' ? 2 : text === 'm' ? 1 : 0;
}
