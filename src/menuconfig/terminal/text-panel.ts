/** A text to be read, which is scrolled here. */

import type {TextPanel} from '../screen.ts';
import type {Area, Canvas} from './grid.ts';
import {divide} from './menu-panel.ts';
import {type Lesson, writeLessons} from './pieces.ts';
import {type Painted, showing, type View} from './view.ts';
import {width, wrap} from './width.ts';

const lessons: readonly Lesson[] = [
  ['Arrows J K', 'a line'],
  ['PageUp PageDown Space B', 'a page'],
  ['Home End', 'all'],
  ['Esc', 'back'],
];

/** The sides of the box, a line through it, the keys. */
const besides = 4;

export type PaintedText = Painted & {readonly last: number};

export function paintText(canvas: Canvas, box: Area, panel: TextPanel, view: View): PaintedText {
  canvas.box(box, panel.title);
  const lines = panel.lines.flatMap((line) => wrap(line, box.columns - 4));
  const height = box.rows - besides;
  const last = Math.max(lines.length - height, 0);
  const place = placeOf(panel);
  const top = view.place === place ? Math.max(0, Math.min(view.top, last)) : 0;
  const end = box.column + box.columns - 2;
  for (let row = 0; row < height && top + row < lines.length; row += 1) {
    canvas.write(box.row + 1 + row, box.column + 2, lines[top + row]!, 'text', end);
  }
  const below = box.row + 1 + height;
  if (top > 0) canvas.write(box.row, box.column + 4, canvas.glyphs.more.above, 'key', end);
  divide(canvas, box, below, top < last ? canvas.glyphs.more.below : '');
  writeLessons(canvas, {row: below + 1, column: box.column + 2, columns: box.columns - 4, rows: 1}, lessons);
  const position = ` ${positionOf(top, height, lines.length)} `;
  canvas.write(below, end - 1 - width(position), position, 'heading', end);
  return {targets: [], page: height, view: showing(view, place, top, false), last};
}

function positionOf(top: number, height: number, count: number): string {
  if (count <= height) return 'all';
  const end = top + height;
  return `${top + 1}-${end} of ${count}, ${Math.round((100 * end) / count)}%`;
}

function placeOf({title, lines}: TextPanel): string {
  return `text ${title} ${lines.length} ${lines[0] ?? ''}`;
}
