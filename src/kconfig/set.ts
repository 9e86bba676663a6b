/** Setting a symbol's value as a user of `conf` does (the sym_set functions of symbol.c, Linux 6.1). */

import {letters, type Tristate} from './expression.ts';
import {acceptsText} from './range.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import {setUserValue} from './user-value.ts';
import type {Evaluation} from './values.ts';

/** Whether the user can change what was calculated last (sym_is_changeable). */
export function isChangeable(evaluation: Evaluation, symbol: ConfigSymbol): boolean {
  if (symbol.isChoice && evaluation.model.dialect.choices === 'menus') return false;
  const {visibility, reverseDependency} = evaluation.state(symbol);
  return visibility > reverseDependency;
}

/** Whether a user may set a bool or tristate to `value` now (sym_tristate_within_range). */
export function allowsTristate(evaluation: Evaluation, symbol: ConfigSymbol, value: Tristate): boolean {
  const type = evaluation.effectiveType(symbol);
  const {visibility, reverseDependency, weakReverseDependency} = evaluation.state(symbol);
  const {imply} = evaluation.model.dialect;
  if (imply === 'unlimited' && weakReverseDependency === 2 && value === 1) return false;
  if (visibility === 0 || !isLogical(type)) return false;
  if ((type === 'bool' && value === 1) || visibility <= reverseDependency) return false;
  const isBound = evaluation.model.dialect.choices === 'symbols';
  if (isBound && symbol.choice && visibility === 2) return value === 2;
  return value >= reverseDependency && value <= visibility;
}

/** Sets a bool or tristate; false, and nothing is done, if the value is not allowed (sym_set_tristate_value). */
export function setTristate(evaluation: Evaluation, symbol: ConfigSymbol, value: Tristate): boolean {
  const changes = evaluation.state(symbol).tristate !== value;
  const isChecked = changes || evaluation.model.dialect.presentValue === 'checked';
  if (isChecked && !allowsTristate(evaluation, symbol, value)) return false;
  setUserValue(evaluation, symbol, letters[value]);
  if (changes) evaluation.invalidate();
  return true;
}

/** Sets a number or string; false, and nothing is done, if the text is no value (sym_set_string_value). */
export function setText(evaluation: Evaluation, symbol: ConfigSymbol, text: string): boolean {
  if (!acceptsText(evaluation, symbol, text)) return false;
  const before = evaluation.state(symbol).userText;
  setUserValue(evaluation, symbol, text);
  // A hex number without its prefix is always taken for another one.
  const same = before === text && evaluation.state(symbol).userText === text;
  if (!same) evaluation.invalidate();
  return true;
}

/** Makes a member the choice's, where a choice is a menu; all visible members are decided then (choice_set_value). */
export function setMember(evaluation: Evaluation, choice: ConfigSymbol, chosen: ConfigSymbol): void {
  const changes = choice.members.some((member) => {
    const {visibility, tristate} = evaluation.state(member);
    return visibility !== 0 && tristate !== (member === chosen ? 2 : 0);
  });
  setUserValue(evaluation, chosen, 'y');
  if (changes) evaluation.invalidate();
}
