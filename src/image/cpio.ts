/**
 * Writing cpio archives in the "newc" form that the kernel unpacks as an initramfs:
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */

export type CpioEntry = {
  /** Relative, without a leading slash. */
  readonly path: string;
  /** File type and permissions as in `st_mode`: 0o100755, 0o040755, 0o120777, 0o020600. */
  readonly mode: number;
  /** A regular file's bytes, or a symbolic link's target. */
  readonly content?: Uint8Array | string;
  /** Of a device node. */
  readonly device?: {readonly major: number; readonly minor: number};
};

const endMark = 'TRAILER!!!';
const headerBytes = 110;
const maxContentBytes = 0xffff_ffff;

/**
 * Gives the archive's bytes: entries in the order of their paths, so that directories come before what is in
 * them; owner and group 0; inode numbers counted from 1; every time `mtime`, in seconds since 1970.
 * Throws RangeError for a path given twice and for a file of 4 GiB or more.
 */
export function writeCpio(entries: readonly CpioEntry[], mtime: number): Buffer {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const chunks: Buffer[] = [];
  for (const [index, entry] of sorted.entries()) {
    if (entry.path === sorted[index - 1]?.path) throw new RangeError(`cpio: ${entry.path} is there twice`);
    chunks.push(...member(entry, index + 1, mtime));
  }
  chunks.push(...member({path: endMark, mode: 0}, 0, 0));
  return Buffer.concat(chunks);
}

function member(entry: CpioEntry, inode: number, mtime: number): Buffer[] {
  const content = typeof entry.content === 'string' ? Buffer.from(entry.content) : entry.content;
  const bytes = Buffer.from(content ?? []);
  if (bytes.length > maxContentBytes) throw new RangeError(`cpio: ${entry.path} is too long`);
  const name = Buffer.from(`${entry.path}\0`);
  const fields = [
    inode,
    entry.mode,
    0, // uid
    0, // gid
    1, // nlink
    mtime,
    bytes.length,
    0, // major of the file system's device
    0, // minor of it
    entry.device?.major ?? 0,
    entry.device?.minor ?? 0,
    name.length,
    0, // checksum, of the "crc" form only
  ];
  const header = Buffer.from(`070701${fields.map(hex8).join('')}`, 'latin1');
  return [header, name, padding(headerBytes + name.length), bytes, padding(bytes.length)];
}

/** Eight hexadecimal digits. */
function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

/** Header with name, and content, are each padded with zeros to a multiple of four bytes. */
function padding(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
