/** A configuration that is edited, value by value, as a menu does it. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {none} from './conditions.ts';
import {type ReadOptions, readConfig, writeConfig, writeDefconfig} from './dotconfig.ts';
import {explainUnmet, type SymbolReason} from './explain.ts';
import {letters} from './expression.ts';
import {menuHelp} from './menu-help.ts';
import type {KconfigModel} from './model.ts';
import {loadConfig} from './modes.ts';
import {nodeWords, outlineWord} from './outline.ts';
import {activeRange} from './range.ts';
import {Recalculation, type Step} from './recalculation.ts';
import {type ConfigSymbol, isLogical, type MenuNode, type SymbolType} from './symbol.ts';
import type {SymbolState} from './symbol-state.ts';
import {acceptsUserValue, forgetUserValue, setUserValue} from './user-value.ts';
import type {Evaluation} from './values.ts';
import {explainValue, type ValueReason} from './why.ts';

/** What a user sees of a symbol. */
export type Shown = {
  /** `y`, `m` or `n`; the number; or the text, without quotes. */
  readonly value: string;
  /** The highest value the user can give. A number or text is visible unless this is `n`. */
  readonly visibility: 'n' | 'm' | 'y';
  /** Whether .config has a line for the symbol. */
  readonly written: boolean;
};

/** One symbol's difference; never are `before` and `after` the same. */
export type Change = {readonly symbol: ConfigSymbol; readonly before: Shown; readonly after: Shown};

export type Accepted = {
  readonly accepted: true;
  /** The symbol's value now. It is not the one that was set while the symbol is invisible, or selected higher. */
  readonly value: string;
  /** Every symbol whose value, visibility or line in .config changed, in the order of the menu. */
  readonly changes: readonly Change[];
};

export type Refused = {readonly accepted: false; readonly reason: SymbolReason};

/** A point of a session to go back to. */
export type Snapshot = {readonly length: number; readonly last: Step | undefined};

/**
 * The user's values and all that comes of them. After every call each symbol is up to date, though only what depends
 * on a change is calculated again: `Recalculation` says how, and what it equals.
 *
 * Symbols are given by name (without `CONFIG_`) or, since most choices have no name, as what the model has.
 */
export class Session {
  readonly model: KconfigModel;
  readonly #evaluation: Evaluation;
  readonly #recalculation: Recalculation;
  /** Where each symbol's first node stands in the menu, by symbol index. */
  #positions: Int32Array | undefined;
  #steps: Step[] = [];
  #forgotten = 0;
  readonly #asMconf: boolean;
  #seen: ConfigSymbol[] = [];

  /**
   * Starts from an evaluation, of which it makes its own copy.
   *
   * @param options.calculateAll calculates every symbol at each step: what a session is compared with
   * @param options.asMconf calculates when mconf does, which makes a difference to choices: values stay as reading gave them
   *   until the first of them changes, and what is set to the value it has leaves all as it is (conf_read,
   *   sym_set_tristate_value). The start takes no time; `prepare` makes ready for the first step.
   */
  constructor(
    evaluation: Evaluation,
    options: {readonly calculateAll?: boolean; readonly asMconf?: boolean} = {},
  ) {
    this.#asMconf = options.asMconf ?? false;
    this.model = evaluation.model;
    this.#evaluation = evaluation.copy();
    this.#evaluation.calculatesEveryMember = true;
    this.#recalculation = new Recalculation(this.#evaluation, options.calculateAll ?? false);
    if (!this.#asMconf) this.#recalculation.start();
    this.#evaluation.whenSeen = (symbol) => {
      this.#seen.push(symbol);
      this.#recalculation.leave(symbol);
    };
  }

  /** Starts from a .config text; without one, from the defaults. `options` are those of reading. */
  static of(model: KconfigModel, config?: string, options: ReadOptions = {}): Session {
    return new Session(loadConfig(model, config, options));
  }

  /** Makes ready for the first step (`asMconf`), unless that was done. */
  prepare(): void {
    this.#recalculation.prepare();
  }

  /** Does a piece of that, some milliseconds of work, in a moment in which nobody waits; false once all is done. */
  prepareSome(): boolean {
    return this.#recalculation.prepareSome();
  }

  /** `y`, `m` or `n`; the number; or the text, without quotes. Of an unknown name it is the empty text. */
  value(symbol: ConfigSymbol | string): string {
    const found = this.#find(symbol);
    return found ? this.#evaluation.value(found) : '';
  }

  /** The highest value the user can give; `n` if no prompt is visible. */
  visibility(symbol: ConfigSymbol | string): 'n' | 'm' | 'y' {
    const found = this.#find(symbol);
    return letters[found ? this.#evaluation.visibility(found) : 0];
  }

  /** Whether .config has a line for the symbol. */
  isWritten(symbol: ConfigSymbol | string): boolean {
    const found = this.#find(symbol);
    return found !== undefined && this.#evaluation.isWritten(found);
  }

  /** Whether the user gave the symbol a value. */
  isSet(symbol: ConfigSymbol | string): boolean {
    const found = this.#find(symbol);
    return found !== undefined && this.#evaluation.state(found).hasUser;
  }

  /** What the user gave a symbol of whatever type, whether it has an effect or not; undefined if nothing. */
  userValue(symbol: ConfigSymbol): string | undefined {
    const {hasUser, userTristate, userText} = this.#evaluation.state(symbol);
    if (!hasUser) return undefined;
    return isLogical(symbol.type) ? letters[userTristate] : userText;
  }

  /** The type in effect: a tristate is a bool without modules, and in a choice that is `y` (sym_get_type). */
  type(symbol: ConfigSymbol): SymbolType {
    return this.#evaluation.effectiveType(symbol);
  }

  /** Whether the user can change the value now (sym_is_changeable). */
  isChangeable(symbol: ConfigSymbol): boolean {
    return this.#evaluation.isChangeable(symbol);
  }

  /** The value that selects demand at least. */
  selected(symbol: ConfigSymbol): 'n' | 'm' | 'y' {
    return letters[this.#evaluation.calculate(symbol).reverseDependency];
  }

  /** The member of a choice that is `y`, if there is one (sym_get_choice_value; sym_calc_choice since 6.12). */
  chosenMember(choice: ConfigSymbol): ConfigSymbol | undefined {
    return this.#evaluation.chosenMember(choice);
  }

  /**
   * Whether a menu shows a node (menu_is_visible). Up to Linux 6.1, a symbol that is shown only for what is below it counts
   * as set by the user from then on: `takeSeen` tells which.
   */
  isShown(node: MenuNode): boolean {
    return this.#evaluation.isNodeVisible(node);
  }

  /** The symbols that count as set since they were seen, and were not taken before. */
  takeSeen(): readonly ConfigSymbol[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  /** Has a symbol count as set, as if a menu had shown it: what `takeSeen` told of another session. */
  see(symbol: ConfigSymbol): void {
    const state = this.#evaluation.state(symbol);
    if (state.hasUser) return;
    state.hasUser = true;
    this.#recalculation.leave(symbol);
  }

  /** The range that a number has to be in now (sym_get_range_prop), as it is written in the tree or as what is named there has it. */
  range(symbol: ConfigSymbol): {readonly low: string; readonly high: string} | undefined {
    const range = activeRange(this.#evaluation, symbol);
    return range && {low: this.#evaluation.value(range.low), high: this.#evaluation.value(range.high)};
  }

  /** What the C tool answers to `?` at a node, `menuHelp`; it looks at nodes as `isShown` does. */
  help(node: MenuNode): string {
    return menuHelp(this.#evaluation, node);
  }

  /** Where the symbol's first node stands in the menu, counted from 1; 0 if it has none. */
  position(symbol: ConfigSymbol): number {
    this.#positions ??= positionsIn(this.model);
    return this.#positions[symbol.index]!;
  }

  /** Whether `set` would take the value now (sym_string_within_range). */
  accepts(symbol: ConfigSymbol | string, value: string): boolean {
    const found = this.#find(symbol);
    if (!found) return false;
    this.#evaluation.calculate(found);
    return acceptsUserValue(this.#evaluation, found, value);
  }

  /**
   * Gives a symbol a value, as a user does in a menu (sym_set_string_value, symbol.c): `y`, `m` or `n`, a number, or a
   * text without quotes. A member of a choice that is set to `y` becomes the choice's, and the others follow.
   *
   * A tristate or bool is refused what it cannot be now; a number or a text only what its type or range does not allow,
   * so that an invisible one takes it and has it when it becomes visible. Nothing is changed if the value is refused.
   * The value a symbol has already is taken, too, from then on as the user's; tools from 6.12 on refuse even that to what
   * a user cannot change.
   */
  set(symbol: ConfigSymbol | string, value: string): Accepted | Refused {
    const found = this.#find(symbol);
    if (!found || !this.accepts(found, value)) {
      const reason = this.whyNot(symbol, value);
      if (reason.cause !== 'met') return {accepted: false, reason};
      const message = `${reason.symbol} is ${value} already, and a user cannot set it now`;
      return {accepted: false, reason: {...reason, message}};
    }
    const change = () => setUserValue(this.#evaluation, found, value);
    const changes =
      this.#asMconf && this.#isSame(found, value) ? this.#note(found, change) : this.#step(found, change);
    return {accepted: true, value: this.value(found), changes};
  }

  /**
   * Takes the user's value away, so that the default holds, as if .config had no line of the symbol. From a choice it
   * takes those of all its members. Returns what changed, in the order of the menu.
   */
  unset(symbol: ConfigSymbol | string): readonly Change[] {
    const found = this.#find(symbol);
    return found ? this.#step(found, () => forgetUserValue(this.#evaluation, found)) : [];
  }

  /** Takes all the user's values from a .config text instead of those there are (conf_read); it can be undone. */
  read(
    config: string,
    options: ReadOptions = {},
  ): {warnings: readonly Diagnostic[]; changes: readonly Change[]} {
    const warnings: Diagnostic[] = [];
    const read = () => {
      readConfig(this.#evaluation, config, options);
      warnings.push(...this.#evaluation.warnings.filter(({code}) => code !== 'unmet-dependency'));
      this.#evaluation.warnings.length = 0;
    };
    const step = this.#asMconf ? this.#recalculation.read(read) : this.#recalculation.step(undefined, read);
    return {warnings, changes: this.#done(step)};
  }

  /** The .config text, byte for byte that of the C tool (conf_write). */
  write(): string {
    this.#evaluation.changed = true;
    return writeConfig(this.#evaluation);
  }

  /** The text of a config that has only what differs from the defaults (conf_write_defconfig). */
  minimalConfig(): string {
    return writeDefconfig(this.#evaluation.copy());
  }

  /** What is selected past its dependencies now, in the order of the menu. */
  get warnings(): readonly Diagnostic[] {
    const unmet = this.model.hashOrder.filter((symbol) => this.#evaluation.state(symbol).unmet);
    return this.#inMenuOrder(unmet, (symbol) => symbol).map(
      (symbol) => this.#evaluation.state(symbol).unmet!,
    );
  }

  /** Why the symbol has its value: user, default, select …, with the lines. Undefined for an unknown name. */
  why(symbol: ConfigSymbol | string): ValueReason | undefined {
    const found = this.#find(symbol);
    return found && explainValue(this.#evaluation, found);
  }

  /** Why the symbol is not, or cannot be, `value`: which lines stand in the way, and what would clear them. */
  whyNot(symbol: ConfigSymbol | string, value: string): SymbolReason {
    return explainUnmet(this.#evaluation, symbol, value);
  }

  /** Takes the last step back (`set`, `unset` or `read`); undefined if there is none. Returns what changed by that. */
  undo(): readonly Change[] | undefined {
    return this.#steps.length === 0 ? undefined : this.#goBack(this.#steps.length - 1);
  }

  /** A point to go back to; it costs nothing. */
  snapshot(): Snapshot {
    return {length: this.#forgotten + this.#steps.length, last: this.#steps.at(-1)};
  }

  /**
   * Undoes every step after the snapshot, and returns what changed by that.
   *
   * @throws {RangeError} if the session went back before the snapshot, or forgot the steps since
   */
  restore({length, last}: Snapshot): readonly Change[] {
    const kept = length - this.#forgotten;
    const isThere = kept >= 0 && kept <= this.#steps.length && (kept === 0 || this.#steps[kept - 1] === last);
    if (!isThere) throw new RangeError('the session cannot go back to this snapshot any more');
    return this.#goBack(kept);
  }

  /** Forgets how to undo what was done up to now. A step takes memory by what it changed. */
  forgetSteps(): void {
    this.#forgotten += this.#steps.length;
    this.#steps = [];
  }

  /** The evaluation as it is now, on its own: it does not follow the session. */
  evaluation(): Evaluation {
    return this.#evaluation.copy();
  }

  #find(symbol: ConfigSymbol | string): ConfigSymbol | undefined {
    const found = typeof symbol === 'string' ? this.model.symbols.get(symbol) : symbol;
    const isSymbol = found?.isDeclared && found.type !== 'unknown' && found.kind !== 'constant';
    return isSymbol ? found : undefined;
  }

  /** Whether the C tool calculates nothing when a symbol is set to this value. */
  #isSame(symbol: ConfigSymbol, value: string): boolean {
    if (isLogical(symbol.type)) return this.value(symbol) === value;
    return this.userValue(symbol) === value;
  }

  #step(symbol: ConfigSymbol | undefined, change: () => void): readonly Change[] {
    return this.#done(this.#recalculation.step(symbol, change));
  }

  #note(symbol: ConfigSymbol, change: () => void): readonly Change[] {
    return this.#done(this.#recalculation.note(symbol, change));
  }

  #done(step: Step): readonly Change[] {
    this.#steps.push(step);
    return this.#changes(
      new Map([...step.saved].map(([changed, {state}]) => [changed, shown(changed, state)])),
    );
  }

  #goBack(length: number): readonly Change[] {
    const undone = this.#steps.splice(length);
    const before = new Map<ConfigSymbol, Shown>();
    for (const step of undone.reverse()) {
      for (const symbol of step.saved.keys()) {
        if (!before.has(symbol)) before.set(symbol, shown(symbol, this.#evaluation.state(symbol)));
      }
      this.#recalculation.undo(step);
    }
    return this.#changes(before);
  }

  #changes(before: ReadonlyMap<ConfigSymbol, Shown>): readonly Change[] {
    const changes: Change[] = [];
    for (const [symbol, old] of before) {
      const now = shown(symbol, this.#evaluation.state(symbol));
      if (old.value !== now.value || old.visibility !== now.visibility || old.written !== now.written)
        changes.push({symbol, before: old, after: now});
    }
    return this.#inMenuOrder(changes, ({symbol}) => symbol);
  }

  #inMenuOrder<T>(items: T[], symbolOf: (item: T) => ConfigSymbol): T[] {
    return items.sort((a, b) => this.position(symbolOf(a)) - this.position(symbolOf(b)));
  }
}

function positionsIn({outline, symbolCount}: KconfigModel): Int32Array {
  const positions = new Int32Array(symbolCount);
  const {words} = outline;
  // After the root, which is 0; the nodes after those of the menu have no symbol.
  for (let node = 1; node * nodeWords < words.length; node++) {
    const symbol = words[node * nodeWords + outlineWord.symbol]!;
    if (symbol !== none && positions[symbol] === 0) positions[symbol] = node;
  }
  return positions;
}

function shown(symbol: ConfigSymbol, state: SymbolState): Shown {
  const logical = isLogical(symbol.type);
  return {
    value: logical ? letters[state.tristate] : state.text,
    visibility: letters[state.visibility],
    written: state.write,
  };
}
