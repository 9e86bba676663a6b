import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import type {Builder} from '../../src/build/container.ts';
import {obtainPatchedSource} from '../../src/build/patches.ts';
import type {KernelSource} from '../../src/build/source.ts';
import type {Patch} from '../../src/recipe/recipe.ts';
import {hostBuilder, runs} from './engines/host-root.ts';
import {temporaryDirectory, temporaryWorkshop} from './engines/workshop.ts';

const usable =
  (await runs('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true')) &&
  (await runs('rsync', '--version')) &&
  (await runs('patch', '--version'));
const withTools = usable ? test : test.skip;

const makefile = 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\nEXTRAVERSION =\nNAME = x\n';

type Trial = {
  readonly source: KernelSource;
  readonly builder: Builder;
  readonly patch: (text: string) => Patch;
};

function trial(t: ExecutionContext): Trial {
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, 'linux/.git'), {recursive: true});
  writeFileSync(join(dir, 'linux/Makefile'), makefile);
  writeFileSync(join(dir, 'linux/Kconfig'), 'mainmenu "x"\n');
  writeFileSync(join(dir, 'linux/main.c'), 'one\ntwo\nthree\n');
  let count = 0;
  return {
    source: {kind: 'debian', dir: join(dir, 'linux'), digest: 'a'.repeat(64), release: '6.1.9'},
    builder: hostBuilder(t),
    patch: (text) => {
      count += 1;
      const path = join(dir, `${count}.patch`);
      writeFileSync(path, text);
      const place = {file: 'r.yaml', text: '1\n', start: 0};
      return {path, folder: dir, origin: 'r', place};
    },
  };
}

function change(file: string, from: string, to: string): string {
  return `--- a/${file}\n+++ b/${file}\n@@ -1,3 +1,3 @@\n one\n-${from}\n+${to}\n three\n`;
}

const newRelease =
  '--- a/Makefile\n+++ b/Makefile\n@@ -1,5 +1,5 @@\n VERSION = 6\n PATCHLEVEL = 1\n-SUBLEVEL = 9\n+SUBLEVEL = 10\n EXTRAVERSION =\n NAME = x\n';

test('a source without patches is itself', async (t) => {
  const {source, builder} = trial(t);
  t.is(await obtainPatchedSource(temporaryWorkshop(t), builder, source, []), source);
});

withTools('patches are applied in order to a copy, which is kept by their digests', async (t) => {
  const {source, builder, patch} = trial(t);
  const workshop = temporaryWorkshop(t);
  const patches = [
    patch(change('main.c', 'two', 'zwei')),
    patch(change('main.c', 'zwei', 'deux')),
    patch(newRelease),
  ];
  const patched = await obtainPatchedSource(workshop, builder, source, patches);
  t.is(readFileSync(join(patched.dir, 'main.c'), 'utf8'), 'one\ndeux\nthree\n');
  t.is(readFileSync(join(source.dir, 'main.c'), 'utf8'), 'one\ntwo\nthree\n');
  t.is(patched.release, '6.1.10');
  t.is(patched.kind, 'patched');
  t.throws(() => readFileSync(join(patched.dir, '.git')), {code: 'ENOENT'});
  t.deepEqual(await obtainPatchedSource(workshop, builder, source, patches), patched);
  const [first] = patches;
  const other = await obtainPatchedSource(workshop, builder, source, [first!]);
  t.not(other.digest, patched.digest);
  const outcomes = workshop.events.flatMap((event) => (event.kind === 'finished' ? [event.outcome] : []));
  t.deepEqual(outcomes, ['made', 'reused', 'made']);
});

for (const [what, text, said] of [
  ['of other lines', change('main.c', 'tow', 'zwei'), /: main\.c: Hunk #1 FAILED at 1\.$/],
  ['that was applied before', change('main.c', 'zero', 'two'), /: main\.c: Hunk #1 FAILED|Reversed/],
  ['of no file', change('none.c', 'two', 'zwei'), /: can't find file to patch/],
  ['that is none', 'garbage\n', /: Only garbage was found in the patch input\.$/],
  ['of a file out of the tree', change('../../main.c', 'two', 'zwei'), /: can.t find file to patch/],
] as const)
  withTools(`a patch ${what} is refused with what patch says`, async (t) => {
    const {source, builder, patch} = trial(t);
    const workshop = temporaryWorkshop(t);
    const error = await t.throwsAsync(obtainPatchedSource(workshop, builder, source, [patch(text)]), {
      instanceOf: KbuildError,
    });
    t.is(error.exit, 2);
    const [diagnostic] = error.diagnostics;
    t.is(diagnostic?.code, 'patch-does-not-apply');
    t.is(diagnostic?.place?.file, 'r.yaml');
    t.regex(error.message, /^1\.patch does not apply to the kernel 6\.1\.9: /);
    t.regex(error.message, said);
    t.deepEqual(await workshop.store.list(), []);
  });

withTools('a patch that makes a link out of the tree is refused', async (t) => {
  const {source, builder, patch} = trial(t);
  const link =
    'diff --git a/l b/l\nnew file mode 120000\nindex 0000000..1111111\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n';
  const error = await t.throwsAsync(
    obtainPatchedSource(temporaryWorkshop(t), builder, source, [patch(link)]),
    {instanceOf: KbuildError},
  );
  t.is(error.diagnostics[0]?.code, 'patch-leads-out');
});
