/** Which member of a choice that is a menu comes first: the one the user set last (choice_members of struct menu, Linux 6.12). */

import type {ConfigSymbol} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** The members, the one the user set last in front. */
export function memberOrder(evaluation: Evaluation, choice: ConfigSymbol): readonly ConfigSymbol[] {
  return evaluation.state(choice).memberOrder ?? [...new Set(choice.members)];
}

/** Gives a member the highest priority in its choice. */
export function prefer(evaluation: Evaluation, choice: ConfigSymbol, member: ConfigSymbol): void {
  const order = memberOrder(evaluation, choice);
  if (order[0] === member) return;
  evaluation.state(choice).memberOrder = [member, ...order.filter((other) => other !== member)];
}

/** Gives a member the lowest priority in its choice. */
export function preferLeast(evaluation: Evaluation, choice: ConfigSymbol, member: ConfigSymbol): void {
  const others = memberOrder(evaluation, choice).filter((other) => other !== member);
  evaluation.state(choice).memberOrder = [...others, member];
}

/** Takes a member's priority away: what the user did not set stands at the end, as declared. */
export function unprefer(evaluation: Evaluation, choice: ConfigSymbol, member: ConfigSymbol): void {
  const isSet = (other: ConfigSymbol) => other !== member && evaluation.state(other).hasUser;
  const rest = choice.members.filter((other) => !isSet(other));
  const order = memberOrder(evaluation, choice).filter(isSet);
  evaluation.state(choice).memberOrder = [...order, ...new Set(rest)];
}
