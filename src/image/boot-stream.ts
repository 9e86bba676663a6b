/**
 * The stage `boot-stream`: a role's kernel and initramfs on a vendor's base, as the BFB that starts a BlueField DPU
 * (`cat dpu.bfb >/dev/rshim0/boot`). The root file system is not in it: the kernel looks for that of the role's disk
 * image, which is to be on a drive of the DPU.
 */

import {constants} from 'node:buffer';
import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {badInput} from '../base/diagnostic.ts';
import {digestOf, digestOfFile, digestOfValue} from '../base/digest.ts';
import type {Entry, Workshop} from '../base/store.ts';
import {addImages, type BootImage, readBootStream, writeBootStream} from './bfb.ts';
import {bootImageId} from './bfb-images.ts';
import type {ImageFile, ImageValue} from './spec.ts';

/** What the vendor makes, and the user supplies: a boot stream with the firmware, and a capsule that updates it. */
export type VendorFiles = {readonly base: string; readonly capsule?: string};

/** The same, read through and found whole. */
export type VendorBase = VendorFiles & {readonly digest: string};

/** Raised whenever the same inputs would give other bytes. */
const version = 1;

/**
 * Reads the vendor's files to the end, so that a base that cannot be used is known before anything is built.
 * @throws KbuildError (2) `bfb-unreadable`, `bfb-too-long`, and what `readBootStream` finds
 */
export async function readVendorBase(files: VendorFiles): Promise<VendorBase> {
  const {base, digest} = await vendorBytes(files);
  readBootStream(base, files.base);
  return {...files, digest};
}

type VendorBytes = {readonly base: Buffer; readonly capsule?: Buffer; readonly digest: string};

async function vendorBytes(files: VendorFiles): Promise<VendorBytes> {
  const base = await readWhole(files.base);
  if (files.capsule === undefined) return {base, digest: digestOf(base)};
  const capsule = await readWhole(files.capsule);
  return {base, capsule, digest: digestOfValue([digestOf(base), digestOf(capsule)])};
}

/** Longest file that Node reads into one buffer. */
const longestBytes = Math.min(constants.MAX_LENGTH, 2 ** 31 - 1);

async function readWhole(path: string): Promise<Buffer> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw unreadable(path, 'it is no file');
    if (stats.size > longestBytes) {
      throw badInput(
        'bfb-too-long',
        `${path} is ${stats.size} bytes long; at most ${longestBytes} can be read`,
        {
          hint: "take the vendor's default.bfb, which has the firmware alone",
        },
      );
    }
    return await readFile(path);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    throw code === undefined ? error : unreadable(path, code);
  }
}

function unreadable(path: string, why: string) {
  return badInput('bfb-unreadable', `${path} cannot be read: ${why}`, {
    hint: "give the vendor's default.bfb with --bfb-base, and a capsule with --bfb-capsule",
  });
}

/** The file `<role>.bfb` of one entry. */
export type BootStreamValue = {readonly stream: ImageFile};

/**
 * Writes the role's boot stream, or finds it written.
 * @throws KbuildError (2) as `readVendorBase`, and `bfb-kernel` for a kernel that UEFI cannot start
 */
export async function obtainBootStream(
  workshop: Workshop,
  {recipe, image, vendor}: {recipe: string; image: Entry<ImageValue>; vendor: VendorBase},
): Promise<Entry<BootStreamValue>> {
  const {role, release, kernel, initramfs, commandLine} = image.value;
  return workshop.store.obtain<BootStreamValue>(workshop, {
    name: 'boot-stream',
    title: `boot stream ${role} of ${recipe}`,
    version,
    inputs: {
      vendor: vendor.digest,
      kernel: kernel.sha256,
      initramfs: initramfs.sha256,
      commandLine,
      name: [recipe, role, release],
    },
    make: async (dir) => {
      const {base, capsule, digest} = await vendorBytes(vendor);
      if (digest !== vendor.digest) {
        throw badInput('bfb-changed', `${vendor.base} or the capsule has changed since the start`, {
          hint: 'start again, with files that stay as they are',
        });
      }
      const images = bootImages(readBootStream(base, vendor.base), {
        kernel: await readFile(join(image.dir, kernel.name)),
        initramfs: await readFile(join(image.dir, initramfs.name)),
        commandLine,
        description: `${recipe} ${role}, Linux ${release}`,
        ...(capsule === undefined ? {} : {capsule}),
      });
      const path = join(dir, `${role}.bfb`);
      const pieces = writeBootStream(images);
      await writeFile(path, pieces);
      const bytes = pieces.reduce((sum, {length}) => sum + length, 0);
      return {stream: {name: `${role}.bfb`, bytes, sha256: await digestOfFile(path)}};
    },
    summary: ({stream}) => `${stream.name}, ${Math.round(stream.bytes / 1e6)} MB`,
  });
}

/** What a boot stream starts. */
export type BootPayload = {
  /** An arm64 Image with its EFI stub, as it is or in gzip. */
  readonly kernel: Uint8Array;
  readonly initramfs: Uint8Array;
  /** The kernel's command line less consoles and initramfs, which are the board's. */
  readonly commandLine: string;
  /** What the firmware's boot menu says, in ASCII. */
  readonly description: string;
  readonly capsule?: Uint8Array;
};

/** UEFI shows the images of a stream as files of this device: create_bfb of Mellanox/bfb-build. */
const kernelPath = 'VenHw(F019E406-8C9C-11E5-8797-001ACA00BFC4)/Image';

/** By the oldest BlueField they are for; BlueField-3 has its console elsewhere. The same source. */
const boardArguments: readonly (readonly [version: number, words: string])[] = [
  [
    0,
    'console=ttyAMA1 console=hvc0 console=ttyAMA0 earlycon=pl011,0x01000000 earlycon=pl011,0x01800000 initrd=initramfs',
  ],
  [2, 'console=hvc0 console=ttyAMA0 earlycon=pl011,0x13010000 initrd=initramfs'],
];

/**
 * The images of `base`, and those that start the payload.
 * @throws KbuildError (2) `bfb-kernel`
 */
export function bootImages(base: readonly BootImage[], payload: BootPayload): readonly BootImage[] {
  const text = (words: string): Uint8Array => Buffer.from(words, 'ascii');
  const {capsule} = payload;
  const added: BootImage[] = [
    ...(capsule === undefined ? [] : [{id: bootImageId.capsule, version: 0, content: capsule}]),
    {id: bootImageId.description, version: 0, content: text(payload.description)},
    {id: bootImageId.path, version: 0, content: text(kernelPath)},
    ...boardArguments.map(([oldest, words]) => ({
      id: bootImageId.arguments,
      version: oldest,
      content: text(`${words} ${payload.commandLine}`),
    })),
    {id: bootImageId.kernel, version: 0, content: efiKernel(payload.kernel)},
    {id: bootImageId.initramfs, version: 0, content: payload.initramfs},
  ];
  return addImages(base, added);
}

/** A kernel is at most some tens of megabytes; what unpacks to more is none. */
const longestKernelBytes = 1 << 29;

/** The firmware starts an EFI program, and unpacks nothing. */
function efiKernel(kernel: Uint8Array): Uint8Array {
  const isGzip = kernel[0] === 0x1f && kernel[1] === 0x8b;
  const image = isGzip ? gunzipSync(kernel, {maxOutputLength: longestKernelBytes}) : kernel;
  // "MZ": PE/COFF 3.0 §2.1, and Documentation/arch/arm64/booting.rst of Linux, where EFI_STUB puts it.
  if (image[0] === 0x4d && image[1] === 0x5a) return image;
  throw badInput(
    'bfb-kernel',
    'the kernel is no EFI program, and the firmware of a BlueField starts no other',
    {
      hint: 'let the recipe have the goal EFI_STUB: y',
    },
  );
}
