/** The scripts of Kconfiglib, each from its values to other values (allnoconfig.py to listnewconfig.py, 14.1.0). */

import {letters} from './expression.ts';
import {kconfiglibLine} from './kconfiglib-config.ts';
import type {KconfiglibSymbol} from './kconfiglib-model.ts';
import {isLogical} from './kconfiglib-model.ts';
import type {KconfiglibValues} from './kconfiglib-values.ts';

export type KconfiglibAll = 'allnoconfig' | 'allyesconfig' | 'allmodconfig' | 'alldefconfig';

/** Gives every symbol the value the mode is named for, in silence, whether it has a prompt or not. */
export function setAllKconfiglib(values: KconfiglibValues, mode: KconfiglibAll): void {
  values.warns = false;
  const {defined, choices} = values.model;
  for (const symbol of defined) {
    if (mode === 'allnoconfig') values.set(symbol, symbol.isAllnoconfigYes ? 2 : 0);
    else if (mode === 'allyesconfig') values.set(symbol, symbol.choice ? 1 : 2);
    else if (mode === 'allmodconfig') {
      if (symbol.type === 'tristate') values.set(symbol, 1);
      else if (symbol.type === 'bool' && !symbol.choice) values.set(symbol, 2);
    }
  }
  if (mode === 'allyesconfig') for (const choice of choices) values.setMode(choice, 2);
  if (mode === 'allmodconfig') {
    for (const choice of choices) values.setMode(choice, choice.type === 'bool' ? 2 : 1);
  }
  values.warns = true;
}

/** What a user could set and did not, each with its line (listnewconfig.py). */
export function newKconfiglibSymbols(
  values: KconfiglibValues,
): {readonly symbol: KconfiglibSymbol; readonly line: string}[] {
  const isNew = (symbol: KconfiglibSymbol): boolean => {
    if (values.state(symbol).user !== undefined) return false;
    if (values.assignable(symbol).length > 1) return true;
    const isText = symbol.type === 'int' || symbol.type === 'hex' || symbol.type === 'string';
    return values.visibility(symbol) !== 0 && (isText || symbol.choice !== undefined);
  };
  const lineOf = (symbol: KconfiglibSymbol) =>
    isLogical(symbol)
      ? `${values.model.prefix}${symbol.name}=${letters[values.tristate(symbol)]}\n`
      : kconfiglibLine(values, symbol);
  return values.model.defined.filter(isNew).map((symbol) => ({symbol, line: lineOf(symbol)}));
}
