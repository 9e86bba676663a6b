/** The lock files: `locks/<suite>-<architecture>.json`, and one of the same form in a user's store. */

import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {badInput} from '../../base/diagnostic.ts';
import {replaceFile} from '../../base/replace-file.ts';
import type {Store} from '../../base/store.ts';
import type {DebianOptions, LockedPackage, LockedSet} from './release.ts';

/** Named sets, sorted by name when written. */
export type LockFile = Readonly<Record<string, LockedSet>>;

const packageSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/),
  version: z.string().regex(/^[A-Za-z0-9.+:~-]+$/),
  architecture: z.string().regex(/^[a-z0-9-]+$/),
  archive: z.enum(['debian', 'debian-security']),
  path: z.string().regex(/^pool\/(?!.*\.\.\/)[A-Za-z0-9.+~_%:/-]+\.deb$/),
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const fileSchema = z.strictObject({
  format: z.literal(1),
  sets: z.record(
    z.string(),
    z.strictObject({
      requested: z.array(z.string()),
      replaces: z.string().optional(),
      packages: z.array(packageSchema),
    }),
  ),
});

/** The directory of the project's lock files, found from this file in `src` or `dist/src`. */
export const projectLockDir = ((): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  const root = join(here, '../../..');
  return join(root.endsWith('/dist') ? dirname(root) : root, 'locks');
})();

/** The project's lock file for a release. */
export function projectLockPath(options: DebianOptions): string {
  return join(options.lockDir ?? projectLockDir, `${options.suite}-${options.architecture}.json`);
}

/** The user's own lock file for a release: what was resolved here and is not in the project's. */
export function userLockPath(store: Store, options: DebianOptions): string {
  return join(store.root, 'locks', `${options.suite}-${options.architecture}.json`);
}

/**
 * Reads a lock file; one that does not exist has no sets.
 *
 * @throws exit 2 where it is not of the form `renderLock` writes.
 */
export async function readLock(path: string): Promise<LockFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return fileSchema.parse(JSON.parse(text)).sets as LockFile;
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? (error as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw badInput('bad-lock', `${path} is not a lock file: ${what}`, {
      hint: 'take it back from version control, or remove it and run kbuild lock --update',
    });
  }
}

/** The text of a lock file: one package a line and everything sorted, so that a change is a small diff. */
export function renderLock(lock: LockFile): string {
  const sets = Object.keys(lock)
    .sort()
    .map((name) => `${JSON.stringify(name)}: ${renderSet(lock[name]!)}`);
  return `{\n"format": 1,\n"sets": {\n${sets.join(',\n')}\n}\n}\n`;
}

function renderSet(set: LockedSet): string {
  const replaces = set.replaces === undefined ? '' : `\n "replaces": ${JSON.stringify(set.replaces)},`;
  const requested = [...set.requested].sort().map((name) => `  ${JSON.stringify(name)}`);
  const packages = [...set.packages].sort(byName).map((one) => `  ${renderPackage(one)}`);
  return `{${replaces}\n "requested": [\n${requested.join(',\n')}\n ],\n "packages": [\n${packages.join(',\n')}\n ]\n}`;
}

function renderPackage(one: LockedPackage): string {
  const {name, version, architecture, archive, path, size, sha256} = one;
  return JSON.stringify({name, version, architecture, archive, path, size, sha256});
}

function byName(a: LockedPackage, b: LockedPackage): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Writes a lock file whole or not at all. */
export async function writeLock(path: string, lock: LockFile): Promise<void> {
  await replaceFile(path, renderLock(lock));
}
