import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {hostBuilder, runs} from './host-root.ts';
import {temporaryDirectory} from './workshop.ts';

const usable = await runs('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true');
const withBubblewrap = usable ? test : test.skip;

withBubblewrap('a step sees its mounts, no network, and a root it cannot write to', async (t) => {
  const out = temporaryDirectory(t);
  const result = await hostBuilder(t).capture({
    argv: [
      'sh',
      '-c',
      'cat /proc/net/dev; touch /etc/x 2>/tmp/error || echo refused; pwd >/out/pwd; ls /in/x',
    ],
    mounts: [
      {source: out, target: '/out', readOnly: false},
      {source: out, target: '/in/x', readOnly: true},
    ],
    cwd: '/build',
  });
  t.is(result.outcome, 'ok', result.stderr);
  const lines = result.stdout.trim().split('\n');
  t.deepEqual(
    lines.slice(2).map((line) => line.trim().split(':')[0]),
    ['lo', 'refused', 'pwd'],
  );
  t.is(readFileSync(join(out, 'pwd'), 'utf8'), '/build\n');
  t.is(statSync(join(out, 'pwd')).uid, process.getuid?.() ?? -1);
});

withBubblewrap('what a step is given on its standard input arrives', async (t) => {
  const result = await hostBuilder(t).capture({argv: ['cat'], mounts: [], input: 'some text'});
  t.is(result.stdout, 'some text');
});

withBubblewrap(
  'a step that ignores signals ends with its whole container when it is cancelled',
  async (t) => {
    const out = temporaryDirectory(t);
    const abort = new AbortController();
    const started = performance.now();
    const result = await hostBuilder(t).run({
      argv: ['sh', '-c', 'trap "" TERM INT; echo ready; setsid sh -c "while :; do date +%N >/out/now; done"'],
      mounts: [{source: out, target: '/out', readOnly: false}],
      signal: abort.signal,
      onLine: () => abort.abort(),
    });
    t.is(result.outcome, 'cancelled');
    t.true(performance.now() - started < 10_000);
    const read = (): number => statSync(join(out, 'now'), {throwIfNoEntry: false})?.mtimeMs ?? 0;
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, 200));
    t.is(read(), before);
  },
);

withBubblewrap('a step that takes too long is ended and says so', async (t) => {
  const result = await hostBuilder(t).run({argv: ['sleep', '60'], mounts: [], timeoutMs: 300});
  t.is(result.outcome, 'timed-out');
  t.deepEqual(result.argv, ['sleep', '60']);
});
