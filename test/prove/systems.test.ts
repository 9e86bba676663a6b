import {readdir, readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import test from 'ava';
import {spoilt as spoiltPools} from '../../prove/layouts.ts';
import {spoilt} from '../../prove/systems.ts';
import {findScenario} from '../../src/boot/index.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {readRecipe} from '../../src/recipe/read.ts';

const root = resolve(import.meta.dirname, '../../..');
const recipes = resolve(root, 'recipes');

for (const [recipe, ways] of Object.entries({...spoilt, 'nfs-rdma-zfs': spoiltPools})) {
  const fixtures = resolve(root, 'fixtures', recipe);
  const folders = ways.flatMap(({by}) => ('folder' in by ? [by.folder] : []));

  test(`a spoilt ${recipe} is the recipe, but for one line that says so`, async (t) => {
    t.deepEqual(await foldersIn(fixtures), folders.sort());
    const told = (text: string): readonly string[] =>
      text.split('\n').filter((line) => !/^#|^summary:/.test(line));
    const written = told(await readFile(resolve(recipes, `${recipe}.yaml`), 'utf8'));
    for (const folder of folders) {
      const lines = told(await readFile(resolve(fixtures, folder, `${recipe}.yaml`), 'utf8'));
      t.is(lines.length, written.length, folder);
      const changed = lines.filter((line, index) => line !== written[index]);
      t.is(changed.length, 1, folder);
      t.regex(changed[0]!, /, spoilt\]$|# spoilt$/, folder);
      await t.notThrowsAsync(readRecipe(recipe, {folders: [resolve(fixtures, folder), recipes]}), folder);
    }
  });

  test(`a symbol that ${recipe} is spoilt by is one of its goals, and the check that fails one of its proof`, async (t) => {
    const written = await readRecipe(recipe, {folders: [recipes]});
    t.truthy(written.prove);
    const names = findScenario(written.prove!)
      .checks()
      .map(({name}) => name);
    for (const {by, kernel, check} of ways) {
      t.true(names.includes(check), check);
      if (!('set' in by)) continue;
      const {goals} = composeRecipe(written, {arch: 'x86_64', kernelVersion: `${kernel ?? '6.1'}.1`});
      t.true(
        goals.some(({symbol}) => symbol === by.set.split('=')[0]),
        by.set,
      );
    }
  });
}

/** In order; none where there is no such directory. */
async function foldersIn(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return found.sort();
}
