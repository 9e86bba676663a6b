/**
 * Recipes against fragments written by hand. The goal list of each of the project's recipes was written by people who knew all
 * that it takes: over the base, its lines are a fragment as merge_config.sh takes it, complete without a solver. Many
 * of them are there only because others need them. A line is left out if the solver sets it by itself for those that are
 * left, though it may find later, when more was left out, that another does as well. What remains is what is wanted;
 * the fragment and the solver both give it, and either may bring what the other does not. Counted for both are the symbols
 * with another value than in the base, but those that are wanted.
 */

import {KbuildError} from '../src/base/diagnostic.ts';
import {formatConfigLine, mergeFragments, olddefconfig} from '../src/kconfig/index.ts';
import {baseConfig, type KernelTree} from '../src/recipe/base-config.ts';
import {composeRecipe} from '../src/recipe/compose.ts';
import type {Target} from '../src/recipe/condition.ts';
import {valuesOf} from '../src/recipe/config-text.ts';
import {demandOf, type GoalDemand} from '../src/recipe/demands.ts';
import {recipeFolders} from '../src/recipe/folders.ts';
import {isMet} from '../src/recipe/met.ts';
import {listRecipes, readRecipe} from '../src/recipe/read.ts';
import type {Recipe} from '../src/recipe/recipe.ts';
import {resolveRecipe} from '../src/recipe/resolve.ts';
import {Solver} from '../src/solve/index.ts';

type Comparison = {
  readonly recipe: string;
  /** Lines of the fragment, and those that say what is wanted. */
  readonly lines: number;
  readonly wanted: number;
  /** Symbols that the solver set for them. */
  readonly added: number;
  readonly changedByHand: number;
  readonly changed: number;
  /** What is set instead of lines of the fragment. */
  readonly instead: readonly string[];
};

/** The project's recipes that are for the target, each compared. */
async function compareRecipes(tree: KernelTree, target: Target): Promise<readonly Comparison[]> {
  const folders = await recipeFolders();
  const comparisons: Comparison[] = [];
  for (const {name} of (await listRecipes(folders)).recipes) {
    const written = await readRecipe(name, {folders});
    try {
      comparisons.push(compare(composeRecipe(written, target), tree));
    } catch (error) {
      // Its modules or goals are not for this kernel.
      if (!(error instanceof KbuildError)) throw error;
    }
  }
  return comparisons;
}

function compare(recipe: Recipe, tree: KernelTree): Comparison {
  const {model} = tree;
  const base = baseConfig(recipe.kernel.base, tree);
  const resolved = resolveRecipe(recipe, tree);
  const lines = resolved.goals.map(({goal, actual}) =>
    formatConfigLine(model, model.symbols.get(goal.symbol)!, actual),
  );
  const byHand = valuesOf(
    olddefconfig(model, mergeFragments(base, [`${lines.join('\n')}\n`], model.prefix)).text,
  );
  for (const {symbol, value, ...goal} of recipe.goals)
    if (!isMet({symbol, value, ...goal}, model.symbols.get(symbol)!, byHand.get(symbol)))
      throw new Error(`${recipe.name}: without a solver ${symbol} is not ${value}`);
  const wanted = wantedOf(recipe, tree, valuesOf(base));
  const solved = resolveRecipe({...recipe, goals: wanted.map(({goal}) => goal)}, tree);
  const values = valuesOf(solved.configText);
  const said = new Set(recipe.goals.map(({symbol}) => symbol));
  const besides = new Set(wanted.map(({goal}) => goal.symbol));
  return {
    recipe: recipe.name,
    lines: lines.length,
    wanted: wanted.length,
    added: solved.added.length,
    changedByHand: changed(valuesOf(base), byHand, besides),
    changed: changed(valuesOf(base), values, besides),
    instead: solved.added.map(({symbol}) => symbol).filter((symbol) => !said.has(symbol)),
  };
}

/** The goals without those that the solver sets by itself for the others. */
function wantedOf(
  recipe: Recipe,
  {model}: KernelTree,
  base: ReadonlyMap<string, string>,
): readonly GoalDemand[] {
  const solver = new Solver(model, {values: base});
  const all = recipe.goals.map((goal) => demandOf(goal, model, base)).filter((demand) => 'goal' in demand);
  const isBrought = (one: GoalDemand, goals: readonly GoalDemand[]) => {
    const answer = solver.solve(goals.filter((other) => other !== one));
    if (!answer.solved) throw new Error(`${recipe.name} cannot be had without ${one.goal.symbol}`);
    return answer.settings.some(({symbol, value}) => symbol === one.symbol && one.values.includes(value));
  };
  let wanted: readonly GoalDemand[] = all;
  // All the others are asked first, which is quick, since they need nothing that is not said.
  for (const one of all.filter((demand) => isBrought(demand, all)))
    if (isBrought(one, wanted)) wanted = wanted.filter((other) => other !== one);
  return wanted;
}

/** How many symbols have another value, but those named; what has no line is `n`. */
function changed(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  besides: ReadonlySet<string>,
): number {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter(
    (name) => !besides.has(name) && (before.get(name) ?? 'n') !== (after.get(name) ?? 'n'),
  ).length;
}

/** Prints a row for each recipe; it is a failure if more changes for what is wanted than by the fragment. */
export async function printByHand(tree: KernelTree, target: Target): Promise<void> {
  for (const row of await compareRecipes(tree, target)) {
    const {recipe, lines, wanted, added, changedByHand, changed: bySolver, instead} = row;
    const verdict = bySolver > changedByHand ? ': MORE' : '';
    const others = instead.length === 0 ? '' : `, of these not by hand: ${instead.join(' ')}`;
    process.stdout.write(
      `  ${recipe.padEnd(22)}${lines} lines by hand change ${changedByHand} beside the goals; ${wanted} goals change ${bySolver}${verdict} (${added} set for them${others})\n`,
    );
    if (bySolver > changedByHand) process.exitCode = 1;
  }
}
