/**
 * What two configurations of one tree differ in: what the user set, apart from what follows from that. One is made the
 * other step by step, and each step shows what it brings with it.
 */

import {explainUnmet} from './explain.ts';
import {letters, type Tristate} from './expression.ts';
import {Session} from './session.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import type {Evaluation} from './values.ts';
import {explainValue, type ValueStep} from './why.ts';

export type Difference = {
  readonly symbol: ConfigSymbol;
  /** `y`, `m`, `n`, a number or a text; a number that has no value is the empty text. */
  readonly before: string;
  readonly after: string;
};

/** A value that follows from what was set elsewhere. */
export type Consequence = Difference & {
  /** The line that gives the value now or, where it was taken away, what stands in the way or no longer holds. */
  readonly reason: string;
};

/** A value that the user set otherwise. */
export type DifferenceCause = Difference & {
  /** What the user set; undefined where the defaults decide. */
  readonly setBefore: string | undefined;
  readonly setAfter: string | undefined;
  /** What changed when this was set, and has its final value since then; in the order of the menu. */
  readonly consequences: readonly Consequence[];
};

/**
 * The differences of two configurations, which have to be evaluations of one model: each symbol whose value differs is a
 * cause or the consequence of one, once. Causes are in the order of the menu.
 *
 * Starting from `before`, what the user set otherwise in `after` is set or taken back, each after what it depends on. What
 * has its final value already when its turn comes is no cause. A value that takes several causes belongs to the last.
 */
export function compareConfigurations(before: Evaluation, after: Evaluation): readonly DifferenceCause[] {
  const session = new Session(before);
  /** By symbol: the step that changed its value last. */
  const changedBy = new Map<ConfigSymbol, Step>();
  let waiting = stepsBetween(before, after);
  for (let refused: Step[] = []; waiting.length > 0; waiting = refused) {
    refused = [];
    for (const step of waiting) {
      const changed = take(session, step);
      if (changed === undefined) refused.push(step);
      for (const symbol of changed ?? []) changedBy.set(symbol, step);
    }
    // What can never be set is found among the differences that no step explains.
    if (refused.length === waiting.length) break;
  }
  const causes = new Map<ConfigSymbol, DifferenceCause & {consequences: Consequence[]}>();
  const causeOf = (symbol: ConfigSymbol) => {
    const known = causes.get(symbol);
    if (known) return known;
    const values = {before: before.value(symbol), after: after.value(symbol)};
    const set = {setBefore: setValue(before, symbol), setAfter: setValue(after, symbol)};
    const cause = {symbol, ...values, ...set, consequences: []};
    causes.set(symbol, cause);
    return cause;
  };
  const order = menuOrder(before);
  for (const symbol of order) {
    if (before.value(symbol) === after.value(symbol)) continue;
    const step = changedBy.get(symbol);
    const cause = causeOf(step?.symbol ?? symbol);
    if (cause.symbol !== symbol) cause.consequences.push(consequence(before, after, symbol));
  }
  return order.flatMap((symbol) => causes.get(symbol) ?? []);
}

/** Something that the user set otherwise: `symbol` gets a value, or `forgotten` loses it. */
type Step = {
  readonly symbol: ConfigSymbol;
  readonly value: string | undefined;
  /** The symbol, or its choice. */
  readonly forgotten: ConfigSymbol;
};

/** What the user set otherwise, each after what it depends on. */
function stepsBetween(before: Evaluation, after: Evaluation): Step[] {
  return before.model.dependencyOrder.symbols.flatMap((symbol): Step[] => {
    if (symbol.choice || symbol.kind === 'constant') return [];
    if (symbol.isChoice) return choiceStep(before, after, symbol);
    const value = setValue(after, symbol);
    return setValue(before, symbol) === value ? [] : [{symbol, value, forgotten: symbol}];
  });
}

/** A choice is set by its member. */
function choiceStep(before: Evaluation, after: Evaluation, choice: ConfigSymbol): Step[] {
  const [was, is] = [before, after].map((evaluation) =>
    choice.members.find((member) => setValue(evaluation, member) === 'y'),
  );
  if (was === is) return [];
  return is
    ? [{symbol: is, value: 'y', forgotten: choice}]
    : [{symbol: was!, value: undefined, forgotten: choice}];
}

/** The symbols whose values the step changed; undefined if it cannot be taken yet. */
function take(session: Session, {symbol, value, forgotten}: Step): readonly ConfigSymbol[] | undefined {
  if (value === undefined) return valuesChanged(session.unset(forgotten));
  const result = session.set(symbol, value);
  return result.accepted ? valuesChanged(result.changes) : undefined;
}

function valuesChanged(changes: ReturnType<Session['unset']>): readonly ConfigSymbol[] {
  return changes.flatMap(({symbol, before, after}) => (before.value === after.value ? [] : [symbol]));
}

/** What the user gave the symbol, as far as it takes effect. */
function setValue(evaluation: Evaluation, symbol: ConfigSymbol): string | undefined {
  const {visibility} = evaluation.calculate(symbol);
  const {hasUser, userTristate, userText} = evaluation.state(symbol);
  if (!hasUser || visibility === 0) return undefined;
  if (!isLogical(symbol.type)) return userText;
  // All members count as set when one is: it is the one that decides.
  if (symbol.choice && evaluation.tristate(symbol) === 2)
    return isChosen(evaluation, symbol) ? 'y' : undefined;
  return letters[Math.min(userTristate, visibility) as Tristate];
}

/** Whether the user chose the member, and not the choice's default did. */
function isChosen(evaluation: Evaluation, member: ConfigSymbol): boolean {
  if (evaluation.model.dialect.choices === 'menus') return evaluation.state(member).userTristate === 2;
  return evaluation.state(member.choice!).userMember === member;
}

/** Every named symbol that is declared, in the order of the menu. */
function menuOrder(evaluation: Evaluation): readonly ConfigSymbol[] {
  const symbols = new Set<ConfigSymbol>();
  for (const {symbol} of evaluation.model.nodes()) {
    if (symbol?.name !== undefined && symbol.kind === 'config' && symbol.type !== 'unknown')
      symbols.add(symbol);
  }
  return [...symbols];
}

function consequence(before: Evaluation, after: Evaluation, symbol: ConfigSymbol): Consequence {
  const [from, to] = [before.value(symbol), after.value(symbol)];
  return {symbol, before: from, after: to, reason: reasonOf(before, after, symbol)};
}

function reasonOf(before: Evaluation, after: Evaluation, symbol: ConfigSymbol): string {
  const now = decisiveStep(after, symbol);
  if (now && now.source !== 'nothing') return stepText(now);
  const {cause, detail, blocking} = explainUnmet(after, symbol, before.value(symbol));
  if (cause === 'dependency' || cause === 'choice' || cause === 'modules') return detail;
  const last = decisiveStep(before, symbol);
  if (last?.source === 'default' && blocking.length > 0) {
    return `its default needs ${blocking.map(({expression, place}) => stepText({text: expression, place})).join(' and ')}`;
  }
  return last ? `no longer ${stepText(last)}` : detail;
}

/** What gave the value in the end; that `m` counts as `y` is no reason for people. */
function decisiveStep(evaluation: Evaluation, symbol: ConfigSymbol): ValueStep | undefined {
  return explainValue(evaluation, symbol).steps.findLast(({source}) => source !== 'type');
}

function stepText({text, place}: Pick<ValueStep, 'text' | 'place'>): string {
  return place ? `${text} (${place.file}:${place.line})` : text;
}
