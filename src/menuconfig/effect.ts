/** What the program around the state has to do, since the state reads and writes no files. */

/** One step of a user's work, as it is remembered until the work is saved: made again in order, it gives the same. */
export type Edit = {
  /**
   * What counted as the user's from before this step on, since a menu showed it: up to Linux 6.1, `make menuconfig` takes
   * a symbol for set that is shown only for what is below it.
   */
  readonly seen?: readonly string[];
} & (
  | {
      readonly kind: 'set';
      /** Symbols that one key has set together, what was asked for last. A choice without a name is `choice of MEMBER`. */
      readonly values: readonly (readonly [symbol: string, value: string])[];
    }
  /** Another .config, its whole text. */
  | {readonly kind: 'read'; readonly config: string}
  | {readonly kind: 'undo'}
  | {readonly kind: 'redo'}
);

export type SaveFormat = 'config' | 'defconfig' | 'recipe';

export type Effect =
  | {readonly kind: 'edited'; readonly edit: Edit}
  /** `path` as it was typed. */
  | {readonly kind: 'save'; readonly format: SaveFormat; readonly path: string; readonly thenQuit: boolean}
  | {readonly kind: 'load'; readonly path: string}
  | {readonly kind: 'quit'};

/** Whether it may take so long that a view shows that first: the fewest goals are searched for. */
export function takesTime(effect: Effect): boolean {
  return effect.kind === 'save' && effect.format === 'recipe';
}
