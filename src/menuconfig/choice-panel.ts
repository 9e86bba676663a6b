/** A choice, one member of which is taken (conf_choice of mconf.c, dialog_checklist, Linux 6.1). */

import type {MenuNode} from '../kconfig/index.ts';
import {movedButton, movedCursor} from './cursor.ts';
import type {Desk, PanelState} from './desk.ts';
import type {Key} from './key.ts';
import {type MenuRow, memberRows, promptOf} from './menu-rows.ts';
import type {MenuPanel} from './screen.ts';
import {SearchPanelState} from './search-panel.ts';
import {assign, pressSymbolKey, showHelp} from './symbol-keys.ts';

const buttons = ['Select', 'Help'];

export class ChoicePanelState implements PanelState {
  readonly menu: MenuNode;
  readonly isTyping = false;
  readonly #desk: Desk;
  #rows: readonly MenuRow[] = [];
  #cursor: number;
  #button = 0;

  /** @param at the member to begin at, instead of the one that is chosen */
  constructor(desk: Desk, choice: MenuNode, at?: MenuNode) {
    this.#desk = desk;
    this.menu = choice;
    this.refresh();
    const found = this.#rows.findIndex(({node, row}) => (at ? node === at : row.marker === '(X)'));
    this.#cursor = Math.max(0, found);
  }

  press(key: Key): void {
    if (key.kind === 'text') for (const letter of key.text) this.#pressLetter(letter.toLowerCase());
    else this.#pressNamed(key);
  }

  refresh(): void {
    const {session, history, goals} = this.#desk;
    const marks = {isChanged: history.isChanged.bind(history), goal: goals.at.bind(goals)};
    this.#rows = memberRows(session, this.menu, marks);
    this.#cursor = Math.max(0, Math.min(this.#cursor, this.#rows.length - 1));
  }

  panel(): MenuPanel {
    const rows = this.#rows.map(({row}) => row);
    return {
      kind: 'menu',
      title: promptOf(this.menu),
      rows,
      cursor: this.#cursor,
      buttons,
      button: this.#button,
    };
  }

  #pressNamed(key: Key): void {
    const cursor = movedCursor(this.#cursor, this.#rows.length, key);
    if (cursor !== undefined) this.#cursor = cursor;
    this.#button = movedButton(this.#button, buttons.length, key) ?? this.#button;
    if (key.kind === 'row' && key.opens) this.#select();
    if (key.kind === 'button') this.#pressButton(key.index);
    if (key.kind === 'function' && key.number === 1) this.#help();
    if (key.kind !== 'named') return;
    switch (key.name) {
      case 'enter':
        this.#pressButton(this.#button);
        break;
      case 'escape':
        this.#desk.close();
        break;
      default:
    }
  }

  /** A member whose prompt begins with the letter comes before what the letter commands. */
  #pressLetter(letter: string): void {
    const cursor = movedCursor(this.#cursor, this.#rows.length, {kind: 'text', text: letter});
    const found = /[a-z0-9]/.test(letter) ? this.#nextWith(letter) : cursor;
    if (found === undefined) this.#command(letter);
    else this.#cursor = found;
  }

  #nextWith(letter: string): number | undefined {
    for (let i = 1; i <= this.#rows.length; i++) {
      const at = (this.#cursor + i) % this.#rows.length;
      if (this.#rows[at]!.row.prompt[0]?.toLowerCase() === letter) return at;
    }
    return undefined;
  }

  #command(letter: string): void {
    const symbol = this.#rows[this.#cursor]?.node.symbol;
    switch (letter) {
      case ' ':
      case 's':
      case 'y':
        this.#select();
        break;
      case '?':
      case 'h':
        this.#help();
        break;
      case '/':
        this.#desk.open(new SearchPanelState(this.#desk));
        break;
      case 'e':
      case 'x':
        this.#desk.close();
        break;
      case '!':
      case '*':
        if (symbol) pressSymbolKey(this.#desk, symbol, letter);
        return;
      default:
    }
  }

  #pressButton(button: number): void {
    this.#button = 0;
    if (button === 0) this.#select();
    else this.#help();
  }

  #select(): void {
    const symbol = this.#rows[this.#cursor]?.node.symbol;
    // A comment is no member; without any, there is nothing but to leave.
    if (this.#rows.length > 0 && !symbol) return;
    if (!symbol || assign(this.#desk, symbol, 'y')) this.#desk.close();
  }

  #help(): void {
    showHelp(this.#desk, this.#rows[this.#cursor]?.node ?? this.menu);
  }
}
