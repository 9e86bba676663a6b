/**
 * The loop around the terminal view. What a program needs of it:
 *
 *     const end = await runTerminal(application, {input, output, environment, perform});
 *
 * `application` is the state: `press(key)` and `screen()`. Each effect of a key is given to `perform`, one after the
 * other; keys that come meanwhile wait, and the screen is painted when it is done, so what it tells the state
 * (`say`) is seen. 'quit' ends the loop. The terminal is as it was before when the promise settles, also when `perform`
 * or the state throws (then it rejects with that), when the process ends by itself, and when a signal ends the work.
 * SIGINT, SIGTERM and SIGHUP are told (`{kind: 'signal'}`), and so is a terminal that was closed; the exit code is the
 * program's. Ctrl-C is a key, `{kind: 'control', letter: 'c'}`, for the state to ask whether to save; a second one at
 * once ends the loop as SIGINT does. Where there is no terminal to work with, it rejects with a `KbuildError`, exit 2,
 * before anything is written.
 */

import {writeSync} from 'node:fs';
import {badInput} from '../../base/diagnostic.ts';
import {type Application, working} from '../application.ts';
import {type Effect, takesTime} from '../effect.ts';
import type {Key} from '../key.ts';
import type {Message} from '../screen.ts';
import {type Background, backgroundOf, expectedBackground, paletteFor, usesColours} from './colours.ts';
import {decode, expire, type Input, patienceMs} from './decode.ts';
import {frame} from './difference.ts';
import {asciiGlyphs, type Glyphs, unicodeGlyphs} from './grid.ts';
import {type Picture, paint} from './paint.ts';
import {scrolledBy} from './scrolling.ts';
import {firstView, type View} from './view.ts';

export type TerminalEnd =
  | {readonly kind: 'quit'}
  | {readonly kind: 'closed'}
  | {readonly kind: 'signal'; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'};

/** What of `process.stdin` and `process.stdout` is needed. */
export type TerminalInput = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
};
export type TerminalOutput = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly fd?: number;
};

export type Surroundings = {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly environment: NodeJS.ProcessEnv;
  perform(effect: Effect): Promise<'go on' | 'quit'>;
};

/** See the head of this file. */
export async function runTerminal(
  application: Application,
  surroundings: Surroundings,
): Promise<TerminalEnd> {
  const {input, output, environment} = surroundings;
  if (!input.isTTY || !output.isTTY) {
    throw badInput('no-terminal', 'menuconfig needs a terminal to read from and to write to', {
      hint: 'run it from one (over ssh: ssh -t), or in a browser: --web',
    });
  }
  if (!environment.TERM || environment.TERM === 'dumb') {
    const term = environment.TERM ? `TERM=${environment.TERM}` : 'TERM is not set, so this';
    throw badInput('dumb-terminal', `${term} is a terminal that can only print lines`, {
      hint: 'set TERM to what the terminal is, such as xterm or linux, or use a browser: --web',
    });
  }
  return new Terminal(application, surroundings).run();
}

/** Alternate screen, bracketed paste, a mouse that tells buttons and wheel in SGR coordinates. */
const enterScreen = '\x1b[?1049h\x1b[?2004h';
const mouseOn = '\x1b[?1000h\x1b[?1006h';
/** All of it taken back; cleared first, for a terminal without an alternate screen. */
const leaveScreen =
  '\x1b[?2026l\x1b[r\x1b[m\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[H\x1b[2J\x1b[?1049l\x1b[?25h';

/** OSC 11 asks for the background, DA1 for something that every terminal answers: after it there is no answer to come. */
const question = '\x1b]11;?\x1b\\\x1b[c';
const answerMs = 1000;

/** Esc Esc leaves one menu, as in mconf, and so does a single Esc: of two within this time the second is its echo. */
const pairMs = 400;

const wheelRows = 3;

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

class Terminal {
  readonly #application: Application;
  readonly #surroundings: Surroundings;
  readonly #glyphs: Glyphs;
  #background: Background;
  #view: View = firstView;
  /** What the state shows now; undefined as soon as something may have changed. */
  #picture: Picture | undefined;
  /** What the terminal shows; undefined where all has to be drawn. */
  #shown: Picture | undefined;
  #rest = '';
  #patience: NodeJS.Timeout | undefined;
  #loneEscape = Number.NEGATIVE_INFINITY;
  #isInterrupting = false;
  /** Until when an answer may come that must not end up in the shell. */
  #answerUntil = 0;
  #isOnScreen = false;
  #queue: Input[] = [];
  #isBusy = false;
  #settle: ((end: TerminalEnd) => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;

  constructor(application: Application, surroundings: Surroundings) {
    this.#application = application;
    this.#surroundings = surroundings;
    this.#glyphs = speaksUnicode(surroundings.environment) ? unicodeGlyphs : asciiGlyphs;
    this.#background = expectedBackground(surroundings.environment);
  }

  async run(): Promise<TerminalEnd> {
    const ended = new Promise<TerminalEnd>((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    const unlisten = this.#listen();
    try {
      this.#enter();
      this.#ask();
      this.#show();
      const end = await ended;
      if (end.kind === 'quit') await this.#answered();
      return end;
    } finally {
      clearTimeout(this.#patience);
      this.#leave();
      unlisten();
      this.#surroundings.input.pause();
    }
  }

  #listen(): () => void {
    const {input, output} = this.#surroundings;
    const unlisten: (() => void)[] = [];
    const on = (
      emitter: NodeJS.EventEmitter,
      event: string,
      listener: (...values: never[]) => void,
    ): void => {
      emitter.on(event, listener as () => void);
      unlisten.push(() => emitter.off(event, listener as () => void));
    };
    on(input, 'data', (bytes: Buffer) => this.#read(bytes));
    on(input, 'end', () => this.#settle?.({kind: 'closed'}));
    on(input, 'error', () => this.#settle?.({kind: 'closed'}));
    on(output, 'error', () => this.#settle?.({kind: 'closed'}));
    on(output, 'resize', () => this.#redraw());
    for (const signal of endings) on(process, signal, () => this.#settle?.({kind: 'signal', signal}));
    on(process, 'SIGTSTP', () => this.#suspend());
    on(process, 'SIGCONT', () => this.#resume());
    // What is said of a fault has to be on the screen that stays.
    on(process, 'uncaughtExceptionMonitor', () => this.#leave());
    on(process, 'exit', () => this.#leave());
    return () => {
      for (const one of unlisten) one();
    };
  }

  #enter(): void {
    const {input, output, environment} = this.#surroundings;
    this.#isOnScreen = true;
    input.setRawMode?.(true);
    input.resume();
    output.write(enterScreen + (environment.MENUCONFIG_MOUSE === 'off' ? '' : mouseOn));
    this.#shown = undefined;
  }

  /** Also while the process ends, or the terminal is gone. */
  #leave(): void {
    if (!this.#isOnScreen) return;
    this.#isOnScreen = false;
    const {input, output} = this.#surroundings;
    try {
      if (output.fd === undefined) output.write(leaveScreen);
      else writeSync(output.fd, leaveScreen);
      input.setRawMode?.(false);
    } catch {
      // There is nobody left to restore it for.
    }
  }

  #suspend(): void {
    this.#leave();
    process.kill(process.pid, 'SIGSTOP');
  }

  /** Whoever had the terminal meanwhile left it in a state of its own, and perhaps of another size. */
  #resume(): void {
    this.#surroundings.input.setRawMode?.(false);
    this.#enter();
    process.kill(process.pid, 'SIGWINCH');
    this.#redraw();
  }

  #redraw(): void {
    this.#shown = undefined;
    this.#picture = undefined;
    try {
      this.#show();
    } catch (error) {
      this.#fail?.(error);
    }
  }

  /** The console of Linux knows no such question, and is dark. */
  #ask(): void {
    const {output, environment} = this.#surroundings;
    if (!usesColours(environment) || environment.TERM === 'linux') return;
    output.write(question);
    this.#answerUntil = Date.now() + answerMs;
  }

  async #answered(): Promise<void> {
    while (this.#answerUntil > Date.now()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  #read(bytes: Buffer): void {
    clearTimeout(this.#patience);
    const {inputs, rest} = decode(this.#rest + bytes.toString('latin1'));
    this.#wait(rest);
    this.#take(inputs);
  }

  #wait(rest: string): void {
    this.#rest = rest;
    if (rest === '') return;
    this.#patience = setTimeout(() => {
      const {inputs} = expire(this.#rest);
      this.#rest = '';
      const now = performance.now();
      const isEcho = inputs.length > 0 && now - this.#loneEscape < pairMs;
      this.#loneEscape = isEcho || inputs.length === 0 ? Number.NEGATIVE_INFINITY : now;
      if (!isEcho) this.#take(inputs);
    }, patienceMs(rest));
  }

  #take(inputs: readonly Input[]): void {
    this.#queue.push(...inputs);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#drain().then(
      () => {
        this.#isBusy = false;
      },
      (error: unknown) => this.#fail?.(error),
    );
  }

  async #drain(): Promise<void> {
    for (let input = this.#queue.shift(); input !== undefined; input = this.#queue.shift()) {
      for (const key of this.#keys(input)) {
        if (this.#application.takesTime?.(key)) this.#showFirst(working);
        this.#picture = undefined;
        for (const effect of this.#application.press(key)) {
          if (takesTime(effect)) this.#showFirst(working);
          if ((await this.#surroundings.perform(effect)) === 'quit') {
            this.#settle?.({kind: 'quit'});
            return;
          }
        }
      }
    }
    this.#picture = undefined;
    this.#show();
  }

  /** What of an input is the state's; the rest is done here. */
  #keys(input: Input): readonly Key[] {
    if (input.kind === 'attributes') {
      this.#answerUntil = 0;
      return [];
    }
    if (input.kind === 'background') {
      this.#recolour(backgroundOf(input));
      return [];
    }
    // Something else wrote to the terminal: as everywhere, Ctrl-L draws it again.
    if (input.kind === 'control' && input.letter === 'l') {
      this.#shown = undefined;
      return [];
    }
    const isInterrupt = input.kind === 'control' && input.letter === 'c';
    const picture = this.#look();
    if (isInterrupt && (this.#isInterrupting || picture.isTooSmall)) {
      this.#settle?.({kind: 'signal', signal: 'SIGINT'});
      return [];
    }
    this.#isInterrupting = isInterrupt;
    if (picture.isTooSmall) return [];
    const view = scrolledBy(picture, input);
    if (view) {
      this.#view = view;
      this.#picture = undefined;
      return [];
    }
    return keysOf(input, picture);
  }

  #recolour(background: Background): void {
    if (background === this.#background) return;
    this.#background = background;
    this.#shown = undefined;
  }

  #look(): Picture {
    this.#picture ??= this.#paint();
    return this.#picture;
  }

  /** With another message than the state's, if there is one. */
  #paint(message?: Message): Picture {
    const {columns = 80, rows = 24} = this.#surroundings.output;
    const screen = {...this.#application.screen(), ...(message && {message})};
    const picture = paint(screen, {columns, rows}, this.#view, this.#glyphs);
    this.#view = picture.view;
    return picture;
  }

  /** Shows a message before what takes time is begun. */
  #showFirst(message: Message): void {
    this.#picture = this.#paint(message);
    this.#show();
    this.#picture = undefined;
  }

  #show(): void {
    if (!this.#isOnScreen) return;
    const picture = this.#look();
    const palette = paletteFor(this.#surroundings.environment, this.#background);
    this.#surroundings.output.write(frame(this.#shown, picture, palette));
    this.#shown = picture;
  }
}

/** The keys an input stands for, of what is shown. */
function keysOf(input: Input, {page, targets}: Picture): readonly Key[] {
  switch (input.kind) {
    case 'named':
      return [{...input, rows: page}];
    case 'mouse': {
      if (input.action !== 'press') {
        const name = input.action === 'wheel-up' ? 'up' : 'down';
        return Array.from({length: wheelRows}, (): Key => ({kind: 'named', name, rows: page}));
      }
      const target = targets.find(
        ({row, column, columns, rows}) =>
          input.row >= row &&
          input.row < row + rows &&
          input.column >= column &&
          input.column < column + columns,
      );
      return target ? [target.key] : [];
    }
    case 'text':
    case 'control':
    case 'function':
      return [input];
    default:
      return [];
  }
}

/** By the locale, as the C library does; what nobody has set is taken for a terminal of today. */
function speaksUnicode({LC_ALL, LC_CTYPE, LANG}: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}
