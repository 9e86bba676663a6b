/**
 * `npm run sizes`: builds and boots a recipe for every line of kernels and every architecture, and writes what was
 * measured to docs/sizes.json and docs/sizes.md. What the store has is not built again, what was not asked for keeps
 * what an earlier run has measured.
 *
 *     npm run sizes -- --kernel 6.1 --arch x86_64     this one only; both may be repeated
 *     npm run sizes -- --page                         writes the page from docs/sizes.json, and runs nothing
 */

import {readFile} from 'node:fs/promises';
import {availableParallelism, loadavg} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {architectures} from '../../src/base/architecture.ts';
import {captureStep} from '../../src/base/process.ts';
import {replaceFile} from '../../src/base/replace-file.ts';
import {kernelLines} from '../../src/build/kernel-line.ts';
import {type Answer, seenOf} from './measure.ts';
import {type Row, type Sizes, sizesPage} from './table.ts';

const recipe = 'nfs-rdma-zfs';
const root = resolve(import.meta.dirname, '../../..');
const kept = join(root, 'docs/sizes.json');
const page = join(root, 'docs/sizes.md');

const {values} = parseArgs({
  options: {
    kernel: {type: 'string', multiple: true},
    arch: {type: 'string', multiple: true},
    page: {type: 'boolean'},
  },
});
const kernels = kernelLines.map(({version}) => version);
requireKnown('--kernel', values.kernel, kernels);
requireKnown('--arch', values.arch, architectures);

let rows: readonly Row[] = await rowsBefore();
await write();
if (!values.page) {
  for (const {kernel, arch} of rows) {
    if (values.kernel?.includes(kernel) === false || values.arch?.includes(arch) === false) continue;
    console.log(`${kernel} ${arch}`);
    const row = await run(kernel, arch);
    rows = rows.map((other) => (other.kernel === kernel && other.arch === arch ? row : other));
    console.log(`  ${'reason' in row.seen ? row.seen.reason : 'measured'}`);
    // After each: the whole takes hours.
    await write();
  }
}

function requireKnown(option: string, given: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = given?.find((one) => !known.includes(one));
  if (unknown === undefined) return;
  console.error(`${option} ${unknown}: there are ${known.join(', ')}`);
  process.exit(2);
}

/** Every line and architecture, with what was measured of it. */
async function rowsBefore(): Promise<readonly Row[]> {
  const text = await readFile(kept, 'utf8').catch(() => undefined);
  const before = text === undefined ? [] : (JSON.parse(text) as Sizes).rows;
  return kernels.flatMap((kernel) =>
    architectures.map((arch) => {
      const seen = before.find((row) => row.kernel === kernel && row.arch === arch)?.seen;
      return {kernel, arch, seen: seen ?? {reason: 'not run yet'}};
    }),
  );
}

/** Makes the images first, so that a start is not measured while our own compilers have just run. */
async function run(kernel: string, arch: Row['arch']): Promise<Row> {
  const out = join(root, 'prove/work/sizes', `${kernel}-${arch}`);
  const choice = ['--kernel', kernel, '--arch', arch, '--out', out];
  const made = await kbuild('image', ...choice);
  const load = {processors: availableParallelism(), before: loadavg()[0]!};
  const answer = made.ok === true ? await kbuild('boot', ...choice) : made;
  return {kernel, arch, seen: await seenOf(answer, arch, load)};
}

async function kbuild(command: string, ...options: readonly string[]): Promise<Answer> {
  const entry = join(root, 'dist/src/cli/main.js');
  const {stdout} = await captureStep([process.execPath, entry, command, recipe, ...options, '--json'], {
    cwd: root,
    environment: process.env as Record<string, string>,
  });
  return JSON.parse(stdout || '{}') as Answer;
}

async function write(): Promise<void> {
  const sizes: Sizes = {version: 1, recipe, rows};
  await replaceFile(kept, `${JSON.stringify(sizes, null, 2)}\n`);
  await replaceFile(page, sizesPage(sizes));
}
