/** The smallest set of lines over a base that gives every goal its value, or the goals that cannot be had together. */

import {type ConfigSymbol, isLogical, type KconfigModel} from '../kconfig/index.ts';
import {countChanges} from './changes.ts';
import {type Demand, literalsOf} from './demand.ts';
import {Encoding} from './encoding.ts';
import {type Exchange, leastOfEquals} from './equal-ways.ts';
import {type Core, type FewestFound, fewestGivenUp} from './least-change.ts';
import {type Literal, negation, SatSolver} from './sat.ts';
import {isSameText, otherText} from './texts.ts';

export type Setting = {
  readonly symbol: ConfigSymbol;
  readonly value: string;
  /** The demands that need it; none if it is what was demanded. */
  readonly neededBy: readonly Demand[];
};

export type Solved = {
  readonly solved: true;
  /** Lines over the base: what was demanded and what that needs, in the order of the symbols. */
  readonly settings: readonly Setting[];
  /** What else, and as much, could have been set: of such ways the one was taken that changes the least. */
  readonly exchanges: readonly Exchange[];
  /** Whether it was possible only with a symbol selected past what it depends on. */
  readonly breaksDependencies: boolean;
};

/** Demands of which no configuration has all. */
export type Impossible = {readonly solved: false; readonly demands: readonly Demand[]};

/** What the base's .config says, and what it has selected past dependencies. */
export type Base = {
  readonly values: ReadonlyMap<string, string>;
  readonly unmet?: ReadonlySet<ConfigSymbol>;
  /** How many symbols have another value by settings, where somebody knows without reading the base with them. */
  readonly countChanges?: (settings: ReadonlyMap<ConfigSymbol, string>) => number;
};

/** What demands say of: of a choice they say what it is by a member that is to be, and not by one that is not. */
function spokenOf(demands: readonly Demand[]): ReadonlySet<ConfigSymbol> {
  return new Set(
    demands.map(({symbol, values}) =>
      values.includes('n') && symbol.choice ? symbol : (symbol.choice ?? symbol),
    ),
  );
}

/** Solves demands over one base, one set after another. */
export class Solver {
  readonly #model: KconfigModel;
  readonly #base: Base;
  readonly #wanted = new Map<ConfigSymbol, string[]>();
  #encoding: Encoding;

  constructor(model: KconfigModel, base: Base) {
    this.#model = model;
    this.#base = base;
    this.#encoding = this.#encode();
  }

  #encode(): Encoding {
    const {values, unmet} = this.#base;
    const options = {wanted: this.#wanted, ...(unmet === undefined ? {} : {unmet})};
    return new Encoding(this.#model, new SatSolver(), values, options);
  }

  /** Sets as few other symbols as any solution does. */
  solve(demands: readonly Demand[]): Solved | Impossible {
    this.#wantTexts(demands);
    const literals = demands.map((demand) => this.#literals(demand));
    const all = literals.flat();
    const {strict} = this.#encoding;
    const of = (literal: Literal) => demands.filter((_, i) => literals[i]!.includes(literal));
    let isStrict = true;
    let known: {readonly kept: ReadonlyMap<Literal, ConfigSymbol>; readonly found: FewestFound} | undefined;
    for (;;) {
      const fixed = isStrict ? [strict, ...all] : all;
      const kept = this.#keptOf(demands);
      // What was given up before stays so: since then, more was only encoded.
      const wishes = [...kept.keys()].filter((literal) => !known?.kept.has(literal));
      const found = fewestGivenUp(this.#encoding.solver, [fixed], wishes, known?.found);
      if (!found.solved && !found.demands.includes(strict))
        return {solved: false, demands: [...new Set(found.demands.flatMap(of))]};
      if (!found.solved) {
        isStrict = false;
        known = undefined;
        continue;
      }
      known = {kept, found};
      if (isStrict && this.#encoding.limitSelectsOfSolution()) continue;
      const fewest = {demands: fixed, kept, found, isStrict};
      const least = leastOfEquals(this.#encoding, fewest, () => this.#changes(demands));
      if (!least) continue;
      this.#settle(demands, fixed, least.set);
      if (isStrict && this.#encoding.limitSelectsOfSolution()) continue;
      const settings = this.#settings(demands, (literal) => this.#neededBy(literal, found.cores, fixed, of));
      return {solved: true, settings, exchanges: least.exchanges, breaksDependencies: !isStrict};
    }
  }

  /** How many symbols change by the solver's solution. */
  #changes(demands: readonly Demand[]): number {
    const settings = this.#values(demands, this.#keptOf(demands));
    return this.#base.countChanges?.(settings) ?? countChanges(this.#model, this.#base.values, settings);
  }

  #neededBy(
    literal: Literal,
    cores: readonly Core[],
    fixed: readonly Literal[],
    of: (literal: Literal) => readonly Demand[],
  ): readonly Demand[] {
    const core = cores.find(({wishes}) => wishes.includes(literal));
    if (core && core.demands.length > 0) return [...new Set(core.demands.flatMap(of))];
    const answer = this.#encoding.solver.solve(fixed, [literal]);
    return answer.satisfiable ? [] : [...new Set(answer.conflict.flatMap(of))];
  }

  /** Lets nothing select the symbol past what it depends on in what is solved from now on, unless the base had it so. */
  limitSelectorsOf(symbol: ConfigSymbol): void {
    for (const {property} of symbol.selectedBy)
      if (property?.node.symbol) this.#encoding.limitSelects(property.node.symbol);
  }

  /** Whether some configuration has all of the demands. */
  isPossible(demands: readonly Demand[]): boolean {
    return this.conflictAmong(demands) === undefined;
  }

  /** Some of the demands, of which no configuration has all; undefined where one has. It need not be the smallest such set. */
  conflictAmong<D extends Demand>(demands: readonly D[]): readonly D[] | undefined {
    this.#wantTexts(demands);
    const literals = demands.map((demand) => this.#literals(demand));
    const answer = this.#encoding.solver.solve(literals.flat());
    if (answer.satisfiable) return undefined;
    return demands.filter((_, i) => literals[i]!.some((literal) => answer.conflict.includes(literal)));
  }

  /** As many of the symbols as can be `n` together beside the demands. */
  switchOff(symbols: readonly ConfigSymbol[], demands: readonly Demand[]): readonly ConfigSymbol[] {
    this.#wantTexts(demands);
    const all = demands.flatMap((demand) => this.#literals(demand));
    const off = new Map(symbols.map((symbol) => [negation(this.#encoding.pair(symbol).m), symbol]));
    const {solver} = this.#encoding;
    if (!fewestGivenUp(solver, [all], [...off.keys()]).solved) return [];
    return [...off].flatMap(([literal, symbol]) => (solver.isTrue(literal) ? [symbol] : []));
  }

  /** Numbers and texts that the encoding does not tell apart yet. */
  #wantTexts(demands: readonly Demand[]): void {
    let isNew = false;
    for (const {symbol, values} of demands) {
      if (isLogical(symbol.type)) continue;
      for (const value of values) {
        if (this.#encoding.values(symbol).some(({text}) => isSameText(symbol, text, value))) continue;
        const wanted = this.#wanted.get(symbol) ?? [];
        this.#wanted.set(symbol, [...wanted, value]);
        isNew = true;
      }
    }
    if (isNew) this.#encoding = this.#encode();
  }

  /** What has to be true for a demand: of a number or text also that .config has it. */
  #literals(demand: Demand): readonly Literal[] {
    const literals = literalsOf(demand, this.#encoding);
    return isLogical(demand.symbol.type) ? literals : [this.#encoding.written(demand.symbol), ...literals];
  }

  /** The literals by which symbols are kept, but those that the demands speak of. */
  #keptOf(demands: readonly Demand[]): ReadonlyMap<Literal, ConfigSymbol> {
    const spoken = spokenOf(demands);
    const kept = new Map<Literal, ConfigSymbol>();
    for (const [symbol, literal] of this.#encoding.kept) if (!spoken.has(symbol)) kept.set(literal, symbol);
    return kept;
  }

  /** Of the solutions that set these symbols and no others, takes the one with the least in them. */
  #settle(demands: readonly Demand[], fixed: readonly Literal[], set: ReadonlySet<ConfigSymbol>): void {
    const {solver} = this.#encoding;
    const kept = [...this.#keptOf(demands)].flatMap(([literal, symbol]) =>
      set.has(symbol) ? [] : [literal],
    );
    const wishes = demands.flatMap((demand) => this.#preferred(demand));
    for (const symbol of set) {
      if (!isLogical(symbol.type)) continue;
      const {m, y} = this.#encoding.pair(symbol);
      wishes.push(negation(m));
      if (m !== y) wishes.push(negation(y));
    }
    fewestGivenUp(solver, [fixed, kept], wishes);
  }

  /** That a demand which leaves several values open gets the first of them. */
  #preferred({symbol, values, atLeast}: Demand): readonly Literal[] {
    const [first] = values;
    if (values.length < 2 && !atLeast) return [];
    if (symbol.type === 'tristate') {
      const {y} = this.#encoding.pair(symbol);
      return [first === 'y' ? y : negation(y)];
    }
    const value = this.#encoding.values(symbol).find(({text}) => isSameText(symbol, text, first!));
    return value ? [value.literal] : [];
  }

  /** The lines that give the solver's solution, each with the demands that need it. */
  #settings(
    demands: readonly Demand[],
    neededBy: (literal: Literal) => readonly Demand[],
  ): readonly Setting[] {
    const kept = this.#keptOf(demands);
    const values = this.#values(demands, kept);
    const changed = [...kept].filter(([literal]) => !this.#encoding.solver.isTrue(literal));
    const needs = new Map<ConfigSymbol, readonly Demand[]>();
    const spoken = spokenOf(demands);
    // What asks the solver again comes after what reads its solution.
    for (const [literal, symbol] of changed) {
      if (spoken.has(symbol)) continue;
      const needed = neededBy(literal);
      for (const member of symbol.isChoice ? symbol.members : [symbol]) needs.set(member, needed);
    }
    return [...values]
      .map(([symbol, value]) => ({symbol, value, neededBy: needs.get(symbol) ?? []}))
      .sort((a, b) => a.symbol.index - b.symbol.index);
  }

  /** The values in the solver's solution of what it sets and of what the demands speak of. */
  #values(
    demands: readonly Demand[],
    kept: ReadonlyMap<Literal, ConfigSymbol>,
  ): ReadonlyMap<ConfigSymbol, string> {
    const {solver} = this.#encoding;
    const changed = [...kept].flatMap(([literal, symbol]) => (solver.isTrue(literal) ? [] : [symbol]));
    const values = new Map<ConfigSymbol, string>();
    for (const symbol of [...changed, ...demands.map((demand) => demand.symbol.choice ?? demand.symbol)])
      for (const member of symbol.isChoice ? symbol.members : [symbol]) {
        const value = this.#valueOf(member);
        if (value !== undefined) values.set(member, value);
      }
    return values;
  }

  #valueOf(symbol: ConfigSymbol): string | undefined {
    const {solver} = this.#encoding;
    if (isLogical(symbol.type)) {
      const {m, y} = this.#encoding.pair(symbol);
      return solver.isTrue(y) ? 'y' : solver.isTrue(m) ? 'm' : 'n';
    }
    const value = this.#encoding.values(symbol).find(({literal}) => solver.isTrue(literal));
    return value?.text === otherText ? undefined : value?.text;
  }
}
