/** Which goals would not be met without a symbol. */

import {type ConfigSymbol, chainsTo, type Evaluation, type Link} from '../kconfig/index.ts';
import type {Goal} from './recipe.ts';

export type NeedingGoal = {
  readonly goal: Goal;
  /** From the goal's symbol to what it needs. */
  readonly chain: readonly Link[];
};

/** The goals of other symbols that depend on this one, the nearest first. */
export function goalsThatNeed(
  evaluation: Evaluation,
  symbol: ConfigSymbol,
  goals: readonly Goal[],
): readonly NeedingGoal[] {
  const bySymbol = new Map<ConfigSymbol, Goal>();
  for (const goal of goals) {
    const found = evaluation.model.find(goal.symbol);
    // Of several the first, which is no wish.
    if (found !== undefined && found !== symbol && !bySymbol.has(found)) bySymbol.set(found, goal);
  }
  const chains = chainsTo(evaluation, symbol, [...bySymbol.keys()]);
  return [...chains]
    .map(([start, chain]) => ({goal: bySymbol.get(start)!, chain}))
    .sort((a, b) => a.chain.length - b.chain.length);
}
