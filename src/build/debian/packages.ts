/** Which packages a set means: what the lock says, or what apt resolves where the lock cannot be followed. */

import {failure} from '../../base/diagnostic.ts';
import {takeLock} from '../../base/lock.ts';
import type {Workshop} from '../../base/store.ts';
import {archiveOf, resolvePackages} from './archive.ts';
import {type LockFile, projectLockPath, readLock, userLockPath, writeLock} from './lockfile.ts';
import {findMirror, type Mirror} from './mirror.ts';
import {fillPool, poolPath} from './pool.ts';
import {
  type DebianOptions,
  digestOfPackages,
  type LockedPackage,
  type LockedSet,
  normalRequest,
  type PackageSet,
} from './release.ts';

const updateHint = 'run kbuild lock --update to take the versions the mirror has now';

/** A package whose verified file is in the pool. */
export type StoredPackage = LockedPackage & {readonly file: string};

/**
 * The exact packages of a set, without fetching any. The project's lock decides, then the user's; a set in
 * neither, or there with other requested names, is resolved by apt and remembered in the user's.
 *
 * @throws exit 1 where `locked` is set and the project's lock does not have the set as requested.
 */
export async function choosePackages(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
): Promise<LockedSet> {
  const project = matching(await readLock(projectLockPath(options)), set);
  if (options.locked === true) {
    if (project !== undefined) return project;
    throw failure(
      'not-locked',
      `${set.name} is not in ${projectLockPath(options)} with the packages asked for`,
      {
        hint: 'run kbuild lock --update',
      },
    );
  }
  const user = matching(await readLock(userLockPath(workshop.store, options)), set);
  if (project !== undefined) {
    if (user?.replaces !== digestOfPackages(project.packages)) return project;
    sayDifferences(workshop, set, project.packages, user.packages);
    return user;
  }
  if (user !== undefined && user.replaces === undefined) return user;
  workshop.report({
    kind: 'said',
    severity: 'info',
    message: `${set.name}: not in the lock with these packages; taking the newest versions of ${options.suite}`,
  });
  return resolveForUser(workshop, set, options, false);
}

/**
 * The packages of a set, all in the pool. Where the mirror no longer has a locked version, the set is resolved
 * anew, each version that differs is reported, and the user's lock remembers it.
 *
 * @throws exit 1 where `locked` is set and the mirror no longer has a locked version, or nothing can be fetched.
 */
export async function obtainPackages(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
): Promise<readonly StoredPackage[]> {
  const chosen = await choosePackages(workshop, set, options);
  const mirror = () => mirrorOf(workshop, options);
  const gone = await fillPool(workshop, mirror, set.name, chosen.packages);
  const final = gone.length === 0 ? chosen : await replaceGone(workshop, set, options, chosen, gone);
  return final.packages.map((one) => ({...one, file: poolPath(workshop.store, one)}));
}

/**
 * Resolves sets anew and writes them into the project's lock file; its other sets stay as they are.
 *
 * @returns the path of the file, and for each set the packages that are new, gone or of another version.
 */
export async function updateLock(
  workshop: Workshop,
  sets: readonly PackageSet[],
  options: DebianOptions,
): Promise<{readonly path: string; readonly changes: Readonly<Record<string, readonly VersionChange[]>>}> {
  const path = projectLockPath(options);
  const mirror = await mirrorOf(workshop, options);
  const before = await readLock(path);
  const resolved: Record<string, LockedSet> = {};
  const changes: Record<string, readonly VersionChange[]> = {};
  const updated = new Set<string>();
  for (const set of sets) {
    const archive = archiveOf(workshop, mirror, options, set);
    const found = await resolvePackages(workshop, archive, set, !updated.has(archive.root));
    updated.add(archive.root);
    resolved[set.name] = found;
    changes[set.name] = versionChanges(before[set.name]?.packages ?? [], found.packages);
  }
  await writeLock(path, {...before, ...resolved});
  return {path, changes};
}

export type VersionChange = {
  readonly name: string;
  /** Absent for a package that is new. */
  readonly before?: string;
  /** Absent for a package that is no longer in the set. */
  readonly after?: string;
};

/** What differs between two lists of packages, by name. */
export function versionChanges(
  before: readonly LockedPackage[],
  after: readonly LockedPackage[],
): readonly VersionChange[] {
  const old = new Map(before.map((one) => [one.name, one.version]));
  const now = new Map(after.map((one) => [one.name, one.version]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is) return [];
    return [{name, ...(was === undefined ? {} : {before: was}), ...(is === undefined ? {} : {after: is})}];
  });
}

function matching(lock: LockFile, set: PackageSet): LockedSet | undefined {
  const found = Object.hasOwn(lock, set.name) ? lock[set.name] : undefined;
  return found !== undefined && found.requested.join(' ') === normalRequest(set).join(' ')
    ? found
    : undefined;
}

function mirrorOf(workshop: Workshop, options: DebianOptions): Promise<Mirror> {
  return findMirror(options.environment ?? process.env, workshop.signal);
}

async function resolveForUser(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
  mustUpdate: boolean,
): Promise<LockedSet> {
  const archive = archiveOf(workshop, await mirrorOf(workshop, options), options, set);
  const resolved = await resolvePackages(workshop, archive, set, mustUpdate);
  const project = matching(await readLock(projectLockPath(options)), set);
  const remembered =
    project === undefined ? resolved : {...resolved, replaces: digestOfPackages(project.packages)};
  const path = userLockPath(workshop.store, options);
  const lock = await takeLock(`${path}.lock`, {signal: workshop.signal});
  try {
    await writeLock(path, {...(await readLock(path)), [set.name]: remembered});
  } finally {
    await lock.release();
  }
  return remembered;
}

async function replaceGone(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
  chosen: LockedSet,
  gone: readonly LockedPackage[],
): Promise<LockedSet> {
  const names = gone.map((one) => `${one.name} ${one.version}`).join(', ');
  const message = `the mirror no longer has what the lock names for ${set.name}: ${names}`;
  if (options.locked === true)
    throw failure('locked-version-gone', message, {
      hint: `${updateHint}, or name a mirror that keeps old versions with KBUILD_DEBIAN_MIRROR`,
    });
  workshop.report({kind: 'said', severity: 'warning', message});
  const resolved = await resolveForUser(workshop, set, options, true);
  sayDifferences(workshop, set, chosen.packages, resolved.packages);
  const stillGone = await fillPool(workshop, () => mirrorOf(workshop, options), set.name, resolved.packages);
  if (stillGone.length === 0) return resolved;
  throw failure('download-failed', `the mirror lists packages that it does not have: ${stillGone[0]!.path}`, {
    hint: 'the mirror is being updated: try again in an hour, or name another with KBUILD_DEBIAN_MIRROR',
  });
}

function sayDifferences(
  workshop: Workshop,
  set: PackageSet,
  before: readonly LockedPackage[],
  after: readonly LockedPackage[],
): void {
  for (const {name, before: was, after: is} of versionChanges(before, after)) {
    const message = `${set.name}: ${name} is ${is ?? 'absent'}, where the lock says ${was ?? 'absent'}; ${updateHint}`;
    workshop.report({kind: 'said', severity: 'warning', message});
  }
}
