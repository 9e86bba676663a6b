/** From a machine's description to the arguments of QEMU. */

import {type Acceleration, escapedOption} from './acceleration.ts';
import {type Board, boards} from './architecture.ts';
import type {MachineSpec} from './spec.ts';

/** The files and sockets of one machine, made for one proof. */
export type Hardware = {
  /** Absent in direct boot. */
  readonly firmware?: {readonly code: string; readonly variables: string};
  /** The overlay that becomes /dev/vda. */
  readonly systemDisk?: string;
  /** Raw files, one a drive, in the order of the machine's `drives`. */
  readonly drives: readonly string[];
  readonly consoleSocket: string;
  readonly shellSocket: string;
  readonly monitorSocket: string;
  /** QEMU itself writes the console here too, so that nothing is lost when kbuild is. */
  readonly consoleLog: string;
  readonly networkSocket: string;
  readonly hardwareAddress: string;
};

/** QEMU's argv, program first. */
export function qemuArgv(
  spec: MachineSpec,
  hardware: Hardware,
  acceleration: Acceleration,
): readonly string[] {
  const board = boards[spec.architecture ?? 'x86_64'];
  const options: readonly Option[] = [
    ['-name', spec.name],
    ['-no-user-config'],
    ['-nodefaults'],
    ['-display', 'none'],
    // A guest that resets itself has panicked or tripled: that ends the machine, and is reported.
    ['-no-reboot'],
    ['-machine', board.machine],
    ['-cpu', acceleration.cpu],
    ['-accel', acceleration.kind === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
    ['-smp', String(spec.cpus)],
    ['-m', String(spec.memoryMiB)],
    ...bootOptions(spec, hardware),
    ...networkOptions(hardware),
    ...driveOptions(spec, hardware),
    ...(spec.drives.some(({removable}) => removable) ? board.hotplug : []),
    ['-device', 'virtio-rng-pci'],
    ...serialOptions(hardware, board),
  ];
  return [board.program, ...options.flatMap((option) => option as readonly string[])];
}

/** An option of QEMU, and its value where it has one. */
type Option = readonly [name: string, value?: string];

function bootOptions(spec: MachineSpec, hardware: Hardware): readonly Option[] {
  const options: Option[] = [];
  if (hardware.firmware !== undefined) {
    const {code, variables} = hardware.firmware;
    options.push(['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${escapedOption(code)}`]);
    options.push(['-drive', `if=pflash,unit=1,format=raw,file=${escapedOption(variables)}`]);
  }
  if (spec.boot.kind === 'direct') {
    const {kernel, initrd, append} = spec.boot.direct;
    options.push(['-kernel', kernel], ['-append', append]);
    if (initrd !== undefined) options.push(['-initrd', initrd]);
  }
  if (hardware.systemDisk !== undefined) {
    // What the guest flushes is in the host's memory and outlives QEMU: cache=unsafe loses nothing here.
    const file = escapedOption(hardware.systemDisk);
    options.push(['-drive', `if=none,id=system,format=qcow2,cache=unsafe,file=${file}`]);
    // In direct boot the kernel that QEMU loads has index 0 itself.
    const first = hardware.firmware === undefined ? '' : ',bootindex=0';
    options.push(['-device', `virtio-blk-pci,drive=system${first}`]);
  }
  return options;
}

/** What QEMU calls the drive of that index. */
export function driveName(index: number): string {
  return `nvme${index}`;
}

/** The serial number that a machine sees of its drive of that index. */
export function driveSerial(machine: string, index: number): string {
  return `kbuild-${machine}-${index}`;
}

/** One network card, without the boot ROM that would have the firmware try the network. */
function networkOptions(hardware: Hardware): readonly Option[] {
  const path = escapedOption(hardware.networkSocket);
  return [
    ['-netdev', `stream,id=lan,server=off,addr.type=unix,addr.path=${path}`],
    ['-device', `virtio-net-pci,netdev=lan,mac=${hardware.hardwareAddress},romfile=`],
  ];
}

function driveOptions(spec: MachineSpec, hardware: Hardware): readonly Option[] {
  const drives = hardware.drives.flatMap((file, index): readonly Option[] => {
    const {memoryMiB, switched, removable} = spec.drives[index]!;
    const device = [
      `nvme,id=${driveName(index)},drive=drive${index},serial=${driveSerial(spec.name, index)}`,
      ...(memoryMiB === undefined ? [] : [`cmb_size_mb=${memoryMiB}`]),
      ...(switched || removable ? [`bus=port${index}`] : []),
    ].join(',');
    return [
      ['-drive', `if=none,id=drive${index},format=raw,cache=unsafe,file=${escapedOption(file)}`],
      ...(switched ? [portOption(index)] : []),
      ...(removable ? [removablePortOption(index)] : []),
      ['-device', device],
    ];
  });
  return [...(spec.drives.some(({switched}) => switched) ? pcieSwitch : []), ...drives];
}

const pcieSwitch: readonly Option[] = [
  ['-device', 'pcie-root-port,id=root,chassis=1'],
  ['-device', 'x3130-upstream,id=switch,bus=root'],
];

/** A port of the switch for the drive of that index. */
function portOption(index: number): Option {
  return ['-device', `xio3130-downstream,id=port${index},bus=switch,chassis=${index + 2}`];
}

/** A port of the board itself. Firmware would keep I/O addresses for what may come into it, of which a board has few. */
function removablePortOption(index: number): Option {
  return ['-device', `pcie-root-port,id=port${index},chassis=${index + 2},slot=${index},io-reserve=0`];
}

/** The first port is the console, the second the root shell, beside them QEMU's monitor; kbuild listens on all before the machine starts. */
function serialOptions(hardware: Hardware, {secondPort}: Board): readonly Option[] {
  const {consoleLog, consoleSocket, shellSocket, monitorSocket} = hardware;
  const [log, screen, shell, monitor] = [consoleLog, consoleSocket, shellSocket, monitorSocket].map(
    escapedOption,
  );
  return [
    ['-chardev', `socket,id=console,path=${screen},server=off,logfile=${log},logappend=on`],
    ['-serial', 'chardev:console'],
    ['-chardev', `socket,id=shell,path=${shell},server=off`],
    ['-chardev', `socket,id=monitor,path=${monitor},server=off`],
    ['-mon', 'chardev=monitor,mode=control'],
    secondPort === 'board' ? ['-serial', 'chardev:shell'] : ['-device', 'pci-serial,chardev=shell'],
  ];
}
