/** What is said of a symbol that is selected although its dependencies are not met (sym_warn_unmet_dep, symbol.c). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {type Expression, formatExpression, letters} from './expression.ts';
import {placeOf} from './source.ts';
import type {ConfigSymbol} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** What stands behind a symbol's name to show its value, as menuconfig prints it in expressions. */
export function annotation(evaluation: Evaluation, symbol: ConfigSymbol): string {
  const isTyped = evaluation.model.typeOf(symbol) !== 'unknown';
  return isTyped ? ` [=${evaluation.storedText(symbol)}]` : '';
}

export function unmetDependency(evaluation: Evaluation, symbol: ConfigSymbol): Diagnostic {
  const show = (expression: Expression | undefined) =>
    formatExpression(expression, (named) => annotation(evaluation, named));
  const lines = [
    `unmet direct dependencies detected for ${symbol.displayName}`,
    `  Depends on [${letters[evaluation.state(symbol).directDependency]}]: ${show(symbol.directDependency)}`,
  ];
  for (const value of [2, 1] as const) {
    const selectors = symbol.selectedBy.filter(({expression}) => evaluation.evaluate(expression) === value);
    if (selectors.length > 0) lines.push(`  Selected by [${letters[value]}]:`);
    for (const {expression} of selectors) lines.push(`  - ${show(expression)}`);
  }
  const [node] = symbol.nodes;
  const place = node ? {place: placeOf(node)} : {};
  return {severity: 'warning', code: 'unmet-dependency', message: lines.join('\n'), ...place};
}
