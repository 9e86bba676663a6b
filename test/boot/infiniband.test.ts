import test from 'ava';
import {gidOf, infiniband} from '../../src/boot/scenarios/infiniband.ts';
import {type Answers, machines, outcome} from './machines.ts';

/** What may be wrong with the two hosts. */
type World = {
  /** Whether there is an RDMA device. */
  readonly device: boolean;
  /** What systemd says of opensm.service, and the units of managers that it has. */
  readonly manager: 'active' | 'inactive';
  readonly managed: string;
  /** Whether bytes go by RDMA. */
  readonly moves: boolean;
  /** What networkd has against the file for IP over InfiniBand. */
  readonly complaint: string;
  /** The priority of the subnet manager. */
  readonly priority: number;
};

const right: World = {
  device: true,
  manager: 'active',
  managed: '',
  moves: true,
  complaint: '',
  priority: 8,
};

const bandwidth = ` #bytes     #iterations    BW peak[MB/sec]    BW average[MB/sec]   MsgRate[Mpps]
 65536      256              12.50              11.25              0.000180
`;
const latency = ` #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec]
 64      500          80.11          900.50       95.25            110.00           12.00            300.00                  900.50
`;
const none = {status: 1, output: ''};

function world({device, manager, managed, moves, complaint, priority}: World) {
  const packets = {count: 0};
  const run = (said: string) => (): string => {
    if (moves) packets.count += 20_000;
    return said;
  };
  const host: Answers = [
    [/^\(end=.*grep -lsx 0000.*ffff:0a4d:000/, device ? '/sys/class/infiniband/rxe0/ports/1/gids/1\n' : none],
    [/^ibv_devinfo/, 'hca_id: rxe0\n  state:  PORT_ACTIVE (4)\n  link_layer:  Ethernet\n'],
    [/^systemctl is-active/, manager === 'active' ? 'active\n' : {status: 3, output: `${manager}\n`}],
    [/^systemctl list-units --all .*opensm@/, managed],
    [/^journalctl .*opensm/, 'subnet-manager: no InfiniBand port to manage a subnet on\n'],
    [/^rdma statistic/, () => `link rxe0/1 sent_pkts ${packets.count} rcvd_pkts ${packets.count}\n`],
    [/^timeout 240 ibv_rc_pingpong/, run('1000 iters in 0.50 seconds = 500.00 usec/iter\n')],
    [/^timeout 240 ib_write_bw/, run(bandwidth)],
    [/^timeout 240 ib_send_lat/, run(latency)],
    [/^\(end=.*rping -c/, 'ping data: rdma-ping-0: ABC\n'.repeat(10)],
    [/^journalctl .*networkd/, complaint === '' ? none : complaint],
    [/^modinfo/, 'IP-over-InfiniBand net driver\n'],
    [
      /^\(end=.*sminfo/,
      `sminfo: sm lid 1 sm guid 0x100001, activity count 9 priority ${priority} state 3 SMINFO_MASTER\n`,
    ],
    [/^\(end=.*saquery/, '\t\tMGID....................ff12:401b:ffff::ffff:ffff\n'],
    [/^(rm|systemd-run|systemctl|cat|grep|test|printf|mkdir|\(end=)/, ''],
  ];
  return outcome(infiniband, machines({host1: host, host2: host}));
}

test('every check of infiniband passes where all is right', async (t) => {
  t.deepEqual(await world(right), {failed: [], said: [], notRun: 0});
});

test('hosts without an RDMA device fail there, and their subnet manager is tried all the same', async (t) => {
  const {failed, notRun} = await world({...right, device: false});
  t.deepEqual(failed, ['verbs of user space see an RDMA device with an active port on either host']);
  t.is(notRun, 4);
});

test('a subnet manager that is off, or is started on Ethernet, is seen', async (t) => {
  const name = 'the subnet manager is looked after, and is not started on Ethernet';
  t.deepEqual((await world({...right, manager: 'inactive'})).failed, [name]);
  const ethernet = await world({...right, managed: 'opensm@0x1.service loaded failed failed OpenSM\n'});
  t.deepEqual(ethernet.failed, [name]);
});

test('messages that do not go by RDMA are seen', async (t) => {
  const {failed, said} = await world({...right, moves: false});
  t.deepEqual(failed, ['messages go both ways, by RDMA (ibv_rc_pingpong)']);
  t.regex(said[0]!, /at least 1000 packets/);
});

test('a file that networkd does not take is seen', async (t) => {
  const complaint = '80-kbuild-ipoib.network:3: Unknown key name\n';
  t.deepEqual((await world({...right, complaint})).failed, [
    'IP over InfiniBand is there for a port, and its network is configured',
  ]);
});

test('a subnet manager that does not read its configuration is seen', async (t) => {
  const {failed, said} = await world({...right, priority: 0});
  t.deepEqual(failed, ['the subnet manager brings a simulated InfiniBand subnet up, with a group for IP']);
  t.regex(said[0]!, /priority 0/);
});

test('an address has the GID that the kernel gives it', (t) => {
  t.is(gidOf('10.77.0.1'), '0000:0000:0000:0000:0000:ffff:0a4d:0001');
});
