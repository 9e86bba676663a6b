/** The values of conditions under those of symbols (expr_calc_value of expr.c, Linux 6.1). */

import {nothing, recordKind, relations} from './conditions.ts';
import {type Expression, max, min, type Tristate} from './expression.ts';
import {KeptValues, needsKeptValues} from './kept-values.ts';
import type {SymbolState} from './symbol-state.ts';
import type {Evaluation} from './values.ts';

/** The values that expressions, and what a model's conditions refer to, have in one evaluation. */
export class ConditionValues {
  readonly #evaluation: Evaluation;
  /** Those of the evaluation, by symbol index. */
  readonly #states: readonly (SymbolState | undefined)[];
  readonly #records: Int32Array;
  /** By the place of a record: its value and one, or 0 where that is not known; undefined while none are kept. */
  #recordValues: Uint8Array | undefined;
  /** The values of conditions that the C tool would keep, where that makes a difference. */
  #kept: KeptValues | undefined;

  constructor(evaluation: Evaluation, states: readonly (SymbolState | undefined)[]) {
    const {model} = evaluation;
    this.#evaluation = evaluation;
    this.#states = states;
    this.#records = model.conditions.records;
    if (needsKeptValues(model)) this.#kept = new KeptValues(evaluation);
  }

  /** What is kept, for another evaluation of the same model. */
  keptFor(evaluation: Evaluation): KeptValues | undefined {
    return this.#kept?.copyFor(evaluation);
  }

  /** Replaces what is kept; without, nothing is kept from now on. */
  setKept(kept: KeptValues | undefined): void {
    this.#kept = kept;
  }

  forget(): void {
    this.#kept?.forget();
  }

  /** Runs a calculation in which each condition has one value: none is evaluated twice. */
  eachOnce(calculate: () => void): void {
    this.#kept = undefined;
    this.#recordValues = new Uint8Array(this.#records.length);
    calculate();
    this.#recordValues = undefined;
  }

  /**
   * Runs what calculates members of a choice before it is decided: conditions in which it stands may change yet. No symbol
   * that is calculated by the way reads the choice: that would be a loop, and the model not regular.
   */
  undecided(step: () => void): void {
    const values = this.#recordValues;
    this.#recordValues = undefined;
    step();
    this.#recordValues = values;
  }

  /** The value of an expression; all operands are always evaluated, as the C tool does. */
  ofExpression(expression: Expression | undefined): Tristate {
    if (!expression) return 2;
    if (this.#kept) return this.#kept.ofExpression(expression);
    switch (expression.kind) {
      case 'symbol':
        return this.#evaluation.calculate(expression.symbol).tristate;
      case 'and': {
        let result: Tristate = 2;
        for (const operand of expression.operands) result = min(result, this.ofExpression(operand));
        return result;
      }
      case 'or': {
        let result: Tristate = 0;
        for (const operand of expression.operands) result = max(result, this.ofExpression(operand));
        return result;
      }
      case 'not':
        return (2 - this.ofExpression(expression.operand)) as Tristate;
      default:
        return this.#evaluation.compare(expression.kind, expression.left, expression.right);
    }
  }

  /** The same of an expression by its reference in the model's conditions. */
  ofReference(reference: number): Tristate {
    if (this.#kept) return this.#kept.ofReference(reference);
    if (reference < 0) return this.#ofSymbol(-1 - reference);
    if (reference === nothing) return 2;
    const values = this.#recordValues;
    if (values === undefined) return this.#calculateRecord(reference);
    const known = values[reference]!;
    if (known !== 0) return (known - 1) as Tristate;
    const value = this.#calculateRecord(reference);
    values[reference] = value + 1;
    return value;
  }

  /** The operands of a reverse dependency, ORed: the references from `start` to `end`. */
  ofAny(references: Int32Array, start: number, end: number): Tristate {
    if (this.#kept) return this.#kept.ofAny(references.subarray(start, end));
    let result: Tristate = 0;
    for (let i = start; i < end; i++) {
      result = max(result, this.ofReference(references[i]!));
      if (result === 2 && this.#evaluation.skipsOperands) break;
    }
    return result;
  }

  #calculateRecord(reference: number): Tristate {
    const records = this.#records;
    const kind = records[reference]!;
    const first = reference + 2;
    const end = first + records[reference + 1]!;
    switch (kind) {
      case recordKind.and: {
        let result: Tristate = 2;
        for (let i = first; i < end; i++) {
          const operand = records[i]!;
          const value = operand < 0 ? this.#ofSymbol(-1 - operand) : this.ofReference(operand);
          if (value < result) result = value;
          if (result === 0 && this.#evaluation.skipsOperands) break;
        }
        return result;
      }
      case recordKind.or: {
        let result: Tristate = 0;
        for (let i = first; i < end; i++) {
          const operand = records[i]!;
          const value = operand < 0 ? this.#ofSymbol(-1 - operand) : this.ofReference(operand);
          if (value > result) result = value;
          if (result === 2 && this.#evaluation.skipsOperands) break;
        }
        return result;
      }
      case recordKind.not:
        return (2 - this.ofReference(records[first]!)) as Tristate;
      default: {
        const {model} = this.#evaluation;
        const left = model.symbolAt(-1 - records[first]!);
        const right = model.symbolAt(-1 - records[first + 1]!);
        return this.#evaluation.compare(relations[kind - recordKind.equal]!, left, right);
      }
    }
  }

  #ofSymbol(index: number): Tristate {
    const state = this.#states[index];
    if (state?.valid) return state.tristate;
    const evaluation = this.#evaluation;
    if (state === undefined && evaluation.isAbsentAt(index)) return 0;
    return evaluation.calculate(evaluation.model.symbolAt(index)).tristate;
  }
}
