/** A menu as `make menuconfig` draws it, with what has changed and what a recipe asks for. */

import {hotkeyPlace} from '../hotkey.ts';
import type {MenuPanel, Row} from '../screen.ts';
import type {Area, Canvas, Look} from './grid.ts';
import {type Lesson, type Piece, writeButtons, writeField, writeLessons, writePieces} from './pieces.ts';
import {listTop, type Painted, showing, type Target, type View} from './view.ts';
import {cut, width} from './width.ts';

const lessons: readonly Lesson[] = [
  ['Arrows', 'move'],
  ['Enter', 'opens'],
  ['Y N M', 'set'],
  ['Space', 'cycles'],
  ['Esc Esc', 'back'],
  ['?', 'help'],
  ['/', 'search'],
  ['!', 'why'],
  ['*', 'enable with needs'],
  ['<', 'undo'],
  ['>', 'redo'],
  ['=', 'changes'],
  ['Z', 'hidden'],
];

const markers: readonly Lesson[] = [
  ['[*]', 'built in'],
  ['[ ]', 'left out'],
  ['<M>', 'module'],
  ['< >', 'may be module'],
  ['-*- {M}', 'selected'],
];

const memberMarkers: readonly Lesson[] = [
  ['(X)', 'taken'],
  ['( )', 'not taken'],
];

const memberLessons: readonly Lesson[] = [
  ['Arrows', 'move'],
  ['Enter', 'takes it and goes back'],
  ['Esc Esc', 'back'],
  ['?', 'help'],
  ['/', 'search'],
  ['!', 'why'],
];

const lessonRows = 3;

/** Rows of the box besides the list: its sides, the keys, two lines through it, the buttons. */
const besides = 2 + lessonRows + 2 + 1;

/** Names of symbols are shown beside prompts where there is room for both. */
const wideEnough = 110;

export function paintMenu(canvas: Canvas, box: Area, panel: MenuPanel, path: string, view: View): Painted {
  canvas.box(box, panel.title);
  const inner = {column: box.column + 2, columns: box.columns - 4};
  const isChoice = panel.rows.some(({kind}) => kind === 'member');
  writeLessons(canvas, {...inner, row: box.row + 1, rows: 2}, isChoice ? memberLessons : lessons);
  writeLessons(canvas, {...inner, row: box.row + lessonRows, rows: 1}, isChoice ? memberMarkers : markers);
  const first = box.row + lessonRows + 2;
  const height = box.rows - besides;
  const place = `menu ${path} ${panel.title}`;
  const top = listTop(view, place, {cursor: panel.cursor, count: panel.rows.length, height});
  divide(canvas, box, first - 1, top > 0 ? canvas.glyphs.more.above : '');
  divide(canvas, box, first + height, top + height < panel.rows.length ? canvas.glyphs.more.below : '');
  const targets: Target[] = [];
  const area = {row: first, column: box.column + 1, columns: box.columns - 2, rows: height};
  let caret: Painted['caret'];
  for (let row = 0; row < height && top + row < panel.rows.length; row += 1) {
    const index = top + row;
    const line = {...area, row: first + row, rows: 1};
    const isCursor = index === panel.cursor;
    if (isCursor && panel.typing) caret = paintTyping(canvas, line, panel.rows[index]!, panel.typing);
    else targets.push(...paintRow(canvas, line, panel.rows[index]!, isCursor, index));
  }
  if (panel.rows.length === 0)
    canvas.write(
      first,
      area.column + textColumn,
      'There is nothing to set here.',
      'comment',
      area.column + area.columns,
    );
  targets.push(...writeButtons(canvas, {...inner, row: first + height + 1}, panel));
  return {targets, page: height, view: showing(view, place, top, true), ...(caret ? {caret} : {})};
}

export function divide(canvas: Canvas, box: Area, row: number, more: string): void {
  canvas.divide(box, row);
  if (more !== '') canvas.write(row, box.column + 4, more, 'key', box.column + box.columns);
}

/** Left of it there is the mark of what has changed. */
const textColumn = 3;

/** `[*] Prompt (NEW)  --->`: the marker, up to where the prompt begins, the prompt, and what comes after it whole. */
function partsOf(row: Row): {marker: string; prompt: string; tail: string} {
  const indent = 2 * row.depth;
  const marker = row.kind === 'comment' ? '   ' : row.marker;
  const chosen = row.chosen === undefined ? '' : ` (${row.chosen})`;
  const opens = row.opens === undefined ? '' : row.opens === 'menu' ? '  --->' : '  ----';
  return {
    marker: `${marker}${' '.repeat(Math.max(3 + indent - width(marker), 0))} `,
    prompt: row.kind === 'comment' ? `*** ${row.prompt} ***` : `${row.prompt}${chosen}`,
    tail: (row.isNew ? ' (NEW)' : '') + opens,
  };
}

function paintRow(canvas: Canvas, line: Area, row: Row, isCursor: boolean, index: number): readonly Target[] {
  const end = line.column + line.columns - 1;
  const look = (plain: Look): Look => (isCursor ? 'cursor' : plain);
  if (isCursor) canvas.fill({...line, column: line.column + 1, columns: line.columns - 2}, 'cursor');
  if (row.isChanged) canvas.write(line.row, line.column + 1, canvas.glyphs.changed, look('changed'), end);
  const limit = paintRight(canvas, line, row, look);
  const {marker, prompt, tail} = partsOf(row);
  const text = look(row.kind === 'comment' ? 'comment' : row.isHidden ? 'hidden' : 'text');
  const head = canvas.write(
    line.row,
    line.column + textColumn,
    cutMarker(marker, canvas),
    look(row.isChanged ? 'changed' : text),
    limit,
  );
  const promptEnd = canvas.write(line.row, head, prompt, text, limit - width(tail));
  // A comment has one as well, which mconf does not show.
  const hotkey = row.kind === 'comment' ? -1 : hotkeyPlace(row);
  const at = head + (hotkey < 0 ? 0 : width(row.prompt.slice(0, hotkey)));
  if (hotkey >= 0 && at < promptEnd - 1) canvas.dye(line.row, at, 1, isCursor ? 'cursor-hotkey' : 'hotkey');
  const tailEnd = canvas.write(line.row, promptEnd, tail, text, limit);
  const arrow =
    row.opens === undefined ? [] : [{...line, column: tailEnd - 4, columns: 4, key: key(index, true)}];
  return [...arrow, {...line, key: key(index, isCursor)}];
}

function key(index: number, opens: boolean): Target['key'] {
  return {kind: 'row', index, opens};
}

/** A long value leaves half of the row to the prompt. */
function cutMarker(marker: string, {columns, glyphs}: Canvas): string {
  const most = columns >> 1;
  return width(marker) <= most
    ? marker
    : `${cut(marker.trimEnd().slice(0, -1), most - 2, glyphs.ellipsis)}) `;
}

/** What a recipe asks for, and the name of the symbol, at the right side; returns the column the rest ends before. */
function paintRight(canvas: Canvas, line: Area, row: Row, look: (plain: Look) => Look): number {
  const {goal, symbol} = row;
  const pieces: Piece[] = [];
  if (goal)
    pieces.push([
      goal.isMet ? `recipe: ${goal.value}` : `recipe wants ${goal.value}`,
      look(goal.isMet ? 'goal' : 'unmet'),
    ]);
  if (symbol !== undefined && canvas.columns >= wideEnough) pieces.push([symbol, look('symbol')]);
  const end = line.column + line.columns - 2;
  let at = end;
  for (const [text, textLook] of pieces.toReversed()) {
    const shown = cut(text, line.columns >> 2, canvas.glyphs.ellipsis);
    at -= width(shown);
    canvas.write(line.row, at, shown, textLook, end + 1);
    at -= 2;
  }
  return at;
}

function paintTyping(
  canvas: Canvas,
  line: Area,
  row: Row,
  typing: NonNullable<MenuPanel['typing']>,
): Painted['caret'] {
  const end = line.column + line.columns - 1;
  const column = line.column + textColumn;
  const columns = Math.min(Math.max(width(typing.text) + 1, 12), line.columns - 24);
  canvas.write(line.row, column, '(', 'key', end);
  const caret = writeField(canvas, {row: line.row, column: column + 1, columns}, typing);
  writePieces(
    canvas,
    line.row,
    column + 1 + columns,
    [
      [') ', 'key'],
      [row.prompt, 'text'],
    ],
    end,
  );
  return caret;
}

/** The row under the cursor in words, or what is wrong with what is typed. */
export function noteOnMenu({rows, cursor, typing}: MenuPanel): readonly Piece[] {
  if (typing) return [typing.error === undefined ? [typing.hint, 'text'] : [typing.error, 'warning']];
  const row = rows[cursor];
  if (!row) return [];
  const pieces: Piece[] = row.symbol === undefined ? [] : [[`CONFIG_${row.symbol}`, 'heading']];
  const add = (text: string, look: Look): void => {
    pieces.push([pieces.length === 0 ? text : `, ${text}`, look]);
  };
  if (row.isChanged) add('changed', 'changed');
  if (row.isNew) add('not decided yet', 'text');
  if (row.goal?.isMet) add(`the recipe asks for ${row.goal.value}`, 'goal');
  if (row.goal && !row.goal.isMet) add(`the recipe asks for ${row.goal.value}, which it is not`, 'unmet');
  if (row.isHidden) add('hidden: what it depends on is not set', 'text');
  return pieces;
}
