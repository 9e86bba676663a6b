/** Names near a misspelt one. */

import type {KconfigModel} from './model.ts';

/** Edit distance with transposition, cut off at `limit`. */
function distance(a: string, b: string, limit: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      const transposed = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (transposed) cost = Math.min(cost, beforePrevious[j - 2]! + 1);
      row.push(cost);
      smallest = Math.min(smallest, cost);
    }
    if (smallest > limit) return limit + 1;
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** The declared names nearest to `name`, which may have the prefix `CONFIG_` and be in lower case. */
export function nearestNames(model: KconfigModel, name: string, count = 3): string[] {
  const plain = (name.startsWith(model.prefix) ? name.slice(model.prefix.length) : name).toUpperCase();
  const limit = Math.max(1, Math.floor(plain.length / 3));
  const found: {name: string; cost: number}[] = [];
  for (const [candidate, symbol] of model.symbols) {
    if (symbol.nodes.length === 0 || Math.abs(candidate.length - plain.length) > limit) continue;
    const cost = distance(plain, candidate.toUpperCase(), limit);
    if (cost <= limit) found.push({name: candidate, cost});
  }
  found.sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1));
  return found.slice(0, count).map((near) => near.name);
}
