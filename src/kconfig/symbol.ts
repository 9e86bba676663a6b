/** Symbols, their properties and their menu nodes: the things a Kconfig file declares. */

import type {Expression, Tristate} from './expression.ts';
import type {Location, SourceFile} from './source.ts';

export type SymbolType = 'unknown' | 'bool' | 'tristate' | 'int' | 'hex' | 'string';

/** Whether values of the type are tristates, not texts. */
export function isLogical(type: SymbolType): type is 'bool' | 'tristate' {
  return type === 'bool' || type === 'tristate';
}

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

/** What the Kconfig files declare of a symbol. */
export type SymbolDeclarations = {
  readonly properties: Property[];
  readonly prompts: Prompt[];
  readonly defaults: Default[];
  readonly ranges: Range[];
  readonly nodes: MenuNode[];
  directDependency: Expression | undefined;
  readonly selectedBy: ReverseDependency[];
  readonly impliedBy: ReverseDependency[];
  readonly members: ConfigSymbol[];
};

/** Where symbols and nodes get what was not made with them: they ask once, when it is first wanted. */
export type LateParts = {
  readonly isDeclared: (symbol: ConfigSymbol) => boolean;
  readonly declarationsOf: (symbol: ConfigSymbol) => SymbolDeclarations;
  readonly detailsOf: (record: number) => NodeDetails;
  readonly linksOf: (record: number) => NodeLinks;
};

function noDeclarations(): SymbolDeclarations {
  return {
    properties: [],
    prompts: [],
    defaults: [],
    ranges: [],
    nodes: [],
    directDependency: undefined,
    selectedBy: [],
    impliedBy: [],
    members: [],
  };
}

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
  /** The choice this symbol is a member of. */
  choice: ConfigSymbol | undefined;
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
  readonly #late: LateParts | undefined;
  #declarations: SymbolDeclarations | undefined;
  #expression: Expression | undefined;

  constructor(
    index: number,
    name: string | undefined,
    kind: 'config' | 'constant' | 'choice',
    late?: LateParts,
  ) {
    this.index = index;
    this.name = name;
    this.kind = kind;
    this.internal = kind === 'choice';
    this.#late = late;
  }

  get #declared(): SymbolDeclarations {
    this.#declarations ??= this.#late?.declarationsOf(this) ?? noDeclarations();
    return this.#declarations;
  }

  /** All properties in the order of their declaration. */
  get properties(): Property[] {
    return this.#declared.properties;
  }

  get prompts(): Prompt[] {
    return this.#declared.prompts;
  }

  get defaults(): Default[] {
    return this.#declared.defaults;
  }

  get ranges(): Range[] {
    return this.#declared.ranges;
  }

  get nodes(): MenuNode[] {
    return this.#declared.nodes;
  }

  /** Whether it has nodes; none is made for it. */
  get isDeclared(): boolean {
    return this.#declarations ? this.#declarations.nodes.length > 0 : !!this.#late?.isDeclared(this);
  }

  /** Dependencies of all definitions, ORed. Undefined is `y`. */
  get directDependency(): Expression | undefined {
    return this.#declared.directDependency;
  }

  set directDependency(dependency: Expression | undefined) {
    this.#declared.directDependency = dependency;
  }

  get selectedBy(): ReverseDependency[] {
    return this.#declared.selectedBy;
  }

  get impliedBy(): ReverseDependency[] {
    return this.#declared.impliedBy;
  }

  /** The members, if this is a choice. */
  get members(): ConfigSymbol[] {
    return this.#declared.members;
  }

  /** The one expression that names this symbol. */
  get expression(): Expression {
    this.#expression ??= {kind: 'symbol', symbol: this};
    return this.#expression;
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

/** What a node has besides its place in the menu. */
export type NodeDetails = {
  readonly file: SourceFile;
  readonly line: number;
  readonly block: MenuNode | undefined;
  prompt: Prompt | undefined;
  visibility: Expression | undefined;
  dependency: Expression | undefined;
  readonly conditions: WrittenCondition[];
  readonly visibilityConditions: WrittenCondition[];
  help: HelpSpan | undefined;
};

/** The nodes around a node. */
export type NodeLinks = {
  readonly parent: MenuNode | undefined;
  readonly next: MenuNode | undefined;
  readonly firstChild: MenuNode | undefined;
};

function newDetails(block: MenuNode | undefined, {file, line}: Location): NodeDetails {
  return {
    file,
    line,
    block,
    prompt: undefined,
    visibility: undefined,
    dependency: undefined,
    conditions: [],
    visibilityConditions: [],
    help: undefined,
  };
}

/**
 * A place in the menu: one for each definition of a symbol, each choice, menu, comment and `if`
 * (`struct menu` of expr.h, Linux 6.1). Siblings are linked, since finalisation moves runs of them.
 */
export class MenuNode {
  readonly symbol: ConfigSymbol | undefined;
  readonly #late: LateParts | undefined;
  /** Which of the nodes that `#late` knows this is. */
  readonly #record: number;
  #isLinked: boolean;
  #parent: MenuNode | undefined;
  #next: MenuNode | undefined;
  #firstChild: MenuNode | undefined;
  #details: NodeDetails | undefined;

  /** Without a place, `late` is asked for the links and the details of its node `record` when they are wanted. */
  constructor(
    symbol: ConfigSymbol | undefined,
    parent: MenuNode | undefined,
    place: Location | undefined,
    late?: LateParts,
    record = 0,
  ) {
    this.symbol = symbol;
    this.#late = late;
    this.#record = record;
    this.#isLinked = late === undefined;
    this.#parent = parent;
    this.#next = undefined;
    this.#firstChild = undefined;
    this.#details = place && newDetails(parent, place);
  }

  #link(): void {
    this.#isLinked = true;
    const {parent, next, firstChild} = this.#late!.linksOf(this.#record);
    this.#parent = parent;
    this.#next = next;
    this.#firstChild = firstChild;
  }

  get parent(): MenuNode | undefined {
    if (!this.#isLinked) this.#link();
    return this.#parent;
  }

  set parent(parent: MenuNode | undefined) {
    this.#parent = parent;
  }

  get next(): MenuNode | undefined {
    if (!this.#isLinked) this.#link();
    return this.#next;
  }

  set next(next: MenuNode | undefined) {
    this.#next = next;
  }

  get firstChild(): MenuNode | undefined {
    if (!this.#isLinked) this.#link();
    return this.#firstChild;
  }

  set firstChild(firstChild: MenuNode | undefined) {
    this.#firstChild = firstChild;
  }

  get #made(): NodeDetails {
    this.#details ??= this.#late!.detailsOf(this.#record);
    return this.#details;
  }

  get file(): SourceFile {
    return this.#made.file;
  }

  get line(): number {
    return this.#made.line;
  }

  get prompt(): Prompt | undefined {
    return this.#made.prompt;
  }

  set prompt(prompt: Prompt | undefined) {
    this.#made.prompt = prompt;
  }

  /** `visible if`, ANDed. */
  get visibility(): Expression | undefined {
    return this.#made.visibility;
  }

  set visibility(visibility: Expression | undefined) {
    this.#made.visibility = visibility;
  }

  /** `depends on` and `if`, ANDed; after finalisation those of the parents as well. */
  get dependency(): Expression | undefined {
    return this.#made.dependency;
  }

  set dependency(dependency: Expression | undefined) {
    this.#made.dependency = dependency;
  }

  /** The `depends on` lines and `if` conditions of this node as they were written, with their places. */
  get conditions(): WrittenCondition[] {
    return this.#made.conditions;
  }

  /** The same for `visible if`. */
  get visibilityConditions(): WrittenCondition[] {
    return this.#made.visibilityConditions;
  }

  /** The node of the block around it, which automatic submenus and flattening do not change. */
  get block(): MenuNode | undefined {
    return this.#made.block;
  }

  get help(): HelpSpan | undefined {
    return this.#made.help;
  }

  set help(help: HelpSpan | undefined) {
    this.#made.help = help;
  }

  /** The nodes below this one. */
  *children(): Generator<MenuNode> {
    for (let child = this.firstChild; child; child = child.next) yield child;
  }

  /** All nodes below this one, in the order of the menu (menu_for_each_sub_entry). */
  *entriesBelow(): Generator<MenuNode> {
    let node = this.firstChild;
    while (node) {
      yield node;
      let last: MenuNode | undefined = node;
      if (!node.firstChild) while (last && last !== this && !last.next) last = last.parent;
      if (last === this) return;
      node = node.firstChild ?? last?.next;
    }
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
