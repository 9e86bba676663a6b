/** Visibility and values as BusyBox has them (symbol.c of its scripts/kconfig, from Linux 2.6.16). */

import {type Expression, letters, type Tristate} from './expression.ts';
import {isValidText} from './literal.ts';
import type {KconfigModel} from './model.ts';
import {numberText, parseSigned} from './numbers.ts';
import {
  type ConfigSymbol,
  type Default,
  type HelpSpan,
  isLogical,
  type MenuNode,
  type Range,
} from './symbol.ts';

/** What is known of one symbol (struct symbol of expr.h). */
export class BusyboxState {
  valid = false;
  /** Whether the user gave a value (not SYMBOL_NEW). */
  hasUser = false;
  userTristate: Tristate = 0;
  userText: string | undefined;
  userMember: ConfigSymbol | undefined;
  tristate: Tristate = 0;
  text = '';
  member: ConfigSymbol | undefined;
  visibility: Tristate = 0;
  reverseDependency: Tristate = 0;
  write = false;
}

const max = (a: Tristate, b: Tristate): Tristate => (a > b ? a : b);
const min = (a: Tristate, b: Tristate): Tristate => (a < b ? a : b);
const int = (value: bigint): bigint => BigInt.asIntN(32, value);

/** The values of a model's symbols, each computed when first asked for. */
export class BusyboxValues {
  readonly model: KconfigModel;
  readonly #states: BusyboxState[];
  readonly #promptVisibility: Uint8Array;
  #modules: Tristate = 0;

  constructor(model: KconfigModel) {
    this.model = model;
    this.#states = model.allSymbols.map(() => new BusyboxState());
    this.#promptVisibility = new Uint8Array(model.promptCount);
    for (const value of [0, 1, 2] as const) {
      Object.assign(this.#states[value]!, {
        valid: true,
        hasUser: true,
        tristate: value,
        text: letters[value],
      });
    }
  }

  state(symbol: ConfigSymbol): BusyboxState {
    return this.#states[symbol.index]!;
  }

  /** sym_get_string_value. */
  text(symbol: ConfigSymbol): string {
    const state = this.state(symbol);
    return isLogical(symbol.type) ? letters[state.tristate] : state.text;
  }

  /** The help text, which belongs to the symbol: the last one that was read. */
  helpOf(symbol: ConfigSymbol): HelpSpan | undefined {
    return symbol.nodes.findLast(({help}) => help)?.help;
  }

  /** sym_get_type: whether `m` counts as `y`. */
  isBool(symbol: ConfigSymbol): boolean {
    if (symbol.type !== 'tristate') return symbol.type === 'bool';
    return this.#modules === 0 || (symbol.choice !== undefined && this.state(symbol).visibility === 2);
  }

  isChangeable(symbol: ConfigSymbol): boolean {
    const {visibility, reverseDependency} = this.state(symbol);
    return visibility > reverseDependency;
  }

  /** expr_calc_value. */
  evaluate(expression: Expression | undefined): Tristate {
    if (!expression) return 2;
    switch (expression.kind) {
      case 'symbol':
        return this.calculate(expression.symbol).tristate;
      case 'not':
        return (2 - this.evaluate(expression.operand)) as Tristate;
      case 'and':
        return expression.operands.reduce<Tristate>(
          (value, operand) => min(value, this.evaluate(operand)),
          2,
        );
      case 'or':
        return expression.operands.reduce<Tristate>(
          (value, operand) => max(value, this.evaluate(operand)),
          0,
        );
      default: {
        this.calculate(expression.left);
        this.calculate(expression.right);
        const equal = this.text(expression.left) === this.text(expression.right);
        return equal === (expression.kind === 'equal') ? 2 : 0;
      }
    }
  }

  /** sym_clear_all_valid. */
  invalidate(): void {
    for (const state of this.#states.slice(3)) state.valid = false;
    this.calculate(this.model.modules);
  }

  /** sym_calc_value. */
  calculate(symbol: ConfigSymbol): BusyboxState {
    const state = this.state(symbol);
    if (state.valid) return state;
    state.valid = true;
    if (symbol.type === 'unknown') {
      state.text = symbol.name ?? '';
      state.tristate = 0;
      return state;
    }
    if (!symbol.choice) state.write = false;
    this.#calculateVisibility(symbol, state);
    // What a recursive evaluation of the same symbol sees.
    state.tristate = 0;
    state.text = '';
    state.member = undefined;
    if (isLogical(symbol.type)) {
      state.tristate = this.#logicalValue(symbol, state);
      if (symbol.isChoice && state.tristate === 2) this.#chooseMember(symbol, state);
    } else {
      state.text = this.#textValue(symbol, state);
      this.#clampToRange(symbol, state);
    }
    if (symbol === this.model.modules) this.#modules = state.tristate;
    if (symbol.isChoice && state.write) for (const member of symbol.members) this.state(member).write = true;
    return state;
  }

  #calculateVisibility(symbol: ConfigSymbol, state: BusyboxState): void {
    let visible: Tristate = 0;
    for (const prompt of symbol.prompts) {
      const one = this.evaluate(prompt.condition);
      this.#promptVisibility[prompt.index] = one;
      visible = max(visible, one);
    }
    if (visible === 1 && (symbol.type !== 'tristate' || this.#modules === 0)) visible = 2;
    state.visibility = visible;
    if (symbol.choice) return;
    let reverse: Tristate = 0;
    for (const {expression} of symbol.selectedBy) reverse = max(reverse, this.evaluate(expression));
    state.reverseDependency = this.#promote(symbol, reverse);
  }

  #promote(symbol: ConfigSymbol, value: Tristate): Tristate {
    return value === 1 && this.isBool(symbol) ? 2 : value;
  }

  #logicalValue(symbol: ConfigSymbol, state: BusyboxState): Tristate {
    const {visibility, reverseDependency} = state;
    let value: Tristate = 0;
    if (symbol.choice && visibility === 2) {
      value = this.state(symbol.choice).member === symbol ? 2 : 0;
    } else if (max(visibility, reverseDependency) !== 0) {
      state.write = true;
      if (state.hasUser) value = state.userTristate;
      else if (!symbol.isChoice) value = this.#defaultValue(symbol);
      value = max(min(value, visibility), reverseDependency);
    } else if (!symbol.isChoice) {
      value = this.#defaultValue(symbol);
      if (this.#activeDefault(symbol)) state.write = true;
    }
    return this.#promote(symbol, value);
  }

  #defaultValue(symbol: ConfigSymbol): Tristate {
    const found = this.#activeDefault(symbol);
    return found ? this.evaluate(found.value) : 0;
  }

  #activeDefault(symbol: ConfigSymbol): Default | undefined {
    return symbol.defaults.find(({condition}) => this.evaluate(condition) !== 0);
  }

  #textValue(symbol: ConfigSymbol, state: BusyboxState): string {
    if (state.visibility !== 0) {
      state.write = true;
      if (state.hasUser) return state.userText ?? '';
    }
    const value = this.#activeDefault(symbol)?.value;
    if (value?.kind !== 'symbol') return '';
    state.write = true;
    return this.calculate(value.symbol).text;
  }

  /** sym_calc_choice. */
  #chooseMember(choice: ConfigSymbol, state: BusyboxState): void {
    for (const member of this.#preferredMembers(choice, state)) {
      this.#calculateVisibility(member, this.state(member));
      if (this.state(member).visibility === 0) continue;
      state.member = member;
      return;
    }
    state.tristate = 0;
  }

  /** Each is asked for only when none before it is visible: what that computes may come back to the choice. */
  *#preferredMembers(choice: ConfigSymbol, {userMember}: BusyboxState): Generator<ConfigSymbol> {
    if (userMember) yield userMember;
    for (const {condition, value} of choice.defaults) {
      if (this.evaluate(condition) !== 0 && value.kind === 'symbol') yield value.symbol;
    }
    yield* choice.members;
  }

  #activeRange(symbol: ConfigSymbol): Range | undefined {
    return symbol.ranges.find(({condition}) => this.evaluate(condition) !== 0);
  }

  /** sym_get_range_val: an int of C. */
  #boundValue(bound: ConfigSymbol, base: 10 | 16): bigint {
    const {text} = this.calculate(bound);
    return int(parseSigned(text, bound.type === 'int' ? 10 : bound.type === 'hex' ? 16 : base).value);
  }

  /** sym_validate_range. */
  #clampToRange(symbol: ConfigSymbol, state: BusyboxState): void {
    const range = symbol.type === 'string' ? undefined : this.#activeRange(symbol);
    if (!range) return;
    const base = symbol.type === 'int' ? 10 : 16;
    const value = int(parseSigned(state.text, base).value);
    let bound = this.#boundValue(range.low, base);
    if (value >= bound) {
      bound = this.#boundValue(range.high, base);
      if (value <= bound) return;
    }
    state.text = base === 10 ? String(bound) : numberText(BigInt.asUintN(32, bound), 16);
  }

  /** sym_string_within_range, for what is no bool or tristate. */
  acceptsText(symbol: ConfigSymbol, text: string): boolean {
    if (!isValidText(symbol.type, text)) return false;
    const range = symbol.type === 'string' ? undefined : this.#activeRange(symbol);
    if (!range) return true;
    const base = symbol.type === 'int' ? 10 : 16;
    const value = int(parseSigned(text, base).value);
    return value >= this.#boundValue(range.low, base) && value <= this.#boundValue(range.high, base);
  }

  /** sym_tristate_within_range. */
  acceptsTristate(symbol: ConfigSymbol, value: Tristate): boolean {
    const {visibility, reverseDependency} = this.state(symbol);
    if (visibility === 0 || !isLogical(symbol.type) || (value === 1 && this.isBool(symbol))) return false;
    if (visibility <= reverseDependency) return false;
    if (symbol.choice && visibility === 2) return value === 2;
    return value >= reverseDependency && value <= visibility;
  }

  /** sym_set_tristate_value; false if the symbol cannot have the value. */
  setTristate(symbol: ConfigSymbol, value: Tristate): boolean {
    const state = this.state(symbol);
    const old = state.tristate;
    if (old !== value && !this.acceptsTristate(symbol, value)) return false;
    state.hasUser = true;
    if (symbol.choice && value === 2) {
      const choice = this.state(symbol.choice);
      choice.userMember = symbol;
      choice.hasUser = true;
      for (const member of symbol.choice.members) {
        const memberState = this.state(member);
        if (memberState.visibility !== 0) memberState.hasUser = true;
      }
    }
    state.userTristate = value;
    if (old !== value) this.invalidate();
    return true;
  }

  /** sym_set_string_value, for what is no bool or tristate. */
  setText(symbol: ConfigSymbol, text: string): boolean {
    if (!this.acceptsText(symbol, text)) return false;
    const state = this.state(symbol);
    state.hasUser = true;
    if (symbol.type === 'hex' && !/^0[xX]/.test(text)) state.userText = `0x${text}`;
    else if (state.userText === text) return true;
    else state.userText = text;
    this.invalidate();
    return true;
  }

  /** menu_is_visible. */
  isNodeVisible(node: MenuNode): boolean {
    const {prompt, symbol} = node;
    if (!prompt) return false;
    if (symbol) this.calculate(symbol);
    else this.#promptVisibility[prompt.index] = this.evaluate(prompt.condition);
    if (this.#promptVisibility[prompt.index] !== 0) return true;
    if (!symbol || this.state(symbol).tristate === 0) return false;
    return [...node.children()].some((child) => this.isNodeVisible(child));
  }
}
