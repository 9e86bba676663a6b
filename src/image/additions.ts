/** What an image's root has beyond its packages: overlays, enabled units, and the files that make it this host. */

import {chmod, readdir, readFile, readlink, rm, symlink, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import type {Json} from '../base/digest.ts';
import {layOverlay, makeDirectory} from './overlay.ts';
import type {ImageSpec} from './spec.ts';
import {type EnableFault, enableUnits, presetUnits, type UnitLookup} from './units.ts';

export type RootIdentity = {
  readonly rootPartUuid: string;
  readonly espPartUuid: string;
  /** Goes to /etc/kbuild/release as JSON. */
  readonly release: Json;
};

/** Where a root keeps units, the first that has one wins: systemd.unit(5). */
const unitDirectories = ['etc/systemd/system', 'usr/local/lib/systemd/system', 'usr/lib/systemd/system'];
const presetDirectory = 'usr/lib/systemd/system-preset';

/**
 * Fills `destination`. `userland` is a directory with the unit files of the root's packages in their places.
 * Throws bad input that names the recipe when a unit cannot be enabled.
 */
export async function stageAdditions(
  spec: ImageSpec,
  identity: RootIdentity,
  userland: string,
  destination: string,
): Promise<void> {
  await makeDirectory(destination);
  for (const overlay of spec.image.overlays) await layOverlay(overlay, destination);
  for (const [path, text] of Object.entries(spec.files ?? {}))
    await place(destination, path.slice(1), {text});
  for (const [path, file] of Object.entries(hostFiles(spec, identity))) {
    await place(destination, path, file);
  }
  await makeDirectory(join(destination, 'efi'));
  const lookup = await readUnits([destination, userland]);
  const wanted = [...(await overlayPresets(destination)), ...spec.image.enable];
  const {links, faults} = enableUnits(wanted, lookup);
  if (faults.length > 0) throw enableError(spec, faults);
  for (const {path, target} of links) await place(destination, path.slice(1), {link: target});
}

type HostFile = {readonly text: string; readonly mode?: number} | {readonly link: string};

async function place(root: string, path: string, file: HostFile): Promise<void> {
  const to = join(root, path);
  await makeDirectory(dirname(to));
  await rm(to, {force: true});
  if ('link' in file) {
    await symlink(file.link, to);
    return;
  }
  await writeFile(to, file.text);
  await chmod(to, file.mode ?? 0o644);
  if (file.mode === 0o600) await chmod(dirname(to), 0o700);
}

function hostFiles(spec: ImageSpec, identity: RootIdentity): Record<string, HostFile> {
  const host = spec.hostname ?? spec.image.role;
  const keys = spec.access.authorizedKeys;
  return {
    'etc/hostname': {text: `${host}\n`},
    'etc/hosts': {
      text: `127.0.0.1\tlocalhost\n127.0.1.1\t${host}\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
    },
    'etc/fstab': {
      text: [
        '# <file system> <mount point> <type> <options> <dump> <pass>',
        `PARTUUID=${identity.rootPartUuid} / ext4 defaults 0 1`,
        `PARTUUID=${identity.espPartUuid} /efi vfat umask=0077,noauto,nofail 0 0`,
        '',
      ].join('\n'),
    },
    // Empty: systemd gives each machine its own at the first boot, and does not apply presets again.
    'etc/machine-id': {text: ''},
    'etc/resolv.conf': {link: '../run/systemd/resolve/stub-resolv.conf'},
    ...Object.fromEntries(
      Object.entries(spec.image.variables ?? {}).map(([name, values]) => [
        `etc/kbuild/${name}.conf`,
        {text: variablesText(spec.recipe, values)},
      ]),
    ),
    'etc/kbuild/release': {text: `${JSON.stringify(identity.release, null, 1)}\n`},
    ...(keys.length === 0
      ? {}
      : {'root/.ssh/authorized_keys': {text: keys.map((key) => `${key}\n`).join(''), mode: 0o600}}),
  };
}

/** Words of the shell; the recipe was read only if no value of it has a quote. */
function variablesText(recipe: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}='${value}'\n`);
  return `# What the recipe ${recipe} was made with: words of the shell.\n${lines.join('')}`;
}

/** Units that the overlays' own preset files enable, so that an overlay is complete in itself. */
async function overlayPresets(root: string): Promise<string[]> {
  const directory = join(root, presetDirectory);
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.preset')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap(presetUnits);
}

/** Reads all unit files below these roots; an earlier root wins within the same unit directory. */
async function readUnits(roots: readonly string[]): Promise<UnitLookup> {
  const files = new Map<string, {path: string; host: string}>();
  for (const directory of unitDirectories) {
    for (const root of roots) {
      for (const name of await readdir(join(root, directory)).catch(() => [])) {
        if (!files.has(name))
          files.set(name, {path: `/${directory}/${name}`, host: join(root, directory, name)});
      }
    }
  }
  const units = new Map<string, {path: string; text: string}>();
  for (const [name, {path, host}] of files) {
    const target = await readlink(host).catch(() => undefined);
    const real = target === undefined || target === '/dev/null' ? undefined : files.get(basename(target));
    const text =
      target === '/dev/null' ? '' : await readFile(real?.host ?? host, 'utf8').catch(() => undefined);
    if (text !== undefined) units.set(name, {path: real?.path ?? path, text});
  }
  return (name) => units.get(name);
}

function enableError(spec: ImageSpec, faults: readonly EnableFault[]): Error {
  const said = {
    unknown: 'is in none of its packages and overlays',
    masked: 'is masked',
    'nothing-to-install': 'has no [Install] section, so there is nothing to enable',
  } as const;
  const lines = faults.map(({unit, why}) => `${unit}, which ${said[why]}`);
  return badInput(
    'unknown-unit',
    `image ${spec.image.role} of recipe ${spec.recipe} enables ${lines.join('; and ')}`,
    {hint: 'correct the name below `enable`, or add the package or the overlay that brings the unit'},
  );
}
