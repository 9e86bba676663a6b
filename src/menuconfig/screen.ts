/** What there is to see, as plain values: both views show this, and know nothing else. */

/** How a row's text begins: what it is set to, and whether the user can change that, as `make menuconfig` draws it. */
export type Row = {
  readonly kind: 'symbol' | 'choice' | 'member' | 'menu' | 'comment';
  /** Levels of indentation below the menu that is shown. */
  readonly depth: number;
  /** `[*]`, `<M>`, `{M}`, `-*-`, `(64)`, `(X)`; empty for a menu and a comment. */
  readonly marker: string;
  readonly prompt: string;
  /** Without `CONFIG_`; undefined for what has no symbol, or a choice without a name. */
  readonly symbol?: string;
  /** What a choice is set to: the prompt of its member. */
  readonly chosen?: string;
  /** Whether Enter opens a menu, and whether that has anything to show: `--->` or `----`. */
  readonly opens?: 'menu' | 'empty menu';
  /** The user has not decided about it yet. */
  readonly isNew: boolean;
  /** Seen only since hidden ones are shown. */
  readonly isHidden: boolean;
  /** Another value than at the start. */
  readonly isChanged: boolean;
  /** What the recipe asks for here. */
  readonly goal?: {readonly value: string; readonly isMet: boolean};
};

/** A text that is being typed. */
export type Typing = {
  readonly text: string;
  /** Before which character the caret stands, counted in UTF-16 units. */
  readonly caret: number;
  /** Why it would not be taken as it is. */
  readonly error?: string;
};

export type MenuPanel = {
  readonly kind: 'menu';
  /** The prompt of the menu. */
  readonly title: string;
  readonly rows: readonly Row[];
  /** The row that keys are about; 0 where there is none. */
  readonly cursor: number;
  /** The value of the row under the cursor, while it is typed in its place. */
  readonly typing?: Typing & {readonly hint: string};
  readonly buttons: readonly string[];
  readonly button: number;
};

/** A place in the menu where a search leads. */
export type Hit = {
  readonly symbol: string;
  readonly type: string;
  readonly value: string;
  readonly prompt?: string;
  /** What of it matched. */
  readonly matched: 'symbol' | 'prompt' | 'help';
};

export type SearchScope = 'all' | 'symbol' | 'prompt' | 'help';

export type SearchPanel = {
  readonly kind: 'search';
  readonly query: Typing;
  readonly scope: SearchScope;
  /** Where keys go: digits and letters belong to the query, or jump and command. */
  readonly focus: 'query' | 'hits';
  /** The first of what is found. */
  readonly hits: readonly Hit[];
  /** How much is found. */
  readonly total: number;
  readonly cursor: number;
  /** What is known of the hit under the cursor, as the kernel's own search shows it; places to jump to are numbered. */
  readonly details: readonly string[];
};

/** To be read: help, reasons. Views break lines that are too long, and scroll by themselves. */
export type TextPanel = {
  readonly kind: 'text';
  readonly title: string;
  readonly lines: readonly string[];
};

/** A symbol's value before and after. */
export type ChangeRow = {
  readonly symbol: string;
  readonly prompt?: string;
  readonly before: string;
  readonly after: string;
  /** `asked` by the user, `needed` by what was asked, or what `follows`. */
  readonly cause: 'asked' | 'needed' | 'follows';
};

/** What is, or would be, another value: Enter goes to the symbol, or does what is proposed. */
export type ChangesPanel = {
  readonly kind: 'changes';
  readonly title: string;
  readonly purpose: 'proposal' | 'since the start';
  readonly rows: readonly ChangeRow[];
  readonly cursor: number;
};

export type Panel = MenuPanel | SearchPanel | TextPanel | ChangesPanel;

/** Laid over the panel: a question with its answers, or one line to type. */
export type Dialog = {
  readonly title: string;
  readonly lines: readonly string[];
  readonly typing?: Typing;
  readonly buttons: readonly string[];
  readonly button: number;
};

export type Message = {readonly severity: 'said' | 'warning'; readonly text: string};

export type Screen = {
  /** `.config - Linux/x86 6.1.192 Kernel Configuration`. */
  readonly title: string;
  /** The prompts of the menus around what is shown, outermost first. */
  readonly path: readonly string[];
  readonly panel: Panel;
  readonly dialog?: Dialog;
  /** What the last key did besides, or why it did nothing. */
  readonly message?: Message;
  /** How many symbols have another value than what is saved. */
  readonly unsaved: number;
  readonly showsHidden: boolean;
};
