/** What is told of a step, beside the rows that show it. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {Change} from '../kconfig/index.ts';
import type {Goal} from '../recipe/recipe.ts';
import {readable} from './bytes.ts';
import type {Moved, Settings} from './history.ts';
import type {Message} from './screen.ts';

/** How many symbols a message names. */
const named = 3;

/** That goals of the recipe are met no more; undefined where there are none. */
export function goalUnmet(goals: readonly Goal[]): Message | undefined {
  const [first, ...others] = goals;
  if (!first) return undefined;
  const why = first.why === undefined ? '' : ` (${first.why})`;
  const rest = others.length === 0 ? '' : `, nor ${others.map(({symbol}) => symbol).join(', ')}`;
  const text = `The recipe asks for ${first.symbol}=${first.value}${why}, which is not met any more${rest}: Ctrl-Z takes it back.`;
  return {severity: 'warning', text};
}

/** Which other values changed with what was set. */
export function alsoChanged(values: Settings, changes: readonly Change[]): Message | undefined {
  const asked = new Set(values.map(([symbol]) => symbol));
  const choices = new Set(values.map(([symbol]) => symbol.choice));
  const also = changes.filter(
    ({symbol, before, after}) =>
      before.value !== after.value &&
      !symbol.isChoice &&
      !asked.has(symbol) &&
      (symbol.choice === undefined || !choices.has(symbol.choice)),
  );
  if (also.length === 0) return undefined;
  return {severity: 'said', text: `Also changed: ${listed(also)}.`};
}

/** What was taken back, or done again. */
export function stepMoved({what, changes}: Moved, how: 'undone' | 'redone'): Message {
  const changed = changes.filter(
    ({symbol, before, after}) => !symbol.isChoice && before.value !== after.value,
  );
  const text = changed.length === 0 ? '' : `; now ${listed(changed)}`;
  return {severity: 'said', text: `${readable(what)} is ${how}${text}.`};
}

/** That a .config was loaded, and what it held that this tree does not take. */
export function loaded(file: string, warnings: readonly Diagnostic[]): Message {
  const [first] = warnings;
  if (!first) return {severity: 'said', text: `${file} is loaded.`};
  const more = warnings.length === 1 ? '' : ` and ${warnings.length - 1} more warnings`;
  return {severity: 'warning', text: `${file} is loaded: ${readable(first.message)}${more}.`};
}

function listed(changes: readonly Change[]): string {
  const shown = changes
    .slice(0, named)
    .map(({symbol, after}) => `${symbol.displayName}=${readable(after.value)}`);
  const more = changes.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}
