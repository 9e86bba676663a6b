import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {captureStep, runStep} from '../../src/base/process.ts';

test('a step gives its exit code, its lines, and a log of both streams', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-process-'));
  t.teardown(async () => rm(dir, {recursive: true}));
  const lines: string[] = [];
  const logPath = join(dir, 'logs/step.log');
  const result = await runStep(['sh', '-c', 'echo out; echo err >&2; exit 3'], {
    logPath,
    onLine: (line) => lines.push(line),
  });
  t.is(result.outcome, 'failed');
  t.is(result.exitCode, 3);
  t.deepEqual(lines.toSorted(), ['err', 'out']);
  t.is((await readFile(logPath, 'utf8')).split('\n').length, 3);
});

test('a program that is not there is told apart from one that failed', async (t) => {
  const result = await runStep(['/nonexistent/program']);
  t.is(result.outcome, 'failed');
  t.is(result.startError, 'ENOENT');
});

test('input reaches the program and its output comes back apart', async (t) => {
  const result = await captureStep(['sh', '-c', 'cat; echo loud >&2'], {input: 'hello'});
  t.is(result.stdout, 'hello');
  t.is(result.stderr, 'loud\n');
  t.is(result.outcome, 'ok');
});

test('the environment is what was given, nothing inherited', async (t) => {
  const result = await captureStep(['/usr/bin/env'], {environment: {ONLY: 'this'}});
  t.is(result.stdout, 'ONLY=this\n');
});

test('cancelling ends the whole process group within two seconds, a child that ignores SIGTERM included', async (t) => {
  const controller = new AbortController();
  let cancelled = Number.NaN;
  const running = runStep(
    ['sh', '-c', 'trap "" TERM; (trap "" TERM; sleep 77.5) & echo up; wait; sleep 77.5'],
    {
      signal: controller.signal,
      onLine: () => {
        cancelled = performance.now();
        controller.abort();
      },
    },
  );
  t.is((await running).outcome, 'cancelled');
  t.true(performance.now() - cancelled < 2000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.not((await captureStep(['pgrep', '-f', 'sleep 77[.]5'])).exitCode, 0);
});

test('a step over its time ends as timed out', async (t) => {
  const result = await runStep(['sleep', '60'], {timeoutMs: 100});
  t.is(result.outcome, 'timed-out');
});

test('a line of one stream is never cut by what the other says', async (t) => {
  const lines: string[] = [];
  const script = 'printf "set_inode_"; sleep 0.1; echo "debugfs 1.47.0" >&2; sleep 0.1; echo "field <628>"';
  await runStep(['sh', '-c', script], {onLine: (line) => lines.push(line)});
  t.deepEqual(lines, ['debugfs 1.47.0', 'set_inode_field <628>']);
});
