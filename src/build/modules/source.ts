/** The source of a module out of the kernel's tree: what its file names, or a directory that somebody works in. */

import {existsSync} from 'node:fs';
import {chmod, cp, lstat, readdir, readFile, realpath, rm, stat, utimes} from 'node:fs/promises';
import {join, resolve, sep} from 'node:path';
import {badInput, failure, missingTool} from '../../base/diagnostic.ts';
import type {Workshop} from '../../base/store.ts';
import {formatKernelRange, inKernelRange} from '../../recipe/condition.ts';
import {
  type ModuleOrigin,
  type ModuleRecipe,
  saidRange,
  type WrittenModule,
  wrongKernel,
} from '../../recipe/module.ts';
import {type Builder, sourceDateEpoch} from '../container.ts';
import {obtainPackages} from '../debian/packages.ts';
import type {DebianOptions, PackageSet} from '../debian/release.ts';
import {digestOfTree, sourceChanged} from '../source-directory.ts';
import {leadsOut} from '../source-links.ts';
import {type Archive, archiveSuffix, requireMembersInside, unpackInto} from '../unpack.ts';
import {fetchCommit, fetchTarball, fileNameOf, NotFetched} from './fetch.ts';

export type ModuleSource = {
  /** A directory is somebody's own and may change; the others are in the store. */
  readonly kind: 'store' | 'directory';
  /** Its top. Never written to: what is built is a copy. */
  readonly dir: string;
  /** Of its content, or of what it was unpacked from. */
  readonly digest: string;
  /** As people call it: a package's upstream version, else the beginning of a commit or digest. */
  readonly version: string;
};

/** Directories by the name of the source, as `--source NAME=DIR` gives them. */
export type GivenSources = Readonly<Record<string, string>>;

/** The set under which the lock pins a module's package; undefined where its source is no package. */
export function moduleSet({name, origin}: Pick<WrittenModule, 'name' | 'origin'>): PackageSet | undefined {
  if (origin.kind !== 'debian') return undefined;
  const {package: one, component} = origin;
  return {
    name: `modules/${name}`,
    packages: [one],
    closure: 'none',
    ...(component === undefined ? {} : {component}),
  };
}

/**
 * A module's source, ready to be copied, and known to be for the kernel.
 *
 * @throws exit 3 (`no-module-source`) with the address where it cannot be had; exit 2 for a directory or archive that
 *   reaches out of itself, an archive that is another than was named, or a kernel that the source is not for
 */
export async function obtainModuleSource(
  workshop: Workshop,
  builder: Builder,
  module: ModuleRecipe,
  options: {readonly given: GivenSources; readonly debian: DebianOptions; readonly kernelVersion: string},
): Promise<ModuleSource> {
  const given = Object.hasOwn(options.given, module.sourceName)
    ? options.given[module.sourceName]
    : undefined;
  const source =
    given === undefined
      ? await namedSource(workshop, builder, module, options.debian)
      : await directorySource(workshop, given);
  await requireKernel(module, source, options.kernelVersion);
  return source;
}

/** What a source itself says of the kernels it is for. */
async function requireKernel(
  {name, saidKernels, place}: ModuleRecipe,
  source: ModuleSource,
  kernelVersion: string,
): Promise<void> {
  if (saidKernels === undefined) return;
  const text = await readFile(join(source.dir, saidKernels.file), 'utf8').catch(() => '');
  const range = saidRange(text, saidKernels);
  if (range === undefined) {
    const said = [saidKernels.least, saidKernels.most].filter((one) => one !== undefined).join(' and ');
    throw badInput(
      'module-kernels-unknown',
      `${saidKernels.file} of ${name} ${source.version} does not say its kernels: no version after ${said}`,
      {place, hint: 'write a range in `kernels` of the module, such as ">=3.10 <6.3"'},
    );
  }
  if (!inKernelRange(range, kernelVersion)) {
    throw wrongKernel(`${name} ${source.version}`, formatKernelRange(range), kernelVersion, place);
  }
}

async function directorySource(workshop: Workshop, path: string): Promise<ModuleSource> {
  const dir = resolve(path);
  if (!(await stat(dir).catch(() => undefined))?.isDirectory()) {
    throw badInput('no-source', `${path} is no directory`, {hint: 'give one with --source NAME=DIR'});
  }
  await requireLinksInside(dir);
  const digest = await digestOfTree(workshop, dir);
  return {kind: 'directory', dir, digest, version: digest.slice(0, 12)};
}

/** Links by which a copy would hold, or a build write, what is not below the source. */
async function requireLinksInside(root: string): Promise<void> {
  for (const entry of await readdir(root, {recursive: true, withFileTypes: true})) {
    if (!entry.isSymbolicLink()) continue;
    const link = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (link.startsWith(`.git${sep}`) || !leadsOut(root, link)) continue;
    throw badInput('link-out-of-source', `${root} has a link out of its own tree: ${JSON.stringify(link)}`, {
      hint: 'put a file in the place of the link, or give the directory that holds both',
    });
  }
}

async function namedSource(
  workshop: Workshop,
  builder: Builder,
  module: ModuleRecipe,
  debian: DebianOptions,
): Promise<ModuleSource> {
  const {origin} = module;
  if (origin.kind === 'manual') throw notHad(module, 'kbuild does not fetch it');
  const package_ = origin.kind === 'debian' ? await packageOf(workshop, module, debian) : undefined;
  const version = package_?.version ?? digestNamed(origin).slice(0, 12);
  const entry = await workshop.store.obtain(workshop, {
    name: 'module-source',
    title: `source of ${module.name} ${version}`,
    version: 1,
    inputs: {kind: origin.kind, digest: package_?.sha256 ?? digestNamed(origin)},
    make: async (dir) => {
      const archive = package_ ?? (await fetched(workshop, module, join(dir, 'fetched')));
      await unpack(workshop, builder, archive, dir);
      await rm(join(dir, 'fetched'), {recursive: true, force: true});
      return {top: origin.kind === 'tarball' ? await onlyDirectory(join(dir, 'tree')) : '.'};
    },
  });
  const path = module.path.replaceAll('{version}', version);
  const dirs = await foldersAt(join(entry.dir, 'tree', entry.value.top), path.split('/'));
  const [dir] = dirs;
  if (dir === undefined || dirs.length > 1) {
    const found = dir === undefined ? 'no folder' : `${dirs.length} folders`;
    throw badInput('no-path-in-source', `the source of ${module.name} ${version} has ${found} ${path}`, {
      place: module.place,
      hint: `see ${join(entry.dir, 'tree')} for what there is`,
    });
  }
  return {kind: 'store', dir, digest: entry.digest, version};
}

/** The folders at a path below `top`; a `*` at the end of a name stands for the rest of it. */
export async function foldersAt(
  top: string,
  [first, ...rest]: readonly string[],
): Promise<readonly string[]> {
  if (first === undefined) return (await stat(top).catch(() => undefined))?.isDirectory() ? [top] : [];
  if (!first.endsWith('*')) return foldersAt(join(top, first), rest);
  const names = await readdir(top).catch(() => []);
  const fitting = names.filter((name) => name.startsWith(first.slice(0, -1)));
  return (await Promise.all(fitting.map(async (name) => foldersAt(join(top, name), rest)))).flat();
}

/** What the origin names the content by. */
function digestNamed(origin: ModuleOrigin): string {
  return origin.kind === 'tarball' ? origin.sha256 : origin.kind === 'git' ? origin.commit : '';
}

type Packed = Pick<Archive, 'file'> & {readonly isPackage: boolean};

async function packageOf(
  workshop: Workshop,
  module: ModuleRecipe,
  debian: DebianOptions,
): Promise<Packed & {readonly version: string; readonly sha256: string}> {
  const set = moduleSet(module)!;
  const packages = await obtainPackages(workshop, set, debian);
  const found = packages.find((one) => one.name === set.packages[0]);
  if (found === undefined)
    throw failure('bad-lock', `the lock of ${set.name} does not have ${set.packages[0]}`);
  // Epoch and Debian revision apart: 1:2.1.11-1+deb12u1 is 2.1.11.
  const version = found.version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
  return {file: found.file, isPackage: true, version, sha256: found.sha256};
}

async function fetched(workshop: Workshop, module: ModuleRecipe, to: string): Promise<Packed> {
  const {origin} = module;
  try {
    if (origin.kind === 'git') {
      await fetchCommit(workshop, origin, `${to}.tar`);
      return {file: `${to}.tar`, isPackage: false};
    }
    if (origin.kind !== 'tarball') throw new Error(`${module.name} is not fetched`);
    const suffix = archiveSuffix(fileNameOf(origin.address));
    if (suffix === undefined) {
      throw badInput(
        'unknown-archive',
        `${origin.address} is no .tar, .tar.gz, .tar.xz, .tar.bz2 or .tar.zst`,
        {
          place: module.place,
        },
      );
    }
    await fetchTarball(workshop, origin, `${to}${suffix}`);
    return {file: `${to}${suffix}`, isPackage: false};
  } catch (error) {
    if (error instanceof NotFetched) throw notHad(module, error.message);
    throw error;
  }
}

function notHad({name, sourceName, origin, place}: ModuleRecipe, why: string): Error {
  const address =
    origin.kind === 'git'
      ? `${origin.address}, commit ${origin.commit}`
      : origin.kind === 'tarball'
        ? origin.address
        : origin.kind === 'manual'
          ? (origin.from ?? 'its makers')
          : origin.package;
  return missingTool('no-module-source', `the source of ${name} is to be had from ${address}: ${why}`, {
    place,
    hint: `give a directory with --source ${sourceName}=DIR`,
  });
}

const unpackPackage =
  'dpkg-deb --fsys-tarfile /in/package.deb | tar --extract --directory /out/tree --no-same-owner';
const unpackTar = 'tar --extract --file "/in/$1" --directory /out/tree --no-same-owner --no-same-permissions';

async function unpack(workshop: Workshop, builder: Builder, packed: Packed, dir: string): Promise<void> {
  if (packed.isPackage) {
    const archive = {
      file: packed.file,
      mountedAs: 'package.deb',
      script: `set -o pipefail\n${unpackPackage}`,
    };
    await unpackInto(workshop, builder, {...archive, argument: ''}, dir);
    return;
  }
  const mountedAs = `archive${archiveSuffix(packed.file)}`;
  const archive = {file: packed.file, mountedAs, script: unpackTar, argument: mountedAs};
  await requireMembersInside(workshop, builder, archive);
  await unpackInto(workshop, builder, archive, dir);
}

/** Most tarballs hold one directory, named after their version. */
async function onlyDirectory(tree: string): Promise<string> {
  const [first, ...others] = await readdir(tree, {withFileTypes: true});
  return first?.isDirectory() && others.length === 0 ? first.name : '.';
}

/**
 * Copies a source to where it may be changed. All files get one time and the modes of a checkout, so that what comes
 * of the copy depends on nothing but the digest: not on when somebody saved which file.
 *
 * @throws exit 1 (`source-changed`) where the directory is no longer what its digest says
 */
export async function copySource(workshop: Workshop, source: ModuleSource, to: string): Promise<void> {
  const top = source.dir;
  await cp(top, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => {
      if (path === join(top, '.git')) return false;
      const stats = await lstat(path);
      return stats.isDirectory() || stats.isFile() || stats.isSymbolicLink();
    },
  });
  if (source.kind === 'directory' && (await digestOfTree(workshop, top)) !== source.digest) {
    throw sourceChanged(top, 'its files are not those that were looked at first');
  }
  for (const entry of await readdir(to, {recursive: true, withFileTypes: true})) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || ((await lstat(path)).mode & 0o100) !== 0;
    await chmod(path, isProgram ? 0o755 : 0o644);
    await utimes(path, sourceDateEpoch, sourceDateEpoch);
  }
}

/**
 * The real path of something below a tree that steps of a build have written to; undefined where there is nothing,
 * or a link that leads out of the tree.
 */
export async function insideTree(tree: string, path: string): Promise<string | undefined> {
  if (!existsSync(join(tree, path))) return undefined;
  const [root, real] = await Promise.all([realpath(tree), realpath(join(tree, path))]);
  return real === root || real.startsWith(root + sep) ? real : undefined;
}
