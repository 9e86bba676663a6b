import test from 'ava';
import type {CheckResult} from '../../src/boot/report.ts';
import {type Guest, machinesOf, runChecks} from '../../src/boot/scenario.ts';
import {ceph} from '../../src/boot/scenarios/ceph.ts';
import {clusterStatus, isClean} from '../../src/boot/scenarios/ceph-status.ts';

/** What may be wrong with the machines. */
type World = {
  /** Files with keys that the image of the monitor has. */
  readonly keys: string;
  /** The machines whose OSD starts. */
  readonly starting: readonly string[];
  /** What the client's kernel can do. */
  readonly kernel: readonly ('ceph' | 'rbd')[];
  /** Whether an OSD that comes back is given what was written meanwhile. */
  readonly recovers: boolean;
  /** Whether writes go on while one is away. */
  readonly goesOn: boolean;
};

const right: World = {
  keys: '',
  starting: ['osd1', 'osd2'],
  kernel: ['ceph', 'rbd'],
  recovers: true,
  goesOn: true,
};

const nothing = {status: 1, output: ''};
type Answer = string | {readonly status: number; readonly output: string};

/** The machines as they answer the scenario's commands; an unknown one fails the test by its status. */
function machines(world: World): (name: string) => Guest {
  const up = new Set<string>();
  /** Contents that the cluster has, and those that each OSD has. */
  const kept = new Map<string, Set<string>>([
    ['osd1', new Set()],
    ['osd2', new Set()],
  ]);
  const state = {isActive: false, isMounted: false, serial: 0};
  const set = (change: Partial<typeof state>, answer = ''): Answer => {
    Object.assign(state, change);
    return answer;
  };
  const all = (): ReadonlySet<string> => new Set([...kept.values()].flatMap((some) => [...some]));
  const readable = (path: string): boolean => [...up].some((osd) => kept.get(osd)!.has(path));
  const begin = (osd: string): Answer => {
    if (!world.starting.includes(osd)) return '';
    up.add(osd);
    if (world.recovers) for (const path of all()) kept.get(osd)!.add(path);
    return `osd.${osd === 'osd1' ? 0 : 1}\n`;
  };
  const end = (osd: string): Answer => {
    up.delete(osd);
    return '';
  };
  const status = (): string => {
    const missing = up.size < 2;
    return JSON.stringify({
      health: missing ? {status: 'HEALTH_WARN', checks: {OSD_DOWN: {}}} : {status: 'HEALTH_OK', checks: {}},
      osdmap: {num_osds: 2, num_up_osds: up.size, num_in_osds: 2},
      mgrmap: {available: true},
      pgmap: {
        num_pgs: 25,
        pgs_by_state: [{state_name: missing ? 'active+undersized+degraded' : 'active+clean', count: 25}],
        ...(missing ? {degraded_objects: 9} : {}),
      },
      fsmap: {by_rank: state.isActive ? [{status: 'up:active'}] : []},
    });
  };
  const written = new Map<string, string>();
  const answers = (name: string): readonly (readonly [RegExp, (...groups: string[]) => Answer])[] => [
    [/^uname -r/, () => '6.1.192\n'],
    [/^gzip -dc/, () => 'abc  -\n'],
    [/list-units --failed/, () => ''],
    [/^find .*keyring/, () => world.keys],
    [/^kbuild-ceph mon --network \S+ 10\.77\.0\.1$/, () => ''],
    [/^printf .*\| ceph$/, () => ''],
    [/^kbuild-ceph grant (.*) 2>/, (grant) => `[global]\n[${grant}]\nkey = a\n`],
    [/^umask 077; printf .*>\/run\/kbuild-grant$/s, () => ''],
    [/^kbuild-ceph osd \/dev\/nvme0n1 </, () => begin(name)],
    [/^kbuild-ceph mds </, () => set({isActive: true}, 'mds.mds\n')],
    [/^kbuild-ceph client </, () => 'client.proof\n'],
    [/ceph status --format json/, status],
    [/^timeout 120 ceph|^sleep/, () => ''],
    [/^mkdir/, () => ''],
    [
      /^mount -t ceph/,
      () => (world.kernel.includes('ceph') ? set({isMounted: true}) : {status: 1, output: 'unknown type'}),
    ],
    [/^cat \/proc\/mounts/, () => (state.isMounted ? ':/ /mnt/cephfs ceph rw,name=proof,acl 0 0\n' : '')],
    [/^rbd .* create/, () => ''],
    [/^rbd .* map/, () => (world.kernel.includes('rbd') ? '/dev/rbd0\n' : nothing)],
    [/^mkfs\.ext4|^mount \/dev\/rbd0|^umount/, () => ''],
    [/^rbd .* info/, () => 'layering, exclusive-lock\n'],
    [/^head -c/, () => set({serial: state.serial + 1})],
    [
      /^dd .* of=(\S+)/,
      (path) => {
        if (up.size < 2 && !world.goesOn) return nothing;
        for (const osd of up) kept.get(osd)!.add(path!);
        written.set(path!, `digest${state.serial}`);
        return '';
      },
    ],
    [/^sha256sum \/run\/kbuild-random/, () => `digest${state.serial}  -\n`],
    [/^sha256sum (\S+)/, (path) => (readable(path!) ? `${written.get(path!)}  -\n` : 'lost  -\n')],
    [/^sync/, () => ''],
    [/^ls \/var\/lib\/ceph\/osd/, () => (name === 'osd1' ? '0\n' : '1\n')],
    [/^systemctl stop ceph-osd@/, () => end(name)],
    [/^systemctl start ceph-osd@/, () => begin(name)],
  ];
  return (name) => ({
    spec: {
      name,
      role: name.replace(/\d$/, ''),
      boot: {kind: 'direct', direct: {kernel: '/none', append: ''}},
      memoryMiB: 1,
      cpus: 1,
      drives: [],
      address: '10.77.0.1',
      expected: {release: '6.1.192', configSha256: 'abc'},
    },
    start: async () => undefined,
    cutPower: async () => undefined,
    pullDrive: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => [],
    run: async (command) => {
      for (const [pattern, answer] of answers(name)) {
        const [matched, ...groups] = pattern.exec(command) ?? [];
        if (matched === undefined) continue;
        const given = answer(...groups);
        return {command, ...(typeof given === 'string' ? {status: 0, output: given} : given)};
      }
      return {command, status: 127, output: `${command}: not found\n`};
    },
  });
}

/** The names of checks that fail, and how many are not run because of them. */
async function outcome(world: World): Promise<{failed: readonly string[]; notRun: number}> {
  const results = await runChecks(ceph.checks(), machines(world), new AbortController().signal);
  const of = (wanted: CheckResult['outcome']): readonly string[] =>
    results.filter((result) => result.outcome === wanted).map(({name}) => name);
  return {failed: of('failed'), notRun: of('not-run').length};
}

test('every check of Ceph passes where all is right', async (t) => {
  t.deepEqual(await outcome(right), {failed: [], notRun: 0});
});

test('a key in an image is seen before the cluster is made', async (t) => {
  const {failed} = await outcome({...right, keys: '/etc/ceph/ceph.client.admin.keyring\n'});
  t.deepEqual(failed, ['a cluster is made, with keys that are made there']);
});

test('without its second OSD, the cluster fails where the OSDs join', async (t) => {
  const {failed, notRun} = await outcome({...right, starting: ['osd1']});
  t.deepEqual(failed, ['two OSDs join it, each with its drive']);
  t.is(notRun, 10);
});

test('a kernel without CephFS fails at the mount, one without RBD at the map', async (t) => {
  const mount = await outcome({...right, kernel: ['rbd']});
  t.deepEqual(mount, {failed: ['the client’s kernel mounts the file system'], notRun: 6});
  const map = await outcome({...right, kernel: ['ceph']});
  t.deepEqual(map, {failed: ['the client’s kernel maps an image as a block device'], notRun: 5});
});

test('a cluster that does not write while an OSD is away is seen', async (t) => {
  t.deepEqual((await outcome({...right, goesOn: false})).failed, [
    'an OSD is stopped, and the client goes on',
  ]);
});

test('an OSD that has not what was written without it is seen when it is alone', async (t) => {
  t.deepEqual((await outcome({...right, recovers: false})).failed, ['the OSD that was away has all of it']);
});

test('the role osd has two machines, with a drive each', (t) => {
  t.deepEqual(machinesOf(ceph, 'osd'), ['osd1', 'osd2']);
  t.is(ceph.drives?.osd?.length, 1);
});

test('a cluster is clean when every placement group is counted as active and clean', (t) => {
  const at = (states: Readonly<Record<string, number>>, all = 25, available = true): boolean => {
    const groups = Object.entries(states).map(([state_name, count]) => ({state_name, count}));
    const text = JSON.stringify({mgrmap: {available}, pgmap: {num_pgs: all, pgs_by_state: groups}});
    return isClean(clusterStatus(text)!);
  };
  t.true(at({'active+clean': 24, 'active+clean+scrubbing+deep': 1}));
  t.false(at({'active+clean': 24, 'active+clean+remapped': 1}));
  t.false(at({'active+clean': 24}));
  t.false(at({'active+clean': 25}, 25, false));
  t.false(at({}, 0));
});

test('a cluster that does not answer has no status', (t) => {
  t.is(clusterStatus(''), undefined);
  t.is(clusterStatus('Error connecting to cluster'), undefined);
});
