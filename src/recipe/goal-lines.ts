/** Goals are put into the text of a recipe, changed there and taken out. */

import {withEntries} from './entry-lines.ts';

/** What becomes of the goal of a symbol in a recipe's own file; a value that is undefined takes it out. */
export type GoalChange = {readonly symbol: string; readonly value: string | undefined};

/** The text of a recipe with these goals; those of a recipe that had none come after its kernel. See `withEntries`. */
export function withGoals(text: string, changes: readonly GoalChange[]): string {
  return withEntries(
    text,
    {in: [], key: 'goals', after: 'kernel'},
    changes.map(({symbol, value}) => ({name: symbol, value})),
  );
}
