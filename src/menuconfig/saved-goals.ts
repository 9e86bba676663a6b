/** A configuration is saved as goals of the recipe that it was opened from. */

import {readFile} from 'node:fs/promises';
import {failure} from '../base/diagnostic.ts';
import type {KernelTree} from '../recipe/base-config.ts';
import type {Target} from '../recipe/condition.ts';
import type {GoalChange} from '../recipe/goal-lines.ts';
import type {ReadOptions} from '../recipe/read.ts';
import type {Goal} from '../recipe/recipe.ts';
import type {KnownFiles} from './saving.ts';

/** The recipe that is edited, and what it is resolved on. */
export type EditedRecipe = {
  /** As `readRecipe` takes it. */
  readonly name: string;
  /** Its own file. */
  readonly path: string;
  readonly readOptions: () => Promise<ReadOptions>;
  readonly target: Target;
  readonly tree: KernelTree;
};

export type SavedGoals = {readonly changes: readonly GoalChange[]; readonly overruled: readonly Goal[]};

/**
 * Writes into the recipe's own file the fewest goals by which it comes to be this .config, after it was seen that it does: read
 * again from the text to be written, it resolves to the same bytes.
 * @throws KbuildError where there are no such goals, or the files of the recipe are faulty; what node:fs throws
 */
export async function saveGoals(
  {name, path, readOptions, target, tree}: EditedRecipe,
  config: string,
  files: KnownFiles,
): Promise<SavedGoals> {
  // Loaded here: they take longer to load than a menu to show.
  const [{composeRecipe}, {withGoals}, {readRecipe}, {resolveRecipe}, {writtenGoals}] = await Promise.all([
    import('../recipe/compose.ts'),
    import('../recipe/goal-lines.ts'),
    import('../recipe/read.ts'),
    import('../recipe/resolve.ts'),
    import('../recipe/written-goals.ts'),
  ]);
  const options = await readOptions();
  const before = await readFile(path, 'utf8');
  const goals = writtenGoals(await readRecipe(name, {...options, text: before}), target, tree, config);
  if (goals.changes.length === 0) return goals;
  const text = withGoals(before, goals.changes);
  const again = composeRecipe(await readRecipe(name, {...options, text}), target);
  if (resolveRecipe(again, tree).configText !== config) {
    throw failure('other-config', `with these goals, ${path} would not come to be this configuration`, {
      hint: 'save it as a .config, which can be the base of a recipe',
    });
  }
  await files.writeText(path, Buffer.from(text));
  return goals;
}

/** What was written, in a few words. */
export function savedGoalsText(file: string, {changes, overruled}: SavedGoals): string {
  if (changes.length === 0) return `${file} says all of this already.`;
  const set = changes.flatMap(({symbol, value}) => (value === undefined ? [] : [`${symbol}: ${value}`]));
  const out = changes.flatMap(({symbol, value}) => (value === undefined ? [symbol] : []));
  const words = [
    ...(set.length === 0 ? [] : [`now says ${listed(set)}`]),
    ...(out.length === 0 ? [] : [`${set.length === 0 ? 'no longer' : 'and no longer'} says ${listed(out)}`]),
  ];
  const parts = [...new Set(overruled.map(({origin}) => origin))];
  const over = parts.length === 0 ? '' : `; that overrules ${listed(parts)}`;
  return `${file} ${words.join(', ')}${over}.`;
}

const named = 4;

function listed(words: readonly string[]): string {
  const more = words.length - named;
  return more > 0 ? `${words.slice(0, named).join(', ')} and ${more} more` : words.join(', ');
}
