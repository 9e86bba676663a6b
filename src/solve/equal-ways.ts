/**
 * Of the ways to set as few symbols one that changes little, and what could be exchanged in it. How much changes is counted by the exact
 * evaluator, as most of what follows from a setting is not encoded: to encode all of a kernel takes longer than to solve.
 */

import type {ConfigSymbol} from '../kconfig/index.ts';
import type {Encoding} from './encoding.ts';
import {type FewestFound, fewestGivenUp} from './least-change.ts';
import {type Literal, negation} from './sat.ts';

/** Symbols that are set, and others, as many, of which any list could be set in their place. */
export type Exchange = {
  readonly set: readonly ConfigSymbol[];
  readonly others: readonly (readonly ConfigSymbol[])[];
};

/** What is known of the solutions that set as few symbols. */
export type Fewest = {
  readonly demands: readonly Literal[];
  /** The literals by which symbols are kept that may be set. */
  readonly kept: ReadonlyMap<Literal, ConfigSymbol>;
  readonly found: FewestFound;
  /** Whether nothing is selected past what it depends on. */
  readonly isStrict: boolean;
};

/** Beyond this no other is looked for to be set in the place of the same: people read a few, and each is solved and counted. */
const mostOthers = 2;

type Way = {
  /** In their order. */
  readonly set: readonly ConfigSymbol[];
  readonly changes: number;
};

/**
 * Begins with the way that changes the least of what is encoded, and makes one exchange after another by which fewer symbols
 * change, or as few and such as are declared first.
 *
 * @param count how many symbols change by the solver's solution
 * @returns what is set, and the exchanges that can be made in it, each by itself; undefined if all was selected past what it
 *   depends on: what says that it is not is encoded then
 */
export function leastOfEquals(
  encoding: Encoding,
  fewest: Fewest,
  count: () => number,
): {readonly set: ReadonlySet<ConfigSymbol>; readonly exchanges: readonly Exchange[]} | undefined {
  const ways = new EqualWays(encoding, fewest, count);
  const isOnly = fewest.found.cores.every(({wishes}) => wishes.length === 1);
  if (isOnly) return {set: ways.solved(), exchanges: []};
  return ways.solve([], encoding.unchanged) ? ways.least() : undefined;
}

class EqualWays {
  readonly #encoding: Encoding;
  readonly #fewest: Fewest;
  readonly #count: () => number;
  readonly #literals: ReadonlyMap<ConfigSymbol, Literal>;
  /** What was encoded when the fewest settings were found. */
  readonly #known: ReadonlySet<ConfigSymbol>;

  constructor(encoding: Encoding, fewest: Fewest, count: () => number) {
    this.#encoding = encoding;
    this.#fewest = fewest;
    this.#count = count;
    this.#literals = new Map([...fewest.kept].map(([literal, symbol]) => [symbol, literal]));
    this.#known = new Set(encoding.kept.keys());
  }

  /** The symbols that the solver's solution sets. */
  solved(): ReadonlySet<ConfigSymbol> {
    const {solver} = this.#encoding;
    return new Set([...this.#literals].flatMap(([symbol, kept]) => (solver.isTrue(kept) ? [] : [symbol])));
  }

  /** The least of the ways that come of the solver's solution by one exchange after another. */
  least(): {readonly set: ReadonlySet<ConfigSymbol>; readonly exchanges: readonly Exchange[]} {
    const {cores} = this.#fewest.found;
    const firm = new Set(cores.flatMap(({wishes}) => (wishes.length === 1 ? wishes : [])));
    const exchanges: Exchange[] = [];
    let way = this.#solvedWay();
    let isMoved = false;
    for (const symbol of way.set) {
      const isTold = exchanges.some(({set}) => set.includes(symbol));
      if (isTold || !way.set.includes(symbol) || firm.has(this.#literals.get(symbol)!)) continue;
      const ways = this.#exchanged(symbol, way);
      const [least, ...others] = ways.sort(compareWays);
      if (others.length > 0) exchanges.push(exchangeAmong(least!, others));
      isMoved ||= least !== way;
      way = least!;
    }
    const {set} = way;
    return {set: new Set(set), exchanges: isMoved ? this.#possible(exchanges, set) : exchanges};
  }

  #solvedWay(): Way {
    return {set: [...this.solved()].sort((a, b) => a.index - b.index), changes: this.#count()};
  }

  /** A way, and those in which others are set in the place of a symbol, and of as few more as have to be exchanged with it. */
  #exchanged(symbol: ConfigSymbol, way: Way): Way[] {
    const {solver} = this.#encoding;
    const isOther = solver.newVariable();
    const demands = [...this.#asKept([symbol]), isOther];
    const stillSet = this.#asSet(way.set.filter((one) => one !== symbol));
    const ways = [way];
    let exchanged: readonly ConfigSymbol[] | undefined;
    while (ways.length <= mostOthers && this.solve(demands, stillSet)) {
      const other = this.#solvedWay();
      const without = missing(way, other);
      exchanged ??= without;
      if (compareSets(without, exchanged) !== 0) break;
      ways.push(other);
      solver.addClause([negation(isOther), ...this.#asKept(missing(other, way))]);
    }
    return ways;
  }

  /** What is left of exchanges in a way that others were made in since. */
  #possible(exchanges: readonly Exchange[], way: readonly ConfigSymbol[]): readonly Exchange[] {
    return exchanges.flatMap(({set, others}) => {
      const rest = way.filter((one) => !set.includes(one));
      const possible = others.filter((other) =>
        this.solve([...this.#asKept(set), ...this.#asSet([...rest, ...other])], []),
      );
      return possible.length === 0 ? [] : [{set, others: possible}];
    });
  }

  #asKept(symbols: readonly ConfigSymbol[]): readonly Literal[] {
    return symbols.map((symbol) => this.#literals.get(symbol)!);
  }

  #asSet(symbols: readonly ConfigSymbol[]): readonly Literal[] {
    return this.#asKept(symbols).map(negation);
  }

  /** Looks for a solution that sets as few symbols, has the demands besides, and as many of the wishes as any. */
  solve(demands: readonly Literal[], wishes: readonly Literal[]): boolean {
    const {solver} = this.#encoding;
    const {demands: all, found, isStrict} = this.#fewest;
    for (;;) {
      const assumed = [[...all, ...found.rest, ...this.#keptBesides()], demands];
      const answer = solver.solve(...assumed, wishes);
      if (!answer.satisfiable) {
        const wished = new Set(wishes);
        if (!answer.conflict.some((literal) => wished.has(literal))) return false;
        if (!fewestGivenUp(solver, assumed, wishes).solved) return false;
      }
      if (!isStrict || !this.#encoding.limitSelectsOfSolution()) return true;
    }
  }

  /** What was encoded since is not set. */
  #keptBesides(): readonly Literal[] {
    const {kept} = this.#encoding;
    if (kept.size === this.#known.size) return [];
    return [...kept].flatMap(([symbol, literal]) => (this.#known.has(symbol) ? [] : [literal]));
  }
}

/** What one way sets and another does not. */
function missing(way: Way, other: Way): readonly ConfigSymbol[] {
  return way.set.filter((symbol) => !other.set.includes(symbol));
}

/** The exchanges of a way for others, all of which differ from one another in as many places. */
function exchangeAmong(way: Way, others: readonly Way[]): Exchange {
  const common = way.set.filter((symbol) => others.every(({set}) => set.includes(symbol)));
  const own = ({set}: Way) => set.filter((symbol) => !common.includes(symbol));
  return {set: own(way), others: others.map(own).sort(compareSets)};
}

function compareWays(a: Way, b: Way): number {
  return a.changes - b.changes || compareSets(a.set, b.set);
}

/** By what is declared first; the symbols of each in their order. */
function compareSets(a: readonly ConfigSymbol[], b: readonly ConfigSymbol[]): number {
  for (let i = 0; i < a.length && i < b.length; i++)
    if (a[i]!.index !== b[i]!.index) return a[i]!.index - b[i]!.index;
  return a.length - b.length;
}
