/** Scenarios: checks over machines. A check runs as soon as what it needs has passed. */

import {KbuildError} from '../base/diagnostic.ts';
import type {Values} from '../recipe/parameters.ts';
import type {Patience} from './machine.ts';
import type {CheckDetail, CheckResult} from './report.ts';
import type {ShellResult} from './shell.ts';
import type {Drive, MachineSpec} from './spec.ts';

/** What a scenario can do with a machine. */
export type Guest = {
  readonly spec: MachineSpec;
  readonly start: () => Promise<void>;
  readonly cutPower: () => Promise<void>;
  /** Pulls out the removable drive of that index, and gives once the machine has let go of it. With the power it is back. */
  readonly pullDrive: (index: number) => Promise<void>;
  readonly untilUp: (patience: Patience) => Promise<'running' | 'degraded'>;
  readonly run: (command: string, options?: {timeoutMs?: number}) => Promise<ShellResult>;
  readonly lastConsoleLines: (count: number) => readonly string[];
};

export type Check = {
  /** A plain word, unique in its scenario. */
  readonly id: string;
  /** The fact that is shown, as people read it. */
  readonly name: string;
  /** Checks that have to pass first. */
  readonly needs: readonly string[];
  /** Checks that have to be over first, whatever came of them. */
  readonly after?: readonly string[];
  /** The machines whose logs are shown when it fails, and the units of interest in them. */
  readonly concerns: Readonly<Record<string, readonly string[]>>;
  /** Shows the fact and gives the evidence in one line; throws what stands against it. */
  readonly show: (guest: (machine: string) => Guest) => Promise<string>;
};

/** One machine's use of another. */
export type Link = {
  /** The machine that asks. */
  readonly from: string;
  /** The machine that serves. */
  readonly to: string;
  /** What is served, and how: `NFS 4.2 over RDMA`. */
  readonly label: string;
};

export type Scenario = {
  readonly name: string;
  readonly summary: string;
  readonly roles: readonly string[];
  /** The machines of roles that do not have one of their own name: each is a copy of the role's image. */
  readonly machines?: Readonly<Record<string, readonly string[]>>;
  /** Drives that the machines of a role have in it, each its own, empty at its start. */
  readonly drives?: Readonly<Record<string, readonly Drive[]>>;
  /** Memory of a role's machines, where it is not `usualMemoryMiB`. */
  readonly memoryMiB?: Readonly<Record<string, number>>;
  /** What machines have of one another when all checks have passed. */
  readonly links: readonly Link[];
  /** Added to the kernel's command line of a machine, in the proof and nowhere else. */
  readonly commandLine?: (machine: string, addresses: Readonly<Record<string, string>>) => readonly string[];
  /** The one network of all machines, in words. */
  readonly network: string;
  /** The checks in the order of the report, made anew for each run: they may share what they have seen. */
  readonly checks: () => readonly Check[];
  /** What it is for a recipe with these parameters; absent where it looks at none. */
  readonly withParameters?: (values: Values) => Scenario;
};

export const usualMemoryMiB = 2048;

/** The machines that a proof has of a role. */
export function machinesOf(scenario: Scenario | undefined, role: string): readonly string[] {
  return scenario?.machines?.[role] ?? [role];
}

/** Thrown by a check whose fact does not hold. */
export class CheckFailure extends Error {
  readonly details: readonly CheckDetail[];

  constructor(message: string, ...details: CheckDetail[]) {
    super(message);
    this.name = 'CheckFailure';
    this.details = details;
  }
}

/** Runs a command that has to end with status 0, and gives what it wrote. */
export async function succeed(guest: Guest, command: string, timeoutMs = 120_000): Promise<string> {
  const result = await guest.run(command, {timeoutMs});
  if (result.status === 0) return result.output;
  throw new CheckFailure(
    `${guest.spec.name}: \`${command}\` ended with ${result.status}: ${lastLine(result.output)}`,
    commandDetail(guest, result),
  );
}

/** A command and its output, to be shown with a failure. */
export function commandDetail(guest: Guest, result: ShellResult): CheckDetail {
  return {title: `${guest.spec.name}# ${result.command}`, text: lastLines(result.output, 60)};
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function lastLine(text: string): string {
  return lastLines(text, 1).trim() || 'no output';
}

export type CheckObserver = (result: CheckResult, done: number, expected: number) => void;

/**
 * Runs the checks and gives their results in the checks' own order. What a check throws that is not a
 * failure (a `CheckFailure`, a `KbuildError` with exit 1) ends the run and is thrown on.
 */
export async function runChecks(
  checks: readonly Check[],
  guest: (machine: string) => Guest,
  signal: AbortSignal,
  observe: CheckObserver = () => undefined,
): Promise<readonly CheckResult[]> {
  const runs = new Map<string, Promise<CheckResult>>();
  let done = 0;
  for (const check of checks) {
    const before = (ids: readonly string[]): readonly Promise<CheckResult>[] =>
      ids.map((id) => {
        const run = runs.get(id);
        if (run === undefined) throw new TypeError(`${check.id} comes before ${id}`);
        return run;
      });
    const needs = before(check.needs);
    const after = before(check.after ?? []);
    const run = (async () => {
      const needed = await Promise.all(needs);
      await Promise.all(after);
      const result = await runCheck(check, needed, guest, signal);
      done += 1;
      observe(result, done, checks.length);
      return result;
    })();
    // The first failure is thrown by the `Promise.all` below; the others must not count as unhandled.
    run.catch(() => undefined);
    runs.set(check.id, run);
  }
  return Promise.all(runs.values());
}

async function runCheck(
  check: Check,
  needed: readonly CheckResult[],
  guest: (machine: string) => Guest,
  signal: AbortSignal,
): Promise<CheckResult> {
  const {name} = check;
  const missing = needed.find((result) => result.outcome !== 'passed');
  if (missing !== undefined) {
    const evidence = `it needs "${missing.name}"`;
    return {name, outcome: 'not-run', durationMs: 0, evidence};
  }
  const started = performance.now();
  const durationMs = (): number => Math.round(performance.now() - started);
  try {
    signal.throwIfAborted();
    const evidence = await check.show(guest);
    return {name, outcome: 'passed', durationMs: durationMs(), evidence};
  } catch (error) {
    signal.throwIfAborted();
    if (!isFailure(error)) throw error;
    const took = durationMs();
    const [evidence = '', ...rest] = error.message.split('\n');
    const own: CheckDetail[] = rest.length === 0 ? [] : [{title: evidence, text: rest.join('\n')}];
    if (error instanceof CheckFailure) own.push(...error.details);
    const details = [...own, ...(await gatherLogs(check, guest))];
    return {name, outcome: 'failed', durationMs: took, evidence, details};
  }
}

function isFailure(error: unknown): error is CheckFailure | KbuildError {
  if (error instanceof CheckFailure) return true;
  return error instanceof KbuildError && error.exit === 1;
}

/** The journal's warnings and the units' lines; the console where the machine does not answer any more. */
async function gatherLogs(check: Check, guest: (machine: string) => Guest): Promise<readonly CheckDetail[]> {
  const gathered = await Promise.all(
    Object.entries(check.concerns).map(async ([name, units]) => machineLogs(guest(name), units)),
  );
  return gathered.flat();
}

const logLines = 40;

async function machineLogs(guest: Guest, units: readonly string[]): Promise<readonly CheckDetail[]> {
  const commands = [
    `journalctl -b -p warning -n ${logLines} --no-pager -o short-monotonic`,
    ...units.map((unit) => `journalctl -b -u ${unit} -n ${logLines} --no-pager -o short-monotonic`),
  ];
  try {
    const details: CheckDetail[] = [];
    for (const command of commands) {
      details.push(commandDetail(guest, await guest.run(command, {timeoutMs: 60_000})));
    }
    return details;
  } catch {
    const text = guest.lastConsoleLines(logLines).join('\n');
    return [{title: `${guest.spec.name}: the last lines of its console`, text}];
  }
}
