/** A small program in the terminal view, for tests that drive it in a real terminal. */

import type {Application} from '../../../src/menuconfig/application.ts';
import type {Effect} from '../../../src/menuconfig/effect.ts';
import type {Key} from '../../../src/menuconfig/key.ts';
import type {Screen} from '../../../src/menuconfig/screen.ts';
import {runTerminal} from '../../../src/menuconfig/terminal/terminal.ts';
import {help, row, screen} from './screens.ts';

const names = Array.from({length: 30}, (_, index) => (index === 2 ? 'Zstandard 圧縮' : `Driver ${index}`));

/** Rows that y and n set; `?` shows a text, `p` what is pasted or typed last, `f` fails, `q` ends. */
class Demo implements Application {
  #values = names.map(() => false);
  #cursor = 0;
  #readsHelp = false;
  #last = 'nothing';

  press(key: Key): readonly Effect[] {
    const word =
      'text' in key ? key.text : 'name' in key ? key.name : 'letter' in key ? `^${key.letter}` : key.kind;
    this.#last = word;
    if (this.#readsHelp) {
      if (word === 'escape') this.#readsHelp = false;
      return [];
    }
    if (word === 'f') throw new Error('the demo fails');
    if (word === '?') this.#readsHelp = true;
    if (word === 'y' || word === 'n') this.#values[this.#cursor] = word === 'y';
    const by = {up: -1, down: 1, 'page-up': -10, 'page-down': 10}[word] ?? 0;
    this.#cursor = Math.max(0, Math.min(this.#cursor + by, names.length - 1));
    if (key.kind === 'row') this.#cursor = key.index;
    return word === 'q' ? [{kind: 'quit'}] : [];
  }

  screen(): Screen {
    if (this.#readsHelp) return help;
    const rows = names.map((name, index) =>
      row(name, {marker: this.#values[index] ? '[*]' : '[ ]', symbol: `DRIVER_${index}`}),
    );
    const menu = {
      kind: 'menu',
      title: 'Drivers',
      rows,
      cursor: this.#cursor,
      buttons: ['Select', 'Exit'],
      button: 0,
    } as const;
    return screen(menu, {
      title: 'demo',
      path: [],
      message: {severity: 'said', text: `key: ${this.#last}`},
    });
  }
}

const {stdin: input, stdout: output, env: environment} = process;
try {
  const end = await runTerminal(new Demo(), {
    input,
    output,
    environment,
    perform: async ({kind}) => (kind === 'quit' ? 'quit' : 'go on'),
  });
  console.log(`ended: ${end.kind}${end.kind === 'signal' ? ` ${end.signal}` : ''}`);
} catch (error) {
  console.log(`failed: ${(error as Error).message}`);
}
process.exit();
