/** What a goal demands of a symbol of a kernel's Kconfig, and whether a symbol has what a goal wants. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {ConfigSymbol, KconfigModel} from '../kconfig/index.ts';
import type {Demand} from '../solve/index.ts';
import type {Elsewhere} from './elsewhere.ts';
import {asBytes, isAtLeast} from './met.ts';
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
