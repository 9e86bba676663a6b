import {chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {captureStep} from '../../src/base/process.ts';
import type {ProgressEvent} from '../../src/base/progress.ts';
import type {Builder} from '../../src/build/container.ts';
import {
  type KernelSourceSpec,
  kernelRelease,
  obtainKernelSource,
  requireUnchangedSource,
} from '../../src/build/source.ts';
import {requireApart} from '../../src/build/source-directory.ts';
import {hostBuilder, runs} from './engines/host-root.ts';
import {temporaryDirectory, temporaryWorkshop} from './engines/workshop.ts';

const usable = await runs('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true');
const withBubblewrap = usable ? test : test.skip;

const debian = {suite: 'bookworm', architecture: 'amd64'} as const;
const makefile = 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\nEXTRAVERSION = -rc2\nNAME = A Name\n';

function kernelTree(t: ExecutionContext): string {
  const dir = join(temporaryDirectory(t), 'linux-6.1.9');
  mkdirSync(join(dir, 'arch/x86'), {recursive: true});
  mkdirSync(join(dir, 'scripts'));
  writeFileSync(join(dir, 'Makefile'), makefile);
  writeFileSync(join(dir, 'Kconfig'), 'mainmenu "x"\n');
  writeFileSync(join(dir, 'scripts/run.sh'), '#!/bin/sh\n', {mode: 0o755});
  symlinkSync('../Makefile', join(dir, 'scripts/link'));
  return dir;
}

async function pack(tree: string, name: string): Promise<string> {
  const archive = join(tree, '..', name);
  const result = await captureStep(['tar', '-C', join(tree, '..'), '-caf', archive, 'linux-6.1.9']);
  if (result.outcome !== 'ok') throw new Error(result.stderr);
  return archive;
}

async function refused(t: ExecutionContext, spec: KernelSourceSpec): Promise<KbuildError> {
  const workshop = temporaryWorkshop(t);
  const error = await t.throwsAsync(obtainKernelSource(workshop, hostBuilder(t), spec, debian), {
    instanceOf: KbuildError,
  });
  t.is(error.exit, 2);
  t.truthy(error.diagnostics[0]?.hint);
  const left = await workshop.store.list();
  t.deepEqual(left, []);
  return error;
}

for (const suffix of ['tar', 'tar.gz', 'tar.xz'])
  withBubblewrap(`a .${suffix} is unpacked once, and its release is its Makefile’s`, async (t) => {
    const workshop = temporaryWorkshop(t);
    const spec = {kind: 'tarball', path: await pack(kernelTree(t), `linux.${suffix}`)} as const;
    const source = await obtainKernelSource(workshop, hostBuilder(t), spec, debian);
    t.is(source.release, '6.1.9-rc2');
    t.is(readFileSync(join(source.dir, 'scripts/link'), 'utf8'), makefile);
    const again = await obtainKernelSource(workshop, hostBuilder(t), spec, debian);
    t.deepEqual(again, source);
    t.deepEqual(
      workshop.events.flatMap((event) => (event.kind === 'finished' ? [event.outcome] : [])),
      ['made', 'reused'],
    );
  });

withBubblewrap('an archive that ends early is refused and leaves nothing', async (t) => {
  const path = await pack(kernelTree(t), 'linux.tar.xz');
  writeFileSync(path, readFileSync(path).subarray(0, 150));
  t.is((await refused(t, {kind: 'tarball', path})).diagnostics[0]?.code, 'corrupt-archive');
});

withBubblewrap('an archive with a link to this machine’s files is refused', async (t) => {
  const tree = kernelTree(t);
  symlinkSync('/etc/passwd', join(tree, 'scripts/stray'));
  const error = await refused(t, {kind: 'tarball', path: await pack(tree, 'linux.tar')});
  t.regex(error.message, /scripts\/stray/);
});

for (const target of ['../../..', '../../../etc/passwd', '../../../out/tree/Makefile', 'top/../x'])
  withBubblewrap(`an archive with a link to ${target}, out of its tree, is refused`, async (t) => {
    const tree = kernelTree(t);
    symlinkSync('..', join(tree, 'scripts/top'));
    symlinkSync(target, join(tree, 'scripts/stray'));
    const error = await refused(t, {kind: 'tarball', path: await pack(tree, 'linux.tar')});
    t.is(error.diagnostics[0]?.code, 'corrupt-archive');
    t.regex(error.message, /out of its own tree: "scripts\/stray"/);
  });

withBubblewrap('links inside an archive’s tree, to its top and to nothing are kept', async (t) => {
  const tree = kernelTree(t);
  symlinkSync('..', join(tree, 'scripts/top'));
  symlinkSync('top/scripts/not there\n', join(tree, 'scripts/odd\nname'));
  const spec = {kind: 'tarball', path: await pack(tree, 'linux.tar')} as const;
  const source = await obtainKernelSource(temporaryWorkshop(t), hostBuilder(t), spec, debian);
  t.is(readFileSync(join(source.dir, 'scripts/top/Makefile'), 'utf8'), makefile);
});

for (const [stderr, code, exit] of [
  ['bwrap: Creating new namespace failed\n', 'unpack-failed', 1],
  ['', 'unpack-failed', 1],
  ['xz: (stdin): Unexpected end of input\ntar: Child returned status 1\n', 'corrupt-archive', 2],
] as const)
  test(`a step of unpacking that fails with ${JSON.stringify(stderr)} is ${code}`, async (t) => {
    const path = await pack(kernelTree(t), 'linux.tar');
    const ended = {argv: [], durationMs: 1, outcome: 'failed', exitCode: 1, stdout: '', stderr} as const;
    const builder: Builder = {
      digest: '0'.repeat(64),
      run: () => Promise.resolve(ended),
      capture: () => Promise.resolve(ended),
    };
    const error = await t.throwsAsync(
      obtainKernelSource(temporaryWorkshop(t), builder, {kind: 'tarball', path}, debian),
      {instanceOf: KbuildError},
    );
    t.is(error.diagnostics[0]?.code, code);
    t.is(error.exit, exit);
  });

withBubblewrap('an archive of something else is no kernel', async (t) => {
  const tree = kernelTree(t);
  rmSync(join(tree, 'Kconfig'));
  const error = await refused(t, {kind: 'tarball', path: await pack(tree, 'linux.tar')});
  t.is(error.diagnostics[0]?.code, 'not-a-kernel');
});

test('an archive with another digest than the one given is refused before it is unpacked', async (t) => {
  const path = await pack(kernelTree(t), 'linux.tar');
  const error = await refused(t, {kind: 'tarball', path, sha256: '0'.repeat(64)});
  t.is(error.diagnostics[0]?.code, 'wrong-digest');
});

test('a path that is not there is refused, for archives and directories', async (t) => {
  const path = join(temporaryDirectory(t), 'linux.tar.xz');
  t.is((await refused(t, {kind: 'tarball', path})).diagnostics[0]?.code, 'no-source');
  t.is((await refused(t, {kind: 'directory', path})).diagnostics[0]?.code, 'no-source');
});

for (const trace of ['.config', 'include/config/auto.conf', 'arch/x86/include/generated/asm/x.h'])
  test(`a directory with ${trace} was built in place and is refused`, async (t) => {
    const path = kernelTree(t);
    mkdirSync(join(path, trace, '..'), {recursive: true});
    writeFileSync(join(path, trace), '');
    const error = await refused(t, {kind: 'directory', path});
    t.is(error.diagnostics[0]?.code, 'built-source');
    t.regex(error.diagnostics[0]?.hint ?? '', /make mrproper/);
  });

test('a directory without architectures is no kernel', async (t) => {
  const path = kernelTree(t);
  rmSync(join(path, 'arch'), {recursive: true});
  t.is((await refused(t, {kind: 'directory', path})).diagnostics[0]?.code, 'not-a-kernel');
});

test('a directory that kbuild would write into is refused, and one beside its output is not', async (t) => {
  const path = kernelTree(t);
  const alias = join(temporaryDirectory(t), 'alias');
  symlinkSync(path, alias);
  for (const inside of [path, join(path, 'out/x'), join(alias, 'cache')]) {
    const error = await t.throwsAsync(requireApart(path, ['/nonexistent', inside]), {
      instanceOf: KbuildError,
    });
    t.is(error.exit, 2);
    t.is(error.diagnostics[0]?.code, 'output-in-source');
    t.regex(error.diagnostics[0]?.hint ?? '', /--out.*KBUILD_CACHE/);
  }
  await t.notThrowsAsync(requireApart(path, [join(path, '..'), `${path}-out`, join(path, '../..cache')]));
});

test('a directory that changed after it was read is found out, and one that did not is not', async (t) => {
  const workshop = temporaryWorkshop(t);
  const path = kernelTree(t);
  const source = await obtainKernelSource(workshop, hostBuilder(t), {kind: 'directory', path}, debian);
  await t.notThrowsAsync(requireUnchangedSource(workshop, source));
  await t.notThrowsAsync(requireUnchangedSource(workshop, {...source, kind: 'tarball', digest: ''}));
  writeFileSync(join(path, 'Kconfig'), 'mainmenu "y"\n');
  const error = await t.throwsAsync(requireUnchangedSource(workshop, source), {instanceOf: KbuildError});
  t.is(error.exit, 1);
  t.is(error.diagnostics[0]?.code, 'source-changed');
});

test('a file that vanishes while a directory is read is told as such', async (t) => {
  const path = kernelTree(t);
  const workshop = {
    ...temporaryWorkshop(t),
    report: (event: ProgressEvent) => event.kind === 'started' && rmSync(join(path, 'Kconfig')),
  };
  const error = await t.throwsAsync(
    obtainKernelSource(workshop, hostBuilder(t), {kind: 'directory', path}, debian),
    {instanceOf: KbuildError},
  );
  t.is(error.exit, 1);
  t.is(error.diagnostics[0]?.code, 'source-changed');
  t.regex(error.message, /Kconfig is gone/);
});

test('a directory’s digest follows content, names and modes, and nothing else', async (t) => {
  const workshop = temporaryWorkshop(t);
  const path = kernelTree(t);
  const digest = async (): Promise<string> =>
    (await obtainKernelSource(workshop, hostBuilder(t), {kind: 'directory', path}, debian)).digest;
  const first = await digest();
  t.is(await digest(), first);
  mkdirSync(join(path, '.git'));
  writeFileSync(join(path, '.git/HEAD'), 'ref');
  t.is(await digest(), first);
  // The same length in the same moment: the times alone do not tell.
  writeFileSync(join(path, 'Kconfig'), 'mainmenu "y"\n');
  const second = await digest();
  t.not(second, first);
  writeFileSync(join(path, 'Kconfig'), 'mainmenu "x"\n');
  t.is(await digest(), first);
  chmodSync(join(path, 'scripts/run.sh'), 0o644);
  t.not(await digest(), first);
});

test('what make leaves in a directory that is looked at in place does not count, and its sources do', async (t) => {
  const path = kernelTree(t);
  const workshop = temporaryWorkshop(t);
  const spec = {kind: 'directory', path, inPlace: true} as const;
  const source = await obtainKernelSource(workshop, hostBuilder(t), spec, debian);
  const clean = await obtainKernelSource(workshop, hostBuilder(t), {kind: 'directory', path}, debian);
  t.is(source.digest, clean.digest);
  for (const made of [
    '.config',
    '.config.old',
    'include/config/auto.conf',
    'scripts/.run.o.cmd',
    'scripts/run.o',
  ]) {
    mkdirSync(join(path, made, '..'), {recursive: true});
    writeFileSync(join(path, made), 'made');
  }
  await t.notThrowsAsync(requireUnchangedSource(workshop, source));
  writeFileSync(join(path, 'scripts/run.sh'), '#!/bin/sh\ntrue\n');
  await t.throwsAsync(requireUnchangedSource(workshop, source), {message: /changed while/});
});

test('a directory is used where it is, and not written to', async (t) => {
  const path = kernelTree(t);
  const source = await obtainKernelSource(
    temporaryWorkshop(t),
    hostBuilder(t),
    {kind: 'directory', path},
    debian,
  );
  t.is(source.dir, path);
  t.deepEqual(readdirSync(path).sort(), ['Kconfig', 'Makefile', 'arch', 'scripts']);
});

test('a release without an extra version is three numbers', async (t) => {
  const path = kernelTree(t);
  writeFileSync(join(path, 'Makefile'), makefile.replace('-rc2', ''));
  t.is(await kernelRelease(path), '6.1.9');
});
