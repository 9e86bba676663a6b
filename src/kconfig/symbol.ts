/** Symbols, their properties and their menu nodes: the things a Kconfig file declares. */

import type {Expression, Tristate} from './expression.ts';
import type {SourceFile} from './source.ts';

export type SymbolType = 'unknown' | 'bool' | 'tristate' | 'int' | 'hex' | 'string';

type PropertyBase = {
  readonly node: MenuNode;
  readonly file: SourceFile;
  readonly line: number;
  /** The condition; after finalisation it holds the dependencies of the node as well. */
  condition: Expression | undefined;
  /** The `if` condition as it was written, for explanations. */
  readonly written: Expression | undefined;
};

/** A symbol's definition (P_SYMBOL): carries the node's dependencies into the search for recursion. */
export type Definition = PropertyBase & {readonly kind: 'symbol'};
/** A prompt; `menu` marks that of a menu or of a `menuconfig`. */
export type Prompt = PropertyBase & {
  kind: 'prompt' | 'menu' | 'comment';
  readonly text: string;
  /** Place of this prompt's visibility in an evaluation. */
  readonly index: number;
};
export type Default = PropertyBase & {readonly kind: 'default'; readonly value: Expression};
export type Select = PropertyBase & {readonly kind: 'select' | 'imply'; readonly target: ConfigSymbol};
export type Range = PropertyBase & {
  readonly kind: 'range';
  readonly low: ConfigSymbol;
  readonly high: ConfigSymbol;
};
export type Property = Definition | Prompt | Default | Select | Range;

/** One operand of a reverse dependency: `expression` raises the symbol, and `property` is why. */
export type ReverseDependency = {
  readonly expression: Expression;
  /** Undefined for the hold a visible choice has on itself (menu_finalize, last lines). */
  readonly property: Select | undefined;
};

/**
 * A configuration symbol, a constant, or a choice (which the C tool makes a symbol too), as `struct symbol` of
 * expr.h, Linux 6.1. Its value is not here but in an `Evaluation`.
 */
export class ConfigSymbol {
  /** Position in the order of creation; decides the order within a bucket of the C tool's hash. */
  readonly index: number;
  /** Undefined for a nameless choice. */
  readonly name: string | undefined;
  readonly kind: 'config' | 'constant' | 'choice';
  type: SymbolType = 'unknown';
  /** All properties in the order of their declaration. */
  readonly properties: Property[] = [];
  readonly prompts: Prompt[] = [];
  readonly defaults: Default[] = [];
  readonly ranges: Range[] = [];
  readonly nodes: MenuNode[] = [];
  /** Dependencies of all definitions, ORed. Undefined is `y`. */
  directDependency: Expression | undefined;
  readonly selectedBy: ReverseDependency[] = [];
  readonly impliedBy: ReverseDependency[] = [];
  /** The choice this symbol is a member of. */
  choice: ConfigSymbol | undefined;
  /** The members, if this is a choice. */
  readonly members: ConfigSymbol[] = [];
  /** A choice that may be `n` though visible. */
  optional = false;
  /** Only read from an old .config, for the default of another symbol; never shown or written (SYMBOL_TRANS). */
  transitional = false;
  /** Set to `y` by allnoconfig (`option allnoconfig_y`). */
  allnoconfigYes = false;
  /** Never written (SYMBOL_NO_WRITE): choices, and what is marked `option defconfig_list`. */
  internal: boolean;
  /** Whether the checks at the end of finalisation ran (SYMBOL_WARNED). */
  checked = false;
  /** The one expression that names this symbol. */
  readonly expression: Expression = {kind: 'symbol', symbol: this};

  constructor(index: number, name: string | undefined, kind: 'config' | 'constant' | 'choice') {
    this.index = index;
    this.name = name;
    this.kind = kind;
    this.internal = kind === 'choice';
  }

  get isChoice(): boolean {
    return this.kind === 'choice';
  }

  /** How the C tool's messages name it. */
  get displayName(): string {
    return this.name ?? '<choice>';
  }
}

/** Where a help text stands in its file; it is cut out only when asked for. */
export type HelpSpan = {readonly file: SourceFile; readonly start: number; readonly end: number};

/** A condition as it stands in a file. */
export type WrittenCondition = {
  readonly expression: Expression;
  readonly file: SourceFile;
  readonly line: number;
};

/**
 * A place in the menu: one for each definition of a symbol, each choice, menu, comment and `if`
 * (`struct menu` of expr.h, Linux 6.1). Siblings are linked, since finalisation moves runs of them.
 */
export class MenuNode {
  readonly symbol: ConfigSymbol | undefined;
  readonly file: SourceFile;
  readonly line: number;
  parent: MenuNode | undefined;
  next: MenuNode | undefined;
  firstChild: MenuNode | undefined;
  prompt: Prompt | undefined;
  /** `visible if`, ANDed. */
  visibility: Expression | undefined;
  /** `depends on` and `if`, ANDed; after finalisation those of the parents as well. */
  dependency: Expression | undefined;
  /** The `depends on` lines and `if` conditions of this node as they were written, with their places. */
  readonly conditions: WrittenCondition[] = [];
  /** The same for `visible if`. */
  readonly visibilityConditions: WrittenCondition[] = [];
  /** The node of the block around it, which automatic submenus and flattening do not change. */
  readonly block: MenuNode | undefined;
  help: HelpSpan | undefined;

  constructor(
    symbol: ConfigSymbol | undefined,
    parent: MenuNode | undefined,
    file: SourceFile,
    line: number,
  ) {
    this.symbol = symbol;
    this.parent = parent;
    this.block = parent;
    this.file = file;
    this.line = line;
  }

  /** The nodes below this one. */
  *children(): Generator<MenuNode> {
    for (let child = this.firstChild; child; child = child.next) yield child;
  }
}

function constant(index: Tristate, name: string): ConfigSymbol {
  const symbol = new ConfigSymbol(index, name, 'constant');
  symbol.type = 'tristate';
  return symbol;
}

/** The three constants every model shares; the index of each is its value. They are in no hash bucket. */
export const constantNo = constant(0, 'n');
export const constantMod = constant(1, 'm');
export const constantYes = constant(2, 'y');
