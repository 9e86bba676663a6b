/** From a recipe as it is written to what it asks for on one architecture and kernel. */

import {type Condition, holds, type Target} from './condition.ts';
import {GoalList} from './goals.ts';
import {moduleFor} from './module.ts';
import type {Layer, Recipe, WrittenRecipe} from './recipe.ts';

/**
 * Takes from a recipe's files what counts for the target: goals of parts first, then its own, then those of `--set`.
 * @throws KbuildError (2) for a module that is not known to work on the target
 */
export function composeRecipe(written: WrittenRecipe, target: Target): Recipe {
  const {parts, own, settings, modules, ...rest} = written;
  const applied = (when: Condition): boolean => holds(when, target);
  const inUse = parts.filter(({applies}) => applies.some(applied));
  const goalsOf = ({goals}: Layer) => goals.filter(({when}) => applied(when)).map(({goal}) => goal);
  const goals = new GoalList();
  for (const goal of inUse.flatMap(goalsOf)) goals.add(goal);
  for (const goal of [...goalsOf(own), ...settings]) goals.override(goal);
  const named = new Set([...inUse, own].flatMap((layer) => layer.modules));
  return {
    ...rest,
    goals: goals.list(),
    modules: modules.filter(({name}) => named.has(name)).map((module) => moduleFor(module, target)),
  };
}
