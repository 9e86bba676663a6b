/** What is checked when the whole menu stands (the end of conf_parse, parser.y). */

import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {findBusyboxLoops} from './busybox-check.ts';
import type {KconfigModel} from './model.ts';
import {RecursionChecker} from './recursion.ts';
import {errorAt, type KconfigSources} from './source.ts';
import type {ConfigSymbol, MenuNode} from './symbol.ts';
import {isYes} from './transform.ts';

/** @throws {KbuildError} with every fault that is found, unless the dialect only tells of them. */
export function checkModel(model: KconfigModel, warn: KconfigSources['warn']): void {
  const errors = model.dialect.choices === 'menus' ? checkAlongMenu(model) : checkByHash(model);
  if (model.dialect.recursion === 'told') {
    for (const error of errors) warn?.({...error, severity: 'warning'});
  } else if (errors.length > 0) throw new KbuildError(exitCode.badInput, ...errors);
}

function checkByHash(model: KconfigModel): readonly Diagnostic[] {
  if (model.dialect.vocabulary === '2.6') return findBusyboxLoops(model);
  const recursion = new RecursionChecker(model);
  if (model.dependencyOrder.hasLoop) for (const symbol of model.hashOrder) recursion.check(symbol);
  return recursion.errors;
}

/** The checks of Linux 6.12 and 7.2, node by node. */
function checkAlongMenu(model: KconfigModel): readonly Diagnostic[] {
  const recursion = new RecursionChecker(model);
  for (const node of model.nodes()) {
    if (node.symbol && model.dependencyOrder.hasLoop) recursion.check(node.symbol);
    recursion.errors.push(...checkTransitional(node), ...checkMembers(model, node));
  }
  return recursion.errors;
}

/** transitional_check_sanity. */
function checkTransitional(node: MenuNode): Diagnostic[] {
  if (!node.symbol?.transitional) return [];
  const fault = !isYes(node.dependency) || !isYes(node.visibility) ? node : firstProperty(node.symbol);
  const message = 'transitional symbols can only have help sections';
  return fault ? [errorAt(fault, 'transitional', message)] : [];
}

function firstProperty(symbol: ConfigSymbol) {
  return symbol.properties.find(({kind}) => kind !== 'symbol' && kind !== 'comment');
}

/** choice_check_sanity of each member. */
function checkMembers(model: KconfigModel, choice: MenuNode): Diagnostic[] {
  if (!choice.symbol?.isChoice) return [];
  return [...choice.entriesBelow()].flatMap((node) =>
    node.symbol ? checkMember(model, node, node.symbol) : [],
  );
}

function checkMember(model: KconfigModel, node: MenuNode, member: ConfigSymbol): Diagnostic[] {
  const single = model.dialect.memberPrompts === 'single';
  const errors: Diagnostic[] = [];
  for (const property of member.properties) {
    if (property.kind === 'default') {
      errors.push(errorAt(property, 'choice-member', 'defaults for choice values not supported'));
    }
    if (property.kind !== 'prompt' || property.node === node) continue;
    if (single) {
      errors.push(errorAt(property, 'choice-member', 'choice value must not have a prompt in another entry'));
    } else if (property.node.parent !== node.parent) {
      errors.push(errorAt(property, 'choice-member', 'choice value has a prompt outside its choice group'));
    }
  }
  return errors;
}
