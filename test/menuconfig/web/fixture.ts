/** A state made by hand, with one of everything a view has to show. */

import type {Application} from '../../../src/menuconfig/application.ts';
import type {Effect} from '../../../src/menuconfig/effect.ts';
import type {Key} from '../../../src/menuconfig/key.ts';
import type {Dialog, Hit, Message, Panel, Row, Screen} from '../../../src/menuconfig/screen.ts';

const plain = {
  kind: 'symbol',
  depth: 0,
  marker: '',
  isNew: false,
  isHidden: false,
  isChanged: false,
} as const;

export const evil = `<img src=x onerror="document.title='hacked'">&amp;"'`;

export const rows: readonly Row[] = [
  {...plain, kind: 'menu', prompt: 'General setup', opens: 'menu'},
  {...plain, marker: '[ ]', prompt: '64-bit kernel', symbol: '64BIT'},
  {...plain, marker: '<M>', prompt: evil, symbol: 'EVIL', isNew: true},
  {...plain, marker: '(64)', prompt: 'Maximum number of CPUs', symbol: 'NR_CPUS', isChanged: true, depth: 1},
  {...plain, kind: 'choice', prompt: 'Preemption', chosen: 'Voluntary', opens: 'menu'},
  {...plain, kind: 'comment', prompt: 'Nothing more'},
  {
    ...plain,
    marker: '-*-',
    prompt: 'Fixed',
    symbol: 'FIXED',
    goal: {value: 'y', isMet: true},
    isHidden: true,
  },
];

const hits: readonly Hit[] = ['NR_CPUS', 'NR_CPUS_DEFAULT', 'CPU_FREQ'].map((symbol) => ({
  symbol,
  type: 'integer',
  value: '64',
  prompt: 'Maximum number of CPUs',
  matched: 'symbol',
}));

const buttons = ['Select', 'Exit', 'Help', 'Save', 'Load'];

export class Fixture implements Application {
  readonly pressed: Key[] = [];
  rows: readonly Row[] = rows;
  cursor = 0;
  /** The number that is typed, and a query. */
  typed: {text: string; caret: number} | undefined;
  value = '64';
  is64 = false;
  query: {text: string; caret: number} | undefined;
  text: readonly string[] | undefined;
  dialog: Dialog | undefined;
  message: Message | undefined;

  takesTime(key: Key): boolean {
    return key.kind === 'text' && key.text === '*';
  }

  press(key: Key): readonly Effect[] {
    this.pressed.push(key);
    this.message = undefined;
    if (key.kind === 'text' && key.text === 'Q') throw new Error('fault with a secret path');
    const line = this.typed ?? this.query;
    if (line !== undefined) return this.#edit(line, key);
    if (this.dialog !== undefined) return this.#answer(key);
    return this.#command(key);
  }

  #edit(line: {text: string; caret: number}, key: Key): readonly Effect[] {
    const {text, caret} = line;
    if (key.kind === 'text') {
      line.text = text.slice(0, caret) + key.text + text.slice(caret);
      line.caret += key.text.length;
    }
    if (key.kind !== 'named') return [];
    if (key.name === 'left') line.caret = Math.max(0, caret - 1);
    if (key.name === 'right') line.caret = Math.min(text.length, caret + 1);
    if (key.name === 'backspace' && caret > 0) {
      line.text = text.slice(0, caret - 1) + text.slice(caret);
      line.caret -= 1;
    }
    if (key.name === 'enter' && this.typed !== undefined && /^\d+$/.test(text)) this.value = text;
    if (key.name === 'enter' || key.name === 'escape') {
      this.typed = undefined;
      this.query = undefined;
    }
    return [];
  }

  #answer(key: Key): readonly Effect[] {
    if (key.kind === 'named' && key.name === 'enter') return [{kind: 'quit'}];
    if (key.kind === 'button' && key.index === 0) return [{kind: 'quit'}];
    this.dialog = undefined;
    return [];
  }

  #command(key: Key): readonly Effect[] {
    if (key.kind === 'named') {
      if (this.text !== undefined) this.text = undefined;
      else if (key.name === 'down') this.cursor = Math.min(this.rows.length - 1, this.cursor + 1);
      else if (key.name === 'up') this.cursor = Math.max(0, this.cursor - 1);
      else if (key.name === 'end') this.cursor = this.rows.length - 1;
      else if (key.name === 'enter' && this.cursor === 3) {
        this.typed = {text: this.value, caret: this.value.length};
      } else if (key.name === 'escape') {
        const lines = ['Do you wish to save your new configuration?'];
        this.dialog = {title: 'Leaving', lines, buttons: ['Yes', 'No'], button: 0};
      }
    }
    if (key.kind === 'row') {
      this.cursor = key.index;
      if (key.opens) this.message = {severity: 'warning', text: `row ${key.index} opened`};
    }
    if (key.kind === 'button' && key.index === 3) {
      return [{kind: 'save', format: 'config', path: '.config', thenQuit: false}];
    }
    if (key.kind === 'control') this.message = {severity: 'said', text: `control ${key.letter}`};
    if (key.kind === 'text') {
      if (key.text === '/') this.query = {text: '', caret: 0};
      if (key.text === '?') this.text = Array.from({length: 300}, (_, line) => `line ${line} ${evil}`);
      if (key.text === ' ') this.is64 = !this.is64;
      if (key.text === 'y') this.is64 = true;
      if (key.text === '<') this.is64 = false;
    }
    return [];
  }

  screen(): Screen {
    return {
      title: '.config - Linux/x86 6.1.0 Kernel Configuration',
      path: [],
      panel: this.#panel(),
      unsaved: this.is64 ? 1 : 0,
      showsHidden: false,
      ...(this.dialog === undefined ? {} : {dialog: this.dialog}),
      ...(this.message === undefined ? {} : {message: this.message}),
    };
  }

  #panel(): Panel {
    if (this.text !== undefined) return {kind: 'text', title: evil, lines: this.text};
    if (this.query !== undefined) {
      const found = hits.filter(({symbol}) => symbol.includes(this.query!.text.toUpperCase()));
      return {
        kind: 'search',
        query: this.query,
        scope: 'all',
        focus: 'query',
        hits: found,
        total: found.length,
        cursor: 0,
        details: [evil],
      };
    }
    const present = this.rows.map((row) => {
      if (row.symbol === '64BIT') return {...row, marker: this.is64 ? '[*]' : '[ ]'};
      return row.symbol === 'NR_CPUS' ? {...row, marker: `(${this.value})`} : row;
    });
    const error = /^\d+$/.test(this.typed?.text ?? '0') ? {} : {error: 'This is no number.'};
    const typing = this.typed === undefined ? {} : {typing: {...this.typed, ...error, hint: '2 to 512'}};
    return {
      kind: 'menu',
      title: 'Main menu',
      rows: present,
      cursor: this.cursor,
      buttons,
      button: 0,
      ...typing,
    };
  }
}
