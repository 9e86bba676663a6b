/** Debian's own kernel of a release, out of its packages: what a recipe's is compared with. */

import {copyFile, cp, mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Architecture} from '../../base/architecture.ts';
import {failure} from '../../base/diagnostic.ts';
import {digestOfFile} from '../../base/digest.ts';
import type {Workshop} from '../../base/store.ts';
import type {Kernel, KernelValue} from '../kernel.ts';
import {obtainPackageFiles} from './package-files.ts';
import {type DebianOptions, debianArchitecture} from './release.ts';
import {stockKernelSet} from './sets.ts';

/**
 * What a kernel for every machine has as modules: the drivers of the disk that an image starts from, and of its file system
 * with the checksum, which ext4 asks for by name.
 */
export const stockInitramfsModules = ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'ext4'];

/**
 * The kernel that `linux-image-ARCH` of the suite brings, in the places where one of ours is; its modules are as Debian
 * ships them. Of an object nobody has built it counts none.
 * @throws what `obtainPackageFiles` throws; exit 1 where the modules are compressed, which the initramfs cannot load.
 */
export async function obtainStockKernel(
  workshop: Workshop,
  {arch, ...options}: {readonly arch: Architecture} & Omit<DebianOptions, 'architecture'>,
): Promise<Kernel> {
  const architecture = debianArchitecture(arch);
  const packages = await obtainPackageFiles(workshop, stockKernelSet(arch), {...options, architecture});
  const root = join(packages.dir, 'root');
  return workshop.store.obtain<KernelValue>(workshop, {
    name: 'stock-kernel',
    title: `Debian's kernel (${options.suite} ${architecture})`,
    version: 1,
    inputs: {packages: packages.digest},
    make: async (dir) => {
      const release = await releaseIn(join(root, 'boot'));
      for (const name of ['vmlinuz', 'config', 'System.map']) {
        await copyFile(join(root, 'boot', `${name}-${release}`), join(dir, name));
      }
      const modules = join('lib/modules', release);
      await mkdir(join(dir, 'modules', 'lib/modules'), {recursive: true});
      await cp(join(root, 'usr', modules), join(dir, 'modules', modules), {
        recursive: true,
        verbatimSymlinks: true,
      });
      await requirePlainModules(join(dir, 'modules', modules, 'kernel/fs'));
      return {release, objects: 0, compiled: 0, configDigest: await digestOfFile(join(dir, 'config'))};
    },
    summary: ({release}) => release,
  });
}

async function releaseIn(boot: string): Promise<string> {
  const kernel = (await readdir(boot)).find((name) => name.startsWith('vmlinuz-'));
  if (kernel === undefined) throw new Error(`no kernel in ${boot}`);
  return kernel.slice('vmlinuz-'.length);
}

async function requirePlainModules(dir: string): Promise<void> {
  const names = await readdir(dir, {recursive: true});
  if (names.some((name) => name.endsWith('.ko'))) return;
  throw failure('compressed-modules', "Debian's kernel of this release has compressed modules", {
    hint: 'compare with a line whose Debian has plain ones: --kernel 6.1',
  });
}
