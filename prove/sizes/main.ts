/**
 * `npm run sizes`: builds and boots a recipe for every line of kernels and every architecture, then every recipe with its
 * own kernel and with Debian's, and writes what was measured to docs/sizes.json and docs/sizes.md. What the store has is
 * not built again, what was not asked for keeps what an earlier run has measured.
 *
 *     npm run sizes -- --kernel 6.1 --arch x86_64     this one only; both may be repeated
 *     npm run sizes -- --recipe nfs-tcp               this recipe beside Debian's kernel only; may be repeated
 *     npm run sizes -- --recipe lustre --source lustre=DIR
 *     npm run sizes -- --page                         writes the page from docs/sizes.json, and runs nothing
 */

import {readFile, rm} from 'node:fs/promises';
import {availableParallelism, loadavg} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {architectures} from '../../src/base/architecture.ts';
import {captureStep} from '../../src/base/process.ts';
import {replaceFile} from '../../src/base/replace-file.ts';
import {kernelLines} from '../../src/build/kernel-line.ts';
import {recipesWithProof} from '../recipes.ts';
import {type Answer, seenOf} from './measure.ts';
import {type Seen, type Sizes, sizesPage} from './table.ts';

const recipe = 'nfs-rdma-zfs';
const root = resolve(import.meta.dirname, '../../..');
const kept = join(root, 'docs/sizes.json');
const page = join(root, 'docs/sizes.md');

const {values} = parseArgs({
  options: {
    kernel: {type: 'string', multiple: true},
    arch: {type: 'string', multiple: true},
    recipe: {type: 'string', multiple: true},
    source: {type: 'string', multiple: true, default: []},
    page: {type: 'boolean'},
  },
});
const kernels = kernelLines.map(({version}) => version);
requireKnown('--kernel', values.kernel, kernels);
requireKnown('--arch', values.arch, architectures);
const recipes = await recipesWithProof();
requireKnown('--recipe', values.recipe, [...recipes.keys()]);
const wantsRows = values.recipe === undefined;
const wantsCompared =
  values.recipe !== undefined || (values.kernel === undefined && values.arch === undefined);

let {rows, compared} = await before();
await write();
if (!values.page) {
  for (const {kernel, arch} of wantsRows ? rows : []) {
    if (values.kernel?.includes(kernel) === false || values.arch?.includes(arch) === false) continue;
    console.log(`${kernel} ${arch}`);
    const all = await startOf(recipe, ['--kernel', kernel, '--arch', arch]);
    const seen = 'reason' in all ? all : (all[arch] ?? {reason: `no machine of it is of ${arch}`});
    const row = {kernel, arch, seen};
    rows = rows.map((other) => (other.kernel === kernel && other.arch === arch ? row : other));
    console.log(`  ${'reason' in seen ? seen.reason : 'measured'}`);
    // After each: the whole takes hours.
    await write();
  }
  for (const {recipe: name} of wantsCompared ? compared : []) {
    if (values.recipe?.includes(name) === false) continue;
    console.log(`${name}, its own kernel and Debian's`);
    const given = values.source
      .filter((text) => recipes.get(name)!.includes(text.split('=')[0]!))
      .flatMap((text) => ['--source', text]);
    const own = await startOf(name, ['--no-prove', ...given]);
    const stock = await startOf(name, ['--stock-kernel', ...given]);
    compared = compared.map((other) => (other.recipe === name ? {recipe: name, own, stock} : other));
    for (const seen of [own, stock]) console.log(`  ${'reason' in seen ? seen.reason : 'measured'}`);
    await write();
  }
}

function requireKnown(option: string, given: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = given?.find((one) => !known.includes(one));
  if (unknown === undefined) return;
  console.error(`${option} ${unknown}: there are ${known.join(', ')}`);
  process.exit(2);
}

/** Every line and architecture, and every recipe, with what was measured of it. */
async function before(): Promise<Pick<Sizes, 'rows' | 'compared'>> {
  const text = await readFile(kept, 'utf8').catch(() => undefined);
  const known: Partial<Sizes> = text === undefined ? {} : (JSON.parse(text) as Sizes);
  const none = {reason: 'not run yet'};
  return {
    rows: kernels.flatMap((kernel) =>
      architectures.map((arch) => {
        const row = known.rows?.find((one) => one.kernel === kernel && one.arch === arch);
        return row ?? {kernel, arch, seen: none};
      }),
    ),
    compared: [...recipes.keys()].map(
      (name) => known.compared?.find((one) => one.recipe === name) ?? {recipe: name, own: none, stock: none},
    ),
  };
}

/** Makes the images first, so that a start is not measured while our own compilers have just run. */
async function startOf(name: string, options: readonly string[]): Promise<Seen> {
  const out = join(root, 'prove/work/sizes', [name, ...options].join('').replaceAll(/[^\w.]+/g, '-'));
  const choice = [...options, '--out', out];
  const made = await kbuild('image', name, ...choice.filter((option) => option !== '--no-prove'));
  const load = {processors: availableParallelism(), before: loadavg()[0]!};
  const answer = made.ok === true ? await kbuild('boot', name, ...choice) : made;
  for (const {message} of answer.diagnostics ?? []) console.error(`  ${message}`);
  const seen = await seenOf(answer, load);
  // The images of all recipes take tens of gigabytes.
  await rm(out, {recursive: true, force: true});
  return seen;
}

async function kbuild(...options: readonly string[]): Promise<Answer> {
  const entry = join(root, 'dist/src/cli/main.js');
  const {stdout} = await captureStep([process.execPath, entry, ...options, '--json'], {
    cwd: root,
    environment: process.env as Record<string, string>,
  });
  return JSON.parse(stdout || '{}') as Answer;
}

async function write(): Promise<void> {
  const sizes: Sizes = {version: 1, recipe, rows, compared};
  await replaceFile(kept, `${JSON.stringify(sizes, null, 2)}\n`);
  await replaceFile(page, sizesPage(sizes));
}
