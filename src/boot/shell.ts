/**
 * A root shell on a serial line, spoken to by a program.
 *
 * The far end is an interactive shell on a tty: it echoes, prompts, may be busy, and other writers share its
 * line. So commands go to a second, non-interactive shell behind `cat`, each one's output is caught in a file
 * and sent back as one marked line of base64 with its digest. A line that was spoilt is asked for again from
 * that file; the command itself is never run twice. No marker stands in one piece in what is sent, so that
 * an echo cannot be taken for an answer.
 */

import {randomBytes} from 'node:crypto';
import type {Readable, Writable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {failure} from '../base/diagnostic.ts';
import {digestOf} from '../base/digest.ts';

/** What a command wrote (stdout and stderr as they came) and the status it ended with. */
export type ShellResult = {readonly command: string; readonly status: number; readonly output: string};

export type ShellOptions = {
  /** A directory on the far side for the outputs of commands. */
  readonly scratch?: string;
  /** Is told of every command and answer. */
  readonly transcript?: (text: string) => void;
  /** The wait for an answer to the first greeting; it grows from one to the next. */
  readonly greetingMs?: number;
};

const interrupt = '\x03';
const answerPattern = /@kbuild-done (\w+) (\d+) ([0-9a-f]{64}) +\S+ ([A-Za-z0-9+/=]*)$/;
const greetingPattern = /@kbuild-ready (\w+)$/;

/** A text as one word of the POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

type Waiting = {readonly accept: (line: string) => boolean; readonly fail: (error: Error) => void};

export class Shell {
  readonly #output: Writable;
  readonly #options: ShellOptions;
  readonly #waiting = new Set<Waiting>();
  #partial = '';
  #closed: Error | undefined;
  #ready = false;
  #greeted = false;
  #serial = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(input: Readable, output: Writable, options: ShellOptions = {}) {
    this.#output = output;
    this.#options = options;
    input.setEncoding('utf8');
    input.on('data', (text: string) => this.#take(text));
    const close = (): void => this.close(failure('shell-closed', 'the line to the shell was closed'));
    input.once('close', close);
    input.once('end', close);
    input.on('error', close);
    output.on('error', close);
  }

  /** Fails what is under way and everything after it. */
  close(error: Error): void {
    this.#closed ??= error;
    for (const waiting of this.#waiting) waiting.fail(this.#closed);
  }

  /** Waits until the far end answers, as long as `leftMs` gives something positive. */
  async open(leftMs: () => number): Promise<void> {
    await this.#inTurn(() => this.#greet(leftMs));
  }

  /**
   * Runs a command of the POSIX shell, after those before it. A command that does not end in time is
   * interrupted, as by Ctrl-C, before the next one.
   */
  async run(command: string, {timeoutMs = 60_000}: {timeoutMs?: number} = {}): Promise<ShellResult> {
    return this.#inTurn(async () => {
      const deadline = performance.now() + timeoutMs;
      if (!this.#ready) await this.#greet(() => deadline - performance.now());
      return this.#execute(command, timeoutMs);
    });
  }

  async #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #greet(leftMs: () => number): Promise<void> {
    // The same in each greeting: a slow answer to one before the last is an answer too.
    const nonce = randomBytes(6).toString('hex');
    let patienceMs = this.#options.greetingMs ?? 2000;
    while (leftMs() > 0) {
      // An interrupted line is thrown away by the tty: it cannot spoil the greeting.
      if (this.#greeted) this.#send(`${interrupt}\n`);
      this.#greeted = true;
      this.#send(greeting(nonce));
      const waitMs = Math.max(1, Math.min(patienceMs, leftMs()));
      const answer = await this.#line(
        (line) => greetingPattern.exec(line)?.[1] === nonce || undefined,
        waitMs,
      );
      if (answer !== undefined) {
        this.#ready = true;
        return;
      }
      patienceMs *= 1.5;
    }
    throw failure('shell-silent', 'the shell on the serial line does not answer');
  }

  async #execute(command: string, timeoutMs: number): Promise<ShellResult> {
    this.#serial += 1;
    const mark = `${this.#serial}x${randomBytes(3).toString('hex')}`;
    const file = `${this.#options.scratch ?? '/run'}/kbuild-shell-output`;
    const answer = ` printf '\\n@kb%s %s %s %s\\n' 'uild-done ${mark}' "$kbuild_status" "$(sha256sum <${file})" "$(base64 -w0 ${file})"\n`;
    const deadline = performance.now() + timeoutMs;
    this.#options.transcript?.(`$ ${command}\n`);
    this.#send(` (eval ${quoted(command)}) </dev/null >${file} 2>&1; kbuild_status=$?\n${answer}`);
    while (performance.now() < deadline) {
      const line = await this.#line(
        (text) => (text.includes(mark) && text.includes('@kbuild-done') ? text : undefined),
        deadline - performance.now(),
      );
      if (line === undefined) break;
      const result = readAnswer(line, mark, command);
      if (result !== undefined) {
        this.#options.transcript?.(`${result.output}[status ${result.status}]\n`);
        return result;
      }
      await delay(100);
      this.#send(answer);
    }
    this.#ready = false;
    this.#options.transcript?.(`[no answer in ${timeoutMs / 1000} s]\n`);
    throw failure('command-timed-out', `\`${command}\` did not end in ${Math.round(timeoutMs / 100) / 10} s`);
  }

  #send(text: string): void {
    if (this.#closed === undefined) this.#output.write(text);
  }

  #take(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) {
      const clean = line.replaceAll('\r', '');
      for (const waiting of this.#waiting) if (waiting.accept(clean)) break;
    }
  }

  /** The first line that `match` gives a value for; undefined when none came in time. */
  async #line<Value>(
    match: (line: string) => Value | undefined,
    timeoutMs: number,
  ): Promise<Value | undefined> {
    if (this.#closed !== undefined) throw this.#closed;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const timer = setTimeout(() => {
        end();
        resolve(undefined);
      }, timeoutMs);
      const waiting: Waiting = {
        accept: (line) => {
          const value = match(line);
          if (value === undefined) return false;
          end();
          resolve(value);
          return true;
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      this.#waiting.add(waiting);
    });
  }
}

/**
 * Puts a second shell behind `cat`, unless there is one, and has it say that it is there. All in one line:
 * a shell may have read more lines than the one that starts the second.
 */
function greeting(nonce: string): string {
  const ready = `printf '\\n@kb%s\\n' 'uild-ready ${nonce}'`;
  const raw = 'stty -echo -icanon min 1 time 0 2>/dev/null';
  return ` if [ "$kbuild_shell" ]; then ${ready}; else (kbuild_shell=1; export kbuild_shell; ${raw}; ${ready}; cat | sh); fi\n`;
}

/** The result in an answer line; undefined where the line was spoilt on its way. */
function readAnswer(line: string, mark: string, command: string): ShellResult | undefined {
  const [, marked, status, digest, content] = answerPattern.exec(line) ?? [];
  if (marked !== mark || content === undefined) return undefined;
  const bytes = Buffer.from(content, 'base64');
  if (digestOf(bytes) !== digest) return undefined;
  return {command, status: Number(status), output: bytes.toString('utf8')};
}
