/** A directory in which the C tool runs once: its files before, and all that is there after. */

import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Outcome, Step} from './outcome.ts';
import type {Ending, RunRequest} from './server.ts';

/** Names of signals the tool is seen to end by. */
const signals: Readonly<Record<number, string>> = {
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  14: 'timed out',
  25: 'too much output',
};

export function exitOf(ending: Ending | undefined): Outcome['exit'] {
  if (!ending) return 'gone';
  return 'exit' in ending ? ending.exit : (signals[ending.signal] ?? `signal ${ending.signal}`);
}

/** A file that stands for a symbol's last change: there are thousands of them, and they are empty. */
function isTouched(path: string): boolean {
  return path.startsWith('include/config/') && !path.startsWith('include/config/auto.conf');
}

export class RunDirectory {
  readonly #path: string;
  readonly #work: string;

  constructor(path: string) {
    this.#path = path;
    this.#work = join(path, 'work');
  }

  prepare(step: Step): RunRequest {
    this.remove();
    mkdirSync(this.#work, {recursive: true});
    for (const [name, text] of Object.entries(step.files)) {
      const file = join(this.#work, name);
      if (name.includes('/')) mkdirSync(dirname(file), {recursive: true});
      writeFileSync(file, text, 'latin1');
    }
    const stdin = join(this.#path, 'stdin');
    writeFileSync(stdin, step.stdin, 'latin1');
    return {
      dir: this.#work,
      stdin,
      stdout: join(this.#path, 'stdout'),
      stderr: join(this.#path, 'stderr'),
      arguments: step.arguments,
      environment: step.environment,
    };
  }

  /** The outcome of the run; `output` is what it wrote, if that did not go to the files of the request. */
  outcome(ending: Ending | undefined, output?: Pick<Outcome, 'stdout' | 'stderr'>): Outcome {
    const files = new Map<string, string>();
    // Without a parse there was no run; what a crash or an endless run has left is not worth the reading.
    if (!ending || 'signal' in ending) return {exit: exitOf(ending), stdout: '', stderr: '', files};
    this.#collect('', files);
    return {
      exit: exitOf(ending),
      stdout: output?.stdout ?? readFileSync(join(this.#path, 'stdout'), 'latin1'),
      stderr: output?.stderr ?? readFileSync(join(this.#path, 'stderr'), 'latin1'),
      files,
    };
  }

  remove(): void {
    rmSync(this.#path, {recursive: true, force: true});
  }

  #collect(folder: string, files: Map<string, string>): void {
    for (const entry of readdirSync(join(this.#work, folder), {withFileTypes: true})) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) this.#collect(path, files);
      else files.set(path, isTouched(path) ? '' : readFileSync(join(this.#work, path), 'latin1'));
    }
  }
}
