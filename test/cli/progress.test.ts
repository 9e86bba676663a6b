import test from 'ava';
import type {ProgressEvent} from '../../src/base/progress.ts';
import {createProgress} from '../../src/cli/progress.ts';
import {formatBytes, formatDuration, type Terminal} from '../../src/cli/terminal.ts';
import {TimeLeft} from '../../src/cli/time-left.ts';

/** What is written to stderr, for events at times in seconds. */
async function shown(events: readonly (readonly [number, ProgressEvent])[], quiet = false): Promise<string> {
  let text = '';
  let now = 0;
  const stderr = {write: (more: string) => (text += more)} as unknown as NodeJS.WriteStream;
  const terminal: Terminal = {stdout: stderr, stderr, live: false, paint: (_, words) => words};
  const progress = await createProgress({terminal, quiet, now: () => now});
  for (const [seconds, event] of events) {
    now = seconds * 1000;
    progress.report(event);
  }
  progress.close();
  return text;
}

const advanced = (done: number): ProgressEvent => ({
  kind: 'advanced',
  stage: 'kernel',
  done,
  expected: 1000,
  unit: 'objects',
});

test('a stage tells of itself at its start, at every tenth, and at its end', async (t) => {
  const text = await shown([
    [0, {kind: 'started', stage: 'kernel'}],
    [5, advanced(50)],
    [10, advanced(100)],
    [11, advanced(110)],
    [20, advanced(200)],
    [25, {kind: 'finished', stage: 'kernel', outcome: 'made', durationMs: 25_000}],
  ]);
  t.deepEqual(text.split('\n'), [
    'kernel: started',
    'kernel: 100 of 1000 objects, 10 %, 1 min 30 s left',
    'kernel: 200 of 1000 objects, 20 %, 1 min 20 s left',
    'kernel: done in 25 s',
    '',
  ]);
});

test('a slow stage tells of itself every 30 seconds', async (t) => {
  const text = await shown([
    [0, {kind: 'started', stage: 'kernel'}],
    [15, advanced(1)],
    [31, advanced(2)],
    [45, advanced(3)],
    [62, advanced(4)],
  ]);
  t.is(text.split('\n').length, 4);
});

test('a fast stage does not flood the log', async (t) => {
  const events = Array.from({length: 100}, (_, index) => [index / 100, advanced(index * 10)] as const);
  t.is(await shown(events), '');
});

test('escape sequences of programs do not reach the terminal', async (t) => {
  const text = await shown([[0, {kind: 'started', stage: 'kernel', detail: '\u001B[2Jgone\nnext'}]]);
  t.is(text, 'kernel: started, [2Jgone next\n');
});

test('quiet leaves the warnings', async (t) => {
  const text = await shown(
    [
      [0, {kind: 'started', stage: 'kernel'}],
      [1, {kind: 'said', severity: 'info', message: 'hello'}],
      [2, {kind: 'said', severity: 'warning', message: 'no KVM'}],
    ],
    true,
  );
  t.is(text, 'warning: no KVM\n');
});

test('the time left follows the rate of the last half minute, not of the whole', (t) => {
  const left = new TimeLeft();
  for (let second = 0; second <= 100; second++) left.add(second * 1000, second);
  for (let second = 101; second <= 140; second++) left.add(second * 1000, 100 + (second - 100) * 10);
  const estimate = left.estimate(140_000, 600);
  t.is(Math.round(estimate!), 10_000);
});

test('nothing is said of the time left while little is known, or nothing moves', (t) => {
  const left = new TimeLeft();
  t.is(left.estimate(0, 10), undefined);
  left.add(0, 1);
  left.add(1000, 2);
  t.is(left.estimate(1000, 10), undefined);
  const still = new TimeLeft();
  still.add(0, 1);
  still.add(5000, 1);
  t.is(still.estimate(5000, 10), undefined);
});

test('times and sizes read as people say them', (t) => {
  t.deepEqual([0, 400, 9949, 9960, 59_400, 200_000, 3_900_000].map(formatDuration), [
    '0.0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '3 min 20 s',
    '1 h 5 min',
  ]);
  t.deepEqual([0, 999, 1000, 3_600_000, 428e6, 1.4e9].map(formatBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '3.6 MB',
    '428 MB',
    '1.4 GB',
  ]);
});
