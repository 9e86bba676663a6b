/**
 * The simplification of expressions, exactly as expr.c of Linux 6.1 does it: it decides which menu nodes become
 * automatic submenus, hence the order of .config. Expressions are never changed in place, so they can be shared.
 */

import {
  comparison,
  type Expression,
  type Junction,
  junction,
  not,
  type Relation,
  type SymbolExpression,
} from './expression.ts';
import {type ConfigSymbol, constantMod, constantNo, constantYes} from './symbol.ts';

const yes = constantYes.expression as SymbolExpression;
const no = constantNo.expression as SymbolExpression;

type Level = 'and' | 'or';

function isLevel(expression: Expression): expression is Junction {
  return expression.kind === 'and' || expression.kind === 'or';
}

function operandsOf(level: Level, expression: Expression): Expression[] {
  return expression.kind === level ? [...(expression as Junction).operands] : [expression];
}

/** expr_is_yes: no expression at all is `y`. */
export function isYes(expression: Expression | undefined): boolean {
  return !expression || (expression.kind === 'symbol' && expression.symbol === constantYes);
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
  return kept.length === 0 ? neutral.expression : junction(expression.kind, kept);
}

/** Replaces operands that both levels have by the neutral constant (__expr_eliminate_eq). */
function blankCommonOperands(level: Level, a: Expression, b: Expression): [Expression, Expression] {
  const left = operandsOf(level, a);
  const right = operandsOf(level, b);
  const blank = level === 'or' ? no : yes;
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
  return changed ? [junction(level, left), junction(level, right)] : [a, b];
}

/** Removes the operands common to both expressions (expr_eliminate_eq). */
export function eliminateCommon(a: Expression, b: Expression): [Expression, Expression] {
  let [left, right] = [a, b];
  if (isLevel(left)) [left, right] = blankCommonOperands(left.kind, left, right);
  if (left.kind !== right.kind && isLevel(right)) {
    [left, right] = blankCommonOperands(right.kind, left, right);
  }
  return [eliminateConstants(left), eliminateConstants(right)];
}

/** Equality up to the order of operands (expr_eq). */
export function expressionsEqual(a: Expression | undefined, b: Expression | undefined): boolean {
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

/** The symbol that join rules compare operands by, if the operand is simple enough for them. */
function joinSymbol(expression: Expression, negatedComparisons: boolean): ConfigSymbol | undefined {
  switch (expression.kind) {
    case 'symbol':
      return expression.symbol;
    case 'equal':
    case 'unequal':
      return expression.left;
    case 'not':
      return expression.operand.kind === 'not' ||
        (!negatedComparisons && expression.operand.kind !== 'symbol')
        ? undefined
        : joinSymbol(expression.operand, negatedComparisons);
    default:
      return undefined;
  }
}

/** The common subject of two operands, if both are about one bool or tristate symbol. */
function commonSubject(a: Expression, b: Expression): ConfigSymbol | undefined {
  const subject = joinSymbol(a, true);
  // Only the first operand may be a negated comparison (expr_join_or and expr_join_and).
  if (!subject || subject !== joinSymbol(b, false)) return undefined;
  return subject.type === 'bool' || subject.type === 'tristate' ? subject : undefined;
}

const constants = [constantNo, constantMod, constantYes];

/** If both compare with different constants of `y`, `m` and `n`: the remaining one. */
function remainingConstant(a: ConfigSymbol, b: ConfigSymbol): ConfigSymbol | undefined {
  if (a === b || !constants.includes(a) || !constants.includes(b)) return undefined;
  return constants.find((constant) => constant !== a && constant !== b);
}

/** `a || b` as one expression, if there is one (expr_join_or). */
function joinOr(a: Expression, b: Expression): Expression | undefined {
  if (expressionsEqual(a, b)) return a;
  const subject = commonSubject(a, b);
  if (!subject) return undefined;
  if (subject.type === 'tristate' && a.kind === 'equal' && b.kind === 'equal') {
    // (a='y') || (a='m') -> (a!='n'), and so on.
    const rest = remainingConstant(a.right, b.right);
    if (rest) return comparison('unequal', subject, rest);
  }
  const negates = (x: Expression, y: Expression) =>
    x.kind === 'not' && x.operand.kind === 'symbol' && y.kind === 'symbol';
  if (subject.type === 'bool' && (negates(a, b) || negates(b, a))) return yes;
  return undefined;
}

/** `a && b` as one expression, if there is one (expr_join_and). */
function joinAnd(a: Expression, b: Expression): Expression | undefined {
  if (expressionsEqual(a, b)) return a;
  const subject = commonSubject(a, b);
  if (!subject) return undefined;
  return (
    joinSymbolAndComparison(a, b, subject) ??
    joinSymbolAndComparison(b, a, subject) ??
    (subject.type === 'tristate' ? joinComparisons(a, b, subject) : undefined)
  );
}

function joinSymbolAndComparison(
  a: Expression,
  b: Expression,
  subject: ConfigSymbol,
): Expression | undefined {
  if (a.kind !== 'symbol') return undefined;
  if (b.kind === 'equal' && b.right === constantYes) return comparison('equal', subject, constantYes);
  if (b.kind === 'unequal' && b.right === constantNo) return subject.expression;
  if (b.kind === 'unequal' && b.right === constantMod) return comparison('equal', subject, constantYes);
  return undefined;
}

function joinComparisons(a: Expression, b: Expression, subject: ConfigSymbol): Expression | undefined {
  const [equal, unequal] = a.kind === 'equal' ? [a, b] : [b, a];
  if (equal.kind === 'equal' && unequal.kind === 'unequal') {
    // (a='b') && (a!='c') -> 'b'='c' ? 'n' : a='b'
    if (equal.right.kind !== 'constant' || unequal.right.kind !== 'constant') return undefined;
    return equal.right === unequal.right ? no : comparison('equal', subject, equal.right);
  }
  if (a.kind === 'unequal' && b.kind === 'unequal') {
    const rest = remainingConstant(a.right, b.right);
    // expr.c makes (a!='m') && (a!='n') into (a='y'), and so on.
    if (rest) return comparison('equal', subject, rest);
  }
  return undefined;
}

/** Levels longer than this lose repeated symbols at once: comparing each pair would take forever. */
const longLevel = 1000;

function withoutRepeatedSymbols(operands: readonly Expression[]): Expression[] {
  const last = new Map(operands.map((operand, i) => [operand, i]));
  return operands.filter((operand, i) => operand.kind !== 'symbol' || last.get(operand) === i);
}

/** One pass of expr_eliminate_dups1 over a level; undefined if it joined nothing. */
function joinOperands(expression: Junction): Expression | undefined {
  const level = expression.kind;
  const operands = [...expression.operands];
  const join = level === 'or' ? joinOr : joinAnd;
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
      const joined = join(operands[i]!, b);
      if (!joined) continue;
      operands[i] = level === 'or' ? no : yes;
      operands[j] = joined;
      changed = true;
    }
  }
  // Keeps the constants: they go in eliminateConstants, and a level of one kind must stay that kind until then.
  return changed ? {kind: level, operands} : undefined;
}

/** Joins duplicate and redundant operands until nothing changes (expr_eliminate_dups). */
export function eliminateDuplicates(expression: Expression | undefined): Expression | undefined {
  let current = expression;
  if (current && isLevel(current) && current.operands.length > longLevel) {
    current = junction(current.kind, withoutRepeatedSymbols(current.operands));
  }
  while (current && isLevel(current)) {
    const joined = joinOperands(current);
    if (!joined) break;
    current = eliminateConstants(joined);
  }
  return current;
}

export type TransformContext = {
  /** Told of a bool symbol compared with `m`. */
  readonly warn: (symbol: ConfigSymbol, forcedTo: 'y' | 'n') => void;
};

const swapped: Readonly<Record<Relation, Relation>> = {
  equal: 'unequal',
  unequal: 'equal',
  less: 'greaterEqual',
  lessEqual: 'greater',
  greater: 'lessEqual',
  greaterEqual: 'less',
};

/** Moves negations inwards and replaces comparisons of bool symbols with constants (expr_transform). */
export function transform(expression: Expression, context: TransformContext): Expression {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      let changed = false;
      const operands = expression.operands.map((operand) => {
        const result = transform(operand, context);
        changed ||= result !== operand;
        return result;
      });
      return changed ? junction(expression.kind, operands) : expression;
    }
    case 'not':
      return transformNot(transform(expression.operand, context), context);
    case 'equal':
    case 'unequal':
      return transformEquality(expression.kind, expression.left, expression.right, context) ?? expression;
    default:
      return expression;
  }
}

function transformEquality(
  kind: 'equal' | 'unequal',
  left: ConfigSymbol,
  right: ConfigSymbol,
  context: TransformContext,
): Expression | undefined {
  if (left.type !== 'bool') return undefined;
  if (right === constantMod) {
    context.warn(left, kind === 'equal' ? 'n' : 'y');
    return kind === 'equal' ? no : yes;
  }
  if (right !== constantNo && right !== constantYes) return undefined;
  const positive = (right === constantYes) === (kind === 'equal');
  return positive ? left.expression : not(left.expression);
}

function transformNot(operand: Expression, context: TransformContext): Expression {
  switch (operand.kind) {
    case 'not':
      return transform(operand.operand, context);
    case 'and':
    case 'or': {
      const opposite = operand.kind === 'and' ? 'or' : 'and';
      return transform(junction(opposite, operand.operands.map(not)), context);
    }
    case 'symbol':
      if (operand.symbol === constantYes) return no;
      if (operand.symbol === constantNo) return yes;
      return operand.symbol === constantMod ? operand : not(operand);
    default:
      return comparison(swapped[operand.kind], operand.left, operand.right);
  }
}

/** `expression != n` with the comparison moved down to the symbols (expr_trans_compare, E_UNEQUAL with n). */
export function unequalNo(expression: Expression | undefined): Expression {
  return expression ? compareWithNo(expression, 'unequal') : not(no);
}

function compareWithNo(expression: Expression, relation: 'equal' | 'unequal'): Expression {
  switch (expression.kind) {
    case 'symbol':
      return comparison(relation, expression.symbol, constantNo);
    case 'not':
      return compareWithNo(expression.operand, relation === 'equal' ? 'unequal' : 'equal');
    case 'and':
    case 'or': {
      const operands = expression.operands.map((operand) => compareWithNo(operand, 'equal'));
      const compared = junction(expression.kind === 'and' ? 'or' : 'and', operands);
      return relation === 'equal' ? compared : not(compared);
    }
    default:
      return relation === 'equal' ? not(expression) : expression;
  }
}

/** Whether the expression names the symbol anywhere (expr_contains_symbol). */
export function containsSymbol(expression: Expression | undefined, symbol: ConfigSymbol): boolean {
  if (!expression) return false;
  switch (expression.kind) {
    case 'symbol':
      return expression.symbol === symbol;
    case 'not':
      return containsSymbol(expression.operand, symbol);
    case 'and':
    case 'or':
      return expression.operands.some((operand) => containsSymbol(operand, symbol));
    default:
      return expression.left === symbol || expression.right === symbol;
  }
}

/** Whether the expression is `n` for sure when the symbol is (expr_depends_symbol). */
export function requiresSymbol(expression: Expression | undefined, symbol: ConfigSymbol): boolean {
  if (!expression) return false;
  switch (expression.kind) {
    case 'symbol':
      return expression.symbol === symbol;
    case 'and':
      return expression.operands.some((operand) => requiresSymbol(operand, symbol));
    case 'equal':
      return (
        expression.left === symbol && (expression.right === constantYes || expression.right === constantMod)
      );
    case 'unequal':
      return expression.left === symbol && expression.right === constantNo;
    default:
      return false;
  }
}
