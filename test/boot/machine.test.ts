import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Machine} from '../../src/boot/machine.ts';
import {Network} from '../../src/boot/network.ts';
import type {MachineSpec} from '../../src/boot/spec.ts';

/** A Linux kernel with a console on ttyS0; without it the tests that need one are left out. */
const kernel = process.env.KBUILD_TEST_KERNEL;
const withKernel = kernel === undefined || kernel === '' ? test.skip : test;

const patience = {silenceMs: 60_000, limitMs: 60_000};

async function makeMachine(
  t: ExecutionContext,
  boot: MachineSpec['boot'],
  stop = new AbortController(),
): Promise<Machine> {
  const dir = await mkdtemp(join(tmpdir(), 'vm-'));
  const network = await Network.make(join(dir, 'lan'));
  const disk = join(dir, 'blank.img');
  await writeFile(disk, Buffer.alloc(1024 * 1024));
  const machine = await Machine.make({
    spec: {
      name: 'lone',
      role: 'host',
      boot,
      memoryMiB: 256,
      cpus: 1,
      drives: [{sizeMiB: 1, kind: 'nvme'}],
      address: '10.77.0.1',
      expected: {release: '', configSha256: ''},
    },
    hardware: {
      drives: [disk],
      networkSocket: network.path,
      hardwareAddress: '52:54:00:6b:62:01',
    },
    acceleration: {kind: 'tcg', cpu: 'Nehalem'},
    socketDir: dir,
    logDir: dir,
    signal: stop.signal,
  });
  t.teardown(async () => {
    await machine.discard();
    await network.close();
    await rm(dir, {recursive: true});
  });
  return machine;
}

/** No firmware variables, no boot disk: the BIOS finds nothing and stops. */
const nothingToBoot: MachineSpec['boot'] = {
  kind: 'firmware',
  disk: {path: '/none', espOffset: 0, espSize: 0, espProof: '/none'},
};

test('a machine with nothing to boot is reported as hanging in firmware', async (t) => {
  const machine = await makeMachine(t, nothingToBoot);
  await machine.start();
  const error = await t.throwsAsync(machine.untilUp({silenceMs: 60_000, limitMs: 1500}));
  t.regex(error?.message ?? '', /^the machine lone hangs in firmware: no first process in time/);
});

test('a machine whose power is cut can be started again', async (t) => {
  const machine = await makeMachine(t, nothingToBoot);
  await machine.start();
  await machine.cutPower();
  t.false(machine.isOn);
  await t.throwsAsync(machine.run('true'), {message: 'the machine lone is switched off'});
  await machine.start();
  t.true(machine.isOn);
  t.is(machine.boots.length, 2);
});

test('cancelling ends the machine and what waits for it, at once', async (t) => {
  const stop = new AbortController();
  const machine = await makeMachine(t, nothingToBoot, stop);
  await machine.start();
  const waiting = t.throwsAsync(machine.untilUp(patience));
  const started = performance.now();
  stop.abort(new Error('Ctrl-C'));
  t.is((await waiting)?.message, 'Ctrl-C');
  t.true(performance.now() - started < 1500);
});

test('a machine QEMU refuses is reported with what QEMU said', async (t) => {
  const machine = await makeMachine(t, {
    kind: 'direct',
    direct: {kernel: '/nonexistent/vmlinuz', append: ''},
  });
  const error = await t.throwsAsync(machine.start().then(async () => machine.untilUp(patience)));
  t.regex(error?.message ?? '', /^the machine lone ended by itself in firmware: .*\/nonexistent\/vmlinuz/);
});

withKernel('a kernel without a root file system panics, and that is said', async (t) => {
  const machine = await makeMachine(t, {
    kind: 'direct',
    direct: {kernel: kernel!, append: 'console=ttyS0 panic=0 root=/dev/none'},
  });
  await machine.start();
  const error = await t.throwsAsync(machine.untilUp(patience));
  t.regex(error?.message ?? '', /hangs in kernel: the kernel panicked; its console ends with:/);
  t.true((machine.boots[0]?.firmwareSeconds ?? 0) > 0);
  t.regex(await readFile(machine.logs.console, 'utf8'), /Linux version/);
});
