import test from 'ava';
import {nvmeof} from '../../src/boot/scenarios/nvmeof.ts';
import {type Answer, type Answers, machines, outcome} from './machines.ts';

type Transport = 'rdma' | 'tcp';

/** What may be wrong with the two machines. */
type World = {
  /** Whether the target's unit does its work. */
  readonly serves: boolean;
  /** What the target can listen for, and the initiator ask by. */
  readonly target: readonly Transport[];
  readonly initiator: readonly Transport[];
  /** Whether the target looks at who connects. */
  readonly minds: boolean;
  /** Whether what is written over RDMA goes by RDMA. */
  readonly byRdma: boolean;
  /** Whether the drive keeps what is written. */
  readonly keeps: boolean;
  /** Whether the target serves again after a power cut. */
  readonly comesBack: boolean;
};

const right: World = {
  serves: true,
  target: ['rdma', 'tcp'],
  initiator: ['rdma', 'tcp'],
  minds: true,
  byRdma: true,
  keeps: true,
  comesBack: true,
};

const done = '';
const none = {status: 1, output: ''};
const own = 'nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555';
const nqn = 'nqn.2026-11.example.kbuild:proof';

function world(given: World) {
  const state = {
    hosts: [] as string[],
    serving: false,
    /** The transport of the initiator's connection. */
    by: undefined as Transport | undefined,
    packets: 0,
    refused: [] as string[],
    cut: false,
    /** How many files have been written. */
    files: 0,
  };
  const set = (change: Partial<typeof state>): Answer => {
    Object.assign(state, change);
    return done;
  };
  const mayConnect = (host: string): boolean => {
    if (!given.minds || state.hosts.includes(host)) return true;
    state.refused.push(host);
    return false;
  };
  const list = (of: readonly string[]): string => of.map((one) => `${one}\n`).join('');
  const connect = (transport: Transport, host: string): Answer => {
    if (!given.initiator.includes(transport)) return {status: 1, output: 'no such transport\n'};
    return mayConnect(host) ? set({by: transport}) : {status: 1, output: 'Operation not permitted\n'};
  };
  const discover = (transport: Transport, host: string): Answer => {
    if (!given.initiator.includes(transport)) return {status: 1, output: 'no such transport\n'};
    const told = !given.minds || state.hosts.includes(host) ? `subnqn:  ${nqn}\n` : '';
    return `subnqn:  nqn.2014-08.org.nvmexpress.discovery\n${told}`;
  };
  const isLive = (): boolean => state.by !== undefined && (!state.cut || given.comesBack);
  const target: Answers = [
    [/^ls \/dev\/disk/, '/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kbuild-target-0\n'],
    [/^printf .*'hosts='\\''(.*?)'\\'''/, (hosts) => set({hosts: hosts!.split(' ').filter(Boolean)})],
    [
      /^systemctl re(start|load) kbuild-nvme-target/,
      () => {
        // Whoever is connected and no longer named comes back, and is refused.
        if (state.by !== undefined && !mayConnect(own)) state.by = undefined;
        return set({serving: given.serves});
      },
    ],
    [
      /^cd \S+\/subsystems/,
      () =>
        state.serving ? `0\n1\n/dev/nvme0n1\nabcd\n${list(state.hosts)}` : {status: 1, output: 'cd: no\n'},
    ],
    [
      /^cd \S+\/ports\/(\d)/,
      (number) => {
        const transport = number === '1' ? 'rdma' : 'tcp';
        return given.target.includes(transport) ? `${transport}\n0.0.0.0\n4420\n${nqn}\n` : none;
      },
    ],
    [
      /^journalctl .*connect by host (\S+) /,
      (host) =>
        list(state.refused.filter((one) => one === host).map((one) => `connect by host ${one} not allowed`)),
    ],
    [/connect by host \S+ ' *\) -gt/, done],
    [/^rdma statistic/, () => `link rxe0/1 sent_pkts ${state.packets} rcvd_pkts ${state.packets}\n`],
    [/^blockdev/, '268435456\n'],
    [/^sha256sum/, () => (given.keeps ? 'feed  -\n' : 'beef  -\n')],
    [/^(mkdir|umount|sync)/, done],
    [/^\(end=/, done],
  ];
  const initiator: Answers = [
    [/^cat \/etc\/nvme\/hostnqn/, `${own}\n`],
    [
      /^nvme discover --transport=(\w+) \S+ \S+(?: --hostnqn=(\S+))?/,
      (by, host) => discover(by as Transport, host ?? own),
    ],
    [
      /^nvme connect --transport=(\w+) (?:(?!--hostnqn)\S+ ?)*(?:--hostnqn=(\S+))?/,
      (by, host) => connect(by as Transport, host ?? own),
    ],
    [/^nvme disconnect/, () => set({by: undefined})],
    [/^for one in /, () => (state.by === undefined ? done : `nvme0 ${state.by} live\n`)],
    [/nvme\*\/state\)" = live/, () => (isLive() ? done : none)],
    [/^rdma statistic/, () => `link rxe0/1 sent_pkts ${state.packets} rcvd_pkts ${state.packets}\n`],
    [/^blockdev/, '268435456\n'],
    [/^dd /, () => set(state.by === 'rdma' && given.byRdma ? {packets: state.packets + 20_000} : {})],
    [/^sha256sum/, 'feed  -\n'],
    [/^(mkdir|umount|sync|mkfs|head|\(end=)/, done],
  ];
  const guest = machines({target, initiator});
  return outcome(nvmeof, (role) =>
    role === 'target'
      ? {
          ...guest(role),
          cutPower: async () => {
            state.cut = true;
          },
        }
      : guest(role),
  );
}

test('every check of nvmeof passes where all is right', async (t) => {
  t.deepEqual(await world(right), {failed: [], said: [], notRun: 0});
});

test('a target that serves nothing fails there, and nothing of it is tried', async (t) => {
  const {failed, notRun} = await world({...right, serves: false});
  t.deepEqual(failed, ['the target serves its whole drive to the one host that it names']);
  t.is(notRun, 11);
});

test('a target that cannot do TCP fails there, and is used over RDMA', async (t) => {
  const {failed} = await world({...right, target: ['rdma']});
  t.deepEqual(failed, ['the target listens for NVMe over TCP']);
});

test('an initiator that cannot do RDMA is seen where it asks for the drive', async (t) => {
  const {failed} = await world({...right, initiator: ['tcp']});
  t.deepEqual(failed, [
    'the initiator is told of it by discovery, and another host is not',
    'the initiator has the drive over RDMA',
  ]);
});

test('a target that lets in whoever asks is seen', async (t) => {
  const {failed, said} = await world({...right, minds: false});
  t.is(failed[0], 'the initiator is told of it by discovery, and another host is not');
  t.regex(said[0]!, /another host is told/);
});

test('bytes that do not go by RDMA are seen', async (t) => {
  const {failed, said} = await world({...right, byRdma: false});
  t.deepEqual(failed, ['16 MiB written over RDMA are read after it was connected anew, and went by RDMA']);
  t.regex(said[0]!, /16 MiB each way are at least 4096 packets/);
});

test('a drive that has not what was written is seen', async (t) => {
  const {failed} = await world({...right, keeps: false});
  t.deepEqual(failed, ['what was written is on the drive of the target']);
});

test('a target that does not serve after a power cut is seen', async (t) => {
  const {failed} = await world({...right, comesBack: false});
  t.deepEqual(failed, ['after a power cut of the target, the initiator reads on through its mount']);
});
