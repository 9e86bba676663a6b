import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {readLock, renderLock, writeLock} from '../../../src/build/debian/lockfile.ts';
import type {LockedPackage} from '../../../src/build/debian/release.ts';
import {temporaryDirectory} from '../engines/workshop.ts';

function locked(name: string): LockedPackage {
  return {
    name,
    version: '1:2.0-1+deb12u1',
    architecture: 'all',
    archive: 'debian',
    path: `pool/main/${name[0]}/${name}/${name}_2.0-1+deb12u1_all.deb`,
    size: 1234,
    sha256: 'ab'.repeat(32),
  };
}

test('a lock that was written is read back', async (t) => {
  const path = join(temporaryDirectory(t), 'locks', 'bookworm-amd64.json');
  const lock = {builder: {requested: ['bash'], packages: [locked('bash')]}};
  await writeLock(path, lock);
  t.deepEqual(await readLock(path), lock);
});

test('a lock that is not there has no sets', async (t) => {
  t.deepEqual(await readLock(join(temporaryDirectory(t), 'none.json')), {});
});

test('the text does not depend on the order of sets, names and packages, and has a line a package', (t) => {
  const [a, b] = [locked('aa'), locked('bb')];
  const set = {requested: ['bb', 'aa'], packages: [b, a]};
  const text = renderLock({z: set, y: set});
  const sorted = {requested: ['aa', 'bb'], packages: [a, b]};
  t.is(text, renderLock({y: sorted, z: sorted}));
  t.is(text.split('\n').filter((line) => line.includes('"sha256"')).length, 4);
});

test('the project’s lock names no host', (t) => {
  const text = readFileSync(new URL('../../../../locks/bookworm-amd64.json', import.meta.url), 'utf8');
  t.notRegex(text, /:\/\//);
});

for (const [what, change] of [
  ['a path out of the pool', {path: 'pool/../../etc/passwd.deb'}],
  ['a digest that is none', {sha256: '../x'}],
  ['a name that is an option', {name: '--config'}],
] as const) {
  test(`a lock with ${what} is refused`, async (t) => {
    const path = join(temporaryDirectory(t), 'lock.json');
    const packages = [{...locked('bash'), ...change}];
    writeFileSync(path, JSON.stringify({format: 1, sets: {x: {requested: ['bash'], packages}}}));
    const error = await t.throwsAsync(readLock(path), {instanceOf: KbuildError});
    t.is(error.exit, 2);
    t.is(error.diagnostics[0]?.code, 'bad-lock');
  });
}
