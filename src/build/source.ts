/** Kernel sources: Debian's, a kernel.org archive, or a directory. Always mounted read-only, never written to. */

import {readFile, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {badInput, failure} from '../base/diagnostic.ts';
import {digestOfFile} from '../base/digest.ts';
import type {Stage, Workshop} from '../base/store.ts';
import type {Builder} from './container.ts';
import {obtainPackages} from './debian/packages.ts';
import type {DebianOptions} from './debian/release.ts';
import {kernelSet} from './debian/sets.ts';
import {digestOfTree, refuseBuiltTree, sourceChanged} from './source-directory.ts';
import {type Archive, archiveSuffix, unpackInto} from './unpack.ts';

export type KernelSourceSpec =
  /** The package `linux-source-<version>`, for example of version `6.1`. */
  | {readonly kind: 'debian'; readonly version: string}
  /** An archive with one directory at its top, as kernel.org's: .tar, .tar.gz, .tar.xz, .tar.bz2 or .tar.zst. */
  | {readonly kind: 'tarball'; readonly path: string; readonly sha256?: string}
  /** With `inPlace`, what `make` has left in it is no part of it; such a source is to be looked at, and cannot be built. */
  | {readonly kind: 'directory'; readonly path: string; readonly inPlace?: true};

export type KernelSource = {
  /** A directory is somebody's own and may change; the others are in the store. */
  readonly kind: KernelSourceSpec['kind'] | 'patched';
  /** The tree. To be mounted read-only. */
  readonly dir: string;
  /** Of what the tree was made from: a package, an archive, or the content of a directory. */
  readonly digest: string;
  /** As its Makefile says: `6.1.192`, `7.0.0-rc1`. */
  readonly release: string;
  /** What people call it, and the SHA-256 of the package or archive, or over the directory's files. */
  readonly origin?: {readonly from: string; readonly sha256: string};
  /** A directory in which `make` may have run: what that left does not count. */
  readonly inPlace?: true;
  /** What was applied to it. */
  readonly patches?: readonly {readonly name: string; readonly sha256: string}[];
};

/**
 * A kernel source ready to be built from. Archives are unpacked once, in the container, and refused if a link in
 * them leads out of their tree, so that nothing in them can reach outside. A directory is used as it is: its links
 * are followed wherever its owner let them lead, and only steps in the container see no more than the tree.
 *
 * @throws exit 2 for a path that is not there, an archive whose digest is another (`wrong-digest`) or that is no
 *   whole archive (`corrupt-archive`), a tree that is no kernel, or one in which `make` ran; exit 1 where unpacking fails for another reason (`unpack-failed`) or a
 *   directory changes while it is read (`source-changed`); and what `obtainPackages` throws.
 */
export async function obtainKernelSource(
  workshop: Workshop,
  builder: Builder,
  spec: KernelSourceSpec,
  debian: DebianOptions,
): Promise<KernelSource> {
  switch (spec.kind) {
    case 'debian':
      return debianSource(workshop, builder, spec.version, debian);
    case 'tarball':
      return archiveSource(workshop, builder, resolve(spec.path), spec.sha256);
    case 'directory':
      return directorySource(workshop, resolve(spec.path), spec.inPlace);
  }
}

/**
 * Makes sure that what was built from a source was built from what its digest says. To be called when the stages
 * are done: a source directory is looked through once more; the others cannot change.
 *
 * @throws exit 1 (`source-changed`).
 */
export async function requireUnchangedSource(workshop: Workshop, source: KernelSource): Promise<void> {
  if (source.kind !== 'directory') return;
  if ((await digestOfTree(workshop, source.dir, source.inPlace)) === source.digest) return;
  throw sourceChanged(source.dir, 'its files are not those that were built from');
}

/** $1 is the archive's name in the package; the compression is found from the content. */
const unpackPackage = `set -o pipefail
dpkg-deb --fsys-tarfile /in/package.deb | tar --extract --to-stdout "./usr/src/$1.tar.xz" >/out/archive
tar --extract --file /out/archive --directory /out/tree --strip-components=1 --no-same-owner
rm /out/archive`;

const unpackArchive =
  'tar --extract --file "/in/$1" --directory /out/tree --strip-components=1 --no-same-owner --no-same-permissions';

async function debianSource(
  workshop: Workshop,
  builder: Builder,
  version: string,
  options: DebianOptions,
): Promise<KernelSource> {
  const packages = await obtainPackages(workshop, kernelSet(version), options);
  const name = `linux-source-${version}`;
  const one = packages.find((candidate) => candidate.name === name);
  if (one === undefined) throw failure('bad-lock', `the lock of kernel/${version} does not have ${name}`);
  return unpacked(workshop, builder, {
    kind: 'debian',
    from: `${name} ${one.version}`,
    title: `kernel source ${one.version}`,
    sha256: one.sha256,
    file: one.file,
    mountedAs: 'package.deb',
    script: unpackPackage,
    argument: name,
  });
}

async function archiveSource(
  workshop: Workshop,
  builder: Builder,
  path: string,
  expected: string | undefined,
): Promise<KernelSource> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined || !file.isFile())
    throw badInput('no-source', `${path} is no file`, {
      hint: 'name a kernel archive, a directory or a version',
    });
  const sha256 = await digestOfFile(path);
  if (expected !== undefined && expected.toLowerCase() !== sha256)
    throw badInput('wrong-digest', `${path} has the SHA-256 ${sha256}, and ${expected} was expected`, {
      hint: 'fetch the archive again from where the digest came from',
    });
  const suffix = archiveSuffix(path);
  if (suffix === undefined)
    throw badInput('unknown-archive', `${path} is no .tar, .tar.gz, .tar.xz, .tar.bz2 or .tar.zst`);
  return unpacked(workshop, builder, {
    kind: 'tarball',
    from: 'tarball',
    title: `kernel source ${basename(path)}`,
    sha256,
    file: path,
    mountedAs: `archive${suffix}`,
    script: unpackArchive,
    argument: `archive${suffix}`,
  });
}

type KernelArchive = Archive & {
  readonly kind: KernelSource['kind'];
  readonly from: string;
  readonly title: string;
  readonly sha256: string;
};

async function unpacked(workshop: Workshop, builder: Builder, archive: KernelArchive): Promise<KernelSource> {
  const stage: Stage<{readonly release: string}> = {
    name: 'source',
    title: archive.title,
    version: 1,
    inputs: {archive: archive.sha256, script: archive.script, argument: archive.argument},
    needsBytes: 2e9,
    make: async (dir) => {
      await unpackInto(workshop, builder, archive, dir);
      return {release: await kernelRelease(join(dir, 'tree'))};
    },
    summary: ({release}) => release,
  };
  const entry = await workshop.store.obtain(workshop, stage);
  const dir = join(entry.dir, 'tree');
  const {kind, from, sha256} = archive;
  return {kind, dir, digest: entry.digest, release: entry.value.release, origin: {from, sha256}};
}

async function directorySource(
  workshop: Workshop,
  path: string,
  inPlace: true | undefined,
): Promise<KernelSource> {
  const dir = await stat(path).catch(() => undefined);
  if (dir === undefined || !dir.isDirectory())
    throw badInput('no-source', `${path} is no directory`, {
      hint: 'name a kernel archive, a directory or a version',
    });
  const release = await kernelRelease(path);
  if (!inPlace) await refuseBuiltTree(path);
  const digest = await digestOfTree(workshop, path, inPlace);
  const origin = {from: 'directory', sha256: digest};
  return {kind: 'directory', dir: path, digest, release, origin, ...(inPlace ? {inPlace} : {})};
}

/**
 * The release that the top Makefile of a kernel tree gives itself, without what a configuration adds.
 *
 * @throws exit 2 where there is no such Makefile or no Kconfig beside it.
 */
export async function kernelRelease(dir: string): Promise<string> {
  const text = await readFile(join(dir, 'Makefile'), 'utf8').catch(() => '');
  const field = (name: string): string => new RegExp(`^${name} *= *(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const numbers = [field('VERSION'), field('PATCHLEVEL'), field('SUBLEVEL')].filter((part) => part !== '');
  const kconfig = await stat(join(dir, 'Kconfig')).catch(() => undefined);
  if (numbers.length < 2 || kconfig === undefined)
    throw badInput(
      'not-a-kernel',
      `${shown(dir)} is no kernel source: its top has no kernel's Makefile and Kconfig`,
      {
        hint: 'name the directory or archive whose top directory is that of a kernel',
      },
    );
  return `${numbers.join('.')}${field('EXTRAVERSION')}`;
}

/** A tree in the store is being made under a name that says nothing to people. */
function shown(dir: string): string {
  return dirname(dir).endsWith('.part') ? 'the archive' : dir;
}
