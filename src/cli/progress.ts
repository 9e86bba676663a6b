/** Shows progress events: a live list on a terminal, plain lines in CI and in files, nothing when quiet. */

import type {ProgressEvent, Report} from '../base/progress.ts';
import {formatBytes, formatDuration, type Terminal} from './terminal.ts';
import {TimeLeft} from './time-left.ts';

export type Progress = {
  readonly report: Report;
  /** Leaves the terminal as it should be; what was running is shown no more. */
  readonly close: () => void;
};

type Advanced = Extract<ProgressEvent, {kind: 'advanced'}>;
type Finished = Extract<ProgressEvent, {kind: 'finished'}>;
type Said = Extract<ProgressEvent, {kind: 'said'}>;

/** A stage that is under way. */
type Running = {
  readonly startedAt: number;
  readonly timeLeft: TimeLeft;
  detail?: string;
  last?: Advanced;
  /** What plain lines have told already. */
  toldAt: number;
  toldTenths: number;
};

/** Where progress goes; `now` is the clock, in milliseconds. */
export type ProgressTarget = {
  readonly terminal: Terminal;
  readonly quiet: boolean;
  readonly now?: () => number;
};

/** The renderer that fits the terminal. Warnings are shown even when quiet. */
export async function createProgress({terminal, quiet, now}: ProgressTarget): Promise<Progress> {
  const clock = now ?? (() => performance.now());
  if (quiet) return quietProgress(terminal);
  if (!terminal.live) return plainProgress(terminal, clock);
  // Its import takes a fifth of a second, which only a terminal has to spend.
  const {createLogUpdate} = await import('log-update');
  return liveProgress(terminal, clock, createLogUpdate(terminal.stderr));
}

function quietProgress(terminal: Terminal): Progress {
  return {
    report: (event) => {
      if (event.kind === 'said' && event.severity === 'warning')
        terminal.stderr.write(saidLine(terminal, event));
    },
    close: () => undefined,
  };
}

const tellEveryMs = 30_000;
/** A stage of a few seconds does not need ten lines. */
const tellNotWithinMs = 2000;

function plainProgress(terminal: Terminal, now: () => number): Progress {
  const running = new Map<string, Running>();
  const write = (line: string): void => void terminal.stderr.write(`${line}\n`);
  const report: Report = (event) => {
    switch (event.kind) {
      case 'started':
        running.set(event.stage, begin(event.detail, now()));
        write(
          `${clean(event.stage)}: started${event.detail === undefined ? '' : `, ${clean(event.detail)}`}`,
        );
        return;
      case 'advanced': {
        const stage = advance(running, event, now());
        const tenths = event.expected ? Math.floor((10 * event.done) / event.expected) : 0;
        const since = now() - stage.toldAt;
        if (since < tellNotWithinMs || (tenths <= stage.toldTenths && since < tellEveryMs)) return;
        stage.toldAt = now();
        stage.toldTenths = tenths;
        write(`${clean(event.stage)}: ${state(stage, now())}`);
        return;
      }
      case 'finished':
        running.delete(event.stage);
        write(finishedLine(event));
        return;
      case 'said':
        terminal.stderr.write(saidLine(terminal, event));
    }
  };
  return {report, close: () => undefined};
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const redrawEveryMs = 100;

type LogUpdate = {(text: string): void; clear: () => void; done: () => void};

function liveProgress(terminal: Terminal, now: () => number, logUpdate: LogUpdate): Progress {
  const running = new Map<string, Running>();
  const {paint, stderr} = terminal;
  const draw = (): void => {
    const frame = frames[Math.floor(now() / redrawEveryMs) % frames.length]!;
    const width = (stderr.columns || 80) - 1;
    const lines = [...running].map(([name, stage]) => {
      const text = `${clean(name)}  ${state(stage, now())}`.slice(0, width - 2);
      return `${paint('cyan', frame)} ${text}`;
    });
    logUpdate(lines.join('\n'));
  };
  const persist = (line: string): void => {
    logUpdate.clear();
    stderr.write(line);
    draw();
  };
  const timer = setInterval(draw, redrawEveryMs);
  timer.unref();
  const report: Report = (event) => {
    if (event.kind === 'started') running.set(event.stage, begin(event.detail, now()));
    else if (event.kind === 'advanced') advance(running, event, now());
    else if (event.kind === 'finished') {
      running.delete(event.stage);
      persist(`${mark(terminal, event)} ${finishedLine(event)}\n`);
    } else persist(saidLine(terminal, event));
  };
  const close = (): void => {
    clearInterval(timer);
    logUpdate.clear();
    logUpdate.done();
  };
  return {report, close};
}

function begin(detail: string | undefined, at: number): Running {
  return {
    startedAt: at,
    timeLeft: new TimeLeft(),
    toldAt: at,
    toldTenths: 0,
    ...(detail === undefined ? {} : {detail}),
  };
}

function advance(running: Map<string, Running>, event: Advanced, at: number): Running {
  const stage = running.get(event.stage) ?? begin(undefined, at);
  running.set(event.stage, stage);
  stage.timeLeft.add(at, event.done);
  stage.last = event;
  if (event.detail !== undefined) stage.detail = event.detail;
  return stage;
}

/** `235 of 2350 objects, 10 %, 6 min 3 s left`. */
function state(stage: Running, at: number): string {
  const {last, detail} = stage;
  const words: string[] = [];
  if (last !== undefined) {
    words.push(amount(last));
    if (last.expected) words.push(`${Math.min(100, Math.floor((100 * last.done) / last.expected))} %`);
    const left = last.expected ? stage.timeLeft.estimate(at, last.expected) : undefined;
    if (left !== undefined) words.push(`${wholeSeconds(left)} left`);
  }
  if (last?.expected === undefined) words.push(formatDuration(at - stage.startedAt));
  if (detail !== undefined) words.push(clean(detail));
  return words.join(', ');
}

/** Tenths of a second would pretend to know more than an estimate does. */
function wholeSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 10 ? `${seconds} s` : formatDuration(seconds * 1000);
}

function amount({done, expected, unit}: Advanced): string {
  if (unit === 'bytes') {
    return expected === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(expected)}`;
  }
  return expected === undefined ? `${done} ${unit}` : `${done} of ${expected} ${unit}`;
}

function finishedLine({stage, outcome, durationMs, detail}: Finished): string {
  const how = {
    made: `done in ${formatDuration(durationMs)}`,
    reused: 'unchanged, reused',
    failed: `failed after ${formatDuration(durationMs)}`,
  }[outcome];
  return `${clean(stage)}: ${how}${detail === undefined ? '' : ` (${clean(detail)})`}`;
}

function mark({paint}: Terminal, {outcome}: Finished): string {
  if (outcome === 'failed') return paint('red', '✘');
  return outcome === 'made' ? paint('green', '✔') : paint('dim', '=');
}

function saidLine({paint}: Terminal, {severity, message}: Said): string {
  return `${severity === 'warning' ? `${paint('yellow', 'warning')}: ` : ''}${message.trimEnd()}\n`;
}

/** Compilers and guests write escape sequences, which would move the cursor out of the list. */
function clean(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trim();
}
