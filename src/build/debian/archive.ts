/**
 * A private apt: its own sources, lists and an empty dpkg status in the store, so that what is resolved depends on
 * nothing installed on this machine and nothing of this machine's apt changes.
 *
 *     <store>/apt/<suite>-<architecture>-<digest of the sources>/
 */

import {access, mkdir, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {badInput, failure, type KbuildError, missingTool} from '../../base/diagnostic.ts';
import {digestOf} from '../../base/digest.ts';
import {takeLock} from '../../base/lock.ts';
import {captureStep} from '../../base/process.ts';
import type {Workshop} from '../../base/store.ts';
import {dieWithParent} from './die-with-parent.ts';
import {type Mirror, withoutUser} from './mirror.ts';
import {
  type ArchiveName,
  componentsOf,
  type DebianOptions,
  type LockedPackage,
  type LockedSet,
  normalRequest,
  type PackageSet,
} from './release.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Lists that are younger are taken as they are: one run resolves several sets. */
const freshMs = 10 * 60 * 1000;

/** Each of these would be looked for in the machine's own directories. */
const nowhere = '/nonexistent';

export type Archive = {
  readonly mirror: Mirror;
  readonly root: string;
  readonly options: DebianOptions;
  readonly components: readonly string[];
};

/** The private apt of a release, a mirror and the components that a set needs; nothing is written yet. */
export function archiveOf(
  workshop: Workshop,
  mirror: Mirror,
  options: DebianOptions,
  set: PackageSet,
): Archive {
  const components = componentsOf(set);
  const digest = digestOf(sourcesText({mirror, options, components})).slice(0, 12);
  return {
    mirror,
    options,
    components,
    root: join(workshop.store.root, 'apt', `${options.suite}-${options.architecture}-${digest}`),
  };
}

/**
 * The exact packages of a set, in the newest versions that the mirror has, fetching its lists first where they
 * are old or `mustUpdate`.
 *
 * @throws exit 2 for a package that does not exist or packages that exclude one another; exit 1 where the
 *   mirror cannot be reached or its signature is wrong; exit 3 where apt or Debian's keyring is missing.
 */
export async function resolvePackages(
  workshop: Workshop,
  archive: Archive,
  set: PackageSet,
  mustUpdate = false,
): Promise<LockedSet> {
  requireNames(set);
  const lock = await takeLock(`${archive.root}.lock`, {signal: workshop.signal});
  try {
    await prepareRoot(archive, workshop);
    if (mustUpdate || !(await isFresh(archive))) await update(workshop, archive);
    return await resolve(workshop, archive, set);
  } finally {
    await lock.release();
  }
}

function requireNames(set: PackageSet): void {
  const wrong = set.packages.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name));
  if (wrong !== undefined)
    throw badInput(
      'bad-package-name',
      `${JSON.stringify(wrong)} in ${set.name} is no name of a Debian package`,
      {
        hint: 'write names as in bookworm: lower-case letters, digits, and + . -',
      },
    );
}

function sourcesText({mirror, options, components}: Omit<Archive, 'root'>): string {
  const {suite, architecture} = options;
  const releases: readonly (readonly [ArchiveName, string])[] = [
    ['debian', suite],
    ['debian', `${suite}-updates`],
    ['debian-security', `${suite}-security`],
  ];
  const parts = components.join(' ');
  return releases
    .map(
      ([name, release]) =>
        `deb [arch=${architecture} signed-by=${keyring}] ${mirror[name]} ${release} ${parts}\n`,
    )
    .join('');
}

async function prepareRoot(archive: Archive, workshop: Workshop): Promise<void> {
  const {root} = archive;
  await access(keyring).catch(() => {
    throw missingTool('missing-keyring', `${keyring} is missing: signatures cannot be checked`, {
      hint: 'install the package debian-archive-keyring',
    });
  });
  await mkdir(join(root, 'lists/partial'), {recursive: true});
  await mkdir(join(root, 'cache/archives/partial'), {recursive: true});
  await writeFile(join(root, 'status'), '');
  await writePrivate(join(root, 'sources.list'), sourcesText(archive));
  await writePrivate(join(root, 'apt.conf'), configuration(archive) + (await machineAcquire(workshop)));
}

/** The addresses of mirrors and proxies may hold passwords. */
async function writePrivate(path: string, text: string): Promise<void> {
  // The mode counts only for a file that is made.
  await rm(path, {force: true});
  await writeFile(path, text, {mode: 0o600});
}

function configuration({root, options}: Archive): string {
  const values: readonly (readonly [string, string])[] = [
    ['Dir::Etc::sourcelist', join(root, 'sources.list')],
    ['Dir::Etc::sourceparts', nowhere],
    ['Dir::Etc::main', nowhere],
    ['Dir::Etc::parts', nowhere],
    ['Dir::Etc::preferences', nowhere],
    ['Dir::Etc::preferencesparts', nowhere],
    ['Dir::Etc::trusted', nowhere],
    ['Dir::Etc::trustedparts', nowhere],
    ['Dir::State', root],
    ['Dir::State::status', join(root, 'status')],
    ['Dir::Cache', join(root, 'cache')],
    ['APT::Architecture', options.architecture],
    ['APT::Architectures', options.architecture],
    ['APT::Install-Recommends', 'false'],
    ['APT::Update::Error-Mode', 'any'],
    // The user `_apt` cannot look into a store in somebody's home.
    ['APT::Sandbox::User', 'root'],
    ['Acquire::ForceHash', 'SHA256'],
  ];
  return `${values.map(([name, value]) => `${name} ${JSON.stringify(value)};\n`).join('')}Acquire::Languages {"none";};\n`;
}

/** The machine's own proxies, time-outs and the like; not what would fetch more than the package lists. */
async function machineAcquire(workshop: Workshop): Promise<string> {
  const dump = await captureStep(['apt-config', 'dump', '--format', '%F "%v";%n', 'Acquire'], {
    signal: workshop.signal,
  });
  if (dump.startError === 'ENOENT')
    throw missingTool(
      'missing-tool',
      'apt-get is not installed: packages are resolved and fetched with apt',
      {
        hint: 'run kbuild on Debian or a system with apt installed',
      },
    );
  return dump.stdout
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('Acquire::') && !/^Acquire::(IndexTargets|Languages|ForceHash|By-Hash)/.test(line),
    )
    .map((line) => `${line}\n`)
    .join('');
}

async function isFresh({root}: Archive): Promise<boolean> {
  const stamp = await stat(join(root, 'updated')).catch(() => undefined);
  return stamp !== undefined && Date.now() - stamp.mtimeMs < freshMs;
}

function apt(workshop: Workshop, archive: Archive, args: readonly string[]) {
  return captureStep([...dieWithParent, 'apt-get', ...args], {
    environment: {...stringsOf(process.env), APT_CONFIG: join(archive.root, 'apt.conf'), LC_ALL: 'C'},
    signal: workshop.signal,
  });
}

function stringsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

async function update(workshop: Workshop, archive: Archive): Promise<void> {
  const {suite, architecture} = archive.options;
  const stage = `package lists of ${suite} ${architecture}`;
  workshop.report({kind: 'started', stage});
  const result = await apt(workshop, archive, ['-q', 'update']);
  const outcome = result.outcome === 'ok' ? 'made' : 'failed';
  workshop.report({kind: 'finished', stage, outcome, durationMs: result.durationMs});
  workshop.signal.throwIfAborted();
  if (result.outcome !== 'ok') throw updateFailure(stage, result.stderr);
  await writeFile(join(archive.root, 'updated'), '');
}

function updateFailure(stage: string, stderr: string): KbuildError {
  const said = errorLines(stderr);
  const unsigned = /GPG error|not signed|NO_PUBKEY|public key/.test(stderr);
  return failure(
    unsigned ? 'bad-signature' : 'mirror-unreachable',
    `the ${stage} could not be fetched: ${said}`,
    {
      hint: unsigned
        ? 'check that the mirror is Debian’s, and that debian-archive-keyring is up to date'
        : 'check the network, or name another mirror with KBUILD_DEBIAN_MIRROR',
    },
  );
}

/** Apt's own errors, without its marks and without the user and password of an address. */
export function errorLines(output: string): string {
  const stderr = withoutUser(output);
  const lines = stderr.split('\n').flatMap((line) => /^[EW]: (.*)$/.exec(line)?.[1] ?? []);
  const errors = stderr.split('\n').flatMap((line) => /^E: (.*)$/.exec(line)?.[1] ?? []);
  const shown = [...new Set(errors.length > 0 ? errors : lines)].slice(0, 3);
  return shown.length > 0 ? shown.join('; ') : stderr.trim().split('\n').slice(-1).join('');
}

async function resolve(workshop: Workshop, archive: Archive, set: PackageSet): Promise<LockedSet> {
  const requested = normalRequest(set);
  const system = set.closure === 'userland' ? ['?essential', '?priority(required)'] : [];
  const command =
    set.closure === 'none'
      ? ['-q', 'download', '--print-uris', ...requested]
      : ['-q', 'install', '--yes', '--print-uris', ...system, ...requested];
  const result = await apt(workshop, archive, command);
  workshop.signal.throwIfAborted();
  if (result.outcome !== 'ok') throw resolutionFailure(archive, set, result.stdout, result.stderr);
  const packages = parseUris(result.stdout, archive.mirror);
  const missing = packages.length === 0 ? requested[0] : undefined;
  if (missing !== undefined) throw unknownPackage(archive, set, missing);
  return {requested, packages};
}

function unknownPackage({options, components}: Archive, set: PackageSet, name: string): KbuildError {
  const parts = components.join(', ');
  return badInput(
    'unknown-package',
    `${set.name} asks for the package ${name}, which is not in ${options.suite} for ${options.architecture} (${parts})`,
    {hint: `correct the name; \`apt-cache search\` on a ${options.suite} machine finds names`},
  );
}

function resolutionFailure(archive: Archive, set: PackageSet, stdout: string, stderr: string): KbuildError {
  const unknown =
    /Unable to locate package (\S+)/.exec(stderr)?.[1] ??
    /Package '?([^\s']+)'? has no installation candidate/.exec(stderr)?.[1];
  if (unknown !== undefined) return unknownPackage(archive, set, unknown);
  const unmet = /The following packages have unmet dependencies:\n([\s\S]*)/.exec(stdout)?.[1] ?? '';
  return badInput(
    'unmet-dependencies',
    `apt cannot install the packages of ${set.name} together: ${errorLines(stderr)}`,
    {
      hint: `leave out one of the packages that exclude one another:\n${unmet.trimEnd()}`,
    },
  );
}

/** Reads `'<address>' <name>_<version>_<architecture>.deb <size> SHA256:<digest>` lines of apt's `--print-uris`. */
export function parseUris(text: string, mirror: Mirror): readonly LockedPackage[] {
  const packages = text.split('\n').flatMap((line) => {
    const match = /^'(.+)' (\S+?)_(\S+)_([^_\s]+)\.deb (\d+) SHA256:([0-9a-f]{64})$/.exec(line);
    if (match === null) return [];
    const [, address = '', name = '', version = '', architecture = '', size = '', sha256 = ''] = match;
    const archive: ArchiveName = address.startsWith(mirror['debian-security']) ? 'debian-security' : 'debian';
    const path = decodeURIComponent(address.slice(mirror[archive].length));
    return [
      {name, version: decodeURIComponent(version), architecture, archive, path, size: Number(size), sha256},
    ];
  });
  return packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
