/** Brings an evaluation up to date after the user's values changed, by calculating what depends on the change. */

import {finished, inPieces, type Pieces} from '../base/pieces.ts';
import {type Dependents, dependentsInPieces, type Unit} from './dependents.ts';
import type {KeptValues} from './kept-values.ts';
import type {ConfigSymbol} from './symbol.ts';
import {SavedState} from './symbol-state.ts';
import type {Evaluation} from './values.ts';

/** What a change overwrote, so that it can be undone. */
export type Step = {
  /** The symbols of which anything changed, with what it was. */
  readonly saved: Map<ConfigSymbol, SavedState>;
  readonly pending: readonly Unit[];
  readonly unsettled: boolean;
  readonly kept: KeptValues | undefined;
};

/** Symbols that are calculated or compared in one piece of making ready. */
const atOnce = 50;

/** What became of a unit: see `Recalculation`. */
type Outcome = 'done' | 'pending' | 'unsettled';

/**
 * The state after each step is that of the C tool after the same change and a calculation of all symbols in the order of
 * its hash (sym_clear_all_valid, then sym_calc_value of each; symbol.c, Linux 6.1). Where a model is regular
 * (`Dependents`), less is calculated, to the same effect. Two things the C tool leaves for the calculation after
 * that, and so they are kept for the next step here:
 *
 * - A calculation may change whether the user counts as having set a symbol: sym_calc_choice takes that from a choice that
 *   has a visible member without a value, and a default that comes from a transitional symbol gives it (7.2). If that
 *   makes another value (a tristate choice falls from `y` to `m`), it does so when it is calculated again: the symbol is
 *   *pending*.
 * - A choice that is written but not `y` marks its members as written by the visibility they had before. Which of them
 *   keeps that mark depends on the order of calculation, and it is gone after the next one. So if a member became
 *   invisible, this step and the next calculate everything: the state is *unsettled*.
 */
export class Recalculation {
  readonly #evaluation: Evaluation;
  #dependents!: Dependents;
  #alwaysAll: boolean;
  #looseChoices: readonly Unit[] = [];
  /** By rank: 1 for the units to calculate in this step. */
  #dirty!: Uint8Array;
  /** The states of a unit while it is calculated. */
  readonly #before: SavedState[] = [];
  #pending: readonly Unit[] = [];
  #unsettled = false;

  /** What is left of making ready; undefined once all is. */
  #preparation: Pieces<void> | undefined = this.#prepare();

  /** Nothing is calculated until `start`, `prepare` or the first step. @param alwaysAll calculates every symbol at each step */
  constructor(evaluation: Evaluation, alwaysAll: boolean) {
    this.#evaluation = evaluation;
    this.#alwaysAll = alwaysAll;
  }

  /** Calculates every symbol. */
  start(): void {
    this.#preparation = undefined;
    finished(this.#index());
    this.#calculateAll(() => {});
    // The all…config modes leave choices to be set by their members when those are calculated.
    const isFinished = this.#evaluation.model.hashOrder.every(
      (symbol) => this.#evaluation.state(symbol).valid,
    );
    if (!isFinished) this.#calculateAll(() => {});
  }

  /**
   * Makes ready for steps without changing a value: the values are those that one calculation gave. If another would give
   * others, that is left to the first step.
   */
  prepare(): void {
    while (this.prepareSome());
  }

  /** Does a piece of that; false once all is done. Symbols may be looked at meanwhile, and counted as set (`leave`). */
  prepareSome(): boolean {
    if (this.#preparation?.next().done) this.#preparation = undefined;
    return this.#preparation !== undefined;
  }

  *#prepare(): Pieces<void> {
    yield* this.#index();
    yield;
    yield* this.#calculateInPieces(this.#evaluation);
    if (this.#alwaysAll) this.#calculateAgain();
    else yield* this.#calculateInCopy();
  }

  *#calculateInPieces(evaluation: Evaluation): Pieces<void> {
    const calculate = (symbol: ConfigSymbol) => evaluation.calculate(symbol);
    // First each after what it reads, where the order decides nothing: no piece then calculates a long chain of them.
    if (!this.#alwaysAll)
      yield* inPieces(this.#dependents.units, atOnce, ({symbols}) => symbols.forEach(calculate));
    yield* inPieces(evaluation.model.hashOrder, this.#alwaysAll ? atOnce : 10 * atOnce, calculate);
  }

  /** Where the order of calculation decides, nobody may look meanwhile. */
  #calculateAgain(): void {
    const changed = this.#calculateAll(() => {});
    for (const [symbol, state] of changed) this.#evaluation.restore(symbol, state);
    this.#pending = [];
    this.#unsettled = changed.size > 0;
  }

  *#calculateInCopy(): Pieces<void> {
    const {hashOrder} = this.#evaluation.model;
    // From here on, `leave` says that the copy is no more what it was made of.
    this.#unsettled = false;
    const copy = yield* this.#evaluation.copyInPieces();
    copy.invalidate();
    yield;
    yield* this.#calculateInPieces(copy);
    const saved = new SavedState();
    yield* inPieces(hashOrder, atOnce, (symbol) => {
      if (!this.#evaluation.isAsSaved(symbol, copy.save(symbol, saved))) this.#unsettled = true;
    });
  }

  *#index(): Pieces<void> {
    this.#dependents = yield* dependentsInPieces(this.#evaluation.model);
    this.#alwaysAll ||= this.#dependents.irregularity !== undefined;
    if (!this.#alwaysAll) this.#evaluation.restoreKept(undefined);
    this.#looseChoices = this.#dependents.units.filter(({looseChoice}) => looseChoice);
    this.#dirty = new Uint8Array(this.#dependents.units.length);
  }

  #unitOf(symbol: ConfigSymbol): Unit {
    return this.#dependents.units[this.#dependents.rankOf(symbol)]!;
  }

  /**
   * Changes user values, and calculates what depends on them.
   *
   * @param symbol whose user value is changed, or the values of its choice and of the other members; undefined if any may be
   * @param change does it; it may be called twice, and then finds the same state both times
   */
  step(symbol: ConfigSymbol | undefined, change: () => void): Step {
    this.prepare();
    const before = {pending: this.#pending, unsettled: this.#unsettled, kept: this.#evaluation.saveKept()};
    const saved =
      symbol && !this.#alwaysAll && !this.#unsettled ? this.#calculateDependents(symbol, change) : undefined;
    return {saved: saved ?? this.#calculateAll(change), ...before};
  }

  /** Changes user values and nothing else: what comes of them is left to the next step. */
  note(symbol: ConfigSymbol, change: () => void): Step {
    this.prepare();
    const evaluation = this.#evaluation;
    const before = {pending: this.#pending, unsettled: this.#unsettled, kept: evaluation.saveKept()};
    const {symbols} = this.#unitOf(symbol);
    const saved = new Map(symbols.map((one) => [one, evaluation.save(one)]));
    change();
    for (const [one, state] of saved) if (evaluation.isAsSaved(one, state)) saved.delete(one);
    this.leave(symbol);
    return {saved, ...before};
  }

  /** Changes all user values by what calculates once itself; what another calculation would change is left to the next step. */
  read(change: () => void): Step {
    this.prepare();
    const evaluation = this.#evaluation;
    const {hashOrder} = evaluation.model;
    const before = {pending: this.#pending, unsettled: this.#unsettled, kept: evaluation.saveKept()};
    const saved = new Map(hashOrder.map((symbol) => [symbol, evaluation.save(symbol)]));
    change();
    for (const symbol of hashOrder) evaluation.calculate(symbol);
    for (const [symbol, state] of saved) if (evaluation.isAsSaved(symbol, state)) saved.delete(symbol);
    this.#pending = [];
    this.#unsettled = true;
    return {saved, ...before};
  }

  /** Has a symbol calculated in the next step, whose user value changed meanwhile. */
  leave(symbol: ConfigSymbol): void {
    if (this.#preparation) this.#unsettled = true;
    if (this.#preparation || this.#alwaysAll) return;
    const unit = this.#unitOf(symbol);
    if (!this.#pending.includes(unit)) this.#pending = [...this.#pending, unit];
  }

  /** Goes back to what was before a step; steps are undone in the reverse order. */
  undo({saved, pending, unsettled, kept}: Step): void {
    for (const [symbol, state] of saved) this.#evaluation.restore(symbol, state);
    this.#pending = pending;
    this.#unsettled = unsettled;
    this.#evaluation.restoreKept(kept);
  }

  /** What changed, as it was; undefined, and all is as before, if it takes a calculation of everything. */
  #calculateDependents(symbol: ConfigSymbol, change: () => void): Map<ConfigSymbol, SavedState> | undefined {
    const evaluation = this.#evaluation;
    const saved = new Map<ConfigSymbol, SavedState>();
    const changed = this.#dependents.rankOf(symbol);
    for (const one of this.#dependents.units[changed]!.symbols) saved.set(one, evaluation.save(one));
    change();
    const {length} = evaluation.warnings;
    this.#dirty[changed] = 1;
    for (const {symbols} of this.#pending) this.#dirty[this.#dependents.rankOf(symbols[0]!)] = 1;
    const pending: Unit[] = [];
    evaluation.skipsOperands = true;
    // Readers stand above what they read, so that each unit is calculated once, after all it reads.
    for (let rank = this.#dirty.indexOf(1); rank >= 0; rank = this.#dirty.indexOf(1, rank + 1)) {
      this.#dirty[rank] = 0;
      const unit = this.#dependents.units[rank]!;
      const outcome = this.#calculateUnit(unit, saved);
      if (outcome === 'pending') pending.push(unit);
      if (outcome !== 'unsettled') continue;
      evaluation.skipsOperands = false;
      for (const [one, state] of saved) evaluation.restore(one, state);
      this.#dirty.fill(0);
      evaluation.warnings.length = length;
      return undefined;
    }
    evaluation.skipsOperands = false;
    this.#pending = pending;
    // The state has what is said of a symbol; the list would only grow.
    evaluation.warnings.length = length;
    for (const [one, state] of saved) if (evaluation.isAsSaved(one, state)) saved.delete(one);
    return saved;
  }

  /** Saves what changes of a unit, unless that is done, and marks the units that read it. */
  #calculateUnit({symbols, looseChoice}: Unit, saved: Map<ConfigSymbol, SavedState>): Outcome {
    const evaluation = this.#evaluation;
    const first = evaluation.state(symbols[0]!);
    const {hasUser} = first;
    // What is saved for the case of a change is kept only then: most units come out as they were.
    while (this.#before.length < symbols.length) this.#before.push(new SavedState());
    for (const [i, symbol] of symbols.entries()) evaluation.save(symbol, this.#before[i]);
    for (const symbol of symbols) evaluation.state(symbol).valid = false;
    for (const symbol of symbols) evaluation.calculate(symbol);
    const leavesMarks = looseChoice && this.#leavesMarks(symbols, this.#before);
    symbols.forEach((symbol, i) => {
      const before = this.#before[i]!;
      const now = evaluation.state(symbol);
      const {tristate, text, hasUser: wasSet} = (saved.get(symbol) ?? before).state;
      // Of a transitional symbol, it is also read whether it was set.
      if (now.tristate !== tristate || now.text !== text || (symbol.transitional && now.hasUser !== wasSet))
        this.#dependents.markReaders(symbol, this.#dirty);
      if (saved.has(symbol) || evaluation.isAsSaved(symbol, before)) return;
      saved.set(symbol, before);
      this.#before[i] = new SavedState();
    });
    if (leavesMarks) return 'unsettled';
    return first.hasUser === hasUser ? 'done' : 'pending';
  }

  #calculateAll(change: () => void): Map<ConfigSymbol, SavedState> {
    const evaluation = this.#evaluation;
    const {hashOrder} = evaluation.model;
    const saved = new Map(hashOrder.map((symbol) => [symbol, evaluation.save(symbol)]));
    change();
    const {length} = evaluation.warnings;
    const {units} = this.#dependents;
    const hasUser = units.map(({symbols}) => evaluation.state(symbols[0]!).hasUser);
    const loose = this.#looseChoices.map(({symbols}) => symbols.map((symbol) => evaluation.save(symbol)));
    evaluation.invalidate();
    for (const symbol of hashOrder) evaluation.calculate(symbol);
    evaluation.warnings.length = length;
    this.#pending = units.filter(
      ({symbols}, rank) => evaluation.state(symbols[0]!).hasUser !== hasUser[rank],
    );
    this.#unsettled = this.#looseChoices.some(({symbols}, i) => this.#leavesMarks(symbols, loose[i]!));
    for (const [symbol, state] of saved) if (evaluation.isAsSaved(symbol, state)) saved.delete(symbol);
    return saved;
  }

  /** Whether members became invisible in a choice that is written, but not `y`. */
  #leavesMarks(symbols: readonly ConfigSymbol[], before: readonly SavedState[]): boolean {
    const [choice] = symbols;
    const {tristate, visibility, reverseDependency} = this.#evaluation.state(choice!);
    if (tristate === 2 || (visibility === 0 && reverseDependency === 0)) return false;
    return symbols.some(
      (symbol, i) => before[i]!.state.visibility !== 0 && this.#evaluation.state(symbol).visibility === 0,
    );
  }
}
