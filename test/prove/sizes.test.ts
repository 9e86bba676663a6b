import {mkdir, mkdtemp, open, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Answer, seenOf} from '../../prove/sizes/measure.ts';
import {type Measured, type Seen, type Sizes, sizesPage} from '../../prove/sizes/table.ts';
import {architectures} from '../../src/base/architecture.ts';
import {kernelLines} from '../../src/build/kernel-line.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {listRecipes} from '../../src/recipe/read.ts';

const load = {processors: 2, before: 0.34};
const docs = resolve(import.meta.dirname, '../../../docs');

/** What a job leaves: a manifest, a report, and a disk of 8 MiB that is a hole but for 64 KiB. */
async function jobOf(t: ExecutionContext): Promise<Answer & {readonly outDir: string}> {
  const outDir = await mkdtemp(join(tmpdir(), 'kbuild-sizes-'));
  t.teardown(() => rm(outDir, {recursive: true, force: true}));
  await mkdir(outDir, {recursive: true});
  const disk = await open(join(outDir, 'host.img'), 'w');
  await disk.truncate(8 << 20);
  await disk.write(new Uint8Array(64 << 10).fill(1), 0, 64 << 10, 4 << 20);
  await disk.sync();
  await disk.close();
  const files = Object.entries({
    vmlinuz: 5_239_808,
    'modules/zfs/zfs.ko': 4_000_000,
    'modules/zfs/spl.ko': 100_000,
    'host.img': 8 << 20,
    'host.vmlinuz': 5_239_808,
    'host.initramfs': 925_681,
    'report.json': 1,
  }).map(([path, bytes]) => ({path, bytes, sha256: ''}));
  const kernels = {x86_64: {release: '6.1.192', modules: {files: 200, bytes: 12_345_678}}};
  await writeFile(join(outDir, 'manifest.json'), JSON.stringify({version: 1, inputs: {kernels}, files}));
  const acceleration = {kind: 'tcg', cpu: 'Nehalem', reason: 'no /dev/kvm'} as const;
  return {
    ok: true,
    outDir,
    boot: {
      version: 1,
      scenario: 'nfs-rdma',
      outcome: 'passed',
      acceleration,
      machines: [
        {
          name: 'host',
          role: 'host',
          architecture: 'x86_64',
          acceleration,
          boots: [
            {firmwareSeconds: 7.7, kernelSeconds: 10.7, shellSeconds: 18.9, readySeconds: 62.5},
            {firmwareSeconds: 5.1, kernelSeconds: 6.7, shellSeconds: 11.3, readySeconds: 38.9},
          ],
          logs: {console: '', shell: '', qemu: ''},
        },
      ],
      checks: [],
      durationMs: 1,
      logDir: '',
    },
  };
}

test('sizes are those of the manifest, of the disk also what it takes; times are of the first start', async (t) => {
  const seen = onlyOf(await seenOf(await jobOf(t), load));
  const [host] = seen.machines;
  t.true(host!.allocatedBytes >= 64 << 10 && host!.allocatedBytes < 8 << 20, String(host!.allocatedBytes));
  t.deepEqual(seen, {
    release: '6.1.192',
    kernelBytes: 5_239_808,
    modules: {files: 200, bytes: 12_345_678},
    outOfTree: {zfs: {files: 2, bytes: 4_100_000}},
    acceleration: {kind: 'tcg', cpu: 'Nehalem'},
    load,
    machines: [
      {
        role: 'host',
        initramfsBytes: 925_681,
        diskBytes: 8 << 20,
        allocatedBytes: host!.allocatedBytes,
        start: {kernel: 7.7, init: 10.7, up: 62.5},
      },
    ],
  });
});

test('of a job that failed the reason is what its error is called, which names no path and no mirror, of one that did not boot that', async (t) => {
  const failed: Answer = {
    ok: false,
    exitCode: 3,
    diagnostics: [
      {code: 'missing-tool', message: 'qemu-system-aarch64 is not installed'},
      {code: 'other', message: 'and more'},
    ],
  };
  t.deepEqual(await seenOf(failed, load), {reason: 'ended with 3: missing-tool'});
  t.deepEqual(await seenOf({}, load), {reason: 'ended with no exit code: it said nothing'});
  const {boot: _, ...imagesOnly} = await jobOf(t);
  t.deepEqual(await seenOf(imagesOnly, load), {reason: 'the recipe has no proof that boots'});
});

test('the page has a row for each, and says why of what it has no figures for', async (t) => {
  const seen = onlyOf(await seenOf(await jobOf(t), load));
  const machines = [{...seen.machines[0]!, allocatedBytes: 345_600_000, diskBytes: 1_171_259_392}];
  const page = sizesPage({
    version: 1,
    recipe: 'nfs-rdma-zfs',
    rows: [
      {kernel: '6.1', arch: 'x86_64', seen: {...seen, machines}},
      {kernel: '6.1', arch: 'arm64', seen: {reason: 'ended with 3: a | b'}},
    ],
    compared: [
      {
        recipe: 'nfs-rdma-zfs',
        own: {x86_64: {...seen, machines}},
        stock: {
          x86_64: {
            ...seen,
            release: '6.1.0-56-amd64',
            machines: [{...machines[0]!, failedUnits: ['zfs.service']}],
          },
        },
      },
      {recipe: 'ceph', own: {reason: 'no time'}, stock: {reason: 'not run yet'}},
    ],
  });
  const lines = page.split('\n');
  t.true(lines.includes('| 6.1 | x86_64 | 6.1.192 | 5.24 MB | 200, 12.35 MB | zfs: 2, 4.10 MB |'), page);
  t.true(
    lines.includes('| 6.1 | x86_64 | host | 0.93 MB | 1171 MB | 346 MB | 7.7 s | 10.7 s | 62.5 s |'),
    page,
  );
  t.true(lines.includes('| 6.1 | arm64 | - | - | - | - |'));
  t.true(lines.includes('| 6.1 | arm64 | - | - | - | - | - | - | - |'));
  const way =
    'emulated by QEMU, without KVM, as Nehalem, on 2 processors with a load of 0.3 before the start.';
  t.true(lines.includes(`- 6.1, x86_64: ${way}`));
  t.true(lines.includes('- 6.1, arm64: ended with 3: a | b'));
  t.true(
    lines.includes("| nfs-rdma-zfs | x86_64 | Debian's | 6.1.0-56-amd64 | 5.24 MB | 200, 12.35 MB |"),
    page,
  );
  t.true(
    lines.includes('| nfs-rdma-zfs | host | x86_64 | its own | 1171 MB | 7.7 s | 10.7 s | 62.5 s | none |'),
    page,
  );
  t.true(
    lines.includes(
      "| nfs-rdma-zfs | host | x86_64 | Debian's | 1171 MB | 7.7 s | 10.7 s | 62.5 s | zfs.service |",
    ),
    page,
  );
  t.true(lines.includes('- ceph, its own kernel: no time'), page);
});

test('machines that were started and not proved are measured as those of a proof', async (t) => {
  const {boot, ...job} = await jobOf(t);
  const machines = boot!.machines.map((machine) => ({...machine, failedUnits: ['zfs.service']}));
  const [host] = onlyOf(await seenOf({...job, machines}, load)).machines;
  t.deepEqual(host!.start, {kernel: 7.7, init: 10.7, up: 62.5});
  t.deepEqual(host!.failedUnits, ['zfs.service']);
});

test('machines of several architectures are measured apart, each with its kernel and its modules', async (t) => {
  const {boot, ...job} = await jobOf(t);
  const path = join(job.outDir, 'manifest.json');
  const {inputs, files} = JSON.parse(await readFile(path, 'utf8'));
  const kernels = {...inputs.kernels, arm64: {release: '6.1.193', modules: {files: 1, bytes: 2}}};
  const more = [
    ...files,
    {path: 'dpu.img', bytes: 4 << 20},
    {path: 'dpu.vmlinuz', bytes: 11_000_000},
    {path: 'dpu.initramfs', bytes: 3},
    {path: 'arm64/modules/qtfs/qtfs.ko', bytes: 5},
  ];
  await writeFile(join(job.outDir, 'dpu.img'), '');
  await writeFile(path, JSON.stringify({version: 1, inputs: {kernels}, files: more}));
  const [host] = boot!.machines;
  const dpu = {...host!, name: 'dpu', role: 'dpu', architecture: 'arm64' as const};
  const seen = await seenOf({...job, boot: {...boot!, machines: [host!, dpu]}}, load);
  if ('reason' in seen) return t.fail(seen.reason);
  t.is(seen.x86_64!.kernelBytes, 5_239_808);
  t.is(seen.arm64!.kernelBytes, 11_000_000);
  t.is(seen.arm64!.release, '6.1.193');
  t.deepEqual(seen.arm64!.outOfTree.qtfs, {files: 1, bytes: 5});
  t.deepEqual([seen.x86_64!.machines.length, seen.arm64!.machines.length], [1, 1]);
});

/** Of a job whose machines are all of x86_64. */
function onlyOf(seen: Seen): Measured {
  if ('reason' in seen) throw new Error(seen.reason);
  return seen.x86_64!;
}

test('docs/sizes.md is the page of docs/sizes.json, with a row for every line and architecture, and every recipe', async (t) => {
  const sizes = JSON.parse(await readFile(join(docs, 'sizes.json'), 'utf8')) as Sizes;
  t.is(await readFile(join(docs, 'sizes.md'), 'utf8'), sizesPage(sizes), 'run npm run sizes -- --page');
  t.deepEqual(
    sizes.rows.map(({kernel, arch}) => `${kernel} ${arch}`),
    kernelLines.flatMap(({version}) => architectures.map((arch) => `${version} ${arch}`)),
  );
  const {recipes} = await listRecipes(await recipeFolders({cwd: import.meta.dirname, environment: {}}));
  t.deepEqual(
    sizes.compared.map(({recipe}) => recipe),
    recipes.map(({name}) => name),
  );
});
