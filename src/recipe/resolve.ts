/** From a recipe to a complete .config in which every goal is met, or to the list of those that are not. */

import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {digestOf} from '../base/digest.ts';
import {type ConfigSymbol, formatConfigLine, mergeFragments, olddefconfig} from '../kconfig/index.ts';
import {baseConfig, type KernelTree} from './base-config.ts';
import {valuesOf} from './config-text.ts';
import type {Goal, Recipe} from './recipe.ts';
import {unknownSymbol, unmetGoal, wrongType} from './unmet.ts';
import {implies, wantedOf} from './wanted.ts';

export type ResolvedGoal = {
  readonly goal: Goal;
  readonly met: boolean;
  /** The value in the final .config; `n` where it has none. */
  readonly actual: string;
  /** Why a wish is not met; other goals are. */
  readonly reason?: string;
};

export type Resolved = {
  readonly configText: string;
  readonly configDigest: string;
  readonly goals: readonly ResolvedGoal[];
  readonly warnings: readonly Diagnostic[];
};

/**
 * Resolves a recipe against a kernel's Kconfig. Wishes that cannot be met beside the other goals are not met in what it
 * gives, each with the reason.
 * @throws KbuildError with every goal that is not met: exit 2 where one names a symbol this kernel does not have,
 *   or a value its type does not have, else exit 1
 */
export function resolveRecipe(recipe: Recipe, tree: KernelTree): Resolved {
  const base = baseConfig(recipe.kernel.base, tree);
  const notTaken = new Map(contradicted(recipe.goals).map((wish) => [wish, besideOthers(wish)]));
  for (;;) {
    const goals = recipe.goals.filter((goal) => !notTaken.has(goal));
    const {text, warnings, actual, unmet} = tryGoals(goals, base, tree);
    const wishes = [...unmet].filter(([{optional}]) => optional);
    for (const [goal, why] of wishes) notTaken.set(goal, why);
    const wrong = [...unmet].flatMap(([{optional}, why]) => (optional ? [] : [why]));
    if (wishes.length > 0) continue;
    // What a wish has brought about may be all that is wrong.
    const last = wrong.length === 0 ? undefined : goals.findLast(({optional}) => optional);
    if (last !== undefined) {
      notTaken.set(last, besideOthers(last));
      continue;
    }
    if (wrong.length > 0) {
      const isInput = wrong.some(({code}) => code === 'unknown-symbol' || code === 'wrong-type');
      throw new KbuildError(isInput ? exitCode.badInput : exitCode.failed, ...wrong);
    }
    const resolved = recipe.goals.map((goal): ResolvedGoal => {
      const why = notTaken.get(goal);
      const given = actual.get(goal.symbol) ?? 'n';
      return {
        goal,
        met: why === undefined,
        actual: given,
        ...(why === undefined ? {} : {reason: why.message}),
      };
    });
    return {configText: text, configDigest: digestOf(text), goals: resolved, warnings};
  }
}

/** Wishes for what a goal rules out. */
function contradicted(goals: readonly Goal[]): readonly Goal[] {
  const firm = new Map(goals.flatMap((goal) => (goal.optional ? [] : [[goal.symbol, goal.value]])));
  return goals.filter(({symbol, value, optional}) => {
    const other = firm.get(symbol);
    return optional && other !== undefined && !implies(value, other) && !implies(other, value);
  });
}

function besideOthers({symbol, value, place}: Goal): Diagnostic {
  const message = `${symbol} cannot be ${value} beside the goals that are no wishes`;
  return {severity: 'error', code: 'unmet-goal', message, place};
}

type Tried = {
  readonly text: string;
  readonly warnings: readonly Diagnostic[];
  readonly actual: ReadonlyMap<string, string>;
  /** What keeps goals from being met. */
  readonly unmet: ReadonlyMap<Goal, Diagnostic>;
};

/** The configuration that comes of setting the symbols of all these goals. */
function tryGoals(goals: readonly Goal[], base: string, {model}: KernelTree): Tried {
  const unmet = new Map<Goal, Diagnostic>();
  const settable: {readonly goal: Goal; readonly symbol: ConfigSymbol}[] = [];
  for (const goal of goals) {
    const symbol = model.symbols.get(goal.symbol);
    if (symbol === undefined || symbol.nodes.length === 0) unmet.set(goal, unknownSymbol(goal, model));
    else if (!fits(goal.value, symbol)) unmet.set(goal, wrongType(goal, symbol));
    else settable.push({goal, symbol});
  }
  const before = valuesOf(base);
  const asked = settable.map(({goal, symbol}) => ({goal, symbol, value: valueToSet(goal, symbol, before)}));
  const lines = [...displacedMembers(asked), ...asked].map(({symbol, value}) =>
    formatConfigLine(model, symbol, value),
  );
  const merged = mergeFragments(base, [`${lines.join('\n')}\n`], model.prefix);
  const {text, warnings, evaluation} = olddefconfig(model, merged);
  const actual = valuesOf(text);
  for (const {goal, symbol, value} of asked) {
    if (isMet(goal, symbol, actual.get(goal.symbol))) continue;
    unmet.set(goal, unmetGoal(goal, value, evaluation, goals));
  }
  return {text, warnings, actual, unmet};
}

/** Whether a symbol of this type can have the value at all (sym_string_valid, symbol.c; hex without 0x too). */
function fits(value: string, symbol: ConfigSymbol): boolean {
  const wanted = wantedOf(value);
  if (wanted.kind === 'least' && symbol.type !== 'string') return fits(wanted.written, symbol);
  switch (symbol.type) {
    case 'bool':
      return ['y', 'n', 'y or m'].includes(value);
    case 'tristate':
      return ['y', 'm', 'n', 'y or m'].includes(value);
    case 'int':
      return /^-?(?:0|[1-9][0-9]*)$/.test(value);
    case 'hex':
      return /^(?:0[xX])?[0-9a-fA-F]+$/.test(value);
    case 'string':
      return true;
    case 'unknown':
      return false;
  }
}

/** Where either will do, what the base has is kept; a module is the smaller kernel. */
function valueToSet({value}: Goal, symbol: ConfigSymbol, before: ReadonlyMap<string, string>): string {
  if (symbol.type === 'string') return asBytes(value);
  const wanted = wantedOf(value);
  const already = before.get(symbol.displayName);
  if (wanted.kind === 'exactly') return value;
  if (wanted.kind === 'least') {
    return isAtLeast(already, wanted.written, symbol) ? already! : wanted.written;
  }
  if (already === 'y' || already === 'm') return already;
  return symbol.type === 'tristate' ? 'm' : 'y';
}

type Asked = {readonly symbol: ConfigSymbol; readonly value: string};

/** The other members of the choices that goals decide: what the base says of them is taken back. */
function displacedMembers(asked: readonly Asked[]): readonly Asked[] {
  const named = new Set(asked.map(({symbol}) => symbol));
  const choices = asked.filter(({value}) => value === 'y').map(({symbol}) => symbol.choice);
  return [...new Set(choices)]
    .flatMap((choice) => choice?.members ?? [])
    .filter((member) => !named.has(member))
    .map((symbol) => ({symbol, value: 'n'}));
}

function isMet({value}: Goal, symbol: ConfigSymbol, actual: string | undefined): boolean {
  const wanted = wantedOf(value);
  switch (symbol.type) {
    case 'bool':
    case 'tristate':
      if (wanted.kind === 'y or m') return actual === 'y' || actual === 'm';
      return (actual ?? 'n') === value;
    case 'int':
    case 'hex':
      if (wanted.kind === 'least') return isAtLeast(actual, wanted.written, symbol);
      return isAtLeast(actual, value, symbol) && isAtLeast(value, actual!, symbol);
    default:
      return actual === asBytes(value);
  }
}

/** A number that is set nowhere and has no default is an empty text. */
function isAtLeast(actual: string | undefined, least: string, symbol: ConfigSymbol): boolean {
  return actual !== undefined && actual !== '' && numberOf(actual, symbol) >= numberOf(least, symbol);
}

/** Of a hex symbol the digits are hexadecimal, with or without 0x. */
function numberOf(text: string, {type}: ConfigSymbol): bigint {
  return BigInt(type === 'hex' && !/^0x/i.test(text) ? `0x${text}` : text);
}

/** Kernel trees are read and written as Latin-1, which keeps every byte; so a text has to be its UTF-8 bytes. */
function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
