import test from 'ava';
import {type Guest, runChecks} from '../../src/boot/scenario.ts';
import {modules} from '../../src/boot/scenarios/modules.ts';

const signal = new AbortController().signal;

/** A machine with one module, whose answers to some commands, by how they begin, are others. */
function host(others: Readonly<Record<string, readonly [status: number, output: string]>> = {}): Guest {
  const answers = {
    'systemctl list-units --failed': [0, ''],
    'uname -r': [0, '6.1.9\n'],
    'gzip -dc': [0, 'abc  -\n'],
    'cd /lib/modules/': [0, 'modules.txt\nmy-greeter.ko\n'],
    'modprobe my_greeter': [0, ''],
    'cd /sys/module/my_greeter': [0, 'greeting:hi\n'],
    'cat /sys/module/my_greeter/refcnt': [0, '0\n'],
    'rmmod my_greeter && modprobe my_greeter': [0, ''],
    'modinfo -F filename my_greeter': [0, '/lib/modules/6.1.9/updates/my-greeter.ko\n'],
    "sed 's/ mod_unload": [0, ''],
    'cmp -s /lib/modules': [1, 'insmod: ERROR: could not insert module: Invalid module format\n'],
    ...others,
  } as const;
  return {
    spec: {name: 'host', expected: {release: '6.1.9', configSha256: 'abc'}},
    start: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => [],
    run: async (command: string) => {
      const found = Object.entries(answers).find(([beginning]) => command.startsWith(beginning));
      const [status, output] = found?.[1] ?? [127, 'not found'];
      return {command, status, output};
    },
  } as unknown as Guest;
}

async function outcomes(guest: Guest): Promise<readonly (readonly [string, string])[]> {
  const results = await runChecks(modules.checks(), () => guest, signal);
  return results.map(({outcome, evidence}) => [outcome, evidence]);
}

test('a machine on which every module loads, goes, and no other is taken has passed', async (t) => {
  t.deepEqual(await outcomes(host()), [
    ['passed', 'systemd says running'],
    ['passed', 'on the host'],
    ['passed', '6.1.9, with the .config that was resolved, on the host'],
    ['passed', 'my_greeter greeting=hi'],
    ['passed', 'my_greeter'],
    ['passed', 'insmod: ERROR: could not insert module: Invalid module format'],
  ]);
});

test('a module that does not load fails with the words of modprobe', async (t) => {
  const said = "modprobe: ERROR: could not insert 'my_greeter': Unknown symbol in module";
  const results = await outcomes(host({'modprobe my_greeter': [1, `${said}\n`]}));
  t.deepEqual(
    results.map(([outcome]) => outcome),
    ['passed', 'passed', 'passed', 'failed', 'not-run', 'not-run'],
  );
  t.true(results[3]![1].endsWith(said));
});

test('a machine without a module, and one that takes a module of another kernel, fail', async (t) => {
  t.deepEqual((await outcomes(host({'cd /lib/modules/': [0, '']})))[3], [
    'failed',
    'the host has no module in /lib/modules/…/updates',
  ]);
  t.is((await outcomes(host({'cmp -s /lib/modules': [0, '']})))[5]?.[0], 'failed');
});

test('a module that is in use is left where it is', async (t) => {
  t.deepEqual((await outcomes(host({'cat /sys/module/my_greeter/refcnt': [0, '2\n']})))[4], [
    'passed',
    'all of them are in use',
  ]);
});
