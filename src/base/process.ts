/** The process runner: argv arrays only, output to a log, a whole process group ended on time-out or cancel. */

import {createWriteStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {createInterface} from 'node:readline';
import {finished} from 'node:stream/promises';

/** The same shape whether the step worked or not. */
export type StepResult = {
  readonly argv: readonly string[];
  readonly durationMs: number;
  readonly outcome: 'ok' | 'failed' | 'timed-out' | 'cancelled';
  /** Absent where the program could not be started or was ended by a signal. */
  readonly exitCode?: number;
  /** Why the program could not be started: `ENOENT`, `EACCES`, … */
  readonly startError?: string;
  readonly logPath?: string;
};

export type StepOptions = {
  readonly cwd?: string;
  /** The whole environment of the child; nothing is inherited unless `process.env` is spread in. */
  readonly environment?: Readonly<Record<string, string>>;
  /** stdout and stderr, interleaved, are appended here. */
  readonly logPath?: string;
  readonly onLine?: (line: string) => void;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

/** A child that ignores SIGTERM is killed this long after, inside the two seconds promised for Ctrl-C. */
const killAfterMs = 1000;

function startErrorOf(result: object): string | undefined {
  const cause = (result as {cause?: unknown}).cause;
  const code = (cause as {code?: unknown} | undefined)?.code;
  return typeof code === 'string' && code !== 'ABORT_ERR' ? code : undefined;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
}

/**
 * Ends a process group: SIGTERM, then SIGKILL for what is left of it. The child must have been started
 * `detached`, which makes it the leader of a group of its own.
 */
function endGroup(pid: number | undefined): NodeJS.Timeout {
  signalGroup(pid, 'SIGTERM');
  return setTimeout(() => signalGroup(pid, 'SIGKILL'), killAfterMs);
}

type Ended = {outcome: StepResult['outcome']; exitCode?: number; startError?: string; durationMs: number};

async function superviseChild(
  {child}: Awaited<ReturnType<typeof spawnChild>>,
  options: StepOptions,
): Promise<Ended> {
  const started = performance.now();
  let ending: 'timed-out' | 'cancelled' | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: 'timed-out' | 'cancelled'): void => {
    ending ??= why;
    killTimer ??= endGroup(child.pid);
  };
  const cancel = (): void => end('cancelled');
  if (options.signal?.aborted) cancel();
  options.signal?.addEventListener('abort', cancel, {once: true});
  const timer =
    options.timeoutMs === undefined ? undefined : setTimeout(() => end('timed-out'), options.timeoutMs);
  const result = await child;
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', cancel);
  if (ending !== undefined) {
    clearTimeout(killTimer);
    signalGroup(child.pid, 'SIGKILL');
  }
  const startError = startErrorOf(result);
  return {
    durationMs: performance.now() - started,
    outcome: ending ?? (result.failed ? 'failed' : 'ok'),
    ...(result.exitCode === undefined ? {} : {exitCode: result.exitCode}),
    ...(startError === undefined ? {} : {startError}),
  };
}

/** In an object, since what is returned by itself would be waited for. */
async function spawnChild(argv: readonly string[], options: StepOptions, buffer: boolean) {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError('argv is empty');
  // Its import takes a tenth of a second, which a run that starts nothing can spare.
  const {execa} = await import('execa');
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
    env: {...(options.environment ?? process.env)},
    extendEnv: false,
    reject: false,
    buffer,
    detached: true,
    cleanup: false,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? {stdin: 'ignore' as const} : {input: options.input}),
  });
  return {child};
}

/** Every group this process has started and not yet seen the end of, for a last resort at exit. */
const living = new Set<number>();
process.on('exit', () => {
  for (const pid of living) signalGroup(pid, 'SIGKILL');
});

function track(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  living.add(pid);
  return () => living.delete(pid);
}

/** Runs a program to its end; never throws for what the program does, only for an empty argv. */
export async function runStep(argv: readonly string[], options: StepOptions = {}): Promise<StepResult> {
  if (options.logPath !== undefined) await mkdir(dirname(options.logPath), {recursive: true});
  const started = await spawnChild(argv, options, false);
  const {child} = started;
  const untrack = track(child.pid);
  const log = options.logPath === undefined ? undefined : createWriteStream(options.logPath, {flags: 'a'});
  let logError: Error | undefined;
  log?.on('error', (error) => {
    logError = error;
  });
  // Each stream by itself: joined before they are cut into lines, one would come in the middle of the other's line.
  const readers = [child.stdout, child.stderr].map((input) => createInterface({input, crlfDelay: Infinity}));
  for (const reader of readers) {
    reader.on('line', (line) => {
      if (logError === undefined) log?.write(`${line}\n`);
      options.onLine?.(line);
    });
  }
  const ended = await superviseChild(started, options);
  untrack();
  for (const reader of readers) reader.close();
  log?.end();
  if (log !== undefined && logError === undefined) await finished(log).catch(() => undefined);
  return {argv, ...ended, ...(options.logPath === undefined ? {} : {logPath: options.logPath})};
}

/** As `runStep`, with what the program wrote. For short outputs: both are held in memory. */
export async function captureStep(
  argv: readonly string[],
  options: Omit<StepOptions, 'logPath' | 'onLine'> = {},
): Promise<StepResult & {readonly stdout: string; readonly stderr: string}> {
  const started = await spawnChild(argv, options, true);
  const {child} = started;
  const untrack = track(child.pid);
  const ended = await superviseChild(started, options);
  untrack();
  const result = await child;
  return {argv, ...ended, stdout: String(result.stdout ?? ''), stderr: String(result.stderr ?? '')};
}
