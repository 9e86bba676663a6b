/**
 * BlueField boot streams (BFB): a row of images, each behind a header of 24 bytes, all little-endian. Public sources:
 * mlx-mkbfb of Mellanox/bfscripts (commit 2c42ba6), which is what vendors' streams are made with, and the structure
 * `boot_image_header_t` in mlxbf-bootctl.c, which is what the boot firmware's own sources call the header.
 */

import {crc32} from 'node:zlib';
import {badInput, type KbuildError} from '../base/diagnostic.ts';
import {bootImageName, bootImageRank} from './bfb-images.ts';

/** One image of a boot stream. */
export type BootImage = {
  /** What it is: `bootImageId`. */
  readonly id: number;
  /** The oldest BlueField it is for: 0 for the first, 1 for BlueField-2, 2 for BlueField-3. Firmware takes the newest that fits. */
  readonly version: number;
  readonly content: Uint8Array;
};

/** "Bf^B^S" */
const magic = 0x13026642;
const major = 1;
const minor = 2;
const headerBytes = 24;
/** Headers and images begin on these. */
const wordBytes = 8;
/** The bitmap of following images is one word. */
const ids = 64;
const maxContentBytes = 0xffff_ffff;

const wholeFile = 'give the whole file, as the vendor delivers it (mlx-mkbfb --check tells)';

/**
 * Reads a boot stream, and gives its images in its order; their contents are windows into `bytes`.
 * @param file what the stream is called in messages
 * @throws KbuildError (2), with the offset: `bfb-empty`, `bfb-truncated`, `bfb-magic`, `bfb-header`, `bfb-id`,
 *   `bfb-crc`, `bfb-twice`
 */
export function readBootStream(bytes: Uint8Array, file: string): readonly BootImage[] {
  if (bytes.length === 0) {
    throw badInput('bfb-empty', `${file} is empty`, {hint: wholeFile});
  }
  const images: BootImage[] = [];
  const seen = new Map<string, number>();
  let following = 0n;
  for (let offset = 0; offset < bytes.length; ) {
    const fault = faultsAt(file, offset);
    const header = readHeader(bytes, offset, fault);
    const image = readImage(bytes, offset + headerBytes, header, fault);
    const key = `${image.id}-v${image.version}`;
    const first = seen.get(key);
    if (first !== undefined) {
      throw fault('bfb-twice', `${called(image)} is there twice, first at byte ${first}`, {
        hint: 'firmware would take one of the two: take the other one out, with mlx-mkbfb',
      });
    }
    seen.set(key, offset);
    images.push(image);
    following = header.following;
    offset += headerBytes + padded(header.contentBytes);
  }
  requireNoneFollowing(following, faultsAt(file, bytes.length));
  return images;
}

type Fault = (code: string, message: string, extra: {readonly hint: string}) => KbuildError;

function faultsAt(file: string, offset: number): Fault {
  return (code, message, extra) => badInput(code, `${file}, at byte ${offset}: ${message}`, extra);
}

type Header = {
  readonly id: number;
  readonly version: number;
  readonly contentBytes: number;
  readonly crc: number;
  readonly following: bigint;
};

function readHeader(bytes: Uint8Array, offset: number, fault: Fault): Header {
  const left = bytes.length - offset;
  if (left < headerBytes) {
    throw fault('bfb-truncated', `${left} bytes are left, and the header of an image has ${headerBytes}`, {
      hint: wholeFile,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, headerBytes);
  const found = view.getUint32(0, true);
  if (found !== magic) {
    throw fault('bfb-magic', `no image begins here: the word is ${hex(found)}, not ${hex(magic)}`, {
      hint: offset === 0 ? 'a BlueField boot stream is expected, such as default.bfb' : wholeFile,
    });
  }
  const foundMajor = view.getUint8(4) & 0x0f;
  const foundMinor = view.getUint8(4) >> 4;
  const foundBytes = (view.getUint8(6) >> 4) * wordBytes;
  if (foundMajor !== major || foundMinor > minor || foundBytes !== headerBytes) {
    const form = `version ${foundMajor}.${foundMinor} with a header of ${foundBytes} bytes`;
    throw fault(
      'bfb-header',
      `the image has ${form}; known is up to ${major}.${minor}, with ${headerBytes}`,
      {
        hint: 'take a boot stream of another release of the vendor',
      },
    );
  }
  const id = view.getUint8(7);
  if (id >= ids) {
    throw fault('bfb-id', `image ${id} cannot be: ids are 0 to ${ids - 1}`, {hint: wholeFile});
  }
  return {
    id,
    version: view.getUint8(6) & 0x0f,
    contentBytes: view.getUint32(8, true),
    crc: view.getUint32(12, true),
    following: view.getBigUint64(16, true),
  };
}

function readImage(bytes: Uint8Array, start: number, header: Header, fault: Fault): BootImage {
  const {id, version, contentBytes, crc} = header;
  const end = start + padded(contentBytes);
  const name = called({id, version});
  if (end > bytes.length) {
    const there = bytes.length - start;
    throw fault(
      'bfb-truncated',
      `${name} is ${contentBytes} bytes long (${end - start} padded), and the file ends after ${there} of them`,
      {hint: wholeFile},
    );
  }
  const found = crc32(bytes.subarray(start, end));
  if (found !== crc) {
    throw fault('bfb-crc', `${name} has the CRC ${hex(found)}; its header says ${hex(crc)}`, {
      hint: `the file is damaged: ${wholeFile}`,
    });
  }
  return {id, version, content: bytes.subarray(start, start + contentBytes)};
}

/** A stream that is cut between two images is whole but for this: the last header still announces some. */
function requireNoneFollowing(following: bigint, fault: Fault): void {
  const missing = Array.from({length: ids}, (_, id) => id).filter((id) => (following >> BigInt(id)) & 1n);
  if (missing.length === 0) return;
  const names = missing.map((id) => called({id, version: 0})).join(', ');
  throw fault('bfb-truncated', `the file ends, and these images are still to follow: ${names}`, {
    hint: wholeFile,
  });
}

/**
 * The boot stream of these images, in pieces that follow one another; joined they may be longer than one buffer.
 * As mlx-mkbfb does (`make_stream`), the bitmap in a header names the ids that are still to come, its own as long as
 * another version of it is; `next version` is that of the next image of the same id, 0 for the last.
 *
 * @param images in their order; versions of one id stand together, the lowest first
 * @throws KbuildError (2) `bfb-too-long` for an image of 4 GiB or more; RangeError where ids or versions cannot be written
 */
export function writeBootStream(images: readonly BootImage[]): readonly Uint8Array[] {
  let following = 0n;
  for (const {id} of images) following |= 1n << BigInt(id);
  return images.flatMap((image, index) => {
    const next = images[index + 1];
    const hasNext = next?.id === image.id;
    if (!hasNext) following &= ~(1n << BigInt(image.id));
    const nextVersion = hasNext ? next.version : 0;
    const padding = new Uint8Array(padded(image.content.length) - image.content.length);
    return [headerOf(image, nextVersion, following, padding), image.content, padding].filter(
      ({length}) => length > 0,
    );
  });
}

function headerOf(image: BootImage, nextVersion: number, following: bigint, padding: Uint8Array): Uint8Array {
  const {id, version, content} = image;
  if (content.length > maxContentBytes) {
    throw badInput('bfb-too-long', `${called(image)} is ${content.length} bytes long`, {
      hint: 'an image of a boot stream is shorter than 4 GiB: make the kernel or the initramfs smaller',
    });
  }
  if (id >= ids || version > 0x0f) throw new RangeError(`no boot stream can hold ${called(image)}`);
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, magic, true);
  view.setUint8(4, (minor << 4) | major);
  view.setUint8(5, nextVersion << 4);
  view.setUint8(6, ((headerBytes / wordBytes) << 4) | version);
  view.setUint8(7, id);
  view.setUint32(8, content.length, true);
  // Over the padding, too.
  view.setUint32(12, crc32(padding, crc32(content)), true);
  view.setBigUint64(16, following, true);
  return header;
}

/**
 * The images of `base` in its order, with `added` among them: one whose id the base has stands in its place, and a
 * new one where mlx-mkbfb would put it. Of an id that is added, nothing of the base is left: an image of it for a newer
 * BlueField would be taken there instead of ours. Where there is none such, and the base is in mlx-mkbfb's order, this
 * is what `mlx-mkbfb BASE --ID ADDED …` makes.
 */
export function addImages(base: readonly BootImage[], added: readonly BootImage[]): readonly BootImage[] {
  const order = [...new Set(base.map(({id}) => id))];
  for (const {id} of added) {
    if (order.includes(id)) continue;
    const rank = bootImageRank(id);
    const before = order.findIndex((other) => bootImageRank(other) > rank);
    order.splice(before === -1 ? order.length : before, 0, id);
  }
  return order.flatMap((id) => {
    const ours = added.filter((image) => image.id === id);
    const versions = ours.length > 0 ? ours : base.filter((image) => image.id === id);
    return versions.toSorted((one, other) => one.version - other.version);
  });
}

function padded(bytes: number): number {
  return Math.ceil(bytes / wordBytes) * wordBytes;
}

function called({id, version}: Pick<BootImage, 'id' | 'version'>): string {
  return `image ${id} (${bootImageName(id)}${version === 0 ? '' : `, version ${version}`})`;
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
