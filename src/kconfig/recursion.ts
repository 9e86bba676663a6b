/** Recursive dependencies (sym_check_deps of symbol.c, Linux 5.10 to 7.2). */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {Dialect} from './dialect.ts';
import {type Expression, firstFound} from './expression.ts';
import type {KconfigModel} from './model.ts';
import {errorAt, formatLocation, type Location} from './source.ts';
import type {ConfigSymbol, Property} from './symbol.ts';

/** Why one symbol of a path leads to the next. */
type Reason = 'depends' | 'selected' | 'implied' | 'value' | 'visible' | 'member';

type Step = {readonly symbol: ConfigSymbol; reason: Reason; property: Property | undefined};

/** Looks for loops below one symbol after another; the order decides which loops are told, and from where on. */
export class RecursionChecker {
  readonly errors: Diagnostic[] = [];
  readonly #active = new Set<ConfigSymbol>();
  readonly #checked = new Set<ConfigSymbol>();
  readonly #path: Step[] = [];
  readonly #dialect: Dialect;
  readonly #declaredConstants: KconfigModel['declaredConstants'];

  constructor({dialect, declaredConstants}: KconfigModel) {
    this.#dialect = dialect;
    this.#declaredConstants = declaredConstants;
  }

  /** The symbol at which a loop closes, if one is found below this symbol. */
  check(mentioned: ConfigSymbol): ConfigSymbol | undefined {
    const symbol = this.#declaredConstants.get(mentioned) ?? mentioned;
    // A constant that is only selected has no place to be told, and Linux 5.10 and 6.1 fall over it.
    const isMute = this.#dialect.recursionPlaces && symbol.nodes.length === 0;
    if (symbol.kind === 'constant' && isMute) return undefined;
    if (this.#active.has(symbol)) {
      this.#report(symbol);
      return symbol;
    }
    if (this.#checked.has(symbol)) return undefined;
    const found = this.#checkBelow(symbol);
    // The releases that only tell of a loop go on where it begins.
    return this.#dialect.recursion === 'told' && found === symbol ? undefined : found;
  }

  #checkBelow(symbol: ConfigSymbol): ConfigSymbol | undefined {
    const {choice} = symbol;
    if (choice) return this.#step(symbol, () => this.check(choice));
    if (symbol.isChoice) return this.#checkChoice(symbol);
    this.#enter(symbol);
    const found = this.#checkProperties(symbol);
    this.#active.delete(symbol);
    return found;
  }

  #enter(symbol: ConfigSymbol): void {
    this.#active.add(symbol);
    this.#checked.add(symbol);
  }

  #step<T>(symbol: ConfigSymbol, walk: (step: Step) => T): T {
    const step: Step = {symbol, reason: 'member', property: undefined};
    this.#path.push(step);
    const result = walk(step);
    this.#path.pop();
    return result;
  }

  /** sym_check_choice_deps: the choice and its members are one. */
  #checkChoice(choice: ConfigSymbol): ConfigSymbol | undefined {
    return this.#step(choice, () => {
      const members = this.#membersOf(choice);
      for (const member of members) this.#enter(member);
      this.#enter(choice);
      let found = this.#checkProperties(choice);
      this.#active.delete(choice);
      for (const member of members) found ??= this.#checkProperties(member);
      for (const member of members) this.#active.delete(member);
      return found?.choice === choice ? choice : found;
    });
  }

  /** Where a choice is a menu, every entry below it counts, and as often as it is there. */
  #membersOf(choice: ConfigSymbol): readonly ConfigSymbol[] {
    if (this.#dialect.choices === 'symbols') return choice.members;
    return [...choice.nodes[0]!.entriesBelow()].flatMap(({symbol}) => symbol ?? []);
  }

  /** sym_check_sym_deps. */
  #checkProperties(symbol: ConfigSymbol): ConfigSymbol | undefined {
    return this.#step(symbol, (step) => {
      // The releases that only tell of a loop see none through direct dependencies and `imply`.
      const sees = this.#dialect.recursion === 'refused';
      step.reason = 'depends';
      let found = sees ? this.#checkExpression(symbol.directDependency) : undefined;
      if (found) return found;
      for (const [reason, list] of [
        ['selected', symbol.selectedBy],
        ['implied', sees ? symbol.impliedBy : []],
      ] as const) {
        step.reason = reason;
        for (const {expression} of list) {
          found = this.#checkExpression(expression);
          if (found) return found;
        }
      }
      for (const property of symbol.properties) {
        if (property.kind === 'select' || (property.kind === 'imply' && sees)) continue;
        // Where choices are menus, a definition is no property.
        if (property.kind === 'symbol' && this.#dialect.choices === 'menus') continue;
        step.property = property;
        step.reason = 'visible';
        found = this.#checkExpression(property.condition);
        if (found) return found;
        if (property.kind !== 'default' || symbol.isChoice) continue;
        step.reason = 'value';
        found = this.#checkExpression(property.value);
        if (found) return found;
      }
      return undefined;
    });
  }

  #checkExpression(expression: Expression | undefined): ConfigSymbol | undefined {
    return expression && firstFound(expression, (symbol) => this.check(symbol));
  }

  /** The releases that only tell of a loop call what is visible depending on a symbol dependent on it. */
  #told(step: Step): Step {
    const depends = step.reason === 'visible' && this.#dialect.recursion === 'told';
    return depends ? {...step, reason: 'depends'} : step;
  }

  /** sym_check_print_recursive. */
  #report(closing: ConfigSymbol): void {
    const path = [...this.#path];
    let last = closing;
    if (closing.choice) {
      path.push({symbol: closing, reason: 'member', property: undefined});
      last = closing.choice;
    }
    const start = path.findLastIndex((step) => step.symbol === last);
    if (start < 0) {
      // A symbol of two choices: the loop is closed in the one that is not its own.
      const message = 'unexpected recursive dependency error';
      this.errors.push(errorAt(locationOf(path.at(-1)!), 'unexpected-recursion', message));
      return;
    }
    const loop = path.slice(start);
    const lines = ['recursive dependency detected!'];
    loop.forEach((step, i) => {
      const next = loop[i + 1]?.symbol ?? last;
      lines.push(
        this.#dialect.recursion === 'told'
          ? describeTold(this.#told(step), next)
          : this.#dialect.recursionPlaces
            ? describeWithPlace(step, next)
            : describe(step, next),
      );
    });
    const hint =
      'make one of them `imply`, or see "Kconfig recursive dependency limitations" in Documentation/kbuild/kconfig-language.rst';
    this.errors.push(errorAt(locationOf(loop[0]!), 'recursive-dependency', lines.join('\n'), hint));
  }
}

function locationOf({symbol, property}: Step): Location {
  const inChoice = symbol.isChoice || symbol.choice !== undefined;
  const own = (inChoice ? undefined : property) ?? symbol.properties[0];
  // A symbol that is only selected has no place of its own; the C tool crashes here.
  const selection = symbol.selectedBy[0] ?? symbol.impliedBy[0];
  return own ?? selection!.property!;
}

/** A step as Linux 6.12 and 7.2 tell it. */
function describe(step: Step, next: ConfigSymbol): string {
  const name = step.symbol.displayName;
  if (next.isChoice) return `\tsymbol ${name} is part of choice block at ${formatLocation(next.nodes[0]!)}`;
  return `\t${reasonText(step, name, step.property?.kind ?? 'unknown', next.displayName)}`;
}

/** A step as Linux 5.10 and 6.1 tell it. */
function describeWithPlace(step: Step, next: ConfigSymbol): string {
  const name = step.symbol.displayName;
  const where = formatLocation(locationOf(step));
  const target = next.displayName;
  if (step.symbol.isChoice) return `${where}:\tchoice ${name} contains symbol ${target}`;
  if (step.symbol.choice) return `${where}:\tsymbol ${name} is part of choice ${target}`;
  const kind = (step.property ?? step.symbol.properties[0])?.kind ?? 'symbol';
  return `${where}:\t${reasonText(step, name, kind, target)}`;
}

/** A step as Linux 4.17 tells it, where the property counts for more than the choice. */
function describeTold(step: Step, next: ConfigSymbol): string {
  const {symbol, reason} = step;
  if (reason === 'member' || reason === 'selected') return describeWithPlace(step, next);
  const inChoice = symbol.isChoice || symbol.choice !== undefined;
  const kind = (inChoice ? symbol.properties[0] : step.property)?.kind ?? 'symbol';
  const where = formatLocation(locationOf(step));
  return `${where}:\t${reasonText(step, symbol.displayName, kind, next.displayName)}`;
}

function reasonText(
  {reason}: Step,
  name: string,
  kind: Property['kind'] | 'unknown',
  target: string,
): string {
  switch (reason) {
    case 'depends':
      return `symbol ${name} depends on ${target}`;
    case 'selected':
      return `symbol ${name} is selected by ${target}`;
    case 'implied':
      return `symbol ${name} is implied by ${target}`;
    case 'value':
      return `symbol ${name} ${kind} value contains ${target}`;
    default:
      return `symbol ${name} ${kind} is visible depending on ${target}`;
  }
}
