/** From a recipe to a complete .config in which every goal is met, or to the list of those that are not. */

import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {digestOf} from '../base/digest.ts';
import {type ConfigSymbol, formatConfigLine, mergeFragments, olddefconfig} from '../kconfig/index.ts';
import {baseConfig, type KernelTree} from './base-config.ts';
import {valuesOf} from './config-text.ts';
import type {Goal, Recipe} from './recipe.ts';
import {unknownSymbol, unmetGoal, wrongType} from './unmet.ts';

export type ResolvedGoal = {
  readonly goal: Goal;
  readonly met: boolean;
  /** The value in the final .config; `n` where it has none. */
  readonly actual: string;
  /** Why it is not met. */
  readonly reason?: string;
};

export type Resolved = {
  readonly configText: string;
  readonly configDigest: string;
  readonly goals: readonly ResolvedGoal[];
  readonly warnings: readonly Diagnostic[];
};

/**
 * Resolves a recipe against a kernel's Kconfig.
 * @throws KbuildError with every goal that is not met: exit 2 where one names a symbol this kernel does not have,
 *   or a value its type does not have, else exit 1
 */
export function resolveRecipe(recipe: Recipe, tree: KernelTree): Resolved {
  const {model} = tree;
  const wrong: Diagnostic[] = [];
  const settable: {readonly goal: Goal; readonly symbol: ConfigSymbol}[] = [];
  for (const goal of recipe.goals) {
    const symbol = model.symbols.get(goal.symbol);
    if (symbol === undefined || symbol.nodes.length === 0) wrong.push(unknownSymbol(goal, model));
    else if (!fits(goal.value, symbol)) wrong.push(wrongType(goal, symbol));
    else settable.push({goal, symbol});
  }
  const base = baseConfig(recipe.kernel.base, tree);
  const before = valuesOf(base);
  const asked = settable.map(({goal, symbol}) => ({goal, symbol, value: valueToSet(goal, symbol, before)}));
  const lines = [...displacedMembers(asked), ...asked].map(({symbol, value}) =>
    formatConfigLine(model, symbol, value),
  );
  const merged = mergeFragments(base, [`${lines.join('\n')}\n`], model.prefix);
  const {text, warnings, evaluation} = olddefconfig(model, merged);
  const after = valuesOf(text);
  const goals: ResolvedGoal[] = [];
  const unmet: Diagnostic[] = [];
  for (const {goal, symbol, value} of asked) {
    const actual = after.get(goal.symbol);
    if (isMet(goal, symbol, actual)) goals.push({goal, met: true, actual: actual ?? 'n'});
    else unmet.push(unmetGoal(goal, value, evaluation, recipe.goals));
  }
  if (wrong.length > 0) throw new KbuildError(exitCode.badInput, ...wrong, ...unmet);
  if (unmet.length > 0) throw new KbuildError(exitCode.failed, ...unmet);
  return {configText: text, configDigest: digestOf(text), goals, warnings};
}

/** Whether a symbol of this type can have the value at all (sym_string_valid, symbol.c; hex without 0x too). */
function fits(value: string, {type}: ConfigSymbol): boolean {
  switch (type) {
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
  if (value !== 'y or m') return value;
  const already = before.get(symbol.displayName);
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

function isMet({value}: Goal, {type}: ConfigSymbol, actual: string | undefined): boolean {
  switch (type) {
    case 'bool':
    case 'tristate':
      if (value === 'y or m') return actual === 'y' || actual === 'm';
      return (actual ?? 'n') === value;
    case 'hex':
      return actual !== undefined && BigInt(withPrefix(actual)) === BigInt(withPrefix(value));
    default:
      return actual === asBytes(value);
  }
}

function withPrefix(hex: string): string {
  return /^0x/i.test(hex) ? hex : `0x${hex}`;
}

/** Kernel trees are read and written as Latin-1, which keeps every byte; so a text has to be its UTF-8 bytes. */
function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
