/** The goals of files and of `--set`, and what becomes of them where two speak of one symbol. */

import {type Diagnostic, lineAndColumn, type Place} from '../base/diagnostic.ts';
import {allBoth, type Condition, conditionOf} from './condition.ts';
import {placeAt, writtenAt} from './document.ts';
import {symbolHint} from './load.ts';
import {filledIn, hasReference, parametersHold, type Scope} from './parameters.ts';
import type {ConditionalGoal, Goal, Layer} from './recipe.ts';
import {type GoalEntry, symbolPattern} from './schema.ts';
import {goalValueOf, implies} from './wanted.ts';

/**
 * The goals a file writes, in its order, with its parameters filled in; those that its parameters rule out are not
 * among them. What is wrong with them goes to `faults`.
 */
export function goalsOf(
  scope: Scope,
  goals: Readonly<Record<string, GoalEntry>>,
  origin: string,
  faults: Diagnostic[],
): readonly ConditionalGoal[] {
  const {document} = scope;
  return Object.entries(goals).flatMap(([symbol, entry]) => {
    const whole: Exclude<GoalEntry, string | number> = typeof entry === 'object' ? entry : {value: entry};
    const path = typeof entry === 'object' ? ['goals', symbol, 'value'] : ['goals', symbol];
    const asked = ['goals', symbol, 'when', 'parameters'];
    const counts = parametersHold(whole.when?.parameters, scope, asked, faults);
    const text = typeof whole.value === 'number' ? (writtenAt(document, path) ?? '') : whole.value;
    const filled = filledIn(text, scope, path, faults);
    const value = goalValueOf(filled);
    if (value === undefined && !hasReference(filled)) faults.push(noNumber(filled, placeAt(document, path)));
    if (value === undefined || !counts) return [];
    const goal: Goal = {
      symbol,
      value,
      ...(whole.optional === undefined ? {} : {optional: whole.optional}),
      ...(whole.why === undefined ? {} : {why: whole.why}),
      origin,
      place: placeAt(document, ['goals', symbol], 'key'),
    };
    return [{goal, when: conditionOf(whole.when)}];
  });
}

function noNumber(text: string, place: Place): Diagnostic {
  return {
    severity: 'error',
    code: 'wrong-value',
    message: `${JSON.stringify(text)} is no goal: after "at least" comes a whole number, or m`,
    place,
    hint: 'for example "at least 64"',
  };
}

/** Parts that want different things of one symbol on some architecture and kernel, with both places. */
export function disagreements(parts: readonly Layer[]): readonly Diagnostic[] {
  const said = new Map<string, {readonly goal: Goal; readonly conditions: readonly Condition[]}[]>();
  const found: Diagnostic[] = [];
  for (const {applies, goals} of parts) {
    for (const {goal, when} of goals) {
      if (goal.optional) continue;
      const before = said.get(goal.symbol) ?? [];
      const conditions = allBoth(applies, [when]);
      const other = before.find(
        (one) => disagree(one.goal, goal) && allBoth(one.conditions, conditions).length > 0,
      );
      if (other !== undefined) found.push(disagreement(other.goal, goal));
      before.push({goal, conditions});
      said.set(goal.symbol, before);
    }
  }
  return found;
}

function disagree({value: a}: Goal, {value: b}: Goal): boolean {
  return !implies(a, b) && !implies(b, a);
}

/** Goals gathered in the order of composition. */
export class GoalList {
  /** Of each symbol first the goal that is no wish, where there is one. */
  readonly #goals = new Map<string, readonly Goal[]>();

  /** Adds a part's goal; parts that disagree have been found before. */
  add(goal: Goal): void {
    const [first, ...others] = this.#goals.get(goal.symbol) ?? [];
    if (first === undefined) this.#goals.set(goal.symbol, [goal]);
    else if (goal.optional) this.#goals.set(goal.symbol, [first, ...others, goal]);
    else if (first.optional) this.#goals.set(goal.symbol, [goal, first, ...others]);
    else if (!implies(first.value, goal.value)) this.#goals.set(goal.symbol, [goal, ...others]);
  }

  /** Adds a goal that wins over what was said before, as a recipe's own does over its parts'. */
  override(goal: Goal): void {
    const [first, ...others] = this.#goals.get(goal.symbol) ?? [];
    const isSame = first?.value === goal.value && first.optional === goal.optional;
    if (isSame && others.length === 0) return;
    // Deleted first, so that it stands last: where goals exclude one another, the last one is taken.
    this.#goals.delete(goal.symbol);
    this.#goals.set(goal.symbol, [goal]);
  }

  /** Without the wishes that another goal of the symbol, or a wish before them, already has. */
  list(): readonly Goal[] {
    return [...this.#goals.values()].flatMap((goals) =>
      goals.filter(
        (goal, index) =>
          !goal.optional || !goals.slice(0, index).some(({value}) => implies(value, goal.value)),
      ),
    );
  }
}

function disagreement(first: Goal, second: Goal): Diagnostic {
  return {
    severity: 'error',
    code: 'parts-disagree',
    message:
      `${second.origin} wants ${second.symbol} to be ${second.value}, ` +
      `${first.origin} wants ${first.value} (${formatPlace(first.place)})`,
    place: second.place,
    hint: 'take one of the two parts, or let both say "y or m" or "at least" where that will do, or say with `when` where each counts',
  };
}

/** `file:line:column`. */
export function formatPlace(place: Place): string {
  const {line, column} = lineAndColumn(place);
  return `${place.file}:${line}:${column}`;
}

/** A goal from the text of `--set SYMBOL=VALUE`, or what is wrong with it. */
export function goalOfSetting(text: string): Goal | Diagnostic {
  const place: Place = {file: '--set', text, start: 0, end: text.length};
  const equals = text.indexOf('=');
  const symbol = text.slice(0, equals < 0 ? undefined : equals);
  const fault = (message: string, hint?: string): Diagnostic => ({
    severity: 'error',
    code: 'wrong-setting',
    message,
    place,
    ...(hint === undefined ? {} : {hint}),
  });
  if (equals < 1) return fault(`"${text}" is not SYMBOL=VALUE`, 'for example --set NFS_FS=m');
  if (!symbolPattern.test(symbol)) {
    return fault(`${symbol} is not the name of a symbol: capital letters, digits and _`, symbolHint(symbol));
  }
  const written = text.slice(equals + 1);
  if (/[\n\r\0]/.test(written)) return fault(`the value of ${symbol} is more than one line`);
  const value = goalValueOf(written);
  if (value === undefined) return noNumber(written, place);
  return {symbol, value, origin: '--set', place};
}
