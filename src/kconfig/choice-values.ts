/** The values of choices and their members (symbol.c, Linux 6.1 to 7.2). */

import {chooseMember} from './choice.ts';
import {memberOrder} from './member-order.ts';
import type {ConfigSymbol} from './symbol.ts';
import type {SymbolState} from './symbol-state.ts';
import type {Evaluation} from './values.ts';
import type {Visibility} from './visibility.ts';

/** Decides the choices of one evaluation. */
export class ChoiceValues {
  readonly #evaluation: Evaluation;
  readonly #visibility: Visibility;

  constructor(evaluation: Evaluation, visibility: Visibility) {
    this.#evaluation = evaluation;
    this.#visibility = visibility;
  }

  /**
   * sym_calc_choice, where a choice is a symbol: the member that is `y`. Returns whether that changed what counts as set by
   * the user: a choice does as long as all its visible members do.
   */
  decide(choice: ConfigSymbol, state: SymbolState): boolean {
    const evaluation = this.#evaluation;
    let allSet = state.hasUser;
    for (const member of choice.members) {
      const memberState = evaluation.state(member);
      this.#visibility.calculate(member, memberState);
      if (memberState.visibility !== 0) allSet &&= memberState.hasUser;
    }
    const isChanged = state.hasUser !== allSet;
    state.hasUser = allSet;
    const chosen = state.userMember;
    if (chosen && evaluation.state(chosen).visibility !== 0) {
      state.member = chosen;
    } else {
      state.member = this.defaultMember(choice);
      if (!state.member) state.tristate = 0;
    }
    return isChanged;
  }

  /** What follows the calculation of a choice that is a symbol: its members are written with it. */
  finish(choice: ConfigSymbol, state: SymbolState): void {
    for (const member of choice.members) {
      const memberState = this.#evaluation.state(member);
      if (state.write && memberState.visibility !== 0) memberState.write = true;
    }
    if (state.needsChoiceValues) this.setAllValues(choice);
  }

  /** The values of all visible members of a choice that is a menu; returns the one that is `y`. */
  calculateMembers(choice: ConfigSymbol): ConfigSymbol | undefined {
    const evaluation = this.#evaluation;
    if (evaluation.calculatesEveryMember) {
      for (const member of choice.members) this.#visibility.calculate(member, evaluation.state(member));
    }
    const chosen = this.#chosenInMenu(choice);
    for (const member of choice.members) {
      const state = evaluation.state(member);
      if (state.visibility === 0) continue;
      state.tristate = member === chosen ? 2 : 0;
      // The C tool has no text here, and a null pointer where a number takes its default from it.
      state.text = 'n';
      state.valid = true;
      state.write = true;
    }
    return chosen;
  }

  #chosenInMenu(choice: ConfigSymbol): ConfigSymbol | undefined {
    const evaluation = this.#evaluation;
    return chooseMember(choice, {
      byPriority: memberOrder(evaluation, choice),
      calculateVisibility: (member) => {
        const state = evaluation.state(member);
        this.#visibility.calculate(member, state);
        return state.visibility;
      },
      visibility: (member) => evaluation.state(member).visibility,
      userValue: (member) => {
        const {hasUser, userTristate} = evaluation.state(member);
        return hasUser ? userTristate : undefined;
      },
      choiceDefault: () => this.defaultMember(choice),
    });
  }

  /** sym_choice_default: the first visible default, otherwise the first visible member. */
  defaultMember(choice: ConfigSymbol): ConfigSymbol | undefined {
    const evaluation = this.#evaluation;
    for (const {condition, value} of choice.defaults) {
      if (evaluation.evaluate(condition) === 0 || value.kind !== 'symbol') continue;
      if (evaluation.state(value.symbol).visibility !== 0) return value.symbol;
    }
    return choice.members.find((member) => evaluation.state(member).visibility !== 0);
  }

  /** set_all_choice_values of confdata.c: members without a value of the user's count as set to `n`. */
  setAllValues(choice: ConfigSymbol): void {
    const evaluation = this.#evaluation;
    for (const member of choice.members) {
      const state = evaluation.state(member);
      if (!state.hasUser) state.userTristate = 0;
    }
    const state = evaluation.state(choice);
    state.hasUser = true;
    state.valid = false;
    state.needsChoiceValues = false;
  }
}
