/** Where Debian's packages come from: a setting, or the machine's own apt configuration. */

import {badInput, missingTool} from '../../base/diagnostic.ts';
import {captureStep} from '../../base/process.ts';
import type {ArchiveName} from './release.ts';

/** The addresses of the two archives, each ending in a slash. */
export type Mirror = Readonly<Record<ArchiveName, string>>;

const settingNames = {
  debian: 'KBUILD_DEBIAN_MIRROR',
  'debian-security': 'KBUILD_DEBIAN_SECURITY_MIRROR',
} as const;

const hint = `set ${settingNames.debian} to the address of a Debian mirror, the directory that has dists/ and pool/`;

/**
 * The mirror to use.
 *
 * @throws exit 2 where a setting is no address; exit 3 where there is neither a setting nor an apt
 *   configuration that names Debian's archives.
 */
export async function findMirror(
  environment: Readonly<NodeJS.ProcessEnv>,
  signal?: AbortSignal,
): Promise<Mirror> {
  const debian = addressSetting(environment, 'debian');
  const security =
    addressSetting(environment, 'debian-security') ??
    (debian === undefined ? undefined : siblingArchive(debian));
  if (debian !== undefined && security !== undefined) return {debian, 'debian-security': security};
  const machine = await mirrorOfMachine(signal);
  const found = {debian: debian ?? machine.debian, security: security ?? machine['debian-security']};
  const base = found.debian;
  if (base === undefined)
    throw missingTool('no-mirror', "apt's configuration on this machine names no Debian archive", {hint});
  const guessed = found.security ?? siblingArchive(base);
  if (guessed === undefined)
    throw missingTool(
      'no-mirror',
      `no address of the security archive that goes with ${withoutUser(base)} is known`,
      {
        hint: `set ${settingNames['debian-security']} to its address`,
      },
    );
  return {debian: base, 'debian-security': guessed};
}

function addressSetting(environment: Readonly<NodeJS.ProcessEnv>, archive: ArchiveName): string | undefined {
  const name = settingNames[archive];
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  // Apt reads its sources line by line and word by word.
  if (!/^(https?|file|copy|ftp):\/*[^\s[\]]+$/.test(text))
    throw badInput(
      'bad-mirror',
      // Where no address can be told, neither can what of it is a password.
      `${name} is ${text.includes('@') ? 'set to what' : `${JSON.stringify(text)}, which`} is no http, https or file address`,
      {hint},
    );
  return withSlash(text);
}

/** A text to be shown, without the `user:password@` of the addresses in it. */
export function withoutUser(text: string): string {
  return text.replace(/\b((?:https?|ftp|socks\w*):\/*)[^\s/]*@/gi, '$1');
}

/** Mirrors keep the security archive beside the main one, under this name. */
function siblingArchive(debian: string): string | undefined {
  return debian.endsWith('/debian/') ? debian.replace(/\/debian\/$/, '/debian-security/') : undefined;
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}

async function mirrorOfMachine(signal?: AbortSignal): Promise<Partial<Mirror>> {
  const fields = ['REPO_URI', 'RELEASE', 'COMPONENT', 'ORIGIN'];
  const format = fields.map((field) => `$(${field})`).join('|');
  const argv = ['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'];
  const targets = await captureStep(argv, signal === undefined ? {} : {signal});
  if (targets.startError === 'ENOENT')
    throw missingTool(
      'missing-tool',
      'apt-get is not installed: packages are resolved and fetched with apt',
      {
        hint: 'run kbuild on Debian or a system with apt installed',
      },
    );
  signal?.throwIfAborted();
  return debianTargets(targets.stdout);
}

/**
 * Picks Debian's archives out of `apt-get indextargets`, one `address|release|component|origin` a line, leaving
 * out what others publish: their releases or components have other names, and where the lists were fetched,
 * another origin.
 */
export function debianTargets(text: string): Partial<Mirror> {
  const mirror: {-readonly [name in ArchiveName]?: string} = {};
  for (const line of text.split('\n')) {
    const [address, release, component, origin] = line.split('|');
    if (address === undefined || release === undefined || component !== 'main') continue;
    if (origin !== undefined && origin !== '' && origin !== 'Debian') continue;
    const archive = archiveOf(release);
    if (archive !== undefined) mirror[archive] ??= withSlash(address);
  }
  return mirror;
}

const releaseName =
  /^(?:oldoldstable|oldstable|stable|testing|bullseye|bookworm|trixie|forky|duke)(-updates|-security|\/updates)?$/;

function archiveOf(release: string): ArchiveName | undefined {
  const match = releaseName.exec(release);
  if (match === null) return undefined;
  return match[1] === '-security' || match[1] === '/updates' ? 'debian-security' : 'debian';
}
