/** The warnings about a symbol's properties at the end of finalisation (sym_check_prop of menu.c, Linux 6.1). */

import {isValidText} from './literal.ts';
import type {MenuBuilder} from './menu.ts';
import {type ConfigSymbol, isLogical, type MenuNode, type Property} from './symbol.ts';

/**
 * What is said of `symbol` once, at the first of its nodes to be finalised. `choiceOf` gives the choice that a symbol is a
 * member of, as far as the menu stands.
 */
export function checkProperties(
  node: MenuNode,
  symbol: ConfigSymbol,
  menu: MenuBuilder,
  choiceOf: (member: ConfigSymbol) => ConfigSymbol | undefined,
): void {
  if (symbol.type === 'unknown') menu.warn(node, 'no-type', 'config symbol defined without type');
  if (symbol.isChoice && !node.prompt) menu.warn(node, 'no-prompt', 'choice must have a prompt');
  const warn = (property: Property, message: string) => menu.warn(property, 'property', message);
  for (const property of symbol.properties) {
    switch (property.kind) {
      case 'default':
        checkDefault(
          property.value.kind === 'symbol' ? property.value.symbol : undefined,
          symbol,
          (message) => warn(property, message),
          choiceOf,
        );
        break;
      case 'select':
      case 'imply':
        if (!isLogical(symbol.type)) {
          warn(property, `config symbol '${symbol.name}' uses ${property.kind}, but is not bool or tristate`);
        } else if (property.target.type !== 'unknown' && !isLogical(property.target.type)) {
          const {name} = property.target;
          const message = `'${name}' has wrong type. '${property.kind}' only accept arguments of bool and tristate type`;
          warn(property, message);
        }
        break;
      case 'range':
        if (!isNumeric(symbol)) warn(property, 'range is only allowed for int or hex symbols');
        if (!canBeNumber(symbol, property.low) || !canBeNumber(symbol, property.high)) {
          warn(property, 'range is invalid');
        }
        break;
    }
  }
}

function checkDefault(
  value: ConfigSymbol | undefined,
  symbol: ConfigSymbol,
  warn: (message: string) => void,
  choiceOf: (member: ConfigSymbol) => ConfigSymbol | undefined,
): void {
  if (!value) {
    if (symbol.type === 'string' || isNumeric(symbol)) {
      warn(`default for config symbol '${symbol.name}' must be a single symbol`);
    }
    return;
  }
  if (isNumeric(symbol) && !canBeNumber(symbol, value)) warn(`'${symbol.name}': number is invalid`);
  if (symbol.isChoice && choiceOf(value) !== symbol) {
    warn(`choice default symbol '${value.name}' is not contained in the choice`);
  }
}

function isNumeric(symbol: ConfigSymbol): boolean {
  return symbol.type === 'int' || symbol.type === 'hex';
}

/** menu_validate_number. */
function canBeNumber(symbol: ConfigSymbol, value: ConfigSymbol): boolean {
  return isNumeric(value) || (value.type === 'unknown' && isValidText(symbol.type, value.name ?? ''));
}
