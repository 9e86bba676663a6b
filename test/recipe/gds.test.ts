import {resolve} from 'node:path';
import test from 'ava';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {readRecipe} from '../../src/recipe/read.ts';

const recipes = resolve(import.meta.dirname, '../../../recipes');

test('from 6.2 on, gds asks for PCI P2PDMA and all symbols in kallsyms', async (t) => {
  const written = await readRecipe('gds', {folders: [recipes]});
  const symbols = (kernelVersion: string) =>
    composeRecipe(written, {arch: 'x86_64', kernelVersion}).goals.map(({symbol}) => symbol);
  for (const symbol of ['PCI_P2PDMA', 'ZONE_DEVICE', 'MEMORY_HOTPLUG', 'MEMORY_HOTREMOVE', 'KALLSYMS_ALL']) {
    t.true(symbols('6.12.1').includes(symbol), symbol);
    t.false(symbols('6.1.192').includes(symbol), symbol);
  }
});
