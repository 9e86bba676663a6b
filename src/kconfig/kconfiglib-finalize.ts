/** What follows the parsing: dependencies of blocks, implicit menus, selects (_finalize_node of kconfiglib.py 14.1.0). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {checkKconfiglib} from './kconfiglib-checks.ts';
import {findDependencies} from './kconfiglib-dependencies.ts';
import {
  conjunction,
  disjunction,
  type KconfiglibChoice,
  type KconfiglibExpression,
  type KconfiglibModel,
  type KconfiglibNode,
  KconfiglibSymbol,
  mod,
  no,
  yes,
} from './kconfiglib-model.ts';

export type Finalizing = {
  readonly warn: ((diagnostic: Diagnostic) => void) | undefined;
  readonly warnsOfUndefined: boolean;
};

/** Completes a model whose nodes were all read. */
export function finalizeKconfiglib(model: KconfiglibModel, finalizing: Finalizing): void {
  finalizeNode(model.root, yes);
  for (const symbol of model.symbols.values()) insertConfigDefaults(symbol);
  checkKconfiglib(model, finalizing);
  findDependencies(model);
}

/** `configdefault` counts where it stands, but only while the symbol's own dependencies hold (Zephyr's _finalize_sym). */
function insertConfigDefaults(symbol: KconfiglibSymbol): void {
  let inserted = 0;
  for (const {position, defaults} of symbol.configDefaults) {
    for (const {value, condition} of defaults) {
      const limited = {value, condition: conjunction(symbol.directDependency, condition)};
      symbol.defaults.splice(inserted + position, 0, limited);
      inserted++;
    }
  }
}

function finalizeNode(node: KconfiglibNode, visibleIf: KconfiglibExpression): void {
  const {item} = node;
  if (item instanceof KconfiglibSymbol) {
    addProperties(node, item);
    gatherImplicitMenu(node, item, visibleIf);
  } else if (node.list) {
    const visible = item === 'menu' ? conjunction(visibleIf, node.visibility) : visibleIf;
    propagate(node, visible);
    for (let child: KconfiglibNode | undefined = node.list; child; child = child.next) {
      finalizeNode(child, visible);
    }
  }
  if (node.list) {
    flatten(node.list);
    removeIfs(node);
  }
  if (typeof item !== 'string' && item.kind === 'choice') {
    item.directDependency = disjunction(item.directDependency, node.dependency);
    item.defaults.push(...node.defaults);
    finalizeChoice(node, item);
  }
}

/** What follows a symbol and depends on it goes below it. */
function gatherImplicitMenu(
  node: KconfiglibNode,
  symbol: KconfiglibSymbol,
  visibleIf: KconfiglibExpression,
): void {
  let last = node;
  while (last.next && dependsOn(last.next.prompt?.condition ?? last.next.dependency, symbol)) {
    finalizeNode(last.next, visibleIf);
    last = last.next;
    last.parent = node;
  }
  if (last === node) return;
  node.list = node.next;
  node.next = last.next;
  last.next = undefined;
}

/** _expr_depends_on. */
function dependsOn(expression: KconfiglibExpression, symbol: KconfiglibSymbol): boolean {
  switch (expression.kind) {
    case 'symbol':
    case 'choice':
      return expression === symbol;
    case 'relation': {
      const {relation, left, right} = expression;
      if ((relation !== '=' && relation !== '!=') || (left !== symbol && right !== symbol)) return false;
      const other = right === symbol ? left : right;
      // `A != y` counts as well: so Kconfiglib reads its own condition.
      return (relation === '=' && other === mod) || other === yes || (relation === '!=' && other === no);
    }
    case 'and':
      return dependsOn(expression.left, symbol) || dependsOn(expression.right, symbol);
    default:
      return false;
  }
}

/** Gives the dependencies of a menu, choice or `if` to what is in it (_propagate_deps). */
function propagate(node: KconfiglibNode, visibleIf: KconfiglibExpression): void {
  const isChoice = typeof node.item !== 'string' && node.item.kind === 'choice';
  const around = isChoice ? (node.item as KconfiglibChoice) : node.dependency;
  for (let child = node.list; child; child = child.next) {
    const dependency = conjunction(child.dependency, around);
    child.dependency = dependency;
    const limited = <T extends {readonly condition: KconfiglibExpression}>(property: T): T => ({
      ...property,
      condition: conjunction(property.condition, dependency),
    });
    const isItem = typeof child.item !== 'string';
    if (child.prompt) {
      const limit = isItem ? conjunction(visibleIf, dependency) : dependency;
      child.prompt = {...child.prompt, condition: conjunction(child.prompt.condition, limit)};
    }
    if (!isItem) continue;
    child.defaults = child.defaults.map(limited);
    child.ranges = child.ranges.map(limited);
    child.selects = child.selects.map(limited);
    child.implies = child.implies.map(limited);
  }
}

/** _add_props_to_sym. */
function addProperties(node: KconfiglibNode, symbol: KconfiglibSymbol): void {
  if (node.isConfigDefault) {
    symbol.configDefaults.push({position: symbol.defaults.length, defaults: node.defaults});
    return;
  }
  symbol.directDependency = disjunction(symbol.directDependency, node.dependency);
  symbol.defaults.push(...node.defaults);
  symbol.ranges.push(...node.ranges);
  symbol.selects.push(...node.selects);
  symbol.implies.push(...node.implies);
  for (const {target, condition} of node.selects) {
    target.selectedBy = disjunction(target.selectedBy, conjunction(symbol, condition));
  }
  for (const {target, condition} of node.implies) {
    target.impliedBy = disjunction(target.impliedBy, conjunction(symbol, condition));
  }
}

/** What lies in a node without prompt comes up beside it (_flatten). */
function flatten(first: KconfiglibNode): void {
  for (let node: KconfiglibNode | undefined = first; node; node = node.next) {
    const isChoice = typeof node.item !== 'string' && node.item.kind === 'choice';
    if (!node.list || node.prompt || isChoice) continue;
    let last = node.list;
    last.parent = node.parent;
    while (last.next) {
      last = last.next;
      last.parent = node.parent;
    }
    last.next = node.next;
    node.next = node.list;
    node.list = undefined;
  }
}

function removeIfs(node: KconfiglibNode): void {
  const skip = (start: KconfiglibNode | undefined) => {
    let found = start;
    while (found?.item === 'if') found = found.next;
    return found;
  };
  node.list = skip(node.list);
  for (let child = node.list; child; child = child.next) child.next = skip(child.next);
}

function finalizeChoice(node: KconfiglibNode, choice: KconfiglibChoice): void {
  for (let child = node.list; child; child = child.next) {
    if (!(child.item instanceof KconfiglibSymbol)) continue;
    child.item.choice = choice;
    choice.members.push(child.item);
  }
  if (choice.type === 'unknown') {
    choice.type = choice.members.find(({type}) => type !== 'unknown')?.type ?? 'unknown';
  }
  for (const member of choice.members) if (member.type === 'unknown') member.type = choice.type;
}
