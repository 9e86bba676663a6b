/**
 * The pool: every package file ever fetched, under the digest of its bytes.
 *
 *     <store>/pool/<sha256>.deb
 *     <store>/pool/part/run-XXXXXX/   being fetched, under pool/lock; left behind only by a kill
 */

import {access, mkdir, mkdtemp, rename, rm, stat} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {failure, missingTool} from '../../base/diagnostic.ts';
import {digestOfFile} from '../../base/digest.ts';
import {takeLock} from '../../base/lock.ts';
import {captureStep} from '../../base/process.ts';
import type {Store, Workshop} from '../../base/store.ts';
import {errorLines} from './archive.ts';
import {dieWithParent} from './die-with-parent.ts';
import {type Mirror, withoutUser} from './mirror.ts';
import type {LockedPackage} from './release.ts';

/** Apt's own downloader: it knows the machine's proxies, retries, and verifies. */
const downloader = '/usr/lib/apt/apt-helper';
const downloadsAtOnce = 4;
const batchFiles = 12;
const batchBytes = 24e6;

/** Where a package is, or will be once fetched. */
export function poolPath(store: Store, one: LockedPackage): string {
  return join(store.root, 'pool', `${one.sha256}.deb`);
}

/** Those packages whose files are not in the pool. */
export async function missingFromPool(
  store: Store,
  packages: readonly LockedPackage[],
): Promise<readonly LockedPackage[]> {
  const present = await Promise.all(
    packages.map(async (one) => (await stat(poolPath(store, one)).catch(() => undefined))?.size === one.size),
  );
  return packages.filter((_, index) => !present[index]);
}

/**
 * Fetches what is missing of `packages`; each file's SHA-256 is checked before it gets its name in the pool. Gives the
 * packages that the mirror no longer has.
 *
 * @throws exit 1 where anything else kept a file from being fetched; what was fetched by then stays. Exit 3 where
 *   apt is missing.
 */
export async function fillPool(
  workshop: Workshop,
  mirror: () => Promise<Mirror>,
  title: string,
  packages: readonly LockedPackage[],
): Promise<readonly LockedPackage[]> {
  if ((await missingFromPool(workshop.store, packages)).length === 0) return [];
  const pool = join(workshop.store.root, 'pool');
  const lock = await takeLock(join(pool, 'lock'), {
    signal: workshop.signal,
    onWait: () =>
      workshop.report({
        kind: 'said',
        severity: 'info',
        message: `${title}: another kbuild is fetching packages`,
      }),
  });
  try {
    const missing = await missingFromPool(workshop.store, packages);
    return missing.length === 0 ? [] : await fetchAll(workshop, await mirror(), title, missing);
  } finally {
    await removeParts(workshop.store);
    await lock.release();
  }
}

async function fetchAll(
  workshop: Workshop,
  mirror: Mirror,
  title: string,
  missing: readonly LockedPackage[],
): Promise<readonly LockedPackage[]> {
  await requireDownloader();
  const part = await makePart(workshop.store);
  const stage = `packages of ${title}`;
  const expected = missing.reduce((sum, one) => sum + one.size, 0);
  const started = performance.now();
  workshop.report({kind: 'started', stage});
  const batches = inBatches(missing);
  const gone: LockedPackage[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      gone.push(...(await fetchBatch(workshop, mirror, part, batch)));
      done += batch.reduce((sum, one) => sum + one.size, 0);
      workshop.report({kind: 'advanced', stage, done, expected, unit: 'bytes'});
    }
  };
  const finish = (outcome: 'made' | 'failed'): void =>
    workshop.report({kind: 'finished', stage, outcome, durationMs: performance.now() - started});
  const settled = await Promise.allSettled(Array.from({length: downloadsAtOnce}, work));
  const failed = settled.find((one) => one.status === 'rejected');
  finish(failed === undefined && gone.length === 0 ? 'made' : 'failed');
  if (failed !== undefined) throw failed.reason;
  return gone;
}

async function requireDownloader(): Promise<void> {
  await access(downloader).catch(() => {
    throw missingTool('missing-tool', `${downloader} is not installed: packages are fetched with apt`, {
      hint: 'run kbuild on Debian or a system with apt installed',
    });
  });
}

/** A folder that nobody knows yet: a downloader that outlived its kbuild may still write into the one it was given. */
async function makePart(store: Store): Promise<string> {
  await removeParts(store);
  await mkdir(join(store.root, 'pool', 'part'), {recursive: true});
  return mkdtemp(join(store.root, 'pool', 'part', 'run-'));
}

/** Whoever holds the pool's lock needs none of them. What cannot be removed now is left to the next run. */
async function removeParts(store: Store): Promise<void> {
  const parts = join(store.root, 'pool', 'part');
  await rm(parts, {recursive: true, force: true, maxRetries: 3}).catch(() => undefined);
}

function inBatches(packages: readonly LockedPackage[]): LockedPackage[][] {
  const batches: LockedPackage[][] = [];
  let bytes = Infinity;
  for (const one of packages) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= batchFiles || bytes + one.size > batchBytes) {
      batches.push([one]);
      bytes = one.size;
    } else {
      last.push(one);
      bytes += one.size;
    }
  }
  return batches;
}

async function fetchBatch(
  workshop: Workshop,
  mirror: Mirror,
  part: string,
  batch: readonly LockedPackage[],
): Promise<readonly LockedPackage[]> {
  workshop.signal.throwIfAborted();
  const files = batch.flatMap((one) => [
    addressOf(mirror, one),
    join(part, one.sha256),
    `SHA256:${one.sha256}`,
  ]);
  const options = ['-o', 'Acquire::Retries=3', '-o', 'APT::Sandbox::User=root'];
  const result = await captureStep([...dieWithParent, downloader, ...options, 'download-file', ...files], {
    environment: {...(process.env as Record<string, string>), LC_ALL: 'C'},
    signal: workshop.signal,
  });
  const output = withoutUser(result.stderr);
  const gone: LockedPackage[] = [];
  for (const one of batch) {
    if (await keep(workshop.store, join(part, one.sha256), one)) continue;
    workshop.signal.throwIfAborted();
    const said = refusalOf(one, output);
    if (said !== undefined && isGone(said)) gone.push(one);
    else throw downloadFailure(withoutUser(addressOf(mirror, one)), said ?? errorLines(output), output);
  }
  return gone;
}

/**
 * Moves a fetched file into the pool, if it is the one the lock names. Its name and size say nothing: apt writes
 * straight into it, and what a broken transfer leaves there can have the whole length and other bytes.
 */
export async function keep(store: Store, path: string, one: LockedPackage): Promise<boolean> {
  const file = await stat(path).catch(() => undefined);
  if (file?.size !== one.size || (await digestOfFile(path)) !== one.sha256) return false;
  await rename(path, poolPath(store, one));
  return true;
}

/** `copy:` where the mirror is a directory: apt's `file:` would leave a link to it. */
function addressOf(mirror: Mirror, one: LockedPackage): string {
  const path = one.path.split('/').map(encodeURIComponent).join('/');
  return `${mirror[one.archive].replace(/^file:/, 'copy:')}${path}`;
}

/** What apt says of a file. A mirror may have sent it on to another one, under an address that apt has written anew. */
function refusalOf({path}: LockedPackage, output: string): string | undefined {
  const name = basename(path);
  for (const [, address, said] of output.matchAll(/^E: Failed to fetch (\S+) (.*)$/gm)) {
    if (basename(address!).replaceAll(/%[2-7][0-9a-f]/gi, decodeURIComponent) === name) return said!.trim();
  }
  return undefined;
}

function isGone(said: string): boolean {
  return /\b(404|410)\b|No such file or directory|File not found/.test(said);
}

function downloadFailure(address: string, said: string, output: string) {
  if (/Hash Sum mismatch|unexpected size/.test(said))
    return failure('wrong-digest', `${address} is not the file that the lock names by its SHA-256`, {
      hint: 'the mirror or something on the way to it changed the file; name another mirror with KBUILD_DEBIAN_MIRROR',
    });
  if (/No space left/.test(output))
    return failure('disk-full', `the disk filled up while fetching ${address}`);
  return failure('download-failed', `${address} could not be fetched: ${said}`, {
    hint: 'check the network, or name another mirror with KBUILD_DEBIAN_MIRROR; what was fetched is kept',
  });
}
