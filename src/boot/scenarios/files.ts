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
