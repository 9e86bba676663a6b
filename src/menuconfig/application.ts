/** The state as both views see it: keys go in, screens come out. */

import type {Effect} from './effect.ts';
import type {Key} from './key.ts';
import type {Screen} from './screen.ts';

export type Application = {
  /** Does what the key stands for; returns what is left to the program, in its order. */
  press(key: Key): readonly Effect[];
  screen(): Screen;
};
