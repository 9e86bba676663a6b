/** Why a symbol has the value it has: each thing that gave it or changed it, with its line. */

import {formatWithValues} from './explain.ts';
import {type Expression, letters, type Tristate} from './expression.ts';
import {activeRange} from './range.ts';
import {type FileLine, fileLine} from './source.ts';
import {type ConfigSymbol, isLogical, type Property, type ReverseDependency} from './symbol.ts';
import type {SymbolState} from './symbol-state.ts';
import type {Evaluation} from './values.ts';

export type ValueSource =
  /** The user's value, as far as the visibility lets it. */
  | 'user'
  /** The first default whose condition holds. */
  | 'default'
  | 'imply'
  | 'select'
  /** The member of a choice: the one that was chosen, or another. Also what keeps a visible choice from being `n`. */
  | 'choice'
  /** The bound of a range the value was past. */
  | 'range'
  /** `m` counts as `y`: the symbol is bool, or there are no modules. */
  | 'type'
  /** Nothing gives it a value: it is `n`, or empty. */
  | 'nothing';

/** One thing that gave the value or changed it. */
export type ValueStep = {
  readonly source: ValueSource;
  /** The value after this step. */
  readonly value: string;
  /** The line, with values as menuconfig prints them: `default y if NET [=y]`. For people. */
  readonly text: string;
  /** Where it stands; undefined for what no line of Kconfig says. */
  readonly place: FileLine | undefined;
};

export type ValueReason = {
  readonly symbol: string;
  readonly value: string;
  /** What decided in the end: the source of the last step. */
  readonly source: ValueSource;
  /** In the order in which they apply; each goes on from the value of the one before. */
  readonly steps: readonly ValueStep[];
  /** One sentence for people. */
  readonly message: string;
};

/** Why the symbol has its value in this evaluation, following sym_calc_value (symbol.c, Linux 6.1). */
export function explainValue(evaluation: Evaluation, symbol: ConfigSymbol): ValueReason {
  const value = evaluation.value(symbol);
  const steps = new ValueExplainer(evaluation, symbol).steps();
  if (steps.length === 0)
    steps.push({source: 'nothing', value, text: nothingText(evaluation, symbol), place: undefined});
  const told = steps.map(({text, place}) => (place ? `${text} (${place.file}:${place.line})` : text));
  return {
    symbol: symbol.displayName,
    value,
    source: steps.at(-1)!.source,
    steps,
    message: `${symbol.displayName} is ${value || 'empty'}: ${told.join('; ')}`,
  };
}

function nothingText(evaluation: Evaluation, symbol: ConfigSymbol): string {
  const state = evaluation.state(symbol);
  if (state.hasUser && state.visibility === 0)
    return 'the value that was set waits until the symbol is visible';
  if (symbol.nodes.length === 0) return 'no Kconfig file declares it';
  const some = symbol.defaults.length > 0 || symbol.selectedBy.length > 0 || symbol.impliedBy.length > 0;
  return some
    ? 'it was not set, and no default, select or imply holds'
    : 'it was not set, and has no default';
}

class ValueExplainer {
  readonly #evaluation: Evaluation;
  readonly #symbol: ConfigSymbol;
  readonly #state: SymbolState;
  readonly #steps: ValueStep[] = [];

  constructor(evaluation: Evaluation, symbol: ConfigSymbol) {
    this.#evaluation = evaluation;
    this.#symbol = symbol;
    this.#state = evaluation.calculate(symbol);
  }

  steps(): ValueStep[] {
    const symbol = this.#symbol;
    if (symbol.kind === 'constant' || symbol.type === 'unknown') return [];
    if (!isLogical(symbol.type)) this.#explainText();
    else if (symbol.choice && this.#state.visibility === 2) this.#explainMember(symbol.choice);
    else this.#explainTristate();
    return this.#steps;
  }

  #add(source: ValueSource, value: string, text: string, place: FileLine | undefined): void {
    this.#steps.push({source, value, text, place});
  }

  #format(expression: Expression): string {
    return formatWithValues(this.#evaluation, expression);
  }

  /** A property with its `if` as it was written. */
  #line(property: Property, text: string): string {
    return property.written ? `${text} if ${this.#format(property.written)}` : text;
  }

  #explainText(): void {
    const {userText, hasUser, visibility, text} = this.#state;
    const usesUser = visibility !== 0 && hasUser;
    let value = userText ?? '';
    if (usesUser) {
      this.#add('user', value, 'it was set', this.#promptPlace());
    } else {
      const found = this.#evaluation.activeDefault(this.#symbol);
      if (found?.property.value.kind !== 'symbol') return;
      value = this.#evaluation.calculate(found.property.value.symbol).text;
      const shown = this.#line(found.property, `default ${this.#format(found.property.value)}`);
      this.#add('default', value, shown, fileLine(found.property));
    }
    const range = value === text ? undefined : activeRange(this.#evaluation, this.#symbol);
    if (!range) return;
    const bounds = `${this.#format(range.low.expression)} ${this.#format(range.high.expression)}`;
    this.#add('range', text, this.#line(range, `range ${bounds}`), fileLine(range));
  }

  #explainTristate(): void {
    const {hasUser, visibility, userTristate, reverseDependency, tristate} = this.#state;
    let value: Tristate = 0;
    if (visibility !== 0 && hasUser) {
      value = Math.min(userTristate, visibility) as Tristate;
      // A choice counts as set once a .config was read.
      const byReading = this.#symbol.isChoice && value === 0;
      const text =
        value < userTristate
          ? `it was set to ${letters[userTristate]}, and cannot be more than ${letters[visibility]}`
          : 'it was set';
      if (!byReading) this.#add('user', letters[value], text, this.#promptPlace());
    } else if (!this.#symbol.isChoice) {
      value = this.#explainDefault();
    }
    if (reverseDependency > value) {
      this.#addRaising('select', this.#symbol.selectedBy, reverseDependency);
      value = reverseDependency;
    }
    if (this.#symbol.isChoice && value !== 0 && tristate === 0) {
      this.#add('choice', 'n', 'none of its members is visible', this.#choicePlace());
      return;
    }
    // A bool is promoted when the conditions above were evaluated, too; only what is left is said.
    if (value === 1 && tristate === 2) this.#addPromotion();
  }

  /** The default and what implies the symbol; returns the value they give. */
  #explainDefault(): Tristate {
    const evaluation = this.#evaluation;
    const {weakReverseDependency, directDependency} = this.#state;
    let value: Tristate = 0;
    const found = evaluation.activeDefault(this.#symbol);
    if (found) {
      value = Math.min(evaluation.evaluate(found.property.value), found.condition) as Tristate;
      const text = this.#line(found.property, `default ${this.#format(found.property.value)}`);
      this.#add('default', letters[value], text, fileLine(found.property));
    }
    if (weakReverseDependency === 0) return value;
    const implied = Math.min(Math.max(value, weakReverseDependency), directDependency) as Tristate;
    // An imply does nothing where the dependencies do not hold.
    if (implied > value) this.#addRaising('imply', this.#symbol.impliedBy, implied);
    else if (implied < value)
      this.#add('imply', letters[implied], 'its dependencies allow no more, since it is implied', undefined);
    return implied;
  }

  /** The strongest of what raises the symbol to a value. */
  #addRaising(source: 'select' | 'imply', reverse: readonly ReverseDependency[], to: Tristate): void {
    const values = reverse.map(({expression}) => this.#evaluation.evaluate(expression));
    const highest = Math.max(...values);
    for (const [i, {property, expression}] of reverse.entries()) {
      if (values[i] !== highest) continue;
      const selector = property?.node.symbol;
      if (!property || !selector) {
        this.#add(
          'choice',
          letters[to],
          `a visible choice is not n: ${this.#format(expression)}`,
          this.#choicePlace(),
        );
        continue;
      }
      const by = source === 'select' ? 'selected' : 'implied';
      const text = this.#line(property, `${by} by ${this.#format(selector.expression)}`);
      this.#add(source, letters[to], text, fileLine(property));
    }
  }

  #addPromotion(): void {
    const {modules} = this.#evaluation.model;
    const text =
      this.#symbol.type === 'bool'
        ? 'it is bool, so m counts as y'
        : `there are no modules${modules.name && modules.kind === 'config' ? ` (${modules.name} is n)` : ''}, so m counts as y`;
    this.#add('type', 'y', text, undefined);
  }

  #explainMember(choice: ConfigSymbol): void {
    const evaluation = this.#evaluation;
    const member = evaluation.chosenMember(choice);
    const value = letters[this.#state.tristate];
    if (!member) {
      this.#add('choice', value, 'its choice has no member that is y', this.#choicePlace());
      return;
    }
    const chosen = member === this.#symbol ? 'it' : member.displayName;
    if (isChosen(evaluation, choice, member)) {
      this.#add('choice', value, `${chosen} was chosen`, this.#choicePlace());
      return;
    }
    const byDefault = choice.defaults.find(
      ({condition, value: named}) =>
        named.kind === 'symbol' && named.symbol === member && evaluation.evaluate(condition) !== 0,
    );
    if (byDefault) {
      const text = this.#line(byDefault, `default ${member.displayName} of the choice`);
      this.#add('choice', value, text, fileLine(byDefault));
    } else {
      this.#add('choice', value, `${chosen} is the first visible member of the choice`, this.#choicePlace());
    }
  }

  #choicePlace(): FileLine | undefined {
    const node = (this.#symbol.choice ?? this.#symbol).nodes[0];
    return node && fileLine(node);
  }

  /** The prompt through which the user could set the value. */
  #promptPlace(): FileLine | undefined {
    const {prompts} = this.#symbol;
    const visible = prompts.find((prompt) => this.#evaluation.promptVisibility(prompt) !== 0) ?? prompts[0];
    return visible && fileLine(visible);
  }
}

/** Whether the user chose the member. */
function isChosen(evaluation: Evaluation, choice: ConfigSymbol, member: ConfigSymbol): boolean {
  const {hasUser, userTristate} = evaluation.state(member);
  if (evaluation.model.dialect.choices === 'menus') return hasUser && userTristate === 2;
  return evaluation.state(choice).userMember === member;
}
