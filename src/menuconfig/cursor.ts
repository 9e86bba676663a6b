/** A place in a list or among buttons, moved by keys. */

import type {Key} from './key.ts';

/** Where a key leads from `cursor` in a list of `length`; undefined where the key moves nothing. */
export function movedCursor(cursor: number, length: number, key: Key): number | undefined {
  const to = target(cursor, length, key);
  return to === undefined ? undefined : Math.max(0, Math.min(length - 1, to));
}

/** Which of `count` buttons a key turns to; undefined where the key turns to none. */
export function movedButton(button: number, count: number, key: Key): number | undefined {
  if (key.kind !== 'named') return undefined;
  if (key.name === 'left' || key.name === 'back-tab') return (button + count - 1) % count;
  return key.name === 'right' || key.name === 'tab' ? (button + 1) % count : undefined;
}

function target(cursor: number, length: number, key: Key): number | undefined {
  if (key.kind === 'row') return key.index;
  if (key.kind === 'text') return key.text === '+' ? cursor + 1 : key.text === '-' ? cursor - 1 : undefined;
  if (key.kind !== 'named') return undefined;
  switch (key.name) {
    case 'up':
      return cursor - 1;
    case 'down':
      return cursor + 1;
    case 'page-up':
      return cursor - key.rows;
    case 'page-down':
      return cursor + key.rows;
    case 'home':
      return 0;
    case 'end':
      return length - 1;
    default:
      return undefined;
  }
}
