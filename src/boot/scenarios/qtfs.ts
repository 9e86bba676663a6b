/** qtfs: a client sees a server's files, /proc and fifos as its own, and no more than the white list opens. */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {sha256Of} from './files.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';
import {parametersExist} from './tunables.ts';
import {untilTrue} from './waiting.ts';

const roles = ['server', 'client'] as const;
/** What the white list opens on the server, and where the client sees it: qtfs.mounts of the recipes' overlay. */
const served = '/srv/qtfs';
const seen = '/mnt/qtfs';
const seenProc = '/mnt/qtfs-proc';
const contentBytes = 1024 * 1024;
/** Units come up on their own, and try again every five seconds. */
const settleMs = 120_000;

export const qtfs: Scenario = {
  name: 'qtfs',
  summary: "a client uses a server's files, /proc and fifos by qtfs, within the server's white list",
  roles,
  links: [{from: 'client', to: 'server', label: 'qtfs: /srv/qtfs, some of /proc'}],
  network: 'one private Ethernet network; qtfs in its test mode, by TCP',
  // QEMU's vsock needs the kernel of the machine that runs it, and joins no two guests.
  commandLine: (_role, {server, client}) => [`kbuild.qtfs=tcp-test,${server},${client}`],
  checks: () => [
    ...roles.map(comesUp),
    kernelIsTheBuiltOne(roles),
    parametersExist(roles),
    moduleIsLoaded('server', 'qtfs_server', 'qtfs-server.service'),
    moduleIsLoaded('client', 'qtfs', 'qtfs.service'),
    engineServes,
    mountsAreThere,
    noUnitFailed(roles),
    treeIsTheSame,
    contentIsTheSame,
    renamed,
    procIsTheServers,
    fifoCarries,
    mountIsMadeOnServer,
    restIsRefused,
    qtinfoAnswers,
    engineComesBack,
  ],
};

function moduleIsLoaded(role: string, module: string, unit: string): Check {
  return {
    id: `${role}-module`,
    name: `the ${role}'s module is loaded`,
    needs: [`${role}-up`],
    concerns: {[role]: [unit]},
    show: async (guest) => {
      const machine = guest(role);
      const loaded = await machine.run(untilTrue(`test -e /sys/module/${module}`), {
        timeoutMs: settleMs,
      });
      if (loaded.status !== 0) {
        throw new CheckFailure(
          `${module} is not loaded on the ${role}`,
          commandDetail(machine, await machine.run(`systemctl status --no-pager --full ${unit}`)),
        );
      }
      const parameters = await succeed(machine, `grep -s . /sys/module/${module}/parameters/qtfs_server_*`);
      return parameters
        .trim()
        .split('\n')
        .map((line) => line.replace(/^.*\/([^/]+):/, '$1='))
        .join(' ');
    },
  };
}

const engineServes: Check = {
  id: 'engine',
  name: 'the engine runs, with a white list',
  needs: ['server-module'],
  concerns: {server: ['qtfs-engine.service']},
  show: async (guest) => {
    const server = guest('server');
    // The lists are those of the engine that runs; one that has ended has cleared them.
    const listed = `qtinfo -zmount | grep -q ${served}`;
    const runs = await server.run(untilTrue(`systemctl is-active --quiet qtfs-engine && ${listed}`), {
      timeoutMs: settleMs,
    });
    if (runs.status !== 0) {
      throw new CheckFailure(
        `the engine does not run with ${served} in [Mount] of its white list`,
        commandDetail(server, await server.run('grep -v "^#" /etc/qtfs/whitelist; qtinfo -z')),
      );
    }
    const mounts = await succeed(server, 'qtinfo -zmount');
    return `[Mount] ${[...mounts.matchAll(/\[path:([^\]]*)\]/g)].map(([, path]) => path).join(' ')}`;
  },
};

const mountsAreThere: Check = {
  id: 'mount',
  name: "the client mounts the server's tree",
  needs: ['client-module', 'engine'],
  concerns: {client: ['qtfs-mounts.service'], server: ['qtfs-engine.service']},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    const mounted = [seen, seenProc].map((path) => `grep -q " ${path} qtfs " /proc/mounts`).join(' && ');
    const there = await client.run(untilTrue(mounted), {timeoutMs: settleMs});
    if (there.status !== 0) {
      const [serving, asking] = await Promise.all([
        server.run('ss -ltn; grep -s . /sys/module/qtfs_server/parameters/qtfs_server_*'),
        client.run('cat /proc/mounts; grep -s . /sys/module/qtfs/parameters/qtfs_server_*'),
      ]);
      throw new CheckFailure(
        `${seen} and ${seenProc} are not mounted on the client`,
        commandDetail(server, serving),
        commandDetail(client, asking),
      );
    }
    return `${served} at ${seen}, /proc at ${seenProc}`;
  },
};

const treeIsTheSame: Check = {
  id: 'list',
  name: "the client lists the server's files",
  needs: ['mount'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    await succeed(
      server,
      `mkdir -p ${served}/proof/inner && cd ${served}/proof && seq 100 >numbers && : >empty`,
    );
    const list = (path: string): string => `cd ${path}/proof && ls -1AFR --quoting-style=literal`;
    const [onServer, onClient] = [await succeed(server, list(served)), await succeed(client, list(seen))];
    if (onServer !== onClient) {
      throw new CheckFailure(
        'the lists differ',
        commandDetail(server, {command: list(served), status: 0, output: onServer}),
        commandDetail(client, {command: list(seen), status: 0, output: onClient}),
      );
    }
    return onClient
      .split('\n')
      .filter((line) => line !== '')
      .join(' ');
  },
};

const contentIsTheSame: Check = {
  id: 'content',
  name: '1 MiB written by the client is the same on the server, and another the other way',
  needs: ['list'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    const there = await carried(client, `${seen}/proof/from-client`, server, `${served}/proof/from-client`);
    const back = await carried(server, `${served}/proof/from-server`, client, `${seen}/proof/from-server`);
    return `SHA-256 ${there.slice(0, 16)}… and ${back.slice(0, 16)}… on both`;
  },
};

/** What a machine writes has to be what the other one reads. Gives its digest. */
async function carried(writer: Guest, to: string, reader: Guest, from: string): Promise<string> {
  await succeed(
    writer,
    `head -c ${contentBytes} /dev/urandom >/run/kbuild-proof && cp /run/kbuild-proof ${to}`,
  );
  const written = await sha256Of(writer, '/run/kbuild-proof');
  const read = await sha256Of(reader, from);
  if (read === written) return written;
  throw new CheckFailure(
    `the ${writer.spec.name} wrote ${written}, the ${reader.spec.name} reads ${read}`,
    commandDetail(reader, await reader.run(`ls -l ${from}`)),
    commandDetail(writer, await writer.run(`ls -l ${to}`)),
  );
}

const renamed: Check = {
  id: 'rename',
  name: 'the client makes a directory, and moves a file into it',
  needs: ['content'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    const digest = await sha256Of(server, `${served}/proof/from-client`);
    await succeed(client, `cd ${seen}/proof && mkdir made && mv from-client made/moved`);
    await succeed(server, `cd ${served}/proof && test ! -e from-client`);
    const moved = await sha256Of(server, `${served}/proof/made/moved`);
    if (moved !== digest) throw new CheckFailure(`the moved file has ${moved}, and had ${digest}`);
    return 'made/moved on the server, with the same SHA-256; the old name is gone';
  },
};

const procIsTheServers: Check = {
  id: 'proc',
  name: "the client reads the server's /proc",
  needs: ['mount'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    // Each start of a kernel has its own.
    const file = 'sys/kernel/random/boot_id';
    const own = (await succeed(server, `cat /proc/${file}`)).trim();
    const read = (await succeed(client, `cat ${seenProc}/${file}`)).trim();
    if (own !== read) throw new CheckFailure(`the server's boot_id is ${own}, the client reads ${read}`);
    return `boot_id ${read}`;
  },
};

const fifoCarries: Check = {
  id: 'fifo',
  name: 'a fifo carries bytes across, both ways',
  needs: ['list'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    await succeed(server, `rm -f ${served}/proof/fifo && mkfifo ${served}/proof/fifo`);
    await passThrough(server, `${served}/proof/fifo`, client, `${seen}/proof/fifo`, 'from the server');
    await passThrough(client, `${seen}/proof/fifo`, server, `${served}/proof/fifo`, 'from the client');
    return 'a line from the server, and one from the client';
  },
};

/** Both ends are left to themselves: a process that waits for qtfs cannot be killed, and must not be the shell. */
async function passThrough(
  writer: Guest,
  to: string,
  reader: Guest,
  from: string,
  line: string,
): Promise<void> {
  await succeed(reader, `rm -f /run/kbuild-line; (head -n 1 ${from} >/run/kbuild-line 2>&1 &)`);
  await succeed(writer, `(echo "${line}" >${to} &) 2>/run/kbuild-error`);
  const read = await reader.run(untilTrue(`grep -qx "${line}" /run/kbuild-line`), {timeoutMs: settleMs});
  if (read.status === 0) return;
  throw new CheckFailure(
    `the ${reader.spec.name} did not read the line "${line}"`,
    commandDetail(reader, await reader.run('cat /run/kbuild-line; ps -o pid,stat,wchan:30,args -C head')),
    commandDetail(writer, await writer.run('cat /run/kbuild-error; ps -o pid,stat,wchan:30,args -C sh')),
  );
}

const mountIsMadeOnServer: Check = {
  id: 'remote-mount',
  name: 'what the client mounts in the tree is mounted on the server',
  needs: ['list'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    const mounted = `grep -c " ${served}/proof/inner tmpfs " /proc/mounts`;
    await succeed(client, `mount -i -n -t tmpfs kbuild-proof ${seen}/proof/inner`);
    const found = await server.run(mounted);
    if (found.status !== 0) {
      throw new CheckFailure(
        'the server has no such mount: its system calls, or the client’s, do not come to qtfs',
        commandDetail(server, await server.run('cat /proc/mounts')),
        commandDetail(client, await client.run('cat /proc/mounts')),
      );
    }
    await succeed(client, `umount -i -n ${seen}/proof/inner`);
    const left = await server.run(mounted);
    if (left.status === 0) throw new CheckFailure('the client unmounted it, and the server still has it');
    return `a tmpfs on ${served}/proof/inner, made and unmounted by the client`;
  },
};

const restIsRefused: Check = {
  id: 'refused',
  name: 'what is not on the white list is refused',
  needs: ['mount', 'proc'],
  concerns: {client: [], server: ['qtfs-engine.service']},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    const file = await client.run(`cat ${seenProc}/version`);
    if (file.status === 0) {
      throw new CheckFailure("the client reads the server's /proc/version", commandDetail(client, file));
    }
    const tree = await client.run('mkdir -p /mnt/refused && timeout 60 mount -t qtfs /etc /mnt/refused');
    if (tree.status === 0) {
      throw new CheckFailure("the client mounts the server's /etc", commandDetail(client, tree));
    }
    const log = await server.run(
      'dmesg | grep -E "qtfs_server.*(not permited|precheck failed|whitelist)" | tail -n 1',
    );
    if (log.status !== 0 || log.output === '') {
      throw new CheckFailure('the server does not say that it refused', commandDetail(server, log));
    }
    return `/proc/version and a mount of /etc; the server: ${log.output.trim().replace(/^\[[^\]]*\] /, '')}`;
  },
};

const qtinfoAnswers: Check = {
  id: 'qtinfo',
  name: 'qtinfo answers, and changes the log level',
  needs: ['mount'],
  concerns: {client: [], server: []},
  show: async (guest) => {
    for (const role of roles) {
      const machine = guest(role);
      for (const [level, number] of [
        ['DEBUG', 4],
        ['WARN', 2],
      ] as const) {
        await succeed(machine, `qtinfo -l ${level}`);
        const all = await machine.run('qtinfo -a');
        if (!all.output.includes(`Log level: ${number}`)) {
          throw new CheckFailure(
            `the log level of the ${role} is not ${level} (${number})`,
            commandDetail(machine, all),
          );
        }
      }
    }
    const total = await succeed(guest('client'), 'qtinfo -a | grep -i "send events total"');
    return `on both machines; client: ${total.trim()}`;
  },
};

const engineComesBack: Check = {
  id: 'restart',
  name: 'the engine is stopped and started, and the client goes on',
  needs: ['content', 'proc'],
  after: ['units', 'rename', 'fifo', 'remote-mount', 'refused', 'qtinfo'],
  concerns: {client: ['qtfs-mounts.service'], server: ['qtfs-engine.service']},
  show: async (guest) => {
    const [server, client] = [guest('server'), guest('client')];
    await succeed(server, 'systemctl stop qtfs-engine', 120_000);
    await succeed(server, 'systemctl start qtfs-engine', 120_000);
    const digest = await sha256Of(server, `${served}/proof/from-server`);
    const read = await client.run(
      untilTrue(`timeout 30 sha256sum ${seen}/proof/from-server | grep -q ${digest}`, 240),
      {timeoutMs: 300_000},
    );
    if (read.status !== 0) {
      throw new CheckFailure('the client does not read the file again', commandDetail(client, read));
    }
    return 'through the same mount, the same SHA-256';
  },
};
