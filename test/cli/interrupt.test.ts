import {once} from 'node:events';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {ended, startThat} from './cli.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} ends the work and its children within two seconds, with exit 130`, async (t) => {
    const child = startThat(t, 'runsForLong', 'build', 'nfs-rdma-zfs');
    const result = ended(child);
    let seen = '';
    child.stderr?.on('data', (text: string) => {
      seen += text;
    });
    while (!/child \d+\n/.test(seen)) await Promise.race([once(child.stderr!, 'data'), delay(5000)]);
    const grandchild = Number(/child (\d+)/.exec(seen)![1]);
    t.true(isAlive(grandchild));
    const started = performance.now();
    child.kill(signal);
    const {code, stderr} = await result;
    t.is(code, 130);
    const took = performance.now() - started;
    t.log(`${Math.round(took)} ms`);
    // Two seconds are promised; a machine busy with other tests gets more. The child would sleep for 300.
    t.true(took < 6000);
    t.false(isAlive(grandchild));
    t.regex(stderr, /error\[interrupted\]: interrupted\n {2}hint: what was finished is kept/);
  });
}

test('work that does not stop is ended after two seconds, and by a second Ctrl-C at once', async (t) => {
  const interrupted = async (hurry: boolean): Promise<number> => {
    const child = startThat(t, 'heedsNothing', 'build', 'nfs-rdma-zfs');
    const result = ended(child);
    await once(child.stderr!, 'data');
    const started = performance.now();
    child.kill('SIGINT');
    // Two signals that come before the process runs again are one.
    const again = hurry ? setInterval(() => child.kill('SIGINT'), 50) : undefined;
    t.is((await result).code, 130);
    clearInterval(again);
    return performance.now() - started;
  };
  const [patient, hurried] = await Promise.all([interrupted(false), interrupted(true)]);
  t.log(`${Math.round(patient)} ms, ${Math.round(hurried)} ms`);
  t.true(patient >= 1800);
  t.true(hurried < patient);
});
