/** What panels and dialogs are made of: buttons, a line to type, keys and what they do. */

import type {Key} from '../key.ts';
import type {Typing} from '../screen.ts';
import type {Caret} from './difference.ts';
import type {Canvas, Look} from './grid.ts';
import type {Target} from './view.ts';
import {clusters, width} from './width.ts';

/** Text and what it is. */
export type Piece = readonly [text: string, look: Look];

export function writePieces(
  canvas: Canvas,
  row: number,
  column: number,
  pieces: readonly Piece[],
  limit: number,
): number {
  return pieces.reduce((at, [text, look]) => canvas.write(row, at, text, look, limit), column);
}

/** A key and what it does. */
export type Lesson = readonly [key: string, does: string];

const betweenLessons = 2;

/** Keys and what they do, over as many rows as there are at most. */
export function writeLessons(
  canvas: Canvas,
  {row, column, columns, rows}: {row: number; column: number; columns: number; rows: number},
  lessons: readonly Lesson[],
): void {
  let line = 0;
  let at = column;
  for (const [key, does] of lessons) {
    const needed = width(key) + 1 + width(does);
    if (at > column && at + needed > column + columns) {
      line += 1;
      at = column;
    }
    if (line >= rows) return;
    const after = writePieces(
      canvas,
      row + line,
      at,
      [
        [`${key} `, 'key'],
        [does, 'text'],
      ],
      column + columns,
    );
    at = after + betweenLessons;
  }
}

const narrowest = 6;
/** Between buttons, where there is room. */
const wideGap = 4;

/** Columns that buttons need beside one another. */
export function leastWidth(buttons: readonly string[]): number {
  return widthOf(buttons.map(centred), 1);
}

function widthOf(labels: readonly string[], gap: number): number {
  return labels.reduce((sum, label) => sum + width(label) + 2 + gap, -gap);
}

/** `<Select>    < Exit >`, in the middle, the first letter as the key it is. */
export function writeButtons(
  canvas: Canvas,
  {row, column, columns}: {row: number; column: number; columns: number},
  {buttons, button}: {buttons: readonly string[]; button: number},
): readonly Target[] {
  const labels = buttons.map(centred);
  const gap = widthOf(labels, wideGap) > columns ? 1 : wideGap;
  let at = column + Math.max((columns - widthOf(labels, gap)) >> 1, 0);
  return labels.map((label, index) => {
    const start = at;
    const isChosen = index === button;
    at = canvas.write(row, at, `<${label}>`, isChosen ? 'cursor' : 'text', column + columns);
    const letter = start + 1 + (label.length - label.trimStart().length);
    if (letter < at) canvas.dye(row, letter, 1, isChosen ? 'cursor-hotkey' : 'hotkey');
    const target = {row, column: start, columns: at - start, rows: 1, key: {kind: 'button', index} as Key};
    at += gap;
    return target;
  });
}

function centred(label: string): string {
  const missing = Math.max(narrowest - width(label), 0);
  return ' '.repeat((missing + 1) >> 1) + label + ' '.repeat(missing >> 1);
}

/** A line that is typed, with the part of it that is around the caret. */
export function writeField(
  canvas: Canvas,
  {row, column, columns}: {row: number; column: number; columns: number},
  {text, caret}: Typing,
): Caret {
  canvas.fill({row, column, columns, rows: 1}, 'field');
  const before = width(text.slice(0, caret));
  // One column is for the caret behind the last character.
  const hidden = Math.max(before - columns + 1, 0);
  let at = -hidden;
  let shown = '';
  for (const part of clusters(text)) {
    if (at < 0 && at + part.width > 0) shown += ' '.repeat(at + part.width);
    else if (at >= 0 && at + part.width <= columns) shown += part.text;
    at += part.width;
  }
  canvas.write(row, column, shown, 'field', column + columns);
  if (hidden > 0) canvas.write(row, column, canvas.glyphs.ellipsis, 'key', column + columns);
  return {row, column: column + before - hidden};
}
