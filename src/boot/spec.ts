/** A machine to be proved, as plain values: what the image stage knows of it and what the proof expects. */

import type {Architecture} from '../base/architecture.ts';
import type {Tunable} from '../recipe/tunable.ts';

/** A delivered disk image. It is never written: the machine runs on an overlay of it. */
export type DiskImage = {
  readonly path: string;
  /** Where the EFI system partition lies, in bytes. */
  readonly espOffset: number;
  readonly espSize: number;
  /** The partition's content for the proof, of `espSize` bytes: as delivered, with the proving command line. */
  readonly espProof: string;
};

/** A kernel that QEMU loads by itself, without firmware or boot loader. */
export type DirectBoot = {
  readonly kernel: string;
  readonly initrd?: string;
  /** The whole command line; `systemd.debug_shell=` and `console=` with the board's ports belong to it. */
  readonly append: string;
  /** A raw disk image that becomes /dev/vda, through an overlay. */
  readonly disk?: string;
};

export type Drive = {
  readonly sizeMiB: number;
  readonly kind: 'nvme';
  /** Memory of its controller that other devices reach (NVMe's controller memory buffer), MiB. */
  readonly memoryMiB?: number;
  /** Below one PCIe switch with the others of the machine that are, rather than on the board itself. */
  readonly switched?: true;
  /** In a port of its own out of which it can be pulled while the machine runs. */
  readonly removable?: true;
};

export type MachineSpec = {
  /** A plain word, unique in its scenario; names the log files. */
  readonly name: string;
  /** What the scenario uses it as: `host`, `client`. */
  readonly role: string;
  /** `x86_64` where absent. */
  readonly architecture?: Architecture;
  readonly boot:
    | {readonly kind: 'firmware'; readonly disk: DiskImage}
    | {readonly kind: 'direct'; readonly direct: DirectBoot};
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Empty at the start of a proof, kept while it lasts. */
  readonly drives: readonly Drive[];
  /** The address that its command line or image gives it on the private network. */
  readonly address: string;
  /** What the catalogue of parameters has for it. */
  readonly tunables?: readonly Tunable[];
  readonly expected: {
    /** `uname -r` */
    readonly release: string;
    /** SHA-256 of the built .config, which /proc/config.gz has to show byte for byte. */
    readonly configSha256: string;
  };
};
