/** A package made here, in the pool of a workshop, and locked as the only one of a set. */

import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Workshop} from '../../../src/base/store.ts';
import {writeLock} from '../../../src/build/debian/lockfile.ts';
import type {DebianArchitecture} from '../../../src/build/debian/release.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

type Wanted = {
  readonly name: string;
  readonly architecture: DebianArchitecture;
  /** Its set in the lock, and what that asks for. */
  readonly set: {readonly name: string; readonly requested: readonly string[]};
  readonly files: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
};

/** The workshop, and the directory with bookworm's lock. */
export async function lockedPackage(
  t: ExecutionContext,
  {name, architecture, set, files, links = {}}: Wanted,
): Promise<{readonly workshop: Workshop; readonly lockDir: string}> {
  const lockDir = temporaryDirectory(t);
  const root = join(lockDir, 'package');
  const place = (path: string): string => {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    return join(root, path);
  };
  const control = `Package: ${name}\nVersion: 1\nArchitecture: ${architecture}\nMaintainer: n\nDescription: d\n`;
  writeFileSync(place('DEBIAN/control'), control);
  for (const [path, content] of Object.entries(files)) {
    writeFileSync(place(path), content, {mode: path.startsWith('DEBIAN/') ? 0o755 : 0o644});
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, place(path));
  const deb = join(lockDir, `${name}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, deb], {stdio: 'ignore'});
  const sha256 = createHash('sha256').update(readFileSync(deb)).digest('hex');
  const workshop = temporaryWorkshop(t);
  mkdirSync(join(workshop.store.root, 'pool'), {recursive: true});
  copyFileSync(deb, join(workshop.store.root, 'pool', `${sha256}.deb`));
  const one = {
    name,
    version: '1',
    architecture,
    archive: 'debian',
    path: `pool/${name}.deb`,
    size: statSync(deb).size,
    sha256,
  } as const;
  await writeLock(join(lockDir, `bookworm-${architecture}.json`), {
    [set.name]: {requested: set.requested, packages: [one]},
  });
  return {workshop, lockDir};
}
