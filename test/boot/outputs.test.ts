import test from 'ava';
import {
  mountOptions,
  perftestRow,
  poolLayout,
  rdmaPackets,
  rpcPorts,
  stripeLayout,
} from '../../src/boot/scenarios/outputs.ts';

const status = `  pool: tank
 state: DEGRADED
config:

\tNAME                STATE     READ WRITE CKSUM
\ttank                DEGRADED     0     0     0
\t  raidz1-0          DEGRADED     0     0     0
\t    /dev/nvme0n1p1  ONLINE       0     0     0
\t    /dev/nvme1n1p1  UNAVAIL      0     0     0  cannot open
\tlogs
\t  /dev/nvme3n1      ONLINE       0     0     0

errors: No known data errors
`;

test('the groups and members of a pool are read with their states', (t) => {
  t.deepEqual(poolLayout(status), {
    state: 'DEGRADED',
    groups: [
      {
        name: 'raidz1-0',
        state: 'DEGRADED',
        members: [
          {name: '/dev/nvme0n1p1', state: 'ONLINE'},
          {name: '/dev/nvme1n1p1', state: 'UNAVAIL'},
        ],
      },
      {name: 'logs', state: '', members: []},
      {name: '/dev/nvme3n1', state: 'ONLINE', members: []},
    ],
  });
});

/** As OpenZFS 2.1 wrote it, half a minute after the drive was pulled out of the machine. */
const pulled = `  pool: tank
 state: DEGRADED
status: One or more devices has been removed by the administrator.
\tSufficient replicas exist for the pool to continue functioning in a
\tdegraded state.
action: Online the device using zpool online' or replace the device with
\t'zpool replace'.
config:

\tNAME                                                         STATE     READ WRITE CKSUM
\ttank                                                         DEGRADED     0     0     0
\t  raidz1-0                                                   DEGRADED     0     0     0
\t    /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kbuild-host-0-part1  ONLINE       0     0     0
\t    /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kbuild-host-1-part1  ONLINE       0     0     0
\t    /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kbuild-host-2-part1  REMOVED      0     0     0

errors: No known data errors
`;

test('a drive that was pulled is a member of its group still', (t) => {
  const {state, groups} = poolLayout(pulled);
  t.is(state, 'DEGRADED');
  t.is(groups[0]?.name, 'raidz1-0');
  t.deepEqual(groups[0]?.members[2], {
    name: '/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kbuild-host-2-part1',
    state: 'REMOVED',
  });
});

test('no pool has no groups', (t) => {
  t.deepEqual(poolLayout("cannot open 'tank': no such pool\n"), {state: '', groups: []});
});

test('the last mount at a place counts', (t) => {
  const mounts =
    'tmpfs /mnt tmpfs rw 0 0\n10.77.0.1:/tank/export /mnt nfs4 rw,vers=4.2,proto=rdma,port=20049 0 0\n';
  t.deepEqual(mountOptions(mounts, '/mnt'), {
    type: 'nfs4',
    options: ['rw', 'vers=4.2', 'proto=rdma', 'port=20049'],
  });
  t.is(mountOptions(mounts, '/srv'), undefined);
});

test('packets of all RDMA links are added up', (t) => {
  const text =
    'link rxe0/1 sent_pkts 12 rcvd_pkts 30 duplicate_request 0\nlink rxe1/1 sent_pkts 1 rcvd_pkts 2\n';
  t.deepEqual(rdmaPackets(text), {sent: 13, received: 32});
});

test('a file has its stripe count, and the OSTs of its objects in order', (t) => {
  const shown = [
    '/mnt/demo/striped',
    'lmm_stripe_count:  2',
    'lmm_stripe_size:   1048576',
    'lmm_pattern:       raid0',
    'lmm_layout_gen:    0',
    'lmm_stripe_offset: 1',
    '\tobdidx\t\t objid\t\t objid\t\t group',
    '\t     1\t             2\t          0x2\t   0x280000401',
    '\t     0\t             3\t          0x3\t   0x240000401',
    '',
  ].join('\n');
  t.deepEqual(stripeLayout(shown), {count: 2, osts: [1, 0]});
  t.deepEqual(stripeLayout('/mnt/demo/none has no stripe info\n'), {count: 0, osts: []});
});

test('ports are found by program, version and TCP', (t) => {
  const ports = rpcPorts(`   program vers proto   port  service
    100005    3   udp  41000  mountd
    100005    3   tcp  41001  mountd
`);
  t.is(ports('mountd', 3), 41_001);
  t.is(ports('mountd', 2), undefined);
  t.is(ports('nfs', 3), undefined);
});

test('the table of perftest is read by the names of its columns', (t) => {
  const bandwidth = `---------------------------------------------------------------------------------------
 #bytes     #iterations    BW peak[MB/sec]    BW average[MB/sec]   MsgRate[Mpps]
 65536      256              12.50              11.25\t\t     0.000180
---------------------------------------------------------------------------------------
`;
  t.deepEqual(perftestRow(bandwidth), {
    '#bytes': 65536,
    '#iterations': 256,
    'BW peak[MB/sec]': 12.5,
    'BW average[MB/sec]': 11.25,
    'MsgRate[Mpps]': 0.00018,
  });
  const latency = ` #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec] 
 64      500          80.11          900.50       95.25            110.00           12.00            300.00                  900.50
`;
  t.is(perftestRow(latency)['t_typical[usec]'], 95.25);
  t.is(perftestRow(latency)['99.9% percentile[usec]'], 900.5);
  t.deepEqual(perftestRow("Couldn't connect to 10.77.0.1:18515\n"), {});
});
