/**
 * Expressions over symbols. Where the C tool has binary `&&` and `||`, here one node holds all operands of a
 * level, which may be very long.
 */

import type {ConfigSymbol} from './symbol.ts';

export type Tristate = 0 | 1 | 2;

/** How a tristate is written. */
export const letters = ['n', 'm', 'y'] as const;

export const max = (a: Tristate, b: Tristate): Tristate => (a > b ? a : b);
export const min = (a: Tristate, b: Tristate): Tristate => (a < b ? a : b);

export type Relation = 'equal' | 'unequal' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual';
export type SymbolExpression = {readonly kind: 'symbol'; readonly symbol: ConfigSymbol};
export type Not = {readonly kind: 'not'; readonly operand: Expression};
export type Level = 'and' | 'or';
export type Junction = {readonly kind: Level; readonly operands: readonly Expression[]};
export type Comparison = {
  readonly kind: Relation;
  readonly left: ConfigSymbol;
  readonly right: ConfigSymbol;
};
export type Expression = SymbolExpression | Not | Junction | Comparison;

/**
 * `operands` joined from left to right. An operand that is the same kind of level is merged into it only at the
 * front, where `(a && b) && c` is `a && b && c` in the C tool as well: so the node stands for one binary tree.
 */
export function junction(kind: Level, operands: readonly Expression[]): Expression {
  const [first] = operands;
  if (operands.length === 1) return first!;
  return first?.kind === kind
    ? {kind, operands: [...(first as Junction).operands, ...operands.slice(1)]}
    : {kind, operands};
}

/** The level made of `operands`; all operands that are the same kind of level are merged into it. */
export function level(kind: Level, operands: readonly Expression[]): Expression {
  if (operands.length === 1) return operands[0]!;
  if (!operands.some((operand) => operand.kind === kind)) return {kind, operands};
  return {
    kind,
    operands: operands.flatMap((operand) => (operand.kind === kind ? operand.operands : operand)),
  };
}

export function isLevel(expression: Expression): expression is Junction {
  return expression.kind === 'and' || expression.kind === 'or';
}

export function not(operand: Expression): Expression {
  return {kind: 'not', operand};
}

export function comparison(kind: Relation, left: ConfigSymbol, right: ConfigSymbol): Expression {
  return {kind, left, right};
}

/** `a && b`, where a missing operand is left out (expr_alloc_and, expr.c). */
export function and(a: Expression | undefined, b: Expression | undefined): Expression | undefined {
  if (!a) return b;
  return b ? junction('and', [a, b]) : a;
}

/** `a || b`, where a missing operand is left out (expr_alloc_or, expr.c). */
export function or(a: Expression | undefined, b: Expression | undefined): Expression | undefined {
  if (!a) return b;
  return b ? junction('or', [a, b]) : a;
}

/** Calls `visit` for each symbol the expression names, constants included, from left to right. */
export function forEachSymbol(
  expression: Expression | undefined,
  visit: (symbol: ConfigSymbol) => void,
): void {
  if (!expression) return;
  switch (expression.kind) {
    case 'symbol':
      visit(expression.symbol);
      return;
    case 'not':
      forEachSymbol(expression.operand, visit);
      return;
    case 'and':
    case 'or':
      for (const operand of expression.operands) forEachSymbol(operand, visit);
      return;
    default:
      visit(expression.left);
      visit(expression.right);
  }
}

/** What `find` first gives for a symbol of the expression, from left to right, or undefined. */
export function firstFound<Found>(
  expression: Expression,
  find: (symbol: ConfigSymbol) => Found | undefined,
): Found | undefined {
  switch (expression.kind) {
    case 'symbol':
      return find(expression.symbol);
    case 'not':
      return firstFound(expression.operand, find);
    case 'and':
    case 'or':
      for (const operand of expression.operands) {
        const found = firstFound(operand, find);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return find(expression.left) ?? find(expression.right);
  }
}

/** Whether a relation holds of what compares as `order`: less than, equal to or greater than zero. */
export function holds(kind: Relation, order: number): boolean {
  switch (kind) {
    case 'equal':
      return order === 0;
    case 'unequal':
      return order !== 0;
    case 'less':
      return order < 0;
    case 'lessEqual':
      return order <= 0;
    case 'greater':
      return order > 0;
    case 'greaterEqual':
      return order >= 0;
  }
}

/** How each relation is written in a Kconfig file. */
export const relationText: Readonly<Record<Relation, string>> = {
  equal: '=',
  unequal: '!=',
  less: '<',
  lessEqual: '<=',
  greater: '>',
  greaterEqual: '>=',
};

/**
 * The expression as the C tool prints it (expr_print, expr.c, Linux 6.1). `annotate` gives what follows a symbol's
 * name: menuconfig's ` [=value]`.
 */
export function formatExpression(
  expression: Expression | undefined,
  annotate: (symbol: ConfigSymbol) => string = () => '',
): string {
  const named = (symbol: ConfigSymbol) =>
    symbol.name === undefined ? '<choice>' : symbol.name + annotate(symbol);
  const enclosed = (inner: Expression, inside: 'not' | 'and' | 'or'): string => {
    const text = format(inner);
    const loose = inner.kind === 'or' ? inside !== 'or' : inner.kind === 'and' && inside === 'not';
    return loose ? `(${text})` : text;
  };
  const format = (inner: Expression): string => {
    switch (inner.kind) {
      case 'symbol':
        return named(inner.symbol);
      case 'not':
        return `!${enclosed(inner.operand, 'not')}`;
      case 'and':
        return inner.operands.map((operand) => enclosed(operand, 'and')).join(' && ');
      case 'or':
        return inner.operands.map((operand) => enclosed(operand, 'or')).join(' || ');
      default:
        return named(inner.left) + relationText[inner.kind] + named(inner.right);
    }
  };
  return expression ? format(expression) : 'y';
}
