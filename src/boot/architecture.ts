/** What QEMU needs to be told differently for each architecture. */

import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import type {Architecture} from '../base/architecture.ts';
import {type KbuildError, missingTool} from '../base/diagnostic.ts';
import {captureStep} from '../base/process.ts';

export type Board = {
  readonly program: string;
  readonly machine: string;
  /**
   * The model emulated without KVM. Nehalem, Haswell and max boot in the same time; an old one lets zfs.ko
   * try fewer vector routines at load, and is the same in every QEMU.
   */
  readonly emulatedCpu: string;
  /** As Linux calls them: the first serial port, where the console is, and the second, where the root shell is. */
  readonly ports: {readonly console: string; readonly shell: string};
  /** Whether the board has the second port itself, or it is a PCI card. */
  readonly secondPort: 'board' | 'card';
  /** Has drives go in and out by PCIe's own means, as in a server, and not by the firmware's. */
  readonly hotplug: readonly (readonly [name: string, value: string])[];
  /** UEFI code and variables in the places of Debian, Fedora and Arch, best first. */
  readonly firmware: readonly {readonly code: string; readonly variables: string}[];
  readonly packages: {readonly program: string; readonly firmware: string};
};

export const boards: Readonly<Record<Architecture, Board>> = {
  x86_64: {
    program: 'qemu-system-x86_64',
    machine: 'q35',
    emulatedCpu: 'Nehalem',
    ports: {console: 'ttyS0', shell: 'ttyS1'},
    secondPort: 'board',
    hotplug: [['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off']],
    firmware: [
      {code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd'},
      {code: '/usr/share/edk2/ovmf/OVMF_CODE.fd', variables: '/usr/share/edk2/ovmf/OVMF_VARS.fd'},
      {code: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', variables: '/usr/share/edk2/x64/OVMF_VARS.4m.fd'},
      {code: '/usr/share/edk2-ovmf/x64/OVMF_CODE.fd', variables: '/usr/share/edk2-ovmf/x64/OVMF_VARS.fd'},
      {code: '/usr/share/OVMF/OVMF_CODE.fd', variables: '/usr/share/OVMF/OVMF_VARS.fd'},
    ],
    packages: {program: 'qemu-system-x86', firmware: 'ovmf'},
  },
  arm64: {
    program: 'qemu-system-aarch64',
    machine: 'virt',
    emulatedCpu: 'cortex-a57',
    ports: {console: 'ttyAMA0', shell: 'ttyS0'},
    secondPort: 'card',
    hotplug: [],
    firmware: [
      {code: '/usr/share/AAVMF/AAVMF_CODE.fd', variables: '/usr/share/AAVMF/AAVMF_VARS.fd'},
      {
        code: '/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw',
        variables: '/usr/share/edk2/aarch64/vars-template-pflash.raw',
      },
      {code: '/usr/share/edk2/aarch64/QEMU_CODE.fd', variables: '/usr/share/edk2/aarch64/QEMU_VARS.fd'},
    ],
    packages: {program: 'qemu-system-arm', firmware: 'qemu-efi-aarch64'},
  },
};

export type Firmware = {readonly code: string; readonly variables: string};

/** The first UEFI firmware that is installed; without one, a missing tool. */
export async function findFirmware(architecture: Architecture): Promise<Firmware> {
  const board = boards[architecture];
  for (const firmware of board.firmware) {
    if ((await isReadable(firmware.code)) && (await isReadable(firmware.variables))) return firmware;
  }
  throw missingTool('missing-firmware', `no UEFI firmware for ${architecture} is installed`, {
    hint: `install the package ${board.packages.firmware} (Debian; Fedora and Arch call it edk2-ovmf)`,
  });
}

/** Throws a missing tool, with its package, where machines of this architecture cannot be booted here. */
export async function requireBoard(architecture: Architecture, signal: AbortSignal): Promise<void> {
  const {program, packages} = boards[architecture];
  const {startError} = await captureStep([program, '--version'], {signal});
  if (startError !== undefined) throw missingEmulator(program, packages.program);
  await findFirmware(architecture);
}

export function missingEmulator(program: string, itsPackage: string): KbuildError {
  return missingTool('missing-tool', `${program} is not installed`, {
    hint: `install the package ${itsPackage} (Debian; elsewhere it is part of qemu)`,
  });
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
