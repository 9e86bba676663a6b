import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import type {Builder} from '../../../src/build/container.ts';
import {fetchCommit, NotFetched} from '../../../src/build/modules/fetch.ts';
import {copySource, foldersAt, moduleSet, obtainModuleSource} from '../../../src/build/modules/source.ts';
import {requireMembersInside, unpackInto} from '../../../src/build/unpack.ts';
import type {ModuleOrigin, ModuleRecipe} from '../../../src/recipe/module.ts';
import {hostBuilder, runs} from '../engines/host-root.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

const usable = await runs('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true');
const withBubblewrap = usable ? test : test.skip;

const place = {file: 'modules/m.yaml', text: 'source: {}\n', start: 0};
const options = {debian: {suite: 'bookworm', architecture: 'amd64'}, kernelVersion: '6.1.9'} as const;
const noBuilder = {} as Builder;

function module(origin: ModuleOrigin, more: Partial<ModuleRecipe> = {}): ModuleRecipe {
  return {name: 'm', sourceName: 'm', origin, path: '.', place, ...more} as unknown as ModuleRecipe;
}

test('a directory given by hand wins, and is copied without .git, with one time for all files', async (t) => {
  const workshop = temporaryWorkshop(t);
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, '.git'));
  writeFileSync(join(dir, '.git/config'), '');
  mkdirSync(join(dir, 'src'));
  writeFileSync(join(dir, 'src/a.c'), 'int a;\n');
  writeFileSync(join(dir, 'configure'), '#!/bin/sh\n', {mode: 0o755});
  symlinkSync('src/a.c', join(dir, 'link'));
  utimesSync(join(dir, 'src/a.c'), 1, 1);
  chmodSync(join(dir, 'src/a.c'), 0o400);
  const source = await obtainModuleSource(workshop, noBuilder, module({kind: 'manual'}), {
    ...options,
    given: {m: dir},
  });
  t.is(source.kind, 'directory');
  const copy = join(temporaryDirectory(t), 'copy');
  await copySource(workshop, source, copy);
  t.false(existsSync(join(copy, '.git')));
  t.is(readFileSync(join(copy, 'link'), 'utf8'), 'int a;\n');
  t.is(statSync(join(copy, 'src/a.c')).mtimeMs, statSync(join(copy, 'configure')).mtimeMs);
  t.is(statSync(join(copy, 'src/a.c')).mode & 0o777, 0o644);
  t.is(statSync(join(copy, 'configure')).mode & 0o777, 0o755);
});

test('a directory with a link out of it is refused, and so is one that changes', async (t) => {
  const workshop = temporaryWorkshop(t);
  const dir = temporaryDirectory(t);
  writeFileSync(join(dir, 'Makefile'), '');
  const given = {m: dir};
  const source = await obtainModuleSource(workshop, noBuilder, module({kind: 'manual'}), {...options, given});
  writeFileSync(join(dir, 'Makefile'), 'obj-m := m.o\n');
  const changed = await t.throwsAsync(copySource(workshop, source, join(temporaryDirectory(t), 'copy')));
  t.like(changed, {exit: 1});
  symlinkSync('../../etc', join(dir, 'stray'));
  const error = await t.throwsAsync(
    obtainModuleSource(workshop, noBuilder, module({kind: 'manual'}), {...options, given}),
    {instanceOf: KbuildError},
  );
  t.is(error.exit, 2);
  t.regex(error.message, /has a link out of its own tree: "stray"/);
});

test('a source that nobody fetches ends with 3, where people get it, and how to give one', async (t) => {
  const workshop = temporaryWorkshop(t);
  const wanted = module({kind: 'manual', from: 'https://example.org/m, release 2'}, {sourceName: 'both'});
  const error = await t.throwsAsync(
    obtainModuleSource(workshop, noBuilder, wanted, {...options, given: {}}),
    {instanceOf: KbuildError},
  );
  t.is(error.exit, 3);
  t.regex(error.message, /the source of m is to be had from https:\/\/example\.org\/m, release 2/);
  t.is(error.diagnostics[0]?.hint, 'give a directory with --source both=DIR');
});

for (const origin of [
  {kind: 'tarball', address: 'https://localhost:1/m.tar.gz', sha256: '0'.repeat(64)},
  {kind: 'git', address: 'https://localhost:1/m', commit: '0'.repeat(40)},
] as const)
  test(`a ${origin.kind} source that cannot be fetched ends with 3 and its address`, async (t) => {
    const workshop = temporaryWorkshop(t);
    const error = await t.throwsAsync(
      obtainModuleSource(workshop, noBuilder, module(origin), {...options, given: {}}),
      {instanceOf: KbuildError},
    );
    t.is(error.exit, 3);
    t.true(error.message.includes(origin.address));
    t.is(error.diagnostics[0]?.code, 'no-module-source');
    t.deepEqual(await workshop.store.list(), []);
  });

test('a source that says it is not for this kernel is refused', async (t) => {
  const workshop = temporaryWorkshop(t);
  const dir = temporaryDirectory(t);
  writeFileSync(join(dir, 'META'), 'Linux-Maximum: 6.0\n');
  const given = {m: dir};
  const saidKernels = {file: 'META', most: 'Linux-Maximum:'};
  const refused = (more: Partial<ModuleRecipe>) =>
    t.throwsAsync(
      obtainModuleSource(workshop, noBuilder, module({kind: 'manual'}, more), {...options, given}),
      {instanceOf: KbuildError},
    );
  t.regex(
    (await refused({saidKernels})).message,
    /is known to build on kernels <6\.1, and this one is 6\.1\.9/,
  );
  const unknown = await refused({saidKernels: {...saidKernels, file: 'README'}});
  t.is(unknown.diagnostics[0]?.code, 'module-kernels-unknown');
});

test('a * at the end of a name is the rest of it, of however many folders there are', async (t) => {
  const top = temporaryDirectory(t);
  for (const path of ['usr/src/nvidia-fs-2.13', 'usr/src/m-1', 'usr/src/m-2'])
    mkdirSync(join(top, path), {recursive: true});
  writeFileSync(join(top, 'usr/src/nvidia-fs-readme'), '');
  const found = async (path: string) =>
    (await foldersAt(top, path.split('/'))).map((one) => one.slice(top.length + 1)).sort();
  t.deepEqual(await found('usr/src/nvidia-fs-*'), ['usr/src/nvidia-fs-2.13']);
  t.deepEqual(await found('usr/src/m-*'), ['usr/src/m-1', 'usr/src/m-2']);
  t.deepEqual(await found('usr/src/m-1'), ['usr/src/m-1']);
  t.deepEqual(await found('usr/src/none'), []);
});

test('a package that is not free is looked for where its file says', (t) => {
  const origin = {kind: 'debian', package: 'nvidia-fs-dkms'} as const;
  const free = {name: 'modules/m', packages: ['nvidia-fs-dkms'], closure: 'none'} as const;
  t.deepEqual(moduleSet(module(origin)), free);
  t.deepEqual(moduleSet(module({...origin, component: 'non-free'})), {...free, component: 'non-free'});
});

/** A repository with one commit, and its name. */
function repository(dir: string): string {
  const git = (...argv: string[]) =>
    execFileSync('git', ['-C', dir, '-c', 'user.name=n', '-c', 'user.email=e', ...argv], {encoding: 'utf8'});
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message=m');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return git('rev-parse', 'HEAD').trim();
}

test('a commit is fetched as it is in the repository, whatever its attributes ask for', async (t) => {
  const dir = temporaryDirectory(t);
  writeFileSync(join(dir, 'a.c'), '$Format:%H$ $Id$\n');
  writeFileSync(join(dir, 'secret.c'), 'int s;\n');
  writeFileSync(join(dir, '.gitattributes'), 'a.c export-subst ident filter=evil\nsecret.c export-ignore\n');
  const commit = repository(dir);
  const to = join(temporaryDirectory(t), 'm.tar');
  const workshop = temporaryWorkshop(t);
  await fetchCommit(workshop, {address: `file://${dir}`, commit}, to, 'file');
  const names = execFileSync('tar', ['--list', '--file', to], {encoding: 'utf8'}).trim().split('\n');
  t.deepEqual(names, ['.gitattributes', 'a.c', 'secret.c']);
  const text = execFileSync('tar', ['--extract', '--to-stdout', '--file', to, 'a.c'], {encoding: 'utf8'});
  t.is(text, '$Format:%H$ $Id$\n');
  t.false(existsSync(`${to}.git`));
});

test('a commit that is not there, and a protocol that is not allowed, are told', async (t) => {
  const dir = temporaryDirectory(t);
  writeFileSync(join(dir, 'a.c'), '');
  const commit = repository(dir);
  const to = join(temporaryDirectory(t), 'm.tar');
  const workshop = temporaryWorkshop(t);
  const address = `file://${dir}`;
  await t.throwsAsync(fetchCommit(workshop, {address, commit: '1'.repeat(40)}, to, 'file'), {
    instanceOf: NotFetched,
    message: /^git fetch: /,
  });
  await t.throwsAsync(fetchCommit(workshop, {address, commit}, to), {
    instanceOf: NotFetched,
    message: /transport 'file' not allowed/,
  });
});

withBubblewrap('a tarball with a member out of its tree is refused', async (t) => {
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, 'top'));
  writeFileSync(join(dir, 'top/a'), '');
  const workshop = temporaryWorkshop(t);
  const builder = hostBuilder(t);
  const check = async (...members: string[]) => {
    const file = join(dir, 'm.tar');
    execFileSync('tar', ['-C', dir, '-cPf', file, ...members]);
    await requireMembersInside(workshop, builder, {file, mountedAs: 'archive.tar'});
  };
  await t.notThrowsAsync(check('top'));
  await t.throwsAsync(check('top/../top/a'), {
    message: /a member outside of its own tree: "top\/\.\.\/top\/a"/,
  });
  await t.throwsAsync(check(join(dir, 'top/a')), {message: /a member outside of its own tree: "\//});
});

withBubblewrap('a tarball that is no archive is refused', async (t) => {
  const dir = temporaryDirectory(t);
  const file = join(dir, 'm.tar');
  writeFileSync(file, 'no archive');
  const archive = {
    file,
    mountedAs: 'archive.tar',
    script: 'tar --extract --file "/in/$1"',
    argument: 'archive.tar',
  };
  const out = temporaryDirectory(t);
  await t.throwsAsync(unpackInto(temporaryWorkshop(t), hostBuilder(t), archive, out), {
    message: /cannot be unpacked/,
  });
});
