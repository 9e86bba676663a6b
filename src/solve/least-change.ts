/**
 * The fewest of many wishes that have to be given up: core-guided MaxSAT (Narodytska, Bacchus: Maximum Satisfiability Using
 * Core-Guided MaxSAT Resolution, 2014). A core is a set of wishes that cannot all be had; one of it is given up, and the rest goes on
 * as fewer, weaker wishes.
 */

import {type Assumptions, type Literal, negation, type SatSolver} from './sat.ts';

/** Wishes of which one has to be given up, and the demands because of which. */
export type Core = {readonly wishes: readonly Literal[]; readonly demands: readonly Literal[]};

export type FewestFound = {
  readonly solved: true;
  readonly cores: readonly Core[];
  /** What holds together of all solutions that give up as few: assume it to find the others. */
  readonly rest: readonly Literal[];
};

export type Fewest =
  | FewestFound
  /** Demands that contradict one another. */
  | {readonly solved: false; readonly demands: readonly Literal[]};

/**
 * Finds a solution that has all demands and as many of the wishes as any: it is the solver's, afterwards. `cores` tell
 * why each that is missing is; there are as many as wishes were given up.
 *
 * @param demands in groups, as the solver takes them
 * @param before what was found of the same demands and other wishes, which count on
 */
export function fewestGivenUp(
  solver: SatSolver,
  demands: readonly Assumptions[],
  wishes: readonly Literal[],
  before?: FewestFound,
): Fewest {
  const cores: Core[] = [...(before?.cores ?? [])];
  const open = new Set([...(before?.rest ?? []), ...wishes]);
  const demanded = new Set(demands.flat());
  for (;;) {
    dropDecided(solver, demands, open, cores);
    const answer = solver.solve(...demands, [...open]);
    if (answer.satisfiable) return {solved: true, cores, rest: [...open]};
    const core = shorten(solver, demands, answer.conflict, demanded);
    if (core.wishes.length === 0) return {solved: false, demands: core.demands};
    cores.push(core);
    for (const wish of core.wishes) open.delete(wish);
    for (const weaker of weakened(solver, core.wishes)) open.add(weaker);
  }
}

/**
 * Leaves out what the demands alone, without search, decide. Wishes that they exclude are given up; the reason of each is found when
 * it is asked for.
 */
function dropDecided(
  solver: SatSolver,
  demands: readonly Assumptions[],
  open: Set<Literal>,
  cores: Core[],
): void {
  const isImplied = solver.implied(...demands);
  if (!isImplied) return;
  for (const wish of open) {
    const isExcluded = isImplied(negation(wish));
    if (isExcluded) cores.push({wishes: [wish], demands: []});
    if (isExcluded || isImplied(wish)) open.delete(wish);
  }
}

/** A core with less in it, by asking again for what it names. */
function shorten(
  solver: SatSolver,
  demands: readonly Assumptions[],
  conflict: readonly Literal[],
  demanded: ReadonlySet<Literal>,
): Core {
  const coreOf = (literals: readonly Literal[]): Core => ({
    wishes: literals.filter((literal) => !demanded.has(literal)),
    demands: literals.filter((literal) => demanded.has(literal)),
  });
  let best = coreOf(conflict);
  for (let round = 0; round < 4; round++) {
    // One wish is as few as can be, unless the demands contradict one another.
    if (round > 0 && best.wishes.length === 1) break;
    // Those that were decided last are the ones a conflict is blamed on: so the order is turned around.
    const answer = solver.solve(...demands, [...best.wishes].reverse());
    const isShorter =
      !answer.satisfiable && answer.conflict.length < best.wishes.length + best.demands.length;
    if (!isShorter) break;
    best = coreOf(answer.conflict);
  }
  return best;
}

/** What is left to wish once one of the wishes of a core is given up: that no second one is. */
function weakened(solver: SatSolver, wishes: readonly Literal[]): readonly Literal[] {
  const weaker: Literal[] = [];
  // Whether any of those after the present one is given up.
  let given = negation(wishes.at(-1)!);
  for (let i = wishes.length - 2; i >= 0; i--) {
    const wish = wishes[i]!;
    const both = solver.newVariable(true);
    const not = negation(both);
    // `not both` is the wish that not this one and one of the others are given up.
    solver.addClause([both, wish, negation(given)]);
    solver.addClause([not, negation(wish)]);
    solver.addClause([not, given]);
    weaker.push(not);
    if (i === 0) break;
    const any = solver.newVariable(true);
    solver.addClause([negation(any), negation(wish), given]);
    solver.addClause([any, wish]);
    solver.addClause([any, negation(given)]);
    given = any;
  }
  return weaker;
}
