/**
 * Machines that stay up: the kbuild that started them keeps them, and does for others, by a unix socket, what they want run
 * there. So one process alone speaks on a machine's serial line, however many ask.
 *
 * A question and its answer are a line of JSON each. The socket is in a folder that only its owner can enter.
 */

import {mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import {createConnection, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout} from 'node:timers/promises';
import {failure} from '../base/diagnostic.ts';
import {replaceFile} from '../base/replace-file.ts';
import type {Machine} from './machine.ts';
import {patience} from './scenarios/machines.ts';
import type {ShellResult} from './shell.ts';

export type HeldMachine = {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  readonly console: string;
};

/** What is written down of machines that are held. */
type Record = {
  readonly version: 1;
  readonly pid: number;
  readonly socket: string;
  readonly machines: readonly HeldMachine[];
};

type Question =
  | {readonly ask: 'run'; readonly machine: string; readonly command: string; readonly timeoutMs: number}
  | {readonly ask: 'stop'};
type Answer = Pick<ShellResult, 'status' | 'output'> | {readonly error: string};

/** Where a recipe's results are, its machines are written down. */
function recordPath(outDir: string): string {
  return join(outDir, 'machines', 'machines.json');
}

/** A timer waits no longer; a machine that is still up then is waited for anew. */
const longestMs = 2 ** 31 - 1;

/** A machine that is started again whenever its own system restarts it. */
class Held {
  readonly machine: Machine;
  #up: Promise<unknown> = Promise.resolve();
  /** Ends with the last command that was asked for. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(machine: Machine, signal: AbortSignal) {
    this.machine = machine;
    void this.#keepUp(signal);
  }

  async #keepUp(signal: AbortSignal): Promise<void> {
    for (;;) {
      const isOff = await this.machine.untilOff(longestMs);
      if (signal.aborted || (isOff && !this.machine.hasRestarted)) return;
      if (!isOff) continue;
      const started = this.machine.start();
      // Who asks next is told of a fault.
      this.#up = started.then(async () => this.machine.untilUp(patience));
      const [start] = await Promise.allSettled([started, this.#up]);
      // Nor would it start the next time.
      if (start.status === 'rejected') return;
    }
  }

  /**
   * After what was asked for before, and as soon as the machine is up: both count as a part of the time that it may take.
   * What has not begun by then is not run: who asked was told that the machine does not answer.
   */
  async run(command: string, timeoutMs: number): Promise<ShellResult> {
    const mine = this.#runAfter(this.#turn, command, timeoutMs);
    this.#turn = Promise.allSettled([this.#turn, mine]);
    return mine;
  }

  async #runAfter(turn: Promise<unknown>, command: string, timeoutMs: number): Promise<ShellResult> {
    const asked = performance.now();
    let state = 'busy with an earlier command';
    const free = turn.then(async () => {
      state = 'starting';
      await this.#up;
    });
    const tooLate = new AbortController();
    const late = setTimeout(timeoutMs, 'late', {signal: tooLate.signal}).catch(() => undefined);
    const first = await Promise.race([free, late]).finally(() => tooLate.abort());
    if (first === 'late') throw new Error(`it is still ${state} after ${timeoutMs / 1000} s`);
    return this.machine.run(command, {timeoutMs: timeoutMs - (performance.now() - asked)});
  }
}

/**
 * Holds machines until somebody asks to stop them, or `signal`; one that restarts comes back. `ready` is told of them as soon as they can be asked.
 * @throws the reason of `signal`
 */
export async function holdMachines(
  machines: readonly Machine[],
  {
    outDir,
    signal,
    ready,
  }: {outDir: string; signal: AbortSignal; ready: (held: readonly HeldMachine[]) => void},
): Promise<void> {
  const base = tmpdir();
  const dir = await mkdtemp(join(Buffer.byteLength(base) > 60 ? '/tmp' : base, 'kbuild-held-'));
  const socket = join(dir, 'machines');
  const record: Record = {
    version: 1,
    pid: process.pid,
    socket,
    machines: machines.map(({name, spec, logs}) => ({
      name,
      role: spec.role,
      address: spec.address,
      console: logs.console,
    })),
  };
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const over = new AbortController();
  const held = machines.map((machine) => new Held(machine, over.signal));
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.on('error', () => undefined);
    caller.on('close', () => callers.delete(caller));
    createInterface({input: caller}).on('line', (line) => void answerTo(line, held, caller, stop));
  });
  signal.addEventListener('abort', stop, {once: true});
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    await mkdir(join(outDir, 'machines'), {recursive: true});
    await replaceFile(recordPath(outDir), `${JSON.stringify(record, null, 2)}\n`);
    ready(record.machines);
    if (!signal.aborted) await stopped;
  } finally {
    over.abort();
    signal.removeEventListener('abort', stop);
    await rm(recordPath(outDir), {force: true});
    for (const caller of callers) caller.destroy();
    server.close();
    await rm(dir, {recursive: true, force: true});
  }
  signal.throwIfAborted();
}

async function answerTo(
  line: string,
  held: readonly Held[],
  caller: Socket,
  stop: () => void,
): Promise<void> {
  const say = (answer: Answer): void => void (caller.writable && caller.write(`${JSON.stringify(answer)}\n`));
  try {
    const question = JSON.parse(line) as Question;
    if (question.ask === 'stop') {
      stop();
      return;
    }
    const asked = held.find(({machine}) => machine.name === question.machine);
    if (asked === undefined) {
      say({error: `there is no machine ${question.machine}`});
      return;
    }
    const {status, output} = await asked.run(question.command, question.timeoutMs);
    say({status, output});
  } catch (error) {
    say({error: (error as Error).message});
  }
}

/** Machines that another kbuild holds. */
export type HeldMachines = {
  readonly machines: readonly HeldMachine[];
  /**
   * Runs a command of the POSIX shell as root.
   * @throws KbuildError (1) where the machine does not answer
   */
  readonly run: (
    machine: string,
    command: string,
    options: {readonly timeoutMs: number; readonly signal: AbortSignal},
  ) => Promise<Pick<ShellResult, 'status' | 'output'>>;
  /** Has their power cut, and gives when they are gone. */
  readonly stop: () => Promise<void>;
};

/** The machines that are held for the results in `outDir`; undefined where there are none. */
export async function findHeld(outDir: string): Promise<HeldMachines | undefined> {
  const text = await readFile(recordPath(outDir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const {socket, machines} = JSON.parse(text) as Record;
  // What was killed has left its record behind, and answers no more.
  const first = await call(socket).catch(() => undefined);
  if (first === undefined) return undefined;
  first.destroy();
  return {
    machines,
    run: async (machine, command, {timeoutMs, signal}) => {
      const question: Question = {ask: 'run', machine, command, timeoutMs};
      const answer = await asked(socket, question, signal, timeoutMs + graceMs);
      if (answer === undefined) throw failure('machine-gone', `the kbuild that holds ${machine} has ended`);
      if ('error' in answer) throw failure('machine-silent', answer.error);
      return answer;
    },
    stop: async () => void (await asked(socket, {ask: 'stop'}, new AbortController().signal)),
  };
}

function call(socket: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const line = createConnection(socket, () => resolve(line));
    line.once('error', reject);
  });
}

/** What the kbuild that holds machines may take beyond their own time: it says itself what they are waited for. */
const graceMs = 1000;

/** The answer to a question, waited for without end if `silenceMs` is 0; undefined where the line was closed without one. */
async function asked(
  socket: string,
  question: Question,
  signal: AbortSignal,
  silenceMs = 0,
): Promise<Answer | undefined> {
  const line = await call(socket);
  const hangUp = (): void => void line.destroy();
  signal.addEventListener('abort', hangUp, {once: true});
  try {
    line.on('error', () => undefined);
    line.write(`${JSON.stringify(question)}\n`);
    return await new Promise((resolve) => {
      line.setTimeout(silenceMs, () => resolve({error: `no answer in ${silenceMs / 1000} s`}));
      createInterface({input: line}).once('line', (text) => resolve(JSON.parse(text) as Answer));
      line.once('close', () => resolve(undefined));
    });
  } finally {
    signal.removeEventListener('abort', hangUp);
    line.destroy();
    signal.throwIfAborted();
  }
}
