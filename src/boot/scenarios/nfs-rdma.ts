/** NFS over RDMA, served from ZFS over several NVMe drives: what has to be seen before the images are given out. */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {dropCaches, requireDigest, sha256Of, writeRandom} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed, patience} from './machines.ts';
import {mountOptions, poolLayout, type RdmaPackets} from './outputs.ts';
import {packetsMoved, packetsOf, requirePackets} from './rdma.ts';
import {parametersExist} from './tunables.ts';

const pool = 'tank';
const dataSet = `/${pool}/export`;
const fileName = 'kbuild-proof';
const mountPoint = '/mnt/kbuild-proof';
const contentBytes = 16 * 1024 * 1024;
/** After a restart the server gives clients up to 90 s to reclaim what they had open. */
const rereadMs = 300_000;

type Seen = {digest?: string; before?: Packets; after?: Packets};
type Packets = {readonly host: RdmaPackets; readonly client: RdmaPackets};

export const nfsRdma: Scenario = {
  name: 'nfs-rdma',
  summary: 'a client mounts the data set of a ZFS pool by NFS 4.2 over RDMA, before and after a power cut',
  roles: ['host', 'client'],
  drives: {host: Array.from({length: 3}, () => ({sizeMiB: 2048, kind: 'nvme'}) as const)},
  links: [{from: 'client', to: 'host', label: 'NFS 4.2 over RDMA: a data set of the ZFS pool'}],
  network: 'one private Ethernet network, RDMA by Soft-RoCE',
  checks: () => {
    const seen: Seen = {};
    return [
      comesUp('host'),
      comesUp('client'),
      noUnitFailed(['host', 'client']),
      kernelIsTheBuiltOne(['host', 'client']),
      parametersExist(['host', 'client']),
      poolIsMade,
      dataSetIsExported,
      mountIsRdma,
      contentIsTheSame(seen),
      countersMoved(seen),
      poolSurvivesPowerCut(seen),
      clientReadsAgain(seen),
    ];
  },
};

const poolIsMade: Check = {
  id: 'pool',
  name: 'the pool is raidz over the NVMe drives, and online',
  needs: ['host-up'],
  concerns: {host: ['zfs-import-cache.service', 'zfs-mount.service']},
  show: async (guest) => {
    const host = guest('host');
    const expected = host.spec.drives.length;
    const list = await succeed(host, 'ls /dev/nvme*n1');
    const drives = list.trim().split(/\s+/);
    if (drives.length !== expected) {
      throw new CheckFailure(`the host has ${drives.length} NVMe drives, not ${expected}`);
    }
    await succeed(host, `kbuild-pool create ${pool} raidz1 ${drives.join(' ')}`, 300_000);
    return requireRaidz(host);
  },
};

/** Throws unless the pool is one raidz1 of exactly the machine's NVMe drives, all online. */
async function requireRaidz(host: Guest): Promise<string> {
  const status = await host.run(`zpool status -L -P ${pool}`);
  const layout = poolLayout(status.output);
  const [group] = layout.groups;
  const drives = group?.members.filter((member) => /^\/dev\/nvme\d+n1(?:p\d+)?$/.test(member.name)) ?? [];
  const online =
    layout.state === 'ONLINE' &&
    layout.groups.length === 1 &&
    group !== undefined &&
    /^raidz1?-0$/.test(group.name) &&
    [group, ...group.members].every((member) => member.state === 'ONLINE') &&
    group.members.length === host.spec.drives.length &&
    drives.length === group.members.length;
  if (!online) {
    throw new CheckFailure(
      `the pool ${pool} is not raidz1 over ${host.spec.drives.length} NVMe drives, online`,
      commandDetail(host, status),
    );
  }
  return `${group.name} of ${drives.map((drive) => drive.name).join(', ')}, ONLINE`;
}

const dataSetIsExported: Check = {
  id: 'export',
  name: 'the data set is exported, and the client sees it',
  needs: ['pool', 'client-up'],
  concerns: {host: ['nfs-server.service', 'zfs-share.service']},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    const exports = await host.run('exportfs -v');
    const isExported = exports.output.split(/\s+/).includes(dataSet);
    if (!isExported) {
      throw new CheckFailure(`the host does not export ${dataSet}`, commandDetail(host, exports));
    }
    const shown = await client.run(`showmount --no-headers -e ${host.spec.address}`);
    const line = shown.output.split('\n').find((text) => text.startsWith(`${dataSet} `));
    if (line === undefined) {
      throw new CheckFailure(`the client is not shown ${dataSet}`, commandDetail(client, shown));
    }
    return `showmount on the client: ${line.replaceAll(/\s+/g, ' ').trim()}`;
  },
};

const mountIsRdma: Check = {
  id: 'mount',
  name: 'the client mounts it by NFS 4.2 over RDMA',
  needs: ['export'],
  concerns: {host: ['nfs-server.service', 'kbuild-roce.service'], client: ['kbuild-roce.service']},
  show: async (guest) => {
    const client = guest('client');
    const options = 'vers=4.2,rdma,port=20049';
    const source = `${guest('host').spec.address}:${dataSet}`;
    await succeed(client, `mkdir -p ${mountPoint}`);
    await succeed(client, `mount -t nfs4 -o ${options} ${source} ${mountPoint}`, 180_000);
    const mounts = await client.run('cat /proc/mounts');
    const actual = mountOptions(mounts.output, mountPoint);
    const holds =
      actual?.type === 'nfs4' && actual.options.includes('vers=4.2') && actual.options.includes('proto=rdma');
    if (!holds) {
      throw new CheckFailure('the mount is not NFS 4.2 over RDMA', commandDetail(client, mounts));
    }
    return `${source} with ${actual.options.filter((option) => /^(?:vers|proto|port)=/.test(option)).join(', ')}`;
  },
};

function contentIsTheSame(seen: Seen): Check {
  return {
    id: 'content',
    name: '16 MiB written by the client are the same on the host',
    needs: ['mount'],
    concerns: {host: ['nfs-server.service'], client: []},
    show: async (guest) => {
      const [host, client] = [guest('host'), guest('client')];
      seen.before = await packets(guest);
      const written = await writeRandom(client, `${mountPoint}/${fileName}`, contentBytes);
      await dropCaches(client);
      await dropCaches(host);
      const onHost = await sha256Of(host, `${dataSet}/${fileName}`);
      const overNfs = await sha256Of(client, `${mountPoint}/${fileName}`);
      seen.after = await packets(guest);
      if (written !== onHost) throw new CheckFailure(`the client wrote ${written}, the host has ${onHost}`);
      if (written !== overNfs) throw new CheckFailure(`the client wrote ${written} and reads ${overNfs}`);
      seen.digest = written;
      return `SHA-256 ${written.slice(0, 16)}… on the client, on the host, and read back`;
    },
  };
}

async function packets(guest: (role: string) => Guest): Promise<Packets> {
  const [host, client] = await Promise.all([packetsOf(guest('host')), packetsOf(guest('client'))]);
  return {host, client};
}

function countersMoved(seen: Seen): Check {
  return {
    id: 'counters',
    name: 'the bytes went by RDMA',
    needs: ['content'],
    concerns: {host: [], client: []},
    show: async () => {
      const {before, after} = seen;
      if (before === undefined || after === undefined) throw new CheckFailure('the counters were not read');
      const client = packetsMoved(before.client, after.client);
      const host = packetsMoved(before.host, after.host);
      return requirePackets({client, host}, contentBytes);
    },
  };
}

function poolSurvivesPowerCut(seen: Seen): Check {
  return {
    id: 'power-cut',
    name: 'after a power cut the host has the pool and the file',
    needs: ['counters'],
    after: ['units', 'kernel', 'parameters'],
    concerns: {host: ['zfs-import-cache.service', 'zfs-import-scan.service', 'zfs-mount.service']},
    show: async (guest) => {
      const host = guest('host');
      await host.cutPower();
      await host.start();
      await host.untilUp(patience);
      const layout = await requireRaidz(host);
      await requireDigest(host, `${dataSet}/${fileName}`, seen.digest);
      return `imported without help: ${layout}; the file has the same SHA-256`;
    },
  };
}

function clientReadsAgain(seen: Seen): Check {
  return {
    id: 'reread',
    name: 'the client reads the file again',
    needs: ['power-cut'],
    concerns: {host: ['nfs-server.service', 'zfs-share.service', 'kbuild-roce.service'], client: []},
    show: async (guest) => {
      const client = guest('client');
      await dropCaches(client);
      await requireDigest(client, `${mountPoint}/${fileName}`, seen.digest, rereadMs);
      const mounts = await client.run('cat /proc/mounts');
      const actual = mountOptions(mounts.output, mountPoint);
      if (!actual?.options.includes('proto=rdma')) {
        throw new CheckFailure('the mount is not by RDMA any more', commandDetail(client, mounts));
      }
      return 'through the same mount, caches dropped, the same SHA-256';
    },
  };
}
