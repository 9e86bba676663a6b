/** What BusyBox's conf says of a tree that stands (sym_check_prop of menu.c, sym_check_deps of symbol.c of its scripts/kconfig). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {type Expression, firstFound} from './expression.ts';
import {isValidText} from './literal.ts';
import type {MenuBuilder} from './menu.ts';
import type {KconfigModel} from './model.ts';
import {placeOf} from './source.ts';
import {
  type ConfigSymbol,
  constantMod,
  constantNo,
  constantYes,
  isLogical,
  type MenuNode,
  type Property,
} from './symbol.ts';

/** `y`, `m` and `n` have no type, unless one is declared. */
const typeOf = (symbol: ConfigSymbol) =>
  symbol === constantYes || symbol === constantMod || symbol === constantNo ? 'unknown' : symbol.type;
const isNumeric = ({type}: ConfigSymbol): boolean => type === 'int' || type === 'hex';

/** The warnings about one symbol at the end of its finalisation. */
export function checkBusyboxProperties(node: MenuNode, symbol: ConfigSymbol, menu: MenuBuilder): void {
  if (typeOf(symbol) === 'unknown') menu.warn(node, 'no-type', 'config symbol defined without type\n');
  if (symbol.isChoice && !node.prompt) menu.warn(node, 'property', 'choice must have a prompt\n');
  const warn = (property: Property, message: string) => menu.warn(property, 'property', message);
  for (const property of symbol.properties) {
    if (property.kind === 'default') {
      const isText = symbol.type === 'string' || isNumeric(symbol);
      // Its format has `%' m` where a name should stand, which glibc reads as the text of errno.
      const message = "default for config symbol 'Successust be a single symbol";
      if (isText && property.value.kind !== 'symbol') warn(property, message);
    } else if (property.kind === 'select') {
      const message = selectFault(symbol, property.target);
      if (message !== undefined) warn(property, message);
    } else if (property.kind === 'range') {
      if (!isNumeric(symbol)) warn(property, 'range is only allowed for int or hex symbols');
      if (!canBeNumber(symbol, property.low) || !canBeNumber(symbol, property.high))
        warn(property, 'range is invalid');
    }
  }
}

function selectFault(symbol: ConfigSymbol, target: ConfigSymbol): string | undefined {
  if (!isLogical(typeOf(symbol)))
    return `config symbol '${symbol.name}' uses select, but is not boolean or tristate`;
  if (typeOf(target) === 'unknown')
    return `'select' used by config symbol '${symbol.name}' refer to undefined symbol '${target.name}'`;
  if (isLogical(typeOf(target))) return undefined;
  return `'${target.name}' has wrong type. 'select' only accept arguments of boolean and tristate type`;
}

function canBeNumber(symbol: ConfigSymbol, value: ConfigSymbol): boolean {
  return isNumeric(value) || (value.type === 'unknown' && isValidText(symbol.type, value.name ?? ''));
}

/** The loops among a tree's dependencies, of which its conf only tells. */
export function findBusyboxLoops(model: KconfigModel): readonly Diagnostic[] {
  const finder = new LoopFinder(model.declaredConstants);
  const found: Diagnostic[] = [];
  for (const symbol of model.hashOrder) {
    finder.check(symbol);
    const message = finder.takeText();
    if (message === '') continue;
    const [node] = symbol.nodes;
    const place = node ? {place: placeOf(node)} : {};
    found.push({severity: 'warning', code: 'recursive-dependency', message, ...place});
  }
  return found;
}

class LoopFinder {
  readonly #active = new Set<ConfigSymbol>();
  readonly #checked = new Set<ConfigSymbol>();
  readonly #declared: KconfigModel['declaredConstants'];
  #text = '';

  constructor(declared: KconfigModel['declaredConstants']) {
    this.#declared = declared;
  }

  takeText(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** The symbol a loop was found from, until the way back has come to it. */
  check(mentioned: ConfigSymbol): ConfigSymbol | undefined {
    const symbol = this.#declared.get(mentioned) ?? mentioned;
    const name = symbol.name ?? '(null)';
    if (this.#active.has(symbol)) {
      this.#text += `Warning! Found recursive dependency: ${name}`;
      return symbol;
    }
    if (this.#checked.has(symbol)) return undefined;
    this.#active.add(symbol);
    this.#checked.add(symbol);
    const found = this.#checkProperties(symbol);
    this.#active.delete(symbol);
    if (!found) return undefined;
    this.#text += ` ${name}`;
    if (found !== symbol) return found;
    this.#text += '\n';
    return undefined;
  }

  #checkProperties(symbol: ConfigSymbol): ConfigSymbol | undefined {
    for (const {expression} of symbol.selectedBy) {
      const found = this.#checkExpression(expression);
      if (found) return found;
    }
    for (const property of symbol.properties) {
      if (property.kind === 'select' || property.kind === 'symbol') continue;
      const found =
        this.#checkExpression(property.condition) ??
        (property.kind === 'default' && !symbol.isChoice ? this.#checkExpression(property.value) : undefined);
      if (found) return found;
    }
    return undefined;
  }

  #checkExpression(expression: Expression | undefined): ConfigSymbol | undefined {
    return expression && firstFound(expression, (symbol) => this.check(symbol));
  }
}
