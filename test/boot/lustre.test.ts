import test from 'ava';
import type {CheckResult} from '../../src/boot/report.ts';
import {type Guest, runChecks} from '../../src/boot/scenario.ts';
import {lustre} from '../../src/boot/scenarios/lustre.ts';

/** What may be wrong with the machines. */
type World = {
  /** Networks of LNet on the servers. */
  readonly serverNetworks: readonly string[];
  /** OSTs that are mounted on the OSS. */
  readonly osts: readonly string[];
  /** Indexes of the OSTs that hold the striped file. */
  readonly stripes: readonly number[];
  /** What the second client reads. */
  readonly digest: string;
  /** Whether a write goes on while its OST is away. */
  readonly waits: boolean;
  readonly comesBack: boolean;
  /** RDMA packets a file takes. */
  readonly packets: number;
};

const right: World = {
  serverNetworks: ['tcp', 'o2ib'],
  osts: ['OST0000', 'OST0001'],
  stripes: [1, 0],
  digest: 'feed',
  waits: true,
  comesBack: true,
  packets: 5000,
};

const done = '';
const nothing = {status: 1, output: ''};
type Answer = string | {readonly status: number; readonly output: string};
type Wait = {readonly command: string; readonly seconds: number; readonly timeoutMs: number};

const addresses: Readonly<Record<string, string>> = {
  mds: '10.77.0.1',
  oss: '10.77.0.2',
  client1: '10.77.0.3',
  client2: '10.77.0.4',
};

/** The machines as they answer the scenario's commands; an unknown one fails the test by its status. */
function machines(world: World, waits: Wait[] = []): (role: string) => Guest {
  const state = {
    away: false,
    back: false,
    networks: {client1: 'tcp', client2: 'tcp'} as Record<string, string>,
  };
  const packets: Record<string, number> = {client1: 0, client2: 0};
  const written = (): Answer => {
    if (!state.back) return world.waits ? done : 'written\n';
    return world.comesBack ? 'written\n' : done;
  };
  const nidsOf = (role: string): readonly string[] =>
    (role.startsWith('client') ? [state.networks[role]!] : world.serverNetworks).map(
      (network) => `${addresses[role]}@${network}`,
    );
  const answers = (role: string): readonly (readonly [RegExp, (...groups: string[]) => Answer])[] => [
    [/^uname -r/, () => '6.1.192\n'],
    [/^gzip -dc/, () => 'abc  -\n'],
    [/list-units --failed/, () => done],
    [
      /lctl list_nids \| grep/,
      (...groups) =>
        [...groups[0]!.matchAll(/-qx ([^\s;]+)/g)].every(([, nid]) => nidsOf(role).includes(nid!))
          ? done
          : nothing,
    ],
    [/^lctl list_nids/, () => `${nidsOf(role).join('\n')}\n`],
    [/lctl ping \S+@(\w+)/, (_, network) => (world.serverNetworks.includes(network!) ? done : nothing)],
    [/^mkfs\.lustre/, () => done],
    [/^systemctl reload-or-restart lustre-targets/, () => done],
    [
      /^systemctl reload lustre-targets/,
      () => {
        state.back = true;
        return done;
      },
    ],
    [/^systemctl restart kbuild-lnet/, () => done],
    [
      /^sed -i .*networks=(\w+)\/"/,
      (_, network) => {
        state.networks[role] = network!;
        return done;
      },
    ],
    [
      /^cat \/proc\/mounts/,
      () =>
        [
          ...(role === 'mds' ? ['mdt0/mdt0 /srv/lustre/demo-MDT0000 lustre ro 0 0'] : []),
          ...(role === 'oss' ? world.osts.map((ost) => `x /srv/lustre/demo-${ost} lustre ro 0 0`) : []),
          ...(role.startsWith('client') ? ['x /mnt/demo lustre rw 0 0'] : []),
          '',
        ].join('\n'),
    ],
    [/^zfs get/, () => 'demo-OST0000\tost0/ost0\ndemo-OST0001\tost1/ost1\n'],
    [/^mkdir -p \/mnt\/demo && mount -t lustre/, () => done],
    [/lfs df/, () => done],
    [/^lfs setstripe/, () => done],
    [
      /^lfs getstripe/,
      () =>
        [
          '/mnt/demo/striped',
          `lmm_stripe_count:  ${world.stripes.length}`,
          'lmm_stripe_size:   1048576',
          `lmm_stripe_offset: ${world.stripes[0]}`,
          '\tobdidx\t\t objid\t\t objid\t\t group',
          ...world.stripes.map((index) => `\t     ${index}\t             2\t          0x2\t   0x280000401`),
          '',
        ].join('\n'),
    ],
    [/^rdma statistic/, () => `link rxe0/1 sent_pkts ${packets[role]!} rcvd_pkts ${packets[role]!}\n`],
    [
      /^dd if|^head -c/,
      () => {
        if (role in packets && state.networks[role] === 'o2ib') packets[role]! += world.packets;
        return done;
      },
    ],
    [/^umount/, () => done],
    [/^\((?:sh -c|sha256sum)/, () => done],
    [/lctl get_param -n osc/, () => done],
    [/^sync|lru_size=clear/, () => done],
    [/test -s \/run\/kbuild-done/, () => (world.comesBack ? done : nothing)],
    [/^cat \/run\/kbuild-done/, () => (role === 'client2' && written() !== done ? 'feed  x\n' : written())],
    [
      /^sha256sum/,
      () => {
        if (role === 'client2' && state.networks[role] === 'o2ib') packets[role]! += world.packets;
        return role === 'client2' ? `${world.digest}  -\n` : 'feed  -\n';
      },
    ],
  ];
  return (role) => ({
    spec: {
      name: role,
      role,
      boot: {kind: 'direct', direct: {kernel: '/none', append: ''}},
      memoryMiB: 1,
      cpus: 1,
      drives: [],
      address: addresses[role]!,
      expected: {release: '6.1.192', configSha256: 'abc'},
    },
    start: async () => undefined,
    cutPower: async () => undefined,
    pullDrive: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => [],
    run: async (command, {timeoutMs = 60_000} = {}) => {
      const [, seconds] = /date \+%s\) \+ (\d+)\)/.exec(command) ?? [];
      if (seconds !== undefined) waits.push({command, seconds: Number(seconds), timeoutMs});
      for (const [pattern, answer] of answers(role)) {
        const [matched, ...groups] = pattern.exec(command) ?? [];
        if (matched === undefined) continue;
        const given = answer(command, ...groups);
        return {command, ...(typeof given === 'string' ? {status: 0, output: given} : given)};
      }
      return {command, status: 127, output: `${command}: not found\n`};
    },
  });
}

/** The names of checks that fail. */
async function failed(world: Partial<World>): Promise<readonly string[]> {
  const guest = machines({...right, ...world});
  const results = await runChecks(lustre.checks(), guest, new AbortController().signal);
  return results.filter((result: CheckResult) => result.outcome === 'failed').map(({name}) => name);
}

test('every check passes where all is right', async (t) => {
  t.deepEqual(await failed({}), []);
});

test('without RDMA on the servers, LNet is what fails', async (t) => {
  t.deepEqual(await failed({serverNetworks: ['tcp']}), [
    'LNet is up: TCP on every machine, RDMA on the servers too, and the MDS answers',
  ]);
});

test('an OST that is not mounted is told of, and no client is blamed', async (t) => {
  t.deepEqual(await failed({osts: ['OST0000']}), ['the OSS serves two object targets on ZFS']);
});

test('a file on one OST is not striped', async (t) => {
  t.deepEqual(await failed({stripes: [0]}), ['a client writes a file that is striped over both OSTs']);
  t.deepEqual(await failed({stripes: [1, 1]}), ['a client writes a file that is striped over both OSTs']);
});

test('another content is seen by the other client', async (t) => {
  t.deepEqual(await failed({digest: 'beef'}), ['the other client reads the same']);
});

test('a write that does not wait for its OST, or waits for ever, fails', async (t) => {
  const name = 'an OST is stopped: clients wait for it, go on when it is back, and nothing is lost';
  t.deepEqual(await failed({waits: false}), [name]);
  t.deepEqual(await failed({comesBack: false}), [name]);
});

test('bytes that did not go by RDMA are seen', async (t) => {
  t.deepEqual(await failed({packets: 100}), ['files are the same by RDMA, and their bytes went that way']);
});

test('a wait ends, and says what it waited for, before its command is given up', async (t) => {
  const waits: Wait[] = [];
  await runChecks(lustre.checks(), machines(right, waits), new AbortController().signal);
  t.true(waits.length > 5);
  for (const {command, seconds, timeoutMs} of waits) t.true((seconds + 30) * 1000 <= timeoutMs, command);
});
