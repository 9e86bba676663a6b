/** The smallest set of demands and lines that contradict one another. */

import type {ConfigSymbol, KconfigModel} from '../kconfig/index.ts';
import {type Demand, literalsOf} from './demand.ts';
import {type KconfigLine, LineEncoding} from './lines.ts';
import {type Literal, negation, SatSolver} from './sat.ts';

export type Contradiction = {
  readonly demands: readonly Demand[];
  /** Without any one of them, all the demands could be had; from the demands' symbols towards what they depend on. */
  readonly lines: readonly KconfigLine[];
};

/**
 * Which of the demands contradict one another, and by which lines of the model's files: as few as none can be left out.
 * Undefined if the lines alone do not show it.
 */
export function explainContradiction(
  model: KconfigModel,
  demands: readonly Demand[],
): Contradiction | undefined {
  const {solver, demanded, lines} = encoded(model, demands);
  const answer = solver.solve([...demanded.keys(), ...lines.keys()]);
  if (answer.satisfiable) return undefined;
  const core = withoutSpare(solver, answer.conflict);
  return {
    demands: core.flatMap((literal) => demanded.get(literal) ?? []),
    lines: core.flatMap((literal) => lines.get(literal) ?? []),
  };
}

/** Whether demands contradict one another by these lines alone: what a contradiction is checked with. */
export function areContradicted(model: KconfigModel, {demands, lines: wanted}: Contradiction): boolean {
  const {solver, demanded, lines} = encoded(model, demands);
  const key = ({text, place}: KconfigLine) => `${place.file}:${place.line}: ${text}`;
  const keys = new Set(wanted.map(key));
  const assumed = [...lines].flatMap(([literal, line]) => (keys.has(key(line)) ? [literal] : []));
  return !solver.solve([...demanded.keys(), ...assumed]).satisfiable;
}

function encoded(model: KconfigModel, demands: readonly Demand[]) {
  const wanted = (symbol: ConfigSymbol) =>
    demands.filter((one) => one.symbol === symbol).flatMap(({values}) => values);
  const solver = new SatSolver();
  const encoding = new LineEncoding(model, solver, wanted);
  const demanded = new Map<Literal, Demand>();
  for (const demand of demands) {
    const isDemanded = solver.newVariable();
    for (const literal of literalsOf(demand, encoding)) solver.addClause([negation(isDemanded), literal]);
    demanded.set(isDemanded, demand);
  }
  return {solver, demanded, lines: encoding.lines};
}

/** Leaves out one after the other what is not needed for the contradiction. */
function withoutSpare(solver: SatSolver, conflict: readonly Literal[]): readonly Literal[] {
  // In the order in which they were made: demands, then lines as they were met from the demands on.
  let core = [...conflict].sort((a, b) => a - b);
  for (const literal of [...core].reverse()) {
    if (!core.includes(literal)) continue;
    const answer = solver.solve(core.filter((other) => other !== literal));
    if (!answer.satisfiable) core = core.filter((other) => answer.conflict.includes(other));
  }
  return core;
}
