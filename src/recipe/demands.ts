/** What a goal demands of a symbol of a kernel's Kconfig, and whether a symbol has what a goal wants. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {ConfigSymbol, KconfigModel} from '../kconfig/index.ts';
import type {Demand} from '../solve/index.ts';
import type {Elsewhere} from './elsewhere.ts';
import type {Goal} from './recipe.ts';
import {unknownSymbol, wrongType} from './unmet.ts';
import {wantedOf} from './wanted.ts';

export type GoalDemand = Demand & {readonly goal: Goal};

/**
 * The demand of a goal; a diagnostic where this kernel has no such symbol, or its type no such value.
 * @param base the values of the base: where either of `y or m` will do, what it has is kept; a module is the smaller kernel
 */
export function demandOf(
  goal: Goal,
  model: KconfigModel,
  base: ReadonlyMap<string, string>,
  elsewhere?: Elsewhere,
): GoalDemand | Diagnostic {
  const symbol = model.symbols.get(goal.symbol);
  if (symbol === undefined || symbol.nodes.length === 0) return unknownSymbol(goal, model, elsewhere);
  if (!fits(goal.value, symbol)) return wrongType(goal, symbol);
  if (symbol.type === 'string') return {goal, symbol, values: [asBytes(goal.value)]};
  const wanted = wantedOf(goal.value);
  const already = base.get(symbol.displayName);
  switch (wanted.kind) {
    case 'y or m':
      if (symbol.type === 'bool') return {goal, symbol, values: ['y']};
      return {goal, symbol, values: already === 'y' ? ['y', 'm'] : ['m', 'y']};
    case 'least': {
      const isEnough = isAtLeast(already, wanted.written, symbol);
      return {goal, symbol, values: isEnough ? [already!, wanted.written] : [wanted.written], atLeast: true};
    }
    case 'exactly':
      return {goal, symbol, values: [goal.value]};
  }
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

/** Whether the value in a .config is what the goal wants; a bool or tristate that has none is `n`. */
export function isMet({value}: Goal, symbol: ConfigSymbol, actual: string | undefined): boolean {
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
