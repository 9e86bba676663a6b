import test from 'ava';
import {readCatalogue, type Tuning, tuningOf} from '../../src/recipe/catalogue.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {type Reading, readingsOf, scriptFor, type Wish} from '../../src/tunables/index.ts';
import {FakeMachine} from './fake-machine.ts';

const catalogue = await readCatalogue(await recipeFolders({cwd: import.meta.dirname}));

function setting(text: string): Tuning {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text)!;
  const tuning = tuningOf(name!, value!, catalogue, 'the test');
  if ('severity' in tuning) throw new Error(tuning.message);
  return tuning;
}

function askFor(machine: FakeMachine, wishes: readonly Wish[], daemons?: string): readonly Reading[] {
  return readingsOf(wishes, machine.run(scriptFor(wishes, daemons)))!;
}

function set(machine: FakeMachine, text: string, daemons?: string): Reading {
  return askFor(machine, [setting(text)], daemons)[0]!;
}

function get(machine: FakeMachine, name: string): Reading {
  return askFor(machine, [{tunable: catalogue.find((one) => one.name === name)!}])[0]!;
}

test('a sysctl is written, kept for the next boot, and read back', (t) => {
  const machine = new FakeMachine();
  t.like(set(machine, 'vm.dirty_ratio=10'), {wanted: '10', set: '10', verdict: 'in effect'});
  t.is(machine.read('/proc/sys/vm/dirty_ratio'), '10\n');
  t.is(machine.read('/etc/sysctl.d/zz-kbuild-vm.dirty_ratio.conf'), 'vm.dirty_ratio = 10\n');
  t.like(set(machine, 'net.ipv4.tcp_rmem=4096 65536 1048576'), {
    set: '4096 65536 1048576',
    verdict: 'in effect',
  });
});

test('several are set by one command, and each has its own answer', (t) => {
  const machine = new FakeMachine();
  const readings = askFor(machine, ['vm.dirty_ratio=10', 'vm.swappiness=1', 'nfsd.threads=32'].map(setting));
  t.deepEqual(
    readings.map(({name, verdict}) => `${name}: ${verdict}`),
    ['vm.dirty_ratio: in effect', 'vm.swappiness: in effect', 'nfsd.threads: in effect'],
  );
});

test('what a service holds on to is set, and not in effect until it starts anew', (t) => {
  const machine = new FakeMachine();
  const reading = set(machine, 'fs.nfs.nlm_tcpport=4001');
  t.like(reading, {set: '4001', verdict: 'pending', until: 'the next start of nfs-server.service'});
  t.deepEqual(reading.seen, [{instance: '', value: '40321'}]);
  machine.write('bin/rpcinfo', '#!/bin/sh\necho "100021 4 tcp 4001 nlockmgr"\n');
  t.is(get(machine, 'fs.nfs.nlm_tcpport').verdict, 'in effect');
});

test('a file that shows only what the next mount will use is no proof of what mounts use', (t) => {
  t.like(set(new FakeMachine(), 'sunrpc.rdma_slot_table_entries=64'), {
    set: '64',
    seen: [],
    verdict: 'not observed',
    until: 'the next mount',
  });
});

test('a parameter that its module works out itself is seen where the module tells it', (t) => {
  const machine = new FakeMachine();
  const reading = set(machine, 'zfs.zfs_arc_max=4G');
  t.is(machine.read('/sys/module/zfs/parameters/zfs_arc_max'), '4294967296\n');
  t.like(reading, {verdict: 'pending', set: '4294967296', until: undefined});
  t.is(reading.seen[0]!.value, '1000000000');
});

test('a parameter read when its module is loaded is kept for that, and not written', (t) => {
  const machine = new FakeMachine();
  t.like(set(machine, 'zfs.zio_taskq_batch_pct=50'), {
    set: '50',
    verdict: 'pending',
    until: 'the next boot, or the next load of zfs',
  });
  t.is(machine.read('/sys/module/zfs/parameters/zio_taskq_batch_pct'), '80\n');
  t.is(
    machine.read('/etc/modprobe.d/zz-kbuild-zfs.zio_taskq_batch_pct.conf'),
    'options zfs zio_taskq_batch_pct=50\n',
  );
  t.like(set(machine, 'ib_ipoib.send_queue_size=512'), {set: '512', seen: [], verdict: 'not observed'});
});

test('a module that is a part of the kernel keeps nothing, and what has to wait for it is not set at all', (t) => {
  const machine = new FakeMachine({
    '/lib/modules/6.1.0/modules.builtin': 'kernel/drivers/nvme/host/nvme.ko\nkernel/fs/zfs/zfs.ko\n',
  });
  const reading = set(machine, 'nvme.io_queue_depth=64');
  t.is(reading.verdict, 'refused');
  t.regex(reading.reason!, /only an image made with it has it/);
  t.is(machine.read('/etc/modprobe.d/zz-kbuild-nvme.io_queue_depth.conf'), undefined);
  const fleeting = set(machine, 'zfs.zfs_txg_timeout=10');
  t.is(fleeting.verdict, 'in effect');
  t.regex(fleeting.lasting!, /^an image made with it/);
});

test('what cannot be kept for the next start is refused, with the reason', (t) => {
  const machine = new FakeMachine({'/etc/nfs.conf.d': 'no folder'});
  const reading = set(machine, 'nfsd.vers3=n');
  t.is(reading.verdict, 'refused');
  t.regex(reading.reason!, /nfs\.conf\.d/);
});

test('a parameter of a module with a blank in it is read as it was set', (t) => {
  const machine = new FakeMachine({'/sys/module/lnet/parameters/networks': 'tcp0(eth0), o2ib0(ib0)\n'});
  t.like(set(machine, 'lnet.networks=tcp0(eth0), o2ib0(ib0)'), {
    set: 'tcp0(eth0), o2ib0(ib0)',
    verdict: 'in effect',
  });
});

test('a value by which the system chooses is not held against what it has chosen', (t) => {
  const machine = new FakeMachine();
  t.like(set(machine, 'fs.nfs.nlm_tcpport=0'), {
    seen: [{instance: '', value: '40321'}],
    verdict: 'not observed',
  });
  t.like(set(machine, 'zfs.zfs_arc_max=0'), {verdict: 'not observed'});
});

test('what the system refuses is not kept for its next start', (t) => {
  const machine = new FakeMachine();
  const reading = set(machine, 'zfs.recordsize=512');
  t.like(reading, {verdict: 'refused', reason: 'cannot set property: feature is off'});
  const other = new FakeMachine({'/proc/sys/net/core/somaxconn/x': ''});
  t.is(set(other, 'net.core.somaxconn=512').verdict, 'refused');
  t.is(other.read('/etc/sysctl.d/zz-kbuild-net.core.somaxconn.conf'), undefined);
});

test('a property goes to the pools, and is seen on every data set', (t) => {
  const machine = new FakeMachine();
  const reading = set(machine, 'zfs.recordsize=1M');
  t.like(reading, {set: '1048576', verdict: 'in effect'});
  t.deepEqual(
    reading.seen.map(({instance}) => instance),
    ['tank', 'tank/export'],
  );
  t.like(set(machine, 'zpool.autotrim=y'), {verdict: 'in effect', seen: [{instance: 'tank', value: 'y'}]});
  t.like(set(machine, 'zfs.recordsize@tank/export=64K'), {
    name: 'zfs.recordsize@tank/export',
    seen: [{instance: 'tank/export', value: '65536'}],
    verdict: 'in effect',
  });
});

test('a data set with a value of its own is held against that, and one that inherits nothing against none', (t) => {
  const machine = new FakeMachine({'/own-value': '65536\n'});
  t.like(get(machine, 'zfs.recordsize'), {set: '131072, 65536', verdict: 'in effect'});
  t.like(set(machine, 'zfs.recordsize=1M'), {
    seen: [
      {instance: 'tank', value: '1048576'},
      {instance: 'tank/export', value: '65536'},
    ],
    verdict: 'in effect',
  });
  t.deepEqual(set(new FakeMachine(), 'zfs.quota=10G').seen, [{instance: 'tank', value: '10737418240'}]);
});

test('a property that mounts have is seen in the mounts, one by one', (t) => {
  const machine = new FakeMachine({'/data-set': 'on\n'});
  t.deepEqual(get(machine, 'zfs.exec'), {
    name: 'zfs.exec',
    set: 'y',
    seen: [
      {instance: 'tank', value: 'y'},
      {instance: 'tank/export', value: 'n'},
    ],
    verdict: 'pending',
    until: 'the next mount',
  });
  t.deepEqual(set(machine, 'zfs.exec@tank/export=n').seen, [{instance: 'tank/export', value: 'n'}]);
});

test('settings of NFS are kept apart from its own files, and the server is asked what it does', (t) => {
  const machine = new FakeMachine();
  t.like(set(machine, 'nfsd.threads=32'), {set: '32', verdict: 'in effect'});
  t.is(machine.read('/proc/fs/nfsd/threads'), '32\n');
  t.like(set(machine, 'nfsd.vers3=n'), {
    set: 'n',
    seen: [{instance: '', value: 'y'}],
    verdict: 'pending',
    until: 'the next start of nfs-server.service',
  });
  t.is(machine.read('/etc/nfs.conf.d/zz-kbuild-nfsd.vers3.conf'), '[nfsd]\nvers3=n\n');
  t.like(set(machine, 'mountd.manage-gids=y'), {set: 'y', seen: [], verdict: 'not observed'});
});

test('a client mounts with other options from its next mount on', (t) => {
  t.like(set(new FakeMachine(), 'nfsmount.rsize=64K'), {
    set: '65536',
    seen: [{instance: '/mnt', value: '262144'}],
    verdict: 'pending',
    until: 'the next mount',
  });
});

test('qtfs is told its level at once, and its port at its next start', (t) => {
  const machine = new FakeMachine();
  t.like(set(machine, 'qtfs.log_level=DEBUG'), {set: 'DEBUG', verdict: 'in effect'});
  t.like(set(machine, 'qtfs.port=20000'), {
    set: '20000',
    seen: [{instance: '', value: '12345'}],
    verdict: 'pending',
    until: 'the next boot',
  });
});

test('Lustre is set on every target there is', (t) => {
  const reading = set(new FakeMachine(), 'osc.*.max_dirty_mb=256');
  t.is(reading.verdict, 'in effect');
  t.deepEqual(
    reading.seen.map(({instance}) => instance),
    ['osc.a-OST0000.max_dirty_mb', 'osc.a-OST0001.max_dirty_mb'],
  );
  // Only the MGS keeps it beyond the next mount.
  t.regex(reading.lasting!, /MGS/);
});

test('of Ceph, only what an observer tracks takes effect, on the daemons that are meant', (t) => {
  const machine = new FakeMachine({
    '/var/run/ceph/ceph-osd.0.asok': '',
    '/var/run/ceph/ceph-osd.1.asok': '',
    '/var/run/ceph/ceph-mon.a.asok': '',
  });
  const all = set(machine, 'osd_max_backfills=60');
  t.like(all, {set: '60', verdict: 'in effect'});
  t.deepEqual(all.seen, [
    {instance: 'osd.0', value: '60'},
    {instance: 'osd.1', value: '60'},
  ]);
  t.deepEqual(set(machine, 'osd_max_backfills=30', 'osd.1').seen, [{instance: 'osd.1', value: '30'}]);
  // Ceph knows it as one that can change at run time, and the daemon says that nothing observes it.
  t.like(set(machine, 'osd_memory_target=2G'), {verdict: 'pending', until: 'the next start of osd.0, osd.1'});
  const waiting = {set: '60', verdict: 'pending', until: 'the next start of osd.0, osd.1'} as const;
  t.like(set(machine, 'osd_heartbeat_grace=60'), waiting);
  t.like(get(machine, 'osd_heartbeat_grace'), waiting);
  // And what is read at the start alone it is not permitted to change.
  t.like(set(machine, 'osd_op_num_shards=8'), {
    set: '8',
    verdict: 'pending',
    until: 'the next start of osd.0, osd.1',
  });
  t.like(set(machine, 'osd_max_backfills=61'), {
    verdict: 'refused',
    reason: 'osd.0: { "error": "(22) Invalid argument" }; osd.1: { "error": "(22) Invalid argument" }',
  });
  // A value of a daemon's own is what counts for it.
  t.like(get(machine, 'osd_max_backfills'), {set: '60, 30', verdict: 'in effect'});
  // A start ends what was set since the last one.
  for (const daemon of ['osd.0', 'osd.1']) machine.write(daemon, '');
});

test('a machine without OSDs asks the monitors once which there are, for however many parameters', (t) => {
  const machine = new FakeMachine({'/var/run/ceph/ceph-mon.a.asok': ''});
  for (const daemon of ['osd.0', 'osd.1']) {
    machine.write(daemon, '"osd_max_backfills": "1",\n"osd_memory_target": "4294967296",\n');
  }
  const wishes = ['osd_max_backfills', 'osd_memory_target'].map((name) => ({
    tunable: catalogue.find((one) => one.name === name)!,
  }));
  t.deepEqual(
    askFor(machine, wishes).map(({seen}) => seen.map(({instance}) => instance)),
    [
      ['osd.0', 'osd.1'],
      ['osd.0', 'osd.1'],
    ],
  );
  t.is(machine.read('osd-ls'), 'asked\n');
  t.like(set(machine, 'osd_op_num_shards=8'), {verdict: 'pending', until: 'the next start of osd.0, osd.1'});
});

test("without the administrator's key, a machine's own daemons are told, and nothing keeps it", (t) => {
  const machine = new FakeMachine({'/var/run/ceph/ceph-osd.0.asok': '', '/no-key': ''});
  const reading = set(machine, 'osd_max_backfills=60');
  t.deepEqual(reading.seen, [{instance: 'osd.0', value: '60'}]);
  t.is(reading.set, undefined);
  t.regex(reading.lasting!, /with the administrator's key/);
  t.like(set(new FakeMachine({'/no-key': ''}), 'osd_max_backfills=60'), {verdict: 'elsewhere'});
});

test('a kernel that does not tell its configuration is not said to lack a symbol', (t) => {
  t.like(get(new FakeMachine({'/boot/config-6.1.0': ''}), 'vm.nr_hugepages'), {
    verdict: 'missing',
    until: undefined,
  });
});

test('what a machine has not is missing, with the symbol that its kernel lacks', (t) => {
  const machine = new FakeMachine();
  t.deepEqual(get(machine, 'vm.nr_hugepages'), {
    name: 'vm.nr_hugepages',
    seen: [],
    verdict: 'missing',
    until: 'a rebuilt kernel with HUGETLBFS',
  });
  t.like(get(machine, 'vm.min_free_kbytes'), {verdict: 'missing', until: undefined});
  t.is(set(machine, 'vm.nr_hugepages=4').verdict, 'missing');
  t.is(machine.read('/etc/sysctl.d/zz-kbuild-vm.nr_hugepages.conf'), undefined);
});

test('an answer that broke off is none', (t) => {
  const wishes = [{tunable: catalogue.find(({name}) => name === 'vm.dirty_ratio')!}];
  t.is(readingsOf(wishes, '@0 now \t20\n'), undefined);
  t.is(readingsOf(wishes, '@0 now \t20\r\n@end\r\n')?.[0]?.seen[0]?.value, '20');
});
