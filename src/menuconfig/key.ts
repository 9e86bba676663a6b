/** What a user does, whichever view it comes from. */

export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'back-tab'
  | 'backspace'
  | 'delete';

export type Key =
  /** One character as it was typed; several where they came pasted. */
  | {readonly kind: 'text'; readonly text: string}
  /** `rows` is how many a page of the view has. */
  | {readonly kind: 'named'; readonly name: KeyName; readonly rows: number}
  /** `z` for Ctrl-Z. */
  | {readonly kind: 'control'; readonly letter: string}
  /** `F1` is 1. */
  | {readonly kind: 'function'; readonly number: number}
  /** A row was pointed at: moved to, or opened as by Enter. */
  | {readonly kind: 'row'; readonly index: number; readonly opens: boolean}
  | {readonly kind: 'button'; readonly index: number};
