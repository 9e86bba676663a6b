/** Goals that cannot be had together: which, because of which lines of Kconfig, and what would help. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {KconfigModel} from '../kconfig/index.ts';
import {explainContradiction, type KconfigLine, Solver} from '../solve/index.ts';
import {compareReleases} from './condition.ts';
import {demandOf, type GoalDemand} from './demands.ts';
import type {Elsewhere} from './elsewhere.ts';
import {formatPlace} from './goals.ts';

/** Lines beyond this are only counted: people read the first ones. */
const mostLines = 12;

/** One diagnostic for each set of goals that contradict one another; a goal is in one of them at most. */
export function contradictions(
  demands: readonly GoalDemand[],
  model: KconfigModel,
  solver: Solver,
  elsewhere?: Elsewhere,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  let rest = [...demands];
  for (let among = solver.conflictAmong(rest); among; among = solver.conflictAmong(rest)) {
    const core = smallest(among, model, solver);
    found.push(told(core, solver, elsewhere));
    rest = rest.filter((demand) => !core.goals.includes(demand));
  }
  return found;
}

type Core = {readonly goals: readonly GoalDemand[]; readonly lines: readonly KconfigLine[]};

function smallest(among: readonly GoalDemand[], model: KconfigModel, solver: Solver): Core {
  const explained = explainContradiction(model, among);
  if (explained) {
    const goals = among.filter((demand) => explained.demands.includes(demand));
    return {goals, lines: explained.lines};
  }
  let goals = among;
  for (const demand of among) {
    const others = goals.filter((other) => other !== demand);
    if (!solver.isPossible(others)) goals = others;
  }
  return {goals, lines: []};
}

function told({goals, lines}: Core, solver: Solver, elsewhere: Elsewhere | undefined): Diagnostic {
  const [first, ...others] = goals;
  const {goal} = first!;
  const beside = others.map(
    ({goal: other}) => `${other.symbol}: ${other.value} (${formatPlace(other.place)})`,
  );
  const what = [
    `${goal.symbol} cannot be ${goal.value}`,
    ...(beside.length === 0 ? [] : [beside.join(' and ')]),
  ];
  const wanted = goal.why === undefined ? '' : `; wanted for: ${goal.why}`;
  const ways = [...waysOut(goals, solver), ...(elsewhere ? whereHad(goals, elsewhere) : [])];
  return {
    severity: 'error',
    code: beside.length === 0 ? 'unmet-goal' : 'contradiction',
    message: `${what.join(' beside ')}${reasons(lines)}${wanted}`,
    place: goal.place,
    ...(ways.length === 0 ? {} : {hint: ways.join(', or ')}),
  };
}

function reasons(lines: readonly KconfigLine[]): string {
  const shown = lines.slice(0, mostLines).map(({text, place}) => `${text} (${place.file}:${place.line})`);
  if (lines.length > mostLines) shown.push(`and ${lines.length - mostLines} more lines`);
  if (shown.length < 2) return shown.map((line) => `: ${line}`).join('');
  return `:${shown.map((line) => `\n  ${line}`).join('')}`;
}

/** What can be changed of goals that contradict one another so that the others are met. */
function waysOut(goals: readonly GoalDemand[], solver: Solver): readonly string[] {
  if (goals.length < 2) return [];
  return goals.flatMap((demand) => {
    const {goal, symbol, values} = demand;
    const others = goals.filter((other) => other !== demand);
    const possible = (symbol.type === 'tristate' ? ['y', 'm'] : []).filter(
      (value) => !values.includes(value) && solver.isPossible([...others, {symbol, values: [value]}]),
    );
    return [
      ...possible.map((value) => `make ${goal.symbol} ${value}`),
      `take ${goal.symbol}: ${goal.value} out`,
    ];
  });
}

/** Where all of the goals can be had that cannot be had together here. */
function whereHad(demands: readonly GoalDemand[], {release, arch, others}: Elsewhere): readonly string[] {
  return others().flatMap((other) => {
    const isNewer = other.arch === arch && compareReleases(other.release, release) > 0;
    const isOtherArchitecture = other.arch !== arch && other.release === release;
    if ((!isNewer && !isOtherArchitecture) || !hasAll(demands, other.model)) return [];
    return [isNewer ? `take Linux ${other.release}` : `build for ${other.arch}`];
  });
}

function hasAll(demands: readonly GoalDemand[], model: KconfigModel): boolean {
  const base = new Map<string, string>();
  const there = demands.map(({goal}) => demandOf(goal, model, base));
  const possible = there.filter((demand) => 'goal' in demand);
  return possible.length === demands.length && new Solver(model, {values: base}).isPossible(possible);
}
