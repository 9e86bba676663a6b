/**
 * `npm run pictures`: draws the machines of every recipe of the project into docs/recipes/NAME.svg, which the page
 * docs/recipes/NAME.md shows. A test fails where one is missing or is not what the recipe gives now.
 */

import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {replaceFile} from '../src/base/replace-file.ts';
import {svgOf, systemOf} from '../src/picture/index.ts';
import {listRecipes, readRecipe} from '../src/recipe/read.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = join(root, 'docs/recipes');
const folders = [join(root, 'recipes')];

await mkdir(pages, {recursive: true});
for (const {name} of (await listRecipes(folders)).recipes) {
  const path = join(pages, `${name}.svg`);
  await replaceFile(path, svgOf(systemOf(await readRecipe(name, {folders}))));
  console.log(path);
}
