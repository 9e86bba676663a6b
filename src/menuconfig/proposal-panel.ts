/** What it would take to give a symbol a value, to be agreed to. */

import type {ConfigSymbol} from '../kconfig/index.ts';
import {readable} from './bytes.ts';
import {movedCursor} from './cursor.ts';
import type {Desk, PanelState} from './desk.ts';
import type {Settings} from './history.ts';
import type {Key} from './key.ts';
import type {ChangeRow, ChangesPanel} from './screen.ts';
import {TextPanelState} from './text-panel.ts';

export class ProposalPanel implements PanelState {
  readonly isTyping = false;
  readonly #desk: Desk;
  readonly #symbol: ConfigSymbol;
  readonly #value: string;
  readonly #settings: Settings;
  readonly #rows: readonly ChangeRow[];
  #cursor = 0;

  /** Shows what it takes; or why it cannot be, or that it is so already. */
  static open(desk: Desk, symbol: ConfigSymbol, value: string): void {
    const what = `${symbol.displayName}=${value}`;
    if (desk.session.value(symbol) === value) {
      desk.say(`${what} already`);
      return;
    }
    const proposal = desk.enabling().propose(desk.session, symbol, value);
    if (!proposal.possible) {
      desk.open(new TextPanelState(desk, `${what} cannot be`, proposal.lines));
      return;
    }
    desk.open(new ProposalPanel(desk, symbol, value, proposal.settings, proposal.changes));
  }

  private constructor(
    desk: Desk,
    symbol: ConfigSymbol,
    value: string,
    settings: Settings,
    rows: readonly ChangeRow[],
  ) {
    this.#desk = desk;
    this.#symbol = symbol;
    this.#value = value;
    // What was asked for is remembered as such by coming last.
    this.#settings = [
      ...settings.filter(([one]) => one !== symbol),
      ...settings.filter(([one]) => one === symbol),
    ];
    this.#rows = rows;
  }

  press(key: Key): void {
    const cursor = movedCursor(this.#cursor, this.#rows.length, key);
    if (cursor !== undefined) this.#cursor = cursor;
    if (key.kind === 'row' && key.opens) this.#accept();
    if (key.kind === 'named' && key.name === 'enter') this.#accept();
    if (key.kind === 'named' && key.name === 'escape') this.#desk.close();
    if (key.kind === 'text' && ['y', 'm', 'n'].includes(key.text)) this.#proposeInstead(key.text);
  }

  refresh(): void {}

  panel(): ChangesPanel {
    const title = `What ${this.#symbol.displayName}=${this.#value} takes`;
    return {kind: 'changes', title, purpose: 'proposal', rows: this.#rows, cursor: this.#cursor};
  }

  #accept(): void {
    this.#desk.close();
    const result = this.#desk.set(this.#settings);
    if (!result.accepted) this.#desk.say(readable(result.reason.message), 'warning');
  }

  #proposeInstead(value: string): void {
    if (value === this.#value) return;
    this.#desk.close();
    ProposalPanel.open(this.#desk, this.#symbol, value);
  }
}
