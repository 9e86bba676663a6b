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

  test(`a spoilt ${recipe} is the recipe, but for one overlay of one machine`, async (t) => {
    t.deepEqual((await readdir(fixtures)).sort(), folders.sort());
    const written = await readFile(resolve(recipes, `${recipe}.yaml`), 'utf8');
    const told = (text: string): readonly string[] =>
      text.split('\n').filter((line) => !/^#|^summary:/.test(line));
    for (const folder of folders) {
      const text = await readFile(resolve(fixtures, folder, `${recipe}.yaml`), 'utf8');
      t.is(text.match(/, spoilt\]/g)?.length, 1, folder);
      t.deepEqual(told(text.replace(', spoilt]', ']')), told(written), folder);
      await t.notThrowsAsync(readRecipe(recipe, {folders: [resolve(fixtures, folder), recipes]}), folder);
    }
  });

  test(`a symbol that ${recipe} is spoilt by is one of its goals, and the check that fails one of its proof`, async (t) => {
    const written = await readRecipe(recipe, {folders: [recipes]});
    const {goals} = composeRecipe(written, {arch: 'x86_64', kernelVersion: '6.1.192'});
    const symbols = goals.map(({symbol}) => symbol);
    const names = findScenario(written.prove!)
      .checks()
      .map(({name}) => name);
    for (const {by, check} of ways) {
      t.true(names.includes(check), check);
      if ('set' in by) t.true(symbols.includes(by.set.split('=')[0]!), by.set);
    }
  });
}
