/** Values before and after. */

import type {ChangeRow, ChangesPanel} from '../screen.ts';
import type {Area, Canvas, Look} from './grid.ts';
import {divide} from './menu-panel.ts';
import {type Lesson, writeLessons} from './pieces.ts';
import {listTop, type Painted, showing, type Target, type View} from './view.ts';
import {width} from './width.ts';

const lessons: Readonly<Record<ChangesPanel['purpose'], readonly Lesson[]>> = {
  proposal: [
    ['Enter', 'makes these changes'],
    ['Esc', 'leaves all as it is'],
    ['Arrows', 'move'],
  ],
  'since the start': [
    ['Enter', 'goes to the symbol'],
    ['Esc', 'back'],
    ['Arrows', 'move'],
  ],
};

const causes: Readonly<Record<ChangeRow['cause'], string>> = {
  asked: 'asked for',
  needed: 'needed',
  follows: 'follows',
};

/** The sides, the keys, a line through the box. */
const besides = 4;

export function paintChanges(canvas: Canvas, box: Area, panel: ChangesPanel, view: View): Painted {
  canvas.box(box, panel.title);
  const end = box.column + box.columns - 2;
  const height = box.rows - besides;
  const place = `changes ${panel.purpose} ${panel.title}`;
  const top = listTop(view, place, {cursor: panel.cursor, count: panel.rows.length, height});
  const first = box.row + 1;
  if (top > 0) canvas.write(box.row, box.column + 4, canvas.glyphs.more.above, 'key', end);
  divide(canvas, box, first + height, top + height < panel.rows.length ? canvas.glyphs.more.below : '');
  const rows = {row: first + height + 1, column: box.column + 2, columns: box.columns - 4, rows: 1};
  writeLessons(canvas, rows, lessons[panel.purpose]);
  const shown = panel.rows.slice(top, top + height);
  if (shown.length === 0) canvas.write(first, box.column + 3, 'Nothing has changed.', 'comment', end);
  const names = Math.min(Math.max(...shown.map(({symbol}) => width(symbol)), 0), 40);
  const targets = shown.map((row, index): Target => {
    const line = {...box, row: first + index, rows: 1};
    const isCursor = top + index === panel.cursor;
    paintChange(canvas, line, row, names, isCursor);
    return {...line, key: {kind: 'row', index: top + index, opens: isCursor}};
  });
  return {targets, page: height, view: showing(view, place, top, false)};
}

function paintChange(canvas: Canvas, line: Area, row: ChangeRow, names: number, isCursor: boolean): void {
  const end = line.column + line.columns - 2;
  const look = (plain: Look): Look => (isCursor ? 'cursor' : plain);
  if (isCursor) canvas.fill({...line, column: line.column + 1, columns: line.columns - 2}, 'cursor');
  const from = line.column + 3;
  canvas.write(line.row, from, row.symbol, look('text'), from + names);
  const at = from + names + 2;
  // Most values are one letter.
  const values = `${row.before} ${canvas.glyphs.becomes} ${row.after}`;
  const valuesEnd = canvas.write(line.row, at, values, look('changed'), Math.min(at + 30, end));
  const cause = Math.max(valuesEnd, at + 8) + 2;
  canvas.write(line.row, cause, causes[row.cause], look(row.cause === 'asked' ? 'goal' : 'comment'), end);
  canvas.write(line.row, cause + 11, row.prompt ?? '', look('text'), end);
}
