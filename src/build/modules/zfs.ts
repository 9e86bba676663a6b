/** OpenZFS from Debian's zfs-dkms package: its source, and the steps its makers document for building modules only. */

import {type Architecture, gnuTriplets, machineArchitecture} from '../../base/architecture.ts';
import type {ModuleRecipe} from './stage.ts';

/** `deb` is the path of the zfs-dkms package, in the pool; `version` its upstream version: `2.1.11`. */
export function zfsModule(
  deb: {path: string; sha256: string; version: string},
  arch: Architecture,
): ModuleRecipe {
  const unpacked = `usr/src/zfs-${deb.version}`;
  const source = `/out/${unpacked}`;
  return {
    name: 'zfs',
    version: deb.version,
    sourceDigest: deb.sha256,
    sourcePath: deb.path,
    steps: [
      {title: 'unpack', cwd: '/out', argv: ['dpkg-deb', '--extract', '/in/source', '/out']},
      {
        title: 'configure',
        cwd: source,
        argv: [
          './configure',
          '--disable-dependency-tracking',
          '--with-config=kernel',
          '--with-linux=/src',
          '--with-linux-obj=/build',
          // Its own assembler code is chosen by the machine it is for.
          ...(arch === machineArchitecture() ? [] : [`--host=${gnuTriplets[arch]}`]),
        ],
      },
      {title: 'make', cwd: source, argv: ['make', '-C', 'module']},
    ],
    // configure leaves modules of its own trials elsewhere.
    modulesIn: `${unpacked}/module`,
    needsBytes: 1.5e9,
  };
}
