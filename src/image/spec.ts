/** What an image is made from, and what is known of it afterwards. Plain values, all of them. */

import type {Architecture} from '../base/architecture.ts';
import type {ImageRecipe} from '../recipe/recipe.ts';

export type ImageSpec = {
  readonly recipe: string;
  readonly image: ImageRecipe;
  readonly architecture: Architecture;
  /** Without it the host is called by its role. */
  readonly hostname?: string;
  /** A root file system with owners and modes, as one tar whose members start with `./`. */
  readonly userland: {readonly tar: string; readonly digest: string};
  readonly kernel: {
    readonly release: string;
    /** Covers `vmlinuz` and `modules`. */
    readonly digest: string;
    readonly vmlinuz: string;
    /** A directory with `lib/modules/<release>` below it, depmod run. */
    readonly modules: string;
  };
  /**
   * Where the architecture's boot loader and busybox are, as their packages have them; the builder's own where
   * absent, which are those of the machine that builds.
   */
  readonly bootFiles?: {readonly dir: string; readonly digest: string};
  /** Loaded before the root file system is looked for, with what they depend on; `[]` where drivers are built in. */
  readonly initramfsModules: readonly string[];
  /** Files laid over the overlays, by absolute path; none where absent. */
  readonly files?: Readonly<Record<string, string>>;
  readonly access: {
    readonly authorizedKeys: readonly string[];
    /** crypt(5). Without it the password of root is locked. */
    readonly rootPasswordHash?: string;
  };
  /** By machine that the boot proof starts: what is added to the command line of its twin of the image's ESP. */
  readonly proofCommandLines: Readonly<Record<string, readonly string[]>>;
};

export type ImageFile = {readonly name: string; readonly bytes: number; readonly sha256: string};

/** Byte offsets count from the start of the disk image. */
export type PartitionValue = {
  readonly offset: number;
  readonly bytes: number;
  readonly partUuid: string;
  readonly uuid: string;
};

export type ImageValue = {
  readonly role: string;
  readonly release: string;
  readonly disk: ImageFile;
  readonly kernel: ImageFile;
  readonly initramfs: ImageFile;
  /** By machine. As long as the disk's ESP and meant to lie in its place; differs from it by the UKI's command line only. */
  readonly proofEsps: Readonly<Record<string, ImageFile>>;
  readonly esp: PartitionValue;
  readonly root: PartitionValue;
  readonly commandLine: string;
};
