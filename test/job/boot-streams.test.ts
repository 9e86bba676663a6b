import {readFile} from 'node:fs/promises';
import test from 'ava';
import {readBootStream} from '../../src/image/bfb.ts';
import {readVendorBase} from '../../src/image/boot-stream.ts';
import {bootStreamResults} from '../../src/job/boot-streams.ts';
import type {JobRequest} from '../../src/job/request.ts';
import type {ImageRecipe} from '../../src/recipe/recipe.ts';
import {dpuImage} from '../image/dpu-image.ts';

const lists = {packages: [], modules: [], overlays: [], enable: [], commandLine: []};
const role = (name: string): ImageRecipe => ({role: name, summary: name, ...lists, freeMiB: 0});

test('images for arm64 get a boot stream where a base was given, and others none', async (t) => {
  const {files, workshop, image} = await dpuImage(t);
  const request: JobRequest = {
    recipe: {
      name: 'qtfs',
      summary: '',
      kernel: {base: 'tinyconfig', version: '6.1'},
      parts: [],
      own: {origin: 'qtfs', applies: [{}], goals: [], modules: []},
      settings: [],
      images: {host: role('host'), dpu: {...role('dpu'), arch: 'arm64'}},
    },
    upTo: 'image',
    arch: 'x86_64',
    engine: 'auto',
    outDir: '',
    access: {authorizedKeys: []},
    locked: false,
    jobs: 1,
  };
  const made = {image, address: '10.77.0.1'} as never;
  const images = new Map([
    ['host', made],
    ['dpu', made],
  ]);
  t.deepEqual(await bootStreamResults(workshop, request, images), []);
  const vendor = await readVendorBase(files);
  const results = await bootStreamResults(workshop, {...request, vendor}, images);
  t.deepEqual(
    results.map(({name}) => name),
    ['dpu.bfb'],
  );
  const stream = readBootStream(await readFile(results[0]!.from), 'dpu.bfb');
  t.true(stream.some(({id}) => id === 62));
});
