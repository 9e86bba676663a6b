/** Visibility and values of symbols under the values a user asks for (symbol.c, Linux 6.1). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {chooseMember} from './choice.ts';
import {type Conditions, nothing, recordKind, relations} from './conditions.ts';
import {type Expression, letters, type Relation, type Tristate} from './expression.ts';
import {KeptValues, needsKeptValues} from './kept-values.ts';
import {compareTexts} from './literal.ts';
import {memberOrder} from './member-order.ts';
import type {KconfigModel} from './model.ts';
import {clampedText} from './range.ts';
import type {ConfigSymbol, Default, MenuNode, Prompt, SymbolType} from './symbol.ts';
import {SavedState, SymbolState} from './symbol-state.ts';
import {unmetDependency} from './unmet-dependency.ts';

/** What is known of a symbol's absence. */
const absence = {unknown: 0, known: 1, refuted: 2} as const;

/** Deeper chains of dependencies are evaluated in the model's order; those of 6.1 are some 60 symbols long. */
const maximumDepth = 400;

/** A default whose condition holds: its place in the model's conditions, what it gives, the value of the condition. */
type FirstDefault = {readonly at: number; readonly value: number; readonly condition: Tristate};

function isLogical(type: SymbolType): boolean {
  return type === 'bool' || type === 'tristate';
}

const max = (a: Tristate, b: Tristate): Tristate => (a > b ? a : b);
const min = (a: Tristate, b: Tristate): Tristate => (a < b ? a : b);

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
  /**
   * By symbol index, of what has no state: whether it is absent (`Conditions.isPlain`); undefined where all is calculated.
   */
  #absences: Uint8Array | undefined;
  readonly #conditions: Conditions;
  readonly #records: Int32Array;
  /** Visibility of each prompt when its symbol was last evaluated (visible.tri of struct property). */
  readonly #promptVisibility: Uint8Array;
  /** By the place of a record: its value and one, or 0 where that is not known; undefined while none are kept. */
  #recordValues: Uint8Array | undefined;
  /** The values of conditions that the C tool would keep, where that makes a difference. */
  #kept: KeptValues | undefined;
  /** modules_val: lags behind the symbol while that is being evaluated. */
  #modules: Tristate = 0;
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
  /** Whether a calculation changed what counts as set by the user, which the next one finds. */
  #changedUser = false;

  constructor(model: KconfigModel) {
    this.model = model;
    this.#choicesAreMenus = model.dialect.choices === 'menus';
    this.#states = new Array(model.symbolCount);
    this.#conditions = model.conditions;
    this.#records = model.conditions.records;
    this.#promptVisibility = new Uint8Array(model.promptCount);
    for (const value of [0, 1, 2] as const) {
      const state = this.#makeState(value);
      state.valid = true;
      state.tristate = value;
      state.text = letters[value];
    }
    if (needsKeptValues(model)) this.#kept = new KeptValues(this);
  }

  #makeState(index: number): SymbolState {
    const state = new SymbolState();
    this.#states[index] = state;
    // What a loop finds of a symbol that has no value yet is a null pointer, which glibc prints like that.
    if (this.model.dialect.recursion === 'told') state.text = '(null)';
    if (this.#absences !== undefined && this.#absences[index] === absence.known) {
      this.#setAbsent(this.model.symbolAt(index), state);
    }
    return state;
  }

  /** What calculation makes of an absent symbol. */
  #setAbsent(symbol: ConfigSymbol, state: SymbolState): void {
    state.valid = true;
    if (symbol.type === 'unknown') {
      state.text = symbol.name ?? '';
      return;
    }
    state.text = isLogical(symbol.type) ? 'n' : this.#missingText(symbol.type);
    const direct = this.#evaluateRecord(this.#conditions.direct[symbol.index]!);
    state.directDependency = direct === 1 ? this.#promote(symbol, direct) : direct;
  }

  /** Whether a symbol, given by its index, is absent. It need not be calculated then, or even be made. */
  isAbsentAt(index: number): boolean {
    const absences = this.#absences;
    if (absences === undefined || this.#states[index] !== undefined) return false;
    const known = absences[index]!;
    if (known !== absence.unknown) return known === absence.known;
    if (this.#depth >= maximumDepth) return false;
    this.#depth++;
    const isAbsent = this.#conditions.isPlain[index] === 1 && this.#isWithoutCause(index);
    this.#depth--;
    absences[index] = isAbsent ? absence.known : absence.refuted;
    return isAbsent;
  }

  /** Whether no prompt, default, select or imply is in effect. */
  #isWithoutCause(index: number): boolean {
    const {promptStart, prompts, defaultStart, defaults, selectedStart, selected, impliedStart, implied} =
      this.#conditions;
    return (
      this.#areNever(prompts, promptStart, index) &&
      this.#areNever(defaults, defaultStart, index) &&
      this.#areNever(selected, selectedStart, index) &&
      this.#areNever(implied, impliedStart, index)
    );
  }

  #areNever(references: Int32Array, start: Int32Array, index: number): boolean {
    const end = start[index + 1]!;
    for (let i = start[index]!; i < end; i++) if (this.#evaluateRecord(references[i]!) !== 0) return false;
    return true;
  }

  /** An evaluation of its own with the same user's values and the same values, without warnings. */
  copy(): Evaluation {
    const copy = new Evaluation(this.model);
    for (let i = 3; i < this.#states.length; i++) {
      const state = this.#states[i];
      if (state) copy.#makeState(i).copyFrom(state);
    }
    copy.#absences = this.#absences;
    copy.#promptVisibility.set(this.#promptVisibility);
    copy.#modules = this.#modules;
    copy.#kept = this.#kept?.copyFor(copy);
    copy.changed = this.changed;
    copy.calculatesEveryMember = this.calculatesEveryMember;
    return copy;
  }

  save(symbol: ConfigSymbol, saved = new SavedState()): SavedState {
    saved.state.copyFrom(this.state(symbol));
    for (let i = 0; i < symbol.prompts.length; i++)
      saved.prompts[i] = this.promptVisibility(symbol.prompts[i]!);
    return saved;
  }

  /** Whether nothing changed since `save`. */
  isAsSaved(symbol: ConfigSymbol, {state, prompts}: SavedState): boolean {
    if (!this.state(symbol).equals(state)) return false;
    return symbol.prompts.every((prompt, i) => this.promptVisibility(prompt) === prompts[i]);
  }

  restore(symbol: ConfigSymbol, {state, prompts}: SavedState): void {
    this.state(symbol).copyFrom(state);
    for (const [i, prompt] of symbol.prompts.entries()) this.#promptVisibility[prompt.index] = prompts[i]!;
    if (symbol === this.model.modules) this.#modules = state.tristate;
  }

  /** The values of conditions that are kept, as they are now. */
  saveKept(): KeptValues | undefined {
    return this.#kept?.copyFor(this);
  }

  /** Goes back to those of `saveKept`; without, none are kept from now on, as where symbols become invalid one by one. */
  restoreKept(kept: KeptValues | undefined): void {
    this.#kept = kept;
  }

  /** The visibility of one of a symbol's prompts when the symbol was last calculated. */
  promptVisibility(prompt: Prompt): Tristate {
    return this.#promptVisibility[prompt.index] as Tristate;
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
    this.#kept?.forget();
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
    if (symbol.type !== 'tristate') return symbol.type;
    if (symbol.choice && this.state(symbol).visibility === 2) return 'bool';
    return this.#modules === 0 ? 'bool' : 'tristate';
  }

  /** The value of a condition (expr_calc_value); both operands are always evaluated, as the C tool does. */
  evaluate(expression: Expression | undefined): Tristate {
    if (!expression) return 2;
    if (this.#kept) return this.#kept.ofExpression(expression);
    switch (expression.kind) {
      case 'symbol':
        return this.calculate(expression.symbol).tristate;
      case 'and': {
        let result: Tristate = 2;
        for (const operand of expression.operands) result = min(result, this.evaluate(operand));
        return result;
      }
      case 'or': {
        let result: Tristate = 0;
        for (const operand of expression.operands) result = max(result, this.evaluate(operand));
        return result;
      }
      case 'not':
        return (2 - this.evaluate(expression.operand)) as Tristate;
      default:
        return this.compare(expression.kind, expression.left, expression.right);
    }
  }

  /** The value of a comparison. */
  compare(relation: Relation, left: ConfigSymbol, right: ConfigSymbol): Tristate {
    this.calculate(left);
    this.calculate(right);
    return holds(relation, this.#order(left, right)) ? 2 : 0;
  }

  /** `evaluate` of an expression that the model has a record of. */
  #evaluateRecord(reference: number): Tristate {
    if (this.#kept) return this.#kept.ofReference(reference);
    if (reference < 0) return this.#tristateAt(-1 - reference);
    if (reference === nothing) return 2;
    const values = this.#recordValues;
    if (values === undefined) return this.#calculateRecord(reference);
    const known = values[reference]!;
    if (known !== 0) return (known - 1) as Tristate;
    const value = this.#calculateRecord(reference);
    values[reference] = value + 1;
    return value;
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
          const value = operand < 0 ? this.#tristateAt(-1 - operand) : this.#evaluateRecord(operand);
          if (value < result) result = value;
          if (result === 0 && this.skipsOperands) break;
        }
        return result;
      }
      case recordKind.or: {
        let result: Tristate = 0;
        for (let i = first; i < end; i++) {
          const operand = records[i]!;
          const value = operand < 0 ? this.#tristateAt(-1 - operand) : this.#evaluateRecord(operand);
          if (value > result) result = value;
          if (result === 2 && this.skipsOperands) break;
        }
        return result;
      }
      case recordKind.not:
        return (2 - this.#evaluateRecord(records[first]!)) as Tristate;
      default: {
        const left = this.model.symbolAt(-1 - records[first]!);
        const right = this.model.symbolAt(-1 - records[first + 1]!);
        return this.compare(relations[kind - recordKind.equal]!, left, right);
      }
    }
  }

  #tristateAt(index: number): Tristate {
    const state = this.#states[index];
    if (state?.valid) return state.tristate;
    if (state === undefined && this.isAbsentAt(index)) return 0;
    return this.calculate(this.model.symbolAt(index)).tristate;
  }

  #order(left: ConfigSymbol, right: ConfigSymbol): number {
    const leftType = this.#comparedType(left);
    const rightType = this.#comparedType(right);
    if (isLogical(leftType) && isLogical(rightType))
      return this.#storedTristate(left) - this.#storedTristate(right);
    return compareTexts(this.storedText(left), leftType, this.storedText(right), rightType);
  }

  #comparedType(symbol: ConfigSymbol): SymbolType {
    const isText = symbol.index < 3 && this.model.dialect.comparedConstants === 'texts';
    return isText ? 'unknown' : symbol.type;
  }

  /** Forgets all values, and evaluates MODULES first (sym_clear_all_valid). */
  invalidate(): void {
    this.#absences = undefined;
    this.#kept?.forget();
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
    this.#kept = undefined;
    this.skipsOperands = true;
    this.#recordValues = new Uint8Array(this.#records.length);
    this.#absences = new Uint8Array(this.model.symbolCount);
    this.#changedUser = false;
    calculateAll();
    this.#recordValues = undefined;
    this.skipsOperands = false;
    this.isSettled = !this.#changedUser;
    return this.warnings.length === length;
  }

  /**
   * Runs what calculates members of a choice before it is decided: conditions in which it stands may change yet. No symbol
   * that is calculated by the way reads the choice: that would be a loop, and the model not regular.
   */
  #undecided<T>(step: () => T): T {
    const values = this.#recordValues;
    this.#recordValues = undefined;
    const result = step();
    this.#recordValues = values;
    return result;
  }

  /** sym_calc_value. */
  calculate(symbol: ConfigSymbol): SymbolState {
    const state = this.#states[symbol.index] ?? this.#makeState(symbol.index);
    if (state.valid) return state;
    if (this.#depth >= maximumDepth) this.#calculateInOrder(symbol);
    this.#depth++;
    this.#calculateInvalid(symbol, state);
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

  #calculateInvalid(symbol: ConfigSymbol, state: SymbolState): void {
    if (state.valid) return;
    if (symbol.choice && state.needsChoiceValues) {
      state.needsChoiceValues = false;
      this.calculate(symbol.choice);
    }
    state.valid = true;
    if (symbol.type === 'unknown') {
      state.text = symbol.name ?? '';
      state.tristate = 0;
      return;
    }
    state.write = false;
    state.unmet = undefined;
    this.#calculateVisibility(symbol, state);
    if (state.visibility !== 0) state.write = true;
    // What a recursive evaluation of the same symbol sees.
    state.tristate = 0;
    state.member = undefined;
    if (isLogical(symbol.type)) {
      state.text = 'n';
      state.tristate = this.#logicalValue(symbol, state);
      if (symbol.isChoice && state.tristate === 2)
        this.#undecided(() => this.#calculateChoice(symbol, state));
    } else {
      state.text = this.#missingText(symbol.type);
      state.text = this.#textValue(symbol, state);
      if (symbol.ranges.length > 0) state.text = clampedText(this, symbol, state.text);
    }
    if (symbol === this.model.modules) this.#modules = state.tristate;
    if (symbol.isChoice) this.#finishChoice(symbol, state);
    else if (symbol.internal || symbol.transitional) state.write = false;
  }

  /** What follows the calculation of a choice: its members are written with it, and it never is itself. */
  #finishChoice(choice: ConfigSymbol, state: SymbolState): void {
    if (this.#choicesAreMenus) {
      state.write = false;
      return;
    }
    for (const member of choice.members) {
      const memberState = this.state(member);
      if (state.write && memberState.visibility !== 0) memberState.write = true;
    }
    state.write = false;
    if (state.needsChoiceValues) this.setAllChoiceValues(choice);
  }

  /** sym_calc_visibility. */
  #calculateVisibility(symbol: ConfigSymbol, state: SymbolState): void {
    if (symbol.transitional) {
      state.visibility = 2;
      return;
    }
    const {index} = symbol;
    const conditions = this.#conditions;
    let visible: Tristate = 0;
    for (let i = conditions.promptStart[index]!; i < conditions.promptStart[index + 1]!; i++) {
      let one = this.#evaluateRecord(conditions.prompts[i]!);
      // A tristate member with visibility `m` is invisible while its choice is `y`.
      if (
        symbol.choice &&
        symbol.type === 'tristate' &&
        one === 1 &&
        this.state(symbol.choice).tristate === 2
      ) {
        one = 0;
      }
      this.#promptVisibility[conditions.promptIndex[i]!] = one;
      if (one > visible) visible = one;
    }
    if (visible === 1 && (symbol.type !== 'tristate' || this.#modules === 0)) visible = 2;
    state.visibility = visible;
    if (symbol.choice) return;
    const direct = this.#evaluateRecord(conditions.direct[index]!);
    state.directDependency = direct === 1 ? this.#promote(symbol, direct) : direct;
    state.reverseDependency = this.#highest(symbol, conditions.selected, conditions.selectedStart);
    const isImplied = state.directDependency !== 0 || this.model.dialect.imply === 'limited';
    state.weakReverseDependency = isImplied
      ? this.#highest(symbol, conditions.implied, conditions.impliedStart)
      : 0;
  }

  /** The operands of a symbol's reverse dependency, ORed. */
  #highest(symbol: ConfigSymbol, references: Int32Array, start: Int32Array): Tristate {
    const end = start[symbol.index + 1]!;
    let i = start[symbol.index]!;
    if (i === end) return 0;
    if (this.#kept) return this.#promote(symbol, this.#kept.ofAny(references.subarray(i, end)));
    let result: Tristate = 0;
    for (; i < end; i++) {
      result = max(result, this.#evaluateRecord(references[i]!));
      if (result === 2 && this.skipsOperands) break;
    }
    return this.#promote(symbol, result);
  }

  /** `m` counts as `y` for what is bool. */
  #promote(symbol: ConfigSymbol, value: Tristate): Tristate {
    return value === 1 && this.effectiveType(symbol) === 'bool' ? 2 : value;
  }

  #logicalValue(symbol: ConfigSymbol, state: SymbolState): Tristate {
    if (symbol.choice && this.#choicesAreMenus) {
      this.calculateMembers(symbol.choice);
      return state.tristate;
    }
    if (symbol.choice && state.visibility === 2) {
      return this.state(symbol.choice).member === symbol ? 2 : 0;
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
      const isLifted = this.model.dialect.imply === 'unlimited' && state.weakReverseDependency === 2;
      value = isLifted ? 2 : this.#promote(symbol, value);
    }
    if (fallback && this.#comesFromTransitional(fallback, state)) {
      this.#changedUser = true;
      state.hasUser = true;
      state.userTristate = value;
    }
    return value;
  }

  #defaultAndImplied(found: FirstDefault | undefined, state: SymbolState): Tristate {
    let value: Tristate = 0;
    if (found) {
      value = min(this.#evaluateRecord(found.value), found.condition);
      if (value !== 0) state.write = true;
    }
    if (state.weakReverseDependency === 0) return value;
    state.write = true;
    const lifted = max(value, state.weakReverseDependency);
    return this.model.dialect.imply === 'limited' ? min(lifted, state.directDependency) : lifted;
  }

  #textValue(symbol: ConfigSymbol, state: SymbolState): string {
    if (state.visibility !== 0 && state.hasUser) return state.userText ?? '';
    const found = this.#firstDefault(symbol);
    if (found === undefined || found.value >= 0) return this.#missingText(symbol.type);
    state.write = true;
    const {text} = this.calculate(this.model.symbolAt(-1 - found.value));
    if (this.#comesFromTransitional(found, state)) {
      this.#changedUser = true;
      state.hasUser = true;
      state.userText = text;
    }
    return text;
  }

  /** The text of a number or string that nothing gives one. */
  #missingText(type: SymbolType): string {
    if (this.model.dialect.missingNumber === 'empty') return '';
    return type === 'int' ? '0' : type === 'hex' ? '0x0' : '';
  }

  /**
   * Whether a value comes from the user after all: from a transitional symbol that an old .config sets. Then it is
   * kept as the user's, so that nobody is asked again (sym_calc_value, Linux 7.2).
   */
  #comesFromTransitional({value}: FirstDefault, state: SymbolState): boolean {
    if (state.hasUser || value >= 0) return false;
    const source = this.model.symbolAt(-1 - value);
    return source.transitional && this.state(source).hasUser;
  }

  /** The first default whose condition holds (sym_get_default_prop). */
  activeDefault(symbol: ConfigSymbol): {property: Default; condition: Tristate} | undefined {
    const found = this.#firstDefault(symbol);
    if (!found) return undefined;
    const property = symbol.defaults[found.at - this.#conditions.defaultStart[symbol.index]!]!;
    return {property, condition: found.condition};
  }

  /** The same by its place in the model's conditions, and what it gives. */
  #firstDefault(symbol: ConfigSymbol): FirstDefault | undefined {
    const {defaultStart, defaults, defaultValues} = this.#conditions;
    for (let at = defaultStart[symbol.index]!; at < defaultStart[symbol.index + 1]!; at++) {
      const condition = this.#evaluateRecord(defaults[at]!);
      if (condition !== 0) return {at, value: defaultValues[at]!, condition};
    }
    return undefined;
  }

  /** sym_calc_choice: the member that is `y`. */
  #calculateChoice(choice: ConfigSymbol, state: SymbolState): void {
    let allSet = state.hasUser;
    for (const member of choice.members) {
      const memberState = this.state(member);
      this.#calculateVisibility(member, memberState);
      if (memberState.visibility !== 0) allSet &&= memberState.hasUser;
    }
    if (state.hasUser !== allSet) this.#changedUser = true;
    state.hasUser = allSet;
    const chosen = state.userMember;
    if (chosen && this.state(chosen).visibility !== 0) {
      state.member = chosen;
      return;
    }
    state.member = this.choiceDefault(choice);
    if (!state.member) state.tristate = 0;
  }

  /** The member of a choice that is `y`, if there is one. */
  chosenMember(choice: ConfigSymbol): ConfigSymbol | undefined {
    return this.#choicesAreMenus ? this.calculateMembers(choice) : this.calculate(choice).member;
  }

  /** The values of all visible members of a choice that is a menu; returns the one that is `y`. */
  calculateMembers(choice: ConfigSymbol): ConfigSymbol | undefined {
    if (this.calculatesEveryMember) {
      for (const member of choice.members) this.#calculateVisibility(member, this.state(member));
    }
    const chosen = chooseMember(choice, {
      byPriority: memberOrder(this, choice),
      calculateVisibility: (member) => {
        const state = this.state(member);
        this.#calculateVisibility(member, state);
        return state.visibility;
      },
      visibility: (member) => this.state(member).visibility,
      userValue: (member) => (this.state(member).hasUser ? this.state(member).userTristate : undefined),
      choiceDefault: () => this.choiceDefault(choice),
    });
    for (const member of choice.members) {
      const state = this.state(member);
      if (state.visibility === 0) continue;
      state.tristate = member === chosen ? 2 : 0;
      // The C tool has no text here, and a null pointer where a number takes its default from it.
      state.text = 'n';
      state.valid = true;
      state.write = true;
    }
    return chosen;
  }

  /** sym_choice_default: the first visible default, otherwise the first visible member. */
  choiceDefault(choice: ConfigSymbol): ConfigSymbol | undefined {
    for (const {condition, value} of choice.defaults) {
      if (this.evaluate(condition) === 0 || value.kind !== 'symbol') continue;
      if (this.state(value.symbol).visibility !== 0) return value.symbol;
    }
    return choice.members.find((member) => this.state(member).visibility !== 0);
  }

  /** set_all_choice_values of confdata.c. */
  setAllChoiceValues(choice: ConfigSymbol): void {
    for (const member of choice.members) {
      const state = this.state(member);
      if (!state.hasUser) state.userTristate = 0;
    }
    const state = this.state(choice);
    state.hasUser = true;
    state.valid = false;
    state.needsChoiceValues = false;
  }

  /** sym_get_string_default: the value without the user's, ranges ignored. */
  defaultText(symbol: ConfigSymbol): string {
    const state = this.state(symbol);
    this.#calculateVisibility(symbol, state);
    const modules = this.tristate(this.model.modules);
    const found = this.#firstDefault(symbol);
    if (!isLogical(symbol.type)) {
      const text = found && found.value < 0 ? this.calculate(this.model.symbolAt(-1 - found.value)).text : '';
      return text || this.#missingText(symbol.type);
    }
    let value: Tristate = found ? min(this.#evaluateRecord(found.value), found.condition) : 0;
    value = max(value, state.reverseDependency);
    if (value === 1 && ((!symbol.choice && modules === 0) || symbol.type === 'bool')) value = 2;
    return letters[max(value, state.weakReverseDependency)];
  }

  /** menu_is_visible of menu.c, with its side effect on symbols that show only through their children. */
  isNodeVisible(node: MenuNode): boolean {
    const {prompt, symbol} = node;
    if (!prompt) return false;
    if (node.visibility && this.evaluate(node.visibility) === 0) return false;
    if (symbol) this.calculate(symbol);
    else this.#promptVisibility[prompt.index] = this.evaluate(prompt.condition);
    if (this.#promptVisibility[prompt.index] !== 0) return true;
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

  /** sym_warn_unmet_dep. */
  #warnUnmetDependency(symbol: ConfigSymbol, state: SymbolState): void {
    state.unmet = unmetDependency(this, symbol);
    this.warnings.push(state.unmet);
  }
}

/** Whether a relation holds of what compares as `order`: less than, equal to or greater than zero. */
export function holds(kind: Relation, order: number): boolean {
  switch (kind) {
    case 'equal':
      return order === 0;
    case 'unequal':
      return order !== 0;
    case 'less':
      return order < 0;
    case 'lessEqual':
      return order <= 0;
    case 'greater':
      return order > 0;
    case 'greaterEqual':
      return order >= 0;
  }
}
