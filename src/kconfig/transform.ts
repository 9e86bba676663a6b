/**
 * The rules of expr.c by which a condition is rewritten before it is simplified, the same from Linux 5.10 to 7.2.
 * Expressions are never changed in place, so they can be shared.
 */

import {
  comparison,
  type Expression,
  junction,
  not,
  type Relation,
  type SymbolExpression,
} from './expression.ts';
import {type ConfigSymbol, constantMod, constantNo, constantYes} from './symbol.ts';

const yes = constantYes.expression as SymbolExpression;
const no = constantNo.expression as SymbolExpression;

/** expr_is_yes: no expression at all is `y`. */
export function isYes(expression: Expression | undefined): boolean {
  return !expression || (expression.kind === 'symbol' && expression.symbol === constantYes);
}

/** How a release of the C tool simplifies expressions. */
export type Simplifier = {
  /** Makes a level of operands. */
  readonly join: typeof junction;
  /** Joins duplicate and redundant operands until nothing changes (expr_eliminate_dups). */
  eliminateDuplicates(expression: Expression): Expression;
  /** The same of `a && b`, where `a` was simplified before. */
  conjunction(a: Expression, b: Expression): Expression;
  /** Removes the operands common to both expressions (expr_eliminate_eq). */
  eliminateCommon(a: Expression, b: Expression): [Expression, Expression];
  /** Equality up to the order of operands (expr_eq). */
  equal(a: Expression | undefined, b: Expression | undefined): boolean;
};

export type TransformContext = {
  /** Makes a level of operands that are transformed. */
  readonly join: typeof junction;
  /** Whether the last operand is transformed first, as gcc evaluates the arguments of expr_alloc_two (Linux 6.12). */
  readonly lastFirst: boolean;
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
      const transformed = (operand: Expression) => {
        const result = transform(operand, context);
        // Parentheses around a level of the same kind may be what there is to change.
        changed ||= result !== operand || result.kind === expression.kind;
        return result;
      };
      const operands = context.lastFirst
        ? expression.operands.toReversed().map(transformed).reverse()
        : expression.operands.map(transformed);
      return changed ? context.join(expression.kind, operands) : expression;
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

/** `expression = n` likewise (E_EQUAL with n). */
export function equalNo(expression: Expression): Expression {
  return compareWithNo(expression, 'equal');
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

/** `A!=n` becomes `A` where that is a tristate (expr_trans_bool, Linux 4.17). */
export function dropTristateTests(expression: Expression): Expression {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const operands = expression.operands.map(dropTristateTests);
      const same = operands.every((operand, i) => operand === expression.operands[i]);
      return same ? expression : junction(expression.kind, operands);
    }
    case 'not': {
      const operand = dropTristateTests(expression.operand);
      return operand === expression.operand ? expression : not(operand);
    }
    case 'unequal':
      return expression.right === constantNo && expression.left.type === 'tristate'
        ? expression.left.expression
        : expression;
    default:
      return expression;
  }
}
