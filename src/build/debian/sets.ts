/** The package sets of the builder and of kernel sources. */

import type {PackageSet} from './release.ts';

const kernelTools = [
  'bc',
  'binutils',
  'bison',
  'ccache',
  'cpio',
  'flex',
  'gcc',
  'kmod',
  'libc6-dev',
  'libelf-dev',
  'libssl-dev',
  'make',
  'openssl',
  'perl',
  'pkg-config',
  'python3-minimal',
  'rsync',
];

const moduleTools = ['autoconf', 'automake', 'file', 'g++', 'libtool', 'patch'];

/** User space parts that out-of-tree modules bring: ZFS's and qtfs's libraries. */
const moduleLibraries = [
  'libaio-dev',
  'libattr1-dev',
  'libblkid-dev',
  'libglib2.0-dev',
  'libjson-c-dev',
  'libtirpc-dev',
  'libudev-dev',
  'uuid-dev',
  'zlib1g-dev',
];

const imageTools = [
  'bzip2',
  'busybox-static',
  'dosfstools',
  'e2fsprogs',
  'erofs-utils',
  'fakeroot',
  'fdisk',
  'mtools',
  'squashfs-tools',
  'systemd-boot-efi',
  'tar',
  'xz-utils',
  'zstd',
];

/** The release whose tools make images, whatever they are images of. */
export const toolsSuite = 'bookworm';

/** Everything that steps run in the container of a release: compilers, and in `toolsSuite` the image tools. */
export function builderSet(suite: string): PackageSet {
  const images = suite === toolsSuite ? imageTools : [];
  return {
    name: 'builder',
    packages: [...kernelTools, ...moduleTools, ...moduleLibraries, ...images],
    closure: 'userland',
  };
}

/** Debian's package of a kernel source: `linux-source-6.1`. */
export function kernelSet(version: string): PackageSet {
  return {name: `kernel/${version}`, packages: [`linux-source-${version}`], closure: 'none'};
}

/** What every image starts with: an init, devices, modules, a network, a shell, a way in. */
const imageBase = [
  'bash',
  'dbus',
  'e2fsprogs',
  'ethtool',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'netbase',
  'openssh-server',
  'pciutils',
  'procps',
  'systemd',
  'systemd-sysv',
  'udev',
];

/** The user space of a recipe's role. */
export function imageSet(recipe: string, role: string, packages: readonly string[]): PackageSet {
  return {name: `image/${recipe}/${role}`, packages: [...imageBase, ...packages], closure: 'userland'};
}
