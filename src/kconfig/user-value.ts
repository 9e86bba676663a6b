/** What the user gives a symbol, and when it is taken (symbol.c, Linux 5.10 to 7.2). Nothing is calculated here. */

import type {Tristate} from './expression.ts';
import {prefer, unprefer} from './member-order.ts';
import {acceptsText} from './range.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** The first letter decides, as everywhere in the C tool: `yes` is `y`. */
function tristateOf(text: string): Tristate | undefined {
  const value = 'nmy'.indexOf((text[0] ?? ' ').toLowerCase());
  return value < 0 ? undefined : (value as Tristate);
}

/** sym_tristate_within_range, and what sym_set_tristate_value says of the value the symbol has already. */
function acceptsTristate(evaluation: Evaluation, symbol: ConfigSymbol, value: Tristate): boolean {
  const {tristate, visibility, reverseDependency, weakReverseDependency} = evaluation.state(symbol);
  const {choices, imply, presentValue} = evaluation.model.dialect;
  if (value === tristate && presentValue === 'taken') return true;
  if (imply === 'unlimited' && weakReverseDependency === 2 && value === 1) return false;
  const isBool = evaluation.effectiveType(symbol) === 'bool';
  if (visibility <= reverseDependency || (isBool && value === 1)) return false;
  // Where a choice is a menu, a member may be said not to be the one.
  if (symbol.choice && visibility === 2 && choices === 'symbols') return value === 2;
  return value >= reverseDependency && value <= visibility;
}

/**
 * Whether a user may give the symbol this value now. A number or a text may be given to an invisible symbol, too: it
 * waits until the symbol is visible.
 */
export function acceptsUserValue(evaluation: Evaluation, symbol: ConfigSymbol, text: string): boolean {
  if (!isLogical(symbol.type)) return acceptsText(evaluation, symbol, text);
  const value = tristateOf(text);
  return value !== undefined && acceptsTristate(evaluation, symbol, value);
}

/** Takes an acceptable value (sym_set_tristate_value, sym_set_string_value). */
export function setUserValue(evaluation: Evaluation, symbol: ConfigSymbol, text: string): void {
  evaluation.isSettled = false;
  const state = evaluation.state(symbol);
  state.hasUser = true;
  if (!isLogical(symbol.type)) {
    state.userText = symbol.type === 'hex' && !/^0[xX]/.test(text) ? `0x${text}` : text;
    return;
  }
  state.userTristate = tristateOf(text) ?? 0;
  if (symbol.choice && state.userTristate === 2) chooseMember(evaluation, symbol.choice, symbol);
}

/** The others count as set as well, so that the choice is not asked for again. */
function chooseMember(evaluation: Evaluation, choice: ConfigSymbol, member: ConfigSymbol): void {
  if (evaluation.model.dialect.choices === 'menus') {
    setMembers(evaluation, choice, member);
    return;
  }
  const choiceState = evaluation.state(choice);
  choiceState.userMember = member;
  choiceState.hasUser = true;
  for (const other of choice.members) {
    const state = evaluation.state(other);
    if (state.visibility !== 0) state.hasUser = true;
  }
}

/** What a choice that is a menu makes of it: every visible member is set, and the later one is preferred (choice_set_value). */
function setMembers(evaluation: Evaluation, choice: ConfigSymbol, chosen: ConfigSymbol): void {
  for (const member of choice.members) {
    const state = evaluation.state(member);
    if (state.visibility === 0) continue;
    state.userTristate = member === chosen ? 2 : 0;
    state.hasUser = true;
    prefer(evaluation, choice, member);
  }
}

/**
 * Takes the user's value away, as if .config had no line of the symbol; from a choice, the values of its members as well.
 * The C tool has no such function.
 */
export function forgetUserValue(evaluation: Evaluation, symbol: ConfigSymbol): void {
  evaluation.isSettled = false;
  const state = evaluation.state(symbol);
  state.hasUser = false;
  state.userTristate = 0;
  state.userText = undefined;
  state.userMember = undefined;
  for (const member of symbol.members) forgetUserValue(evaluation, member);
  if (symbol.choice && evaluation.model.dialect.choices === 'menus')
    unprefer(evaluation, symbol.choice, symbol);
  const choiceState = symbol.choice && evaluation.state(symbol.choice);
  if (choiceState?.userMember === symbol) choiceState.userMember = undefined;
}
