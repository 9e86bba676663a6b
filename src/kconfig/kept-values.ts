/**
 * The values of conditions as expr.c of Linux 6.12 and 7.2 keeps them: of each node of an expression from when it is first
 * evaluated until all are forgotten (expr_calc_value, expr_invalidate_all). Equal nodes are one (expr_lookup), and every
 * `&&` and `||` has two sides, so that what two expressions begin with is one node as well.
 *
 * Where nothing depends on itself that shows nowhere. In a loop a node may be evaluated while a symbol has the value it has
 * for the time of its calculation, and then keeps that.
 */

import {nothing, recordKind, relations} from './conditions.ts';
import type {Expression, Level, Relation, Tristate} from './expression.ts';
import type {KconfigModel} from './model.ts';
import type {ConfigSymbol} from './symbol.ts';
import type {Evaluation} from './values.ts';

type Sides = {readonly id: number; readonly kind: Level; readonly left: Node; readonly right: Node};
type Node =
  | {readonly id: number; readonly kind: 'symbol'; readonly symbol: ConfigSymbol}
  | {readonly id: number; readonly kind: 'not'; readonly operand: Node}
  | Sides
  | {readonly id: number; readonly kind: Relation; readonly left: ConfigSymbol; readonly right: ConfigSymbol};

/** Makes each node once. */
class Nodes {
  readonly #model: KconfigModel;
  readonly #made = new Map<string, Node>();
  readonly #ofReferences = new Map<number, Node>();
  readonly #ofExpressions = new WeakMap<Expression, Node>();

  constructor(model: KconfigModel) {
    this.#model = model;
  }

  /** Of a reference into the model's conditions, but `nothing`. */
  ofReference(reference: number): Node {
    if (reference < 0) return this.#symbol(this.#model.symbolAt(-1 - reference));
    let node = this.#ofReferences.get(reference);
    if (!node) {
      node = this.#ofRecord(reference);
      this.#ofReferences.set(reference, node);
    }
    return node;
  }

  #ofRecord(place: number): Node {
    const {records} = this.#model.conditions;
    const kind = records[place]!;
    const operands = records.subarray(place + 2, place + 2 + records[place + 1]!);
    switch (kind) {
      case recordKind.not:
        return this.#not(this.ofReference(operands[0]!));
      case recordKind.and:
      case recordKind.or:
        return this.ofReferences(kind === recordKind.and ? 'and' : 'or', operands);
      default: {
        const [left, right] = Array.from(operands, (operand) => this.#model.symbolAt(-1 - operand));
        return this.#comparison(relations[kind - recordKind.equal]!, left!, right!);
      }
    }
  }

  /** The level of what the references are of, which are one or more. */
  ofReferences(kind: Level, references: Int32Array): Node {
    let node = this.ofReference(references[0]!);
    for (let i = 1; i < references.length; i++)
      node = this.#sides(kind, node, this.ofReference(references[i]!));
    return node;
  }

  ofExpression(expression: Expression): Node {
    let node = this.#ofExpressions.get(expression);
    if (!node) {
      node = this.#makeOf(expression);
      this.#ofExpressions.set(expression, node);
    }
    return node;
  }

  #makeOf(expression: Expression): Node {
    switch (expression.kind) {
      case 'symbol':
        return this.#symbol(expression.symbol);
      case 'not':
        return this.#not(this.ofExpression(expression.operand));
      case 'and':
      case 'or': {
        const [first, ...others] = expression.operands;
        let node = this.ofExpression(first!);
        for (const other of others) node = this.#sides(expression.kind, node, this.ofExpression(other));
        return node;
      }
      default:
        return this.#comparison(expression.kind, expression.left, expression.right);
    }
  }

  #symbol(symbol: ConfigSymbol): Node {
    return this.#once(`${symbol.index}`, (id) => ({id, kind: 'symbol', symbol}));
  }

  #not(operand: Node): Node {
    return this.#once(`not ${operand.id}`, (id) => ({id, kind: 'not', operand}));
  }

  #sides(kind: Level, left: Node, right: Node): Node {
    return this.#once(`${kind} ${left.id} ${right.id}`, (id) => ({id, kind, left, right}));
  }

  #comparison(kind: Relation, left: ConfigSymbol, right: ConfigSymbol): Node {
    return this.#once(`${kind} ${left.index} ${right.index}`, (id) => ({id, kind, left, right}));
  }

  #once(key: string, make: (id: number) => Node): Node {
    let node = this.#made.get(key);
    if (!node) {
      node = make(this.#made.size);
      this.#made.set(key, node);
    }
    return node;
  }
}

/** Whether a value that is kept may be another than what would be calculated now; elsewhere to keep it is of no use. */
export function needsKeptValues(model: KconfigModel): boolean {
  if (model.dialect.expressions !== 'shared' || model.isRegular) return false;
  return model.dependencyOrder.hasLoop || model.choices.some(hasForeignDefault);
}

/** A choice is decided for each member anew, and looks at such a default without calculating it (sym_choice_default). */
function hasForeignDefault(choice: ConfigSymbol): boolean {
  return choice.defaults.some(({value}) => value.kind !== 'symbol' || value.symbol.choice !== choice);
}

/** The values that an evaluation keeps until it forgets them. */
export class KeptValues {
  readonly #evaluation: Evaluation;
  readonly #nodes: Nodes;
  readonly #values: Map<Node, Tristate>;

  constructor(
    evaluation: Evaluation,
    nodes = new Nodes(evaluation.model),
    values: ReadonlyMap<Node, Tristate> = new Map(),
  ) {
    this.#evaluation = evaluation;
    this.#nodes = nodes;
    this.#values = new Map(values);
  }

  copyFor(evaluation: Evaluation): KeptValues {
    return new KeptValues(evaluation, this.#nodes, this.#values);
  }

  /** The value of what a reference into the model's conditions is of. */
  ofReference(reference: number): Tristate {
    return reference === nothing ? 2 : this.#evaluate(this.#nodes.ofReference(reference));
  }

  /** The value of a reverse dependency, by the references of its operands. */
  ofAny(references: Int32Array): Tristate {
    return references.length === 0 ? 0 : this.#evaluate(this.#nodes.ofReferences('or', references));
  }

  ofExpression(expression: Expression): Tristate {
    return this.#evaluate(this.#nodes.ofExpression(expression));
  }

  /** expr_invalidate_all. */
  forget(): void {
    this.#values.clear();
  }

  #evaluate(node: Node): Tristate {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    // What was found of the same node meanwhile, in a loop, is replaced.
    const value = this.#calculate(node);
    this.#values.set(node, value);
    return value;
  }

  #calculate(node: Node): Tristate {
    switch (node.kind) {
      case 'symbol':
        return this.#evaluation.tristate(node.symbol);
      case 'not':
        return (2 - this.#evaluate(node.operand)) as Tristate;
      case 'and':
      case 'or':
        return this.#calculateSides(node);
      default:
        return this.#evaluation.compare(node.kind, node.left, node.right);
    }
  }

  /** Left before right, without recursion: levels may be very long. */
  #calculateSides(top: Sides): Tristate {
    const level = [top];
    let first = top.left;
    while (first.kind === top.kind && !this.#values.has(first)) {
      level.push(first as Sides);
      first = (first as Sides).left;
    }
    let value = this.#evaluate(first);
    for (const node of level.reverse()) {
      const right = this.#evaluate(node.right);
      value = (top.kind === 'and' ? Math.min(value, right) : Math.max(value, right)) as Tristate;
      this.#values.set(node, value);
    }
    return value;
  }
}
