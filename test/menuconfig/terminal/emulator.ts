/** A terminal of the kind the view writes to, as small as a test needs: what it shows after some bytes. */

import {width} from '../../../src/menuconfig/terminal/width.ts';

type Cell = {readonly text: string; readonly style: string};

const blank: Cell = {text: ' ', style: ''};

export class Emulator {
  readonly columns: number;
  readonly rows: number;
  #cells: Cell[];
  row = 0;
  column = 0;
  isCaretShown = true;
  #style: readonly string[] = [];
  #top = 0;
  #bottom: number;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#bottom = rows - 1;
    this.#cells = Array<Cell>(columns * rows).fill({text: '?', style: '?'});
  }

  texts(): readonly string[] {
    return this.#cells.map(({text}) => text);
  }

  /** The attributes of each cell, sorted; of a blank those that can be seen. */
  styles(): readonly string[] {
    return this.#cells.map(({text, style}) => seen(text, style));
  }

  write(bytes: string): void {
    const [typed, ...sequences] = bytes.split('\x1b[');
    this.#text(typed!);
    for (const sequence of sequences) {
      const [whole, parameters, final] = /^([?\d;]*)([A-Za-z])/.exec(sequence)!;
      this.#control(parameters!, final!);
      this.#text(sequence.slice(whole.length));
    }
  }

  #text(text: string): void {
    for (const [character] of text.matchAll(/\p{Grapheme_Base}\p{M}*|./gsu)) {
      if (character === '\r') this.column = 0;
      else if (character === '\b') this.column -= 1;
      else this.#type(character);
    }
  }

  #type(text: string): void {
    if (/\p{Cc}/u.test(text)) throw new Error(`a control character: ${JSON.stringify(text)}`);
    const cells = width(text);
    if (this.column + cells > this.columns) throw new Error('written over the edge');
    const style = this.#style.toSorted().join(' ');
    this.#set(this.row, this.column, {text, style});
    if (cells === 2) this.#set(this.row, this.column + 1, {text: '', style});
    this.column += cells;
  }

  #set(row: number, column: number, cell: Cell): void {
    this.#cells[row * this.columns + column] = cell;
  }

  #control(parameters: string, final: string): void {
    const numbers = parameters.split(';').map((text) => Number(text.replace('?', '')));
    const count = numbers[0] || 1;
    switch (final) {
      case 'H':
        this.row = count - 1;
        this.column = (numbers[1] || 1) - 1;
        break;
      case 'G':
        this.column = count - 1;
        break;
      case 'C':
        this.column += count;
        break;
      case 'A':
        this.row -= count;
        break;
      case 'B':
        this.row += count;
        break;
      case 'J':
        this.#erase(0, this.columns * this.rows);
        break;
      case 'K':
        this.#erase(this.row * this.columns + this.column, (this.row + 1) * this.columns);
        break;
      case 'X':
        this.#erase(this.row * this.columns + this.column, this.row * this.columns + this.column + count);
        break;
      case 'r':
        this.#top = (numbers[0] || 1) - 1;
        this.#bottom = (numbers[1] || this.rows) - 1;
        this.row = 0;
        this.column = 0;
        break;
      case 'M':
      case 'L':
        this.#scroll(final === 'M' ? count : -count);
        break;
      case 'm':
        this.#rendition(numbers);
        break;
      case 'h':
      case 'l':
        if (parameters === '?25') this.isCaretShown = final === 'h';
        break;
      default:
        throw new Error(`not known: CSI ${parameters} ${final}`);
    }
  }

  /** With the background that is in use, as xterm does. */
  #erase(from: number, to: number): void {
    this.#cells.fill({text: ' ', style: this.#style.toSorted().join(' ')}, from, to);
  }

  #scroll(by: number): void {
    if (this.row !== this.#top) throw new Error('rows are moved only from the first row of their region');
    const from = this.#top * this.columns;
    const region = this.#cells.slice(from, (this.#bottom + 1) * this.columns);
    const blanks = Array<Cell>(Math.abs(by) * this.columns).fill(blank);
    const moved =
      by > 0 ? [...region.slice(blanks.length), ...blanks] : [...blanks, ...region.slice(0, -blanks.length)];
    this.#cells.splice(from, region.length, ...moved);
  }

  #rendition(numbers: readonly number[]): void {
    for (const number of numbers) {
      const isColour = (from: number): boolean => number >= from && number < from + 10;
      if (number === 0) this.#style = [];
      else if (isColour(30) || isColour(90)) this.#style = this.#style.filter((one) => !one.startsWith('f'));
      else if (isColour(40)) this.#style = this.#style.filter((one) => !one.startsWith('b'));
      if (isColour(40) && number !== 49) this.#style = [...this.#style, `b${number}`];
      else if ((isColour(30) || isColour(90)) && number !== 39) this.#style = [...this.#style, `f${number}`];
      else if (number > 0 && number < 10) this.#style = [...new Set([...this.#style, `a${number}`])];
    }
  }
}

/** Of a blank, only what has a background, reverse or underline. */
export function seen(text: string, style: string): string {
  return text === ' ' && !/b|a7|a4/.test(style) ? '' : style;
}
