import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {digestOf} from '../../../src/base/digest.ts';
import {keep, poolPath} from '../../../src/build/debian/pool.ts';
import type {LockedPackage} from '../../../src/build/debian/release.ts';
import {temporaryWorkshop} from '../engines/workshop.ts';

const one: LockedPackage = {
  name: 'one',
  version: '1.0',
  architecture: 'all',
  archive: 'debian',
  path: 'pool/main/one_1.0_all.deb',
  size: 5,
  sha256: digestOf('first'),
};

test('a fetched file gets into the pool only with the bytes that the lock names', async (t) => {
  const {store} = temporaryWorkshop(t);
  const path = join(store.root, 'pool/part/run-x/file');
  mkdirSync(join(path, '..'), {recursive: true});
  t.false(await keep(store, path, one));
  for (const wrong of ['fir', 'f1rst']) {
    writeFileSync(path, wrong);
    t.false(await keep(store, path, one));
    t.throws(() => statSync(poolPath(store, one)));
  }
  writeFileSync(path, 'first');
  t.true(await keep(store, path, one));
  t.is(readFileSync(poolPath(store, one), 'utf8'), 'first');
});
