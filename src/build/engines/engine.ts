/** What the three engines have in common: a step becomes an argv, and something that ends what the argv started. */

import {captureStep, runStep, type StepOptions, type StepResult} from '../../base/process.ts';
import {type ContainerStep, type EngineName, type Mount, sourceDateEpoch} from '../container.ts';

/** How an engine runs one step. */
export type Launch = {
  readonly argv: readonly string[];
  /**
   * Ends the container where ending the argv's processes does not, and only then; once called, also where this
   * process ends before it has. Never throws.
   */
  readonly end?: () => Promise<void>;
};

/** An engine over one root file system. */
export type Engine = {
  readonly name: EngineName;
  /** What of several ways of running was taken, for people: `runc, lower limits`. */
  readonly detail?: string;
  readonly launch: (step: ContainerStep) => Launch;
};

const baseEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/tmp',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  SOURCE_DATE_EPOCH: String(sourceDateEpoch),
};

/** The name every container's system goes by, so that it cannot get into what is built. */
export const hostName = 'kbuild';

/** The step's argv under its whole environment. Engines add variables of their own, each others: none is kept. */
export function commandOf(step: ContainerStep): readonly string[] {
  const variables = Object.entries({...baseEnvironment, ...step.environment});
  return ['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`), ...step.argv];
}

/**
 * The directories that need an empty file system before the mounts of a step go on: the root is read-only, so a
 * mount point `/in/zfs` can only be made where `/in` is not the root's.
 */
export function emptyParents(mounts: readonly Mount[]): readonly string[] {
  const targets = new Set(mounts.map(({target}) => target));
  const parents = mounts.map(({target}) => `/${target.split('/')[1] ?? ''}`);
  return [...new Set(parents)].filter((parent) => !targets.has(parent) && parent !== '/tmp').sort();
}

/** Outer mounts first: a mount hides what was mounted below its target before it. */
export function inMountOrder(mounts: readonly Mount[]): readonly Mount[] {
  return [...mounts].sort((a, b) => a.target.split('/').length - b.target.split('/').length);
}

/** Runs a step to its end, or to the end of its container where it is cancelled or takes too long. */
export function runIn(engine: Engine, step: ContainerStep): Promise<StepResult> {
  return supervise(engine, step, (argv, options) =>
    runStep(argv, {
      ...options,
      ...(step.logPath === undefined ? {} : {logPath: step.logPath}),
      ...(step.onLine === undefined ? {} : {onLine: step.onLine}),
    }),
  );
}

/** As `runIn`, with what the step wrote. */
export function captureIn(
  engine: Engine,
  step: ContainerStep,
): Promise<StepResult & {readonly stdout: string; readonly stderr: string}> {
  return supervise(engine, step, captureStep);
}

async function supervise<Result extends StepResult>(
  engine: Engine,
  step: ContainerStep,
  run: (argv: readonly string[], options: StepOptions) => Promise<Result>,
): Promise<Result> {
  const launch = engine.launch(step);
  const end = (): void => void launch.end?.();
  step.signal?.addEventListener('abort', end, {once: true});
  try {
    const result = await run(launch.argv, {
      ...(step.input === undefined ? {} : {input: step.input}),
      ...(step.timeoutMs === undefined ? {} : {timeoutMs: step.timeoutMs}),
      ...(step.signal === undefined ? {} : {signal: step.signal}),
    });
    // Once more: at the abort the container may not have been made yet.
    if (result.outcome === 'cancelled' || result.outcome === 'timed-out') await launch.end?.();
    return {...result, argv: step.argv};
  } finally {
    step.signal?.removeEventListener('abort', end);
  }
}
