import test from 'ava';
import {failure} from '../../src/base/diagnostic.ts';
import {type Check, CheckFailure, type Guest, runChecks, succeed} from '../../src/boot/scenario.ts';

const signal = new AbortController().signal;

/** A machine that answers commands from a table, and everything else with "not found". */
function fakeGuest(name: string, answers: Readonly<Record<string, string>> = {}): Guest {
  return {
    spec: {
      name,
      role: name,
      boot: {kind: 'direct', direct: {kernel: '/none', append: ''}},
      memoryMiB: 1,
      cpus: 1,
      drives: [],
      address: '10.77.0.1',
      expected: {release: '6.1.0', configSha256: ''},
    },
    start: async () => undefined,
    cutPower: async () => undefined,
    pullDrive: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => ['the last line'],
    run: async (command) => {
      const output = answers[command];
      return output === undefined
        ? {command, status: 127, output: `${command}: not found\n`}
        : {command, status: 0, output};
    },
  };
}

function check(id: string, needs: readonly string[], show: Check['show'] = async () => id): Check {
  return {id, name: `check ${id}`, needs, concerns: {}, show};
}

test('checks that need a failed one are not run, the others are', async (t) => {
  const guest = fakeGuest('host');
  const results = await runChecks(
    [
      check('a', []),
      check('b', ['a'], async () => succeed(guest, 'zpool list')),
      check('c', ['b'], async () => t.fail()),
      check('d', ['c'], async () => t.fail()),
      check('e', ['a']),
    ],
    () => guest,
    signal,
  );
  t.deepEqual(
    results.map(({outcome, evidence}) => [outcome, evidence]),
    [
      ['passed', 'a'],
      ['failed', 'host: `zpool list` ended with 127: zpool list: not found'],
      ['not-run', 'it needs "check b"'],
      ['not-run', 'it needs "check c"'],
      ['passed', 'e'],
    ],
  );
});

test('a failed check shows the failing command and the logs of what it concerns', async (t) => {
  const guest = fakeGuest('host', {
    'journalctl -b -p warning -n 40 --no-pager -o short-monotonic': 'a warning\n',
    'journalctl -b -u zfs.target -n 40 --no-pager -o short-monotonic': 'a unit\n',
  });
  const failing: Check = {
    ...check('a', [], async () => succeed(guest, 'zpool list')),
    concerns: {host: ['zfs.target']},
  };
  const [result] = await runChecks([failing], () => guest, signal);
  t.deepEqual(
    result?.details?.map(({title, text}) => `${title.split(' ').slice(0, 4).join(' ')} => ${text}`),
    [
      'host# zpool list => zpool list: not found',
      'host# journalctl -b -p => a warning',
      'host# journalctl -b -u => a unit',
    ],
  );
});

test('where a machine does not answer any more, its console is shown', async (t) => {
  const dead: Guest = {
    ...fakeGuest('host'),
    run: async () => {
      throw failure('shell-closed', 'gone');
    },
  };
  const failing: Check = {
    ...check('a', [], async () => {
      throw failure('machine-hung', 'the machine host hangs in firmware\nline 1\nline 2');
    }),
    concerns: {host: []},
  };
  const [result] = await runChecks([failing], () => dead, signal);
  t.is(result?.evidence, 'the machine host hangs in firmware');
  t.deepEqual(
    result?.details?.map(({text}) => text),
    ['line 1\nline 2', 'the last line'],
  );
});

test('a check waits for those it comes after, even failed ones', async (t) => {
  const order: string[] = [];
  const noting = (id: string, needs: readonly string[], after: readonly string[], ms: number): Check => ({
    ...check(id, needs, async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(id);
      if (id === 'slow') throw new CheckFailure('no');
      return id;
    }),
    after,
  });
  const results = await runChecks(
    [noting('slow', [], [], 60), noting('quick', [], [], 1), noting('last', ['quick'], ['slow'], 1)],
    () => fakeGuest('host'),
    signal,
  );
  t.deepEqual(order, ['quick', 'slow', 'last']);
  t.is(results[2]?.outcome, 'passed');
});

test('a fault that is none of the checks ends the run', async (t) => {
  const broken = check('a', [], async () => {
    throw new TypeError('a bug');
  });
  await t.throwsAsync(
    runChecks([broken, check('b', ['a'])], () => fakeGuest('host'), signal),
    {
      message: 'a bug',
    },
  );
});
