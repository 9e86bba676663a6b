/** Machines for tests of scenarios: what a command answers is found by a pattern. */

import type {CheckResult} from '../../src/boot/report.ts';
import {type Guest, runChecks, type Scenario} from '../../src/boot/scenario.ts';

export type Answer = string | {readonly status: number; readonly output: string};
/** The first pattern that a command matches gives its answer; of what none matches, the shell says "not found". */
export type Answers = readonly (readonly [RegExp, Answer | ((...groups: string[]) => Answer)])[];

/** What every machine says that is up, and runs the kernel it should. */
const up: Answers = [
  [/^uname -r/, '6.1.192\n'],
  [/^gzip -dc/, 'abc  -\n'],
  [/list-units --failed/, ''],
];

/** Machines at 10.77.0.1 and on, in the order of their roles. */
export function machines(answers: Readonly<Record<string, Answers>>): (role: string) => Guest {
  const guests = new Map(
    Object.entries(answers).map(([role, own], index) => [role, machine(role, index, [...own, ...up])]),
  );
  return (role) => guests.get(role)!;
}

function machine(role: string, index: number, answers: Answers): Guest {
  return {
    spec: {
      name: role,
      role,
      boot: {kind: 'direct', direct: {kernel: '/none', append: ''}},
      memoryMiB: 1,
      cpus: 1,
      drives: [],
      address: `10.77.0.${index + 1}`,
      expected: {release: '6.1.192', configSha256: 'abc'},
    },
    start: async () => undefined,
    cutPower: async () => undefined,
    pullDrive: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => [],
    run: async (command) => {
      for (const [pattern, answer] of answers) {
        const [matched, ...groups] = pattern.exec(command) ?? [];
        if (matched === undefined) continue;
        const given = typeof answer === 'string' || 'status' in answer ? answer : answer(...groups);
        return {command, ...(typeof given === 'string' ? {status: 0, output: given} : given)};
      }
      return {command, status: 127, output: `${command}: not found\n`};
    },
  };
}

/** The names of checks that fail, with what they say, and how many are not run because of them. */
export async function outcome(
  scenario: Scenario,
  guest: (role: string) => Guest,
): Promise<{readonly failed: readonly string[]; readonly said: readonly string[]; readonly notRun: number}> {
  const results = await runChecks(scenario.checks(), guest, new AbortController().signal);
  const of = (wanted: CheckResult['outcome']): readonly CheckResult[] =>
    results.filter((result) => result.outcome === wanted);
  return {
    failed: of('failed').map(({name}) => name),
    said: of('failed').map(({evidence}) => evidence),
    notRun: of('not-run').length,
  };
}
