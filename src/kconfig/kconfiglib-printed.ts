/** Symbols, expressions and entries as Kconfiglib's messages print them (expr_str, custom_str of kconfiglib.py). */

import {
  type KconfiglibExpression,
  type KconfiglibItem,
  type KconfiglibModel,
  type KconfiglibNode,
  type KconfiglibSymbol,
  tristateOf,
  yes,
} from './kconfiglib-model.ts';
import {escapeText} from './kconfiglib-text.ts';

function printItem(item: KconfiglibItem): string {
  if (item.kind === 'choice') return item.name === undefined ? '<choice>' : `<choice ${item.name}>`;
  return item.isConstant && tristateOf(item.name) === undefined ? `"${escapeText(item.name)}"` : item.name;
}

export function printExpression(expression: KconfiglibExpression): string {
  switch (expression.kind) {
    case 'symbol':
    case 'choice':
      return printItem(expression);
    case 'and':
    case 'or': {
      const around = expression.kind === 'and' ? 'or' : 'and';
      const [left, right] = [expression.left, expression.right].map((operand) =>
        operand.kind === around ? `(${printExpression(operand)})` : printExpression(operand),
      );
      return `${left} ${expression.kind === 'and' ? '&&' : '||'} ${right}`;
    }
    case 'not': {
      const {operand} = expression;
      const isItem = operand.kind === 'symbol' || operand.kind === 'choice';
      return isItem ? `!${printItem(operand)}` : `!(${printExpression(operand)})`;
    }
    default:
      return `${printItem(expression.left)} ${expression.relation} ${printItem(expression.right)}`;
  }
}

/** `FOO (defined at Kconfig:1, b/Kconfig:2)`. */
export function nameAndPlaces(item: KconfiglibItem): string {
  const places = item.nodes.map(({location: {file, line}}) => `${file}:${line}`).join(', ');
  const name = item.kind === 'symbol' ? item.name : printItem(item);
  return `${name} ${places === '' ? '(undefined)' : `(defined at ${places})`}`;
}

/** The condition without the node's own dependency (_strip_dep). */
function ownCondition(node: KconfiglibNode, condition: KconfiglibExpression): KconfiglibExpression {
  if (node.dependency === condition) return yes;
  return condition.kind === 'and' && condition.right === node.dependency ? condition.left : condition;
}

/** An entry as it could stand in a Kconfig file. */
export function printNode(
  node: KconfiglibNode,
  model: Pick<KconfiglibModel, 'modules' | 'defconfigList'>,
): string {
  const {item, dependency} = node;
  if (item === 'menu' || item === 'comment' || item === 'if') {
    const depends = dependency === yes ? '' : `\n\tdepends on ${printExpression(dependency)}`;
    const visible =
      item === 'menu' && node.visibility !== yes ? `\n\tvisible if ${printExpression(node.visibility)}` : '';
    return `${item} "${node.prompt?.text}"${depends}${visible}`;
  }
  const {type} = item;
  const lines: string[] = [];
  const add = (text: string, condition: KconfiglibExpression = yes) => {
    const own = ownCondition(node, condition);
    lines.push(own === yes ? text : `${text} if ${printExpression(own)}`);
  };
  if (type !== 'unknown' && !node.prompt) add(type);
  if (node.prompt) {
    add(`${type === 'unknown' ? 'prompt' : type} "${escapeText(node.prompt.text)}"`, node.prompt.condition);
  }
  if (item.kind === 'symbol') {
    for (const option of symbolOptions(item, model)) add(option);
    for (const {low, high, condition} of node.ranges) {
      add(`range ${printItem(low)} ${printItem(high)}`, condition);
    }
  }
  for (const {value, condition} of node.defaults) add(`default ${printExpression(value)}`, condition);
  if (item.kind === 'choice' && item.isOptional) add('optional');
  for (const {target, condition} of node.selects) add(`select ${printItem(target)}`, condition);
  for (const {target, condition} of node.implies) add(`imply ${printItem(target)}`, condition);
  if (dependency !== yes) add(`depends on ${printExpression(dependency)}`);
  if (node.help !== undefined) {
    add('help');
    if (node.help !== '') for (const line of node.help.split('\n')) add(`  ${line}`);
  }
  const head =
    item.kind === 'choice'
      ? ['choice', item.name].join(' ').trimEnd()
      : `${node.isMenuconfig ? 'menuconfig' : 'config'} ${item.name}`;
  return [head, ...lines.map((line) => `\t${line}`)].join('\n');
}

function symbolOptions(
  symbol: KconfiglibSymbol,
  {modules, defconfigList}: Pick<KconfiglibModel, 'modules' | 'defconfigList'>,
): string[] {
  const options: string[] = [];
  if (symbol.isAllnoconfigYes) options.push('option allnoconfig_y');
  if (symbol === defconfigList) options.push('option defconfig_list');
  if (symbol.environmentVariable !== undefined) options.push(`option env="${symbol.environmentVariable}"`);
  if (symbol === modules) options.push('option modules');
  return options;
}
