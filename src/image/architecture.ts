/** What differs between processors in an image: names the firmware looks for, and partition types. */

import {type Architecture, gnuTriplets, machineArchitecture} from '../base/architecture.ts';

type Facts = {
  /** Where firmware looks on a disk it has not been told about: UEFI 2.10 §3.5.1.1. */
  readonly bootFile: string;
  readonly systemdBoot: string;
  readonly stub: string;
  /** Type of the root partition in the UAPI discoverable partitions specification. */
  readonly rootType: string;
};

export const architectureFacts: Readonly<Record<Architecture, Facts>> = {
  x86_64: {
    bootFile: 'BOOTX64.EFI',
    systemdBoot: 'systemd-bootx64.efi',
    stub: 'linuxx64.efi.stub',
    rootType: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  },
  arm64: {
    bootFile: 'BOOTAA64.EFI',
    systemdBoot: 'systemd-bootaa64.efi',
    stub: 'linuxaa64.efi.stub',
    rootType: 'b921b045-1df0-41c3-af44-4c6f280d3fae',
  },
};

/** Debian's package systemd-boot-efi. */
export const efiDirectory = '/usr/lib/systemd/boot/efi';

/** In the container, what the files of an image's own boot loader and busybox are below. */
export const foreignBootFiles = '/cache';

/** The beginning of the names of binutils that know the architecture's files. */
export function binutilsPrefix(architecture: Architecture): string {
  return architecture === machineArchitecture() ? '' : `${gnuTriplets[architecture]}-`;
}
