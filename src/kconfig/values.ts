/** An evaluation of a model: the values of its symbols under those that a user asks for. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {finished, inPieces, type Pieces} from '../base/pieces.ts';
import {Absences, absence} from './absence.ts';
import {ChoiceValues} from './choice-values.ts';
import {ConditionValues} from './condition-values.ts';
import {type Expression, holds, letters, type Relation, type Tristate} from './expression.ts';
import type {KeptValues} from './kept-values.ts';
import {compareTexts} from './literal.ts';
import type {KconfigModel} from './model.ts';
import {
  type ConfigSymbol,
  type Default,
  isLogical,
  type MenuNode,
  type Prompt,
  type SymbolType,
} from './symbol.ts';
import {SavedState, SymbolState} from './symbol-state.ts';
import {SymbolValues} from './symbol-values.ts';
import {Visibility} from './visibility.ts';

/** Deeper chains of dependencies are evaluated in the model's order; those of 6.1 are some 60 symbols long. */
const maximumDepth = 400;

/**
 * The values of a model's symbols. Each is computed when first asked for and kept until `invalidate`; one model
 * serves any number of evaluations at a time.
 */
export class Evaluation {
  readonly model: KconfigModel;
  readonly warnings: Diagnostic[] = [];
  readonly #choicesAreMenus: boolean;
  /** By symbol index; one that was not looked at has none. */
  readonly #states: (SymbolState | undefined)[];
  /** Which symbols that have no state are absent; undefined where all is calculated. */
  #absences: Absences | undefined;
  readonly #conditions: ConditionValues;
  readonly #visibility: Visibility;
  readonly #choices: ChoiceValues;
  readonly #symbols: SymbolValues;
  /** Levels of calculations under way. */
  #depth = 0;
  /**
   * Whether operands that cannot change a condition are passed over. The C tool calculates all, which decides the order of
   * its warnings, and values as well where the order of calculation does.
   */
  skipsOperands = false;
  /**
   * Whether the visibility of every member is known before a choice that is a menu is decided. The C tool does not
   * calculate those after the one it takes, so they may keep a visibility that is no more true.
   */
  calculatesEveryMember = false;
  /** Is told of a symbol that counts as the user's from now on, since it was seen (`isNodeVisible`). */
  whenSeen: ((symbol: ConfigSymbol) => void) | undefined;
  /** Whether .config is known to differ (conf_changed). */
  changed = true;
  /**
   * Whether to calculate everything once more is known to change nothing, and to say nothing. What gives or takes a
   * value of the user's has to forget it.
   */
  isSettled = false;

  constructor(model: KconfigModel) {
    this.model = model;
    this.#choicesAreMenus = model.dialect.choices === 'menus';
    this.#states = new Array(model.symbolCount);
    this.#conditions = new ConditionValues(this, this.#states);
    this.#visibility = new Visibility(this, this.#conditions);
    this.#choices = new ChoiceValues(this, this.#visibility);
    this.#symbols = new SymbolValues(this, this.#conditions, this.#visibility, this.#choices);
    for (const value of [0, 1, 2] as const) {
      const state = this.#makeState(value);
      state.valid = true;
      state.tristate = value;
      state.text = letters[value];
    }
  }

  #makeState(index: number): SymbolState {
    const state = new SymbolState();
    this.#states[index] = state;
    // What a loop finds of a symbol that has no value yet is a null pointer, which glibc prints like that.
    if (this.model.dialect.recursion === 'told') state.text = '(null)';
    if (this.#absences !== undefined && this.#absences.known[index] === absence.known) {
      this.#absences.fill(this.model.symbolAt(index), state);
    }
    return state;
  }

  /** Whether a symbol, given by its index, is absent. It need not be calculated then, or even be made. */
  isAbsentAt(index: number): boolean {
    const absences = this.#absences;
    if (absences === undefined || this.#states[index] !== undefined) return false;
    const known = absences.known[index]!;
    if (known !== absence.unknown) return known === absence.known;
    if (this.#depth >= maximumDepth) return false;
    this.#depth++;
    const isAbsent = absences.find(index);
    this.#depth--;
    return isAbsent;
  }

  /** An evaluation of its own with the same user's values and the same values, without warnings. */
  copy(): Evaluation {
    return finished(this.copyInPieces());
  }

  /** The same; what is changed meanwhile may be in the copy or not. */
  *copyInPieces(): Pieces<Evaluation> {
    const copy = new Evaluation(this.model);
    yield* inPieces(this.#states.keys(), 3000, (index) => {
      const state = this.#states[index];
      if (index > 2 && state) copy.#makeState(index).copyFrom(state);
    });
    copy.#absences =
      this.#absences && new Absences(copy.model, copy.#conditions, copy.#visibility, this.#absences.known);
    copy.#visibility.ofPrompts.set(this.#visibility.ofPrompts);
    copy.#visibility.modules = this.#visibility.modules;
    copy.#conditions.setKept(this.#conditions.keptFor(copy));
    copy.changed = this.changed;
    copy.calculatesEveryMember = this.calculatesEveryMember;
    return copy;
  }

  save(symbol: ConfigSymbol, saved = new SavedState()): SavedState {
    saved.state.copyFrom(this.state(symbol));
    this.#visibility.save(symbol, saved.prompts);
    return saved;
  }

  /** Whether nothing changed since `save`. */
  isAsSaved(symbol: ConfigSymbol, {state, prompts}: SavedState): boolean {
    return this.state(symbol).equals(state) && this.#visibility.isAsSaved(symbol, prompts);
  }

  restore(symbol: ConfigSymbol, {state, prompts}: SavedState): void {
    this.state(symbol).copyFrom(state);
    this.#visibility.restore(symbol, prompts);
    if (symbol === this.model.modules) this.#visibility.modules = state.tristate;
  }

  /** The values of conditions that are kept, as they are now. */
  saveKept(): KeptValues | undefined {
    return this.#conditions.keptFor(this);
  }

  /** Goes back to those of `saveKept`; without, none are kept from now on, as where symbols become invalid one by one. */
  restoreKept(kept: KeptValues | undefined): void {
    this.#conditions.setKept(kept);
  }

  /** The visibility of one of a symbol's prompts when the symbol was last calculated. */
  promptVisibility(prompt: Prompt): Tristate {
    return this.#visibility.ofPrompts[prompt.index] as Tristate;
  }

  /** The stored state, which need not be up to date. */
  state(symbol: ConfigSymbol): SymbolState {
    return this.#states[symbol.index] ?? this.#makeState(symbol.index);
  }

  /** The symbols to which the user gave a value, in the order of their creation. */
  userSet(): ConfigSymbol[] {
    const set: ConfigSymbol[] = [];
    for (let i = 3; i < this.#states.length; i++) {
      if (this.#states[i]?.hasUser) set.push(this.model.symbolAt(i));
    }
    return set;
  }

  /** Forgets the user's values, and with them all others. */
  forgetUser(): void {
    this.isSettled = false;
    this.#absences = undefined;
    this.#conditions.forget();
    for (let i = 3; i < this.#states.length; i++) {
      const state = this.#states[i];
      if (!state) continue;
      state.valid = false;
      state.hasUser = false;
      state.userText = undefined;
      state.userMember = undefined;
      state.userTristate = 0;
    }
  }

  /** The value as text: `y`, `m` or `n` of a bool or tristate, otherwise the number or string itself. */
  value(symbol: ConfigSymbol): string {
    this.calculate(symbol);
    return this.storedText(symbol);
  }

  tristate(symbol: ConfigSymbol): Tristate {
    return this.calculate(symbol).tristate;
  }

  /** The highest value the user can give; `n` if there is no visible prompt. */
  visibility(symbol: ConfigSymbol): Tristate {
    return this.calculate(symbol).visibility;
  }

  /** Whether .config has a line for the symbol. */
  isWritten(symbol: ConfigSymbol): boolean {
    return this.calculate(symbol).write;
  }

  /** Whether the user can change the value now (sym_is_changeable). */
  isChangeable(symbol: ConfigSymbol): boolean {
    const {visibility, reverseDependency} = this.calculate(symbol);
    return visibility > reverseDependency && !(symbol.isChoice && this.#choicesAreMenus);
  }

  /** sym_get_string_value: the value as it was last calculated. */
  storedText(symbol: ConfigSymbol): string {
    return isLogical(symbol.type) ? letters[this.#storedTristate(symbol)] : this.state(symbol).text;
  }

  #storedTristate(symbol: ConfigSymbol): Tristate {
    const {tristate} = this.state(symbol);
    if (tristate !== 1 || symbol.kind === 'constant' || this.model.dialect.formerModule === 'm')
      return tristate;
    return this.calculate(this.model.modules).tristate === 0 ? 0 : 1;
  }

  /** The type in effect: a tristate is a bool without modules, and in a choice that is `y` (sym_get_type). */
  effectiveType(symbol: ConfigSymbol): SymbolType {
    return this.#visibility.effectiveType(symbol);
  }

  /** The value of a condition (expr_calc_value); both operands are always evaluated, as the C tool does. */
  evaluate(expression: Expression | undefined): Tristate {
    return this.#conditions.ofExpression(expression);
  }

  /** The value of a comparison. */
  compare(relation: Relation, left: ConfigSymbol, right: ConfigSymbol): Tristate {
    this.calculate(left);
    this.calculate(right);
    return holds(relation, this.#order(left, right)) ? 2 : 0;
  }

  #order(left: ConfigSymbol, right: ConfigSymbol): number {
    const leftType = this.model.typeOf(left);
    const rightType = this.model.typeOf(right);
    if (isLogical(leftType) && isLogical(rightType))
      return this.#storedTristate(left) - this.#storedTristate(right);
    return compareTexts(this.storedText(left), leftType, this.storedText(right), rightType);
  }

  /** Forgets all values, and evaluates MODULES first (sym_clear_all_valid). */
  invalidate(): void {
    this.#absences = undefined;
    this.#conditions.forget();
    for (let i = 3; i < this.#states.length; i++) {
      const state = this.#states[i];
      if (state) state.valid = false;
    }
    this.changed = true;
    this.isSettled = false;
    this.calculate(this.model.modules);
  }

  /** `invalidate`, unless all would be calculated to what it is. */
  refresh(): void {
    if (this.isSettled) this.changed = true;
    else this.invalidate();
  }

  /**
   * Runs the first calculation of everything in a regular model (`Dependents`). There any order will do, and a condition
   * has one value: what cannot change it is passed over, and it is evaluated once. What is absent is not calculated. Only
   * warnings come in the order of calculation: returns false if there are any, and then all has to be done again from the
   * start.
   */
  inAnyOrder(calculateAll: () => void): boolean {
    const {length} = this.warnings;
    this.skipsOperands = true;
    this.#absences = new Absences(this.model, this.#conditions, this.#visibility);
    this.#symbols.changedUser = false;
    this.#conditions.eachOnce(calculateAll);
    this.skipsOperands = false;
    this.isSettled = !this.#symbols.changedUser;
    return this.warnings.length === length;
  }

  /** sym_calc_value. */
  calculate(symbol: ConfigSymbol): SymbolState {
    const state = this.#states[symbol.index] ?? this.#makeState(symbol.index);
    if (state.valid) return state;
    if (this.#depth >= maximumDepth) this.#calculateInOrder(symbol);
    this.#depth++;
    if (!state.valid) this.#symbols.calculate(symbol, state);
    this.#depth--;
    return state;
  }

  /**
   * Everything up to a symbol, dependencies first: so the depth stays what it is. After it come those that wait for it,
   * and what depends on them.
   */
  #calculateInOrder(last: ConfigSymbol): void {
    const depth = this.#depth;
    this.#depth = 0;
    for (const symbol of this.model.dependencyOrder.symbols) {
      this.calculate(symbol);
      if (symbol === last) break;
    }
    this.#depth = depth;
  }

  /** The first default whose condition holds (sym_get_default_prop). */
  activeDefault(symbol: ConfigSymbol): {property: Default; condition: Tristate} | undefined {
    return this.#symbols.activeDefault(symbol);
  }

  /** The member of a choice that is `y`, if there is one. */
  chosenMember(choice: ConfigSymbol): ConfigSymbol | undefined {
    return this.#choicesAreMenus ? this.#choices.calculateMembers(choice) : this.calculate(choice).member;
  }

  /** The values of all visible members of a choice that is a menu; returns the one that is `y`. */
  calculateMembers(choice: ConfigSymbol): ConfigSymbol | undefined {
    return this.#choices.calculateMembers(choice);
  }

  /** sym_choice_default: the first visible default, otherwise the first visible member. */
  choiceDefault(choice: ConfigSymbol): ConfigSymbol | undefined {
    return this.#choices.defaultMember(choice);
  }

  /** set_all_choice_values of confdata.c. */
  setAllChoiceValues(choice: ConfigSymbol): void {
    this.#choices.setAllValues(choice);
  }

  /** sym_get_string_default: the value without the user's, ranges ignored. */
  defaultText(symbol: ConfigSymbol): string {
    return this.#symbols.defaultText(symbol);
  }

  /** menu_is_visible of menu.c, with its side effect on symbols that show only through their children. */
  isNodeVisible(node: MenuNode): boolean {
    const {prompt, symbol} = node;
    if (!prompt) return false;
    if (node.visibility && this.evaluate(node.visibility) === 0) return false;
    if (symbol) this.calculate(symbol);
    else this.#visibility.ofPrompts[prompt.index] = this.evaluate(prompt.condition);
    if (this.#visibility.ofPrompts[prompt.index] !== 0) return true;
    if (!symbol || this.state(symbol).tristate === 0) return false;
    for (let child = node.firstChild; child; child = child.next) {
      if (!this.isNodeVisible(child)) continue;
      if (!this.#choicesAreMenus) this.#see(symbol);
      return true;
    }
    return false;
  }

  #see(symbol: ConfigSymbol): void {
    this.isSettled = false;
    const state = this.state(symbol);
    if (state.hasUser) return;
    state.hasUser = true;
    this.whenSeen?.(symbol);
  }
}
