/**
 * Work that is not saved yet, kept step by step while it is done: whatever ends the program, the next start finds it. It lies
 * below the store, under the digest of what is edited:
 *
 *     menuconfig/<digest>/steps    what there was at the start, then one line for each step, written at once
 *     menuconfig/<digest>/lock     held as long as a program works on it
 */

import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {digestOf} from '../base/digest.ts';
import {type Lock, tryLock} from '../base/lock.ts';
import type {Edit} from './effect.ts';

/** What the steps begin from. */
export type JournalStart = {
  /** The .config, a character a byte; undefined for the defaults. */
  readonly config: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** An edit, or that what there was then has been saved. */
export type Step = Edit | {readonly kind: 'saved'};

/** What an earlier run has left. */
export type Unsaved = {readonly start: JournalStart; readonly steps: readonly Step[]};

const version = 1;
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

export class Journal {
  readonly #path: string;
  readonly #lock: Lock;
  #left: Unsaved | undefined;
  #file: number | undefined;
  #start: JournalStart | undefined;
  #problem: unknown;
  #hasUnsaved = false;

  private constructor(path: string, lock: Lock) {
    this.#path = path;
    this.#lock = lock;
    this.#left = readSteps(path);
  }

  /**
   * The journal of a file, by its absolute path; undefined while another program works on it.
   * @throws what node:fs throws; exit 3 without flock
   */
  static async open(storeRoot: string, edited: string): Promise<Journal | undefined> {
    const folder = join(storeRoot, 'menuconfig', digestOf(edited).slice(0, 32));
    const lock = await tryLock(join(folder, 'lock'));
    return lock && new Journal(join(folder, 'steps'), lock);
  }

  /** What an earlier run has left unsaved, until this run begins its own. */
  get left(): Unsaved | undefined {
    return this.#left;
  }

  /** Why steps are not kept; undefined while they are. */
  get problem(): unknown {
    return this.#problem;
  }

  /** From what the steps of this run begin; nothing is written before the first of them. What was left is given up. */
  begin(start: JournalStart): void {
    this.discard();
    this.#start = start;
  }

  /** Goes on with what was left, behind its last step. */
  resume(): void {
    if (this.#left === undefined) return;
    const {start, steps} = this.#left;
    this.begin(start);
    for (const step of steps) this.add(step);
  }

  /** Keeps a step. A place that takes no more is told by `problem`, and what it has taken stays. */
  add(step: Step): void {
    this.#hasUnsaved = step.kind !== 'saved';
    // What was saved before the first step needs no line.
    if (this.#file === undefined && step.kind === 'saved') return;
    try {
      this.#file ??= this.#create();
      writeWhole(this.#file, `${JSON.stringify(step)}\n`);
    } catch (error) {
      this.#problem ??= error;
    }
  }

  #create(): number {
    mkdirSync(dirname(this.#path), {recursive: true});
    const file = openSync(this.#path, newFile, 0o600);
    const {config = null, at} = this.#start ?? {at: 0};
    writeWhole(file, `${JSON.stringify({version, config, at})}\n`);
    return file;
  }

  /** Forgets all steps. */
  discard(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#left = undefined;
    this.#hasUnsaved = false;
    rmSync(this.#path, {force: true});
  }

  /** Lets other programs have it; steps that are not saved stay for them. */
  async close(): Promise<void> {
    if (this.#left === undefined && !this.#hasUnsaved) this.discard();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    await this.#lock.release();
  }
}

/** A line is whole or is taken back, so that the next one is not put behind half of it. */
function writeWhole(file: number, line: string): void {
  const bytes = Buffer.from(line);
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(file, bytes, done);
  } catch (error) {
    if (done > 0) ftruncateSync(file, fstatSync(file).size - done);
    throw error;
  }
}

/** The steps of a journal up to the first line that is damaged; undefined where none is unsaved. */
function readSteps(path: string): Unsaved | undefined {
  const lines = textOf(path).split('\n').slice(0, -1).map(parsed);
  const [start, ...steps] = lines;
  if (!isStart(start)) return undefined;
  const end = steps.findIndex((step) => !isStep(step));
  const whole = (end < 0 ? steps : steps.slice(0, end)) as readonly Step[];
  if ((whole.at(-1)?.kind ?? 'saved') === 'saved') return undefined;
  const {config, at} = start;
  return {start: {config: config ?? undefined, at}, steps: whole};
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

type StartLine = {readonly version: number; readonly config: string | null; readonly at: number};

function isStart(line: unknown): line is StartLine {
  if (typeof line !== 'object' || line === null) return false;
  const {version: written, config, at} = line as Partial<StartLine>;
  return written === version && (config === null || typeof config === 'string') && typeof at === 'number';
}

function isStep(line: unknown): boolean {
  if (typeof line !== 'object' || line === null) return false;
  const {kind, values, config, seen = []} = line as Record<string, unknown>;
  if (!isTexts(seen)) return false;
  if (kind === 'set') return Array.isArray(values) && values.every((one) => isTexts(one) && one.length === 2);
  if (kind === 'read') return typeof config === 'string';
  return kind === 'undo' || kind === 'redo' || kind === 'saved';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
