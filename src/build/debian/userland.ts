/**
 * Root file systems of Debian packages, made by mmdebstrap from files in the pool alone, so that the same lock
 * gives the same bytes.
 */

import {randomUUID} from 'node:crypto';
import {link, mkdir, readdir, rmdir, writeFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import {basename, join} from 'node:path';
import {badInput, failure, missingTool} from '../../base/diagnostic.ts';
import {digestOfFile} from '../../base/digest.ts';
import {captureStep, runStep} from '../../base/process.ts';
import type {Entry, Stage, Workshop} from '../../base/store.ts';
import {sourceDateEpoch} from '../container.ts';
import {dieWithParent} from './die-with-parent.ts';
import {foreignUserlandStage} from './foreign-userland.ts';
import {choosePackages, obtainPackages, type StoredPackage} from './packages.ts';
import {
  type DebianArchitecture,
  type DebianOptions,
  debianArchitectureOfMachine,
  digestOfPackages,
  type LockedPackage,
  type PackageSet,
} from './release.ts';
import {namespaceArgv, requireNamespace} from './root-namespace.ts';

/** What a userland entry remembers. Its directory holds `rootfs.tar`. */
export type Userland = {
  /** SHA-256 of `rootfs.tar`. */
  readonly sha256: string;
  readonly packages: number;
};

/** Left out of every root file system; what licences ask to keep stays. */
const excludedPaths: readonly string[] = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
];

/**
 * The root file system of a package set: an entry with `rootfs.tar`, owners and modes kept, services neither
 * started nor left unable to start. It has no host name, no machine id, host id or
 * keys, no apt sources, no lists and nothing in /dev. Fetches and makes only what is not in the store.
 *
 * @throws what `obtainPackages` throws; exit 2 where the store's path cannot be written in an apt source; exit 3
 *   where mmdebstrap is missing or cannot work as this user; exit 1 where it fails.
 */
export async function obtainUserland(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
): Promise<Entry<Userland>> {
  requirePlainPath(workshop.store.root);
  const machine = debianArchitectureOfMachine();
  if (options.architecture !== machine) {
    return obtainForeign(workshop, set, options, machine);
  }
  const chosen = await choosePackages(workshop, set, options);
  const early = stageOf(workshop, set, options, chosen.packages);
  if ((await workshop.store.find(early)) !== undefined) return workshop.store.obtain(workshop, early);
  await requireTools(workshop.signal);
  const packages = await obtainPackages(workshop, set, options);
  return workshop.store.obtain(workshop, stageOf(workshop, set, options, packages, packages));
}

/** The same set for this machine's own architecture, with the other's files: no program of the other runs. */
async function obtainForeign(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
  machine: DebianArchitecture,
): Promise<Entry<Userland>> {
  const ownOptions = {...options, architecture: machine};
  const packages = await obtainPackages(workshop, set, options);
  const own = await obtainUserland(workshop, set, ownOptions);
  const twin = {
    architecture: machine,
    digest: own.digest,
    tar: join(own.dir, 'rootfs.tar'),
    packages: (await choosePackages(workshop, set, ownOptions)).packages,
  };
  const foreign = {...options, name: set.name, packages};
  return workshop.store.obtain(workshop, foreignUserlandStage(workshop, foreign, twin, excludedPaths));
}

/** Apt reads a source word by word, with quotes, brackets, comments and `%20` of its own. */
function requirePlainPath(root: string): void {
  if (!/[\s%#"[\]]/.test(root)) return;
  throw badInput(
    'odd-cache-path',
    `the cache ${JSON.stringify(root)} has white space or one of % # " [ ] in its path, which apt cannot be given`,
    {hint: 'name another directory with KBUILD_CACHE=DIR'},
  );
}

function stageOf(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
  packages: readonly LockedPackage[],
  stored: readonly StoredPackage[] = [],
): Stage<Userland> {
  const {suite, architecture} = options;
  return {
    name: 'userland',
    title: `userland ${set.name} (${suite} ${architecture})`,
    version: 3,
    inputs: {suite, architecture, packages: digestOfPackages(packages), excludedPaths, sourceDateEpoch},
    // The tree and the archive of it; installed packages take about four times their compressed size.
    needsBytes: packages.reduce((sum, one) => sum + one.size, 0) * 9,
    make: (dir) => makeUserland(workshop, set, options, stored, dir),
    summary: (value) => `${value.packages} packages`,
  };
}

async function requireTools(signal: AbortSignal): Promise<void> {
  const found = await captureStep(['mmdebstrap', '--version'], {signal});
  if (found.startError !== undefined)
    throw missingTool('missing-tool', 'mmdebstrap is not installed: it makes the root file systems', {
      hint: 'install the package mmdebstrap',
    });
  await requireNamespace(signal);
}

async function makeUserland(
  workshop: Workshop,
  set: PackageSet,
  options: DebianOptions,
  packages: readonly StoredPackage[],
  dir: string,
): Promise<Userland> {
  const tar = join(dir, 'rootfs.tar');
  // Not below `dir`: as an ordinary user, what is in it belongs to others and only the namespace can remove it.
  const works = join(workshop.store.root, 'userland-work');
  await removeWork(works, basename(dir));
  // A new one each time: what a killed kbuild left may not have been removed whole.
  const work = join(works, `${basename(dir)}-${randomUUID()}`);
  try {
    await mkdir(join(work, 'repository'), {recursive: true});
    await writeRepository(join(work, 'repository'), packages, options, workshop.signal);
    const logPath = join(workshop.logDir, `userland-${set.name.replaceAll('/', '-')}.log`);
    const result = await runStep(mmdebstrapArgv(work, packages, options, tar), {
      environment: mmdebstrapEnvironment(work),
      logPath,
      signal: workshop.signal,
    });
    workshop.signal.throwIfAborted();
    if (result.outcome !== 'ok')
      throw failure('userland-failed', `mmdebstrap could not make the userland ${set.name}`, {
        hint: `see ${logPath}`,
      });
  } finally {
    await removeWork(works, basename(dir));
  }
  await addEmptyDev(workshop, dir, tar);
  return {sha256: await digestOfFile(tar), packages: packages.length};
}

/** Removes what was or is made for one entry; its lock is held, so nobody else is at it. */
async function removeWork(works: string, entry: string): Promise<void> {
  const names = (await readdir(works).catch(() => [])).filter((name) => name.startsWith(entry));
  if (names.length === 0) return;
  const paths = names.map((name) => join(works, name));
  await runStep([...namespaceArgv(), 'rm', '-rf', '--one-file-system', ...paths]);
}

/** Mmdebstrap packs /dev with its nodes or not at all, and machines need the directory to mount theirs on. */
async function addEmptyDev(workshop: Workshop, dir: string, tar: string): Promise<void> {
  await mkdir(join(dir, 'dev'));
  const owner = ['--owner=root:0', '--group=root:0', '--mode=755', `--mtime=@${sourceDateEpoch}`];
  const argv = ['tar', '--append', '--file', tar, '--format=pax', ...owner, '--directory', dir, './dev'];
  const pax = '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime,delete=mtime';
  const result = await captureStep([...dieWithParent, ...argv, pax], {signal: workshop.signal});
  await rmdir(join(dir, 'dev'));
  workshop.signal.throwIfAborted();
  if (result.outcome !== 'ok')
    throw failure('userland-failed', `tar could not add /dev: ${result.stderr.trim()}`);
}

/** A repository that holds the packages of the set and nothing else: there is nothing left for apt to choose. */
async function writeRepository(
  dir: string,
  packages: readonly StoredPackage[],
  {suite}: DebianOptions,
  signal: AbortSignal,
): Promise<void> {
  const stanzas: string[] = [];
  const queue = [...packages.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, one] = next;
      const fields = await captureStep(['dpkg-deb', '--field', one.file], {signal});
      signal.throwIfAborted();
      if (fields.outcome !== 'ok')
        throw failure('corrupt-package', `dpkg-deb cannot read ${one.file}: ${fields.stderr.trim()}`, {
          hint: 'remove that file; it will be fetched again',
        });
      const name = `${one.sha256}.deb`;
      await link(one.file, join(dir, name));
      stanzas[index] =
        `${fields.stdout.trim()}\nFilename: ./${name}\nSize: ${one.size}\nSHA256: ${one.sha256}\n`;
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, work));
  await writeFile(join(dir, 'Packages'), stanzas.join('\n'));
  await writeFile(join(dir, 'Release'), `Origin: Debian\nSuite: ${suite}\nCodename: ${suite}\n`);
}

function mmdebstrapArgv(
  work: string,
  packages: readonly StoredPackage[],
  {suite, architecture}: DebianOptions,
  tar: string,
): readonly string[] {
  return [
    ...namespaceArgv(),
    'mmdebstrap',
    '--mode=root',
    '--variant=essential',
    '--format=tar',
    `--architectures=${architecture}`,
    `--include=${packages.map(({name}) => name).join(',')}`,
    ...excludedPaths.map((line) => `--dpkgopt=${line}`),
    '--dpkgopt=force-unsafe-io',
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=APT::Sandbox::User "root"',
    '--skip=output/dev',
    `--customize-hook=${tidy}`,
    suite,
    tar,
    `deb [trusted=yes] copy:${work}/repository ./`,
  ];
}

/**
 * What packages and mmdebstrap leave behind that differs from run to run or from host to host, or that belongs to
 * the making only. A fixed text: nothing of the input is in it.
 */
const tidy = [
  'cd "$1"',
  'rm -f etc/hostname etc/resolv.conf etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap',
  'rm -f etc/ssh/ssh_host_*_key etc/ssh/ssh_host_*_key.pub etc/hostid etc/nvme/hostid etc/nvme/hostnqn etc/.pwd.lock',
  "sed -i '/^force-unsafe-io$/d' etc/dpkg/dpkg.cfg.d/99mmdebstrap",
  'rm -rf var/lib/apt/lists var/lib/apt/extended_states var/cache/apt/* var/cache/ldconfig/* var/cache/debconf/*-old',
  'rm -f var/lib/systemd/random-seed var/lib/systemd/credential.secret var/lib/dpkg/*-old etc/*-',
  'find var/log -type f -exec rm -f {} +',
  'find . -xdev -name __pycache__ -prune -exec rm -rf {} +',
].join(' && ');

function mmdebstrapEnvironment(work: string): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: work,
    TMPDIR: work,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    DEBIAN_FRONTEND: 'noninteractive',
    SOURCE_DATE_EPOCH: String(sourceDateEpoch),
  };
}
