/**
 * Root file systems for an architecture whose programs cannot be run here. The same packages are installed for this
 * machine's own, where their scripts can run, and that twin then gets the other architecture's files: see graft.ts.
 */

import {mkdir, rm} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {failure} from '../../base/diagnostic.ts';
import {digestOfFile} from '../../base/digest.ts';
import {captureStep} from '../../base/process.ts';
import type {Stage, Workshop} from '../../base/store.ts';
import {sourceDateEpoch} from '../container.ts';
import {dieWithParent} from './die-with-parent.ts';
import {type ArchitectureNames, graft, type UnpackedPackage} from './graft.ts';
import type {StoredPackage} from './packages.ts';
import {isExcluded} from './path-filter.ts';
import {type DebianArchitecture, gnuTripletOf, type LockedPackage} from './release.ts';
import {readContent, readTar, type TarMember, writeTar} from './tar.ts';

export type Twin = {
  readonly architecture: DebianArchitecture;
  readonly digest: string;
  /** Its root file system. */
  readonly tar: string;
  readonly packages: readonly LockedPackage[];
};

export type ForeignSet = {
  readonly name: string;
  readonly suite: string;
  readonly architecture: DebianArchitecture;
  readonly packages: readonly StoredPackage[];
};

export type ForeignUserland = {
  /** SHA-256 of `rootfs.tar`. */
  readonly sha256: string;
  readonly packages: number;
};

/** The stage that makes a `rootfs.tar` with the packages of a set out of its twin. */
export function foreignUserlandStage(
  workshop: Workshop,
  set: ForeignSet,
  twin: Twin,
  excluded: readonly string[],
): Stage<ForeignUserland> {
  const {name, suite, architecture, packages} = set;
  return {
    name: 'foreign-userland',
    title: `userland ${name} (${suite} ${architecture})`,
    version: 1,
    inputs: {
      twin: twin.digest,
      twinPackages: twin.packages.map(({sha256}) => sha256),
      architecture,
      packages: packages.map(({sha256}) => sha256),
      excluded,
      sourceDateEpoch,
    },
    // Packages unpacked, and the archive.
    needsBytes: packages.reduce((sum, one) => sum + one.size, 0) * 9,
    make: (dir) => makeForeign(workshop, set, twin, excluded, dir),
    summary: (value) => `${value.packages} packages`,
  };
}

async function makeForeign(
  workshop: Workshop,
  set: ForeignSet,
  twin: Twin,
  excluded: readonly string[],
  dir: string,
): Promise<ForeignUserland> {
  const inTwin = new Set(twin.packages.map(({sha256}) => sha256));
  const shared = set.packages.filter(({sha256}) => inTwin.has(sha256));
  const others = set.packages.filter(({sha256}) => !inTwin.has(sha256));
  const work = join(dir, 'work');
  await mkdir(work);
  const packages = await unpackAll(workshop, others, work);
  const {members, remarks} = await graft({
    twin: await readTar(twin.tar),
    from: namesOf(twin.architecture),
    to: namesOf(set.architecture),
    shared: new Set(shared.map(({name}) => name)),
    packages,
    isExcluded: (path, kind) => isExcluded(excluded, path, kind),
    time: sourceDateEpoch,
  });
  for (const message of remarks) {
    workshop.report({kind: 'said', severity: 'info', message: `${set.name}: ${message}`});
  }
  workshop.signal.throwIfAborted();
  const tar = join(dir, 'rootfs.tar');
  await writeTar(tar, members.map(notNewer));
  await rm(work, {recursive: true});
  return {sha256: await digestOfFile(tar), packages: set.packages.length};
}

/** No file may say that it was made after everything was. */
function notNewer(member: TarMember): TarMember {
  return member.mtime <= sourceDateEpoch ? member : {...member, mtime: sourceDateEpoch};
}

function namesOf(architecture: DebianArchitecture): ArchitectureNames {
  return {debian: architecture, triplet: gnuTripletOf(architecture)};
}

async function unpackAll(
  workshop: Workshop,
  packages: readonly StoredPackage[],
  work: string,
): Promise<readonly UnpackedPackage[]> {
  const unpacked: UnpackedPackage[] = [];
  const queue = [...packages.entries()];
  const next = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const [index, {file}] = one;
      unpacked[index] = await unpack(workshop, file, join(work, String(index)));
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, next));
  return unpacked;
}

/** A package's two archives, without their compression. Paths come as arguments, the script is fixed. */
const unpackScript = 'dpkg-deb --ctrl-tarfile "$1" >"$2.control" && dpkg-deb --fsys-tarfile "$1" >"$2.data"';

async function unpack({signal}: Workshop, file: string, base: string): Promise<UnpackedPackage> {
  const argv = [...dieWithParent, 'sh', '-c', unpackScript, 'sh', file, base];
  const result = await captureStep(argv, {signal});
  signal.throwIfAborted();
  if (result.outcome !== 'ok') {
    throw failure('corrupt-package', `dpkg-deb cannot read ${file}: ${result.stderr.trim()}`, {
      hint: 'remove that file; it will be fetched again',
    });
  }
  const records = await readTar(`${base}.control`);
  const control = records.find(({path}) => path === 'control')?.content;
  if (control === undefined) throw failure('corrupt-package', `the package ${file} has no control file`);
  return {
    control: (await readContent(control)).toString('latin1'),
    records: records.filter(({path, kind}) => path !== 'control' && kind === 'file'),
    members: await readTar(`${base}.data`),
  };
}
