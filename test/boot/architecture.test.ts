import test from 'ava';
import {architectures, machineArchitecture} from '../../src/base/architecture.ts';
import {chooseAcceleration} from '../../src/boot/acceleration.ts';
import {qemuArgv} from '../../src/boot/qemu.ts';
import type {MachineSpec} from '../../src/boot/spec.ts';

function argvFor(
  architecture: NonNullable<MachineSpec['architecture']>,
  drives: MachineSpec['drives'] = [],
): string {
  const spec: MachineSpec = {
    name: 'lone',
    role: 'host',
    architecture,
    boot: {kind: 'direct', direct: {kernel: '/kernel', append: ''}},
    memoryMiB: 256,
    cpus: 1,
    drives,
    address: '10.77.0.1',
    expected: {release: '', configSha256: ''},
  };
  const sockets = {
    consoleSocket: '/c',
    shellSocket: '/s',
    monitorSocket: '/m',
    networkSocket: '/n',
    consoleLog: '/l',
  };
  const files = drives.map((_, index) => `/drive${index}`);
  const hardware = {drives: files, hardwareAddress: '52:54:00:6b:62:01', ...sockets};
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

test('drives are on the board, or below one PCIe switch, with memory that others reach', (t) => {
  const plain = {sizeMiB: 1, kind: 'nvme'} as const;
  const alone = argvFor('x86_64', [plain]);
  t.regex(alone, /-device nvme,id=nvme0,drive=drive0,serial=kbuild-lone-0 /);
  t.notRegex(alone, /x3130/);
  const below = argvFor('x86_64', [
    {...plain, switched: true, memoryMiB: 8},
    {...plain, switched: true},
  ]);
  t.regex(
    below,
    /-device pcie-root-port,id=root,chassis=1 -device x3130-upstream,id=switch,bus=root -drive .*id=drive0.* -device xio3130-downstream,id=port0,bus=switch,chassis=2 -device nvme,id=nvme0,drive=drive0,serial=kbuild-lone-0,cmb_size_mb=8,bus=port0 /,
  );
  t.regex(
    below,
    /port1,bus=switch,chassis=3 -device nvme,id=nvme1,drive=drive1,serial=kbuild-lone-1,bus=port1 /,
  );
  t.is(below.split('x3130-upstream').length, 2);
});

test('a drive that can be pulled has a port of the board, which a server’s kernel looks after', (t) => {
  const drive = {sizeMiB: 1, kind: 'nvme', removable: true} as const;
  const port =
    /-device pcie-root-port,id=port1,chassis=3,slot=1,io-reserve=0 -device nvme,id=nvme1,[^ ]*,bus=port1 /;
  const native = /-global ICH9-LPC\.acpi-pci-hotplug-with-bridge-support=off /;
  t.regex(argvFor('x86_64', [drive, drive]), port);
  t.regex(argvFor('x86_64', [drive, drive]), native);
  t.regex(argvFor('arm64', [drive, drive]), port);
  t.notRegex(argvFor('arm64', [drive, drive]), /ICH9/);
  t.notRegex(argvFor('x86_64', [{sizeMiB: 1, kind: 'nvme'}]), native);
});

test('machines of another architecture are emulated, and the reason is told', async (t) => {
  for (const other of architectures.filter((one) => one !== machineArchitecture())) {
    const {kind, reason} = await chooseAcceleration(other, {kernel: '/none'}, new AbortController().signal);
    t.is(kind, 'tcg');
    t.is(reason, `programs of ${other} do not run on this machine`);
  }
});
