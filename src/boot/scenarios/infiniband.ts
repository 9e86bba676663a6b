/**
 * InfiniBand's verbs between two hosts, over Soft-RoCE; and what needs InfiniBand itself as far as it shows without: IP over
 * InfiniBand is ready for a port, and the subnet manager brings a simulated subnet up.
 */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {quoted} from '../shell.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';
import {perftestRow} from './outputs.ts';
import {packetsMoved, packetsOf, requirePackets} from './rdma.ts';
import {parametersExist} from './tunables.ts';
import {untilTrue} from './waiting.ts';

type Guests = (machine: string) => Guest;

const hosts = ['host1', 'host2'] as const;
const up = hosts.map((host) => `${host}-up`);
const commandMs = 300_000;
const kibibyte = 1024;

/** A port that verbs can use, and which of its GIDs is the machine's IPv4 address. */
type Port = {readonly device: string; readonly gid: number};
type Seen = {readonly ports: Map<string, Port>};

export const infiniband: Scenario = {
  name: 'infiniband',
  summary: 'two hosts reach one another by verbs and the RDMA connection manager; a subnet manager is there',
  roles: ['host'],
  machines: {host: hosts},
  memoryMiB: {host: 1024},
  links: [{from: 'host2', to: 'host1', label: 'verbs: messages and writes into memory'}],
  network: 'one private Ethernet network, RDMA by Soft-RoCE',
  checks: () => {
    const seen: Seen = {ports: new Map()};
    return [
      ...hosts.map(comesUp),
      portsAreActive(seen),
      subnetManagerIsReady,
      noUnitFailed(hosts),
      kernelIsTheBuiltOne(hosts),
      parametersExist(hosts),
      pingPongs(seen),
      memoryIsWritten(seen),
      messageTakes(seen),
      connectionsAreManaged,
      ipIsReady,
      subnetIsManaged,
    ];
  },
};

/** The GID that an IPv4 address has, as sysfs writes it. */
export function gidOf(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return `0000:0000:0000:0000:0000:ffff:${bytes[0]}${bytes[1]}:${bytes[2]}${bytes[3]}`;
}

function portsAreActive({ports}: Seen): Check {
  return {
    id: 'ports',
    name: 'verbs of user space see an RDMA device with an active port on either host',
    needs: up,
    concerns: {host1: ['kbuild-roce.service'], host2: ['kbuild-roce.service']},
    show: async (guest) => {
      const said: string[] = [];
      for (const host of hosts.map(guest)) {
        const own = `grep -lsx ${gidOf(host.spec.address)} /sys/class/infiniband/*/ports/1/gids/* | grep .`;
        const found = await host.run(untilTrue(own, 60), {timeoutMs: commandMs});
        const [, device, gid] = /^\/sys\/class\/infiniband\/([^/]+)\/.*\/(\d+)$/m.exec(found.output) ?? [];
        if (device === undefined) {
          throw new CheckFailure(
            `no RDMA device of ${host.spec.name} has its address`,
            commandDetail(host, found),
          );
        }
        const info = await host.run(`ibv_devinfo -d ${device} -i 1`);
        if (!/state:\s+PORT_ACTIVE/.test(info.output)) {
          throw new CheckFailure(
            `the port of ${device} on ${host.spec.name} is not active`,
            commandDetail(host, info),
          );
        }
        ports.set(host.spec.name, {device, gid: Number(gid)});
        const layer = /link_layer:\s+(\S+)/.exec(info.output)?.[1] ?? 'unknown';
        said.push(`${device} of ${host.spec.name}, link layer ${layer}`);
      }
      return said.join('; ');
    },
  };
}

const subnetManagerIsReady: Check = {
  id: 'subnet-manager',
  name: 'the subnet manager is looked after, and is not started on Ethernet',
  needs: up,
  concerns: {host1: ['opensm.service'], host2: ['opensm.service']},
  show: async (guest) => {
    const said: string[] = [];
    for (const host of hosts.map(guest)) {
      const state = await host.run('systemctl is-active opensm.service');
      const running = await host.run('systemctl list-units --all --plain --no-legend "opensm@*"');
      if (state.output.trim() !== 'active' || running.output.trim() !== '') {
        throw new CheckFailure(
          `opensm.service of ${host.spec.name} is ${state.output.trim()}, and starts ${running.output.trim() || 'nothing'}`,
        );
      }
      const log = await succeed(host, 'journalctl -b -u opensm.service -o cat | grep subnet-manager:');
      said.push(`${host.spec.name}: ${log.trim().split('\n').at(-1)}`);
    }
    return said.join('; ');
  },
};

/** What a pair of programs says, of which one waits for the other. */
type Said = {readonly server: string; readonly client: string};

const serverUnit = 'kbuild-verbs';
const serverLog = `/run/${serverUnit}`;

/** Runs a program on host1 that waits for the same on host2, to the end of both. */
async function pair(
  guest: Guests,
  commands: {readonly server: string; readonly client: string; readonly tcpPort?: number},
): Promise<Said> {
  const [one, two] = [guest('host1'), guest('host2')];
  const output = `--property=StandardOutput=file:${serverLog} --property=StandardError=file:${serverLog}`;
  await succeed(
    one,
    `rm -f ${serverLog}; systemd-run --quiet --collect --unit=${serverUnit} ${output} ${commands.server}`,
  );
  const {tcpPort} = commands;
  const listens =
    tcpPort === undefined
      ? `systemctl --quiet is-active ${serverUnit}`
      : `ss -Hltn "sport = :${tcpPort}" | grep -q .`;
  const waited = await one.run(untilTrue(listens, 60), {timeoutMs: commandMs});
  const client = await two.run(commands.client, {timeoutMs: commandMs});
  const ended = await one.run(untilTrue(`! systemctl --quiet is-active ${serverUnit}`, 60), {
    timeoutMs: commandMs,
  });
  await one.run(`systemctl stop ${serverUnit}`);
  const server = await one.run(`cat ${serverLog}`);
  if (waited.status !== 0 || client.status !== 0 || ended.status !== 0) {
    throw new CheckFailure(
      waited.status !== 0 ? 'the first host does not wait for the second' : 'the hosts do not come together',
      commandDetail(one, {...server, command: commands.server}),
      commandDetail(two, client),
    );
  }
  return {server: server.output, client: client.output};
}

const tcpPort = 18515;

/** A program that takes device and GID of its own host, and on the second host the address of the first. */
async function verbs(
  guest: Guests,
  {ports}: Seen,
  command: (port: Port) => string,
): Promise<Said & {readonly moved: Readonly<Record<(typeof hosts)[number], Packets>>}> {
  const packets = async () => Promise.all(hosts.map(async (host) => packetsOf(guest(host))));
  const before = await packets();
  const said = await pair(guest, {
    server: command(ports.get('host1')!),
    client: `${command(ports.get('host2')!)} ${guest('host1').spec.address}`,
    tcpPort,
  });
  const after = await packets();
  return {
    ...said,
    moved: {host1: packetsMoved(before[0]!, after[0]!), host2: packetsMoved(before[1]!, after[1]!)},
  };
}

type Packets = ReturnType<typeof packetsMoved>;

const messages = 1000;
const messageBytes = 4 * kibibyte;

function pingPongs(seen: Seen): Check {
  return {
    id: 'ping-pong',
    name: 'messages go both ways, by RDMA (ibv_rc_pingpong)',
    needs: ['ports'],
    concerns: {host1: [], host2: []},
    show: async (guest) => {
      const {client, moved} = await verbs(
        guest,
        seen,
        ({device, gid}) =>
          `timeout 240 ibv_rc_pingpong -p ${tcpPort} -d ${device} -g ${gid} -s ${messageBytes} -n ${messages}`,
      );
      const counts = requirePackets(moved, messages * messageBytes);
      const took = client.split('\n').find((line) => /iters in/.test(line)) ?? '';
      return `${messages} messages of 4 KiB each way, ${took.trim()}; ${counts}`;
    },
  };
}

const writes = 256;
const writeBytes = 64 * kibibyte;

function memoryIsWritten(seen: Seen): Check {
  return {
    id: 'write',
    name: 'host2 writes into the memory of host1 (ib_write_bw)',
    needs: ['ping-pong'],
    concerns: {host1: [], host2: []},
    show: async (guest) => {
      const {client, moved} = await verbs(
        guest,
        seen,
        ({device, gid}) =>
          `timeout 240 ib_write_bw -F -p ${tcpPort} -d ${device} -x ${gid} -t 16 -s ${writeBytes} -n ${writes}`,
      );
      const rate = perftestRow(client)['BW average[MB/sec]'];
      if (rate === undefined) throw new CheckFailure(`ib_write_bw says nothing of a rate: ${client.trim()}`);
      // What comes back is acknowledgements alone, of which there may be one for many packets.
      const least = (writes * writeBytes) / 4096;
      const [{received}, {sent}] = [moved.host1, moved.host2];
      const counts = `host2 sent ${sent} RDMA packets, host1 received ${received}`;
      if (Math.min(sent, received) < least) {
        throw new CheckFailure(`16 MiB are at least ${least} packets; ${counts}`);
      }
      return `16 MiB at ${rate} MiB/s; ${counts}`;
    },
  };
}

function messageTakes(seen: Seen): Check {
  return {
    id: 'latency',
    name: 'the time that a message takes is measured (ib_send_lat)',
    needs: ['ping-pong'],
    // Both take the same port, and would disturb one another.
    after: ['write'],
    concerns: {host1: [], host2: []},
    show: async (guest) => {
      const {client} = await verbs(
        guest,
        seen,
        ({device, gid}) => `timeout 240 ib_send_lat -F -p ${tcpPort} -d ${device} -x ${gid} -s 64 -n 500`,
      );
      const row = perftestRow(client);
      const [typical, all] = [row['t_typical[usec]'], row['#iterations']];
      if (typical === undefined)
        throw new CheckFailure(`ib_send_lat says nothing of a time: ${client.trim()}`);
      return `${all} messages of 64 bytes, typically ${typical} µs one way`;
    },
  };
}

const connectionsAreManaged: Check = {
  id: 'connection',
  name: 'the RDMA connection manager connects the hosts by their addresses (rping)',
  needs: ['ports'],
  after: ['latency'],
  concerns: {host1: [], host2: []},
  show: async (guest) => {
    const {address} = guest('host1').spec;
    const {client} = await pair(guest, {
      server: `timeout 240 rping -s -a ${address} -v -V -C 10`,
      // Nothing shows that the first one listens.
      client: untilTrue(`timeout 60 rping -c -a ${address} -v -V -C 10`, 180),
    });
    const pings = client.split('\n').filter((line) => line.startsWith('ping data: '));
    if (pings.length < 10) throw new CheckFailure(`${pings.length} of 10 pings came back: ${client.trim()}`);
    return `${pings.length} pings to ${address}, with their data`;
  },
};

const ipoibNetwork = '80-kbuild-ipoib.network';

const ipIsReady: Check = {
  id: 'ipoib',
  name: 'IP over InfiniBand is there for a port, and its network is configured',
  needs: up,
  concerns: {host1: ['rdma-load-modules@infiniband.service', 'systemd-networkd.service']},
  show: async (guest) => {
    const host = guest('host1');
    await succeed(
      host,
      'grep -q "^ib_ipoib " /proc/modules && test -e /sys/class/infiniband_mad/abi_version',
    );
    const mode = (await succeed(host, 'modinfo -F description ib_ipoib')).trim();
    await succeed(host, `test -s /usr/lib/systemd/network/${ipoibNetwork}`);
    const complaints = await host.run(
      `journalctl -b -u systemd-networkd.service -o cat | grep -F ${ipoibNetwork}`,
    );
    if (complaints.output.trim() !== '') {
      throw new CheckFailure('networkd complains of its file', commandDetail(host, complaints));
    }
    return `${mode}; networkd has nothing against ${ipoibNetwork}`;
  },
};

/** A switch with a port of either host: what ibsim simulates. */
const subnet = [
  'Switch 8 "switch"',
  '[1] "host1"[1]',
  '[2] "host2"[1]',
  '',
  'Hca 1 "host1"',
  '[1] "switch"[1]',
  '',
  'Hca 1 "host2"',
  '[1] "switch"[2]',
];
const simulator = 'kbuild-ibsim';
/** The GUID that ibsim gives to the first port. */
const firstPort = '0x0000000000100001';

/** The environment, in the shell, in which programs that ask for InfiniBand find the simulated port of a host. */
function simulated(host: string): string {
  return `SIM_HOST=${host} LD_PRELOAD=$(echo /usr/lib/*/umad2sim/libumad2sim.so)`;
}

function asIn(host: string): string {
  return `env ${simulated(host)}`;
}

const subnetIsManaged: Check = {
  id: 'subnet',
  name: 'the subnet manager brings a simulated InfiniBand subnet up, with a group for IP',
  needs: ['subnet-manager', 'ipoib'],
  after: ['units'],
  concerns: {host1: [simulator, `opensm@${firstPort}.service`]},
  show: async (guest) => {
    const host = guest('host1');
    await simulate(host);
    await succeed(host, `systemctl start opensm@${firstPort}.service`);
    const asked = `timeout 60 ${asIn('host2')}`;
    const active = await host.run(untilTrue(`${asked} ibstat | grep -q "State: Active"`, 120), {
      timeoutMs: commandMs,
    });
    if (active.status !== 0) {
      throw new CheckFailure(
        'the port of the other host does not become active',
        commandDetail(host, await host.run(`${asked} ibstat`)),
        commandDetail(host, await host.run('cat /var/log/opensm.*.log')),
      );
    }
    const told = await succeed(host, untilTrue(`${asked} sminfo`, 60));
    const [manager] = /sm lid .* priority 8 .*SMINFO_MASTER/.exec(told) ?? [];
    if (manager === undefined) {
      throw new CheckFailure(`the manager is not what /etc/opensm/opensm.conf says: ${told.trim()}`);
    }
    const groups = await succeed(
      host,
      untilTrue(`${asked} saquery -g | grep -i ff12:401b:ffff::ffff:ffff`, 60),
    );
    await host.run(`systemctl stop opensm@${firstPort}.service ${simulator}.service`);
    return `${manager}; broadcasts of IP: ${groups.trim().split('.').at(-1)}`;
  },
};

/** Starts the simulator, and has the subnet manager's unit find its first host. */
async function simulate(host: Guest): Promise<void> {
  const words = subnet.map(quoted).join(' ');
  await succeed(host, `printf '%s\\n' ${words} >/run/${simulator}.net`);
  await succeed(
    host,
    `systemd-run --quiet --collect --unit=${simulator} --property=WorkingDirectory=/run ibsim -s -n /run/${simulator}.net`,
  );
  await succeed(host, untilTrue(`timeout 60 ${asIn('host1')} ibstat | grep -q simulator`, 60));
  const unit = '/run/systemd/system/opensm@.service.d';
  const settings = `OSM_CACHE_DIR=/run OSM_TMP_DIR=/run ${simulated('host1')}`;
  await succeed(
    host,
    `mkdir -p ${unit} && printf '%s\\n' '[Service]' "Environment=${settings}" >${unit}/simulated.conf && systemctl daemon-reload`,
  );
}
