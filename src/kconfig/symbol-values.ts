/** The values of symbols under those of others and the user's (sym_calc_value of symbol.c, Linux 6.1). */

import type {ChoiceValues} from './choice-values.ts';
import type {ConditionValues} from './condition-values.ts';
import type {Conditions} from './conditions.ts';
import {letters, max, min, type Tristate} from './expression.ts';
import {missingText} from './literal.ts';
import {clampedText} from './range.ts';
import {type ConfigSymbol, type Default, isLogical} from './symbol.ts';
import type {SymbolState} from './symbol-state.ts';
import {unmetDependency} from './unmet-dependency.ts';
import type {Evaluation} from './values.ts';
import type {Visibility} from './visibility.ts';

/** A default whose condition holds: its place in the model's conditions, what it gives, the value of the condition. */
type FirstDefault = {readonly at: number; readonly value: number; readonly condition: Tristate};

/** Calculates the symbols of one evaluation. */
export class SymbolValues {
  readonly #evaluation: Evaluation;
  readonly #values: ConditionValues;
  readonly #conditions: Conditions;
  readonly #visibility: Visibility;
  readonly #choices: ChoiceValues;
  readonly #choicesAreMenus: boolean;
  /** Whether a calculation changed what counts as set by the user, which the next one finds. */
  changedUser = false;

  constructor(
    evaluation: Evaluation,
    values: ConditionValues,
    visibility: Visibility,
    choices: ChoiceValues,
  ) {
    this.#evaluation = evaluation;
    this.#values = values;
    this.#conditions = evaluation.model.conditions;
    this.#visibility = visibility;
    this.#choices = choices;
    this.#choicesAreMenus = evaluation.model.dialect.choices === 'menus';
  }

  /** The value of a symbol that is not valid. */
  calculate(symbol: ConfigSymbol, state: SymbolState): void {
    if (symbol.choice && state.needsChoiceValues) {
      state.needsChoiceValues = false;
      this.#evaluation.calculate(symbol.choice);
    }
    state.valid = true;
    if (symbol.type === 'unknown') {
      state.text = symbol.name ?? '';
      state.tristate = 0;
      return;
    }
    state.write = false;
    state.unmet = undefined;
    this.#visibility.calculate(symbol, state);
    if (state.visibility !== 0) state.write = true;
    // What a recursive evaluation of the same symbol sees.
    state.tristate = 0;
    state.member = undefined;
    if (isLogical(symbol.type)) {
      state.text = 'n';
      state.tristate = this.#logicalValue(symbol, state);
      if (symbol.isChoice && state.tristate === 2) this.#decideChoice(symbol, state);
    } else {
      state.text = this.#missingText(symbol);
      state.text = this.#textValue(symbol, state);
      if (symbol.ranges.length > 0) state.text = clampedText(this.#evaluation, symbol, state.text);
    }
    if (symbol === this.#evaluation.model.modules) this.#visibility.modules = state.tristate;
    if (symbol.isChoice) this.#finishChoice(symbol, state);
    else if (symbol.internal || symbol.transitional) state.write = false;
  }

  #decideChoice(choice: ConfigSymbol, state: SymbolState): void {
    this.#values.undecided(() => {
      if (this.#choices.decide(choice, state)) this.changedUser = true;
    });
  }

  /** A choice itself is never written. */
  #finishChoice(choice: ConfigSymbol, state: SymbolState): void {
    if (!this.#choicesAreMenus) this.#choices.finish(choice, state);
    state.write = false;
  }

  #logicalValue(symbol: ConfigSymbol, state: SymbolState): Tristate {
    if (symbol.choice && this.#choicesAreMenus) {
      this.#choices.calculateMembers(symbol.choice);
      return state.tristate;
    }
    if (symbol.choice && state.visibility === 2) {
      return this.#evaluation.state(symbol.choice).member === symbol ? 2 : 0;
    }
    let value: Tristate = 0;
    let fallback: FirstDefault | undefined;
    if (state.visibility !== 0 && state.hasUser) {
      value = min(state.userTristate, state.visibility);
    } else {
      if (state.reverseDependency !== 0) state.write = true;
      if (!symbol.isChoice) {
        fallback = this.#firstDefault(symbol);
        if (fallback || state.weakReverseDependency !== 0) value = this.#defaultAndImplied(fallback, state);
      }
    }
    if (state.directDependency < state.reverseDependency) this.#warnUnmetDependency(symbol, state);
    if (state.reverseDependency > value) value = state.reverseDependency;
    if (value === 1) {
      const isLifted =
        this.#evaluation.model.dialect.imply === 'unlimited' && state.weakReverseDependency === 2;
      value = isLifted ? 2 : this.#visibility.promote(symbol, value);
    }
    if (fallback && this.#comesFromTransitional(fallback, state)) {
      this.changedUser = true;
      state.hasUser = true;
      state.userTristate = value;
    }
    return value;
  }

  #defaultAndImplied(found: FirstDefault | undefined, state: SymbolState): Tristate {
    let value: Tristate = 0;
    if (found) {
      value = min(this.#values.ofReference(found.value), found.condition);
      if (value !== 0) state.write = true;
    }
    if (state.weakReverseDependency === 0) return value;
    state.write = true;
    const lifted = max(value, state.weakReverseDependency);
    return this.#evaluation.model.dialect.imply === 'limited' ? min(lifted, state.directDependency) : lifted;
  }

  /** sym_warn_unmet_dep. */
  #warnUnmetDependency(symbol: ConfigSymbol, state: SymbolState): void {
    state.unmet = unmetDependency(this.#evaluation, symbol);
    this.#evaluation.warnings.push(state.unmet);
  }

  #textValue(symbol: ConfigSymbol, state: SymbolState): string {
    if (state.visibility !== 0 && state.hasUser) return state.userText ?? '';
    const found = this.#firstDefault(symbol);
    if (found === undefined || found.value >= 0) return this.#missingText(symbol);
    state.write = true;
    const text = this.#givenText(found);
    if (this.#comesFromTransitional(found, state)) {
      this.changedUser = true;
      state.hasUser = true;
      state.userText = text;
    }
    return text;
  }

  /** The text of the symbol that is the value of a default. */
  #givenText({value}: FirstDefault): string {
    return this.#evaluation.calculate(this.#evaluation.model.symbolAt(-1 - value)).text;
  }

  #missingText({type}: ConfigSymbol): string {
    return missingText(type, this.#evaluation.model.dialect);
  }

  /**
   * Whether a value comes from the user after all: from a transitional symbol that an old .config sets. Then it is
   * kept as the user's, so that nobody is asked again (sym_calc_value, Linux 7.2).
   */
  #comesFromTransitional({value}: FirstDefault, state: SymbolState): boolean {
    if (state.hasUser || value >= 0) return false;
    const source = this.#evaluation.model.symbolAt(-1 - value);
    return source.transitional && this.#evaluation.state(source).hasUser;
  }

  /** The first default whose condition holds (sym_get_default_prop). */
  activeDefault(symbol: ConfigSymbol): {property: Default; condition: Tristate} | undefined {
    const found = this.#firstDefault(symbol);
    if (!found) return undefined;
    const start = this.#conditions.defaultStart[symbol.index]!;
    return {property: symbol.defaults[found.at - start]!, condition: found.condition};
  }

  /** The same by its place in the model's conditions, and what it gives. */
  #firstDefault(symbol: ConfigSymbol): FirstDefault | undefined {
    const {defaultStart, defaults, defaultValues} = this.#conditions;
    for (let at = defaultStart[symbol.index]!; at < defaultStart[symbol.index + 1]!; at++) {
      const condition = this.#values.ofReference(defaults[at]!);
      if (condition !== 0) return {at, value: defaultValues[at]!, condition};
    }
    return undefined;
  }

  /** sym_get_string_default: the value without the user's, ranges ignored. */
  defaultText(symbol: ConfigSymbol): string {
    const evaluation = this.#evaluation;
    const state = evaluation.state(symbol);
    this.#visibility.calculate(symbol, state);
    const modules = evaluation.tristate(evaluation.model.modules);
    const found = this.#firstDefault(symbol);
    if (!isLogical(symbol.type)) {
      const text = found && found.value < 0 ? this.#givenText(found) : '';
      return text || this.#missingText(symbol);
    }
    let value: Tristate = found ? min(this.#values.ofReference(found.value), found.condition) : 0;
    value = max(value, state.reverseDependency);
    if (value === 1 && ((!symbol.choice && modules === 0) || symbol.type === 'bool')) value = 2;
    return letters[max(value, state.weakReverseDependency)];
  }
}
