import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {composedText, composedValue} from '../../src/recipe/composed-text.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {newRecipeText} from '../../src/recipe/new-recipe.ts';
import {openRecipe, type ReadOptions, readRecipe} from '../../src/recipe/read.ts';
import type {Recipe} from '../../src/recipe/recipe.ts';
import {kitchen, moduleText, partText, recipeText} from './kitchen.ts';

const target = {arch: 'x86_64', kernelVersion: '6.1.192'} as const;

async function shown(name: string, options: ReadOptions) {
  const written = await readRecipe(name, options);
  const recipe = composeRecipe(written, target);
  const composed = {written, recipe, file: await openRecipe(name, options), target};
  return {recipe, text: composedText(composed), value: composedValue(composed)};
}

/** What is wanted, by symbol; why and by whom apart: a module says its own goals again. */
function wantedIn({goals}: Recipe): readonly (readonly unknown[])[] {
  return goals
    .map(({symbol, value, optional}) => [symbol, value, optional])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));
}

test('what is shown says of each line where it comes from', async (t) => {
  const {dir} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'parameters: {n: {type: int, default: 64, range: [1, 512], summary: "a, number"}}',
      'use: [a]',
      'goals:',
      '  NUMBER: at least ${n}',
      'images: {h: {summary: a host, packages: [nfs-common, zfsutils-linux], modules: [m]}}',
    ),
    'parts/a.yaml': partText('a', 'goals:', '  NET: {value: y, why: "it: needed"}', 'modules: [m]'),
    'modules/m.yaml': moduleText('m', 'goals: {MODULES: y}'),
  });
  const {text} = await shown('r', {folders: [dir], parameters: ['n=128'], settings: ['TEXT=a "b" ${c}']});
  t.deepEqual(text.replaceAll(`${dir}/`, '').replaceAll(/ +#/g, ' #').split('\n'), [
    '# r as it is for x86_64 and kernel 6.1.192; a comment is where its line comes from',
    'name: r # r.yaml:1',
    'summary: "a recipe" # r.yaml:2',
    'parameters:',
    '  n: {type: int, default: 128, range: [1, 512], summary: "a, number"} # r.yaml:4',
    'kernel:',
    '  base: tinyconfig # r.yaml:3',
    '  version: "6.1" # r.yaml:3',
    'goals:',
    '  MODULES: y # modules/m.yaml:4',
    '  NET: {value: y, why: "it: needed"} # parts/a.yaml:4',
    '  NUMBER: at least 128 # r.yaml:7',
    '  TEXT: "a \\"b\\" $${c}" # --set',
    'modules:',
    '  - m # parts/a.yaml:5',
    'images:',
    '  h: # r.yaml:8',
    '    summary: "a host" # r.yaml:8',
    '    packages:',
    '      - nfs-common # r.yaml:8',
    '      - zfsutils-linux # r.yaml:8',
    '    modules:',
    '      - m # r.yaml:8',
    '    freeMiB: 512 # as where nothing is said',
    '',
  ]);
});

test('what is shown of the project’s recipes is a recipe that asks for the same', async (t) => {
  const folders = await recipeFolders({cwd: import.meta.dirname, environment: {}});
  for (const name of ['nfs-rdma-zfs', 'qtfs-servers']) {
    const kernelVersion = name === 'qtfs-servers' ? '5.10.262' : '6.1.192';
    const written = await readRecipe(name, {folders});
    const recipe = composeRecipe(written, {...target, kernelVersion});
    const file = await openRecipe(name, {folders});
    const {dir} = await kitchen(t, {});
    const path = join(dir, `${name}.yaml`);
    await writeFile(path, composedText({written, recipe, file, target: {...target, kernelVersion}}));
    const again = composeRecipe(await readRecipe(path, {folders}), {...target, kernelVersion});
    t.deepEqual(wantedIn(again), wantedIn(recipe));
    t.deepEqual(again.images, recipe.images);
    t.deepEqual(
      again.modules.map((module) => module.name),
      recipe.modules.map((module) => module.name),
    );
  }
});

test('a new recipe is sound, and asks for what its comments say', async (t) => {
  const folders = await recipeFolders({cwd: import.meta.dirname, environment: {}});
  const {dir} = await kitchen(t, {'mine.yaml': newRecipeText('mine', '/schema.json')});
  const {recipe, value} = await shown(join(dir, 'mine.yaml'), {folders, parameters: ['hostname=two']});
  t.is(recipe.goals.find(({symbol}) => symbol === 'DEFAULT_HOSTNAME')?.value, 'two');
  t.is(recipe.goals.find(({symbol}) => symbol === 'XFS_QUOTA')?.optional, true);
  const {goals} = value as {goals: {symbol: string; file: string; line: number}[]};
  const own = goals.find(({symbol}) => symbol === 'XFS_FS');
  t.regex(own?.file ?? '', /mine\.yaml$/);
  t.is(own?.line, 27);
});
