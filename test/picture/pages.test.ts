import {readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import test from 'ava';
import {svgOf, systemOf} from '../../src/picture/index.ts';
import {listRecipes, readRecipe} from '../../src/recipe/read.ts';

const root = resolve(import.meta.dirname, '../../..');
const folders = [join(root, 'recipes')];

test("every recipe's page shows its machines as they are now", async (t) => {
  const {recipes} = await listRecipes(folders);
  t.true(recipes.length > 0);
  for (const {name} of recipes) {
    const picture = svgOf(systemOf(await readRecipe(name, {folders})));
    const kept = await readFile(join(root, `docs/recipes/${name}.svg`), 'utf8').catch(() => 'none');
    t.true(kept === picture, `docs/recipes/${name}.svg is not what the recipe gives: run npm run pictures`);
    const page = await readFile(join(root, `docs/recipes/${name}.md`), 'utf8').catch(() => '');
    t.true(page.includes(`](${name}.svg)`), `docs/recipes/${name}.md does not show ${name}.svg`);
  }
});
