/** The names that someone who misspelt one may have meant. */

/** Restricted Damerau-Levenshtein distance: insertions, deletions, changes, and swaps of neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swap =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? beforeLast[column - 2]! + 1
          : Number.POSITIVE_INFINITY;
      current.push(Math.min(last[column]! + 1, current[column - 1]! + 1, change, swap));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}

/** Up to `count` of the candidates, the most alike first; none that is not alike. */
export function nearest(name: string, candidates: Iterable<string>, count = 3): readonly string[] {
  // Nobody meant one of them by a name as long as a page, and the distance would take long.
  if (name.length > 200) return [];
  const wanted = name.toLowerCase();
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  const scored: {candidate: string; score: number}[] = [];
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const contained = wanted.length > 1 && (known.includes(wanted) || wanted.includes(known));
    const score = distance(wanted, known);
    if (score <= tolerance) scored.push({candidate, score});
    else if (contained) scored.push({candidate, score: tolerance + 1});
  }
  return scored
    .sort((a, b) => a.score - b.score || a.candidate.localeCompare(b.candidate))
    .slice(0, count)
    .map(({candidate}) => candidate);
}

/** `the nearest names are a, b`, or undefined where nothing is near. */
export function nearestHint(name: string, candidates: Iterable<string>): string | undefined {
  const names = nearest(name, candidates);
  if (names.length === 0) return undefined;
  return names.length === 1 ? `did you mean ${names[0]}?` : `the nearest names are ${names.join(', ')}`;
}
