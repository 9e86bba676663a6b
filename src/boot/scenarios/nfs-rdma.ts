/** NFS over RDMA, served from ZFS over several NVMe drives: what has to be seen before the images are given out. */

import {driveSerial} from '../qemu.ts';
import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {dropCaches, requireDigest, sha256Of, writeRandom, writeSlowly} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed, patience} from './machines.ts';
import {mountOptions, type RdmaPackets} from './outputs.ts';
import {isRedundant, type Pool, poolOf, requireDegraded, requireOnline, requireResilvered} from './pool.ts';
import {packetsMoved, packetsOf, requirePackets} from './rdma.ts';
import {parametersExist} from './tunables.ts';
import {untilTrue} from './waiting.ts';

const {name: poolName} = poolOf(new Map());
const dataSet = `/${poolName}/export`;
const fileName = 'kbuild-proof';
/** Written over half a minute at least, whatever the machines can: a drive that is pulled takes some seconds to be gone. */
const slowFileName = 'kbuild-proof-slow';
const mebibyte = 1024 * 1024;
const slowMiB = 64;
const mountPoint = '/mnt/kbuild-proof';
const contentBytes = 16 * mebibyte;
/** After a restart the server gives clients up to 90 s to reclaim what they had open. */
const rereadMs = 300_000;

type Seen = {digest?: string; slowDigest?: string; before?: Packets; after?: Packets};
type Packets = {readonly host: RdmaPackets; readonly client: RdmaPackets};

export const nfsRdma: Scenario = {
  ...nfsRdmaOver(poolOf(new Map())),
  withParameters: (values) => nfsRdmaOver(poolOf(values)),
};

function nfsRdmaOver(pool: Pool): Scenario {
  const drive = {sizeMiB: 2048, kind: 'nvme', removable: true} as const;
  return {
    name: 'nfs-rdma',
    summary:
      'a client mounts the data set of a ZFS pool by NFS 4.2 over RDMA, while a drive is pulled and after a power cut',
    roles: ['host', 'client'],
    drives: {host: Array.from({length: pool.drives}, () => drive)},
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
        poolIsMade(pool),
        dataSetIsExported(pool),
        mountIsRdma,
        contentIsTheSame(seen),
        countersMoved(seen),
        ...(isRedundant(pool) ? [driveIsPulled(pool, seen)] : []),
        poolSurvivesPowerCut(pool, seen),
        clientReadsAgain(seen),
      ];
    },
  };
}

function poolIsMade(pool: Pool): Check {
  return {
    id: 'pool',
    name: `the pool is ${pool.layout} over ${pool.drives} NVMe drives, as the recipe says, and online`,
    needs: ['host-up'],
    concerns: {host: ['zfs-import-cache.service', 'zfs-mount.service']},
    show: async (guest) => {
      const host = guest('host');
      await succeed(host, `kbuild-pool create ${pool.name}`, 300_000);
      const layout = await requireOnline(host, pool);
      return isRedundant(pool)
        ? layout
        : `${layout}; no drive is pulled: a stripe has no redundancy, and would lose the pool`;
    },
  };
}

function dataSetIsExported(pool: Pool): Check {
  return {
    id: 'export',
    name: 'the data set is exported as the recipe says, and the client sees it',
    needs: ['pool', 'client-up'],
    concerns: {host: ['nfs-server.service', 'zfs-share.service']},
    show: async (guest) => {
      const [host, client] = [guest('host'), guest('client')];
      const exports = await host.run('exportfs -s');
      const named = clientsOf(exports.output);
      if (named.length === 0) {
        throw new CheckFailure(`the host does not export ${dataSet}`, commandDetail(host, exports));
      }
      const missing = pool.clients.filter((one) => !named.includes(one));
      if (missing.length > 0) {
        const what = `the host does not export ${dataSet} to ${missing.join(', ')}`;
        throw new CheckFailure(what, commandDetail(host, exports));
      }
      // mountd tells of no address that is in a network it tells of.
      const shown = await client.run(`showmount --no-headers -e ${host.spec.address}`);
      if (!shown.output.split('\n').some((text) => text.startsWith(`${dataSet} `))) {
        throw new CheckFailure(`the client is not shown ${dataSet}`, commandDetail(client, shown));
      }
      const seen = `to ${named.join(', ')}, and showmount on the client tells of it`;
      // Who comes first counts.
      if (pool.clients[0] === '*') return seen;
      await succeed(host, exportToo(pool, client.spec.address));
      return `${seen}; in the proof also to ${client.spec.address}`;
    },
  };
}

/** Whom the data set is exported to, of lines such as `/tank/export  192.0.2.0/24(sync,…)`. */
function clientsOf(exports: string): readonly string[] {
  return exports.split('\n').flatMap((line) => {
    const [path, client = ''] = line.split(/\s+/);
    return path === dataSet ? [client.replace(/\(.*/, '')] : [];
  });
}

/** The machines of a proof have addresses of their own, which a recipe's exports need not name: the options are the recipe's. */
function exportToo({name}: Pool, address: string): string {
  const [own, more] = [name, 'proof'].map((one) => `/etc/exports.d/kbuild-${one}.exports`);
  return `sed -E 's/^([^ ]+) [^ (]*(\\([^)]*\\)).*/\\1 ${address}\\2/' ${own} >${more} && exportfs -ra`;
}

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

function driveIsPulled(pool: Pool, seen: Seen): Check {
  return {
    id: 'pull',
    name: `a drive is pulled while the client writes ${slowMiB} MiB: the pool degrades, and the file is whole`,
    needs: ['counters'],
    after: ['units', 'kernel', 'parameters'],
    concerns: {host: ['systemd-udevd.service', 'nfs-server.service'], client: []},
    show: async (guest) => {
      const [host, client] = [guest('host'), guest('client')];
      const index = pool.drives - 1;
      const size = `stat -c %s ${dataSet}/${slowFileName}`;
      const {digest, writing} = await writeSlowly(client, `${mountPoint}/${slowFileName}`, slowMiB);
      // What is thrown before the writing ends must not leave its own failure unheard.
      writing.catch(() => undefined);
      await succeed(host, untilTrue(`[ "$(${size})" -ge ${(slowMiB / 8) * mebibyte} ]`), 180_000);
      await host.pullDrive(index);
      const reached = Math.floor(Number(await succeed(host, size)) / mebibyte);
      if (reached >= slowMiB) {
        throw new CheckFailure(`the client had written all ${slowMiB} MiB before the drive was gone`);
      }
      const degraded = await requireDegraded(host, pool, driveSerial(host.spec.name, index));
      await writing;
      seen.slowDigest = digest;
      await dropCaches(client);
      await dropCaches(host);
      await requireDigest(host, `${dataSet}/${slowFileName}`, digest);
      await requireDigest(client, `${mountPoint}/${slowFileName}`, digest);
      return `gone after ${reached} of ${slowMiB} MiB; ${degraded}; the file has the same SHA-256 on both`;
    },
  };
}

function poolSurvivesPowerCut(pool: Pool, seen: Seen): Check {
  const wasPulled = isRedundant(pool);
  return {
    id: 'power-cut',
    name: 'after a power cut the host has the pool and what was written',
    needs: [wasPulled ? 'pull' : 'counters'],
    after: ['units', 'kernel', 'parameters'],
    concerns: {host: ['zfs-import-cache.service', 'zfs-import-scan.service', 'zfs-mount.service']},
    show: async (guest) => {
      const host = guest('host');
      await host.cutPower();
      await host.start();
      await host.untilUp(patience);
      const layout = await requireOnline(host, pool);
      const resilvered = wasPulled ? `; ${await requireResilvered(host, pool)}` : '';
      await requireFiles(host, dataSet, seen);
      return `imported without help: ${layout}${resilvered}; the same SHA-256`;
    },
  };
}

/** Throws unless what the client wrote is there. */
async function requireFiles(
  guest: Guest,
  folder: string,
  {digest, slowDigest}: Seen,
  timeoutMs?: number,
): Promise<void> {
  await requireDigest(guest, `${folder}/${fileName}`, digest, timeoutMs);
  if (slowDigest !== undefined)
    await requireDigest(guest, `${folder}/${slowFileName}`, slowDigest, timeoutMs);
}

function clientReadsAgain(seen: Seen): Check {
  return {
    id: 'reread',
    name: 'the client reads it again',
    needs: ['power-cut'],
    concerns: {host: ['nfs-server.service', 'zfs-share.service', 'kbuild-roce.service'], client: []},
    show: async (guest) => {
      const client = guest('client');
      await dropCaches(client);
      await requireFiles(client, mountPoint, seen, rereadMs);
      const mounts = await client.run('cat /proc/mounts');
      const actual = mountOptions(mounts.output, mountPoint);
      if (!actual?.options.includes('proto=rdma')) {
        throw new CheckFailure('the mount is not by RDMA any more', commandDetail(client, mounts));
      }
      return 'through the same mount, caches dropped, the same SHA-256';
    },
  };
}
