import {readFile} from 'node:fs/promises';
import test from 'ava';
import {readBootStream} from '../../src/image/bfb.ts';
import {readVendorBase} from '../../src/image/boot-stream.ts';
import {bootStreamResults} from '../../src/job/boot-streams.ts';
import type {ImageRecipe} from '../../src/recipe/recipe.ts';
import {dpuImage} from '../image/dpu-image.ts';

const lists = {packages: [], modules: [], overlays: [], enable: [], commandLine: []};
const role = (name: string): ImageRecipe => ({role: name, summary: name, ...lists, freeMiB: 0});

test('images for arm64 get a boot stream where a base was given, and others none', async (t) => {
  const {files, workshop, image} = await dpuImage(t);
  const images: Readonly<Record<string, ImageRecipe>> = {
    host: role('host'),
    dpu: {...role('dpu'), arch: 'arm64'},
  };
  const request = {recipe: {name: 'qtfs', images}, arch: 'x86_64'} as const;
  const made = {image, address: '10.77.0.1'} as never;
  const madeImages = new Map([
    ['host', made],
    ['dpu', made],
  ]);
  t.deepEqual(await bootStreamResults(workshop, request, madeImages), []);
  const vendor = await readVendorBase(files);
  const results = await bootStreamResults(workshop, {...request, vendor}, madeImages);
  t.deepEqual(
    results.map(({name}) => name),
    ['dpu.bfb'],
  );
  const stream = readBootStream(await readFile(results[0]!.from), 'dpu.bfb');
  t.true(stream.some(({id}) => id === 62));
});
