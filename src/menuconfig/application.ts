/** The state as both views see it: keys go in, screens come out. */

import type {Effect} from './effect.ts';
import type {Key} from './key.ts';
import type {Message, Screen} from './screen.ts';

export type Application = {
  /** Does what the key stands for; returns what is left to the program, in its order. */
  press(key: Key): readonly Effect[];
  screen(): Screen;
  /** Whether a key may take so long that who pressed it is to see that first. */
  takesTime?(key: Key): boolean;
};

/** What a view shows before it begins something that takes time. */
export const working: Message = {severity: 'said', text: 'Working …'};
