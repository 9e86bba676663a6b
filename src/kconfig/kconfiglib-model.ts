/** What a tree declares, as Kconfiglib keeps it (kconfiglib.py 14.1.0): symbols, choices, menu nodes and expressions. */

import {letters, type Tristate} from './expression.ts';
import type {FileLine} from './source.ts';

export type KconfiglibType = 'unknown' | 'bool' | 'tristate' | 'string' | 'int' | 'hex';

export type Relation = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** An expression; unlike in the C tool, a chain of `&&` or `||` is a binary tree whose shape messages depend on. */
export type KconfiglibExpression =
  | KconfiglibSymbol
  | KconfiglibChoice
  | {readonly kind: 'and' | 'or'; readonly left: KconfiglibExpression; readonly right: KconfiglibExpression}
  | {readonly kind: 'not'; readonly operand: KconfiglibExpression}
  | {
      readonly kind: 'relation';
      readonly relation: Relation;
      readonly left: KconfiglibSymbol;
      readonly right: KconfiglibSymbol;
    };

export type KconfiglibDefault = {
  readonly value: KconfiglibExpression;
  readonly condition: KconfiglibExpression;
};
/** A `select` or an `imply`. */
export type KconfiglibSelect = {readonly target: KconfiglibSymbol; readonly condition: KconfiglibExpression};
export type KconfiglibRange = {
  readonly low: KconfiglibSymbol;
  readonly high: KconfiglibSymbol;
  readonly condition: KconfiglibExpression;
};
export type KconfiglibPrompt = {readonly text: string; readonly condition: KconfiglibExpression};

export class KconfiglibSymbol {
  readonly kind = 'symbol';
  readonly index: number;
  readonly name: string;
  readonly isConstant: boolean;
  type: KconfiglibType = 'unknown';
  readonly nodes: KconfiglibNode[] = [];
  readonly defaults: KconfiglibDefault[] = [];
  readonly selects: KconfiglibSelect[] = [];
  readonly implies: KconfiglibSelect[] = [];
  readonly ranges: KconfiglibRange[] = [];
  /** The defaults of each `configdefault`, and how many of the symbol's own were there before it. */
  readonly configDefaults: {readonly position: number; readonly defaults: readonly KconfiglibDefault[]}[] =
    [];
  choice: KconfiglibChoice | undefined;
  environmentVariable: string | undefined;
  isAllnoconfigYes = false;
  directDependency: KconfiglibExpression;
  /** By whom it is selected (rev_dep), and implied (weak_rev_dep). */
  selectedBy: KconfiglibExpression;
  impliedBy: KconfiglibExpression;
  /** What has to be computed again when the symbol's value changes. */
  readonly dependents = new Set<KconfiglibItem>();

  constructor(index: number, name: string, isConstant: boolean) {
    this.index = index;
    this.name = name;
    this.isConstant = isConstant;
    // The first constant is made before there is one.
    this.directDependency = this.selectedBy = this.impliedBy = index === 0 ? this : no;
  }
}

export class KconfiglibChoice {
  readonly kind = 'choice';
  readonly index: number;
  readonly name: string | undefined;
  readonly isConstant = false;
  type: KconfiglibType = 'unknown';
  isOptional = false;
  readonly nodes: KconfiglibNode[] = [];
  readonly members: KconfiglibSymbol[] = [];
  readonly defaults: KconfiglibDefault[] = [];
  directDependency: KconfiglibExpression = no;
  readonly dependents = new Set<KconfiglibItem>();

  constructor(index: number, name: string | undefined) {
    this.index = index;
    this.name = name;
  }
}

export type KconfiglibItem = KconfiglibSymbol | KconfiglibChoice;

function constant(index: number, name: string): KconfiglibSymbol {
  const symbol = new KconfiglibSymbol(index, name, true);
  symbol.type = 'tristate';
  return symbol;
}

export const no: KconfiglibSymbol = constant(0, 'n');
export const mod = constant(1, 'm');
export const yes = constant(2, 'y');

/** The number of `n`, `m` or `y`; undefined of another text. */
export function tristateOf(letter: string): Tristate | undefined {
  const index = letters.indexOf(letter as 'n');
  return index < 0 ? undefined : (index as Tristate);
}

/** An entry of the menu. The parser links what `next` and `list` say; an `if` has no item until it is taken out. */
export class KconfiglibNode {
  readonly item: KconfiglibItem | 'menu' | 'comment' | 'if';
  readonly location: FileLine;
  parent: KconfiglibNode | undefined;
  next: KconfiglibNode | undefined;
  list: KconfiglibNode | undefined;
  isMenuconfig = false;
  isConfigDefault = false;
  prompt: KconfiglibPrompt | undefined;
  help: string | undefined;
  dependency: KconfiglibExpression = yes;
  /** What `visible if` says of a menu. */
  visibility: KconfiglibExpression = yes;
  defaults: KconfiglibDefault[] = [];
  selects: KconfiglibSelect[] = [];
  implies: KconfiglibSelect[] = [];
  ranges: KconfiglibRange[] = [];

  constructor(item: KconfiglibNode['item'], location: FileLine, parent: KconfiglibNode | undefined) {
    this.item = item;
    this.location = location;
    this.parent = parent;
  }
}

/** A parsed tree. It never changes afterwards; `KconfiglibValues` are made of it. */
export type KconfiglibModel = {
  readonly root: KconfiglibNode;
  /** All symbols with a name that is no constant, defined or only mentioned. */
  readonly symbols: ReadonlyMap<string, KconfiglibSymbol>;
  /** Every symbol that has a definition, in the order of the files. */
  readonly defined: readonly KconfiglibSymbol[];
  readonly choices: readonly KconfiglibChoice[];
  /** `MODULES`, whatever `option modules` says. */
  readonly modules: KconfiglibSymbol;
  readonly defconfigList: KconfiglibSymbol | undefined;
  /** How many symbols and choices there are, constants included. */
  readonly count: number;
  /** The files in the order in which they were read; one that was read twice is there twice. */
  readonly files: readonly string[];
  readonly environmentRead: ReadonlySet<string>;
  readonly prefix: string;
  /** What stands before a .config (KCONFIG_CONFIG_HEADER), and before a header (KCONFIG_AUTOHEADER_HEADER). */
  readonly configHeading: string;
  readonly headerHeading: string;
};

export function isLogical({type}: KconfiglibItem): boolean {
  return type === 'bool' || type === 'tristate';
}

/** `a && b` (_make_and); only the constants are simplified. */
export function conjunction(a: KconfiglibExpression, b: KconfiglibExpression): KconfiglibExpression {
  if (a === yes) return b;
  if (b === yes) return a;
  if (a === no || b === no) return no;
  return {kind: 'and', left: a, right: b};
}

/** `a || b` (_make_or). */
export function disjunction(a: KconfiglibExpression, b: KconfiglibExpression): KconfiglibExpression {
  if (a === no) return b;
  if (b === no) return a;
  if (a === yes || b === yes) return yes;
  return {kind: 'or', left: a, right: b};
}

/** All operands of a tree of `kind` (split_expr). */
export function operandsOf(
  expression: KconfiglibExpression,
  kind: 'and' | 'or',
): readonly KconfiglibExpression[] {
  if (expression.kind !== kind) return [expression];
  return [...operandsOf(expression.left, kind), ...operandsOf(expression.right, kind)];
}

/** All nodes below the root, in the order of the menu. */
export function* nodesOf({root}: KconfiglibModel): Generator<KconfiglibNode> {
  let node: KconfiglibNode | undefined = root.list;
  while (node) {
    yield node;
    let next: KconfiglibNode | undefined = node.list ?? node.next;
    for (let around = node.parent; !next && around; around = around.parent) next = around.next;
    node = next;
  }
}
