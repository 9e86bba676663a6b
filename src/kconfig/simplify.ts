/**
 * The simplification of expressions exactly as expr.c up to Linux 6.1 does it, which rewrites them in place: there a
 * conjunction is one level of operands, however it is nested. It decides which menu nodes become automatic submenus,
 * hence the order of .config.
 */

import {
  type Expression,
  isLevel,
  type Junction,
  type Level,
  level,
  not,
  type SymbolExpression,
} from './expression.ts';
import {joinAnd, joinOr} from './join.ts';
import {constantNo, constantYes} from './symbol.ts';
import {isYes, type Simplifier, transform} from './transform.ts';

const yes = constantYes.expression as SymbolExpression;
const no = constantNo.expression as SymbolExpression;

function operandsOf(kind: Level, expression: Expression): Expression[] {
  return expression.kind === kind ? [...(expression as Junction).operands] : [expression];
}

/** Drops `y` from conjunctions and `n` from disjunctions, and collapses on the opposite (expr_eliminate_yn). */
function eliminateConstants(expression: Expression): Expression {
  if (!isLevel(expression)) return expression;
  const neutral = expression.kind === 'and' ? constantYes : constantNo;
  const absorbing = expression.kind === 'and' ? constantNo : constantYes;
  const kept: Expression[] = [];
  for (const operand of expression.operands) {
    const simple = eliminateConstants(operand);
    if (simple.kind === 'symbol' && simple.symbol === absorbing) return simple;
    if (simple.kind !== 'symbol' || simple.symbol !== neutral) kept.push(simple);
  }
  return kept.length === 0 ? neutral.expression : level(expression.kind, kept);
}

/** Replaces operands that both levels have by the neutral constant (__expr_eliminate_eq). */
function blankCommonOperands(kind: Level, a: Expression, b: Expression): [Expression, Expression] {
  const left = operandsOf(kind, a);
  const right = operandsOf(kind, b);
  const blank = kind === 'or' ? no : yes;
  let changed = false;
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < right.length; j++) {
      const x = left[i]!;
      const y = right[j]!;
      if (x.kind !== y.kind) continue;
      if (x === y && (x === yes || x === no)) continue;
      if (!expressionsEqual(x, y)) continue;
      left[i] = right[j] = blank;
      changed = true;
    }
  }
  return changed ? [level(kind, left), level(kind, right)] : [a, b];
}

/** Removes the operands common to both expressions (expr_eliminate_eq). */
function eliminateCommon(a: Expression, b: Expression): [Expression, Expression] {
  let [left, right] = [a, b];
  if (isLevel(left)) [left, right] = blankCommonOperands(left.kind, left, right);
  if (left.kind !== right.kind && isLevel(right)) {
    [left, right] = blankCommonOperands(right.kind, left, right);
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

/** Levels longer than this lose repeated symbols at once: comparing each pair would take forever. */
const longLevel = 1000;

function withoutRepeatedSymbols(operands: readonly Expression[]): Expression[] {
  const last = new Map(operands.map((operand, i) => [operand, i]));
  return operands.filter((operand, i) => operand.kind !== 'symbol' || last.get(operand) === i);
}

/** One pass of expr_eliminate_dups1 over a level; undefined if it joined nothing. */
function joinOperands(expression: Junction): Junction | undefined {
  const {kind} = expression;
  const operands = [...expression.operands];
  const join = kind === 'or' ? joinOr : joinAnd;
  let changed = false;
  for (let i = 0; i < operands.length; i++) {
    for (let j = 0; j < operands.length; j++) {
      if (i === j) continue;
      const a = operands[i]!;
      const b = operands[j]!;
      // The common case, decided without a call: two plain symbols join only if they are the same.
      if (a.kind === 'symbol' && b.kind === 'symbol' && a.symbol !== b.symbol) continue;
      if (isLevel(a)) {
        const inner = joinOperands(a);
        if (inner) {
          operands[i] = inner;
          changed = true;
        }
      }
      const joined = expressionsEqual(operands[i], b) ? operands[i] : join(operands[i]!, b);
      if (!joined) continue;
      operands[i] = kind === 'or' ? no : yes;
      operands[j] = joined;
      changed = true;
    }
  }
  // Keeps the constants: they go in eliminateConstants, and a level of one kind must stay that kind until then.
  return changed ? {kind, operands} : undefined;
}

/** Whether a level of the kind has all operands of the negation of one of them (expr_extract_eq). */
function hasNegation(kind: Level, operands: readonly Expression[], operand: Expression): boolean {
  const neutral = kind === 'and' ? yes : no;
  // What is negated was transformed before, so there is nothing left to warn of.
  const negation = transform(not(operand), {join: level, lastFirst: false, warn: () => {}});
  const left = operandsOf(kind, negation);
  const right: Expression[] = [...operands];
  let found = false;
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < right.length; j++) {
      if (!expressionsEqual(left[i], right[j])) continue;
      left[i] = right[j] = neutral;
      found = true;
    }
  }
  return found && eliminateConstants(level(kind, left)) === neutral;
}

/**
 * `(A || B) && (!A && !B)` loses its first operand to `n`, `(A && B) || (!A || !B)` to `y` (expr_eliminate_dups2 of
 * Linux 2.6); undefined if there is nothing of the kind.
 */
function dropOpposites(expression: Junction): Junction | undefined {
  const {kind} = expression;
  const operands = [...expression.operands];
  let changed = false;
  for (const [i, operand] of operands.entries()) {
    if (!isLevel(operand)) continue;
    const inner = dropOpposites(operand);
    if (inner) operands[i] = inner;
    const opposite = hasNegation(kind, operands, operands[i]!);
    if (opposite) operands[i] = kind === 'and' ? no : yes;
    changed ||= inner !== undefined || opposite;
  }
  return changed ? {kind, operands} : undefined;
}

/** Joins duplicate and redundant operands until nothing changes (expr_eliminate_dups). */
function eliminateDuplicates(expression: Expression, opposites: boolean): Expression {
  let current = expression;
  if (isLevel(current) && current.operands.length > longLevel) {
    current = level(current.kind, withoutRepeatedSymbols(current.operands));
  }
  while (isLevel(current)) {
    const joined = joinOperands(current);
    const dropped: Junction | undefined = opposites ? dropOpposites(joined ?? current) : undefined;
    if (!joined && !dropped) break;
    current = eliminateConstants(dropped ?? joined!);
  }
  return current;
}

function levelSimplifier(opposites: boolean): Simplifier {
  return {
    join: level,
    eliminateDuplicates: (expression) => eliminateDuplicates(expression, opposites),
    conjunction: (a, b) => eliminateDuplicates(level('and', [a, b]), opposites),
    eliminateCommon,
    equal: expressionsEqual,
  };
}

/** The simplification of Linux 4.17 to 6.1. */
export const inPlaceSimplifier = levelSimplifier(false);

/** The simplification of Linux 2.6. */
export const oppositesSimplifier = levelSimplifier(true);
