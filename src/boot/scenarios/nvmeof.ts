/** NVMe over fabrics: a drive of one machine is used by another, over RDMA and over TCP, and by no other host. */

import {driveSerial} from '../qemu.ts';
import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {quoted} from '../shell.ts';
import {dropCaches, requireDigest, writeRandom} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed, patience} from './machines.ts';
import {packetsMoved, packetsOf, requirePackets} from './rdma.ts';
import {parametersExist} from './tunables.ts';
import {untilTrue} from './waiting.ts';

type Guests = (machine: string) => Guest;

const roles = ['target', 'initiator'] as const;
const port = 4420;
const contentBytes = 16 * 1024 * 1024;
const subsystem = 'nqn.2026-11.example.kbuild:proof';
/** A host that the target does not name. */
const stranger = '5d9f3e0c-7a51-4f0e-9a3b-2f6f8f1c0a77';
const hostName = (uuid: string): string => `nqn.2014-08.org.nvmexpress:uuid:${uuid}`;
const mountPoint = '/mnt/nvmeof';
const targetUnit = 'kbuild-nvme-target.service';
const configfs = '/sys/kernel/config/nvmet';
const commandMs = 180_000;
/** How long a host tries to come back; a target that is emulated beside other work takes minutes to start. */
const lossSeconds = 3600;
const reconnectSeconds = 900;

/** The numbers are those of its ports in the target's configfs. */
const transports = {rdma: 1, tcp: 2} as const;
type Transport = keyof typeof transports;
const both = ['rdma', 'tcp'] as const;
const shown = (transport: Transport): string => transport.toUpperCase();

/** What has been found out and written so far. */
type Seen = {
  /** The host NQN of the initiator. */
  host?: string;
  /** The name space's device on the initiator, by a name that stays. */
  device?: string;
  readonly digests: Map<string, string>;
};

export const nvmeof: Scenario = {
  name: 'nvmeof',
  summary: "an initiator uses a target's NVMe drive over RDMA and over TCP; other hosts are refused",
  roles,
  drives: {target: [{sizeMiB: 256, kind: 'nvme'}]},
  links: [{from: 'initiator', to: 'target', label: 'NVMe over RDMA and over TCP: the drive'}],
  network: 'one private Ethernet network, RDMA by Soft-RoCE',
  checks: () => {
    const seen: Seen = {digests: new Map()};
    return [
      ...roles.map(comesUp),
      noUnitFailed(roles),
      kernelIsTheBuiltOne(roles),
      parametersExist(roles),
      driveIsServed(seen),
      ...both.map(listens),
      initiatorIsTold,
      strangerIsRefused,
      ...both.map((transport) => connects(seen, transport)),
      contentIsTheSame(seen, 'rdma'),
      contentIsTheSame(seen, 'tcp'),
      driveHasAll(seen),
      hostIsTakenBack(seen),
      targetComesBack(seen),
    ];
  },
};

/** Writes the target's configuration: to whom it serves its drive. */
async function serve(target: Guest, hosts: readonly string[], how: 'restart' | 'reload'): Promise<void> {
  const [drive = ''] = (
    await succeed(target, `ls /dev/disk/by-id/nvme-*${driveSerial(target.spec.name, 0)}`)
  ).split('\n');
  const lines = [`drive=${drive}`, `hosts='${hosts.join(' ')}'`, `subsystem=${subsystem}`];
  await succeed(target, `printf '%s\\n' ${lines.map(quoted).join(' ')} >/etc/kbuild/nvme-target.conf`);
  // What it serves is looked at next: it serves over one transport also where the other fails.
  await target.run(`systemctl ${how} ${targetUnit}; sync`, {timeoutMs: commandMs});
}

function driveIsServed(seen: Seen): Check {
  return {
    id: 'served',
    name: 'the target serves its whole drive to the one host that it names',
    needs: ['target-up', 'initiator-up'],
    after: ['units'],
    concerns: {target: [targetUnit], initiator: ['kbuild-nvme-host.service']},
    show: async (guest) => {
      const [target, initiator] = [guest('target'), guest('initiator')];
      const host = (await succeed(initiator, 'cat /etc/nvme/hostnqn')).trim();
      await serve(target, [host], 'restart');
      const own = `${configfs}/subsystems/${subsystem}`;
      const state = await target.run(
        `cd ${own} && cat attr_allow_any_host namespaces/1/enable namespaces/1/device_path namespaces/1/device_uuid && ls allowed_hosts`,
      );
      const [any, enabled, drive = '', uuid = '', ...hosts] = state.output.trim().split('\n');
      if (state.status !== 0 || any !== '0' || enabled !== '1' || hosts.join(' ') !== host) {
        throw new CheckFailure(`the target does not serve it to ${host}`, commandDetail(target, state));
      }
      Object.assign(seen, {host, device: `/dev/disk/by-id/nvme-uuid.${uuid}`});
      return `${drive} to ${host}`;
    },
  };
}

function listens(transport: Transport): Check {
  return {
    id: `listens-${transport}`,
    name: `the target listens for NVMe over ${shown(transport)}`,
    needs: ['served'],
    concerns: {target: [targetUnit, 'kbuild-roce.service']},
    show: async (guest) => {
      const target = guest('target');
      const state = await target.run(
        `cd ${configfs}/ports/${transports[transport]} && cat addr_trtype addr_traddr addr_trsvcid && ls subsystems`,
      );
      const [type, address, service, ...served] = state.output.trim().split('\n');
      if (state.status !== 0 || type !== transport || served.join(' ') !== subsystem) {
        throw new CheckFailure(`nothing is served over ${shown(transport)}`, commandDetail(target, state));
      }
      return `${address}:${service}`;
    },
  };
}

/** Where the target is, as `nvme` is told of it. */
function at(guest: Guests, transport: Transport): string {
  return `--transport=${transport} --traddr=${guest('target').spec.address} --trsvcid=${port}`;
}

const asStranger = `--hostnqn=${hostName(stranger)} --hostid=${stranger}`;

const initiatorIsTold: Check = {
  id: 'discovery',
  name: 'the initiator is told of it by discovery, and another host is not',
  needs: both.map((transport) => `listens-${transport}`),
  concerns: {target: [], initiator: []},
  show: async (guest) => {
    const initiator = guest('initiator');
    const isTold = (text: string): boolean =>
      text.split('\n').some((line) => line.startsWith('subnqn:') && line.trimEnd().endsWith(subsystem));
    for (const transport of both) {
      const discover = `nvme discover ${at(guest, transport)}`;
      const own = await initiator.run(discover, {timeoutMs: commandMs});
      if (!isTold(own.output)) {
        throw new CheckFailure(
          `the initiator is not told of it over ${shown(transport)}`,
          commandDetail(initiator, own),
        );
      }
      const other = await initiator.run(`${discover} ${asStranger}`, {timeoutMs: commandMs});
      if (other.status !== 0 || isTold(other.output)) {
        throw new CheckFailure(
          `what another host is told over ${shown(transport)} is not right`,
          commandDetail(initiator, other),
        );
      }
    }
    return `${subsystem} over RDMA and TCP; to another host, nothing`;
  },
};

function connectCommand(guest: Guests, transport: Transport): string {
  return `nvme connect ${at(guest, transport)} --nqn=${subsystem} --ctrl-loss-tmo=${lossSeconds} --reconnect-delay=5 --keep-alive-tmo=30`;
}

/** The last time that the target's kernel says it refused that host, and how often it has said so. */
async function refusals(
  target: Guest,
  host: string,
): Promise<{readonly count: number; readonly last: string}> {
  const log = await succeed(target, `journalctl -b -k -o cat | grep -F 'connect by host ${host} ' || true`);
  const lines = log.split('\n').filter((line) => line.includes('not allowed'));
  return {count: lines.length, last: lines.at(-1) ?? ''};
}

const strangerIsRefused: Check = {
  id: 'refused',
  name: 'a host that the target does not name is refused over RDMA and over TCP',
  needs: ['discovery'],
  concerns: {target: [], initiator: []},
  show: async (guest) => {
    const [target, initiator] = [guest('target'), guest('initiator')];
    for (const [index, transport] of both.entries()) {
      const connected = await initiator.run(`${connectCommand(guest, transport)} ${asStranger}`, {
        timeoutMs: commandMs,
      });
      const {count} = await refusals(target, hostName(stranger));
      const isIn = (await connections(initiator)).length > 0;
      if (isIn || count <= index) {
        throw new CheckFailure(
          isIn
            ? `${hostName(stranger)} is let in over ${shown(transport)}`
            : `it is not the target that refuses it over ${shown(transport)}`,
          commandDetail(initiator, connected),
        );
      }
    }
    return `the target: ${(await refusals(target, hostName(stranger))).last.trim()}`;
  },
};

/** The initiator's connections, each as `nvme0 rdma live`. */
async function connections(initiator: Guest): Promise<readonly string[]> {
  const list = await succeed(
    initiator,
    `for one in /sys/class/nvme/nvme*; do [ -e $one ] && echo \${one##*/} $(cat $one/transport $one/state); done; true`,
  );
  return list.trim().split('\n').filter(Boolean);
}

/** Connects over one transport and no other, and mounts what is there. */
async function attach(guest: Guests, seen: Seen, transport: Transport): Promise<string> {
  const initiator = guest('initiator');
  await succeed(initiator, connectCommand(guest, transport), commandMs);
  await succeed(initiator, untilTrue(`[ -b ${seen.device} ]`), commandMs);
  const [connection = '', ...others] = await connections(initiator);
  if (others.length > 0 || !connection.endsWith(` ${transport} live`)) {
    throw new CheckFailure(
      `the initiator is not connected over ${shown(transport)}: ${[connection, ...others].join(', ') || 'not at all'}`,
    );
  }
  return connection;
}

async function detach(initiator: Guest, seen: Seen): Promise<void> {
  await succeed(initiator, `nvme disconnect --nqn=${subsystem}`, commandMs);
  await succeed(initiator, untilTrue(`[ ! -e ${seen.device} ]`), commandMs);
}

async function mount(initiator: Guest, seen: Seen): Promise<void> {
  await succeed(initiator, `mkdir -p ${mountPoint} && mount ${seen.device} ${mountPoint}`, commandMs);
}

/** Each file has to be what was written, as it is where it is kept. */
async function requireAll(guest: Guest, {digests}: Seen): Promise<void> {
  await dropCaches(guest);
  for (const [path, digest] of digests) await requireDigest(guest, path, digest, commandMs);
}

function connects(seen: Seen, transport: Transport): Check {
  return {
    id: `connects-${transport}`,
    name: `the initiator has the drive over ${shown(transport)}`,
    needs: transport === 'rdma' ? ['listens-rdma'] : ['listens-tcp'],
    // One after the other: over both at once the initiator would have one drive by two paths.
    after: transport === 'rdma' ? ['refused'] : ['connects-rdma'],
    concerns: {target: [targetUnit], initiator: ['kbuild-roce.service']},
    show: async (guest) => {
      const initiator = guest('initiator');
      const connection = await attach(guest, seen, transport);
      const size = Number(await succeed(initiator, `blockdev --getsize64 ${seen.device}`));
      const own = Number(await succeed(guest('target'), 'blockdev --getsize64 /dev/nvme0n1'));
      if (size !== own) throw new CheckFailure(`the drive has ${own} bytes, on the initiator ${size}`);
      await detach(initiator, seen);
      return `${connection}, ${size / 1024 ** 2} MiB`;
    },
  };
}

function contentIsTheSame(seen: Seen, transport: Transport): Check {
  const file = `${mountPoint}/by-${transport}`;
  const isFirst = transport === 'rdma';
  return {
    id: `content-${transport}`,
    name: isFirst
      ? '16 MiB written over RDMA are read after it was connected anew, and went by RDMA'
      : '16 MiB written over TCP are read after it was connected anew, with those written over RDMA',
    needs: isFirst ? ['connects-rdma'] : ['connects-tcp', 'content-rdma'],
    after: ['connects-tcp'],
    concerns: {target: [], initiator: []},
    show: async (guest) => {
      const [target, initiator] = [guest('target'), guest('initiator')];
      const packets = async () => Promise.all([packetsOf(target), packetsOf(initiator)]);
      const before = await packets();
      await attach(guest, seen, transport);
      if (isFirst) await succeed(initiator, `mkfs.ext4 -q -F ${seen.device}`, commandMs);
      await mount(initiator, seen);
      seen.digests.set(file, await writeRandom(initiator, file, contentBytes));
      await succeed(initiator, `umount ${mountPoint}`);
      await detach(initiator, seen);
      await attach(guest, seen, transport);
      await mount(initiator, seen);
      await requireAll(initiator, seen);
      await succeed(initiator, `umount ${mountPoint}`);
      await detach(initiator, seen);
      const after = await packets();
      const moved = {
        target: packetsMoved(before[0], after[0]),
        initiator: packetsMoved(before[1], after[1]),
      };
      const said = `${seen.digests.size === 1 ? 'the same SHA-256' : 'both files with the same SHA-256'}; `;
      if (isFirst) return said + requirePackets(moved, contentBytes);
      const stray = moved.target.sent + moved.initiator.sent;
      // Goodbyes of the connection before may still be under way.
      if (stray > 100) throw new CheckFailure(`${stray} packets went by RDMA`);
      return `${said}not by RDMA`;
    },
  };
}

function driveHasAll(seen: Seen): Check {
  return {
    id: 'drive',
    name: 'what was written is on the drive of the target',
    needs: ['content-rdma', 'content-tcp'],
    concerns: {target: []},
    show: async (guest) => {
      const target = guest('target');
      // The machine has looked at the drive when it was empty, and does not see what is written past it.
      await succeed(
        target,
        `blockdev --flushbufs /dev/nvme0n1 && mkdir -p ${mountPoint} && mount -o ro /dev/nvme0n1 ${mountPoint}`,
      );
      await requireAll(target, seen);
      await succeed(target, `umount ${mountPoint}`);
      return `${seen.digests.size} files with the same SHA-256 in /dev/nvme0n1`;
    },
  };
}

/** Waits until the initiator has one connection that is in this state. */
async function untilConnection(initiator: Guest, state: string, seconds: number): Promise<void> {
  const waited = await initiator.run(
    untilTrue(`[ "$(cat /sys/class/nvme/nvme*/state)" = ${state} ]`, seconds),
    {timeoutMs: (seconds + 60) * 1000},
  );
  if (waited.status !== 0) {
    const now = (await connections(initiator)).join(', ') || 'none';
    throw new CheckFailure(`the initiator has no connection that is ${state}: ${now}`);
  }
}

function hostIsTakenBack(seen: Seen): Check {
  return {
    id: 'taken-back',
    name: 'a host that is named no more loses the drive at once, and has it again when it is named again',
    needs: ['drive'],
    concerns: {target: [targetUnit], initiator: []},
    show: async (guest) => {
      const [target, initiator] = [guest('target'), guest('initiator')];
      const host = seen.host ?? '';
      await attach(guest, seen, 'tcp');
      const {count} = await refusals(target, host);
      await serve(target, [], 'reload');
      const refused = `[ $(journalctl -b -k -o cat | grep -cF 'connect by host ${host} ') -gt ${count} ]`;
      await succeed(target, untilTrue(refused, 180), 300_000);
      const left = (await connections(initiator)).filter((connection) => connection.endsWith(' live'));
      if (left.length > 0) throw new CheckFailure(`the initiator still has ${left.join(', ')}`);
      const {last} = await refusals(target, host);
      // Linux 6.1 tries on, 6.12 gives up what is refused.
      await succeed(initiator, `nvme disconnect --nqn=${subsystem} || true`, commandMs);
      await serve(target, [host], 'reload');
      await attach(guest, seen, 'tcp');
      await mount(initiator, seen);
      await requireAll(initiator, seen);
      return `refused when it tried to come back: ${last.trim()}; then both files again`;
    },
  };
}

function targetComesBack(seen: Seen): Check {
  return {
    id: 'power-cut',
    name: 'after a power cut of the target, the initiator reads on through its mount',
    needs: ['taken-back'],
    after: ['units', 'kernel', 'parameters'],
    concerns: {target: [targetUnit], initiator: []},
    show: async (guest) => {
      const [target, initiator] = [guest('target'), guest('initiator')];
      await target.cutPower();
      await untilConnection(initiator, 'connecting', 240);
      await target.start();
      await target.untilUp(patience);
      await untilConnection(initiator, 'live', reconnectSeconds);
      await requireAll(initiator, seen);
      return `connected again without help: ${(await connections(initiator)).join(', ')}; both files have the same SHA-256`;
    },
  };
}
