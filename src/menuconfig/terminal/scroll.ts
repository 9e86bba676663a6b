/** Rows that are there already, a few rows above or below: a terminal moves them itself. */

import type {Grid} from './grid.ts';

/** What a terminal shows after it got `bytes`. */
export type Scrolled = {readonly grid: Grid; readonly bytes: string};

/** More rows than the wheel of a mouse moves by: a page has nothing to keep. */
const furthest = 5;

/** Moving fewer costs what drawing them does. */
const fewest = 3;

/** The moves that would bring most rows of `after` to their place, by how far. */
export function scrolls(before: Grid, after: Grid): readonly Scrolled[] {
  const found: Scrolled[] = [];
  for (let by = -furthest; by <= furthest; by += 1) {
    const run = by === 0 ? undefined : longestRun(before, after, by);
    if (run) found.push(scrolled(before, run, by));
  }
  return found;
}

type Run = {readonly first: number; readonly last: number};

/** Rows of `after` that stand `by` rows lower in `before`, and have changed where they are. */
function longestRun(before: Grid, after: Grid, by: number): Run | undefined {
  let best: Run | undefined;
  let first = -1;
  for (let row = 0; row <= after.rows; row += 1) {
    const moves =
      row < after.rows && isSameRow(before, row + by, after, row) && !isSameRow(before, row, after, row);
    if (moves && first < 0) first = row;
    if (moves || first < 0) continue;
    if (row - first >= fewest && row - first > (best ? best.last - best.first + 1 : 0))
      best = {first, last: row - 1};
    first = -1;
  }
  return best;
}

/** By text alone: the row under the cursor looks otherwise wherever it stands. */
function isSameRow(before: Grid, rowBefore: number, after: Grid, row: number): boolean {
  if (rowBefore < 0 || rowBefore >= before.rows) return false;
  const {columns} = after;
  for (let column = 0; column < columns; column += 1) {
    if (before.texts[rowBefore * columns + column] !== after.texts[row * columns + column]) return false;
  }
  return true;
}

/** DECSTBM, then DL or IL at its first row, which every terminal has (the console of Linux has no SU, SD). */
function scrolled({columns, rows, texts, looks}: Grid, run: Run, by: number): Scrolled {
  const top = Math.min(run.first, run.first + by);
  const bottom = Math.max(run.last, run.last + by);
  const count = Math.abs(by);
  const bytes = `\x1b[${top + 1};${bottom + 1}r\x1b[${top + 1}H\x1b[${count === 1 ? '' : count}${by > 0 ? 'M' : 'L'}\x1b[r`;
  const moved = <T>(cells: readonly T[], blank: T): readonly T[] => {
    const from = top * columns;
    const to = (bottom + 1) * columns;
    const blanks = Array<T>(count * columns).fill(blank);
    const kept =
      by > 0
        ? [...cells.slice(from + count * columns, to), ...blanks]
        : [...blanks, ...cells.slice(from, to - count * columns)];
    return [...cells.slice(0, from), ...kept, ...cells.slice(to)];
  };
  return {grid: {columns, rows, texts: moved(texts, ' '), looks: moved(looks, 'text')}, bytes};
}
