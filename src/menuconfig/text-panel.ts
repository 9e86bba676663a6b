/** Something to read; views scroll it by themselves. */

import type {Desk, PanelState} from './desk.ts';
import type {Key} from './key.ts';
import type {TextPanel} from './screen.ts';

export class TextPanelState implements PanelState {
  readonly isTyping = false;
  readonly #desk: Desk;
  readonly #panel: TextPanel;

  constructor(desk: Desk, title: string, lines: readonly string[]) {
    this.#desk = desk;
    this.#panel = {kind: 'text', title, lines};
  }

  press(key: Key): void {
    const leaves =
      (key.kind === 'named' && (key.name === 'enter' || key.name === 'escape')) ||
      (key.kind === 'text' && 'eExXq'.includes(key.text));
    if (leaves) this.#desk.close();
  }

  refresh(): void {}

  panel(): TextPanel {
    return this.#panel;
  }
}
