/** What a page is sent whenever something may have changed. */

import {hotkeyPlace} from '../hotkey.ts';
import type {Panel, Screen} from '../screen.ts';

export type Update = {
  /** Grows with each update: a page that has sent a key knows by it whether what it gets is from after that. */
  readonly serial: number;
  /** Another one whenever rows or buttons are others, so that what a page points at is what it had shown. */
  readonly place: number;
  /** Which of the panel's rows are told, of how many. */
  readonly first: number;
  readonly total: number;
  /** Where in each of these rows' prompts the letter is that leads there; negative where there is none. */
  readonly hotkeys: readonly number[];
  readonly screen: Screen;
};

/** Rows that a page is told at most: a search may find all of 16,500 symbols. */
const mostRows = 1000;

/** Updates of one state, one after the other. */
export class Updates {
  #serial = 0;
  #place = 0;
  #pointable = '';

  get serial(): number {
    return this.#serial;
  }

  get place(): number {
    return this.#place;
  }

  next(screen: Screen): Update {
    this.#serial += 1;
    const {panel, first, total} = excerpt(screen.panel);
    const pointable = JSON.stringify([
      screen.dialog?.title,
      screen.dialog?.buttons,
      pointableOf(panel),
      first,
      total,
    ]);
    if (pointable !== this.#pointable) this.#place += 1;
    this.#pointable = pointable;
    const hotkeys = panel.kind === 'menu' ? panel.rows.map(hotkeyPlace) : [];
    return {serial: this.#serial, place: this.#place, first, total, hotkeys, screen: {...screen, panel}};
  }
}

/** What of the panel says which row an index stands for. */
function pointableOf(panel: Panel): unknown {
  switch (panel.kind) {
    case 'menu':
      return [panel.title, panel.buttons, panel.rows.map(({prompt, symbol}) => [prompt, symbol])];
    case 'search':
      return panel.hits.map(({symbol, prompt}) => [symbol, prompt]);
    case 'changes':
      return [panel.title, panel.rows.map(({symbol}) => symbol)];
    case 'text':
      return panel.title;
  }
}

type Excerpt = {readonly panel: Panel; readonly first: number; readonly total: number};

/** The panel with the rows around its cursor, whose index still counts from the first of all. */
function excerpt(panel: Panel): Excerpt {
  if (panel.kind === 'text') return {panel, first: 0, total: 0};
  const total = (panel.kind === 'search' ? panel.hits : panel.rows).length;
  if (total <= mostRows) return {panel, first: 0, total};
  // In steps, so that most moves of the cursor leave the rows that are there.
  const step = mostRows / 2;
  const first = Math.max(0, (Math.floor(panel.cursor / step) - 0.5) * step);
  const end = first + mostRows;
  switch (panel.kind) {
    case 'menu':
      return {panel: {...panel, rows: panel.rows.slice(first, end)}, first, total};
    case 'search':
      return {panel: {...panel, hits: panel.hits.slice(first, end)}, first, total};
    case 'changes':
      return {panel: {...panel, rows: panel.rows.slice(first, end)}, first, total};
  }
}
