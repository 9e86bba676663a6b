/** The symbols in the order of their dependencies, found without recursion: chains in a tree may be long. */

import {type ExpressionRecords, nothing, symbolReference, Words} from './conditions.ts';
import type {ConfigSymbol} from './symbol.ts';

/** A symbol, or a choice together with its members, which depend on one another and count as one. */
type Unit = {
  readonly symbols: readonly ConfigSymbol[];
  readonly dependencies: Unit[];
  state: 'new' | 'open' | 'done';
};

export type DependencyOrder = {
  /** Every symbol after those it depends on, if there is no loop. */
  readonly symbols: readonly ConfigSymbol[];
  /** Whether there may be one. */
  readonly hasLoop: boolean;
};

/**
 * Adds the expressions whose symbols decide about this symbol's value: what sym_check_sym_deps looks at, and the bounds of
 * ranges. A loop through those is none to it, but the search for loops, which is exact, comes after this.
 */
function addExpressions(
  symbol: ConfigSymbol,
  records: ExpressionRecords,
  list: Words,
  withImplies: boolean,
): void {
  list.push(records.reference(symbol.directDependency));
  for (const {expression} of symbol.selectedBy) list.push(records.reference(expression));
  for (const {expression} of symbol.impliedBy) list.push(records.reference(expression));
  for (const property of symbol.properties) {
    if (property.kind === 'select' || (property.kind === 'imply' && !withImplies)) continue;
    list.push(records.reference(property.condition));
    if (property.kind === 'default' && !symbol.isChoice) list.push(records.reference(property.value));
    if (property.kind === 'range') {
      list.push(symbolReference(property.low));
      list.push(symbolReference(property.high));
    }
  }
}

/** The symbols in lists of expressions, by the words of their records: each record is followed once for a list. */
export class Mentions {
  readonly #records: Int32Array;
  /** By the place of a record: the number of the list for which it was followed last. */
  readonly #followed: Int32Array;
  #list = 0;

  constructor(records: Int32Array) {
    this.#records = records;
    this.#followed = new Int32Array(records.length);
  }

  startList(): void {
    this.#list++;
  }

  visit(reference: number, found: (index: number) => void): void {
    if (reference < 0) found(-1 - reference);
    else if (reference !== nothing && this.#followed[reference] !== this.#list) {
      this.#followed[reference] = this.#list;
      const end = reference + 2 + this.#records[reference + 1]!;
      for (let i = reference + 2; i < end; i++) this.visit(this.#records[i]!, found);
    }
  }
}

/** Units by symbol index, and the symbols in units that depend on their own unit. */
function makeUnits(
  symbols: readonly ConfigSymbol[],
  records: ExpressionRecords,
  withImplies: boolean,
): {units: Unit[]; hasLoop: boolean} {
  const byIndex: Unit[] = [];
  for (const symbol of symbols) {
    const leader = symbol.choice ?? symbol;
    const together = leader.isChoice ? [leader, ...leader.members] : [leader];
    byIndex[leader.index] ??= {symbols: together, dependencies: [], state: 'new'};
    byIndex[symbol.index] = byIndex[leader.index]!;
  }
  let hasLoop = false;
  // The shared constants have no units.
  const units = [...new Set(byIndex.filter((unit) => unit !== undefined))];
  const references = new Words();
  const ends: number[] = [];
  for (const unit of units) {
    for (const symbol of unit.symbols) {
      addExpressions(symbol, records, references, withImplies);
      ends.push(references.length);
    }
  }
  const mentions = new Mentions(records.words());
  let at = 0;
  let next = 0;
  for (const unit of units) {
    const known = new Set<Unit>();
    for (const symbol of unit.symbols) {
      // A new list for each symbol: a loop is another for each member of a choice.
      mentions.startList();
      const found = (index: number) => {
        const other = byIndex[index];
        // Constants have none. A member depends on its own choice, and that is no loop.
        if (other === unit) hasLoop ||= index !== symbol.choice?.index;
        else if (other) known.add(other);
      };
      for (const end = ends[next++]!; at < end; at++) mentions.visit(references.at(at), found);
    }
    unit.dependencies.push(...known);
  }
  return {units, hasLoop};
}

/**
 * The order of a model's symbols, whose expressions are, or come to be, in `records`. With `withImplies` a
 * symbol depends on the conditions of its `imply` lines as well, as sym_check_sym_deps of Linux 4.17 has it.
 */
export function orderDependencies(
  symbols: readonly ConfigSymbol[],
  records: ExpressionRecords,
  withImplies: boolean,
): DependencyOrder {
  const made = makeUnits(symbols, records, withImplies);
  let {hasLoop} = made;
  const order: ConfigSymbol[] = [];
  for (const root of made.units) {
    if (root.state !== 'new') continue;
    root.state = 'open';
    const path = [{unit: root, next: 0}];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const dependency = top.unit.dependencies[top.next++];
      if (!dependency) {
        top.unit.state = 'done';
        order.push(...top.unit.symbols);
        path.pop();
      } else if (dependency.state === 'new') {
        dependency.state = 'open';
        path.push({unit: dependency, next: 0});
      } else if (dependency.state === 'open') {
        hasLoop = true;
      }
    }
  }
  return {symbols: order, hasLoop};
}
