/** Two operands of a level that become one (expr_join_or and expr_join_and of expr.c, Linux 5.10 to 7.2). */

import {comparison, type Expression} from './expression.ts';
import {type ConfigSymbol, constantMod, constantNo, constantYes, isLogical} from './symbol.ts';

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
  return isLogical(subject.type) ? subject : undefined;
}

const constants = [constantNo, constantMod, constantYes];

/** If both compare with different constants of `y`, `m` and `n`: the remaining one. */
function remainingConstant(a: ConfigSymbol, b: ConfigSymbol): ConfigSymbol | undefined {
  if (a === b || !constants.includes(a) || !constants.includes(b)) return undefined;
  return constants.find((constant) => constant !== a && constant !== b);
}

/** `a || b` of two different operands as one expression, if there is one (expr_join_or). */
export function joinOr(a: Expression, b: Expression): Expression | undefined {
  const subject = commonSubject(a, b);
  if (!subject) return undefined;
  if (subject.type === 'tristate' && a.kind === 'equal' && b.kind === 'equal') {
    // (a='y') || (a='m') -> (a!='n'), and so on.
    const rest = remainingConstant(a.right, b.right);
    if (rest) return comparison('unequal', subject, rest);
  }
  const negates = (x: Expression, y: Expression) =>
    x.kind === 'not' && x.operand.kind === 'symbol' && y.kind === 'symbol';
  if (subject.type === 'bool' && (negates(a, b) || negates(b, a))) return constantYes.expression;
  return undefined;
}

/** `a && b` of two different operands as one expression, if there is one (expr_join_and). */
export function joinAnd(a: Expression, b: Expression): Expression | undefined {
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
    return equal.right === unequal.right ? constantNo.expression : comparison('equal', subject, equal.right);
  }
  if (a.kind === 'unequal' && b.kind === 'unequal') {
    const rest = remainingConstant(a.right, b.right);
    // expr.c makes (a!='m') && (a!='n') into (a='y'), and so on.
    if (rest) return comparison('equal', subject, rest);
  }
  return undefined;
}
