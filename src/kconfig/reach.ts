/** How symbols hang together in one configuration: by which dependencies and selections one needs or brings another. */

import {type Expression, formatExpression, relationText} from './expression.ts';
import {type FileLine, fileLine, type Location} from './source.ts';
import type {ConfigSymbol, MenuNode} from './symbol.ts';
import type {Evaluation} from './values.ts';

export type LinkKind =
  /** A `depends on`, an `if` or a choice's prompt that holds through the other symbol. */
  | 'depends on'
  /** The same of what lets the user see the prompt alone. */
  | 'is visible by'
  | 'selects'
  /** It has its value from that. */
  | 'is selected by'
  /** It has no prompt that is visible, and its default's condition holds through the other symbol. */
  | 'has its default by';

/** One symbol's hold on another, in effect now. */
export type Link = {
  readonly from: string;
  readonly kind: LinkKind;
  readonly to: string;
  /** Whether it holds since the other is off, or is not what it is compared with: `!DEBUG`, `BITS!=32`. */
  readonly condition: string | undefined;
  readonly place: FileLine;
};

type Edge = {readonly to: ConfigSymbol; readonly link: Link};

/**
 * The shortest chain of links from each of some symbols to one, for those that reach it; to itself a symbol has the empty
 * chain. Only what is in effect and has no alternative counts: of conditions that hold the parts without which they would
 * not, selections that take place, and the one symbol that selects another.
 */
export function chainsTo(
  evaluation: Evaluation,
  target: ConfigSymbol,
  starts: readonly ConfigSymbol[],
): ReadonlyMap<ConfigSymbol, readonly Link[]> {
  const backwards = backwardEdges(evaluation, starts);
  // By symbol, the first link of a shortest way to the target and where it leads.
  const onward = new Map<ConfigSymbol, Edge>();
  const reached = new Set([target]);
  for (const symbol of reached) {
    for (const {from, edge} of backwards.get(symbol) ?? []) {
      if (reached.has(from)) continue;
      reached.add(from);
      onward.set(from, edge);
    }
  }
  const chains = new Map<ConfigSymbol, readonly Link[]>();
  for (const start of starts) {
    if (!reached.has(start)) continue;
    const chain: Link[] = [];
    for (let at = start; at !== target; at = onward.get(at)!.to) chain.push(onward.get(at)!.link);
    chains.set(start, chain);
  }
  return chains;
}

type Backward = ReadonlyMap<ConfigSymbol, readonly {readonly from: ConfigSymbol; readonly edge: Edge}[]>;

/** All links that the symbols come to, by where they lead. */
function backwardEdges(evaluation: Evaluation, starts: readonly ConfigSymbol[]): Backward {
  const backwards = new Map<ConfigSymbol, {from: ConfigSymbol; edge: Edge}[]>();
  const seen = new Set(starts);
  // A set that grows while it is walked is walked to its end.
  for (const from of seen) {
    for (const edge of new Edges(evaluation, from).all()) {
      const others = backwards.get(edge.to);
      if (others) others.push({from, edge});
      else backwards.set(edge.to, [{from, edge}]);
      seen.add(edge.to);
    }
  }
  return backwards;
}

/** The links of one symbol. */
class Edges {
  readonly #evaluation: Evaluation;
  readonly #symbol: ConfigSymbol;
  readonly #edges = new Map<ConfigSymbol, Edge>();

  constructor(evaluation: Evaluation, symbol: ConfigSymbol) {
    this.#evaluation = evaluation;
    this.#symbol = symbol;
  }

  all(): Iterable<Edge> {
    const evaluation = this.#evaluation;
    const symbol = this.#symbol;
    const {hasUser, userTristate, visibility, tristate} = evaluation.calculate(symbol);
    const defined = symbol.nodes.filter(({dependency}) => evaluation.evaluate(dependency) !== 0);
    for (const node of defined.length > 0 ? defined : symbol.nodes) this.#addConditions(node);
    if (tristate !== 0) this.#addSelected();
    const isSet = visibility !== 0 && hasUser && userTristate >= tristate;
    if (!isSet) this.#addSelector();
    if (visibility === 0) this.#addDefault();
    return this.#edges.values();
  }

  /** The first link to a symbol stands: dependencies before selections. */
  #add(kind: LinkKind, to: ConfigSymbol, place: FileLine, condition?: string): void {
    if (to === this.#symbol || to.kind === 'constant' || to.nodes.length === 0 || this.#edges.has(to)) return;
    const link = {from: this.#symbol.displayName, kind, to: to.displayName, condition, place};
    this.#edges.set(to, {to, link});
  }

  #addConditions(node: MenuNode): void {
    const prompt = node.prompt?.written;
    if (prompt) this.#addHolding('is visible by', prompt, node.prompt!);
    for (let block: MenuNode | undefined = node; block; block = block.block) {
      for (const {expression, ...place} of block.conditions)
        this.#addHolding('depends on', expression, place);
      if (block === node) continue;
      for (const {expression, ...place} of block.visibilityConditions) {
        this.#addHolding('is visible by', expression, place);
      }
      const {prompt: outer, symbol} = block;
      if (symbol?.isChoice && outer?.written) this.#addHolding('depends on', outer.written, outer);
    }
  }

  /** The symbols through which a condition holds: of alternatives the one that does, if it is the only one. */
  #addHolding(kind: LinkKind, expression: Expression, location: Location): void {
    const evaluation = this.#evaluation;
    switch (expression.kind) {
      case 'symbol':
        this.#add(kind, expression.symbol, fileLine(location));
        return;
      case 'and':
        for (const operand of expression.operands) this.#addHolding(kind, operand, location);
        return;
      case 'or': {
        const [holding, another] = expression.operands.filter(
          (operand) => evaluation.evaluate(operand) !== 0,
        );
        if (holding && !another) this.#addHolding(kind, holding, location);
        return;
      }
      case 'not':
        for (const symbol of symbolsOf(expression.operand)) {
          this.#add(kind, symbol, fileLine(location), formatExpression(expression));
        }
        return;
      default: {
        const text = `${expression.left.displayName}${relationText[expression.kind]}${expression.right.displayName}`;
        this.#add(kind, expression.left, fileLine(location), text);
        this.#add(kind, expression.right, fileLine(location), text);
      }
    }
  }

  #addSelected(): void {
    for (const property of this.#symbol.properties) {
      if (property.kind !== 'select' || this.#evaluation.evaluate(property.condition) === 0) continue;
      this.#add('selects', property.target, fileLine(property));
    }
  }

  /** Of several that select it, none is needed. */
  #addSelector(): void {
    const {selectedBy} = this.#symbol;
    const [first, another] = selectedBy.filter(({expression}) => this.#evaluation.evaluate(expression) !== 0);
    const selector = first?.property?.node.symbol;
    if (selector && !another) this.#add('is selected by', selector, fileLine(first.property!));
  }

  #addDefault(): void {
    const found = this.#evaluation.activeDefault(this.#symbol);
    if (!found) return;
    const {property} = found;
    if (property.written) this.#addHolding('has its default by', property.written, property);
    if (property.value.kind !== 'symbol' || property.value.symbol.kind !== 'constant') {
      this.#addHolding('has its default by', property.value, property);
    }
  }
}

function symbolsOf(expression: Expression): readonly ConfigSymbol[] {
  switch (expression.kind) {
    case 'symbol':
      return [expression.symbol];
    case 'not':
      return symbolsOf(expression.operand);
    case 'and':
    case 'or':
      return expression.operands.flatMap(symbolsOf);
    default:
      return [expression.left, expression.right];
  }
}
