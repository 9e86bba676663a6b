/** A boot stream of the tests' own, made by none of the code under test. */

export type Part = {
  readonly id: number;
  readonly version?: number;
  readonly nextVersion?: number;
  readonly content: string;
  /** The bitmap, as the structure's last word. */
  readonly following: bigint;
};

/** CRC-32 of IEEE 802.3, bit by bit. */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

export function streamOf(...parts: Part[]): Buffer {
  return Buffer.concat(parts.map(partOf));
}

function partOf({id, version = 0, nextVersion = 0, content, following}: Part): Buffer {
  const length = Buffer.byteLength(content);
  const padded = Buffer.alloc(Math.ceil(length / 8) * 8);
  padded.write(content);
  const word =
    0x13026642n |
    (1n << 32n) |
    (2n << 36n) |
    (BigInt(nextVersion) << 44n) |
    (BigInt(version) << 48n) |
    (3n << 52n) |
    (BigInt(id) << 56n);
  const header = Buffer.alloc(24);
  header.writeBigUInt64LE(word, 0);
  header.writeBigUInt64LE(BigInt(length) | (BigInt(crcOf(padded)) << 32n), 8);
  header.writeBigUInt64LE(following, 16);
  return Buffer.concat([header, padded]);
}

/** The bitmap that has these ids. */
export function bits(...ids: number[]): bigint {
  return ids.reduce((all, id) => all | (1n << BigInt(id)), 0n);
}

/** Firmware for two generations of BlueField, and the vendor's own boot menu: images 1 (twice), 5, 55, 58, 59. */
export const vendorBase = streamOf(
  {id: 1, nextVersion: 1, content: 'bl2 of BlueField', following: bits(1, 5, 55, 58, 59)},
  {id: 1, version: 1, content: 'bl2 of BlueField-2, with padding', following: bits(5, 55, 58, 59)},
  {id: 5, content: 'uefi', following: bits(55, 58, 59)},
  {id: 55, content: 'default', following: bits(58, 59)},
  {id: 58, content: 'HD(1)/Image', following: bits(59)},
  {id: 59, content: 'root=/dev/mmcblk0p2', following: 0n},
);
