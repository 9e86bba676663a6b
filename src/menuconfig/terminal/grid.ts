/** The cells of a terminal as values: what is in each, and what that is, which a palette gives its colours. */

import {clusters, cut, isPlain, width} from './width.ts';

/** What a cell shows, in the words of the screen. */
export type Look =
  | 'text'
  | 'bar'
  | 'path'
  | 'frame'
  | 'heading'
  | 'key'
  | 'hotkey'
  | 'comment'
  | 'hidden'
  | 'changed'
  | 'goal'
  | 'unmet'
  | 'symbol'
  | 'match'
  | 'cursor'
  | 'cursor-hotkey'
  | 'field'
  | 'said'
  | 'warning';

/** Row by row; the second cell of a wide character is empty. */
export type Grid = {
  readonly columns: number;
  readonly rows: number;
  readonly texts: readonly string[];
  readonly looks: readonly Look[];
};

/** What boxes are drawn with, and what stands for the rest of a text that does not fit. */
export type Glyphs = {
  readonly horizontal: string;
  readonly vertical: string;
  /** Top left, top right, bottom left, bottom right. */
  readonly corners: readonly [string, string, string, string];
  /** Where a line inside a box meets its left and right side. */
  readonly joints: readonly [string, string];
  readonly more: {readonly above: string; readonly below: string};
  readonly ellipsis: string;
  readonly changed: string;
  readonly becomes: string;
  /** Whether the terminal takes other characters than these at all. */
  readonly isUnicode: boolean;
};

export const unicodeGlyphs: Glyphs = {
  horizontal: '─',
  vertical: '│',
  corners: ['┌', '┐', '└', '┘'],
  joints: ['├', '┤'],
  more: {above: '↑(-)', below: '↓(+)'},
  ellipsis: '…',
  changed: '•',
  becomes: '→',
  isUnicode: true,
};

export const asciiGlyphs: Glyphs = {
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
  joints: ['+', '+'],
  more: {above: '^(-)', below: 'v(+)'},
  ellipsis: '~',
  changed: '+',
  becomes: '->',
  isUnicode: false,
};

/** A part of the screen. */
export type Area = {
  readonly row: number;
  readonly column: number;
  readonly columns: number;
  readonly rows: number;
};

/** A grid that is being written; all texts that come from elsewhere go through `write`, which lets nothing raw pass. */
export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
  readonly #texts: string[];
  readonly #looks: Look[];

  constructor(columns: number, rows: number, glyphs: Glyphs) {
    this.columns = columns;
    this.rows = rows;
    this.glyphs = glyphs;
    this.#texts = Array<string>(columns * rows).fill(' ');
    this.#looks = Array<Look>(columns * rows).fill('text');
  }

  grid(): Grid {
    return {columns: this.columns, rows: this.rows, texts: this.#texts, looks: this.#looks};
  }

  /** Writes as much as fits before the column `limit`, and returns the column after it. */
  write(row: number, column: number, text: string, look: Look, limit: number): number {
    const shown = cut(text, limit - column, this.glyphs.ellipsis);
    if (isPlain(shown)) {
      for (let index = 0; index < shown.length; index += 1)
        this.#set(row, column + index, shown[index]!, look);
      return column + shown.length;
    }
    let at = column;
    for (const part of clusters(shown)) {
      const text = this.#drawable(part.text);
      this.#set(row, at, text, look);
      if (part.width === 2) this.#set(row, at + 1, text === '?' ? '?' : '', look);
      at += part.width;
    }
    return at;
  }

  /** The same cells, looking otherwise. */
  dye(row: number, column: number, columns: number, look: Look): void {
    const from = row * this.columns + column;
    this.#looks.fill(look, from, from + columns);
  }

  fill({row, column, columns, rows}: Area, look: Look): void {
    for (let line = row; line < row + rows; line += 1) {
      const from = line * this.columns + column;
      this.#texts.fill(' ', from, from + columns);
      this.#looks.fill(look, from, from + columns);
    }
  }

  line(row: number, column: number, columns: number): void {
    const from = row * this.columns + column;
    this.#texts.fill(this.glyphs.horizontal, from, from + columns);
    this.#looks.fill('frame', from, from + columns);
  }

  /** An empty box with its title in the middle of its upper side. */
  box(area: Area, title: string): void {
    const {row, column, columns, rows} = area;
    const [topLeft, topRight, bottomLeft, bottomRight] = this.glyphs.corners;
    this.fill(area, 'text');
    this.line(row, column, columns);
    this.line(row + rows - 1, column, columns);
    for (let line = row + 1; line < row + rows - 1; line += 1) {
      this.#set(line, column, this.glyphs.vertical, 'frame');
      this.#set(line, column + columns - 1, this.glyphs.vertical, 'frame');
    }
    this.#set(row, column, topLeft, 'frame');
    this.#set(row, column + columns - 1, topRight, 'frame');
    this.#set(row + rows - 1, column, bottomLeft, 'frame');
    this.#set(row + rows - 1, column + columns - 1, bottomRight, 'frame');
    const shown = ` ${cut(title, columns - 6, this.glyphs.ellipsis)} `;
    if (title !== '') {
      const from = column + ((columns - width(shown)) >> 1);
      this.write(row, from, shown, 'heading', column + columns - 1);
    }
  }

  /** A line through a box, from side to side. */
  divide({column, columns}: Area, row: number): void {
    this.line(row, column, columns);
    this.#set(row, column, this.glyphs.joints[0], 'frame');
    this.#set(row, column + columns - 1, this.glyphs.joints[1], 'frame');
  }

  #drawable(text: string): string {
    return this.glyphs.isUnicode || text <= '\x7f' ? text : '?';
  }

  #set(row: number, column: number, text: string, look: Look): void {
    if (row < 0 || row >= this.rows || column < 0 || column >= this.columns) return;
    const at = row * this.columns + column;
    this.#texts[at] = text;
    this.#looks[at] = look;
  }
}

/** A grid as lines of text, as a person would copy it from the terminal. */
export function linesOf({columns, rows, texts}: Grid): readonly string[] {
  return Array.from({length: rows}, (_, row) =>
    texts
      .slice(row * columns, (row + 1) * columns)
      .join('')
      .trimEnd(),
  );
}
