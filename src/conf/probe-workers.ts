/**
 * A tree's commands, run side by side by a few shells that are given one after another. All is synchronous for the
 * parser, which asks for answers in the middle of a line: what a command writes goes to files, and is waited for.
 */

import type {ChildProcess} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {failure} from '../base/diagnostic.ts';

/** What a command wrote; of the output no more than the C tool reads. */
export type ProbeAnswer = {readonly output: string; readonly errors: string};

/** do_shell of preprocess.c reads no more than this, and closes the pipe. */
const mostOutput = 4096;
/** Commands given to one shell before the first of them is done. */
const mostWaiting = 3;

type Worker = {readonly process: ChildProcess; readonly given: number[]};

export class ProbeWorkers {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #numbers = new Map<string, number>();
  readonly #waiting: {readonly number: number; readonly command: string}[] = [];
  readonly #workers: Worker[] = [];
  #folder: string | undefined;
  readonly #most = process.getBuiltinModule('node:os').availableParallelism();
  readonly #clock = new Int32Array(new SharedArrayBuffer(4));

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** Begins to run a command, if it was not begun before. */
  begin(command: string): void {
    if (this.#numbers.has(command)) return;
    const number = this.#numbers.size;
    this.#numbers.set(command, number);
    this.#waiting.push({number, command});
    this.#give();
  }

  /** The answer of a command; it is begun if it was not. */
  answer(command: string): ProbeAnswer {
    this.begin(command);
    const number = this.#numbers.get(command)!;
    for (let turn = 1; !this.#isDone(number); turn++) {
      this.#give();
      // A moment, in which nothing else can happen in this thread.
      Atomics.wait(this.#clock, 0, 0, 1);
      if (turn % 500 === 0 && this.#workers.some(isDead)) {
        throw failure('probes-failed', 'a shell that ran the commands of the tree was ended');
      }
    }
    this.#give();
    return {output: this.#read(`${number}.out`), errors: this.#read(`${number}.err`)};
  }

  /** Ends the shells; what they still run comes to its end unseen. */
  end(): void {
    for (const {process} of this.#workers) process.stdin!.end();
    if (this.#folder !== undefined) rmSync(this.#folder, {recursive: true, force: true});
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder!, name), 'latin1');
  }

  #isDone(number: number): boolean {
    return existsSync(join(this.#folder!, `${number}.done`));
  }

  /** Gives what waits to shells that have little to do. */
  #give(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idleWorker();
      if (!worker) return;
      const {number, command} = this.#waiting.shift()!;
      worker.given.push(number);
      // Not in the background, where an interrupt from the terminal would not reach it.
      const at = (kind: string) => `"$1/${number}.${kind}"`;
      const run = `sh -c ${quoted(command)} 2>${at('err')} <&3 3<&- | head -c ${mostOutput} >${at('out')}`;
      worker.process.stdin!.write(Buffer.from(`${run}; : >${at('done')}\n`, 'latin1'));
    }
  }

  #idleWorker(): Worker | undefined {
    for (const worker of this.#workers) {
      while (worker.given.length > 0 && this.#isDone(worker.given[0]!)) worker.given.shift();
    }
    const [best] = this.#workers.toSorted((a, b) => a.given.length - b.given.length);
    if (best && best.given.length === 0) return best;
    if (this.#workers.length < this.#most) return this.#startWorker();
    return best && best.given.length < mostWaiting ? best : undefined;
  }

  #startWorker(): Worker {
    const {spawn} = process.getBuiltinModule('node:child_process');
    this.#folder ??= mkdtempSync(join(process.getBuiltinModule('node:os').tmpdir(), 'kbuild-probes-'));
    const child = spawn('/bin/sh', ['-s', this.#folder], {
      env: this.#environment,
      // A command has the standard input of this process, as it has with popen.
      stdio: ['pipe', 'ignore', 'ignore', 0],
    });
    child.on('error', () => undefined);
    child.stdin!.on('error', () => undefined);
    child.unref();
    const worker = {process: child, given: []};
    this.#workers.push(worker);
    return worker;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whether a shell ended, which its event would only tell once the parser is done (proc(5): state Z). */
function isDead({process: {pid}}: Worker): boolean {
  if (pid === undefined) return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z';
  } catch {
    return existsSync('/proc/self/stat');
  }
}
