/**
 * The simplification of expressions exactly as expr.c of Linux 6.12 and 7.2 does it, which shares them and makes new
 * ones: each `&&` and `||` is a node with two sides, simplified one after the other before they are compared. A
 * junction of n operands stands for the n - 1 nodes it has when it is read from left to right.
 */

import {type Expression, isLevel, type Junction, junction, type Level} from './expression.ts';
import {joinAnd, joinOr} from './join.ts';
import {type ConfigSymbol, constantNo, constantYes} from './symbol.ts';
import {isYes, type Simplifier} from './transform.ts';

/** Levels longer than this are left as they are, but for repeated symbols: comparing each pair would take forever. */
const longLevel = 1000;

const neutral = (kind: Level): ConfigSymbol => (kind === 'and' ? constantYes : constantNo);
const absorbing = (kind: Level): ConfigSymbol => (kind === 'and' ? constantNo : constantYes);

function isSymbol(expression: Expression, symbol: ConfigSymbol): boolean {
  return expression.kind === 'symbol' && expression.symbol === symbol;
}

/** The operands of a level, those in parentheses that are of the same kind included. */
function leavesOf(kind: Level, expression: Expression, leaves: Expression[] = []): Expression[] {
  if (expression.kind !== kind) leaves.push(expression);
  else for (const operand of (expression as Junction).operands) leavesOf(kind, operand, leaves);
  return leaves;
}

/** The expression with other leaves at the same places; `leaves` is used up. */
function withLeaves(kind: Level, expression: Expression, leaves: Expression[]): Expression {
  if (expression.kind !== kind) return leaves.shift()!;
  const {operands} = expression as Junction;
  return {kind, operands: operands.map((operand) => withLeaves(kind, operand, leaves))};
}

/**
 * Drops `y` from conjunctions and `n` from disjunctions, and collapses on the opposite (expr_eliminate_yn). A node with
 * no constant on either side stays as it is, constants further down included.
 */
function eliminateConstants(expression: Expression): Expression {
  if (!isLevel(expression)) return expression;
  const {kind, operands} = expression;
  let result = eliminateConstants(operands[0]!);
  // How many operands the node has that `result` stands for; 1 if it is no node of this level.
  let width = 1;
  for (let i = 1; i < operands.length; i++) {
    const right = eliminateConstants(operands[i]!);
    const isNode = width > 1;
    if ((!isNode && isSymbol(result, absorbing(kind))) || isSymbol(right, neutral(kind))) continue;
    width = 1;
    if ((!isNode && isSymbol(result, neutral(kind))) || isSymbol(right, absorbing(kind))) result = right;
    else width = i + 1;
  }
  if (width === 1) return result;
  return width === operands.length ? expression : {kind, operands: operands.slice(0, width)};
}

/** Replaces leaves that both levels have by the neutral constant (__expr_eliminate_eq). */
function blankCommonLeaves(kind: Level, a: Expression, b: Expression): [Expression, Expression] {
  const left = leavesOf(kind, a);
  const right = leavesOf(kind, b);
  let changed = false;
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < right.length; j++) {
      const x = left[i]!;
      const y = right[j]!;
      if (x.kind !== y.kind) continue;
      if (x === y && (isSymbol(x, constantYes) || isSymbol(x, constantNo))) continue;
      if (!expressionsEqual(x, y)) continue;
      left[i] = right[j] = neutral(kind).expression;
      changed = true;
    }
  }
  return changed ? [withLeaves(kind, a, left), withLeaves(kind, b, right)] : [a, b];
}

/** Removes the operands common to both expressions (expr_eliminate_eq). */
function eliminateCommon(a: Expression, b: Expression): [Expression, Expression] {
  let [left, right] = [a, b];
  if (isLevel(left)) [left, right] = blankCommonLeaves(left.kind, left, right);
  if (left.kind !== right.kind && isLevel(right)) {
    [left, right] = blankCommonLeaves(right.kind, left, right);
  }
  return [eliminateConstants(left), eliminateConstants(right)];
}

/** Equality up to the order of operands (expr_eq). */
function expressionsEqual(a: Expression | undefined, b: Expression | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return isYes(a) && isYes(b);
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'symbol':
      return a.symbol === (b as typeof a).symbol;
    case 'not':
      return expressionsEqual(a.operand, (b as typeof a).operand);
    case 'and':
    case 'or': {
      const [left, right] = eliminateCommon(a, b);
      return left.kind === 'symbol' && right.kind === 'symbol' && left.symbol === right.symbol;
    }
    default: {
      const other = b as typeof a;
      return a.left === other.left && a.right === other.right;
    }
  }
}

/** Joins each leaf of one side with those of the other where that can be (expr_eliminate_dups1). */
function joinSides(kind: Level, a: Expression, b: Expression): {a: Expression; b: Expression} | undefined {
  const left = leavesOf(kind, a);
  const right = leavesOf(kind, b);
  const join = kind === 'or' ? joinOr : joinAnd;
  let changed = false;
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < right.length; j++) {
      const x = left[i]!;
      const y = right[j]!;
      // The common case, decided without a call: two plain symbols join only if they are the same.
      if (x.kind === 'symbol' && y.kind === 'symbol' && x.symbol !== y.symbol) continue;
      const joined = expressionsEqual(x, y) ? x : join(x, y);
      if (!joined) continue;
      left[i] = neutral(kind).expression;
      right[j] = joined;
      changed = true;
    }
  }
  return changed ? {a: withLeaves(kind, a, left), b: withLeaves(kind, b, right)} : undefined;
}

/** A simplifier for one tree: what it has simplified before, it knows by identity. */
class SharedSimplifier implements Simplifier {
  readonly join = junction;
  readonly eliminateCommon = eliminateCommon;
  readonly equal = expressionsEqual;
  readonly #simplified = new WeakMap<Expression, Expression>();

  /** expr_eliminate_dups. */
  eliminateDuplicates(expression: Expression): Expression {
    if (!isLevel(expression)) return expression;
    const known = this.#simplified.get(expression);
    if (known) return known;
    const {kind, operands} = expression;
    let result: Expression;
    if (operands.length > longLevel) {
      result = withoutRepeatedSymbols(expression);
    } else {
      result = this.eliminateDuplicates(operands[0]!);
      for (let i = 1; i < operands.length; i++) result = this.#simplifyNode(kind, result, operands[i]!);
    }
    this.#simplified.set(expression, result).set(result, result);
    return result;
  }

  conjunction(a: Expression, b: Expression): Expression {
    return this.#simplifyNode('and', a, b);
  }

  /** One node of two sides, until nothing can be joined. */
  #simplifyNode(kind: Level, left: Expression, right: Expression): Expression {
    const a = this.eliminateDuplicates(left);
    const b = this.eliminateDuplicates(right);
    const joined = joinSides(kind, a, b);
    if (joined) {
      const node = eliminateConstants(junction(kind, [joined.a, joined.b]));
      if (!isLevel(node)) return node;
      return this.#simplifyNode(node.kind, ...sidesOf(node));
    }
    // Sides that are simple have no constants further down.
    if (isSymbol(a, absorbing(kind)) || isSymbol(b, neutral(kind))) return a;
    if (isSymbol(a, neutral(kind)) || isSymbol(b, absorbing(kind))) return b;
    const node = junction(kind, [a, b]);
    this.#simplified.set(node, node);
    return node;
  }
}

/** The last operand, and what stands before it. */
function sidesOf({kind, operands}: Junction): [Expression, Expression] {
  const rest = operands.slice(0, -1);
  return [rest.length === 1 ? rest[0]! : {kind, operands: rest}, operands.at(-1)!];
}

function withoutRepeatedSymbols({kind, operands}: Junction): Expression {
  const last = new Map(operands.map((operand, i) => [operand, i]));
  const kept = operands.filter((operand, i) => operand.kind !== 'symbol' || last.get(operand) === i);
  return kept.length === 1 ? kept[0]! : {kind, operands: kept};
}

/** The simplification of Linux 6.12 and 7.2, for the expressions of one tree. */
export function sharedSimplifier(): Simplifier {
  return new SharedSimplifier();
}
