import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {sourceSpec} from '../../src/job/source-spec.ts';

test('two numbers are a line of Debian kernels', async (t) => {
  t.deepEqual(await sourceSpec('6.1'), {kind: 'debian', version: '6.1'});
});

test('a directory and an archive are told apart, and a digest may follow the archive', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-spec-'));
  t.teardown(async () => rm(dir, {recursive: true}));
  const path = join(dir, 'linux.tar.xz');
  await writeFile(path, '');
  const sha256 = 'AB'.repeat(32);
  t.deepEqual(await sourceSpec(dir), {kind: 'directory', path: dir});
  t.deepEqual(await sourceSpec(path), {kind: 'tarball', path});
  t.deepEqual(await sourceSpec(`${path}#sha256=${sha256}`), {
    kind: 'tarball',
    path,
    sha256: sha256.toLowerCase(),
  });
});

test('what is not there is bad input', async (t) => {
  const error = await t.throwsAsync(sourceSpec('/nonexistent/linux'), {instanceOf: KbuildError});
  t.is(error?.exit, 2);
});

test('a line that is none of those known is told which are', async (t) => {
  const error = await t.throwsAsync(sourceSpec('6.7'), {instanceOf: KbuildError});
  t.is(error?.exit, 2);
  t.regex(error?.diagnostics[0]?.hint ?? '', /the lines are 5\.10, 6\.1, 6\.12/);
});
