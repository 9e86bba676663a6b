import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {writeLock} from '../../../src/build/debian/lockfile.ts';
import {obtainPackageFiles} from '../../../src/build/debian/package-files.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

/** A package with a library, and the links a development package has; its script would fail. */
function makePackage(dir: string): string {
  const root = join(dir, 'package');
  mkdirSync(join(root, 'DEBIAN'), {recursive: true});
  mkdirSync(join(root, 'lib/triplet'), {recursive: true});
  mkdirSync(join(root, 'usr/lib/triplet'), {recursive: true});
  writeFileSync(join(root, 'lib/triplet/libz.so.1'), 'library');
  symlinkSync('/lib/triplet/libz.so.1', join(root, 'usr/lib/triplet/libz.so'));
  const control = 'Package: zlib\nVersion: 1\nArchitecture: arm64\nMaintainer: n\nDescription: d\n';
  writeFileSync(join(root, 'DEBIAN/control'), control);
  writeFileSync(join(root, 'DEBIAN/preinst'), '#!/bin/sh\nexit 1\n', {mode: 0o755});
  const deb = join(dir, 'zlib.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, deb], {stdio: 'ignore'});
  return deb;
}

async function unpacked(t: ExecutionContext): Promise<string> {
  const dir = temporaryDirectory(t);
  const deb = makePackage(dir);
  const sha256 = createHash('sha256').update(readFileSync(deb)).digest('hex');
  const workshop = temporaryWorkshop(t);
  mkdirSync(join(workshop.store.root, 'pool'), {recursive: true});
  copyFileSync(deb, join(workshop.store.root, 'pool', `${sha256}.deb`));
  const one = {
    name: 'zlib',
    version: '1',
    architecture: 'arm64',
    archive: 'debian',
    path: 'pool/z.deb',
    size: statSync(deb).size,
    sha256,
  } as const;
  await writeLock(join(dir, 'bookworm-arm64.json'), {sysroot: {requested: ['zlib'], packages: [one]}});
  const set = {name: 'sysroot', packages: ['zlib'], closure: 'dependencies'} as const;
  const entry = await obtainPackageFiles(workshop, set, {
    suite: 'bookworm',
    architecture: 'arm64',
    lockDir: dir,
    locked: true,
  });
  return join(entry.dir, 'root');
}

test('files of packages lie in a system with merged folders, without a script being run', async (t) => {
  const root = await unpacked(t);
  t.is(readlinkSync(join(root, 'lib')), 'usr/lib');
  t.is(readFileSync(join(root, 'usr/lib/triplet/libz.so.1'), 'utf8'), 'library');
});

test('links inside it do not lead out of it', async (t) => {
  const root = await unpacked(t);
  t.is(readFileSync(join(root, 'usr/lib/triplet/libz.so'), 'utf8'), 'library');
  t.false(readlinkSync(join(root, 'usr/lib/triplet/libz.so')).startsWith('/'));
});
