/** NFS 3 and 4.2 over TCP: who may mount what, as whom, and that it can be changed while the host runs. */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import type {ShellResult} from '../shell.ts';
import {dropCaches, sha256Of, writeRandom} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';
import {mountOptions, rpcPorts} from './outputs.ts';
import {parametersExist} from './tunables.ts';

const roles = ['host', 'client'] as const;
const tree = '/srv/nfs';
const contentBytes = 16 * 1024 * 1024;
/** As the document has it. */
const options = 'rw,fsid=1,root_squash,no_subtree_check';
/** A second address of the client, which the host does not export to. */
const otherAddress = '10.77.0.112';
/** Numbers are all that the two sides have in common: neither has an account for them. */
const user = 1500;
const stranger = 1501;
const nobody = '65534:65534';

const versions = {v3: '3', v4: '4.2'} as const;
type Version = keyof typeof versions;
const mountPoint = (version: Version): string => `/mnt/${version}`;

export const nfsTcp: Scenario = {
  name: 'nfs-tcp',
  summary:
    "a client mounts a host's directory by NFS 3 and 4.2 over TCP, as whom and from where the host says",
  roles,
  links: [{from: 'client', to: 'host', label: 'NFS 3 and 4.2 over TCP: /srv/nfs'}],
  network: 'one private Ethernet network',
  checks: () => [
    ...roles.map(comesUp),
    kernelIsTheBuiltOne(roles),
    parametersExist(roles),
    portsAreTold,
    noUnitFailed(roles),
    directoryIsExported,
    mounts('v3'),
    mounts('v4'),
    contentIsTheSame('v3'),
    contentIsTheSame('v4'),
    lockIsHeldOnHost,
    rootIsSquashed,
    userKeepsItsNumber,
    exportIsTakenBack,
    otherAddressIsRefused,
    exportMovesToOther,
  ],
};

const portsAreTold: Check = {
  id: 'ports',
  name: 'rpcbind on the host tells the client the ports of NFS 3, mountd and lockd',
  needs: ['host-up', 'client-up'],
  concerns: {host: ['rpcbind.service', 'rpcbind.socket', 'nfs-server.service'], client: []},
  show: async (guest) => {
    const client = guest('client');
    const told = await client.run(`rpcinfo -p ${guest('host').spec.address}`, {timeoutMs: 120_000});
    const ports = rpcPorts(told.output);
    const wanted = {nfs: ports('nfs', 3), mountd: ports('mountd', 3), nlockmgr: ports('nlockmgr', 4)};
    const missing = Object.keys(wanted).filter((name) => wanted[name as keyof typeof wanted] === undefined);
    if (missing.length > 0) {
      throw new CheckFailure(
        `the host's rpcbind does not tell of ${missing.join(', ')} by TCP`,
        commandDetail(client, told),
      );
    }
    return Object.entries(wanted)
      .map(([name, port]) => `${name} ${port}/tcp`)
      .join(', ');
  },
};

const directoryIsExported: Check = {
  id: 'export',
  name: 'the directory is exported to the one address that /etc/exports names',
  needs: ['ports'],
  concerns: {host: ['nfs-server.service', 'nfs-mountd.service']},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    await succeed(host, `echo '${tree} ${client.spec.address}(${options})' >/etc/exports && exportfs -r`);
    const active = (await succeed(host, 'exportfs -v')).replaceAll(/\s+/g, ' ').trim();
    const [, named = ''] = new RegExp(`^${tree} ${client.spec.address}\\(([^)]*)\\)$`).exec(active) ?? [];
    const missing = options.split(',').filter((option) => !named.split(',').includes(option));
    if (missing.length > 0) throw new CheckFailure(`the host exports ${active || 'nothing'}`);
    const shown = await succeed(client, `showmount --no-headers -e ${host.spec.address}`);
    if (shown.trim().replaceAll(/\s+/g, ' ') !== `${tree} ${client.spec.address}`) {
      throw new CheckFailure(`the client is shown ${shown.trim() || 'nothing'}`);
    }
    return active;
  },
};

function mountCommand(host: Guest, version: Version): string {
  const at = mountPoint(version);
  const how = `vers=${versions[version]},proto=tcp,retry=0`;
  return `mkdir -p ${at} && mount -t nfs -o ${how} ${host.spec.address}:${tree} ${at}`;
}

function mounts(version: Version): Check {
  return {
    id: `mount-${version}`,
    name: `the client mounts it by NFS ${versions[version]} over TCP`,
    needs: ['export'],
    concerns: {host: ['nfs-mountd.service'], client: ['rpc-statd.service']},
    show: async (guest) => {
      const client = guest('client');
      await succeed(client, mountCommand(guest('host'), version), 180_000);
      const list = await client.run('cat /proc/mounts');
      const actual = mountOptions(list.output, mountPoint(version));
      const wanted = [
        `vers=${versions[version]}`,
        'proto=tcp',
        ...(version === 'v3' ? ['mountproto=tcp'] : []),
      ];
      if (actual === undefined || wanted.some((option) => !actual.options.includes(option))) {
        throw new CheckFailure(
          `the mount is not by NFS ${versions[version]} over TCP`,
          commandDetail(client, list),
        );
      }
      return `${actual.type} with ${wanted.join(', ')}`;
    },
  };
}

function contentIsTheSame(version: Version): Check {
  return {
    id: `content-${version}`,
    name: `16 MiB written by NFS ${versions[version]} are the same on the host`,
    needs: [`mount-${version}`],
    concerns: {host: [], client: []},
    show: async (guest) => {
      const [host, client] = [guest('host'), guest('client')];
      const file = `by-${version}`;
      const written = await writeRandom(client, `${mountPoint(version)}/${file}`, contentBytes);
      await dropCaches(client);
      await dropCaches(host);
      const onHost = await sha256Of(host, `${tree}/${file}`);
      const read = await sha256Of(client, `${mountPoint(version)}/${file}`);
      if (written !== onHost) throw new CheckFailure(`the client wrote ${written}, the host has ${onHost}`);
      if (written !== read) throw new CheckFailure(`the client wrote ${written} and reads ${read}`);
      return `SHA-256 ${written.slice(0, 16)}… on the client, on the host, and read back`;
    },
  };
}

const lockIsHeldOnHost: Check = {
  id: 'lock',
  name: 'a lock that the client takes by NFS 3 is held on the host',
  needs: ['content-v3'],
  concerns: {host: ['rpc-statd.service'], client: ['rpc-statd.service']},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    const inode = (await succeed(host, `stat -c %i ${tree}/by-v3`)).trim();
    const held = `grep -E ':${inode} ' /proc/locks`;
    await succeed(
      client,
      `(flock ${mountPoint('v3')}/by-v3 sleep 600 >/run/kbuild-lock 2>&1 & echo $! >/run/kbuild-lock.pid)`,
    );
    // For 90 s after its start the host grants old locks only.
    const found = await host.run(`timeout 150 sh -c "until ${held}; do sleep 2; done"`, {timeoutMs: 240_000});
    if (found.status !== 0) {
      throw new CheckFailure(
        `the host has no lock on inode ${inode}`,
        commandDetail(host, await host.run('cat /proc/locks')),
        commandDetail(
          client,
          await client.run('cat /run/kbuild-lock; ps -o pid,stat,wchan:30,args -C flock'),
        ),
      );
    }
    await succeed(client, 'pkill -P $(cat /run/kbuild-lock.pid)');
    await succeed(host, `timeout 60 sh -c "while ${held}; do sleep 1; done"`);
    return `/proc/locks on the host: ${found.output.trim().split('\n').at(-1)}; gone when the client let go`;
  },
};

/** Who a file of the exported directory belongs to, on the host itself. */
async function ownerOf(host: Guest, name: string): Promise<string> {
  return (await succeed(host, `stat -c %u:%g ${tree}/${name}`)).trim();
}

const rootIsSquashed: Check = {
  id: 'squash',
  name: "root of the client is nobody, and is kept from a user's directory",
  needs: ['mount-v3', 'mount-v4'],
  concerns: {host: [], client: []},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    await succeed(
      host,
      `install -d -m 700 -o ${user} -g ${user} ${tree}/private && echo secret >${tree}/private/file`,
    );
    await succeed(host, `chown ${user}:${user} ${tree}/private/file`);
    const said: string[] = [];
    for (const version of ['v3', 'v4'] as const) {
      const at = mountPoint(version);
      await succeed(client, `echo root >${at}/root-${version}`);
      const owner = await ownerOf(host, `root-${version}`);
      if (owner !== nobody) {
        throw new CheckFailure(`a file of the client's root belongs to ${owner} by NFS ${versions[version]}`);
      }
      const read = await client.run(`cat ${at}/private/file`);
      said.push(requireRefused(client, read, `root reads ${at}/private/file`, /Permission denied/));
    }
    return `its files belong to ${nobody} on the host by 3 and by 4.2; ${said[0]}`;
  },
};

/** What is said by a command that has to fail, for the reason that is expected. */
function requireRefused(guest: Guest, result: ShellResult, what: string, reason: RegExp): string {
  if (result.status === 0) throw new CheckFailure(what, commandDetail(guest, result));
  if (!reason.test(result.output)) {
    throw new CheckFailure(`it is refused for another reason: ${what}`, commandDetail(guest, result));
  }
  return result.output.trim().split('\n').at(-1) ?? '';
}

/** A command of someone who is not root. */
function as(number: number, command: string): string {
  return `setpriv --reuid ${number} --regid ${number} --clear-groups sh -c '${command}'`;
}

const userKeepsItsNumber: Check = {
  id: 'user',
  name: 'a user has the same number on both sides, and another one is refused',
  needs: ['squash'],
  concerns: {host: [], client: []},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    for (const version of ['v3', 'v4'] as const) {
      const file = `private/by-${version}`;
      await succeed(client, as(user, `echo mine >${mountPoint(version)}/${file}`));
      const onClient = (
        await succeed(client, as(user, `stat -c %u:%g ${mountPoint(version)}/${file}`))
      ).trim();
      const onHost = await ownerOf(host, file);
      if (onHost !== `${user}:${user}` || onClient !== onHost) {
        throw new CheckFailure(
          `what ${user} wrote belongs to ${onHost} on the host, to ${onClient} on the client`,
        );
      }
      const other = await client.run(as(stranger, `cat ${mountPoint(version)}/${file}`));
      requireRefused(client, other, `${stranger} reads a file of ${user}`, /Permission denied/);
    }
    return `${user} wrote ${user}:${user} by 3 and by 4.2; ${stranger} may not read it`;
  },
};

const exportIsTakenBack: Check = {
  id: 'unexport',
  name: 'the export is taken back while it is mounted, and given again',
  needs: ['content-v3', 'content-v4', 'lock', 'user'],
  after: ['units'],
  concerns: {host: ['nfs-mountd.service'], client: []},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    const to = `${client.spec.address}:${tree}`;
    const read = (version: Version): string => `timeout 60 sha256sum ${mountPoint(version)}/by-${version}`;
    const patience = {timeoutMs: 120_000};
    const before = [await succeed(client, read('v3')), await succeed(client, read('v4'))];
    await succeed(host, `exportfs -u ${to}`);
    await dropCaches(client);
    const said: string[] = [];
    for (const version of ['v3', 'v4'] as const) {
      const refused = await client.run(read(version), patience);
      const what = `the client reads by NFS ${versions[version]} what is no longer exported`;
      said.push(requireRefused(client, refused, what, /Stale|denied|not permitted|No such/i));
    }
    await succeed(host, `exportfs -o ${options} ${to}`);
    await dropCaches(client);
    for (const [at, version] of (['v3', 'v4'] as const).entries()) {
      const again = await client.run(read(version), patience);
      if (again.output !== before[at]) {
        throw new CheckFailure(
          `the client does not read it again by NFS ${versions[version]}`,
          commandDetail(client, again),
        );
      }
    }
    return `exportfs -u: ${said[0]}; exportfs -o: read again through the same mounts`;
  },
};

/** Has the client ask the host from another address than its own, or from its own again. */
async function askFrom(guest: (role: string) => Guest, address: 'own' | 'other'): Promise<void> {
  const [host, client] = [guest('host').spec.address, guest('client')];
  for (const version of ['v3', 'v4'] as const) {
    await succeed(
      client,
      `! grep -q " ${mountPoint(version)} " /proc/mounts || umount ${mountPoint(version)}`,
    );
  }
  const route = address === 'other' ? `replace ${host} dev eth0 src ${otherAddress}` : `del ${host}`;
  await succeed(client, `ip address replace ${otherAddress}/24 dev eth0 && ip route ${route}`);
}

/** Both versions have to be refused; gives what the client says by NFS 3. */
async function requireMountRefused(guest: (role: string) => Guest, from: string): Promise<string> {
  const client = guest('client');
  const said: string[] = [];
  for (const version of ['v3', 'v4'] as const) {
    const result = await client.run(`timeout 90 sh -c '${mountCommand(guest('host'), version)}'`, {
      timeoutMs: 150_000,
    });
    const reason = version === 'v3' ? /access denied/ : /access denied|not permitted|No such file/;
    said.push(requireRefused(client, result, `${from} mounts it by NFS ${versions[version]}`, reason));
  }
  return said[0]!;
}

const otherAddressIsRefused: Check = {
  id: 'refused',
  name: 'an address that the export does not name is refused',
  needs: ['unexport'],
  concerns: {host: ['nfs-mountd.service'], client: []},
  show: async (guest) => {
    await askFrom(guest, 'other');
    const said = await requireMountRefused(guest, otherAddress);
    const log = await guest('host').run(
      `journalctl -b -u nfs-mountd -o cat | grep 'from ${otherAddress}' | tail -n 1`,
    );
    return `${said}; the host: ${log.output.trim() || 'no word of it'}`;
  },
};

const exportMovesToOther: Check = {
  id: 'moved',
  name: 'after exportfs -r the export is to the other address, and to the first no more',
  needs: ['refused'],
  concerns: {host: ['nfs-mountd.service'], client: []},
  show: async (guest) => {
    const [host, client] = [guest('host'), guest('client')];
    await succeed(host, `echo '${tree} ${otherAddress}(${options})' >/etc/exports && exportfs -r`);
    for (const version of ['v3', 'v4'] as const) await succeed(client, mountCommand(host, version), 180_000);
    const read = await sha256Of(client, `${mountPoint('v4')}/by-v4`);
    const own = await sha256Of(host, `${tree}/by-v4`);
    if (read !== own) throw new CheckFailure(`the host has ${own}, the client reads ${read}`);
    await askFrom(guest, 'own');
    const said = await requireMountRefused(guest, client.spec.address);
    return `${otherAddress} mounts it by 3 and 4.2; ${client.spec.address}: ${said}`;
  },
};
