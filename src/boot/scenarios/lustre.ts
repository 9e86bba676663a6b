/** Lustre over ZFS: a file striped over two OSTs, an OST that is stopped and comes back, LNet over TCP and over RDMA. */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {dropCaches, requireDigest, sha256Of, writeRandom} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';
import {mountOptions, stripeLayout} from './outputs.ts';
import {packetsMoved, packetsOf} from './rdma.ts';
import {parametersExist} from './tunables.ts';
import {untilTrue} from './waiting.ts';

const servers = ['mds', 'oss'] as const;
const clients = ['client1', 'client2'] as const;
const machines = [...servers, ...clients] as const;
const fsName = 'demo';
const mountPoint = `/mnt/${fsName}`;
const osts = ['OST0000', 'OST0001'] as const;
/** That is stopped. */
const stopped = {index: 1, name: `${fsName}-${osts[1]}`, at: `/srv/lustre/${fsName}-${osts[1]}`};
const contentBytes = 16 * 1024 * 1024;
/** No InfiniBand or RoCE packet carries more. */
const largestPayload = 4096;
/** Units come up on their own, and try again every few seconds. */
const settleMs = 300_000;
/** After it was stopped a target waits for its clients; and they ask again at growing intervals. */
const recoveryMs = 900_000;

type Network = 'tcp' | 'o2ib';
/** SHA-256 by the name of a file. */
type Seen = Map<string, string>;

export const lustre: Scenario = {
  name: 'lustre',
  summary: 'two clients share striped files over ZFS, across the stop of an OST, by TCP and by RDMA',
  roles: [...servers, 'client'],
  machines: {client: clients},
  drives: {
    mds: [{sizeMiB: 2048, kind: 'nvme'}],
    oss: [
      {sizeMiB: 2048, kind: 'nvme'},
      {sizeMiB: 2048, kind: 'nvme'},
    ],
  },
  links: [
    {from: 'oss', to: 'mds', label: 'registers its OSTs with the MGS'},
    {from: 'client1', to: 'mds', label: 'Lustre: names, layouts'},
    {from: 'client1', to: 'oss', label: 'Lustre: stripes'},
    {from: 'client2', to: 'mds', label: 'Lustre: names, layouts'},
    {from: 'client2', to: 'oss', label: 'Lustre: stripes'},
  ],
  network: 'one private Ethernet network; LNet by TCP, then by RDMA over Soft-RoCE',
  checks: () => {
    const seen: Seen = new Map();
    return [
      ...machines.map(comesUp),
      kernelIsTheBuiltOne(machines),
      lnetIsUp,
      metadataIsServed,
      objectsAreServed,
      noUnitFailed(machines),
      clientsMount,
      parametersExist(machines, ['mount']),
      fileIsStriped(seen),
      otherClientReads(seen),
      stoppedOstIsWaitedFor(seen),
      clientsGoByRdma,
      bytesGoByRdma(seen),
    ];
  },
};

function nid(guest: Guest, network: Network): string {
  return `${guest.spec.address}@${network}`;
}

const lnetIsUp: Check = {
  id: 'lnet',
  name: 'LNet is up: TCP on every machine, RDMA on the servers too, and the MDS answers',
  needs: machines.map((name) => `${name}-up`),
  concerns: Object.fromEntries(
    machines.map((name) => [name, ['kbuild-lnet.service', 'kbuild-roce.service']]),
  ),
  show: async (guest) => {
    for (const name of machines) {
      const machine = guest(name);
      const networks: readonly Network[] = name.startsWith('client') ? ['tcp'] : ['tcp', 'o2ib'];
      const wanted = networks.map((network) => `lctl list_nids | grep -qx ${nid(machine, network)}`);
      const there = await machine.run(untilTrue(`{ ${wanted.join(' && ')}; }`, 240), {timeoutMs: settleMs});
      if (there.status !== 0) {
        throw new CheckFailure(
          `${name} is not on ${networks.join(' and ')}`,
          commandDetail(
            machine,
            await machine.run(
              'lctl list_nids; rdma link show; systemctl status --no-pager --full kbuild-lnet',
            ),
          ),
        );
      }
    }
    for (const name of ['oss', ...clients]) await answers(guest(name), nid(guest('mds'), 'tcp'));
    await answers(guest('oss'), nid(guest('mds'), 'o2ib'));
    return `${nid(guest('mds'), 'tcp')} answers all, ${nid(guest('mds'), 'o2ib')} the oss`;
  },
};

/** A ping waits for a second, and the first has to connect. */
async function answers(from: Guest, to: string): Promise<void> {
  const ping = await from.run(untilTrue(`lctl ping ${to}`, 120), {timeoutMs: settleMs});
  if (ping.status === 0) return;
  throw new CheckFailure(`${to} does not answer ${from.spec.name}`, commandDetail(from, ping));
}

const metadataIsServed: Check = {
  id: 'mdt',
  name: 'the MDS serves a metadata target on ZFS, and the configuration',
  needs: ['lnet'],
  concerns: {mds: ['lustre-targets.service', 'kbuild-hostid.service']},
  show: async (guest) => {
    const mds = guest('mds');
    const format = `mkfs.lustre --mgs --mdt --fsname=${fsName} --index=0 --backfstype=zfs mdt0/mdt0 /dev/nvme0n1`;
    await succeed(mds, format, 300_000);
    return startTargets(mds, [`${fsName}-MDT0000`]);
  },
};

const objectsAreServed: Check = {
  id: 'osts',
  name: 'the OSS serves two object targets on ZFS',
  needs: ['mdt'],
  concerns: {oss: ['lustre-targets.service', 'kbuild-hostid.service'], mds: ['lustre-targets.service']},
  show: async (guest) => {
    const oss = guest('oss');
    const mgs = `${nid(guest('mds'), 'tcp')},${nid(guest('mds'), 'o2ib')}`;
    for (const index of osts.keys()) {
      const target = `ost${index}/ost${index} /dev/nvme${index}n1`;
      const options = `--fsname=${fsName} --index=${index} --mgsnode=${mgs} --backfstype=zfs`;
      await succeed(oss, `mkfs.lustre --ost ${options} ${target}`, 300_000);
    }
    return startTargets(
      oss,
      osts.map((name) => `${fsName}-${name}`),
    );
  },
};

/** Has a server mount its targets, and says on which data sets they are. */
async function startTargets(server: Guest, names: readonly string[]): Promise<string> {
  await succeed(server, 'systemctl reload-or-restart lustre-targets', 900_000);
  const mounts = await server.run('cat /proc/mounts');
  const missing = names.filter((name) => mountOptions(mounts.output, `/srv/lustre/${name}`) === undefined);
  if (missing.length > 0) {
    throw new CheckFailure(
      `${missing.join(', ')} is not mounted on the ${server.spec.name}`,
      commandDetail(server, mounts),
      commandDetail(server, await server.run('dmesg | grep -i lustre | tail -n 40')),
    );
  }
  const list = await succeed(server, 'zfs get -H -o value,name -s local -t filesystem lustre:svname');
  return list.trim().replaceAll('\t', ' on ').replaceAll('\n', ', ');
}

const clientsMount: Check = {
  id: 'mount',
  name: 'both clients mount it, with two OSTs',
  needs: ['osts'],
  concerns: {mds: [], oss: [], client1: [], client2: []},
  show: async (guest) => {
    for (const name of clients) await mountBy(guest, name, 'tcp');
    return `${nid(guest('mds'), 'tcp')}:/${fsName} at ${mountPoint}; lfs df: MDT0000, ${osts.join(', ')}`;
  },
};

async function mountBy(guest: (machine: string) => Guest, name: string, network: Network): Promise<void> {
  const client = guest(name);
  const source = `${nid(guest('mds'), network)}:/${fsName}`;
  await succeed(client, `mkdir -p ${mountPoint} && mount -t lustre ${source} ${mountPoint}`, 600_000);
  const mounts = await client.run('cat /proc/mounts');
  if (mountOptions(mounts.output, mountPoint)?.type !== 'lustre') {
    throw new CheckFailure(`${mountPoint} on ${name} is no Lustre`, commandDetail(client, mounts));
  }
  // A target that does not answer is shown without its size.
  const whole = ['MDT0000', ...osts].map(
    (target) => `grep -q "^${fsName}-${target}_UUID .*%" /run/kbuild-df`,
  );
  const shown = `{ lfs df ${mountPoint} >/run/kbuild-df && ${whole.join(' && ')}; }`;
  const there = await client.run(untilTrue(shown, 240), {timeoutMs: settleMs});
  if (there.status === 0) return;
  throw new CheckFailure(
    `${name} does not have all targets`,
    commandDetail(
      client,
      await client.run('cat /run/kbuild-df; lctl dl; lctl get_param -n *.*.import | head -60'),
    ),
  );
}

function fileIsStriped(seen: Seen): Check {
  const path = `${mountPoint}/striped`;
  return {
    id: 'striped',
    name: 'a client writes a file that is striped over both OSTs',
    needs: ['mount'],
    concerns: {client1: [], oss: []},
    show: async (guest) => {
      const client = guest('client1');
      await succeed(client, `lfs setstripe -c 2 -S 1M ${path}`);
      seen.set('striped', await writeRandom(client, path, contentBytes));
      const shown = await client.run(`lfs getstripe ${path}`);
      const {count, osts: used} = stripeLayout(shown.output);
      if (count !== 2 || new Set(used).size !== 2) {
        throw new CheckFailure(`${path} is not striped over two OSTs`, commandDetail(client, shown));
      }
      return `lfs getstripe: stripe count ${count}, on OST ${used.join(' and ')}; 16 MiB`;
    },
  };
}

function otherClientReads(seen: Seen): Check {
  return {
    id: 'content',
    name: 'the other client reads the same',
    needs: ['striped'],
    concerns: {client2: [], oss: []},
    show: async (guest) => {
      await requireDigest(guest('client2'), `${mountPoint}/striped`, seen.get('striped'));
      return `SHA-256 ${seen.get('striped')!.slice(0, 16)}… on both`;
    },
  };
}

function stoppedOstIsWaitedFor(seen: Seen): Check {
  const path = `${mountPoint}/kept-waiting`;
  return {
    id: 'ost-back',
    name: 'an OST is stopped: clients wait for it, go on when it is back, and nothing is lost',
    needs: ['content'],
    after: ['units'],
    concerns: {client1: [], client2: [], oss: ['lustre-targets.service']},
    show: async (guest) => {
      const [oss, writer, reader] = [guest('oss'), guest('client1'), guest('client2')];
      await succeed(writer, `lfs setstripe -c 1 -i ${stopped.index} ${path}`);
      await succeed(writer, `head -c ${contentBytes} /dev/urandom >/run/kbuild-waiting`);
      // With the locks go the pages that they cover: the reader has to ask both OSTs.
      await succeed(reader, 'lctl set_param -n ldlm.namespaces.*-osc-*.lru_size=clear');
      await dropCaches(reader);
      await succeed(oss, `umount ${stopped.at}`, 300_000);
      // Both are left to themselves: what waits for an OST cannot be killed, and must not be the shell.
      const write = `dd if=/run/kbuild-waiting of=${path} bs=1M conv=notrunc,fsync status=none`;
      await succeed(writer, `(sh -c '${write} && echo written' >/run/kbuild-done 2>&1 &)`);
      await succeed(reader, `(sha256sum ${mountPoint}/striped >/run/kbuild-done 2>&1 &)`);
      const away = untilTrue(
        `lctl get_param -n osc.${stopped.name}-osc-*.import | grep -q 'state: *\\(DISCONN\\|CONNECTING\\|REPLAY\\)'`,
        240,
      );
      for (const client of [writer, reader]) {
        await succeed(client, away, settleMs);
        const done = await client.run('cat /run/kbuild-done');
        if (done.output.trim() !== '') {
          throw new CheckFailure(
            `the ${client.spec.name} did not wait for ${stopped.name}`,
            commandDetail(client, done),
          );
        }
      }
      await succeed(oss, 'systemctl reload lustre-targets', 900_000);
      const waited = Date.now();
      for (const client of [writer, reader]) {
        const done = untilTrue('test -s /run/kbuild-done', recoveryMs / 1000 - 60);
        const over = await client.run(done, {timeoutMs: recoveryMs});
        if (over.status !== 0) {
          throw new CheckFailure(
            `the ${client.spec.name} still waits for ${stopped.name}`,
            commandDetail(
              client,
              await client.run('lctl get_param osc.*.import | tail -n 60; dmesg | tail -n 30'),
            ),
          );
        }
      }
      const written = (await succeed(writer, 'cat /run/kbuild-done')).trim();
      if (written !== 'written') throw new CheckFailure(`the write failed: ${written}`);
      const [read = ''] = (await succeed(reader, 'cat /run/kbuild-done')).split(' ');
      if (read !== seen.get('striped')) {
        throw new CheckFailure(`the file has ${read}, and had ${seen.get('striped')}`);
      }
      const digest = await sha256Of(writer, '/run/kbuild-waiting');
      seen.set('kept-waiting', digest);
      await requireDigest(reader, path, digest);
      const seconds = Math.round((Date.now() - waited) / 1000);
      return `${stopped.name}: a write and a read waited, and went on ${seconds} s after it was back; the same SHA-256`;
    },
  };
}

const clientsGoByRdma: Check = {
  id: 'rdma-mount',
  name: 'both clients mount it by RDMA alone',
  needs: ['ost-back'],
  after: ['parameters'],
  concerns: {
    mds: [],
    oss: [],
    client1: ['kbuild-lnet.service', 'kbuild-roce.service'],
    client2: ['kbuild-lnet.service', 'kbuild-roce.service'],
  },
  show: async (guest) => {
    for (const name of clients) {
      const client = guest(name);
      await succeed(client, `umount ${mountPoint}`, 300_000);
      await succeed(client, 'sed -i "s/^networks=.*/networks=o2ib/" /etc/kbuild/lnet.conf');
      await succeed(client, 'systemctl restart kbuild-lnet', 300_000);
      const nids = (await succeed(client, 'lctl list_nids')).trim();
      if (nids !== nid(client, 'o2ib')) throw new CheckFailure(`${name} is on ${nids}`);
      await mountBy(guest, name, 'o2ib');
    }
    return `${nid(guest('mds'), 'o2ib')}:/${fsName}; each client is on o2ib and no other network`;
  },
};

function bytesGoByRdma(seen: Seen): Check {
  const path = `${mountPoint}/by-rdma`;
  return {
    id: 'rdma-content',
    name: 'files are the same by RDMA, and their bytes went that way',
    needs: ['rdma-mount'],
    concerns: {client1: [], client2: [], oss: []},
    show: async (guest) => {
      const [writer, reader] = [guest('client1'), guest('client2')];
      const before = [await packetsOf(writer), await packetsOf(reader)] as const;
      await succeed(writer, `lfs setstripe -c 2 -S 1M ${path}`);
      const digest = await writeRandom(writer, path, contentBytes);
      await requireDigest(reader, path, digest);
      for (const [name, before_] of seen) await requireDigest(reader, `${mountPoint}/${name}`, before_);
      const sent = packetsMoved(before[0], await packetsOf(writer)).sent;
      const received = packetsMoved(before[1], await packetsOf(reader)).received;
      const least = contentBytes / largestPayload;
      const counts = `client1 sent ${sent} RDMA packets, client2 received ${received}`;
      if (Math.min(sent, received) < least) {
        throw new CheckFailure(`16 MiB are at least ${least} packets; ${counts}`);
      }
      return `SHA-256 ${digest.slice(0, 16)}… on both, and the files of before; ${counts}`;
    },
  };
}
