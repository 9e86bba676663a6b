/** The files that a recipe is made of, under names that are the same wherever its folders lie. */

import {dirname, isAbsolute, relative, sep} from 'node:path';
import type {RecipeFolders} from './folders.ts';
import type {Layer, MadeOf, Recipe} from './recipe.ts';

type Parts = {
  /** The path of the recipe's own file. */
  readonly own: string;
  /** Of parts and modules. */
  readonly files: readonly string[];
  readonly layers: readonly Layer[];
  readonly base: string;
  readonly images: Recipe['images'];
  readonly folders: RecipeFolders;
};

/** The recipe's own file first; the others, each once, in the order of their names. */
export function madeOf({own, files, layers, base, images, folders}: Parts): readonly MadeOf[] {
  const others = [
    ...files,
    ...layers.flatMap(({patches}) => patches.map(({patch}) => patch.path)),
    ...(isAbsolute(base) ? [base] : []),
    ...Object.values(images).flatMap(({overlays}) => overlays),
  ];
  const named = (path: string): MadeOf => {
    const folder = folders.find((one) => path.startsWith(one + sep)) ?? dirname(own);
    return {name: relative(folder, path), path};
  };
  const byName = [...new Set(others)].map(named).sort((a, b) => (a.name < b.name ? -1 : 1));
  return [named(own), ...byName];
}
