import {readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {obtainPackageFiles} from '../../../src/build/debian/package-files.ts';
import {lockedPackage} from './locked-package.ts';

/** Of a package with a library, and the links a development package has; its script would fail. */
async function unpacked(t: ExecutionContext): Promise<string> {
  const {workshop, lockDir} = await lockedPackage(t, {
    name: 'zlib',
    architecture: 'arm64',
    set: {name: 'sysroot', requested: ['zlib']},
    files: {'lib/triplet/libz.so.1': 'library', 'DEBIAN/preinst': '#!/bin/sh\nexit 1\n'},
    links: {'usr/lib/triplet/libz.so': '/lib/triplet/libz.so.1'},
  });
  const set = {name: 'sysroot', packages: ['zlib'], closure: 'dependencies'} as const;
  const options = {suite: 'bookworm', architecture: 'arm64', lockDir, locked: true} as const;
  const entry = await obtainPackageFiles(workshop, set, options);
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
