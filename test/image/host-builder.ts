/** A builder for tests: the tools of this machine in bubblewrap, as an ordinary user without network. */

import {existsSync} from 'node:fs';
import {captureStep, runStep} from '../../src/base/process.ts';
import {type Builder, type ContainerStep, sourceDateEpoch} from '../../src/build/container.ts';

function argvOf(step: ContainerStep): string[] {
  const links = ['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  const mounts = step.mounts.flatMap(({source, target, readOnly}) => [
    readOnly ? '--ro-bind' : '--bind',
    source,
    target,
  ]);
  const environment = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/tmp',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(sourceDateEpoch),
    ...step.environment,
  };
  const system = [
    '--ro-bind',
    '/usr',
    '/usr',
    '--ro-bind',
    '/etc',
    '/etc',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
  ];
  return [
    'bwrap',
    '--unshare-all',
    '--die-with-parent',
    '--clearenv',
    '--uid',
    '1000',
    '--gid',
    '1000',
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...system,
    ...links,
    '--tmpfs',
    '/tmp',
    ...mounts,
    ...step.argv,
  ];
}

export const hostBuilder: Builder = {
  digest: 'tools of this machine',
  run: (step) => runStep(argvOf(step), step),
  capture: (step) => captureStep(argvOf(step), step),
};

/** Whether this machine has what the builder has. */
export const hasTools = [
  '/usr/bin/bwrap',
  '/usr/bin/fakeroot',
  '/usr/bin/mcopy',
  '/usr/sbin/mkfs.vfat',
  '/usr/bin/objcopy',
  '/usr/bin/zstd',
  '/bin/busybox',
  '/usr/lib/systemd/boot/efi/linuxx64.efi.stub',
  '/usr/sbin/sfdisk',
].every((path) => existsSync(path));
