/** Visibility and values as Kconfiglib has them (the properties of Symbol and Choice in kconfiglib.py 14.1.0). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {letters, type Tristate} from './expression.ts';
import {
  isLogical,
  type KconfiglibChoice,
  type KconfiglibExpression,
  type KconfiglibItem,
  type KconfiglibModel,
  type KconfiglibSymbol,
  operandsOf,
  tristateOf,
} from './kconfiglib-model.ts';
import {nameAndPlaces, printExpression} from './kconfiglib-printed.ts';
import {kconfiglibWarning} from './kconfiglib-sources.ts';
import {integerText, parseInteger} from './kconfiglib-text.ts';
import type {FileLine} from './source.ts';

/** What is known of a symbol or a choice; what is undefined was not computed since the last change. */
export class KconfiglibState {
  text: string | undefined;
  tristate: Tristate | undefined;
  visibility: Tristate | undefined;
  /** Whether .config has a line for it; known once there is a value. */
  isWritten = false;
  /** What the user gave: a tristate to a bool, tristate or choice, a text to others. */
  user: Tristate | string | undefined;
  /** Whether the .config that is being read gave a value. */
  wasSet = false;
  /** Of a choice: the member that is y, null if there is none. */
  selection: KconfiglibSymbol | null | undefined;
  userSelection: KconfiglibSymbol | undefined;
}

const greater = (a: Tristate, b: Tristate): Tristate => (a > b ? a : b);
const lesser = (a: Tristate, b: Tristate): Tristate => (a < b ? a : b);

type NumberRange = {readonly low: bigint; readonly high: bigint};

/** The values of a model's symbols, each computed when first asked for. */
export class KconfiglibValues {
  readonly model: KconfiglibModel;
  /** Whether warnings are said. */
  warns = true;
  /** Whether a value for a symbol without prompt is warned of. */
  warnsOfPromptless = true;
  readonly #states: readonly KconfiglibState[];
  readonly #warn: (diagnostic: Diagnostic) => void;

  constructor(model: KconfiglibModel, warn: (diagnostic: Diagnostic) => void = () => undefined) {
    this.model = model;
    this.#warn = warn;
    this.#states = Array.from({length: model.count}, () => new KconfiglibState());
    for (const value of [0, 1, 2] as const) this.#states[value]!.tristate = value;
  }

  warn(message: string, location?: FileLine): void {
    if (this.warns) this.#warn(kconfiglibWarning(message, location));
  }

  state({index}: KconfiglibItem): KconfiglibState {
    return this.#states[index]!;
  }

  /** expr_value. */
  evaluate(expression: KconfiglibExpression): Tristate {
    switch (expression.kind) {
      case 'symbol':
        return this.tristate(expression);
      case 'choice':
        return this.mode(expression);
      case 'and': {
        const left = this.evaluate(expression.left);
        return left === 0 ? 0 : lesser(left, this.evaluate(expression.right));
      }
      case 'or': {
        const left = this.evaluate(expression.left);
        return left === 2 ? 2 : greater(left, this.evaluate(expression.right));
      }
      case 'not':
        return (2 - this.evaluate(expression.operand)) as Tristate;
      default: {
        const order = this.#compare(expression.left, expression.right);
        const holds = {
          '=': order === 0,
          '!=': order !== 0,
          '<': order < 0,
          '<=': order <= 0,
          '>': order > 0,
          '>=': order >= 0,
        }[expression.relation];
        return holds ? 2 : 0;
      }
    }
  }

  #compare(left: KconfiglibSymbol, right: KconfiglibSymbol): number {
    if (left.type !== 'string' || right.type !== 'string') {
      const a = this.#number(left);
      const b = a === undefined ? undefined : this.#number(right);
      if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
    }
    const a = this.text(left);
    const b = this.text(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** _sym_to_num. */
  #number(symbol: KconfiglibSymbol): bigint | undefined {
    if (isLogical(symbol)) return BigInt(this.tristate(symbol));
    return parseInteger(this.text(symbol), symbol.type === 'int' ? 10 : symbol.type === 'hex' ? 16 : 0);
  }

  /** Whether `m` counts as `y`. */
  #isBool(item: KconfiglibItem): boolean {
    if (item.type !== 'tristate') return item.type === 'bool';
    const choice = item.kind === 'symbol' ? item.choice : undefined;
    return (choice !== undefined && this.mode(choice) === 2) || this.tristate(this.model.modules) === 0;
  }

  /** _visibility. */
  visibility(item: KconfiglibItem): Tristate {
    const state = this.state(item);
    state.visibility ??= this.#visibility(item);
    return state.visibility;
  }

  #visibility(item: KconfiglibItem): Tristate {
    let visible: Tristate = 0;
    for (const {prompt} of item.nodes) {
      if (prompt) visible = greater(visible, this.evaluate(prompt.condition));
    }
    const choice = item.kind === 'symbol' ? item.choice : undefined;
    if (choice) {
      if (choice.type === 'tristate' && item.type !== 'tristate' && this.mode(choice) !== 2) return 0;
      if (item.type === 'tristate' && visible === 1 && this.mode(choice) === 2) return 0;
    }
    const isTristate = item.type === 'tristate' && !this.#isBool(item);
    return visible === 1 && !isTristate ? 2 : visible;
  }

  /** The value of a choice (Choice.tri_value): whether one member is y, or any may be m. */
  mode(choice: KconfiglibChoice): Tristate {
    const {user} = this.state(choice);
    const wanted = greater(choice.isOptional ? 0 : 1, (user ?? 0) as Tristate);
    const value = lesser(wanted, this.visibility(choice));
    return value === 1 && this.#isBool(choice) ? 2 : value;
  }

  /** The member that is y. */
  selection(choice: KconfiglibChoice): KconfiglibSymbol | undefined {
    const state = this.state(choice);
    if (state.selection === undefined) state.selection = this.#selection(choice) ?? null;
    return state.selection ?? undefined;
  }

  #selection(choice: KconfiglibChoice): KconfiglibSymbol | undefined {
    if (this.mode(choice) !== 2) return undefined;
    const {userSelection} = this.state(choice);
    if (userSelection && this.visibility(userSelection) !== 0) return userSelection;
    return this.defaultSelection(choice);
  }

  defaultSelection(choice: KconfiglibChoice): KconfiglibSymbol | undefined {
    for (const {value, condition} of choice.defaults) {
      const member = value as KconfiglibSymbol;
      if (this.evaluate(condition) !== 0 && this.visibility(member) !== 0) return member;
    }
    return choice.members.find((member) => this.visibility(member) !== 0);
  }

  /** Symbol.tri_value. */
  tristate(symbol: KconfiglibSymbol): Tristate {
    const state = this.state(symbol);
    if (state.tristate !== undefined) return state.tristate;
    if (!isLogical(symbol)) {
      if (symbol.type !== 'unknown') {
        this.warn(
          `The ${symbol.type} symbol ${nameAndPlaces(symbol)} is being evaluated in a logical context somewhere. It will always evaluate to n.`,
        );
      }
      state.tristate = 0;
      return 0;
    }
    const visible = this.visibility(symbol);
    state.isWritten = visible !== 0;
    let value: Tristate = 0;
    if (!symbol.choice) value = this.#freeTristate(symbol, state, visible);
    else if (visible === 2) value = this.selection(symbol.choice) === symbol ? 2 : 0;
    else if (visible !== 0 && state.user) value = 1;
    state.tristate = value;
    return value;
  }

  #freeTristate(symbol: KconfiglibSymbol, state: KconfiglibState, visible: Tristate): Tristate {
    let value: Tristate = 0;
    if (visible !== 0 && state.user !== undefined) value = lesser(state.user as Tristate, visible);
    else {
      value = this.#defaultTristate(symbol);
      if (value !== 0) state.isWritten = true;
      const implied = this.evaluate(symbol.impliedBy);
      if (implied !== 0 && this.evaluate(symbol.directDependency) !== 0) {
        value = greater(implied, value);
        state.isWritten = true;
      }
    }
    const selected = this.evaluate(symbol.selectedBy);
    if (selected !== 0) {
      if (this.evaluate(symbol.directDependency) < selected) this.#warnOfUnmet(symbol);
      value = greater(selected, value);
      state.isWritten = true;
    }
    return value === 1 && (this.#isBool(symbol) || this.evaluate(symbol.impliedBy) === 2) ? 2 : value;
  }

  #defaultTristate(symbol: KconfiglibSymbol): Tristate {
    for (const {value, condition} of symbol.defaults) {
      const limit = this.evaluate(condition);
      if (limit !== 0) return lesser(this.evaluate(value), limit);
    }
    return 0;
  }

  /** Symbol.str_value. */
  text(symbol: KconfiglibSymbol): string {
    const state = this.state(symbol);
    state.text ??= this.#text(symbol, state);
    return state.text;
  }

  #text(symbol: KconfiglibSymbol, state: KconfiglibState): string {
    const {type} = symbol;
    if (isLogical(symbol)) return letters[this.tristate(symbol)];
    if (type === 'unknown') return symbol.name;
    const visible = this.visibility(symbol);
    state.isWritten = visible !== 0;
    let value: string;
    if (type === 'string') {
      value =
        visible !== 0 && state.user !== undefined
          ? String(state.user)
          : (this.#activeDefault(symbol, state) ?? '');
    } else value = this.#numberText(symbol, state, visible);
    if (symbol.environmentVariable !== undefined || symbol === this.model.defconfigList)
      state.isWritten = false;
    return value;
  }

  #activeDefault(symbol: KconfiglibSymbol, state: KconfiglibState): string | undefined {
    for (const {value, condition} of symbol.defaults) {
      if (this.evaluate(condition) === 0) continue;
      state.isWritten = true;
      return this.text(value as KconfiglibSymbol);
    }
    return undefined;
  }

  #activeRange(symbol: KconfiglibSymbol, base: 10 | 16): NumberRange | undefined {
    for (const {low, high, condition} of symbol.ranges) {
      if (this.evaluate(condition) === 0) continue;
      return {
        low: parseInteger(this.text(low), base) ?? 0n,
        high: parseInteger(this.text(high), base) ?? 0n,
      };
    }
    return undefined;
  }

  #numberText(symbol: KconfiglibSymbol, state: KconfiglibState, visible: Tristate): string {
    const base = symbol.type === 'int' ? 10 : 16;
    const range = this.#activeRange(symbol, base);
    const print = (value: bigint) => integerText(value, base);
    const printRange = ({low, high}: NumberRange) => `([${print(low)}, ${print(high)}])`;
    if (visible !== 0 && state.user) {
      const value = parseInteger(String(state.user), base)!;
      if (!range || (range.low <= value && value <= range.high)) return String(state.user);
      this.warn(
        `user value ${print(value)} on the ${symbol.type} symbol ${nameAndPlaces(symbol)} ignored due to being outside the active range ${printRange(range)} -- falling back on defaults`,
      );
    }
    const found = this.#activeDefault(symbol, state);
    const value = (found === undefined ? undefined : parseInteger(found, base)) ?? 0n;
    if (!range || (value >= range.low && value <= range.high)) return found ?? '';
    const clamped = value < range.low ? range.low : range.high;
    if (found !== undefined) {
      this.warn(
        `default value ${value} on ${nameAndPlaces(symbol)} clamped to ${print(clamped)} due to being outside the active range ${printRange(range)}`,
      );
    }
    return print(clamped);
  }

  /** What the value would be without the user, as far as write_min_config looks (_str_default). */
  defaultText(symbol: KconfiglibSymbol): string {
    if (symbol.type === 'unknown') return '';
    if (!isLogical(symbol)) {
      const found = symbol.defaults.find(({condition}) => this.evaluate(condition) !== 0);
      return found ? this.text(found.value as KconfiglibSymbol) : '';
    }
    if (symbol.choice) return 'n';
    const own = this.#defaultTristate(symbol);
    const lifted = greater(this.evaluate(symbol.selectedBy), this.evaluate(symbol.impliedBy));
    const value = greater(lifted, own);
    return letters[value === 1 && this.#isBool(symbol) ? 2 : value];
  }

  #warnOfUnmet(symbol: KconfiglibSymbol): void {
    const letter = (expression: KconfiglibExpression) => letters[this.evaluate(expression)];
    const {directDependency, selectedBy} = symbol;
    let message = `${nameAndPlaces(symbol)} has direct dependencies ${printExpression(directDependency)} with value ${letter(directDependency)}, but is currently being ${letter(selectedBy)}-selected by the following symbols:`;
    for (const select of operandsOf(selectedBy, 'or')) {
      if (this.evaluate(select) <= this.evaluate(directDependency)) continue;
      const selector = operandsOf(select, 'and')[0] as KconfiglibSymbol;
      const {directDependency: own} = selector;
      message += `\n - ${nameAndPlaces(selector)}, with value ${this.text(selector)}, direct dependencies ${printExpression(own)} (value: ${letter(own)})`;
      if (select.kind === 'and') {
        message += `, and select condition ${printExpression(select.right)} (value: ${letter(select.right)})`;
      }
    }
    this.warn(message);
  }

  /** The values a user can give (Symbol.assignable). */
  assignable(symbol: KconfiglibSymbol): readonly Tristate[] {
    const visible = isLogical(symbol) ? this.visibility(symbol) : 0;
    if (visible === 0) return [];
    const selected = this.evaluate(symbol.selectedBy);
    if (visible === 2) {
      if (symbol.choice || selected === 2) return [2];
      const isTwoValued = this.#isBool(symbol) || this.evaluate(symbol.impliedBy) === 2;
      if (selected === 0) return isTwoValued ? [0, 2] : [0, 1, 2];
      return isTwoValued ? [2] : [1, 2];
    }
    if (selected !== 0) return [selected];
    return this.evaluate(symbol.impliedBy) === 2 ? [0, 2] : [0, 1];
  }

  /** Gives a symbol a value (Symbol.set_value); false if its type does not allow it. */
  set(symbol: KconfiglibSymbol, given: string | Tristate): boolean {
    const state = this.state(symbol);
    const value = isLogical(symbol) && typeof given === 'string' ? (tristateOf(given) ?? given) : given;
    if (value === state.user && !symbol.choice) {
      state.wasSet = true;
      return true;
    }
    if (!allows(symbol, value)) {
      const printed = typeof value === 'number' ? letters[value] : `'${value}'`;
      this.warn(
        `the value ${printed} is invalid for ${nameAndPlaces(symbol)}, which has type ${symbol.type} -- assignment ignored`,
      );
      return false;
    }
    state.user = value;
    state.wasSet = true;
    if (symbol.choice && value === 2) {
      const choice = this.state(symbol.choice);
      choice.userSelection = symbol;
      choice.wasSet = true;
      this.#invalidate(symbol.choice);
    } else this.#invalidateIfPrompted(symbol);
    return true;
  }

  /** Choice.set_value. */
  setMode(choice: KconfiglibChoice, value: Tristate): void {
    const state = this.state(choice);
    if (value === state.user) {
      state.wasSet = true;
      return;
    }
    if (choice.type !== 'tristate' && (choice.type !== 'bool' || value === 1)) {
      this.warn(
        `the value ${letters[value]} is invalid for ${nameAndPlaces(choice)}, which has type ${choice.type} -- assignment ignored`,
      );
      return;
    }
    state.user = value;
    state.wasSet = true;
    this.#invalidate(choice);
  }

  unset(item: KconfiglibItem): void {
    const state = this.state(item);
    if (state.user === undefined && !state.userSelection) return;
    state.user = state.userSelection = undefined;
    if (item.kind === 'choice') this.#invalidate(item);
    else this.#invalidateIfPrompted(item);
  }

  #invalidateIfPrompted(symbol: KconfiglibSymbol): void {
    if (symbol.nodes.some(({prompt}) => prompt)) this.#invalidate(symbol);
    else if (this.warnsOfPromptless) {
      this.warn(`${nameAndPlaces(symbol)} has no prompt, meaning user values have no effect on it`);
    }
  }

  /** Forgets the value of an item and of all that depends on it, as far as these have one (_rec_invalidate). */
  #invalidate(first: KconfiglibItem): void {
    const waiting: KconfiglibItem[] = [first];
    for (let item = waiting.pop(); item; item = waiting.pop()) {
      if (item === this.model.modules) {
        for (const symbol of this.model.defined) this.#forget(symbol);
        for (const choice of this.model.choices) this.#forget(choice);
        continue;
      }
      this.#forget(item);
      for (const dependent of item.dependents) {
        if (this.state(dependent).visibility !== undefined) waiting.push(dependent);
      }
    }
  }

  #forget(item: KconfiglibItem): void {
    const state = this.state(item);
    state.text = state.tristate = state.visibility = state.selection = undefined;
  }
}

function allows({type}: KconfiglibSymbol, value: string | Tristate): boolean {
  if (typeof value === 'number') return type === 'tristate' || (type === 'bool' && value !== 1);
  if (type === 'string') return true;
  if (type === 'int') return parseInteger(value, 10) !== undefined;
  return type === 'hex' && (parseInteger(value, 16) ?? -1n) >= 0n;
}
