/** The bytes that turn what a terminal shows into something else, as few as there are. */

import type {Palette, Style} from './colours.ts';
import type {Grid, Look} from './grid.ts';
import {scrolls} from './scroll.ts';

export type Caret = {readonly row: number; readonly column: number};

/** What a terminal shows: a caret only while something is typed. */
export type Shown = {readonly grid: Grid; readonly caret?: Caret};

/**
 * What a frame is put between, so that a terminal that knows it shows it at once (synchronised updates), and who
 * measures sees where it ends. The end is sent even if there is nothing to change.
 */
export const frameStart = '\x1b[?2026h';
export const frameEnd = '\x1b[?2026l';

const showCaret = '\x1b[?25h';
const hideCaret = '\x1b[?25l';

/** One frame; of a terminal of which nothing is known (`before` undefined), everything is drawn. */
export function frame(before: Shown | undefined, after: Shown, palette: Palette): string {
  const isSameSize =
    before !== undefined &&
    before.grid.columns === after.grid.columns &&
    before.grid.rows === after.grid.rows;
  const bytes = isSameSize ? changes(before, after, palette) : repaint(after, palette);
  return bytes === '' ? frameEnd : frameStart + bytes + frameEnd;
}

function repaint(after: Shown, palette: Palette): string {
  const {columns, rows} = after.grid;
  const cells = columns * rows;
  const blank: Grid = {
    columns,
    rows,
    texts: Array<string>(cells).fill(' '),
    looks: Array<Look>(cells).fill('text'),
  };
  const pen = new Pen(after.grid, palette);
  pen.draw(blank);
  return `\x1b[m\x1b[2J${hideCaret}${pen.out}${after.caret ? pen.to(after.caret) + showCaret : ''}`;
}

function changes(before: Shown, after: Shown, palette: Palette): string {
  const pen = new Pen(after.grid, palette);
  pen.draw(before.grid);
  let {out} = pen;
  let last = pen;
  for (const {grid, bytes} of out.length > 100 ? scrolls(before.grid, after.grid) : []) {
    const other = new Pen(after.grid, palette);
    other.draw(grid);
    if (bytes.length + other.out.length < out.length) {
      out = bytes + other.out;
      last = other;
    }
  }
  const {caret} = after;
  if (!caret) return before.caret ? out + hideCaret : out;
  const isThere = out === '' && before.caret?.row === caret.row && before.caret.column === caret.column;
  return out + (isThere ? '' : last.to(caret)) + (before.caret ? '' : showCaret);
}

const plain: Style = {attributes: []};

/** Whether a blank of this style can be seen. */
function paintsBlank({attributes, background}: Style): boolean {
  return background !== undefined || attributes.includes('reverse') || attributes.includes('underline');
}

/** Shorter runs of blanks are written: moving over what was erased costs as much. */
const worthErasing = 9;

/** Draws a grid: knows where the terminal's caret is and what it draws with. */
class Pen {
  out = '';
  readonly #after: Grid;
  readonly #palette: Palette;
  #row = -1;
  /** -1 where it cannot be known. */
  #column = -1;
  #style: Style = plain;

  constructor(after: Grid, palette: Palette) {
    this.#after = after;
    this.#palette = palette;
  }

  draw(before: Grid): void {
    const {columns, rows} = this.#after;
    for (let row = 0; row < rows; row += 1) {
      let column = this.#changed(before, row, 0);
      while (column < columns) column = this.#changed(before, row, this.#cell(before, row, column));
    }
    this.#use(plain);
  }

  /** The next cell from `column` on that has to be drawn. */
  #changed(before: Grid, row: number, from: number): number {
    const {columns} = this.#after;
    let column = from;
    while (column < columns && this.#isSame(before, row * columns + column)) column += 1;
    return column;
  }

  #isSame(before: Grid, cell: number): boolean {
    const {texts, looks} = this.#after;
    if (texts[cell] !== before.texts[cell]) return false;
    if (looks[cell] === before.looks[cell]) return true;
    return texts[cell] === ' ' && this.#isBlank(cell) && !paintsBlank(this.#palette[before.looks[cell]!]);
  }

  #isBlank(cell: number): boolean {
    return this.#after.texts[cell] === ' ' && !paintsBlank(this.#palette[this.#after.looks[cell]!]);
  }

  /** Draws what is to be drawn at a cell, and returns the next to look at. */
  #cell(before: Grid, row: number, column: number): number {
    const {columns, texts, looks} = this.#after;
    const cell = row * columns + column;
    if (this.#isBlank(cell)) {
      const end = this.#blanksEnd(before, row, column);
      const toEdge = end === columns;
      if (toEdge || end - column >= worthErasing) {
        this.#reach(row, column);
        if (paintsBlank(this.#style)) this.#use(plain);
        this.out += toEdge ? '\x1b[K' : `\x1b[${end - column}X`;
        return end;
      }
    }
    this.#reach(row, column);
    this.#write(
      texts[cell]!,
      this.#palette[looks[cell]!],
      texts[cell + 1] === '' && column + 1 < columns ? 2 : 1,
    );
    return column + 1;
  }

  /** Up to where there are blanks alone, without those at the end that are there already. */
  #blanksEnd(before: Grid, row: number, column: number): number {
    const {columns} = this.#after;
    let end = column;
    for (let at = column; at < columns && this.#isBlank(row * columns + at); at += 1) {
      if (!this.#isSame(before, row * columns + at)) end = at + 1;
    }
    return end;
  }

  /** The second cell of a wide character comes with the first. */
  #write(text: string, style: Style, cells: number): void {
    if (text === '') return;
    if (text !== ' ' || paintsBlank(style) || paintsBlank(this.#style)) this.#use(style);
    this.out += text;
    const isCertain = text.length === 1 && (text <= '\x7f' || isLine(text));
    this.#column += cells;
    // Terminals do not agree how wide a character is, nor where the caret stands after the last column.
    if (!isCertain || this.#column >= this.#after.columns) this.#column = -1;
  }

  #reach(row: number, column: number): void {
    if (row === this.#row && column === this.#column) return;
    const move = this.to({row, column});
    const gap = column - this.#column;
    if (
      row === this.#row &&
      this.#column >= 0 &&
      gap > 0 &&
      gap <= move.length &&
      this.#canWrite(row, column)
    ) {
      const from = row * this.#after.columns + this.#column;
      this.out += this.#after.texts.slice(from, from + gap).join('');
    } else {
      this.out += move;
    }
    this.#row = row;
    this.#column = column;
  }

  /** Whether what stands between the caret and `column` can be written again as it is, in the style in use. */
  #canWrite(row: number, column: number): boolean {
    const {columns, texts, looks} = this.#after;
    for (let cell = row * columns + this.#column; cell < row * columns + column; cell += 1) {
      const text = texts[cell]!;
      if (text.length !== 1 || text > '\x7f') return false;
      const isSame = this.#palette[looks[cell]!] === this.#style;
      if (!isSame && !(this.#isBlank(cell) && !paintsBlank(this.#style))) return false;
    }
    return true;
  }

  /** The shortest way to a cell. */
  to({row, column}: Caret): string {
    const ways = [column === 0 ? `\x1b[${row + 1}H` : `\x1b[${row + 1};${column + 1}H`];
    if (row === 0 && column === 0) ways.push('\x1b[H');
    if (row === this.#row) {
      ways.push(column === 0 ? '\r' : `\x1b[${column + 1}G`);
      const by = column - this.#column;
      if (this.#column >= 0)
        ways.push(by >= 0 ? `\x1b[${by === 1 ? '' : by}C` : '\b'.repeat(Math.min(-by, 9)));
      if (this.#column >= 0 && by < -9) ways.pop();
    } else if (column === this.#column) {
      const by = row - this.#row;
      ways.push(`\x1b[${Math.abs(by) === 1 ? '' : Math.abs(by)}${by > 0 ? 'B' : 'A'}`);
    }
    return ways.reduce((best, way) => (way.length < best.length ? way : best));
  }

  #use(style: Style): void {
    if (style !== this.#style) this.out += rendition(this.#style, style);
    this.#style = style;
  }
}

/** Box drawing, which is narrow wherever boxes are drawn at all. */
function isLine(text: string): boolean {
  return text >= '\u2500' && text <= '\u257f';
}

const numbers = {bold: 1, dim: 2, underline: 4, reverse: 7} as const;

/** SGR from one style to another; what is only added needs no reset. */
function rendition(from: Style, to: Style): string {
  const whole = [0, ...to.attributes.map((name) => numbers[name])];
  if (to.foreground !== undefined) whole.push(to.foreground);
  if (to.background !== undefined) whole.push(to.background);
  const anew = whole.length === 1 ? '\x1b[m' : `\x1b[${whole.join(';')}m`;
  if (from.attributes.some((name) => !to.attributes.includes(name))) return anew;
  const added: number[] = to.attributes
    .filter((name) => !from.attributes.includes(name))
    .map((name) => numbers[name]);
  if (to.foreground !== from.foreground) added.push(to.foreground ?? 39);
  if (to.background !== from.background) added.push(to.background ?? 49);
  if (added.length === 0) return '';
  const changed = `\x1b[${added.join(';')}m`;
  return changed.length < anew.length ? changed : anew;
}
