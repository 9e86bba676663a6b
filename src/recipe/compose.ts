/** From a recipe as it is written to what it asks for on one architecture and kernel. */

import {badInput} from '../base/diagnostic.ts';
import {type Condition, holds, type Target} from './condition.ts';
import {GoalList} from './goals.ts';
import {type ModuleRecipe, moduleFor, withNeeded} from './module.ts';
import {architectureOf, type Layer, type Recipe, type WrittenRecipe} from './recipe.ts';

/**
 * Takes from a recipe's files what counts for the target: goals of parts first, then its own, then those of `--set`.
 * @throws KbuildError (2) for a module that is not known to work on the target, or an image that would go without one
 */
export function composeRecipe(written: WrittenRecipe, target: Target): Recipe {
  const {parts, own, settings, modules, parameters: _, madeOf: __, folders: ___, ...rest} = written;
  const applied = (when: Condition): boolean => holds(when, target);
  const inUse = parts.filter(({applies}) => applies.some(applied));
  const goalsOf = ({goals}: Layer) => goals.filter(({when}) => applied(when)).map(({goal}) => goal);
  const goals = new GoalList();
  for (const goal of inUse.flatMap(goalsOf)) goals.add(goal);
  for (const goal of [...goalsOf(own), ...settings]) goals.override(goal);
  const named = withNeeded(
    [...inUse, own].flatMap((layer) => layer.modules.map(({name}) => name)),
    modules,
  );
  requireModules(written, target, named);
  const patches = [...inUse, own]
    .flatMap((layer) => layer.patches)
    .filter(({when}) => applied(when))
    .map(({patch}) => patch);
  return {
    ...rest,
    kernel: {...rest.kernel, ...(patches.length === 0 ? {} : {patches})},
    goals: goals.list(),
    modules: keptForOthers(
      modules.filter(({name}) => named.has(name)).map((module) => moduleFor(module, target)),
    ),
  };
}

/** Modules that keep what they keep only where one of the others needs them: else they are built as if there were none. */
function keptForOthers(modules: readonly ModuleRecipe[]): readonly ModuleRecipe[] {
  const needed = new Set(modules.flatMap(({needs}) => needs));
  return modules.map((module) => (needed.has(module.name) ? module : {...module, keeps: []}));
}

/** An image of the target must not go without a module that it names. */
function requireModules({name, images}: WrittenRecipe, target: Target, brought: ReadonlySet<string>): void {
  for (const image of Object.values(images)) {
    if (architectureOf(image, target.arch) !== target.arch) continue;
    const missing = image.modules.find((module) => !brought.has(module));
    if (missing === undefined) continue;
    throw badInput(
      'module-not-used',
      `the image ${image.role} of ${name} has the module ${missing}, which nothing brings for ${target.arch} and kernel ${target.kernelVersion}`,
      {hint: 'see where parts are used `when`, or name it in `modules` of the recipe'},
    );
  }
}
