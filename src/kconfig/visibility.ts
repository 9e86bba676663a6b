/** The visibility of symbols, and the values of their dependencies (sym_calc_visibility of symbol.c, Linux 6.1). */

import type {ConditionValues} from './condition-values.ts';
import type {Conditions} from './conditions.ts';
import type {Tristate} from './expression.ts';
import type {ConfigSymbol, SymbolType} from './symbol.ts';
import type {SymbolState} from './symbol-state.ts';
import type {Evaluation} from './values.ts';

/** What limits the value of each symbol in one evaluation. */
export class Visibility {
  readonly #evaluation: Evaluation;
  readonly #values: ConditionValues;
  readonly #conditions: Conditions;
  /** Of each prompt, by its index, when its symbol was last evaluated (visible.tri of struct property). */
  readonly ofPrompts: Uint8Array;
  /** modules_val: lags behind the symbol while that is being evaluated. */
  modules: Tristate = 0;

  constructor(evaluation: Evaluation, values: ConditionValues) {
    this.#evaluation = evaluation;
    this.#values = values;
    this.#conditions = evaluation.model.conditions;
    this.ofPrompts = new Uint8Array(evaluation.model.promptCount);
  }

  // By the model's conditions: no prompt of a stored model is made for it.

  /** Copies what is known of a symbol's prompts, one by one. */
  save({index}: ConfigSymbol, saved: Tristate[]): void {
    const {promptStart, promptIndex} = this.#conditions;
    const first = promptStart[index]!;
    for (let i = first; i < promptStart[index + 1]!; i++)
      saved[i - first] = this.ofPrompts[promptIndex[i]!] as Tristate;
  }

  isAsSaved({index}: ConfigSymbol, saved: readonly Tristate[]): boolean {
    const {promptStart, promptIndex} = this.#conditions;
    const first = promptStart[index]!;
    for (let i = first; i < promptStart[index + 1]!; i++)
      if (this.ofPrompts[promptIndex[i]!] !== saved[i - first]) return false;
    return true;
  }

  restore({index}: ConfigSymbol, saved: readonly Tristate[]): void {
    const {promptStart, promptIndex} = this.#conditions;
    const first = promptStart[index]!;
    for (let i = first; i < promptStart[index + 1]!; i++) this.ofPrompts[promptIndex[i]!] = saved[i - first]!;
  }

  /** sym_calc_visibility. */
  calculate(symbol: ConfigSymbol, state: SymbolState): void {
    if (symbol.transitional) {
      state.visibility = 2;
      return;
    }
    const {index} = symbol;
    const conditions = this.#conditions;
    let visible: Tristate = 0;
    for (let i = conditions.promptStart[index]!; i < conditions.promptStart[index + 1]!; i++) {
      let one = this.#values.ofReference(conditions.prompts[i]!);
      // A tristate member with visibility `m` is invisible while its choice is `y`.
      if (
        symbol.choice &&
        symbol.type === 'tristate' &&
        one === 1 &&
        this.#evaluation.state(symbol.choice).tristate === 2
      ) {
        one = 0;
      }
      this.ofPrompts[conditions.promptIndex[i]!] = one;
      if (one > visible) visible = one;
    }
    if (visible === 1 && (symbol.type !== 'tristate' || this.modules === 0)) visible = 2;
    state.visibility = visible;
    if (symbol.choice) return;
    this.calculateDirectDependency(symbol, state);
    state.reverseDependency = this.#highest(symbol, conditions.selected, conditions.selectedStart);
    const isImplied = state.directDependency !== 0 || this.#evaluation.model.dialect.imply === 'limited';
    state.weakReverseDependency = isImplied
      ? this.#highest(symbol, conditions.implied, conditions.impliedStart)
      : 0;
  }

  calculateDirectDependency(symbol: ConfigSymbol, state: SymbolState): void {
    const direct = this.#values.ofReference(this.#conditions.direct[symbol.index]!);
    state.directDependency = direct === 1 ? this.promote(symbol, direct) : direct;
  }

  /** The operands of a symbol's reverse dependency, ORed. */
  #highest(symbol: ConfigSymbol, references: Int32Array, starts: Int32Array): Tristate {
    const start = starts[symbol.index]!;
    const end = starts[symbol.index + 1]!;
    return start === end ? 0 : this.promote(symbol, this.#values.ofAny(references, start, end));
  }

  /** `m` counts as `y` for what is bool. */
  promote(symbol: ConfigSymbol, value: Tristate): Tristate {
    return value === 1 && this.effectiveType(symbol) === 'bool' ? 2 : value;
  }

  /** The type in effect: a tristate is a bool without modules, and in a choice that is `y` (sym_get_type). */
  effectiveType(symbol: ConfigSymbol): SymbolType {
    if (symbol.type !== 'tristate') return symbol.type;
    if (symbol.choice && this.#evaluation.state(symbol).visibility === 2) return 'bool';
    return this.modules === 0 ? 'bool' : 'tristate';
  }
}
