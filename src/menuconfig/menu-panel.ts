/** A menu, its rows under keys (conf of mconf.c, dialog_menu of lxdialog/menubox.c, Linux 6.1). */

import type {MenuNode} from '../kconfig/index.ts';
import {readable} from './bytes.ts';
import {ChoicePanelState} from './choice-panel.ts';
import {movedButton, movedCursor} from './cursor.ts';
import type {Desk, PanelState} from './desk.ts';
import {nextWithHotkey} from './hotkey.ts';
import type {Key} from './key.ts';
import {keysHelp} from './keys-help.ts';
import {type MenuRow, menuRows, promptOf} from './menu-rows.ts';
import type {MenuPanel} from './screen.ts';
import {SearchPanelState} from './search-panel.ts';
import {assign, pressSymbolKey, showHelp} from './symbol-keys.ts';
import {TextPanelState} from './text-panel.ts';
import {ValueTyping} from './value-typing.ts';

const buttons = ['Select', 'Exit', 'Help', 'Save', 'Load'];

export class MenuPanelState implements PanelState {
  readonly menu: MenuNode;
  readonly #desk: Desk;
  #rows: readonly MenuRow[] = [];
  #cursor = 0;
  #button = 0;
  #typing: ValueTyping | undefined;
  /** What the rows were made of. */
  #built: string | undefined;

  /** @param at the node to begin at */
  constructor(desk: Desk, menu: MenuNode, at?: MenuNode) {
    this.#desk = desk;
    this.menu = menu;
    this.#build();
    this.#pointAt(at);
  }

  get isTyping(): boolean {
    return this.#typing !== undefined;
  }

  press(key: Key): void {
    if (this.#typing) this.#pressTyping(key, this.#typing);
    else if (key.kind === 'text') for (const letter of key.text) this.#pressLetter(letter);
    else this.#pressNamed(key);
  }

  refresh(): void {
    if (this.#built === this.#source()) return;
    const at = this.#rows[this.#cursor]?.node;
    this.#build();
    this.#pointAt(at);
    if (this.#rows[this.#cursor]?.node !== at) this.#typing = undefined;
  }

  panel(): MenuPanel {
    return {
      kind: 'menu',
      title: promptOf(this.menu),
      rows: this.#rows.map(({row}) => row),
      cursor: this.#cursor,
      ...(this.#typing && {typing: this.#typing.typing()}),
      buttons,
      button: this.#button,
    };
  }

  #source(): string {
    return `${this.#desk.history.version} ${this.#desk.showsHidden()}`;
  }

  #build(): void {
    const {session, history, goals, showsHidden} = this.#desk;
    const marks = {
      isChanged: history.isChanged.bind(history),
      goal: goals.at.bind(goals),
    };
    this.#rows = menuRows(session, this.menu, marks, showsHidden());
    this.#built = this.#source();
  }

  /** Without the node, the cursor stays as near to where it was as there are rows. */
  #pointAt(node: MenuNode | undefined): void {
    const found = node ? this.#rows.findIndex((row) => row.node === node) : -1;
    this.#cursor = found >= 0 ? found : Math.max(0, Math.min(this.#cursor, this.#rows.length - 1));
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

  #pressButton(button: number): void {
    this.#button = 0;
    switch (button) {
      case 0:
        this.#select();
        break;
      case 1:
        this.#desk.close();
        break;
      case 2:
        this.#help();
        break;
      case 3:
        this.#desk.press('save');
        break;
      default:
        this.#desk.press('load');
        break;
    }
  }

  #pressLetter(letter: string): void {
    const key = letter.toLowerCase();
    // The letters that set a value are no hotkeys; of the others, a row comes before a command.
    if (/[a-gi-lo-xz]/.test(key)) {
      const found = nextWithHotkey(this.#rows, this.#cursor, key);
      if (found !== undefined) {
        this.#cursor = found;
        return;
      }
    }
    const cursor = movedCursor(this.#cursor, this.#rows.length, {kind: 'text', text: key});
    if (cursor === undefined) this.#command(key);
    else this.#cursor = cursor;
  }

  #command(letter: string): void {
    this.#button = 0;
    switch (letter) {
      case '?':
        this.#help();
        break;
      case '/':
        this.#desk.open(new SearchPanelState(this.#desk));
        break;
      case 'h':
      case 'z':
        this.#desk.toggleHidden();
        break;
      case 'e':
      case 'x':
        this.#desk.close();
        break;
      default:
        this.#commandRow(letter === 's' ? 'y' : letter);
        break;
    }
  }

  #commandRow(letter: string): void {
    const at = this.#rows[this.#cursor];
    const symbol = at?.node.symbol;
    if (!at) return;
    if (letter === ' ' && at.action === 'menu') this.#select();
    else if (symbol && (at.action === 'tristate' || letter === '!' || letter === '*'))
      pressSymbolKey(this.#desk, symbol, letter);
    else if (at.action === 'type' && 'ymn '.includes(letter)) this.#desk.say('Enter edits the value.');
  }

  /** `<Select>`. */
  #select(): void {
    const at = this.#rows[this.#cursor];
    if (!at) return;
    const {node, action} = at;
    const {session} = this.#desk;
    if (action === 'type') this.#typing = new ValueTyping(session, node.symbol!);
    else if (action === 'tristate' && node.symbol?.isChoice) this.#selectChoice(node);
    else if (action === 'menu' || (action === 'tristate' && node.prompt?.kind === 'menu'))
      this.#desk.open(new MenuPanelState(this.#desk, node));
    else if (action === 'tristate') this.#desk.say('Space, y, m and n set the value.');
  }

  #selectChoice(node: MenuNode): void {
    const {session} = this.#desk;
    const isOpen = session.model.dialect.choices === 'menus' || session.value(node.symbol!) === 'y';
    if (isOpen) this.#desk.open(new ChoicePanelState(this.#desk, node));
    else if (node.prompt?.kind === 'menu') this.#desk.open(new MenuPanelState(this.#desk, node));
  }

  #help(): void {
    const node = this.#rows[this.#cursor]?.node;
    if (node?.symbol) showHelp(this.#desk, node);
    else this.#desk.open(new TextPanelState(this.#desk, 'Keys', keysHelp));
  }

  #pressTyping(key: Key, typing: ValueTyping): void {
    if (key.kind === 'row') {
      this.#typing = undefined;
      this.#pressNamed(key);
    } else if (key.kind === 'named' && key.name === 'escape') this.#typing = undefined;
    else if (key.kind === 'named' && key.name === 'enter') {
      if (typing.isValid() && assign(this.#desk, typing.symbol, typing.text)) this.#typing = undefined;
      else this.#desk.say(readable(typing.error() ?? 'The value cannot be taken.'));
    } else typing.press(key);
  }
}
