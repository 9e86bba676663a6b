/** The goals of files and of `--set`, and what becomes of them where two speak of one symbol. */

import {type Diagnostic, lineAndColumn, type Place} from '../base/diagnostic.ts';
import {allBoth, type Condition, conditionOf} from './condition.ts';
import {placeAt, type SourceDocument, writtenAt} from './document.ts';
import {symbolHint} from './load.ts';
import type {ConditionalGoal, Goal, Layer} from './recipe.ts';
import {type GoalEntry, symbolPattern} from './schema.ts';

/** The goals a file writes, in its order. */
export function goalsOf(
  document: SourceDocument,
  goals: Readonly<Record<string, GoalEntry>>,
  origin: string,
): readonly ConditionalGoal[] {
  return Object.entries(goals).map(([symbol, entry]) => {
    const path = typeof entry === 'object' ? ['goals', symbol, 'value'] : ['goals', symbol];
    const value = typeof entry === 'object' ? entry.value : entry;
    const goal: Goal = {
      symbol,
      value: typeof value === 'number' ? (writtenAt(document, path) ?? String(value)) : value,
      ...(typeof entry === 'object' && entry.why !== undefined ? {why: entry.why} : {}),
      origin,
      place: placeAt(document, ['goals', symbol], 'key'),
    };
    return {goal, when: conditionOf(typeof entry === 'object' ? entry.when : undefined)};
  });
}

/** Parts that want different things of one symbol on some architecture and kernel, with both places. */
export function disagreements(parts: readonly Layer[]): readonly Diagnostic[] {
  const said = new Map<string, {readonly goal: Goal; readonly conditions: readonly Condition[]}[]>();
  const found: Diagnostic[] = [];
  for (const {applies, goals} of parts) {
    for (const {goal, when} of goals) {
      const before = said.get(goal.symbol) ?? [];
      const conditions = allBoth(applies, [when]);
      const other = before.find(
        (one) => disagree(one.goal, goal) && allBoth(one.conditions, conditions).length > 0,
      );
      if (other !== undefined) found.push(disagreement(other.goal, goal));
      said.set(goal.symbol, [...before, {goal, conditions}]);
    }
  }
  return found;
}

function disagree({value: a}: Goal, {value: b}: Goal): boolean {
  return a !== b && !narrows(a, b) && !narrows(b, a);
}

/** Goals gathered in the order of composition, one a symbol. */
export class GoalList {
  readonly #goals = new Map<string, Goal>();

  /** Adds a part's goal; parts that disagree have been found before. */
  add(goal: Goal): void {
    const first = this.#goals.get(goal.symbol);
    if (first === undefined || narrows(goal.value, first.value)) this.#goals.set(goal.symbol, goal);
  }

  /** Adds a goal that wins over what was said before, as a recipe's own does over its parts'. */
  override(goal: Goal): void {
    if (this.#goals.get(goal.symbol)?.value === goal.value) return;
    // Deleted first, so that it stands last: where goals exclude one another, the last one is taken.
    this.#goals.delete(goal.symbol);
    this.#goals.set(goal.symbol, goal);
  }

  list(): readonly Goal[] {
    return [...this.#goals.values()];
  }
}

/** `y or m` leaves open what `y` or `m` decides. */
function narrows(value: string, open: string): boolean {
  return open === 'y or m' && (value === 'y' || value === 'm');
}

function disagreement(first: Goal, second: Goal): Diagnostic {
  return {
    severity: 'error',
    code: 'parts-disagree',
    message:
      `${second.origin} wants ${second.symbol} to be ${second.value}, ` +
      `${first.origin} wants ${first.value} (${formatPlace(first.place)})`,
    place: second.place,
    hint: `take one of the two parts, or let both say "y or m" where either will do, or say with \`when\` where each counts`,
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
  const value = text.slice(equals + 1);
  if (/[\n\r\0]/.test(value)) return fault(`the value of ${symbol} is more than one line`);
  return {symbol, value, origin: '--set', place};
}
