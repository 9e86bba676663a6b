import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {digestOf} from '../../../src/base/digest.ts';
import {parseUris} from '../../../src/build/debian/archive.ts';
import {userLockPath, writeLock} from '../../../src/build/debian/lockfile.ts';
import {choosePackages, obtainPackages, versionChanges} from '../../../src/build/debian/packages.ts';
import {
  type DebianOptions,
  digestOfPackages,
  type LockedPackage,
  type PackageSet,
} from '../../../src/build/debian/release.ts';
import {runs} from '../engines/host-root.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

const withApt = (await runs('/usr/lib/apt/apt-helper', '--version')) ? test : test.skip;

const set: PackageSet = {name: 'small', packages: ['one', 'two'], closure: 'none'};

function locked(name: string, content: string, version = '1:1.0+b1~2'): LockedPackage {
  const path = `pool/main/${name}_${version.slice(2)}_all.deb`;
  const sha256 = digestOf(content);
  return {name, version, architecture: 'all', archive: 'debian', path, size: content.length, sha256};
}

const packages = [locked('one', 'first'), locked('two', 'second')];

async function project(t: ExecutionContext, mirror: string, more: Partial<DebianOptions> = {}) {
  const options: DebianOptions = {
    suite: 'bookworm',
    architecture: 'amd64',
    lockDir: temporaryDirectory(t),
    environment: {KBUILD_DEBIAN_MIRROR: mirror, KBUILD_DEBIAN_SECURITY_MIRROR: mirror},
    ...more,
  };
  await writeLock(join(options.lockDir!, 'bookworm-amd64.json'), {
    small: {requested: ['one', 'two'], packages},
  });
  return options;
}

function mirrorDirectory(t: ExecutionContext, contents: Readonly<Record<string, string>>): string {
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, 'pool/main'), {recursive: true});
  for (const [name, content] of Object.entries(contents))
    writeFileSync(join(dir, 'pool/main', `${name}_1.0+b1~2_all.deb`), content);
  return dir;
}

async function mirrorServer(t: ExecutionContext, files: Readonly<Record<string, string>>, otherwise = 404) {
  const asked: string[] = [];
  const address = await serve(t, (request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(path);
    const content = files[path];
    response.writeHead(content === undefined ? otherwise : 200, {'content-length': content?.length ?? 0});
    response.end(content);
  });
  return {asked, address};
}

async function serve(t: ExecutionContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A mirror that sends everybody to another one. */
async function redirectTo(t: ExecutionContext, mirror: string): Promise<string> {
  return serve(t, (request, response) => {
    response.writeHead(302, {location: new URL(request.url!.slice(1), mirror).href});
    response.end();
  });
}

withApt('what the lock names is fetched into the pool once, and nothing is resolved', async (t) => {
  const workshop = temporaryWorkshop(t);
  const {asked, address} = await mirrorServer(t, {
    '/pool/main/one_1.0+b1~2_all.deb': 'first',
    '/pool/main/two_1.0+b1~2_all.deb': 'second',
  });
  const options = await project(t, address);
  const stored = await obtainPackages(workshop, set, options);
  t.deepEqual(
    stored.map(({file}) => readFileSync(file, 'utf8')),
    ['first', 'second'],
  );
  t.is(stored[0]?.file, join(workshop.store.root, 'pool', `${digestOf('first')}.deb`));
  t.deepEqual(asked.toSorted(), ['/pool/main/one_1.0+b1~2_all.deb', '/pool/main/two_1.0+b1~2_all.deb']);
  await obtainPackages(workshop, set, options);
  t.is(asked.length, 2);
});

withApt('a mirror can be a directory', async (t) => {
  const dir = mirrorDirectory(t, {one: 'first', two: 'second'});
  const [one] = await obtainPackages(temporaryWorkshop(t), set, await project(t, `file:${dir}`));
  t.true(statSync(one!.file).isFile());
});

withApt('what a killed kbuild was fetching is removed, and is not taken for a package', async (t) => {
  const workshop = temporaryWorkshop(t);
  const left = join(workshop.store.root, 'pool/part/run-left');
  mkdirSync(left, {recursive: true});
  writeFileSync(join(left, digestOf('first')), 'f1rst');
  const dir = mirrorDirectory(t, {one: 'first', two: 'second'});
  const [one] = await obtainPackages(workshop, set, await project(t, `file:${dir}`));
  t.is(readFileSync(one!.file, 'utf8'), 'first');
  t.throws(() => statSync(join(workshop.store.root, 'pool/part')));
});

withApt(
  'a mirror’s user and password are not shown, and its answers are understood all the same',
  async (t) => {
    const {address} = await mirrorServer(t, {'/pool/main/one_1.0+b1~2_all.deb': 'first'});
    const options = await project(t, address.replace('//', '//somebody:secret@'), {locked: true});
    const error = await t.throwsAsync(obtainPackages(temporaryWorkshop(t), set, options), {
      instanceOf: KbuildError,
    });
    t.is(error.diagnostics[0]?.code, 'locked-version-gone');
    t.notRegex(JSON.stringify(error.diagnostics), /secret/);
  },
);

withApt('a refusal of the mirror is shown without user and password', async (t) => {
  const {address} = await mirrorServer(t, {}, 403);
  const options = await project(t, address.replace('//', '//somebody:secret@'));
  const error = await t.throwsAsync(obtainPackages(temporaryWorkshop(t), set, options), {
    instanceOf: KbuildError,
  });
  t.is(error.diagnostics[0]?.code, 'download-failed');
  t.regex(error.message, /403/);
  t.notRegex(JSON.stringify(error.diagnostics), /secret/);
});

withApt('a file with another digest than the lock’s does not get into the pool', async (t) => {
  const workshop = temporaryWorkshop(t);
  const dir = mirrorDirectory(t, {one: 'first', two: 'sec0nd'});
  const error = await t.throwsAsync(obtainPackages(workshop, set, await project(t, `file:${dir}`)), {
    instanceOf: KbuildError,
  });
  t.is(error.exit, 1);
  t.is(error.diagnostics[0]?.code, 'wrong-digest');
  t.throws(() => statSync(join(workshop.store.root, 'pool', `${digestOf('second')}.deb`)));
});

for (const kind of ['directory', 'server', 'server behind another'] as const)
  withApt(
    `a locked version that a ${kind} no longer has is an error where the lock is binding`,
    async (t) => {
      const server = await mirrorServer(t, {'/pool/main/one_1.0+b1~2_all.deb': 'first'});
      const addresses = {
        directory: `file:${mirrorDirectory(t, {one: 'first'})}`,
        server: server.address,
        'server behind another': await redirectTo(t, server.address),
      };
      const options = await project(t, addresses[kind], {locked: true});
      const error = await t.throwsAsync(obtainPackages(temporaryWorkshop(t), set, options), {
        instanceOf: KbuildError,
      });
      t.is(error.exit, 1);
      t.is(error.diagnostics[0]?.code, 'locked-version-gone');
      t.regex(error.message, /two 1:1\.0\+b1~2/);
      t.regex(error.diagnostics[0]?.hint ?? '', /kbuild lock --update/);
    },
  );

test('a set that is not in the lock as requested is an error where the lock is binding', async (t) => {
  const options = await project(t, 'file:/nonexistent', {locked: true});
  const other = {...set, packages: ['one']};
  const error = await t.throwsAsync(choosePackages(temporaryWorkshop(t), other, options), {
    instanceOf: KbuildError,
  });
  t.is(error.diagnostics[0]?.code, 'not-locked');
});

test('versions taken in place of a lock’s stay until that lock changes, and are reported', async (t) => {
  const workshop = temporaryWorkshop(t);
  const options = await project(t, 'file:/nonexistent');
  const newer = {requested: ['one', 'two'], packages: [packages[0]!, locked('two', 'newer', '1:1.1')]};
  const user = userLockPath(workshop.store, options);
  await writeLock(user, {small: {...newer, replaces: digestOfPackages(packages)}});
  t.deepEqual((await choosePackages(workshop, set, options)).packages, newer.packages);
  t.true(
    workshop.events.some(
      (event) => event.kind === 'said' && /two is 1:1\.1.*1:1\.0\+b1~2/.test(event.message),
    ),
  );
  await writeLock(user, {small: {...newer, replaces: 'another lock'}});
  t.deepEqual((await choosePackages(workshop, set, options)).packages, packages);
});

test('changes are what is new, gone, or of another version', (t) => {
  const before = [locked('one', 'a'), locked('two', 'b')];
  const after = [locked('two', 'b', '1:2.0'), locked('zed', 'c')];
  t.deepEqual(versionChanges(before, after), [
    {name: 'one', before: '1:1.0+b1~2'},
    {name: 'two', before: '1:1.0+b1~2', after: '1:2.0'},
    {name: 'zed', after: '1:1.0+b1~2'},
  ]);
});

test('apt’s addresses become archive, path, version and digest', (t) => {
  const mirror = {debian: 'http://m.invalid/debian/', 'debian-security': 'http://m.invalid/debian-security/'};
  const sha256 = 'cd'.repeat(32);
  const text = [
    `'http://m.invalid/debian-security/pool/updates/main/x/x%2by_5.4.1-1%2bdeb12u2_amd64.deb' x+y_1%3a5.4.1-1+deb12u2_amd64.deb 205796 SHA256:${sha256}`,
    `'http://m.invalid/debian/pool/main/b/bc_1.07_all.deb' bc_1.07_all.deb 7 SHA256:${sha256}`,
  ].join('\n');
  t.deepEqual(parseUris(text, mirror), [
    {
      name: 'bc',
      version: '1.07',
      architecture: 'all',
      archive: 'debian',
      path: 'pool/main/b/bc_1.07_all.deb',
      size: 7,
      sha256,
    },
    {
      name: 'x+y',
      version: '1:5.4.1-1+deb12u2',
      architecture: 'amd64',
      archive: 'debian-security',
      path: 'pool/updates/main/x/x+y_5.4.1-1+deb12u2_amd64.deb',
      size: 205796,
      sha256,
    },
  ]);
});
