/**
 * The expressions of a model as words in one array, for evaluation: following a word costs a fraction of following an
 * object, of which a tree has a hundred thousand. Equal expressions are one record.
 *
 * A reference to an expression is the place of its record, `-1 - index` for a symbol's own, or `nothing`.
 */

import type {Expression} from './expression.ts';
import type {ConfigSymbol, ReverseDependency} from './symbol.ts';

/** The reference to no expression, which holds always. */
export const nothing = 0x7f_ff_ff_ff;

/** A reference to no string, symbol, node, file or property. */
export const none = -1;

export const symbolReference = (symbol: ConfigSymbol): number => -1 - symbol.index;

/** First word of a record. The second is the number of the operands that follow; of a comparison those are symbols. */
export const recordKind = {
  not: 0,
  and: 1,
  or: 2,
  equal: 3,
  unequal: 4,
  less: 5,
  lessEqual: 6,
  greater: 7,
  greaterEqual: 8,
} as const;

/** The relations in the order of their kinds. */
export const relations = ['equal', 'unequal', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const;

/** Words that grow. */
export class Words {
  #words = new Int32Array(1 << 12);
  length = 0;

  push(word: number): void {
    if (this.length === this.#words.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.length++] = word;
  }

  at(place: number): number {
    return this.#words[place]!;
  }

  all(): Int32Array {
    return this.#words.slice(0, this.length);
  }

  /** The same, as they are until the next is pushed. */
  view(): Int32Array {
    return this.#words.subarray(0, this.length);
  }
}

/** Collects expressions; an operand's record stands before that of what it is part of. */
export class ExpressionRecords {
  readonly #words = new Words();
  readonly #references = new Map<Expression, number>();
  /** Open addressing over the places of the records, by the hash of their words; 0 is free. */
  #table = new Int32Array(1 << 16);
  #count = 0;

  words(): Int32Array {
    return this.#words.all();
  }

  reference(expression: Expression | undefined): number {
    if (!expression) return nothing;
    if (expression.kind === 'symbol') return symbolReference(expression.symbol);
    let reference = this.#references.get(expression);
    if (reference === undefined) {
      reference = this.#record(expression);
      this.#references.set(expression, reference);
    }
    return reference;
  }

  #record(expression: Exclude<Expression, {kind: 'symbol'}>): number {
    switch (expression.kind) {
      case 'not':
        return this.#append(recordKind.not, [this.reference(expression.operand)]);
      case 'and':
      case 'or': {
        const operands: number[] = [];
        for (const operand of expression.operands) operands.push(this.reference(operand));
        return this.#append(recordKind[expression.kind], operands);
      }
      default: {
        const {kind, left, right} = expression;
        return this.#append(recordKind[kind], [symbolReference(left), symbolReference(right)]);
      }
    }
  }

  /** The place of such a record: of one that is there, or of a new one. */
  #append(kind: number, operands: readonly number[]): number {
    if (this.#count * 2 > this.#table.length) this.#enlarge();
    let hash = kind;
    for (const operand of operands) hash = Math.imul(hash ^ operand, 0x01000193) ^ (hash >>> 15);
    const mask = this.#table.length - 1;
    for (let slot = mix(hash) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#table[slot]! - 1;
      if (found >= 0) {
        if (this.#isRecord(found, kind, operands)) return found;
        continue;
      }
      const place = this.#words.length;
      this.#words.push(kind);
      this.#words.push(operands.length);
      for (const operand of operands) this.#words.push(operand);
      this.#table[slot] = place + 1;
      this.#count++;
      return place;
    }
  }

  #isRecord(place: number, kind: number, operands: readonly number[]): boolean {
    const words = this.#words;
    if (words.at(place) !== kind || words.at(place + 1) !== operands.length) return false;
    for (let i = 0; i < operands.length; i++) if (words.at(place + 2 + i) !== operands[i]) return false;
    return true;
  }

  #enlarge(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let place = 0; place < this.#words.length; ) {
      let hash = this.#words.at(place);
      const end = place + 2 + this.#words.at(place + 1);
      for (let i = place + 2; i < end; i++) {
        hash = Math.imul(hash ^ this.#words.at(i), 0x01000193) ^ (hash >>> 15);
      }
      let slot = mix(hash) & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = place + 1;
      place = end;
    }
  }
}

function mix(hash: number): number {
  return hash ^ (hash >>> 16) ^ (hash >>> 7);
}

/** What decides about the symbols of a model, in references; run `i` of a list is `[start[i], start[i + 1])`. */
export type Conditions = {
  readonly records: Int32Array;
  /** By symbol. */
  readonly direct: Int32Array;
  readonly promptStart: Int32Array;
  readonly prompts: Int32Array;
  /** `Prompt.index` of each. */
  readonly promptIndex: Int32Array;
  readonly selectedStart: Int32Array;
  readonly selected: Int32Array;
  readonly impliedStart: Int32Array;
  readonly implied: Int32Array;
  readonly defaultStart: Int32Array;
  readonly defaults: Int32Array;
  /** What each default gives. */
  readonly defaultValues: Int32Array;
  /**
   * By symbol: 1 if nothing but the user and these conditions decides about it, since it is no choice or member of one, is
   * not transitional, and has no range. Without a user's value, and while all of them are `n`, it is absent: invisible,
   * `n` or empty, and not written.
   */
  readonly isPlain: Int32Array;
};

export function collectConditions(symbols: readonly ConfigSymbol[], records: ExpressionRecords): Conditions {
  const direct = new Int32Array(symbols.length);
  const prompts = new Runs(symbols.length);
  const selected = new Runs(symbols.length);
  const implied = new Runs(symbols.length);
  const defaults = new Runs(symbols.length);
  const promptIndex = new Words();
  const defaultValues = new Words();
  const isPlain = new Int32Array(symbols.length);
  const addReverse = (runs: Runs, dependencies: readonly ReverseDependency[]) => {
    for (const {expression} of dependencies) runs.words.push(records.reference(expression));
  };
  for (const symbol of symbols) {
    direct[symbol.index] = records.reference(symbol.directDependency);
    for (const {condition, index} of symbol.prompts) {
      prompts.words.push(records.reference(condition));
      promptIndex.push(index);
    }
    for (const {condition, value} of symbol.defaults) {
      defaults.words.push(records.reference(condition));
      defaultValues.push(records.reference(value));
    }
    addReverse(selected, symbol.selectedBy);
    addReverse(implied, symbol.impliedBy);
    for (const runs of [prompts, selected, implied, defaults]) runs.end();
    if (isPlainSymbol(symbol)) isPlain[symbol.index] = 1;
  }
  return {
    records: records.words(),
    direct,
    promptStart: prompts.start,
    prompts: prompts.words.all(),
    promptIndex: promptIndex.all(),
    selectedStart: selected.start,
    selected: selected.words.all(),
    impliedStart: implied.start,
    implied: implied.words.all(),
    defaultStart: defaults.start,
    defaults: defaults.words.all(),
    defaultValues: defaultValues.all(),
    isPlain,
  };
}

function isPlainSymbol({kind, choice, transitional, ranges}: ConfigSymbol): boolean {
  return kind !== 'choice' && !choice && !transitional && ranges.length === 0;
}

class Runs {
  readonly words = new Words();
  readonly start: Int32Array;
  #count = 0;

  constructor(count: number) {
    this.start = new Int32Array(count + 1);
  }

  end(): void {
    this.start[++this.#count] = this.words.length;
  }
}
