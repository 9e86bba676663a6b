/** What Kconfiglib warns of in a tree that it read (_check_sym_sanity to _check_undef_syms of kconfiglib.py 14.1.0). */

import type {Finalizing} from './kconfiglib-finalize.ts';
import {
  isLogical,
  type KconfiglibChoice,
  type KconfiglibExpression,
  type KconfiglibModel,
  type KconfiglibNode,
  type KconfiglibSymbol,
  no,
  nodesOf,
  operandsOf,
} from './kconfiglib-model.ts';
import {nameAndPlaces, printExpression, printNode} from './kconfiglib-printed.ts';
import {kconfiglibError, kconfiglibWarning} from './kconfiglib-sources.ts';
import {parseInteger} from './kconfiglib-text.ts';

type Warn = (message: string) => void;

/**
 * Warns of symbols and choices that make no sense.
 *
 * @throws {KbuildError} if a default is an expression where only a symbol may stand
 */
export function checkKconfiglib(model: KconfiglibModel, {warn, warnsOfUndefined}: Finalizing): void {
  const say: Warn = (message) => warn?.(kconfiglibWarning(message));
  for (const symbol of model.defined) checkSymbol(symbol, say);
  for (const choice of model.choices) checkChoice(choice, say);
  if (warnsOfUndefined) checkUndefined(model, say);
}

function isNumberFor({name, nodes, type}: KconfiglibSymbol, wanted: 'int' | 'hex'): boolean {
  if (nodes.length > 0) return type === wanted;
  return parseInteger(name, wanted === 'int' ? 10 : 16) !== undefined;
}

function checkSymbol(symbol: KconfiglibSymbol, warn: Warn): void {
  const {type, selects, implies} = symbol;
  const name = nameAndPlaces(symbol);
  if (isLogical(symbol)) {
    for (const [verb, targets] of [['selects', selects] as const, ['implies', implies] as const]) {
      for (const {target} of targets) {
        if (isLogical(target) || target.type === 'unknown') continue;
        warn(
          `${name} ${verb} the ${target.type} symbol ${nameAndPlaces(target)}, which is not bool or tristate`,
        );
      }
    }
  } else if (type === 'unknown') warn(`${name} defined without a type`);
  else {
    checkDefaults(symbol, warn);
    if (selects.length + implies.length > 0) warn(`the ${type} symbol ${name} has selects or implies`);
  }
  checkRanges(symbol, warn);
}

function checkDefaults(symbol: KconfiglibSymbol, warn: Warn): void {
  const {type} = symbol;
  const name = nameAndPlaces(symbol);
  for (const {value} of symbol.defaults) {
    if (value.kind !== 'symbol') {
      const printed = printExpression(value);
      throw kconfiglibError(
        `the ${type} symbol ${name} has a malformed default ${printed} -- expected a single symbol`,
      );
    }
    if (type === 'string') {
      const isUpper = /[A-Z]/.test(value.name) && !/[a-z]/.test(value.name);
      if (!value.isConstant && value.nodes.length === 0 && !isUpper) {
        warn(`style: quotes recommended around default value for string symbol ${name}`);
      }
    } else if ((type === 'int' || type === 'hex') && !isNumberFor(value, type)) {
      warn(`the ${type} symbol ${name} has a non-${type} default ${nameAndPlaces(value)}`);
    }
  }
}

function checkRanges(symbol: KconfiglibSymbol, warn: Warn): void {
  const {type, ranges} = symbol;
  const name = nameAndPlaces(symbol);
  if (ranges.length === 0) return;
  if (type !== 'int' && type !== 'hex') {
    warn(`the ${type} symbol ${name} has ranges, but is not int or hex`);
    return;
  }
  for (const {low, high} of ranges) {
    if (isNumberFor(low, type) && isNumberFor(high, type)) continue;
    warn(
      `the ${type} symbol ${name} has a non-${type} range [${nameAndPlaces(low)}, ${nameAndPlaces(high)}]`,
    );
  }
}

function checkChoice(choice: KconfiglibChoice, warn: Warn): void {
  const name = nameAndPlaces(choice);
  if (!isLogical(choice)) warn(`${name} defined with type ${choice.type}`);
  if (!choice.nodes.some(({prompt}) => prompt)) warn(`${name} defined without a prompt`);
  for (const {value} of choice.defaults) {
    if (value.kind !== 'symbol') {
      throw kconfiglibError(`${name} has a malformed default ${printExpression(value)}`);
    }
    if (value.choice !== choice) {
      warn(`the default selection ${nameAndPlaces(value)} of ${name} is not contained in the choice`);
    }
  }
  for (const member of choice.members) checkMember(choice, member, warn);
}

function checkMember(choice: KconfiglibChoice, member: KconfiglibSymbol, warn: Warn): void {
  const name = nameAndPlaces(member);
  if (member.defaults.length > 0) {
    warn(
      `default on the choice symbol ${name} will have no effect, as defaults do not affect choice symbols`,
    );
  }
  const warnOf = (by: KconfiglibExpression, done: string) => {
    if (by === no) return;
    const symbols = operandsOf(by, 'or').map((one) => {
      const [first] = operandsOf(one, 'and');
      return `\n - ${nameAndPlaces(first as KconfiglibSymbol)}`;
    });
    warn(
      `the choice symbol ${name} is ${done} by the following symbols, but select/imply has no effect on choice symbols${symbols.join('')}`,
    );
  };
  warnOf(member.selectedBy, 'selected');
  warnOf(member.impliedBy, 'implied');
  for (const {parent, prompt} of member.nodes) {
    if (parent?.item === choice) {
      if (!prompt) warn(`the choice symbol ${name} has no prompt`);
    } else if (prompt) warn(`the choice symbol ${name} is defined with a prompt outside the choice`);
  }
}

/** KCONFIG_WARN_UNDEF. */
function checkUndefined(model: KconfiglibModel, warn: Warn): void {
  const isNumber = (name: string) =>
    parseInteger(name, 10) !== undefined || (/^0x/i.test(name) && parseInteger(name, 16) !== undefined);
  for (const symbol of model.symbols.values()) {
    if (symbol.nodes.length > 0 || isNumber(symbol.name) || symbol.name === 'MODULES') continue;
    let message = `undefined symbol ${symbol.name}:`;
    for (const node of nodesOf(model)) {
      if (!mentions(node, symbol)) continue;
      const {file, line} = node.location;
      message += `\n\n- Referenced at ${file}:${line}:\n\n${printNode(node, model)}`;
    }
    warn(message);
  }
}

/** MenuNode.referenced. */
function mentions(node: KconfiglibNode, symbol: KconfiglibSymbol): boolean {
  const expressions = [
    node.dependency,
    ...(node.prompt ? [node.prompt.condition] : []),
    ...(node.item === 'menu' ? [node.visibility] : []),
    ...node.defaults.flatMap(({value, condition}) => [value, condition]),
    ...[...node.selects, ...node.implies].flatMap(({target, condition}) => [target, condition]),
    ...node.ranges.flatMap(({low, high, condition}) => [low, high, condition]),
  ];
  return expressions.some((expression) => hasSymbol(expression, symbol));
}

function hasSymbol(expression: KconfiglibExpression, symbol: KconfiglibSymbol): boolean {
  switch (expression.kind) {
    case 'symbol':
    case 'choice':
      return expression === symbol;
    case 'not':
      return hasSymbol(expression.operand, symbol);
    default:
      return hasSymbol(expression.left, symbol) || hasSymbol(expression.right, symbol);
  }
}
