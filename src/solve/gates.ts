/** Conditions as literals: what is defined by other literals (Tseitin's transformation), constants folded. */

import {always, type Literal, negation, never, type SatSolver} from './sat.ts';

/** A tristate as two literals: at least `m`, and `y`, which implies it. */
export type Pair = {readonly m: Literal; readonly y: Literal};

export const pairNo: Pair = {m: never, y: never};
export const pairMod: Pair = {m: always, y: never};
export const pairYes: Pair = {m: always, y: always};

export class Gates {
  readonly solver: SatSolver;

  constructor(solver: SatSolver) {
    this.solver = solver;
  }

  /** A literal that is true where all the others are. */
  and(literals: readonly Literal[]): Literal {
    const operands = new Set<Literal>();
    for (const literal of literals) {
      if (literal === never || operands.has(negation(literal))) return never;
      if (literal !== always) operands.add(literal);
    }
    if (operands.size === 0) return always;
    const [first] = operands;
    if (operands.size === 1) return first!;
    const gate = this.solver.newVariable(true);
    const not = negation(gate);
    for (const operand of operands) this.solver.addClause([not, operand]);
    this.solver.addClause([gate, ...Array.from(operands, negation)]);
    return gate;
  }

  or(literals: readonly Literal[]): Literal {
    return negation(this.and(literals.map(negation)));
  }

  /** `then` where the condition holds, `otherwise` where it does not. */
  choose(condition: Literal, then: Literal, otherwise: Literal): Literal {
    if (then === otherwise) return then;
    return this.or([this.and([condition, then]), this.and([negation(condition), otherwise])]);
  }

  andPair(pairs: readonly Pair[]): Pair {
    return this.#join(pairs, (literals) => this.and(literals));
  }

  orPair(pairs: readonly Pair[]): Pair {
    return this.#join(pairs, (literals) => this.or(literals));
  }

  /** `m` becomes `n` and `n` becomes `y`, as `!` has it. */
  notPair({m, y}: Pair): Pair {
    return {m: negation(y), y: negation(m)};
  }

  choosePair(condition: Literal, then: Pair, otherwise: Pair): Pair {
    const m = this.choose(condition, then.m, otherwise.m);
    if (then.m === then.y && otherwise.m === otherwise.y) return {m, y: m};
    return {m, y: this.choose(condition, then.y, otherwise.y)};
  }

  /** Each of the literals, but only where none before it is true. */
  first(literals: readonly Literal[]): readonly Literal[] {
    let none: Literal = always;
    return literals.map((literal) => {
      const first = this.and([none, literal]);
      none = this.and([none, negation(literal)]);
      return first;
    });
  }

  /** At most one of the literals is true. */
  atMostOne(literals: readonly Literal[]): void {
    let any: Literal = never;
    for (const literal of literals) {
      this.solver.addClause([negation(any), negation(literal)]);
      any = this.or([any, literal]);
    }
  }

  #join(pairs: readonly Pair[], join: (literals: readonly Literal[]) => Literal): Pair {
    const m = join(pairs.map((pair) => pair.m));
    const isBool = pairs.every((pair) => pair.m === pair.y);
    return {m, y: isBool ? m : join(pairs.map((pair) => pair.y))};
  }
}
