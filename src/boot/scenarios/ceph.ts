/** Ceph: a cluster is made of machines, a client uses its file system and a block device, and an OSD goes and comes back. */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {quoted} from '../shell.ts';
import {type ClusterStatus, clusterStatus, isClean} from './ceph-status.ts';
import {dropCaches, requireDigest, writeRandom} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';
import {mountOptions} from './outputs.ts';
import {parametersExist} from './tunables.ts';

type Guests = (machine: string) => Guest;

const osds = ['osd1', 'osd2'] as const;
const machines = ['mon', ...osds, 'mds', 'client'] as const;
/** The name that the client has in the cluster. */
const user = 'proof';
const image = 'rbd/proof';
const fileSystemAt = '/mnt/cephfs';
const deviceAt = '/mnt/rbd';
const contentBytes = 8 * 1024 * 1024;
/** Emulated and beside other work, a manager has taken four minutes to load its modules. */
const settleMs = 900_000;
const commandMs = 300_000;
/** The shortest pause between two questions. */
const pauseMs = 2000;

/**
 * What differs from a new cluster's settings: two OSDs instead of three, and the patience with machines that are emulated.
 * That with managers stays as it is: a monitor that runs for a shorter time than `mon_mgr_beacon_grace` drops each of them.
 */
const settings = [
  'config set global osd_pool_default_size 2',
  'config set global osd_pool_default_min_size 1',
  'config set global osd_pool_default_pg_autoscale_mode off',
  'config set global mon_osd_min_down_reporters 1',
  'config set global osd_heartbeat_grace 120',
  'config set global mds_beacon_grace 120',
  'config set osd osd_op_complaint_time 600',
  'config set osd osd_memory_target 939524096',
];

const pools = [
  'osd pool create cephfs_metadata 8',
  'osd pool create cephfs_data 8',
  'fs new cephfs cephfs_metadata cephfs_data',
  'osd pool create rbd 8',
  'osd pool application enable rbd rbd',
];

/** What has been written so far, by where it is. */
type Seen = {readonly digests: Map<string, string>};

export const ceph: Scenario = {
  name: 'ceph',
  summary: 'a client uses the file system and a block device of a Ceph cluster, also while an OSD is away',
  roles: ['mon', 'osd', 'mds', 'client'],
  machines: {osd: osds},
  drives: {osd: [{sizeMiB: 4096, kind: 'nvme'}]},
  memoryMiB: {mon: 1536, osd: 1280, mds: 768, client: 768},
  links: [
    {from: 'osd1', to: 'mon', label: 'maps of the cluster'},
    {from: 'osd1', to: 'osd2', label: 'second copies of objects'},
    {from: 'mds', to: 'osd2', label: 'names of files'},
    {from: 'client', to: 'mds', label: 'CephFS'},
    {from: 'client', to: 'osd2', label: 'CephFS, and an RBD image: objects'},
  ],
  network: 'one private Ethernet network',
  checks: () => {
    const seen: Seen = {digests: new Map()};
    return [
      ...machines.map(comesUp),
      noUnitFailed(machines),
      kernelIsTheBuiltOne(machines),
      clusterIsMade,
      osdsJoin,
      fileSystemIsMade,
      clusterIsHealthy,
      parametersExist(machines, ['healthy']),
      fileSystemIsMounted,
      imageIsMapped,
      fileIsTheSame(seen),
      imageIsTheSame(seen),
      osdStops(seen),
      osdComesBack(seen),
      osdHasAll(seen),
    ];
  },
};

const clusterIsMade: Check = {
  id: 'cluster',
  name: 'a cluster is made, with keys that are made there',
  needs: ['mon-up'],
  concerns: {mon: ['ceph-mon@mon.service', 'ceph-mgr@mon.service']},
  show: async (guest) => {
    const mon = guest('mon');
    const keys = (await succeed(mon, 'find /etc/ceph /var/lib/ceph -name "*keyring*"', commandMs)).trim();
    if (keys !== '') throw new CheckFailure(`the image has keys: ${keys}`);
    await succeed(mon, `kbuild-ceph mon --network 10.77.0.0/24 ${mon.spec.address}`, commandMs);
    await tell(mon, settings);
    const status = await untilCluster(guest, 'answers', () => true);
    return `no key in the image; now the monitor answers: ${status.health}`;
  },
};

/** Several commands of `ceph`, which takes an emulated machine ten seconds to start. */
async function tell(mon: Guest, commands: readonly string[]): Promise<void> {
  const said = await mon.run(`printf '%s\\n' ${commands.map(quoted).join(' ')} | ceph`, {
    timeoutMs: commandMs,
  });
  if (said.status === 0 && !/^Error /m.test(said.output)) return;
  throw new CheckFailure('the cluster refuses a command', commandDetail(mon, said));
}

/** Hands a grant from the monitor over to another machine, and has it used there. */
async function granted(guest: Guests, to: string, grant: string, command: string): Promise<string> {
  const text = await succeed(guest('mon'), `kbuild-ceph grant ${grant} 2>/dev/null`, commandMs);
  await succeed(guest(to), `umask 077; printf '%s' ${quoted(text)} >/run/kbuild-grant`);
  const done = await succeed(
    guest(to),
    `kbuild-ceph ${command} </run/kbuild-grant && rm /run/kbuild-grant`,
    commandMs,
  );
  return done.trim().split('\n').at(-1) ?? '';
}

/** Asks until the cluster is as it should be (`what`), and gives its status. */
async function untilCluster(
  guest: Guests,
  what: string,
  holds: (status: ClusterStatus) => boolean,
  limitMs = settleMs,
): Promise<ClusterStatus> {
  const mon = guest('mon');
  const end = performance.now() + limitMs;
  for (let asked = 0; asked < limitMs / pauseMs && performance.now() < end; asked++) {
    // The question itself takes an emulated machine ten seconds, which a manager that loads its modules lacks.
    if (asked > 0) await mon.run(`sleep ${Math.min(2 ** asked, 16)}`);
    // Where it is busy, it is asked again.
    const said = await mon.run('timeout 120 ceph status --format json 2>/dev/null', {timeoutMs: commandMs});
    const status = clusterStatus(said.output);
    if (status !== undefined && holds(status)) return status;
  }
  throw new CheckFailure(
    `the cluster is not as it should be: ${what}`,
    commandDetail(mon, await mon.run('timeout 120 ceph status', {timeoutMs: commandMs})),
    commandDetail(mon, await mon.run('timeout 120 ceph health detail', {timeoutMs: commandMs})),
    commandDetail(mon, await mon.run('timeout 120 ceph osd tree', {timeoutMs: commandMs})),
  );
}

const osdsJoin: Check = {
  id: 'osds',
  name: 'two OSDs join it, each with its drive',
  needs: ['cluster', ...osds.map((osd) => `${osd}-up`)],
  concerns: {osd1: ['ceph-osd@*'], osd2: ['ceph-osd@*']},
  show: async (guest) => {
    const names = await Promise.all(osds.map(async (osd) => granted(guest, osd, 'osd', 'osd /dev/nvme0n1')));
    await untilCluster(
      guest,
      'two OSDs are up',
      ({osds: {up, in: taken}}) => up === 2 && taken === 2,
      300_000,
    );
    return names.map((name, index) => `${name} on ${osds[index]}`).join(', ');
  },
};

const fileSystemIsMade: Check = {
  id: 'fs',
  name: 'a file system has its metadata server',
  needs: ['osds', 'mds-up'],
  concerns: {mon: [], mds: ['ceph-mds@mds.service']},
  show: async (guest) => {
    await tell(guest('mon'), pools);
    const name = await granted(guest, 'mds', 'mds mds', 'mds');
    await untilCluster(guest, 'a metadata server is active', ({metadataServers}) =>
      metadataServers.includes('up:active'),
    );
    return `cephfs: ${name} is active`;
  },
};

const clusterIsHealthy: Check = {
  id: 'healthy',
  name: 'the cluster is healthy',
  needs: ['fs'],
  concerns: {mon: ['ceph-mgr@mon.service'], osd1: ['ceph-osd@*'], osd2: ['ceph-osd@*']},
  show: async (guest) => summary(await untilHealthy(guest)),
};

async function untilHealthy(guest: Guests): Promise<ClusterStatus> {
  return untilCluster(
    guest,
    'two OSDs are up, all placement groups active+clean, HEALTH_OK',
    (status) => status.osds.up === 2 && isClean(status) && status.health === 'HEALTH_OK',
  );
}

function summary({health, osds: {all, up}, groups}: ClusterStatus): string {
  const states = Object.entries(groups.byState).map(([state, count]) => `${count} ${state}`);
  return `${health}; ${up} of ${all} OSDs up; placement groups: ${states.join(', ')}`;
}

const fileSystemIsMounted: Check = {
  id: 'mount',
  name: 'the client’s kernel mounts the file system',
  needs: ['healthy', 'client-up'],
  concerns: {client: [], mds: ['ceph-mds@mds.service']},
  show: async (guest) => {
    const client = guest('client');
    await granted(guest, 'client', `client ${user}`, 'client');
    await succeed(client, `mkdir -p ${fileSystemAt} ${deviceAt}`);
    await succeed(client, `mount -t ceph -o name=${user},ms_mode=prefer-crc :/ ${fileSystemAt}`, commandMs);
    const mounts = await client.run('cat /proc/mounts');
    const mounted = mountOptions(mounts.output, fileSystemAt);
    if (mounted?.type !== 'ceph') {
      throw new CheckFailure(`${fileSystemAt} is no mount of ceph`, commandDetail(client, mounts));
    }
    const shown = mounted.options.filter((option) => /^(?:name|ms_mode|acl)/.test(option));
    return `type ceph, ${shown.join(',')}`;
  },
};

const imageIsMapped: Check = {
  id: 'map',
  name: 'the client’s kernel maps an image as a block device',
  needs: ['mount'],
  concerns: {client: []},
  show: async (guest) => {
    const client = guest('client');
    await succeed(client, `rbd --id ${user} create --size 128 ${image}`, commandMs);
    const device = await mapped(client);
    await succeed(client, `mkfs.ext4 -q ${device} && mount ${device} ${deviceAt}`, commandMs);
    const features = await succeed(client, `rbd --id ${user} info ${image} | sed -n 's/^\\tfeatures: //p'`);
    return `${image} is ${device}, with ext4; ${features.trim()}`;
  },
};

async function mapped(client: Guest): Promise<string> {
  const said = await succeed(client, `rbd --id ${user} map ${image}`, commandMs);
  const device = /^\/dev\/rbd\d+$/m.exec(said)?.[0];
  if (device !== undefined) return device;
  throw new CheckFailure(`rbd map names no device: ${said.trim()}`);
}

async function write(client: Guest, path: string, {digests}: Seen): Promise<string> {
  const digest = await writeRandom(client, path, contentBytes);
  digests.set(path, digest);
  return `SHA-256 ${digest.slice(0, 16)}…`;
}

/** Reads all files again from the cluster: each has to be what was written. */
async function requireAll(client: Guest, {digests}: Seen): Promise<string> {
  await dropCaches(client);
  for (const [path, written] of digests) await requireDigest(client, path, written, commandMs);
  return `${digests.size} files with the same SHA-256`;
}

function fileIsTheSame(seen: Seen): Check {
  return {
    id: 'file',
    name: '8 MiB written to the file system are read back',
    needs: ['map'],
    concerns: {client: [], mds: ['ceph-mds@mds.service']},
    show: async (guest) => {
      const client = guest('client');
      const written = await write(client, `${fileSystemAt}/before`, seen);
      await requireAll(client, seen);
      return `${written}, caches dropped`;
    },
  };
}

function imageIsTheSame(seen: Seen): Check {
  return {
    id: 'image',
    name: '8 MiB written to the image are read back after it was mapped anew',
    needs: ['file'],
    concerns: {client: []},
    show: async (guest) => {
      const client = guest('client');
      const written = await write(client, `${deviceAt}/before`, seen);
      await succeed(client, `umount ${deviceAt} && rbd --id ${user} unmap ${image}`, commandMs);
      const device = await mapped(client);
      await succeed(client, `mount ${device} ${deviceAt}`, commandMs);
      await requireAll(client, seen);
      return written;
    },
  };
}

/** Starts or stops a machine's OSD. */
async function turn(osd: Guest, way: 'start' | 'stop'): Promise<string> {
  const id = await succeed(osd, 'ls /var/lib/ceph/osd | sed s/^ceph-//');
  await succeed(osd, `systemctl ${way} ceph-osd@${id.trim()}`, commandMs);
  return `osd.${id.trim()}`;
}

function osdStops(seen: Seen): Check {
  return {
    id: 'degraded',
    name: 'an OSD is stopped, and the client goes on',
    needs: ['image'],
    after: ['units', 'kernel', 'parameters'],
    concerns: {client: [], mon: [], osd1: ['ceph-osd@*'], osd2: ['ceph-osd@*']},
    show: async (guest) => {
      const client = guest('client');
      const name = await turn(guest('osd2'), 'stop');
      await untilCluster(guest, `${name} is down`, ({osds: {up}}) => up === 1);
      await write(client, `${fileSystemAt}/meanwhile`, seen);
      await write(client, `${deviceAt}/meanwhile`, seen);
      await requireAll(client, seen);
      const {degraded, ...status} = await untilCluster(
        guest,
        'copies of objects are missing',
        (now) => now.degraded > 0,
      );
      return `${name}; ${summary({degraded, ...status})}; ${degraded} copies of objects are missing`;
    },
  };
}

function osdComesBack(seen: Seen): Check {
  return {
    id: 'recovered',
    name: 'the OSD is started again, and nothing is lost',
    needs: ['degraded'],
    concerns: {client: [], mon: [], osd2: ['ceph-osd@*']},
    show: async (guest) => {
      await turn(guest('osd2'), 'start');
      const status = await untilHealthy(guest);
      return `${summary(status)}; ${await requireAll(guest('client'), seen)}`;
    },
  };
}

function osdHasAll(seen: Seen): Check {
  return {
    id: 'copies',
    name: 'the OSD that was away has all of it',
    needs: ['recovered'],
    concerns: {client: [], mon: [], osd1: ['ceph-osd@*'], osd2: ['ceph-osd@*']},
    show: async (guest) => {
      const name = await turn(guest('osd1'), 'stop');
      await untilCluster(guest, `${name} is down`, ({osds: {up}}) => up === 1);
      const files = await requireAll(guest('client'), seen);
      // Whoever keeps the machines has a cluster that is whole.
      await turn(guest('osd1'), 'start');
      return `with ${name} stopped, ${files}; ${summary(await untilHealthy(guest))}`;
    },
  };
}
