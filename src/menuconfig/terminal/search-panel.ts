/** A search: what is typed, what is found, and what is known of the hit under the cursor. */

import type {Hit, SearchPanel, SearchScope} from '../screen.ts';
import type {Area, Canvas, Look} from './grid.ts';
import {divide} from './menu-panel.ts';
import {type Piece, writeField, writePieces} from './pieces.ts';
import {listTop, type Painted, showing, type Target, type View} from './view.ts';
import {width, wrap} from './width.ts';

const scopes: readonly (readonly [SearchScope, string])[] = [
  ['all', 'everything'],
  ['symbol', 'symbols'],
  ['prompt', 'prompts'],
  ['help', 'help texts'],
];

const inScope: Readonly<Record<SearchScope, string>> = {
  all: 'names, prompts and help texts',
  symbol: 'names of symbols',
  prompt: 'prompts',
  help: 'help texts',
};

const place = 'search';

export type PaintedSearch = Painted & {
  /** How far the details can be scrolled. */
  readonly lastDetail: number;
  readonly detailRows: number;
};

export function paintSearch(canvas: Canvas, box: Area, panel: SearchPanel, view: View): PaintedSearch {
  canvas.box(box, 'Search');
  const end = box.column + box.columns - 2;
  const label = canvas.write(box.row + 1, box.column + 2, 'Find: ', 'heading', end);
  const caret = writeField(canvas, {row: box.row + 1, column: label, columns: end - label}, panel.query);
  paintScope(canvas, box, panel);
  // The sides, the query, its scope, and two lines through the box.
  const room = box.rows - 6;
  const height = Math.max(5, Math.floor(room * 0.4));
  const first = box.row + 4;
  const top = listTop(view, place, {cursor: panel.cursor, count: panel.hits.length, height});
  divide(canvas, box, first - 1, top > 0 ? canvas.glyphs.more.above : '');
  const targets = paintHits(canvas, {...box, row: first, rows: height}, panel, top);
  const details = {...box, row: first + height + 1, rows: room - height};
  divide(canvas, box, first + height, top + height < panel.hits.length ? canvas.glyphs.more.below : '');
  const shown = showing(view, place, top, false);
  const lastDetail = paintDetails(canvas, details, panel, shown.details);
  return {
    targets,
    page: height,
    view: {...shown, details: Math.min(shown.details, lastDetail)},
    lastDetail,
    detailRows: details.rows,
    ...(panel.focus === 'query' ? {caret} : {}),
  };
}

function paintScope(canvas: Canvas, box: Area, panel: SearchPanel): void {
  const row = box.row + 2;
  const end = box.column + box.columns - 2;
  const pieces = scopes.flatMap(([scope, name]): readonly Piece[] => {
    const isChosen = scope === panel.scope;
    return [
      [isChosen ? `[${name}]` : ` ${name} `, isChosen ? 'match' : 'text'],
      [' ', 'text'],
    ];
  });
  writePieces(canvas, row, box.column + 2, [['In:  ', 'heading'], ...pieces], end);
  const {hits, total} = panel;
  const count = total > hits.length ? `${total} found, ${hits.length} shown` : `${total} found`;
  canvas.write(row, end - width(count), count, 'text', end);
}

function paintHits(canvas: Canvas, area: Area, panel: SearchPanel, top: number): readonly Target[] {
  const shown = panel.hits.slice(top, top + area.rows);
  const end = area.column + area.columns - 2;
  if (shown.length === 0 && panel.query.text !== '') {
    canvas.write(area.row, area.column + 3, `Nothing is found in ${inScope[panel.scope]}.`, 'comment', end);
  }
  const names = Math.min(Math.max(...shown.map(({symbol}) => width(symbol)), 0), area.columns >> 1);
  return shown.map((hit, index) => {
    const line = {...area, row: area.row + index, rows: 1};
    const isCursor = top + index === panel.cursor;
    paintHit(canvas, line, hit, names, isCursor);
    return {...line, key: {kind: 'row', index: top + index, opens: isCursor}};
  });
}

function paintHit(canvas: Canvas, line: Area, hit: Hit, names: number, isCursor: boolean): void {
  const end = line.column + line.columns - 2;
  const look = (plain: Look): Look => (isCursor ? 'cursor' : plain);
  if (isCursor) canvas.fill({...line, column: line.column + 1, columns: line.columns - 2}, 'cursor');
  const from = line.column + 3;
  canvas.write(line.row, from, hit.symbol, look(hit.matched === 'symbol' ? 'match' : 'text'), from + names);
  const where = hit.matched === 'help' ? 'in its help' : '';
  canvas.write(line.row, end - width(where), where, look('comment'), end);
  const prompt: Piece = [hit.prompt ?? '', look(hit.matched === 'prompt' ? 'match' : 'text')];
  const value = `${hit.type}  =${hit.value}`.padEnd(14);
  writePieces(
    canvas,
    line.row,
    from + names + 2,
    [[`${value}  `, look('text')], prompt],
    end - width(where) - 1,
  );
}

/** Returns how far the details can be scrolled. */
function paintDetails(canvas: Canvas, area: Area, {details}: SearchPanel, wanted: number): number {
  const lines = details.flatMap((line) => wrap(line, area.columns - 4));
  const last = Math.max(lines.length - area.rows, 0);
  const top = Math.min(wanted, last);
  const end = area.column + area.columns - 2;
  for (const [row, line] of lines.slice(top, top + area.rows).entries()) {
    canvas.write(area.row + row, area.column + 2, line, 'text', end);
  }
  if (top > 0) canvas.write(area.row - 1, end - 6, canvas.glyphs.more.above, 'key', end);
  if (top < last) canvas.write(area.row + area.rows, end - 6, canvas.glyphs.more.below, 'key', end);
  return last;
}

export function noteOnSearch({query, focus}: SearchPanel): readonly Piece[] {
  if (query.error !== undefined) return [[query.error, 'warning']];
  const keys: readonly Piece[] =
    focus === 'query'
      ? [
          ['Tab', 'key'],
          [' where  ', 'text'],
          ['Up Down', 'key'],
          [' move  ', 'text'],
        ]
      : [
          ['1-9', 'key'],
          [' to a place  ', 'text'],
          ['/', 'key'],
          [' query  ', 'text'],
        ];
  return [
    ...keys,
    ['Enter', 'key'],
    [' goes there  ', 'text'],
    ['Ctrl-N Ctrl-P', 'key'],
    [' details  ', 'text'],
    ['Esc', 'key'],
    [' back', 'text'],
  ];
}
