/**
 * From a configuration back to a recipe: the smallest set of goals that gives it, over the recipe's base and its parts. What a
 * recipe says already and still holds stays as it is.
 */

import {type Diagnostic, failure, KbuildError} from '../base/diagnostic.ts';
import {
  type ConfigSymbol,
  compareConfigurations,
  type Evaluation,
  isLogical,
  type KconfigModel,
  loadConfig,
  savedefconfig,
} from '../kconfig/index.ts';
import type {KernelTree} from './base-config.ts';
import {composeRecipe} from './compose.ts';
import {holds, type Target} from './condition.ts';
import {valuesOf} from './config-text.ts';
import type {GoalChange} from './goal-lines.ts';
import {isMet} from './met.ts';
import type {ConditionalGoal, Goal, WrittenRecipe} from './recipe.ts';
import {Resolver} from './resolve.ts';

export type WrittenGoals = {
  /** What has to become of the goals in the recipe's own file. */
  readonly changes: readonly GoalChange[];
  /** Goals of its parts that its own goals overrule by that. */
  readonly overruled: readonly Goal[];
};

/**
 * The goals by which a recipe, resolved on a kernel, comes to be this .config to the byte: none of those that are new or
 * changed can be left out. Of a goal that no longer holds, as little as that takes is changed: it is taken out, or gets another
 * value.
 * @throws KbuildError (1) where no goals of its own make a recipe what is wanted, with the reason
 */
export function writtenGoals(
  written: WrittenRecipe,
  target: Target,
  tree: KernelTree,
  wanted: string,
): WrittenGoals {
  const recipe = new OwnGoals(written, target, tree, wanted);
  let candidates = recipe.overruling();
  let resolved = recipe.resolve(candidates);
  for (let round = 0; resolved !== wanted; round++) {
    const more = recipe.differing(resolved, round > 0).filter((symbol) => !candidates.includes(symbol));
    if (more.length === 0 || round === mostRounds) throw recipe.unreachable(resolved);
    candidates = [...candidates, ...more];
    resolved = recipe.resolve(candidates);
  }
  return recipe.writtenAs(recipe.fewest(recipe.inOrder(candidates)));
}

/** A goal that is missed shows others: what came into sight by it. */
const mostRounds = 8;

/** The recipe with one goal after another of what is wanted. */
class OwnGoals {
  readonly #written: WrittenRecipe;
  readonly #target: Target;
  readonly #model: KconfigModel;
  readonly #wanted: string;
  readonly #values: ReadonlyMap<string, string>;
  readonly #evaluation: Evaluation;
  readonly #resolver: Resolver;
  readonly #composed: readonly Goal[];
  /** Goals of the file that no longer hold: they are out, or candidates take their place. */
  readonly #untrue: ReadonlySet<string>;

  constructor(written: WrittenRecipe, target: Target, tree: KernelTree, wanted: string) {
    this.#written = written;
    this.#target = target;
    this.#model = tree.model;
    this.#wanted = wanted;
    this.#values = valuesOf(wanted);
    this.#evaluation = userValues(tree.model, wanted);
    const recipe = composeRecipe(written, target);
    this.#composed = recipe.goals;
    this.#resolver = new Resolver(recipe.kernel, tree);
    const own = written.own.goals.filter(({when}) => holds(when, target));
    this.#untrue = new Set(own.flatMap(({goal}) => (this.#holds(goal) ? [] : [goal.symbol])));
  }

  #holds(goal: Goal): boolean {
    const symbol = this.#model.find(goal.symbol);
    // What this kernel does not have is told of when the recipe is read again.
    return symbol === undefined || isMet(goal, symbol, this.#values.get(goal.symbol));
  }

  /** Symbols that cannot be left to what the recipe says of them: goals that have to hold, and do not. */
  overruling(): readonly ConfigSymbol[] {
    const faults: Diagnostic[] = [];
    const symbols = this.#composed.flatMap((goal): readonly ConfigSymbol[] => {
      const symbol = this.#model.find(goal.symbol);
      if (symbol === undefined || goal.optional || this.#holds(goal)) return [];
      const value = this.#valueOf(symbol);
      if (value !== undefined) return [symbol];
      if (!this.#untrue.has(goal.symbol)) faults.push(notOverruled(goal));
      return [];
    });
    if (faults.length > 0) throw new KbuildError(1, ...faults);
    return [...new Set(symbols)];
  }

  /** The .config that comes of the recipe with goals for these symbols. */
  resolve(symbols: readonly ConfigSymbol[]): string {
    const names = new Set(symbols.map(({displayName}) => displayName));
    const isGone = ({goal}: ConditionalGoal) => this.#untrue.has(goal.symbol) || names.has(goal.symbol);
    const kept = this.#written.own.goals.filter((one) => !isGone(one) || !holds(one.when, this.#target));
    const added = symbols.map((symbol) => ({goal: this.#goalOf(symbol), when: {}}));
    const own = {...this.#written.own, goals: [...kept, ...added]};
    return this.#resolver.resolve(composeRecipe({...this.#written, own}, this.#target).goals).configText;
  }

  #goalOf(symbol: ConfigSymbol): Goal {
    const {name, own} = this.#written;
    const place = own.goals[0]?.goal.place ?? {file: name, text: '', start: 0};
    return {symbol: symbol.displayName, value: this.#valueOf(symbol) ?? 'n', origin: name, place};
  }

  /** As a recipe says it; undefined where it can say nothing, since the symbol has no line. */
  #valueOf({displayName, type}: ConfigSymbol): string | undefined {
    const value = this.#values.get(displayName);
    if (isLogical(type)) return value ?? 'n';
    if (value === undefined || (value === '' && type !== 'string')) return undefined;
    return type === 'string' ? Buffer.from(value, 'latin1').toString('utf8') : value;
  }

  /** Symbols that a goal can bring to what is wanted: those that the user set otherwise, or all. */
  differing(resolved: string, all: boolean): readonly ConfigSymbol[] {
    const before = valuesOf(resolved);
    const differs = ({displayName}: ConfigSymbol) =>
      (before.get(displayName) ?? 'n') !== (this.#values.get(displayName) ?? 'n');
    const symbols = all
      ? this.#model.allSymbols
      : compareConfigurations(userValues(this.#model, resolved), this.#evaluation).map(({symbol}) => symbol);
    const settable = symbols.filter((symbol) => differs(symbol) && this.#isSettable(symbol));
    return settable.length > 0 || all ? settable : this.differing(resolved, true);
  }

  #isSettable(symbol: ConfigSymbol): boolean {
    if (symbol.kind !== 'config' || symbol.isChoice || symbol.prompts.length === 0) return false;
    const value = this.#valueOf(symbol);
    if (value === undefined || !this.#evaluation.isChangeable(symbol)) return false;
    // The member that is taken rules the others out.
    const members = symbol.choice?.members ?? [];
    return value !== 'n' || !members.some(({displayName}) => this.#values.get(displayName) === 'y');
  }

  /** Symbols others depend on first: what a goal needs by itself is left out sooner than the goal. */
  inOrder(symbols: readonly ConfigSymbol[]): readonly ConfigSymbol[] {
    const places = new Map(this.#model.dependencyOrder.symbols.map((symbol, place) => [symbol, place]));
    return [...symbols].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  }

  /** Without those that the others bring: halves are left out together where that can be. */
  fewest(symbols: readonly ConfigSymbol[], beside: readonly ConfigSymbol[] = []): readonly ConfigSymbol[] {
    if (symbols.length === 0 || this.#gives(beside)) return [];
    if (symbols.length === 1) return symbols;
    const middle = symbols.length >> 1;
    const later = symbols.slice(middle);
    const first = this.fewest(symbols.slice(0, middle), [...beside, ...later]);
    return [...first, ...this.fewest(later, [...beside, ...first])];
  }

  #gives(symbols: readonly ConfigSymbol[]): boolean {
    try {
      return this.resolve(symbols) === this.#wanted;
    } catch (error) {
      if (error instanceof KbuildError) return false;
      throw error;
    }
  }

  writtenAs(symbols: readonly ConfigSymbol[]): WrittenGoals {
    const names = new Set(symbols.map(({displayName}) => displayName));
    const elsewhere = this.#written.own.goals.filter(
      ({goal, when}) => names.has(goal.symbol) && !holds(when, this.#target),
    );
    if (elsewhere.length > 0) throw new KbuildError(1, ...elsewhere.map(({goal}) => saidElsewhere(goal)));
    const set = symbols.map((symbol) => ({symbol: symbol.displayName, value: this.#goalOf(symbol).value}));
    const out = [...this.#untrue].filter((symbol) => !names.has(symbol));
    const isOwn = (goal: Goal) => goal.origin === this.#written.name;
    return {
      changes: [...set, ...out.map((symbol) => ({symbol, value: undefined}))],
      overruled: this.#partGoals().filter(
        (goal) => names.has(goal.symbol) && !isOwn(goal) && !this.#holds(goal),
      ),
    };
  }

  #partGoals(): readonly Goal[] {
    return this.#written.parts
      .filter(({applies}) => applies.some((condition) => holds(condition, this.#target)))
      .flatMap(({goals}) => goals)
      .flatMap(({goal, when}) => (holds(when, this.#target) ? [goal] : []));
  }

  unreachable(resolved: string): KbuildError {
    const before = valuesOf(resolved);
    const names = [...new Set([...before.keys(), ...this.#values.keys()])].filter(
      (name) => before.get(name) !== this.#values.get(name),
    );
    const shown = names.slice(0, 3).map((name) => {
      return `${name} would be ${before.get(name) ?? 'absent'}, not ${this.#values.get(name) ?? 'absent'}`;
    });
    const more = names.length > 3 ? `, and ${names.length - 3} more` : '';
    const {name} = this.#written;
    return failure('no-goals', `no goals make this configuration of ${name}: ${shown.join(', ')}${more}`, {
      hint: 'save it as a .config, which can be the base of a recipe',
    });
  }
}

/** A .config of which only that counts as the user's which the defaults would not give. */
function userValues(model: KconfigModel, text: string): Evaluation {
  return loadConfig(model, savedefconfig(model, text).text);
}

function saidElsewhere({symbol, place}: Goal): Diagnostic {
  return {
    severity: 'error',
    code: 'conditional-goal',
    message: `a goal for ${symbol} is needed, and the one there is counts for another architecture or kernel`,
    place,
    hint: `put it into a part that is used there, with its \`when\``,
  };
}

function notOverruled({symbol, value, origin, place}: Goal): Diagnostic {
  return {
    severity: 'error',
    code: 'part-goal',
    message: `${origin} wants ${symbol} to be ${value}, and what the configuration has instead cannot be a goal: it has no value`,
    place,
    hint: `take the goal out of ${origin}, or do not use it`,
  };
}
