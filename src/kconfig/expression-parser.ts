/** The expressions of the grammar (expr in parser.y, Linux 5.10 to 7.2). */

import {comparison, type Expression, junction, not, type Relation} from './expression.ts';
import {kconfigError, type Location} from './source.ts';
import type {ConfigSymbol} from './symbol.ts';
import {type Token, token} from './token.ts';

/** Levels of an expression; the C tool stops at 10,000 entries of its parser's stack (YYMAXDEPTH). */
const maximumDepth = 1000;

const relations: ReadonlyMap<Token, Relation> = new Map<Token, Relation>([
  [token.equal, 'equal'],
  [token.unequal, 'unequal'],
  [token.less, 'less'],
  [token.lessEqual, 'lessEqual'],
  [token.greater, 'greater'],
  [token.greaterEqual, 'greaterEqual'],
]);

/** An open parenthesis while parsing an expression: what was read of its level. */
type Group = {readonly alternatives: Expression[]; operands: Expression[]; negations: number; depth: number};

/** What an expression is read from. */
export type ExpressionInput = {
  readonly token: Token;
  advance(): Token;
  /** The symbol or constant at the current token. */
  symbol(): ConfigSymbol;
  unexpected(expected: string): never;
  readonly statement: Location;
};

/** An expression up to the first token after it. Parentheses are kept on a stack of our own, not on the C one. */
export function parseExpression(input: ExpressionInput): Expression {
  const outer: Group[] = [];
  let group: Group = {alternatives: [], operands: [], negations: 0, depth: 0};
  for (;;) {
    if (input.token === token.not) {
      group.negations++;
      input.advance();
      continue;
    }
    if (input.token === token.openParen) {
      outer.push(group);
      group = {alternatives: [], operands: [], negations: 0, depth: 0};
      input.advance();
      continue;
    }
    addOperand(input, group, parseComparison(input), 0);
    while (input.token === token.closeParen && outer.length > 0) {
      const inner = group;
      group = outer.pop()!;
      addOperand(input, group, closeGroup(inner), inner.depth);
      input.advance();
    }
    if (input.token === token.or) {
      group.alternatives.push(junction('and', group.operands));
      group.operands = [];
    } else if (input.token !== token.and) {
      if (outer.length > 0) input.unexpected('`)`');
      return closeGroup(group);
    }
    input.advance();
  }
}

function addOperand(input: ExpressionInput, group: Group, operand: Expression, depth: number): void {
  // A group in parentheses may become a level of its own below this one.
  group.depth = Math.max(
    group.depth,
    (operand.kind === 'and' || operand.kind === 'or' ? depth + 1 : depth) + group.negations,
  );
  if (group.depth > maximumDepth) {
    throw kconfigError(input.statement, 'nested-too-deep', 'the expression is nested too deep');
  }
  let result = operand;
  for (; group.negations > 0; group.negations--) result = not(result);
  group.operands.push(result);
}

function parseComparison(input: ExpressionInput): Expression {
  const left = input.symbol();
  const relation = relations.get(input.advance());
  if (!relation) return left.expression;
  input.advance();
  const right = input.symbol();
  input.advance();
  return comparison(relation, left, right);
}

function closeGroup({alternatives, operands}: Group): Expression {
  return junction('or', [...alternatives, junction('and', operands)]);
}
