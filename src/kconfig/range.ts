/** Which numbers a symbol may have, and what becomes of one past them (symbol.c, Linux 6.1). */

import {isValidText} from './literal.ts';
import {numberText, parseSigned} from './numbers.ts';
import type {ConfigSymbol, Range} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** The first range whose condition holds (sym_get_range_prop). */
export function activeRange(evaluation: Evaluation, symbol: ConfigSymbol): Range | undefined {
  return symbol.ranges.find((range) => evaluation.evaluate(range.condition) !== 0);
}

/** The number a range's bound stands for (sym_get_range_val); signed 64 bits even for hex. */
export function boundValue(evaluation: Evaluation, bound: ConfigSymbol, base: 10 | 16): bigint {
  const {text} = evaluation.calculate(bound);
  return parseSigned(text, bound.type === 'int' ? 10 : bound.type === 'hex' ? 16 : base).value;
}

/** A value, or the text of the bound that it passes (sym_validate_range). */
export function clampedText(evaluation: Evaluation, symbol: ConfigSymbol, text: string): string {
  if (symbol.type === 'string') return text;
  const base = symbol.type === 'int' ? 10 : 16;
  const range = activeRange(evaluation, symbol);
  if (!range) return text;
  const {value} = parseSigned(text, base);
  const low = boundValue(evaluation, range.low, base);
  let passed: ConfigSymbol;
  if (value < low) passed = range.low;
  else if (value > boundValue(evaluation, range.high, base)) passed = range.high;
  else return text;
  return evaluation.model.dialect.clampedText === 'bound'
    ? evaluation.state(passed).text
    : numberText(boundValue(evaluation, passed, base), base);
}

/** Whether a text is valid for a string or number symbol, and in its range (sym_string_within_range). */
export function acceptsText(evaluation: Evaluation, symbol: ConfigSymbol, text: string): boolean {
  if (!isValidText(symbol.type, text)) return false;
  if (symbol.type !== 'int' && symbol.type !== 'hex') return true;
  const base = symbol.type === 'int' ? 10 : 16;
  const range = activeRange(evaluation, symbol);
  if (!range) return true;
  const {value} = parseSigned(text, base);
  return (
    value >= boundValue(evaluation, range.low, base) && value <= boundValue(evaluation, range.high, base)
  );
}
