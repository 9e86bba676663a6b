/** The numbers and texts that decide something: what is compared with a symbol, bounds it, or is its default. */

import {
  type ConfigSymbol,
  isLogical,
  type KconfigModel,
  numberText,
  parseSigned,
  recordKind,
} from '../kconfig/index.ts';

/** What stands for every text that nothing names. */
export const otherText = 'another text';

/**
 * For each number or text of a model the values worth telling apart. Of the numbers between two that are compared with it, one
 * stands for all.
 */
export class Texts {
  readonly #model: KconfigModel;
  readonly #wanted: (symbol: ConfigSymbol) => readonly string[];
  /** By symbol index: the symbols it is compared with. */
  #compared: Map<number, number[]> | undefined;
  readonly #known = new Map<ConfigSymbol, readonly string[]>();

  /** `wanted`: further values, such as what a base has and what is asked for. */
  constructor(model: KconfigModel, wanted: (symbol: ConfigSymbol) => readonly string[]) {
    this.#model = model;
    this.#wanted = wanted;
  }

  /** The values of a symbol of type int, hex or string. */
  of(symbol: ConfigSymbol): readonly string[] {
    const known = this.#known.get(symbol);
    if (known) return known;
    // What a loop finds.
    this.#known.set(symbol, []);
    const values = this.#valuesOf(symbol);
    this.#known.set(symbol, values);
    return values;
  }

  #valuesOf(symbol: ConfigSymbol): readonly string[] {
    const isNumber = symbol.type !== 'string';
    const missing = this.#model.dialect.missingNumber === 'empty' || !isNumber ? '' : zero(symbol);
    const values = new Set<string>([missing, ...this.#wanted(symbol)]);
    for (const property of symbol.defaults)
      if (property.value.kind === 'symbol')
        for (const text of this.#textsOf(property.value.symbol)) values.add(text);
    for (const {low, high} of symbol.ranges)
      for (const bound of [low, high])
        for (const text of this.#textsOf(bound)) values.add(isNumber ? inBase(symbol, bound, text) : text);
    if (symbol.prompts.length === 0) return [...values];
    if (!isNumber) values.add(otherText);
    for (const index of this.#comparedWith(symbol.index)) {
      const other = this.#model.symbolAt(index);
      for (const text of this.#textsOf(other)) {
        if (!isNumber) values.add(text);
        else for (const near of around(symbol, text)) values.add(near);
      }
    }
    return [...values];
  }

  /** The texts a symbol may have where it stands for a number or text. */
  #textsOf(symbol: ConfigSymbol): readonly string[] {
    if (symbol.kind === 'constant' || symbol.type === 'unknown') return [symbol.name ?? ''];
    return isLogical(symbol.type) ? ['y', 'm', 'n'] : this.of(symbol);
  }

  #comparedWith(index: number): readonly number[] {
    this.#compared ??= comparisons(this.#model.conditions.records);
    return this.#compared.get(index) ?? [];
  }
}

function comparisons(records: Int32Array): Map<number, number[]> {
  const compared = new Map<number, number[]>();
  const add = (a: number, b: number) => {
    const list = compared.get(a);
    if (list) list.push(b);
    else compared.set(a, [b]);
  };
  for (let place = 0; place < records.length; place += 2 + records[place + 1]!) {
    if (records[place]! < recordKind.equal) continue;
    const left = -1 - records[place + 2]!;
    const right = -1 - records[place + 3]!;
    add(left, right);
    add(right, left);
  }
  return compared;
}

function baseOf({type}: ConfigSymbol): 10 | 16 {
  return type === 'hex' ? 16 : 10;
}

function zero(symbol: ConfigSymbol): string {
  return numberText(0n, baseOf(symbol));
}

/** The number of a bound, as the symbol writes numbers. */
export function inBase(symbol: ConfigSymbol, bound: ConfigSymbol, text: string): string {
  const base = bound.type === 'int' ? 10 : bound.type === 'hex' ? 16 : baseOf(symbol);
  if (base === baseOf(symbol)) return text;
  return numberText(parseSigned(text, base).value, baseOf(symbol));
}

function around(symbol: ConfigSymbol, text: string): readonly string[] {
  const base = baseOf(symbol);
  const {value, end} = parseSigned(text, base);
  if (end === 0 || end !== text.length) return [];
  return [value - 1n, value, value + 1n].map((near) => numberText(near, base));
}

/** Numbers are the same however they are written. */
export function isSameText({type}: ConfigSymbol, a: string, b: string): boolean {
  if (a === b) return true;
  if (type === 'string' || a === '' || b === '' || a === otherText || b === otherText) return false;
  const base = type === 'int' ? 10 : 16;
  return parseSigned(a, base).value === parseSigned(b, base).value;
}
