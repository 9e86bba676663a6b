/** What depends on what, and loops in it (_build_dep and _check_dep_loop_sym of kconfiglib.py 14.1.0). */

import {
  type KconfiglibChoice,
  type KconfiglibExpression,
  type KconfiglibItem,
  type KconfiglibModel,
  type KconfiglibSymbol,
  no,
} from './kconfiglib-model.ts';
import {nameAndPlaces, printExpression, printNode} from './kconfiglib-printed.ts';
import {kconfiglibError} from './kconfiglib-sources.ts';

/**
 * Fills in the dependents of all symbols and choices.
 *
 * @throws {KbuildError} if a symbol depends on itself
 */
export function findDependencies(model: KconfiglibModel): void {
  for (const symbol of model.defined) addSymbol(symbol);
  for (const choice of model.choices) {
    for (const {prompt} of choice.nodes) if (prompt) depend(choice, prompt.condition);
    for (const {condition} of choice.defaults) depend(choice, condition);
  }
  const search = new LoopSearch(model);
  for (const symbol of model.defined) search.ofSymbol(symbol, false);
  // Members and choice depend on each other, which is no fault: so this comes last.
  for (const choice of model.choices) for (const member of choice.members) member.dependents.add(choice);
}

function addSymbol(symbol: KconfiglibSymbol): void {
  for (const {prompt} of symbol.nodes) if (prompt) depend(symbol, prompt.condition);
  for (const {value, condition} of symbol.defaults) {
    depend(symbol, value);
    depend(symbol, condition);
  }
  depend(symbol, symbol.selectedBy);
  depend(symbol, symbol.impliedBy);
  for (const {low, high, condition} of symbol.ranges) {
    depend(symbol, low);
    depend(symbol, high);
    depend(symbol, condition);
  }
  depend(symbol, symbol.directDependency);
}

function depend(item: KconfiglibItem, expression: KconfiglibExpression): void {
  switch (expression.kind) {
    case 'symbol':
    case 'choice':
      if (!expression.isConstant) expression.dependents.add(item);
      break;
    case 'not':
      depend(item, expression.operand);
      break;
    default:
      depend(item, expression.left);
      depend(item, expression.right);
  }
}

type Loop = readonly KconfiglibItem[];

class LoopSearch {
  readonly #model: KconfiglibModel;
  /** 1 while an item is looked at, 2 when it is known to be in no loop. */
  readonly #visited: Uint8Array;

  constructor(model: KconfiglibModel) {
    this.#model = model;
    this.#visited = new Uint8Array(model.count);
  }

  ofSymbol(symbol: KconfiglibSymbol, ignoresChoice: boolean): Loop | undefined {
    if (this.#visited[symbol.index]) return this.#visited[symbol.index] === 2 ? undefined : [symbol];
    this.#visited[symbol.index] = 1;
    for (const dependent of symbol.dependents) {
      const loop =
        dependent.kind === 'choice' ? this.#ofChoice(dependent, undefined) : this.ofSymbol(dependent, false);
      if (loop) return this.#extend(loop, symbol);
    }
    if (symbol.choice && !ignoresChoice) {
      const loop = this.#ofChoice(symbol.choice, symbol);
      if (loop) return this.#extend(loop, symbol);
    }
    this.#visited[symbol.index] = 2;
    return undefined;
  }

  /** `skipped` is the member that is looked at already. */
  #ofChoice(choice: KconfiglibChoice, skipped: KconfiglibSymbol | undefined): Loop | undefined {
    if (this.#visited[choice.index]) return this.#visited[choice.index] === 2 ? undefined : [choice];
    this.#visited[choice.index] = 1;
    for (const member of choice.members) {
      if (member === skipped) continue;
      const loop = this.ofSymbol(member, true);
      if (loop) return this.#extend(loop, choice);
    }
    this.#visited[choice.index] = 2;
    return undefined;
  }

  #extend(loop: Loop, item: KconfiglibItem): Loop {
    if (item !== loop[0]) return [...loop, item];
    let message = 'Dependency loop\n===============\n\n';
    for (const step of loop) {
      if (step !== loop[0]) {
        message += `...depends on ${step.kind === 'symbol' && step.choice ? 'the choice symbol ' : ''}`;
      }
      const printed = step.nodes.map((node) => printNode(node, this.#model)).join('\n\n');
      message += `${nameAndPlaces(step)}, with definition...\n\n${printed}\n\n`;
      if (step.kind === 'choice') continue;
      const selectedBy = printExpression(step.selectedBy);
      if (step.selectedBy !== no) message += `(select-related dependencies: ${selectedBy})\n\n`;
      // It says the selects here, too.
      if (step.impliedBy !== no) message += `(imply-related dependencies: ${selectedBy})\n\n`;
    }
    throw kconfiglibError(`${message}...depends again on ${nameAndPlaces(item)}`);
  }
}
