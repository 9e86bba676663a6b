import test from 'ava';
import {findScenario} from '../../src/boot/index.ts';
import {type Answers, machines, outcome} from './machines.ts';

/** What may be wrong with the machines, and how the pool is laid out. */
type World = {
  readonly layout: 'stripe' | 'mirror' | 'raidz1' | 'raidz2' | 'raidz3';
  readonly drives: number;
  /** What a pool is made as, whatever is asked for. */
  readonly made?: string;
  /** What the drive that is pulled is then said to be. */
  readonly lost: string;
  /** Which drive is said to be lost. */
  readonly which?: number;
  /** MiB of the slow file that are on the host when the drive is gone. */
  readonly reached: number;
  /** The parameter, whom the host then exports to, and what it does for the proof's own client. */
  readonly exports?: string;
  /** Whom the host exports to, and whether mountd tells of it. */
  readonly exported: readonly string[];
  readonly isShown: boolean;
  /** Whether the host keeps what is written while the drive is gone. */
  readonly keeps: boolean;
  /** What `zpool status` says of the last scan, after the power cut and after the scrub. */
  readonly resilver: string;
  readonly scrub: string;
};

const right: World = {
  layout: 'raidz1',
  drives: 3,
  lost: 'REMOVED',
  reached: 21,
  exported: ['*'],
  isShown: true,
  keeps: true,
  resilver: 'resilvered 32.3M in 00:00:02 with 0 errors on Sun Nov 22 23:00:00 2026',
  scrub: 'scrub repaired 0B in 00:00:03 with 0 errors on Sun Nov 22 23:01:00 2026',
};

/** `zpool status` as OpenZFS 2.1 writes it. */
function status({layout, made, drives}: World, names: readonly string[], lost?: [number, string]): string {
  const all = lost === undefined ? 'ONLINE' : 'DEGRADED';
  const group = `${made ?? layout}-0`;
  const states = names.map((name, index) => [name, index === lost?.[0] ? lost[1] : 'ONLINE']);
  const depth = layout === 'stripe' ? '' : '  ';
  const lines = [
    `\ttank  ${all}  0  0  0`,
    ...(layout === 'stripe' ? [] : [`\t  ${group}  ${all}  0  0  0`]),
    ...states.slice(0, drives).map(([name, state]) => `\t${depth}  ${name}  ${state}  0  0  0`),
  ];
  return `  pool: tank\n state: ${all}\nconfig:\n\n\tNAME  STATE  READ WRITE CKSUM\n${lines.join('\n')}\n\nerrors: No known data errors\n`;
}

function world(given: Partial<World>) {
  const all = {...right, ...given};
  const {layout, drives, lost, which = drives - 1, reached, keeps, resilver, scrub} = all;
  const also: string[] = [];
  const names = Array.from({length: drives}, (_, index) => `/dev/nvme${index}n1p1`);
  const serials = names.map((_, index) => `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kbuild-host-${index}-part1`);
  const pulled: number[] = [];
  let packets = 0;
  let scan = resilver;
  const statistic = (): string => {
    packets += 5000;
    return `link rxe0/1 sent_pkts ${packets} rcvd_pkts ${packets}\n`;
  };
  const host: Answers = [
    [/^kbuild-pool create tank$/, ''],
    [/^zpool status -L -P tank/, () => status(all, names)],
    [/^zpool status -P tank/, () => status(all, serials, lost === 'ONLINE' ? undefined : [which, lost])],
    [/grep -qx DEGRADED/, ''],
    [
      /^sed -E .*\\1 ([\d.]+).* && exportfs -ra$/,
      (address) => {
        also.push(address!);
        return '';
      },
    ],
    [/^exportfs -s/, all.exported.map((one) => `/tank/export  ${one}(sync,wdelay,rw)\n`).join('')],
    [/stat -c %s .*-ge/, ''],
    [/^stat -c %s/, `${reached * 1024 ** 2}\n`],
    [/grep -q '\^resilvered'/, () => `${scan}\n`],
    [
      /^zpool scrub -w tank/,
      () => {
        scan = scrub;
        return '';
      },
    ],
    [/^zpool status tank/, () => `  scan: ${scan}\n`],
    [/^sha256sum .*slow/, () => (keeps ? 'feed  -\n' : 'dead  -\n')],
  ];
  const client: Answers = [
    [/^showmount/, all.isShown ? `/tank/export ${all.exported[0]}\n` : ''],
    [/^cat \/proc\/mounts/, 'x:/tank/export /mnt/kbuild-proof nfs4 rw,vers=4.2,proto=rdma,port=20049 0 0\n'],
    [/^(head|dd|mkdir|mount|\(for)/, ''],
  ];
  const both: Answers = [
    [/^sync; echo 3/, ''],
    [/^rdma statistic/, statistic],
    [/^sha256sum/, 'feed  -\n'],
  ];
  const guests = machines({host: [...host, ...both], client: [...client, ...both]});
  const scenario = findScenario(
    'nfs-rdma',
    new Map([
      ['layout', layout],
      ['drives', String(drives)],
      ...(all.exports === undefined ? [] : [['exports', all.exports] as const]),
    ]),
  );
  const result = outcome(scenario, (role) => ({
    ...guests(role),
    pullDrive: async (index) => void pulled.push(index),
  }));
  return {scenario, result, pulled, also};
}

const sound = {failed: [], said: [], notRun: 0};
const pull = 'a drive is pulled while the client writes 64 MiB: the pool degrades, and the file is whole';

for (const [layout, drives] of [
  ['mirror', 2],
  ['raidz1', 3],
  ['raidz2', 4],
  ['raidz3', 5],
] as const) {
  test(`every check of ${layout} passes where all is right, with its last drive pulled`, async (t) => {
    const {scenario, result, pulled} = world({layout, drives});
    t.deepEqual(await result, sound);
    t.deepEqual(pulled, [drives - 1]);
    t.is(scenario.drives?.host?.length, drives);
    t.true(scenario.drives?.host?.every(({removable}) => removable));
  });
}

test('of a stripe no drive is pulled, and the reason is told', async (t) => {
  const {scenario, result, pulled} = world({layout: 'stripe', drives: 2});
  t.deepEqual(await result, sound);
  t.deepEqual(pulled, []);
  const checks = scenario.checks();
  t.false(checks.some(({id}) => id === 'pull'));
  t.is(
    checks.find(({id}) => id === 'pool')?.name,
    'the pool is stripe over 2 NVMe drives, as the recipe says, and online',
  );
});

test('without parameters it is three drives in raidz1', (t) => {
  const {drives, checks} = findScenario('nfs-rdma');
  t.is(drives?.host?.length, 3);
  t.true(checks().some(({name}) => name.startsWith('the pool is raidz1 over 3 NVMe drives')));
});

test('an export that is not to everybody is as the recipe says, and the proof’s own client is added', async (t) => {
  const exports = '192.0.2.0/24(rw,insecure) 192.0.2.7(ro)';
  const {result, also} = world({exports, exported: ['192.0.2.7', '192.0.2.0/24']});
  t.deepEqual(await result, sound);
  t.deepEqual(also, ['10.77.0.2']);
  const other = world({exports, exported: ['192.0.2.0/24']});
  const {failed, said} = await other.result;
  t.deepEqual(failed, ['the data set is exported as the recipe says, and the client sees it']);
  t.is(said[0], 'the host does not export /tank/export to 192.0.2.7');
  t.deepEqual(also.length + other.also.length, 1);
});

test('an export that mountd does not tell of is seen', async (t) => {
  const {failed, said} = await world({isShown: false}).result;
  t.deepEqual(failed, ['the data set is exported as the recipe says, and the client sees it']);
  t.is(said[0], 'the client is not shown /tank/export');
});

test('where others come before everybody, the proof’s own client is added as well, since the first counts', async (t) => {
  const {result, also} = world({exports: '192.0.2.0/24(rw,insecure) *(ro)', exported: ['192.0.2.0/24', '*']});
  t.deepEqual(await result, sound);
  t.deepEqual(also, ['10.77.0.2']);
});

test('a pool of another layout is seen', async (t) => {
  const {failed, notRun} = await world({made: 'mirror'}).result;
  t.deepEqual(failed, ['the pool is raidz1 over 3 NVMe drives, as the recipe says, and online']);
  t.true(notRun > 5);
});

test('a pool that does not notice the loss of a drive is seen, and nothing after it is tried', async (t) => {
  const {failed, said, notRun} = await world({lost: 'ONLINE'}).result;
  t.deepEqual(failed, [pull]);
  t.is(said[0], 'the pool tank is not degraded by the loss of kbuild-host-2 alone');
  t.is(notRun, 2);
});

test('the loss of another drive than the one that was pulled is seen', async (t) => {
  t.deepEqual((await world({which: 0}).result).failed, [pull]);
});

test('a drive that is gone only after all was written proves nothing', async (t) => {
  const {failed, said} = await world({reached: 64}).result;
  t.deepEqual(failed, [pull]);
  t.regex(said[0]!, /had written all 64 MiB before the drive was gone/);
});

test('what was written without the drive has to be whole', async (t) => {
  const {failed, said} = await world({keeps: false}).result;
  t.deepEqual(failed, [pull]);
  t.regex(said[0]!, /kbuild-proof-slow on the host has dead, not feed/);
});

const cut = 'after a power cut the host has the pool and what was written';

test('a drive that is back and is not given what it missed is seen', async (t) => {
  const {failed, said} = await world({resilver: 'none requested'}).result;
  t.deepEqual(failed, [cut]);
  t.regex(said[0]!, /has not been resilvered/);
});

test('a scrub that has to repair something after that is seen', async (t) => {
  const scrub = 'scrub repaired 12K in 00:00:03 with 0 errors on Sun Nov 22 23:01:00 2026';
  const {failed, said} = await world({scrub}).result;
  t.deepEqual(failed, [cut]);
  t.regex(said[0]!, /a scrub finds something amiss/);
});
