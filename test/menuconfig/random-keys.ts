/** Keys at random, with what they made the program around do. */

import type {Edit} from '../../src/menuconfig/effect.ts';
import {randomSource} from '../kconfig/random-kconfig.ts';
import {type Driven, keyOf} from './driver.ts';

const moving = [
  'down',
  'down',
  'down',
  'down',
  'up',
  'pgdn',
  'pgup',
  'home',
  'end',
  'a',
  'd',
  's',
  'p',
  '+',
  '-',
];
const entering = ['enter', 'enter', 'enter', 'enter', 'esc', 'esc', 'right', 'tab', 'left', 'btab'];
const setting = ['y', 'y', 'm', 'n', 'n', 'space', 'space', 'space'];
const typing = [
  '1',
  '2',
  '0',
  'x',
  'f',
  'é',
  '漢',
  'bs',
  'del',
  '^u',
  '^w',
  '^a',
  '^e',
  '^k',
  'net',
  '"',
  '\\',
];
const asking = ['?', '/', '!', '*', '=', '<', '>', '^z', '^y', 'h', 'z', 'F1', 'F9', 'e', '^c', '^q', '𝄞x'];
const words = [moving, moving, entering, entering, setting, setting, typing, asking];

/** Presses keys at random, looks at the screen after each, and returns the edits that were to be remembered. */
export function pressRandomly(driven: Driven, seed: number, count: number): Edit[] {
  const random = randomSource(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const edits: Edit[] = [];
  for (let i = 0; i < count; i++) {
    const chance = random();
    const index = Math.floor(random() * 40) - 1;
    const key =
      chance < 0.03
        ? ({kind: 'row', index, opens: random() < 0.5} as const)
        : chance < 0.04
          ? ({kind: 'button', index: index % 6} as const)
          : keyOf(pick(pick(words)));
    const effects = driven.menuconfig.press(key);
    for (const effect of effects) if (effect.kind === 'edited') edits.push(effect.edit);
    const screen = driven.menuconfig.screen();
    if (i % 100 === 0) JSON.stringify(screen);
  }
  return edits;
}
