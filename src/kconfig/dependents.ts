/**
 * Which symbols have to be calculated again after one has changed. The edges are what `Evaluation` really reads:
 * more than the search for recursion looks at (order.ts), since the bounds of ranges, MODULES behind every
 * tristate, and a choice's view of its members count as well.
 */

import {finished, inPieces, type Pieces} from '../base/pieces.ts';
import {type Expression, forEachSymbol} from './expression.ts';
import type {KconfigModel} from './model.ts';
import {Mentions} from './order.ts';
import {type ConfigSymbol, constantNo, isLogical} from './symbol.ts';

/** What is calculated together: a symbol, or a choice with its members. */
export type Unit = {
  readonly symbols: readonly ConfigSymbol[];
  /** The choice, if it is one that can be written while it is not `y`: see `Session`. */
  readonly looseChoice: ConfigSymbol | undefined;
};

/**
 * The reverse of "reads" between the symbols of a model, and an order in which every unit comes after those it reads.
 *
 * A model is regular if each symbol's value is a function of values that are final when it is calculated. Then the order
 * of calculation decides nothing, and calculating the dependents of what changed gives what calculating everything
 * gives. It does not hold, and `irregularity` says why, where the C tool reads what may be stale:
 * - a loop that sym_check_deps passes: through the bounds of ranges, or through a named choice and its members;
 * - a choice's `default` that is no member: sym_choice_default reads its visibility without calculating it;
 * - a member with a prompt outside its choice: sym_calc_visibility reads the choice without calculating it;
 * - a choice that is neither bool nor tristate;
 * - a tristate that MODULES depends on: modules_val is that of the calculation before.
 */
export class Dependents {
  readonly units: readonly Unit[];
  /** Why a model is not regular, for people; undefined if it is. */
  readonly irregularity: string | undefined;
  /** Position of each symbol's unit in `units`, by symbol index; -1 for what is never calculated. */
  readonly #rank: Int32Array;
  /** By symbol index: where the ranks of the units that read it start in `#readers`. */
  readonly #start: Int32Array;
  readonly #readers: Int32Array;

  static *inPieces(model: KconfigModel): Pieces<Dependents> {
    const groups = yield* makeGroups(model);
    const stale = yield* readModules(model, groups);
    const {order, hasLoop} = yield* sortGroups(groups);
    const irregularity =
      order.find((group) => group.irregularity)?.irregularity ??
      (hasLoop ? 'there is a loop in the dependencies' : stale);
    const choicesAreMenus = model.dialect.choices === 'menus';
    const rank = new Int32Array(model.symbolCount).fill(-1);
    const units: Unit[] = [];
    yield* inPieces(order, 10 * atOnce, ({symbols}) => {
      for (const symbol of symbols) rank[symbol.index] = units.length;
      units.push({symbols, looseChoice: choicesAreMenus ? undefined : symbols.find(isLooseChoice)});
    });
    const {start, readers} = yield* readersOf(order, model.symbolCount);
    return new Dependents(units, irregularity, rank, start, readers);
  }

  private constructor(
    units: readonly Unit[],
    irregularity: string | undefined,
    rank: Int32Array,
    start: Int32Array,
    readers: Int32Array,
  ) {
    this.units = units;
    this.irregularity = irregularity;
    this.#rank = rank;
    this.#start = start;
    this.#readers = readers;
  }

  rankOf(symbol: ConfigSymbol): number {
    return this.#rank[symbol.index]!;
  }

  /** Sets `marks` to 1 at the rank of each unit that reads the symbol; all are above the symbol's own. */
  markReaders(symbol: ConfigSymbol, marks: Uint8Array): void {
    const end = this.#start[symbol.index + 1]!;
    for (let i = this.#start[symbol.index]!; i < end; i++) marks[this.#readers[i]!] = 1;
  }
}

/** By symbol index, where the ranks of the units that read it start in `readers`. */
function* readersOf(
  order: readonly Group[],
  symbolCount: number,
): Pieces<{start: Int32Array; readers: Int32Array}> {
  const start = new Int32Array(symbolCount + 1);
  yield* inPieces(order, 10 * atOnce, ({reads}) => {
    for (const {index} of reads) start[index + 1]!++;
  });
  for (let i = 1; i < start.length; i++) start[i]! += start[i - 1]!;
  const next = start.slice();
  const readers = new Int32Array(start.at(-1)!);
  yield* inPieces(order.entries(), 10 * atOnce, ([rank, {reads}]) => {
    for (const {index} of reads) readers[next[index]!++] = rank;
  });
  return {start, readers};
}

const indexes = new WeakMap<KconfigModel, Dependents>();

/** The index of a model, made when it is first asked for: only those who set values one by one need it. */
export function dependentsOf(model: KconfigModel): Dependents {
  return finished(dependentsInPieces(model));
}

export function* dependentsInPieces(model: KconfigModel): Pieces<Dependents> {
  const known = indexes.get(model);
  if (known) return known;
  const index = yield* Dependents.inPieces(model);
  indexes.set(model, index);
  return index;
}

/** Symbols, or groups of them, in one piece of making it. */
const atOnce = 50;

/** A unit while the order is sought. */
type Group = {
  readonly symbols: readonly ConfigSymbol[];
  /** Symbols of other groups that are read. */
  readonly reads: Set<ConfigSymbol>;
  readonly irregularity: string | undefined;
  /** The groups those symbols are in. */
  readonly below: Group[];
  state: 'new' | 'open' | 'done';
};

function isLooseChoice(symbol: ConfigSymbol): boolean {
  return symbol.isChoice && (symbol.optional || symbol.type === 'tristate');
}

/** Constants and names that nothing declares are their own text. */
function isCalculated(symbol: ConfigSymbol): boolean {
  return symbol.type !== 'unknown' && symbol.kind !== 'constant';
}

function* makeGroups(model: KconfigModel): Pieces<Map<ConfigSymbol, Group>> {
  const groups = new Map<ConfigSymbol, Group>();
  // Those of a stored model are made by this.
  yield* inPieces(Array(model.symbolCount).keys(), atOnce, (index) => model.symbolAt(index));
  const reading = new Reading(model);
  yield;
  yield* inPieces(model.allSymbols, atOnce, (leader) => {
    // Members come with their choice, even if that has got no type.
    if (!(isCalculated(leader) || leader.isChoice) || leader.choice) return;
    const symbols = leader.isChoice ? [leader, ...new Set(leader.members)] : [leader];
    const group = makeGroup(symbols, reading, model.dialect.choices === 'menus');
    for (const symbol of group.symbols) groups.set(symbol, group);
  });
  yield* inPieces(new Set(groups.values()), atOnce, (group) => {
    group.below.push(...new Set([...group.reads].map((symbol) => groups.get(symbol)!)));
  });
  return groups;
}

function makeGroup(symbols: readonly ConfigSymbol[], reading: Reading, choicesAreMenus: boolean): Group {
  const reads = new Set<ConfigSymbol>();
  let irregularity: string | undefined;
  for (const symbol of symbols) {
    irregularity ??= choiceIrregularity(symbol, choicesAreMenus);
    reading.forEachRead(symbol, (read) => {
      if (!isCalculated(read)) return;
      if (!symbols.includes(read)) reads.add(read);
      else if (read !== symbol.choice) irregularity ??= `${symbol.displayName} depends on itself`;
    });
  }
  return {symbols, reads, irregularity, below: [], state: 'new'};
}

/** Finds what is read, in the words of the model's conditions: most symbols of a stored model are not made for it. */
class Reading {
  readonly #model: KconfigModel;
  readonly #mentions: Mentions;

  constructor(model: KconfigModel) {
    this.#model = model;
    this.#mentions = new Mentions(model.conditions.records);
  }

  /** Calls `visit` for each symbol whose value is read while this one's is calculated, for some several times. */
  forEachRead(symbol: ConfigSymbol, visit: (read: ConfigSymbol) => void): void {
    const {conditions, allSymbols} = this.#model;
    const {index} = symbol;
    this.#mentions.startList();
    const found = (read: number) => visit(allSymbols[read]!);
    const visitRun = (references: Int32Array, start: Int32Array) => {
      const end = start[index + 1]!;
      for (let i = start[index]!; i < end; i++) this.#mentions.visit(references[i]!, found);
    };
    this.#mentions.visit(conditions.direct[index]!, found);
    visitRun(conditions.prompts, conditions.promptStart);
    visitRun(conditions.defaults, conditions.defaultStart);
    if (!symbol.isChoice) visitRun(conditions.defaultValues, conditions.defaultStart);
    visitRun(conditions.selected, conditions.selectedStart);
    visitRun(conditions.implied, conditions.impliedStart);
    if (symbol.type !== 'int' && symbol.type !== 'hex') return;
    for (const {condition, low, high} of symbol.ranges) {
      forEachSymbol(condition, visit);
      visit(low);
      visit(high);
    }
  }
}

/**
 * Every tristate reads MODULES, since without modules it is a bool; but what MODULES depends on is calculated while
 * modules_val still is that of the calculation before. Returns why that makes the model irregular, if it does.
 */
function* readModules(
  model: KconfigModel,
  groups: ReadonlyMap<ConfigSymbol, Group>,
): Pieces<string | undefined> {
  const {modules} = model;
  const own = groups.get(modules);
  if (!own) return undefined;
  const before = new Set([own]);
  for (const group of before) for (const below of group.below) before.add(below);
  yield* inPieces(new Set(groups.values()), 10 * atOnce, (group) => {
    if (before.has(group) || !group.symbols.some(({type}) => type === 'tristate')) return;
    group.reads.add(modules);
    group.below.push(own);
  });
  const stale = [...before].flatMap(({symbols}) => symbols).find(({type}) => type === 'tristate');
  return stale && `${modules.displayName} depends on the tristate ${stale.displayName}`;
}

function choiceIrregularity(symbol: ConfigSymbol, choicesAreMenus: boolean): string | undefined {
  const {choice} = symbol;
  if (choice) {
    // Members of a menu have no prompt outside it, and do not depend on the choice.
    if (choicesAreMenus) return undefined;
    const outside = symbol.prompts.some(({condition}) => !isNever(condition) && !names(condition, choice));
    return outside ? `${symbol.displayName} has a prompt outside its choice` : undefined;
  }
  if (!symbol.isChoice) return undefined;
  if (!isLogical(symbol.type)) return 'a choice is neither bool nor tristate';
  for (const {value} of symbol.defaults) {
    if (value.kind === 'symbol' && value.symbol.choice !== symbol && isCalculated(value.symbol))
      return `the default ${value.symbol.displayName} of a choice is not in it`;
  }
  return undefined;
}

function isNever(condition: Expression | undefined): boolean {
  return condition?.kind === 'symbol' && condition.symbol === constantNo;
}

function names(expression: Expression | undefined, symbol: ConfigSymbol): boolean {
  let found = false;
  forEachSymbol(expression, (named) => {
    found ||= named === symbol;
  });
  return found;
}

/** The groups after those they read; without recursion, since chains in a tree may be long. */
function* sortGroups(groups: ReadonlyMap<ConfigSymbol, Group>): Pieces<{order: Group[]; hasLoop: boolean}> {
  const order: Group[] = [];
  let hasLoop = false;
  yield* inPieces(groups.values(), 10 * atOnce, (root) => {
    if (root.state !== 'new') return;
    root.state = 'open';
    const path = [{group: root, next: 0}];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const below = top.group.below[top.next++];
      if (!below) {
        top.group.state = 'done';
        order.push(top.group);
        path.pop();
      } else if (below.state === 'new') {
        below.state = 'open';
        path.push({group: below, next: 0});
      } else if (below.state === 'open') {
        hasLoop = true;
      }
    }
  });
  return {order, hasLoop};
}
