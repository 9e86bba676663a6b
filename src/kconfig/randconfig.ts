/** `conf --randconfig` (conf_set_all_new_symbols and randomize_choice_values of conf.c, Linux 6.1). */

import type {Tristate} from './expression.ts';
import {preferLeast} from './member-order.ts';
import {parseSigned} from './numbers.ts';
import type {Random} from './random.ts';
import {type ConfigSymbol, isLogical, type MenuNode} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** In per cent: of a bool to be `y`, and of a tristate to be `y` or `m`. */
export type Probability = {readonly bool: number; readonly yes: number; readonly mod: number};

/** What KCONFIG_PROBABILITY says: one to three numbers between colons; undefined if it is out of range. */
export function readProbability(text = ''): Probability | undefined {
  const given: number[] = [];
  for (let rest = text; rest !== '' && given.length < 3; ) {
    const {value, end} = parseSigned(rest, 10);
    const percent = Number(BigInt.asIntN(32, value));
    if (percent < 0 || percent > 100) return undefined;
    given.push(percent);
    // What is no number counts as 0, and is read once more.
    rest = rest.slice(rest[end] === ':' ? end + 1 : end);
  }
  const [first, second, third] = given;
  if (first === undefined) return {bool: 50, yes: 33, mod: 33};
  const probability =
    second === undefined
      ? {bool: first, yes: first - Math.floor(first / 2), mod: Math.floor(first / 2)}
      : third === undefined
        ? {bool: first + second, yes: first, mod: second}
        : {bool: first, yes: second, mod: third};
  return probability.yes + probability.mod > 100 ? undefined : probability;
}

/** Gives new symbols random values. */
export function randomize(evaluation: Evaluation, random: Random, probability: Probability): void {
  if (evaluation.model.dialect.newSymbols === 'menu') randomizeAlongMenu(evaluation, random, probability);
  else while (randomizeByHash(evaluation, random, probability));
}

function draw({type}: ConfigSymbol, random: Random, probability: Probability): Tristate {
  const drawn = random.next() % 100;
  if (type === 'bool') return drawn < probability.bool ? 2 : 0;
  return drawn < probability.yes ? 2 : drawn < probability.yes + probability.mod ? 1 : 0;
}

/** Linux 6.12 and 7.2: once, and whatever KCONFIG_ALLCONFIG says of members comes first. */
function randomizeAlongMenu(evaluation: Evaluation, random: Random, probability: Probability): void {
  for (const node of evaluation.model.nodes()) {
    const {symbol} = node;
    if (!symbol || !node.prompt || symbol.choice || evaluation.state(symbol).hasUser) continue;
    if (!isLogical(symbol.type)) continue;
    // A constant's list of its choice's members was never made empty (symbol.c), so that `config y` passes for a member.
    if (symbol.kind === 'constant') continue;
    if (symbol.isChoice) {
      orderMembers(evaluation, node, symbol, random);
      continue;
    }
    evaluation.state(symbol).userTristate = draw(symbol, random, probability);
    evaluation.state(symbol).hasUser = true;
  }
  evaluation.invalidate();
}

/**
 * Wants all members that have no value, in a random order: the first that is visible is the choice's
 * (randomize_choice_values). A member with several entries counts as often, until it has a value: then some of the numbers
 * that are drawn are nobody's.
 */
function orderMembers(evaluation: Evaluation, node: MenuNode, choice: ConfigSymbol, random: Random): void {
  const entries = Array.from(node.entriesBelow(), ({symbol}) => symbol).filter(
    (symbol) => symbol !== undefined,
  );
  const undecided = () => entries.filter((member) => !evaluation.state(member).hasUser);
  for (let count = undecided().length; count > 0; count--) {
    const member = undecided()[random.next() % count];
    if (!member) continue;
    evaluation.state(member).userTristate = 2;
    evaluation.state(member).hasUser = true;
    preferLeast(evaluation, choice, member);
  }
}

/** Up to Linux 6.1: again and again, since a value may make other symbols new. */
function randomizeByHash(evaluation: Evaluation, random: Random, probability: Probability): boolean {
  const {hashOrder} = evaluation.model;
  let changed = false;
  for (const symbol of hashOrder) {
    const state = evaluation.state(symbol);
    if (state.hasUser || state.valid || !isLogical(symbol.type)) continue;
    changed = true;
    state.userTristate = draw(symbol, random, probability);
    if (!symbol.isChoice) state.hasUser = true;
  }
  evaluation.invalidate();
  for (const symbol of hashOrder) {
    if (!symbol.isChoice || evaluation.state(symbol).hasUser) continue;
    const isYes = evaluation.calculate(symbol).tristate === 2;
    if (evaluation.model.dialect.randomRounds === 'last-choice') changed = isYes;
    if (!isYes) continue;
    drawMember(evaluation, symbol, random);
    changed = true;
  }
  return changed;
}

function drawMember(evaluation: Evaluation, choice: ConfigSymbol, random: Random): void {
  const drawn = choice.members[random.next() % choice.members.length];
  const choiceState = evaluation.state(choice);
  for (const member of choice.members) {
    const state = evaluation.state(member);
    state.userTristate = member === drawn ? 2 : 0;
    state.hasUser = true;
    state.valid = false;
  }
  choiceState.userMember = drawn;
  choiceState.hasUser = true;
  choiceState.valid = false;
}
