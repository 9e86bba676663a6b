/** KCONFIG_WARN_CHANGED_INPUT: what the user asked for and does not get (confdata.c, Linux 7.2). */

import {letters} from './expression.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** A value of the user's, and what became of it; both as they stand in .config, strings without quotes. */
export type ChangedInput = {readonly symbol: ConfigSymbol; readonly wanted: string; readonly value: string};

/** Every user value that is not the symbol's value, in the order of the menu (sym_user_value_changed). */
export function changedInput(evaluation: Evaluation): ChangedInput[] {
  const seen = new Set<ConfigSymbol>();
  const changed: ChangedInput[] = [];
  for (const {symbol} of evaluation.model.nodes()) {
    if (!symbol || symbol.isChoice || symbol.type === 'unknown' || seen.has(symbol)) continue;
    seen.add(symbol);
    const value = evaluation.value(symbol);
    const {hasUser, userTristate, userText} = evaluation.state(symbol);
    const wanted = isLogical(symbol.type) ? letters[userTristate] : (userText ?? '');
    if (hasUser && wanted !== value) changed.push({symbol, wanted, value});
  }
  return changed;
}

/** The warning the C tool prints where it writes a .config or a minimal one; '' if there is nothing to say. */
export function changedInputWarning(evaluation: Evaluation): string {
  const {prefix} = evaluation.model;
  const lines = changedInput(evaluation).map(
    ({symbol, wanted, value}) => `  ${prefix}${symbol.name}: ${wanted} -> ${value}\n`,
  );
  return lines.length > 0 ? `warning: user-provided values changed by Kconfig:\n${lines.join('')}` : '';
}
