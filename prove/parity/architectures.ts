/** The architectures of a kernel tree, and the defconfigs of each, as the tree's Makefile finds them. */

import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** Every value of ARCH: the folders below arch/, and what the Makefile takes for one of them (SRCARCH). */
export function architectures(tree: string): readonly string[] {
  const makefile = readFileSync(join(tree, 'Makefile'), 'latin1');
  const aliases = makefile.matchAll(/^ifeq \(\$\(ARCH\),(\w+)\)\n\s*SRCARCH\s*:=/gm);
  const folders = readdirSync(join(tree, 'arch')).filter((name) =>
    existsSync(join(tree, 'arch', name, 'Kconfig')),
  );
  return [...new Set([...folders, ...Array.from(aliases, ([, name]) => name!)])].sort();
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
