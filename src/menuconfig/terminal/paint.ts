/** A screen as cells of a terminal of any size. */

import type {Screen} from '../screen.ts';
import {paintChanges} from './changes-panel.ts';
import {paintDialog} from './dialog.ts';
import type {Caret} from './difference.ts';
import {type Area, Canvas, type Glyphs, type Grid} from './grid.ts';
import {noteOnMenu, paintMenu} from './menu-panel.ts';
import {type Piece, writePieces} from './pieces.ts';
import {noteOnSearch, paintSearch} from './search-panel.ts';
import {paintText} from './text-panel.ts';
import type {Painted, Target, View} from './view.ts';
import {cut, cutStart, width} from './width.ts';

export type Size = {readonly columns: number; readonly rows: number};

/** What every terminal can be, and what all panels are laid out for. */
export const smallest: Size = {columns: 80, rows: 24};

export type Picture = {
  readonly grid: Grid;
  readonly caret?: Caret;
  /** The first that is hit counts. */
  readonly targets: readonly Target[];
  readonly page: number;
  readonly view: View;
  /** What keys scroll here: how far, and by how many rows a page. */
  readonly scrolls?: {readonly what: 'text' | 'details'; readonly last: number; readonly page: number};
  readonly isTooSmall: boolean;
};

/** Rows of the screen besides the panel: title, path, note, message. */
const above = 2;
const below = 2;

export function paint(screen: Screen, size: Size, view: View, glyphs: Glyphs): Picture {
  const canvas = new Canvas(size.columns, size.rows, glyphs);
  if (size.columns < smallest.columns || size.rows < smallest.rows) return tooSmall(canvas, view);
  paintTitle(canvas, screen);
  paintPath(canvas, screen.path);
  const box = {row: above, column: 0, columns: size.columns, rows: size.rows - above - below};
  const painted = paintPanel(canvas, box, screen, view);
  paintNotes(canvas, screen);
  const dialog = screen.dialog && paintDialog(canvas, screen.dialog);
  const caret = dialog ? dialog.caret : painted.caret;
  return {
    grid: canvas.grid(),
    targets: dialog ? dialog.targets : painted.targets,
    page: painted.page,
    view: painted.view,
    isTooSmall: false,
    ...(caret ? {caret} : {}),
    ...(painted.scrolls && !dialog ? {scrolls: painted.scrolls} : {}),
  };
}

function paintPanel(
  canvas: Canvas,
  box: Area,
  {panel, path}: Screen,
  view: View,
): Painted & Pick<Picture, 'scrolls'> {
  switch (panel.kind) {
    case 'menu':
      return paintMenu(canvas, box, panel, path.join('\n'), view);
    case 'search': {
      const painted = paintSearch(canvas, box, panel, view);
      return {...painted, scrolls: {what: 'details', last: painted.lastDetail, page: painted.detailRows}};
    }
    case 'text': {
      const painted = paintText(canvas, box, panel, view);
      return {...painted, scrolls: {what: 'text', last: painted.last, page: painted.page}};
    }
    case 'changes':
      return paintChanges(canvas, box, panel, view);
  }
}

function paintTitle(canvas: Canvas, {title, unsaved, showsHidden}: Screen): void {
  canvas.fill({row: 0, column: 0, columns: canvas.columns, rows: 1}, 'bar');
  const states = [
    ...(showsHidden ? ['hidden ones shown'] : []),
    ...(unsaved > 0 ? [`${unsaved} not saved`] : []),
  ].join(', ');
  canvas.write(0, canvas.columns - 1 - width(states), states, 'bar', canvas.columns);
  canvas.write(0, 1, title, 'bar', canvas.columns - 3 - width(states));
}

/** ` > General setup > Timers ───`; of a long path the end is what matters. */
function paintPath(canvas: Canvas, path: readonly string[]): void {
  canvas.line(1, 0, canvas.columns);
  if (path.length === 0) return;
  const text = cutStart(
    path.map((prompt) => `> ${prompt}`).join(' '),
    canvas.columns - 4,
    canvas.glyphs.ellipsis,
  );
  canvas.write(1, 0, ` ${text} `, 'path', canvas.columns);
}

/** What is under the cursor, and what the last key did. */
function paintNotes(canvas: Canvas, {panel, message}: Screen): void {
  const note: readonly Piece[] =
    panel.kind === 'menu' ? noteOnMenu(panel) : panel.kind === 'search' ? noteOnSearch(panel) : [];
  const row = canvas.rows - below;
  writePieces(canvas, row, 1, note, canvas.columns - 1);
  if (!message) return;
  const look = message.severity === 'warning' ? 'warning' : 'said';
  canvas.write(row + 1, 1, message.text, look, canvas.columns - 1);
}

function tooSmall(canvas: Canvas, view: View): Picture {
  const {columns, rows, glyphs} = canvas;
  const needed = `needs ${smallest.columns}x${smallest.rows}`;
  const whole = `menuconfig ${needed}, this is ${columns}x${rows}; Ctrl-C leaves`;
  const text = width(whole) <= columns ? whole : needed;
  if (rows > 0) canvas.write(0, 0, cut(text, columns, glyphs.ellipsis), 'warning', columns);
  return {grid: canvas.grid(), targets: [], page: 1, view, isTooSmall: true};
}
