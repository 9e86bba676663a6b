import test from 'ava';
import {architectures, machineArchitecture} from '../../src/base/architecture.ts';
import {chooseAcceleration} from '../../src/boot/acceleration.ts';
import {qemuArgv} from '../../src/boot/qemu.ts';
import type {MachineSpec} from '../../src/boot/spec.ts';

function argvFor(architecture: NonNullable<MachineSpec['architecture']>): string {
  const spec: MachineSpec = {
    name: 'lone',
    role: 'host',
    architecture,
    boot: {kind: 'direct', direct: {kernel: '/kernel', append: ''}},
    memoryMiB: 256,
    cpus: 1,
    drives: [],
    address: '10.77.0.1',
    expected: {release: '', configSha256: ''},
  };
  const sockets = {consoleSocket: '/c', shellSocket: '/s', networkSocket: '/n', consoleLog: '/l'};
  const hardware = {drives: [], hardwareAddress: '52:54:00:6b:62:01', ...sockets};
  return qemuArgv(spec, hardware, {kind: 'tcg', cpu: 'some'}).join(' ');
}

test('each architecture has its emulator and board, and two serial ports', (t) => {
  t.regex(
    argvFor('x86_64'),
    /^qemu-system-x86_64 .*-machine q35 .*-serial chardev:console .*-serial chardev:shell$/,
  );
  t.regex(
    argvFor('arm64'),
    /^qemu-system-aarch64 .*-machine virt .*-serial chardev:console .*-device pci-serial,chardev=shell$/,
  );
});

test('machines of another architecture are emulated, and the reason is told', async (t) => {
  for (const other of architectures.filter((one) => one !== machineArchitecture())) {
    const {kind, reason} = await chooseAcceleration(other, {kernel: '/none'}, new AbortController().signal);
    t.is(kind, 'tcg');
    t.is(reason, `programs of ${other} do not run on this machine`);
  }
});
