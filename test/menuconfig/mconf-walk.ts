/** A random walk through the menus, as keys for ours and as input for mconf over fixtures/menuconfig/menu-screens.c. */

import {randomSource} from '../kconfig/random-kconfig.ts';
import {type Driven, mconfLine} from './driver.ts';

export type Walk = {
  /** What mconf is to be given, a line each. */
  readonly input: readonly string[];
  /** What it has to print: one text a dialog, without the cursor. */
  readonly dialogs: readonly string[];
};

const codes = {enter: 0, '?': 2, y: 5, n: 6, m: 7, space: 8, h: 10} as const;
const likely = ['enter', 'enter', 'enter', 'y', 'y', 'n', 'm', 'space', 'space', '?', 'h'] as const;

export class Walker {
  readonly #driven: Driven;
  readonly #random: () => number;
  readonly #input: string[] = [];
  readonly #dialogs: string[] = [];

  constructor(driven: Driven, seed: number) {
    this.#driven = driven;
    this.#random = randomSource(seed);
    this.#note();
  }

  /** Takes so many steps, then leaves with saving. */
  walk(steps: number): Walk {
    for (let i = 0; i < steps; i++) this.#step();
    while (this.#driven.menuconfig.screen().path.length > 0 || this.#driven.menu.buttons.length === 2)
      this.#leave();
    this.#input.push('27', '0');
    this.#dialogs.push('question');
    return {input: this.#input, dialogs: this.#dialogs};
  }

  #step(): void {
    const {rows, buttons} = this.#driven.menu;
    if (rows.length === 0 || this.#random() < 0.2) this.#leave();
    else {
      const index = Math.floor(this.#random() * rows.length);
      if (buttons.length === 2) this.#pressInChoice(index);
      else this.#pressInMenu(index);
    }
  }

  #leave(): void {
    const isRoot =
      this.#driven.menuconfig.screen().path.length === 0 && this.#driven.menu.buttons.length === 5;
    this.#input.push('27');
    if (isRoot) {
      // mconf asks, and begins anew when that is left.
      this.#dialogs.push('question');
      this.#input.push('27');
    } else this.#driven.press('esc');
    this.#note();
  }

  #pressInMenu(index: number): void {
    const driven = this.#driven;
    driven.menuconfig.press({kind: 'row', index, opens: false});
    const key = this.#pick(likely);
    const row = driven.menu.rows[index]!;
    // What mconf shows of itself where a row has no help is its own.
    if (key === '?' && (row.kind === 'menu' || row.kind === 'comment')) return;
    this.#input.push(`${codes[key]} ${index}`);
    driven.press(key);
    const {panel, message} = driven;
    if (panel.kind === 'text') {
      this.#dialogs.push(`text ${panel.title}\n${panel.lines.join('\n')}`);
      driven.press('esc');
    } else if (key === 'y' && message?.startsWith('This feature depends')) {
      this.#dialogs.push(`text \n${message.replace('a module. As', 'a module.\nAs')}`);
    } else if (panel.kind === 'menu' && panel.typing) this.#type(panel.typing.text);
    this.#note();
  }

  #type(value: string): void {
    const driven = this.#driven;
    this.#dialogs.push(`input ${value}`);
    const text = this.#pick(['1', '12', '0x20', '64', 'text', '8', '1000', '']);
    driven.press(text === '' ? '^u enter' : `^u ${text} enter`);
    this.#input.push(`0 ${text}`);
    const {panel} = driven;
    if (panel.kind !== 'menu' || !panel.typing) return;
    this.#dialogs.push('text \nYou have made an invalid entry.', `input ${value}`);
    this.#input.push('27');
    driven.press('esc');
  }

  #pressInChoice(index: number): void {
    const driven = this.#driven;
    driven.menuconfig.press({kind: 'row', index, opens: false});
    this.#input.push(`0 ${index}`);
    driven.press('enter');
    this.#note();
  }

  #note(): void {
    const {title, rows, buttons} = this.#driven.menu;
    const lines =
      buttons.length === 2
        ? rows.map((row) =>
            row.kind === 'member' ? mconfLine(row).replace(/^\((.)\) /, '$1 ') : `  *** ${row.prompt} ***`,
          )
        : rows.map(mconfLine);
    this.#dialogs.push([`${buttons.length === 2 ? 'list' : 'menu'} ${title}`, ...lines].join('\n'));
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}

/** What mconf printed, as `Walk` has it. */
export function dialogsOf(output: string): string[] {
  return output
    .slice(output.search(/^menu /m))
    .split(/\n\.\n/)
    .map((text) => text.replace(/^(menu .*)\n@\d+/, '$1').replace(/\n+$/, ''))
    .filter((text) => text !== '');
}

/** The first dialog that is not what mconf shows. */
export function firstDifference({input, dialogs}: Walk, output: string): string | undefined {
  const theirs = dialogsOf(output);
  for (const [i, ours] of dialogs.entries()) {
    if (withoutStale(ours) === withoutStale(theirs[i] ?? '')) continue;
    return `dialog ${i}, after ${input.slice(Math.max(0, i - 5), i).join('; ')}:\n--- ours\n${ours}\n--- mconf's\n${theirs[i]}`;
  }
  return undefined;
}

/** Of symbols that it shows in no menu, mconf's help may have values that are not up to date. */
function withoutStale(dialog: string): string {
  const text = dialog.replace(/\n+$/, '');
  return text.startsWith('text ') ? text.replace(/\[=[^\]\n]*\]/g, '[=]') : text;
}
