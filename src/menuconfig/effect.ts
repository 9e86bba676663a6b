/** What the program around the state has to do, since the state reads and writes no files. */

/** One step of a user's work, as it is remembered until the work is saved: made again in order, it gives the same. */
export type Edit =
  /** Symbols that one key has set together. A choice without a name is set by its member. */
  | {readonly kind: 'set'; readonly values: readonly (readonly [symbol: string, value: string])[]}
  | {readonly kind: 'undo'}
  | {readonly kind: 'redo'};

export type SaveFormat = 'config' | 'defconfig' | 'recipe';

export type Effect =
  | {readonly kind: 'edited'; readonly edit: Edit}
  /** `path` as it was typed. */
  | {readonly kind: 'save'; readonly format: SaveFormat; readonly path: string; readonly thenQuit: boolean}
  | {readonly kind: 'load'; readonly path: string}
  | {readonly kind: 'quit'};
