/** The package sets of the builder and of kernel sources. */

import {type Architecture, machineArchitecture} from '../../base/architecture.ts';
import {debianArchitecture, type PackageSet} from './release.ts';

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
  // For KERNEL_ZSTD.
  'zstd',
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

/** The compiler for another architecture, and the C library its programs are linked with. */
const crossTools: Readonly<Record<Architecture, readonly string[]>> = {
  x86_64: ['gcc-x86-64-linux-gnu', 'libc6-dev-amd64-cross'],
  arm64: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
};

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
];

/** The release whose tools make images, whatever they are images of. */
export const toolsSuite = 'bookworm';

/**
 * Everything that steps run in the container of a release, on this machine: compilers for `target`, and in
 * `toolsSuite` the image tools.
 */
export function builderSet(suite: string, target: Architecture, machine = machineArchitecture()): PackageSet {
  const own = target === machine ? moduleLibraries : crossTools[target];
  const images = suite === toolsSuite ? imageTools : [];
  return {
    name: target === machine ? 'builder' : `builder/${target}`,
    packages: [...kernelTools, ...moduleTools, ...own, ...images],
    closure: 'userland',
  };
}

/** The builder of a release with what a module's steps need besides; undefined where they need nothing. */
export function moduleBuilderSet(
  {name, packages}: {readonly name: string; readonly packages: readonly string[]},
  suite: string,
  target: Architecture,
  machine = machineArchitecture(),
): PackageSet | undefined {
  if (packages.length === 0) return undefined;
  const common = builderSet(suite, target, machine);
  return {...common, name: `${common.name}/modules/${name}`, packages: [...common.packages, ...packages]};
}

/** What programs for another architecture are compiled against, unpacked: libraries as its machines run them. */
export function sysrootSet(): PackageSet {
  return {name: 'sysroot', packages: ['libc6-dev', ...moduleLibraries], closure: 'dependencies'};
}

/** What images take from `toolsSuite` in their own architecture: a boot loader, and the program of the initramfs. */
export function bootFilesSet(): PackageSet {
  return {name: 'boot-files', packages: ['busybox-static', 'systemd-boot-efi'], closure: 'none'};
}

/** Debian's package of a kernel source: `linux-source-6.1`. */
export function kernelSet(version: string): PackageSet {
  return {name: `kernel/${version}`, packages: [`linux-source-${version}`], closure: 'none'};
}

/** The configurations that Debian builds a kernel line with, for one architecture: `linux-config-6.1`. */
export function kernelConfigSet(version: string): PackageSet {
  return {name: `kernel-config/${version}`, packages: [`linux-config-${version}`], closure: 'none'};
}

/** Debian's own kernel, with the tools that its package asks for. */
export function stockKernelSet(arch: Architecture): PackageSet {
  return {
    name: 'stock-kernel',
    packages: [`linux-image-${debianArchitecture(arch)}`],
    closure: 'dependencies',
  };
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
