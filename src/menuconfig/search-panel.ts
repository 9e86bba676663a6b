/** A search, and what it found. */

import type {ConfigSymbol, MenuNode} from '../kconfig/index.ts';
import {movedCursor} from './cursor.ts';
import type {Desk, PanelState} from './desk.ts';
import type {Key} from './key.ts';
import type {Hit, SearchPanel, SearchScope} from './screen.ts';
import {placesOf} from './search.ts';
import {pressSymbolKey, showHelp} from './symbol-keys.ts';
import {edited, type Line, lineOf} from './typing.ts';

const scopes: readonly SearchScope[] = ['all', 'symbol', 'prompt', 'help'];

export class SearchPanelState implements PanelState {
  readonly #desk: Desk;
  #query: Line = lineOf('');
  #scope = 0;
  #focus: SearchPanel['focus'] = 'query';
  #hits: readonly Hit[] = [];
  #total = 0;
  #symbols: readonly ConfigSymbol[] = [];
  #error: string | undefined;
  #cursor = 0;
  #details: readonly string[] = [];
  #places: readonly MenuNode[] = [];
  /** What was searched, and what was told of. */
  #found: string | undefined;
  #told: ConfigSymbol | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isTyping(): boolean {
    return this.#focus === 'query';
  }

  press(key: Key): void {
    if (key.kind === 'named' && key.name === 'escape') this.#desk.close();
    else if (key.kind === 'named' && (key.name === 'tab' || key.name === 'back-tab'))
      this.#turnScope(key.name);
    else if (key.kind === 'row') this.#point(key.index, key.opens);
    else if (this.#focus === 'query') this.#pressInQuery(key);
    else this.#pressInHits(key);
  }

  /** Values may have changed meanwhile. */
  refresh(): void {
    this.#find();
  }

  panel(): SearchPanel {
    return {
      kind: 'search',
      query: {...this.#query, ...(this.#error !== undefined && {error: this.#error})},
      scope: scopes[this.#scope]!,
      focus: this.#focus,
      hits: this.#hits,
      total: this.#total,
      cursor: this.#cursor,
      details: this.#details,
    };
  }

  #pressInQuery(key: Key): void {
    if (key.kind === 'named' && (key.name === 'down' || key.name === 'enter' || key.name === 'page-down')) {
      if (this.#hits.length > 0) this.#focus = 'hits';
      return;
    }
    const line = edited(this.#query, key);
    if (!line) return;
    if (line.text !== this.#query.text) this.#cursor = 0;
    this.#query = line;
  }

  #pressInHits(key: Key): void {
    const isUp = key.kind === 'named' && key.name === 'up' && this.#cursor === 0;
    const isBack = key.kind === 'text' && key.text === '/';
    if (isUp || isBack || this.#hits.length === 0) {
      this.#focus = 'query';
      return;
    }
    const cursor = movedCursor(this.#cursor, this.#hits.length, key);
    if (cursor !== undefined) this.#cursor = cursor;
    else if (key.kind === 'text') for (const letter of key.text) this.#command(letter.toLowerCase());
    else if (key.kind === 'function' && key.number === 1) this.#command('?');
    else if (key.kind === 'named' && key.name === 'enter') this.#jump(0);
    else if (key.kind === 'named' && key.name === 'backspace') {
      this.#focus = 'query';
      this.#pressInQuery(key);
    }
  }

  #command(letter: string): void {
    const symbol = this.#symbols[this.#cursor];
    if (/[1-9]/.test(letter)) this.#jump(Number(letter) - 1);
    else if (letter === '?' && symbol) {
      const node = symbol.nodes.find(({prompt}) => prompt) ?? symbol.nodes[0];
      if (node) showHelp(this.#desk, node);
    } else if (letter === 'e' || letter === 'x') this.#desk.close();
    else if (symbol) pressSymbolKey(this.#desk, symbol, letter);
  }

  #point(index: number, opens: boolean): void {
    if (index < 0 || index >= this.#hits.length) return;
    this.#focus = 'hits';
    this.#cursor = index;
    this.#find();
    if (opens) this.#jump(0);
  }

  #jump(place: number): void {
    const node = this.#places[place];
    if (node) this.#desk.goTo(node);
    else if (place === 0) this.#desk.say('No menu shows it: ! tells why it has its value.');
  }

  #turnScope(name: 'tab' | 'back-tab'): void {
    this.#scope = (this.#scope + (name === 'tab' ? 1 : scopes.length - 1)) % scopes.length;
    this.#cursor = 0;
  }

  #find(): void {
    const {session, history} = this.#desk;
    const scope = scopes[this.#scope]!;
    const wanted = `${history.version} ${scope} ${this.#query.text}`;
    if (wanted !== this.#found) {
      const {hits, symbols, total, error} = this.#desk.search().find(session, this.#query.text, scope);
      this.#hits = hits;
      this.#total = total;
      this.#symbols = symbols;
      this.#error = error;
    }
    this.#cursor = Math.max(0, Math.min(this.#cursor, this.#hits.length - 1));
    const symbol = this.#symbols[this.#cursor];
    if (wanted !== this.#found || symbol !== this.#told) {
      const told = symbol && placesOf(session, symbol);
      this.#details = told?.details ?? [];
      this.#places = told?.places ?? [];
    }
    this.#found = wanted;
    this.#told = symbol;
    if (this.#hits.length === 0) this.#focus = 'query';
  }
}
