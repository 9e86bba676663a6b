/** The conditions of a model as literals, for whoever says what its symbols are. */

import {
  type ConfigSymbol,
  compareTexts,
  type Expression,
  holds,
  isLogical,
  type KconfigModel,
  nothing,
  type Relation,
  recordKind,
  relations,
  type SymbolType,
} from '../kconfig/index.ts';
import {type Gates, type Pair, pairMod, pairNo, pairYes} from './gates.ts';
import {always, type Literal, negation, never} from './sat.ts';

/** A value a symbol may have, and when it has it. */
export type Value = {readonly text: string; readonly literal: Literal};

export type SymbolLiterals = {
  /** Of a bool or tristate that is declared. */
  readonly pair: (symbol: ConfigSymbol) => Pair;
  /** Of a number or text; exactly one of them is true. */
  readonly texts: (symbol: ConfigSymbol) => readonly Value[];
};

export class ConditionLiterals {
  readonly #model: KconfigModel;
  readonly #gates: Gates;
  readonly #symbols: SymbolLiterals;
  /** By the place of a record, the literals of its pair and one; 0 where there are none yet. */
  readonly #recordM: Int32Array;
  readonly #recordY: Int32Array;
  /** By symbol index, of those that are bool or tristate. */
  readonly #values: (readonly Value[] | undefined)[] = [];

  constructor(model: KconfigModel, gates: Gates, symbols: SymbolLiterals) {
    this.#model = model;
    this.#gates = gates;
    this.#symbols = symbols;
    this.#recordM = new Int32Array(model.conditions.records.length);
    this.#recordY = new Int32Array(model.conditions.records.length);
  }

  /** Of a symbol in a condition, constants and names that nothing declares included. */
  pair(symbol: ConfigSymbol): Pair {
    if (symbol.index < 3) return [pairNo, pairMod, pairYes][symbol.index]!;
    return isLogical(symbol.type) ? this.#symbols.pair(symbol) : pairNo;
  }

  /** Of any symbol, as it is compared. */
  values(symbol: ConfigSymbol): readonly Value[] {
    if (symbol.kind === 'constant' || symbol.type === 'unknown')
      return [{text: symbol.name ?? '', literal: always}];
    if (!isLogical(symbol.type)) return this.#symbols.texts(symbol);
    this.#values[symbol.index] ??= this.#logicalValues(symbol);
    return this.#values[symbol.index]!;
  }

  #logicalValues(symbol: ConfigSymbol): readonly Value[] {
    const {m, y} = this.#symbols.pair(symbol);
    const onlyM = m === y ? never : this.#gates.and([m, negation(y)]);
    const values = [
      {text: 'n', literal: negation(m)},
      {text: 'm', literal: onlyM},
      {text: 'y', literal: y},
    ];
    return values.filter(({literal}) => literal !== never);
  }

  /** Of a reference to a condition of the model. */
  reference(reference: number): Pair {
    if (reference < 0) return this.pair(this.#model.symbolAt(-1 - reference));
    if (reference === nothing) return pairYes;
    const known = this.#recordM[reference]!;
    if (known !== 0) return {m: known - 1, y: this.#recordY[reference]! - 1};
    const pair = this.#record(reference);
    this.#recordM[reference] = pair.m + 1;
    this.#recordY[reference] = pair.y + 1;
    return pair;
  }

  #record(reference: number): Pair {
    const {records} = this.#model.conditions;
    const kind = records[reference]!;
    const operands = records.subarray(reference + 2, reference + 2 + records[reference + 1]!);
    switch (kind) {
      case recordKind.not:
        return this.#gates.notPair(this.reference(operands[0]!));
      case recordKind.and:
        return this.#gates.andPair(Array.from(operands, (operand) => this.reference(operand)));
      case recordKind.or:
        return this.#gates.orPair(Array.from(operands, (operand) => this.reference(operand)));
      default: {
        const [left, right] = Array.from(operands, (operand) => this.#model.symbolAt(-1 - operand));
        return this.#comparison(relations[kind - recordKind.equal]!, left!, right!);
      }
    }
  }

  /** Of an expression that the model need not have a record of. */
  expression(expression: Expression | undefined): Pair {
    if (!expression) return pairYes;
    switch (expression.kind) {
      case 'symbol':
        return this.pair(expression.symbol);
      case 'not':
        return this.#gates.notPair(this.expression(expression.operand));
      case 'and':
        return this.#gates.andPair(expression.operands.map((operand) => this.expression(operand)));
      case 'or':
        return this.#gates.orPair(expression.operands.map((operand) => this.expression(operand)));
      default:
        return this.#comparison(expression.kind, expression.left, expression.right);
    }
  }

  /** As expr_calc_value compares. */
  #comparison(relation: Relation, left: ConfigSymbol, right: ConfigSymbol): Pair {
    const [leftType, rightType] = [this.#comparedType(left), this.#comparedType(right)];
    const areLogical = isLogical(leftType) && isLogical(rightType);
    const cases: Literal[] = [];
    for (const a of this.values(left)) {
      for (const b of this.values(right)) {
        const order = areLogical
          ? 'nmy'.indexOf(a.text) - 'nmy'.indexOf(b.text)
          : compareTexts(a.text, leftType, b.text, rightType);
        if (holds(relation, order)) cases.push(this.#gates.and([a.literal, b.literal]));
      }
    }
    const literal = this.#gates.or(cases);
    return {m: literal, y: literal};
  }

  #comparedType(symbol: ConfigSymbol): SymbolType {
    const isText = symbol.index < 3 && this.#model.dialect.comparedConstants === 'texts';
    return isText ? 'unknown' : symbol.type;
  }
}
