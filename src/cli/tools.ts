/** The programs of the system that the work needs, the files it needs of them, and the packages they come in. */

import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {boards} from '../boot/architecture.ts';

export type Tool = {
  /** A program looked up in PATH. */
  readonly name: string;
  /** Where it is a file and no program: the places it may be in. */
  readonly files?: readonly string[];
  readonly package: string;
  readonly purpose: string;
};

const plainTools: readonly Tool[] = [
  {name: 'apt-get', package: 'apt', purpose: 'finds and downloads Debian packages'},
  {name: 'mmdebstrap', package: 'mmdebstrap', purpose: 'makes root file systems of Debian packages'},
  {
    name: 'debian-archive-keyring.gpg',
    files: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
    package: 'debian-archive-keyring',
    purpose: 'the keys Debian packages are signed with',
  },
  {name: 'bwrap', package: 'bubblewrap', purpose: 'the container that needs no daemon'},
  {name: 'newuidmap', package: 'uidmap', purpose: 'root file systems without being root'},
  {name: 'flock', package: 'util-linux', purpose: 'locks between runs'},
  {name: 'qemu-img', package: 'qemu-utils', purpose: 'disks of the machines that are booted'},
];

const firmwareNames: Readonly<Record<Architecture, string>> = {x86_64: 'OVMF', arm64: 'AAVMF'};

/** As the launcher's list (kbuild, in the root of the project); what boots machines, for this architecture only. */
export function requiredTools(arch: Architecture): readonly Tool[] {
  const {program, packages, firmware} = boards[arch];
  return [
    ...plainTools,
    {name: program, package: packages.program, purpose: `boots images of ${arch}`},
    {
      name: firmwareNames[arch],
      files: firmware.map(({code}) => code),
      package: packages.firmware,
      purpose: 'UEFI firmware',
    },
  ];
}

/** The tools of the list that are not there. */
export async function missingTools(
  arch: Architecture,
  environment: NodeJS.ProcessEnv,
): Promise<readonly Tool[]> {
  const required = requiredTools(arch);
  const found = await Promise.all(
    required.map(async ({name, files}) =>
      files === undefined ? isInstalled(name, environment) : isAnyThere(files),
    ),
  );
  return required.filter((_, index) => !found[index]);
}

async function isAnyThere(files: readonly string[]): Promise<boolean> {
  const there = await Promise.all(files.map(async (file) => canAccess(file, constants.R_OK)));
  return there.includes(true);
}

/** Whether a program is in PATH, or where Debian keeps those of administrators, out of a user's PATH. */
export async function isInstalled(program: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    if (folder !== '' && (await canAccess(join(folder, program), constants.X_OK))) return true;
  }
  return false;
}

async function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
