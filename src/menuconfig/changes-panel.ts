/** What has another value than at the start. */

import type {ConfigSymbol} from '../kconfig/index.ts';
import {movedCursor} from './cursor.ts';
import type {Desk, PanelState} from './desk.ts';
import type {Key} from './key.ts';
import type {ChangeRow, ChangesPanel} from './screen.ts';
import {pressSymbolKey} from './symbol-keys.ts';

export class ChangesPanelState implements PanelState {
  readonly isTyping = false;
  readonly #desk: Desk;
  #rows: readonly ChangeRow[] = [];
  #cursor = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.refresh();
  }

  press(key: Key): void {
    const cursor = movedCursor(this.#cursor, this.#rows.length, key);
    if (cursor !== undefined) this.#cursor = cursor;
    const symbol = this.#symbol();
    if (key.kind === 'named' && key.name === 'escape') this.#desk.close();
    else if (symbol && (isEnter(key) || (key.kind === 'row' && key.opens))) this.#desk.goTo(symbol);
    else if (symbol && key.kind === 'text') pressSymbolKey(this.#desk, symbol, key.text.toLowerCase());
  }

  refresh(): void {
    this.#rows = this.#desk.history.changesSinceStart();
    this.#cursor = Math.max(0, Math.min(this.#cursor, this.#rows.length - 1));
  }

  panel(): ChangesPanel {
    const title = 'Changes since the start';
    return {kind: 'changes', title, purpose: 'since the start', rows: this.#rows, cursor: this.#cursor};
  }

  #symbol(): ConfigSymbol | undefined {
    const row = this.#rows[this.#cursor];
    return row && this.#desk.session.model.find(row.symbol);
  }
}

function isEnter(key: Key): boolean {
  return key.kind === 'named' && key.name === 'enter';
}
