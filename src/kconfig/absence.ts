/**
 * Absent symbols: no prompt, default, select or imply of theirs is in effect, so that they are invisible, `n` or empty, and
 * not written. That is most symbols of a tree. They need not be calculated, or even be made.
 */

import type {ConditionValues} from './condition-values.ts';
import type {Conditions} from './conditions.ts';
import type {Dialect} from './dialect.ts';
import {missingText} from './literal.ts';
import type {KconfigModel} from './model.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import type {SymbolState} from './symbol-state.ts';
import type {Visibility} from './visibility.ts';

/** What is known of a symbol's absence. */
export const absence = {unknown: 0, known: 1, refuted: 2} as const;

/** Which symbols of a model that are plain (`Conditions.isPlain`) are absent, as far as that was asked. */
export class Absences {
  readonly #dialect: Dialect;
  readonly #conditions: Conditions;
  readonly #values: ConditionValues;
  readonly #visibility: Visibility;
  /** What is known, by symbol index. */
  readonly known: Uint8Array<ArrayBuffer>;

  constructor(
    model: KconfigModel,
    values: ConditionValues,
    visibility: Visibility,
    known = new Uint8Array(model.symbolCount),
  ) {
    this.#dialect = model.dialect;
    this.#conditions = model.conditions;
    this.#values = values;
    this.#visibility = visibility;
    this.known = known;
  }

  /** Finds out whether a symbol that has no value of the user's is absent. */
  find(index: number): boolean {
    const conditions = this.#conditions;
    const isAbsent =
      conditions.isPlain[index] === 1 &&
      this.#areNever(conditions.prompts, conditions.promptStart, index) &&
      this.#areNever(conditions.defaults, conditions.defaultStart, index) &&
      this.#areNever(conditions.selected, conditions.selectedStart, index) &&
      this.#areNever(conditions.implied, conditions.impliedStart, index);
    this.known[index] = isAbsent ? absence.known : absence.refuted;
    return isAbsent;
  }

  #areNever(references: Int32Array, start: Int32Array, index: number): boolean {
    const values = this.#values;
    const end = start[index + 1]!;
    for (let i = start[index]!; i < end; i++) if (values.ofReference(references[i]!) !== 0) return false;
    return true;
  }

  /** Makes of a state what calculation would make of that of an absent symbol. */
  fill(symbol: ConfigSymbol, state: SymbolState): void {
    state.valid = true;
    if (symbol.type === 'unknown') {
      state.text = symbol.name ?? '';
      return;
    }
    state.text = isLogical(symbol.type) ? 'n' : missingText(symbol.type, this.#dialect);
    this.#visibility.calculateDirectDependency(symbol, state);
  }
}
