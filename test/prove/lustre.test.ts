import {readdir, readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import test from 'ava';
import {spoilt} from '../../prove/lustre.ts';
import {lustre} from '../../src/boot/scenarios/lustre.ts';
import {readRecipe} from '../../src/recipe/read.ts';

const root = resolve(import.meta.dirname, '../../..');
const fixtures = resolve(root, 'fixtures/lustre');

test('a spoilt recipe is lustre, but for one overlay of one machine', async (t) => {
  const written = await readFile(resolve(root, 'recipes/lustre.yaml'), 'utf8');
  const told = (text: string): readonly string[] =>
    text.split('\n').filter((line) => !/^#|^summary:/.test(line));
  for (const folder of Object.keys(spoilt)) {
    const text = await readFile(resolve(fixtures, folder, 'lustre.yaml'), 'utf8');
    t.is(text.match(/, spoilt\]/g)?.length, 1, folder);
    t.deepEqual(told(text.replace(', spoilt]', ']')), told(written), folder);
    await t.notThrowsAsync(
      readRecipe('lustre', {folders: [resolve(fixtures, folder), resolve(root, 'recipes')]}),
      folder,
    );
  }
});

test('every spoilt recipe is run, and the check that it has to fail is one of the proof', async (t) => {
  t.deepEqual((await readdir(fixtures)).sort(), Object.keys(spoilt).sort());
  const names = lustre.checks().map(({name}) => name);
  for (const check of Object.values(spoilt)) t.true(names.includes(check), check);
});
