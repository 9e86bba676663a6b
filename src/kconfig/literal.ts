/** Texts of values: which are valid for a type, and how two compare. */

import type {Dialect} from './dialect.ts';
import {parseSigned, parseUnsigned} from './numbers.ts';
import type {SymbolType} from './symbol.ts';

/** Whether a text is a value of the type (sym_string_valid, symbol.c, Linux 6.1). */
export function isValidText(type: SymbolType, text: string): boolean {
  switch (type) {
    case 'string':
      return true;
    case 'int':
      // No leading zeros.
      return /^-?(0|[1-9][0-9]*)$/.test(text);
    case 'hex':
      return /^(0[xX])?[0-9a-fA-F]+$/.test(text);
    case 'bool':
    case 'tristate':
      return /^[ymnYMN]/.test(text);
    default:
      return false;
  }
}

/** The text of a number or string that nothing gives one. */
export function missingText(type: SymbolType, dialect: Dialect): string {
  if (dialect.missingNumber === 'empty') return '';
  return type === 'int' ? '0' : type === 'hex' ? '0x0' : '';
}

/** The value of a numeric text; `unsigned` decides how a comparison is made. */
type Numeric = {readonly value: bigint; readonly unsigned: boolean};

/** The number a text stands for in a comparison, if it is one (expr_parse_string, expr.c, Linux 6.1). */
function numericValue(text: string, type: SymbolType): Numeric | undefined {
  switch (type) {
    case 'bool':
    case 'tristate':
      return {value: text === 'n' ? 0n : text === 'm' ? 1n : text === 'y' ? 2n : -1n, unsigned: false};
    case 'hex':
      return complete(text, parseUnsigned(text, 16), true);
    default:
      return complete(text, parseSigned(text, type === 'int' ? 10 : 0), false);
  }
}

function complete(
  text: string,
  parsed: ReturnType<typeof parseSigned>,
  unsigned: boolean,
): Numeric | undefined {
  if (parsed.overflow || parsed.end === 0 || parsed.end !== text.length) return undefined;
  // isxdigit(tail[-1]) of the C source holds of whatever strtoll accepts.
  return {value: parsed.value, unsigned};
}

/** Less than, equal to or greater than zero, as expr_calc_value compares two symbols' texts. */
export function compareTexts(
  left: string,
  leftType: SymbolType,
  right: string,
  rightType: SymbolType,
): number {
  if (leftType !== 'string' || rightType !== 'string') {
    const a = numericValue(left, leftType);
    const b = a && numericValue(right, rightType);
    if (a && b) {
      const unsigned = a.unsigned || b.unsigned;
      const [x, y] = unsigned
        ? [BigInt.asUintN(64, a.value), BigInt.asUintN(64, b.value)]
        : [a.value, b.value];
      return x < y ? -1 : x > y ? 1 : 0;
    }
  }
  return left < right ? -1 : left > right ? 1 : 0;
}
