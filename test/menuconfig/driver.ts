/** A menuconfig under keys, and its rows as make menuconfig writes them. */

import {type KconfigModel, loadConfig, Session} from '../../src/kconfig/index.ts';
import type {Effect} from '../../src/menuconfig/effect.ts';
import type {Key, KeyName} from '../../src/menuconfig/key.ts';
import {Menuconfig, type Start} from '../../src/menuconfig/menuconfig.ts';
import type {MenuPanel, Panel, Row} from '../../src/menuconfig/screen.ts';

export const pageRows = 10;

const names: Readonly<Record<string, KeyName>> = {
  up: 'up',
  down: 'down',
  left: 'left',
  right: 'right',
  home: 'home',
  end: 'end',
  pgup: 'page-up',
  pgdn: 'page-down',
  enter: 'enter',
  esc: 'escape',
  tab: 'tab',
  btab: 'back-tab',
  bs: 'backspace',
  del: 'delete',
};

/** A word as a key: `down`, `^z`, `F1`, `space`, or the text itself. */
export function keyOf(word: string): Key {
  if (Object.hasOwn(names, word)) return {kind: 'named', name: names[word]!, rows: pageRows};
  if (/^\^[a-z]$/.test(word)) return {kind: 'control', letter: word[1]!};
  if (/^F\d+$/.test(word)) return {kind: 'function', number: Number(word.slice(1))};
  return {kind: 'text', text: word === 'space' ? ' ' : word};
}

export class Driven {
  readonly session: Session;
  readonly menuconfig: Menuconfig;

  constructor(model: KconfigModel, config?: string, start: Partial<Start> = {}) {
    this.session = new Session(loadConfig(model, config), {asMconf: true});
    this.menuconfig = new Menuconfig({session: this.session, file: '.config', goals: [], ...start});
  }

  /** Presses keys, given as words; returns the effects of all. */
  press(words: string): Effect[] {
    return words.split(' ').flatMap((word) => this.menuconfig.press(keyOf(word)));
  }

  get panel(): Panel {
    return this.menuconfig.screen().panel;
  }

  get menu(): MenuPanel {
    const {panel} = this;
    if (panel.kind !== 'menu') throw new Error(`a ${panel.kind} panel, not a menu`);
    return panel;
  }

  get message(): string | undefined {
    return this.menuconfig.screen().message?.text;
  }

  /** The rows as mconf's screen has them. */
  get lines(): string[] {
    return this.menu.rows.map(mconfLine);
  }

  /** The row of the cursor. */
  get line(): string {
    return mconfLine(this.menu.rows[this.menu.cursor]!);
  }

  /** Moves the cursor to the first row whose prompt is this. */
  goTo(prompt: string): this {
    const index = this.menu.rows.findIndex((row) => row.prompt === prompt);
    if (index < 0) throw new Error(`no row ${prompt}: ${this.lines.join('\n')}`);
    this.menuconfig.press({kind: 'row', index, opens: false});
    return this;
  }
}

/** item_make and item_add_str of build_conf and conf_choice. */
export function mconfLine({kind, depth, marker, prompt, chosen, opens, isNew}: Row): string {
  if (kind === 'member') return `${marker} ${prompt}`;
  const arrow = opens === undefined ? '' : opens === 'menu' ? '  --->' : '  ----';
  if (kind === 'comment') return `   ${' '.repeat(2 * depth + 1)}*** ${prompt} ***`;
  const text = `${prompt}${chosen === undefined ? '' : ` (${chosen})`}${isNew ? ' (NEW)' : ''}${arrow}`;
  if (marker.startsWith('(')) return marker + ' '.repeat(Math.max(1, 2 * depth - marker.length + 4)) + text;
  return marker.padEnd(3) + ' '.repeat(2 * depth + 1) + text;
}
