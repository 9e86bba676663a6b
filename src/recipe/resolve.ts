/** From a recipe to the smallest complete .config in which every goal is met, or to the reasons why there is none. */

import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {digestOf} from '../base/digest.ts';
import {
  type ConfigResult,
  type ConfigSymbol,
  type Evaluation,
  loadConfig,
  olddefconfig,
} from '../kconfig/index.ts';
import {type Base, type Solved, Solver} from '../solve/index.ts';
import {baseConfig, type KernelTree} from './base-config.ts';
import {valuesOf} from './config-text.ts';
import {contradictions} from './contradictions.ts';
import {demandOf, type GoalDemand} from './demands.ts';
import type {Elsewhere} from './elsewhere.ts';
import {isMet} from './met.ts';
import type {Goal, Recipe} from './recipe.ts';
import {overBase, settingsOff} from './trim.ts';
import {unmetGoal} from './unmet.ts';

export type ResolvedGoal = {
  readonly goal: Goal;
  readonly met: boolean;
  /** The value in the final .config; `n` where it has none. */
  readonly actual: string;
  /** Why a wish is not met; other goals are. */
  readonly reason?: string;
};

/** A line that no goal asks for and some goals need. */
export type Added = {
  readonly symbol: string;
  readonly value: string;
  /** Symbols of the goals. */
  readonly neededBy: readonly string[];
};

/** Symbols that were added, and lists of others, each as long, any of which would have done in their place. */
export type Alternative = {
  readonly added: readonly string[];
  readonly others: readonly (readonly string[])[];
};

export type Resolved = {
  readonly configText: string;
  readonly configDigest: string;
  readonly goals: readonly ResolvedGoal[];
  /** In the order in which the kernel declares them. */
  readonly added: readonly Added[];
  /** What else could have been set, each by itself: a goal for it takes it. */
  readonly alternatives: readonly Alternative[];
  readonly warnings: readonly Diagnostic[];
};

/**
 * Resolves a recipe against a kernel's Kconfig: each goal gets its value, and what that needs is set, as few symbols as any
 * solution sets. Wishes that cannot be met beside the other goals are not met in what it gives, each with the reason.
 * @param elsewhere other kernels, by which what is wrong here can be told better
 * @throws KbuildError with every goal that is not met and the lines that contradict it: exit 2 where one names a symbol
 *   this kernel does not have, or a value its type does not have, else exit 1
 */
export function resolveRecipe(recipe: Recipe, tree: KernelTree, elsewhere?: Elsewhere): Resolved {
  return new Resolver(recipe.kernel, tree).resolve(recipe.goals, elsewhere);
}

/** Resolves one set of goals after another over one base: what the solver has learned of the Kconfig is kept. */
export class Resolver {
  readonly #kernel: Recipe['kernel'];
  readonly #tree: KernelTree;
  readonly #base: ResolutionBase;
  readonly #solver: Solver;

  /** @throws what `baseConfig` throws */
  constructor(kernel: Recipe['kernel'], tree: KernelTree) {
    this.#kernel = kernel;
    this.#tree = tree;
    this.#base = baseOf(kernel.base, tree);
    this.#solver = new Solver(tree.model, this.#base);
  }

  /** @throws what `resolveRecipe` throws */
  resolve(goals: readonly Goal[], elsewhere?: Elsewhere): Resolved {
    const [tree, base, solver] = [this.#tree, this.#base, this.#solver];
    const {demands, refused} = judged(goals, tree, base.values, elsewhere);
    const firm = demands.filter(({goal}) => !goal.optional);
    const wrong = [...refused].flatMap(([{optional}, why]) => (optional ? [] : [why]));
    const conflicts = contradictions(firm, tree.model, solver, elsewhere);
    if (wrong.length > 0) throw new KbuildError(exitCode.badInput, ...wrong, ...conflicts);
    if (conflicts.length > 0) throw new KbuildError(exitCode.failed, ...conflicts);
    const taken = [...firm];
    for (const wish of demands.filter(({goal}) => goal.optional)) {
      if (solver.isPossible([...taken, wish])) taken.push(wish);
      else
        refused.set(wish.goal, contradictions([...firm, wish], tree.model, solver)[0] ?? besideOthers(wish));
    }
    const solved = solution(this.#kernel, tree, base, solver, taken);
    return judgedResult(goals, solved, {taken, refused});
  }
}

type ResolutionBase = Base & {readonly text: string};

function baseOf(base: string, tree: KernelTree): ResolutionBase {
  const text = baseConfig(base, tree);
  const values = valuesOf(text);
  return {text, values, unmet: unmetIn(loadConfig(tree.model, text), values)};
}

/** Symbols of a .config that are selected past what they depend on. */
function unmetIn(evaluation: Evaluation, values: ReadonlyMap<string, string>): ReadonlySet<ConfigSymbol> {
  const unmet = new Set<ConfigSymbol>();
  for (const name of values.keys()) {
    const symbol = evaluation.model.find(name);
    if (symbol && evaluation.state(symbol).unmet) unmet.add(symbol);
  }
  return unmet;
}

/** What the goals demand, and what is wrong with those that cannot be a demand. */
function judged(
  goals: readonly Goal[],
  {model}: KernelTree,
  values: ReadonlyMap<string, string>,
  elsewhere: Elsewhere | undefined,
) {
  const demands: GoalDemand[] = [];
  const refused = new Map<Goal, Diagnostic>();
  for (const goal of goals) {
    // Why a wish is not taken is part of the result, which the kernels that happen to be known must not change.
    const demand = demandOf(goal, model, values, goal.optional ? undefined : elsewhere);
    if ('goal' in demand) demands.push(demand);
    else refused.set(goal, demand);
  }
  return {demands, refused};
}

type Solution = {readonly solved: Solved; readonly result: ConfigResult};

/** Symbols may be selected past what they depend on by what no demand depends on: then that is to be avoided, too. */
const mostRounds = 5;

function solution(
  kernel: Recipe['kernel'],
  tree: KernelTree,
  base: ResolutionBase,
  solver: Solver,
  taken: readonly GoalDemand[],
): Solution {
  for (let round = 1; ; round++) {
    const solved = solver.solve(taken);
    if (!solved.solved) throw new Error('what is possible was not solved');
    // What nobody can set has no line.
    const settings = solved.settings.filter(({symbol}) => symbol.prompts.length > 0);
    const off = kernel.trim === 'least' ? settingsOff(tree, base, solver, taken, settings) : [];
    const result = olddefconfig(tree.model, overBase(tree, base, [...settings, ...off]));
    const unmet = [...unmetIn(result.evaluation, valuesOf(result.text))].filter(
      (one) => !base.unmet?.has(one),
    );
    if (unmet.length === 0 || solved.breaksDependencies || round === mostRounds) return {solved, result};
    for (const symbol of unmet) solver.limitSelectorsOf(symbol);
  }
}

/** What is resolved, once the evaluator has said of each goal that it is met. */
function judgedResult(
  goals: readonly Goal[],
  {solved, result: {text, warnings, evaluation}}: Solution,
  {taken, refused}: {taken: readonly GoalDemand[]; refused: ReadonlyMap<Goal, Diagnostic>},
): Resolved {
  const actual = valuesOf(text);
  const unmet = taken.filter(({goal, symbol}) => !isMet(goal, symbol, actual.get(goal.symbol)));
  if (unmet.length > 0) {
    const why = unmet.map(({goal, values: [value]}) => unmetGoal(goal, value!, evaluation, goals));
    throw new KbuildError(exitCode.failed, ...why);
  }
  const demanded = new Set(taken.map(({symbol}) => symbol));
  const added = solved.settings.filter(({symbol, value}) => !demanded.has(symbol) && isAdded(symbol, value));
  return {
    configText: text,
    configDigest: digestOf(text),
    goals: goals.map((goal): ResolvedGoal => {
      const why = refused.get(goal);
      const given = {goal, met: why === undefined, actual: actual.get(goal.symbol) ?? 'n'};
      return why === undefined ? given : {...given, reason: why.message};
    }),
    added: added.map(({symbol, value, neededBy}) => ({
      symbol: symbol.displayName,
      value,
      neededBy: neededBy.map((demand) => demand.symbol.displayName),
    })),
    alternatives: solved.exchanges.map(({set, others}) => ({
      added: set.map(shownName),
      others: others.map((other) => other.map(shownName)),
    })),
    warnings,
  };
}

function shownName(symbol: ConfigSymbol): string {
  return symbol.name ?? `the choice "${symbol.prompts[0]?.text ?? ''}"`;
}

/** The other members of a choice are `n` by the one that is set. */
function isAdded(symbol: ConfigSymbol, value: string): boolean {
  return symbol.prompts.length > 0 && !(symbol.choice && value === 'n');
}

function besideOthers({goal: {symbol, value, place}}: GoalDemand): Diagnostic {
  const message = `${symbol} cannot be ${value} beside the goals that are no wishes`;
  return {severity: 'error', code: 'unmet-goal', message, place};
}
