import {readdir, readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import test from 'ava';
import {spoilt} from '../../prove/gds.ts';
import {gds} from '../../src/boot/scenarios/gds.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {readRecipe} from '../../src/recipe/read.ts';

const root = resolve(import.meta.dirname, '../../..');
const fixtures = resolve(root, 'fixtures/gds');
const own = resolve(root, 'recipes');

test('a spoilt recipe is gds, but for one line', async (t) => {
  const told = (text: string): readonly string[] =>
    text.split('\n').filter((line) => !/^# yaml|^summary:/.test(line));
  const written = told(await readFile(resolve(own, 'gds.yaml'), 'utf8'));
  for (const folder of Object.keys(spoilt)) {
    const lines = told(await readFile(resolve(fixtures, folder, 'gds.yaml'), 'utf8'));
    const others = lines.filter((line) => !line.endsWith('# spoilt'));
    t.is(lines.length - others.length, 1, folder);
    t.true(written.length - others.length <= 1, folder);
    t.deepEqual(
      others.filter((line) => !written.includes(line)),
      [],
      folder,
    );
    await t.notThrowsAsync(readRecipe('gds', {folders: [resolve(fixtures, folder), own]}), folder);
  }
});

test('every spoilt recipe is run, and the check that it has to fail is one of the proof', async (t) => {
  t.deepEqual((await readdir(fixtures)).sort(), Object.keys(spoilt).sort());
  const names = gds.checks().map(({name}) => name);
  for (const {check} of Object.values(spoilt)) t.true(names.includes(check), check);
});

test('from 6.2 on, gds asks for PCI P2PDMA and all symbols in kallsyms', async (t) => {
  const written = await readRecipe('gds', {folders: [own]});
  const symbols = (kernelVersion: string) =>
    composeRecipe(written, {arch: 'x86_64', kernelVersion}).goals.map(({symbol}) => symbol);
  for (const symbol of ['PCI_P2PDMA', 'ZONE_DEVICE', 'MEMORY_HOTPLUG', 'MEMORY_HOTREMOVE', 'KALLSYMS_ALL']) {
    t.true(symbols('6.12.1').includes(symbol), symbol);
    t.false(symbols('6.1.192').includes(symbol), symbol);
  }
});
