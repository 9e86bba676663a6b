/** Files of the machines, compared by what is in them. */

import {CheckFailure, type Guest, succeed} from '../scenario.ts';

/** The SHA-256 of a file of the machine. */
export async function sha256Of(guest: Guest, path: string, timeoutMs = 180_000): Promise<string> {
  const [digest = ''] = (await succeed(guest, `sha256sum ${path}`, timeoutMs)).split(' ');
  return digest;
}

/** Throws unless the file of the machine has that SHA-256. */
export async function requireDigest(
  guest: Guest,
  path: string,
  digest: string | undefined,
  timeoutMs?: number,
): Promise<void> {
  const found = await sha256Of(guest, path, timeoutMs);
  if (found !== digest)
    throw new CheckFailure(`${path} on the ${guest.spec.name} has ${found}, not ${digest}`);
}

/** What is read next comes from where it is kept, not out of the machine's memory. */
export async function dropCaches(guest: Guest): Promise<void> {
  await succeed(guest, 'sync; echo 3 >/proc/sys/vm/drop_caches');
}

/** Writes so many random bytes to a file through the page cache to where it is kept, and gives their SHA-256. */
export async function writeRandom(guest: Guest, path: string, bytes: number): Promise<string> {
  // Of its own: checks take turns on a machine, command by command.
  const kept = `/run/kbuild-random${path.replaceAll('/', '-')}`;
  await succeed(guest, `head -c ${bytes} /dev/urandom >${kept}`);
  await succeed(guest, `dd if=${kept} of=${path} bs=1M conv=fsync status=none`, 300_000);
  return sha256Of(guest, kept);
}

/**
 * Begins to write so many MiB of random bytes, one by one with half a second between, past the page cache; gives their
 * SHA-256, and what ends with the writing. Until then the machine runs nothing else.
 */
export async function writeSlowly(
  guest: Guest,
  path: string,
  mebibytes: number,
): Promise<{readonly digest: string; readonly writing: Promise<string>}> {
  const kept = `/run/kbuild-random${path.replaceAll('/', '-')}`;
  await succeed(guest, `head -c ${mebibytes}M /dev/urandom >${kept}`);
  const digest = await sha256Of(guest, kept);
  const source = `for n in $(seq 0 ${mebibytes - 1}); do dd if=${kept} bs=1M skip=$n count=1 status=none; sleep 0.5; done`;
  const target = `dd of=${path} bs=1M iflag=fullblock oflag=direct conv=fsync status=none`;
  return {digest, writing: succeed(guest, `(${source}) | ${target}`, 900_000)};
}
