/** What a recipe asks for, among the values there are. */

import type {Change, ConfigSymbol, Session} from '../kconfig/index.ts';
import {isMet} from '../recipe/met.ts';
import type {Goal} from '../recipe/recipe.ts';
import type {Row} from './screen.ts';

export class Goals {
  readonly all: readonly Goal[];
  readonly #session: Session;
  readonly #byName: ReadonlyMap<string, Goal>;

  constructor(session: Session, goals: readonly Goal[]) {
    this.all = goals;
    this.#session = session;
    this.#byName = new Map(goals.map((goal) => [goal.symbol, goal]));
  }

  /** What is asked for at a symbol; at a choice, what is asked for of its members. */
  at(symbol: ConfigSymbol): Row['goal'] {
    if (this.#byName.size === 0) return undefined;
    const asked = this.#asked(symbol) ?? symbol.members.find((member) => this.#asked(member)?.value === 'y');
    if (!asked) return undefined;
    if (!('nodes' in asked)) return {value: asked.value, isMet: this.#isMet(asked, symbol)};
    return {value: asked.displayName, isMet: this.#isMet(this.#asked(asked)!, asked)};
  }

  /** The goals that were met before these changes, and are not now. */
  unmetBy(changes: readonly Change[]): readonly Goal[] {
    return changes.flatMap(({symbol, before}) => {
      const goal = this.#asked(symbol);
      if (!goal || this.#isMet(goal, symbol)) return [];
      return isMet(goal, symbol, before.written ? before.value : undefined) ? [goal] : [];
    });
  }

  #asked({name}: ConfigSymbol): Goal | undefined {
    return name === undefined ? undefined : this.#byName.get(name);
  }

  #isMet(goal: Goal, symbol: ConfigSymbol): boolean {
    const session = this.#session;
    return isMet(goal, symbol, session.isWritten(symbol) ? session.value(symbol) : undefined);
  }
}
