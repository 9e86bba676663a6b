/** What is said of a goal that cannot be met: where it was written, what stands in the way, what would help. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {
  type Blocking,
  type ConfigSymbol,
  type Evaluation,
  explainUnmet,
  type KconfigModel,
  nearestNames,
  type SymbolReason,
} from '../kconfig/index.ts';
import {type Elsewhere, whereKnown} from './elsewhere.ts';
import {formatPlace} from './goals.ts';
import type {Goal} from './recipe.ts';

/** A goal for a symbol that no Kconfig file of this kernel declares. */
export function unknownSymbol(goal: Goal, model: KconfigModel, elsewhere?: Elsewhere): Diagnostic {
  const names = nearestNames(model, goal.symbol, 3);
  const known = elsewhere && whereKnown(goal.symbol, elsewhere);
  const hints = [known, names.length === 0 ? undefined : `the nearest names are ${names.join(', ')}`];
  const hint = hints.filter((one) => one !== undefined).join('\n');
  return {
    severity: 'error',
    code: 'unknown-symbol',
    message: `this kernel has no symbol ${goal.symbol}${wantedFor(goal)}`,
    place: goal.place,
    ...(hint === '' ? {} : {hint}),
  };
}

/** A goal whose value a symbol of that type cannot have. */
export function wrongType(goal: Goal, symbol: ConfigSymbol): Diagnostic {
  const form: Record<ConfigSymbol['type'], string> = {
    bool: 'y or n',
    tristate: 'y, m, n or "y or m"',
    int: 'a whole number',
    hex: 'a hexadecimal number',
    string: 'a text',
    unknown: 'another symbol: this one has no type',
  };
  const {file, line} = symbol.nodes[0]!;
  return {
    severity: 'error',
    code: 'wrong-type',
    message: `${goal.symbol} cannot be ${goal.value}: it is of type ${symbol.type} (${file.name}:${line})`,
    place: goal.place,
    hint: `write ${form[symbol.type]}`,
  };
}

/**
 * A goal that the final .config does not meet, with the lines of Kconfig that stand in the way.
 * @param asked the value that was asked for: of `y or m`, the one of the two that was tried
 */
export function unmetGoal(
  goal: Goal,
  asked: string,
  evaluation: Evaluation,
  goals: readonly Goal[],
): Diagnostic {
  const reason = explainUnmet(evaluation, goal.symbol, asked);
  const hint = wayOut(reason, goals);
  return {
    severity: 'error',
    code: 'unmet-goal',
    message: `${sentence(reason)}${wantedFor(goal)}`,
    place: goal.place,
    ...(hint === undefined ? {} : {hint}),
  };
}

function sentence(reason: SymbolReason): string {
  const [defined] = reason.definedAt;
  const where = defined === undefined ? '' : ` (${defined.file}:${defined.line})`;
  // The engine knows a value, and yet no line of the .config holds it: it depends on something that is off.
  if (reason.cause === 'met') return `${reason.symbol} is not in the final .config${where}`;
  return `${reason.message}${reason.blocking.length === 0 ? where : ''}`;
}

/** The goals that would clear the way, as they would stand in a recipe. */
function wayOut(reason: SymbolReason, goals: readonly Goal[]): string | undefined {
  switch (reason.cause) {
    case 'no-prompt': {
      const names = reason.selectors.filter(({kind}) => kind === 'select').map(({name}) => name);
      if (names.length === 0) break;
      const some = names.slice(0, 5).join(', ');
      return `set ${names.length === 1 ? some : `one of those that select it: ${some}`}`;
    }
    case 'not-set':
      return 'another goal may have changed it; look for its name in the other parts';
    case 'choice':
      return reason.wanted === 'n'
        ? 'set another member of its choice to y'
        : 'a choice takes one member: take the goal for the other one out';
    case 'range':
      return undefined;
    default:
  }
  const ways = reason.blocking.map((blocking) => goalsThatClear(blocking, goals)).filter((way) => way !== '');
  return ways.length === 0 ? undefined : `add to the goals: ${[...new Set(ways)].join(', and ')}`;
}

function goalsThatClear({expression, symbols}: Blocking, goals: readonly Goal[]): string {
  const needs = symbols
    .filter(({value, needed}) => value !== needed)
    .map(({name, needed}) => `${name}: ${needed}${saidOf(name, needed, goals)}`);
  return [...new Set(needs)].join(expression.includes('||') ? ' or ' : ', ');
}

/** A goal for a symbol that stands in the way: it is what has to be changed, or what has to be cleared first. */
function saidOf(name: string, needed: string, goals: readonly Goal[]): string {
  const goal = goals.find(({symbol}) => symbol === name);
  if (goal === undefined) return '';
  return goal.value === needed
    ? ' (a goal already, and not met either)'
    : ` (${formatPlace(goal.place)} makes it ${goal.value})`;
}

function wantedFor({why}: Goal): string {
  return why === undefined ? '' : `; wanted for: ${why}`;
}
