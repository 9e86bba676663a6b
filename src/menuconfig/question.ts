/** A question laid over the panel, with its answers, and one line to type if it needs one. */

import type {Key} from './key.ts';
import type {Dialog} from './screen.ts';
import {edited, type Line, lineOf} from './typing.ts';

export type Answer = {
  readonly button: string;
  readonly act: (typed: string) => void;
  /** What the line holds while this answer stands ready, unless something else was typed. */
  readonly suggests?: string;
};

export class Question {
  readonly #title: string;
  readonly #lines: readonly string[];
  readonly #answers: readonly Answer[];
  readonly #leave: () => void;
  #button = 0;
  #line: Line | undefined;

  /** @param leave takes the question away, before an answer is acted on, and where there is none */
  constructor(title: string, lines: readonly string[], answers: readonly Answer[], leave: () => void) {
    this.#title = title;
    this.#lines = lines;
    this.#answers = answers;
    this.#leave = leave;
    const first = answers[0]!.suggests;
    if (first !== undefined) this.#line = lineOf(first);
  }

  press(key: Key): void {
    if (key.kind === 'button') this.#answer(key.index);
    else if (key.kind === 'named' && key.name === 'escape') this.#leave();
    else if (key.kind === 'named' && key.name === 'enter') this.#answer(this.#button);
    else if (key.kind === 'named' && key.name === 'tab') this.#turn(1);
    else if (key.kind === 'named' && key.name === 'back-tab') this.#turn(-1);
    else if (this.#line) this.#line = edited(this.#line, key) ?? this.#line;
    else this.#pressWithoutLine(key);
  }

  dialog(): Dialog {
    return {
      title: this.#title,
      lines: this.#lines,
      ...(this.#line && {typing: this.#line}),
      buttons: this.#answers.map(({button}) => button),
      button: this.#button,
    };
  }

  /** Arrows turn through the answers, a letter takes the one that begins so; `y` is the first and `n` the second. */
  #pressWithoutLine(key: Key): void {
    if (key.kind === 'named' && ['left', 'up'].includes(key.name)) this.#turn(-1);
    if (key.kind === 'named' && ['right', 'down'].includes(key.name)) this.#turn(1);
    if (key.kind !== 'text') return;
    const letter = key.text.toLowerCase();
    const found = this.#answers.findIndex(({button}) => button.toLowerCase().startsWith(letter));
    if (found >= 0) this.#answer(found);
    else if (letter === 'y') this.#answer(0);
    else if (letter === 'n') this.#answer(1);
  }

  #turn(by: number): void {
    const count = this.#answers.length;
    const before = this.#answers[this.#button]!.suggests;
    this.#button = (this.#button + by + count) % count;
    const suggested = this.#answers[this.#button]!.suggests;
    if (suggested !== undefined && this.#line?.text === (before ?? this.#line?.text))
      this.#line = lineOf(suggested);
  }

  #answer(index: number): void {
    const answer = this.#answers[index];
    if (!answer) return;
    this.#leave();
    answer.act(this.#line?.text ?? '');
  }
}
