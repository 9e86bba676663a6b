import test from 'ava';
import {readCatalogue, tuningOf} from '../../src/recipe/catalogue.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {askMachines, type Channel, Unreachable} from '../../src/tunables/index.ts';
import {FakeMachine} from './fake-machine.ts';

const catalogue = await readCatalogue(await recipeFolders({cwd: import.meta.dirname}));
const backfills = tuningOf('osd_max_backfills', '60', catalogue, 'the test');
if ('severity' in backfills) throw new Error(backfills.message);

/** A cluster's machines: the monitor's has the administrator's key, an OSD's has none, that of the MDS has neither. */
const monitor = (): FakeMachine => new FakeMachine({'/var/run/ceph/ceph-mon.a.asok': ''});
const store = (): FakeMachine => new FakeMachine({'/var/run/ceph/ceph-osd.0.asok': '', '/no-key': ''});
const metadata = (): FakeMachine => new FakeMachine({'/var/run/ceph/ceph-mds.a.asok': '', '/no-key': ''});

async function set(machines: Readonly<Record<string, FakeMachine | undefined>>) {
  const tasks = Object.entries(machines).map(([machine, fake]) => ({
    channel: {
      machine,
      role: machine,
      run: async (script) => {
        if (fake === undefined) throw new Unreachable('no route to host');
        return fake.run(script);
      },
    } satisfies Channel,
    wishes: [backfills as Exclude<typeof backfills, {severity: unknown}>],
  }));
  const answers = await askMachines(tasks, {timeoutMs: 60_000, signal: new AbortController().signal});
  return answers.map(({machine, readings, unreachable}) => [
    machine,
    unreachable ?? readings![0]!.verdict,
    readings?.[0]?.lasting ?? readings?.[0]?.reason,
  ]);
}

test('what the monitors keep lasts on every machine, and a machine that has nothing to do with it is left out', async (t) => {
  t.deepEqual(await set({mon: monitor(), osd: store(), mds: metadata()}), [
    ['mon', 'in effect', undefined],
    ['osd', 'in effect', undefined],
  ]);
});

test('what no monitor keeps is said to last until the next start, and a machine that is silent holds up no other', async (t) => {
  t.deepEqual(await set({mon: undefined, osd: store(), mds: metadata()}), [
    ['mon', 'no route to host', undefined],
    ['osd', 'in effect', "a machine with the administrator's key, which can tell the monitors"],
  ]);
});

test('what no machine has to do with is refused', async (t) => {
  t.deepEqual(await set({mds: metadata()}), [
    ['mds', 'refused', 'no machine that was asked has such a daemon, or a key to ask the monitors with'],
  ]);
});
