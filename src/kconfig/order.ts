/** The symbols in the order of their dependencies, found without recursion: chains in a tree may be long. */

import type {Expression} from './expression.ts';
import {forEachSymbol} from './expression.ts';
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

/** Calls `visit` for each symbol whose value decides about this symbol's (what sym_check_sym_deps looks at). */
function forEachDependency(symbol: ConfigSymbol, visit: (dependency: ConfigSymbol) => void): void {
  const visitAll = (expression: Expression | undefined) => forEachSymbol(expression, visit);
  visitAll(symbol.directDependency);
  for (const {expression} of symbol.selectedBy) visitAll(expression);
  for (const {expression} of symbol.impliedBy) visitAll(expression);
  let previous: Expression | undefined;
  for (const property of symbol.properties) {
    if (property.kind === 'select' || property.kind === 'imply') continue;
    // Properties without a condition of their own share that of their node.
    if (property.condition !== previous) visitAll(property.condition);
    previous = property.condition;
    if (property.kind === 'default' && !symbol.isChoice) visitAll(property.value);
  }
}

/** Units by symbol index, and the symbols in units that depend on their own unit. */
function makeUnits(symbols: readonly ConfigSymbol[]): {units: Unit[]; hasLoop: boolean} {
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
  for (const unit of units) {
    const known = new Set<Unit>();
    for (const symbol of unit.symbols) {
      forEachDependency(symbol, (dependency) => {
        if (dependency.kind === 'constant') return;
        const other = byIndex[dependency.index]!;
        // A member depends on its own choice, and that is no loop.
        if (other === unit) hasLoop ||= dependency !== symbol.choice;
        else known.add(other);
      });
    }
    unit.dependencies.push(...known);
  }
  return {units, hasLoop};
}

export function orderDependencies(symbols: readonly ConfigSymbol[]): DependencyOrder {
  const made = makeUnits(symbols);
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
