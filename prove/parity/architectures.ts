/** The architectures of a kernel tree, and the defconfigs of each, as the tree's Makefile finds them. */

import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

/** Values of ARCH whose folder below arch/ has another name (SRCARCH in the Makefile). */
const aliases: Readonly<Record<string, readonly string[]>> = {
  x86: ['i386', 'x86_64'],
  sparc: ['sparc', 'sparc64'],
  parisc: ['parisc', 'parisc64'],
};

/** All values of ARCH that are worth a comparison. */
export function architectures(tree: string): readonly string[] {
  return readdirSync(join(tree, 'arch'))
    .filter((name) => existsSync(join(tree, 'arch', name, 'Kconfig')))
    .sort()
    .flatMap((name) => aliases[name] ?? [name]);
}

/** Paths of the defconfigs below arch/SRCARCH/configs, those `make help` lists (boards, board-dirs) and `defconfig` itself. */
export function defconfigs(tree: string, sourceArch: string): readonly string[] {
  const folder = join('arch', sourceArch, 'configs');
  if (!existsSync(join(tree, folder))) return [];
  return readdirSync(join(tree, folder), {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('defconfig') && name.split('/').length <= 2)
    .sort()
    .map((name) => join(folder, name));
}
