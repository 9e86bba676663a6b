import {chmod, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import test from 'ava';
import {digestOf} from '../../src/base/digest.ts';
import {fileDifferences, targetDifferences} from '../../src/job/lock-differences.ts';
import {digestsOfFiles, targetLock} from '../../src/job/lock-target.ts';
import {
  type RecipeLock,
  readRecipeLock,
  recipeLockPath,
  renderRecipeLock,
  type TargetLock,
} from '../../src/job/recipe-lock.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {readRecipe} from '../../src/recipe/read.ts';
import {temporaryDirectory, temporaryWorkshop} from '../build/engines/workshop.ts';

const a = digestOf('a');
const b = digestOf('b');

const target: TargetLock = {
  kernel: '6.1',
  arch: 'x86_64',
  parameters: {},
  settings: {},
  source: {release: '6.1.192', from: 'linux-source-6.1 6.1.192-2', sha256: a},
  builder: {suite: 'bookworm', machine: 'amd64', packages: 219, sha256: a, tools: {gcc: '4:12', make: '4.3'}},
  modules: {zfs: {from: 'zfs-dkms', version: '2.1.11-1', sha256: a}},
  config: a,
};

const files: Readonly<Record<string, string>> = {
  'box.yaml': `name: box
summary: a box
parameters:
  cpus: {type: int, default: 4, summary: processors}
  disks: {type: int, default: 2, summary: disks}
use: [net]
kernel: {base: ./box.config, version: "6.1", patches: [patches/fix.patch]}
goals: {}
modules: [mine, theirs, zfs]
images:
  host: {summary: the host, use: [plain]}
`,
  'box.config': 'CONFIG_A=y\n',
  'patches/fix.patch': '--- a/x\n',
  'parts/net.yaml': 'name: net\nsummary: networks\ngoals: {NET: y}\n',
  'parts/unused.yaml': 'name: unused\nsummary: not used\ngoals: {NET: y}\n',
  'modules/mine.yaml': 'name: mine\nsummary: a module\nsource: {manual: "me"}\nsteps: [{run: make}]\n',
  'modules/theirs.yaml': `name: theirs\nsummary: a module\nsource: {git: "https://example.org/m.git", commit: "${'1'.repeat(40)}"}\nsteps: [{run: make}]\n`,
  'modules/zfs.yaml': 'name: zfs\nsummary: ZFS\nsource: {debian: zfs-dkms}\nsteps: [{run: make}]\n',
  'overlays/plain/etc/motd': 'hello\n',
};

async function folder(t: Parameters<typeof temporaryDirectory>[0]): Promise<string> {
  const dir = temporaryDirectory(t);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), {recursive: true});
    await writeFile(join(dir, path), text);
  }
  await symlink('/dev/null', join(dir, 'overlays/plain/etc/none'));
  return dir;
}

test('every file that a recipe is made of is named below its folder, and no other', async (t) => {
  const dir = await folder(t);
  const recipe = await readRecipe('box', {folders: [dir]});
  const digests = await digestsOfFiles(recipe);
  t.deepEqual(
    Object.keys(digests).sort(),
    [...Object.keys(files).filter((path) => !path.includes('unused')), 'overlays/plain/etc/none'].sort(),
  );
  t.is(digests['parts/net.yaml'], digestOf(files['parts/net.yaml']!));
  t.is(digests['overlays/plain/etc/none'], 'link to /dev/null');
  const elsewhere = await folder(t);
  t.deepEqual(await digestsOfFiles(await readRecipe('box', {folders: [elsewhere]})), digests);
  t.is(recipeLockPath(recipe), join(dir, 'box.lock.json'));
});

test("a file of an overlay that becomes a program is another, and a link's aim counts", async (t) => {
  const dir = await folder(t);
  const recipe = await readRecipe('box', {folders: [dir]});
  const before = await digestsOfFiles(recipe);
  await chmod(join(dir, 'overlays/plain/etc/motd'), 0o755);
  await writeFile(join(dir, 'overlays/plain/new'), '');
  t.deepEqual(fileDifferences(before, await digestsOfFiles(recipe)), [
    'overlays/plain/etc/motd is executable, locked not executable',
    'overlays/plain/new is new',
  ]);
  t.deepEqual(fileDifferences({x: 'link to /a', y: a}, {x: 'link to /b'}), [
    'x has changed',
    'y is no longer part of it',
  ]);
});

test('a target is locked by what decides its bytes: packages, sources and parameters', async (t) => {
  const dir = await folder(t);
  const recipe = await readRecipe('box', {folders: [dir], parameters: ['cpus=8'], settings: ['NFS=m']});
  const source = {
    kind: 'debian',
    dir: '/',
    digest: b,
    release: '6.1.192',
    origin: {from: 'x', sha256: a},
  } as const;
  const given = join(dir, 'overlays');
  const locked = async (sources: Readonly<Record<string, string>>) =>
    targetLock(temporaryWorkshop(t), {recipe, sources}, source, {
      arch: 'x86_64',
      recipe: composeRecipe(recipe, {arch: 'x86_64', kernelVersion: '6.1.192'}),
      resolved: {configDigest: b},
    } as never);
  const {builder, modules, ...rest} = await locked({});
  t.deepEqual(rest, {
    kernel: '6.1',
    arch: 'x86_64',
    parameters: {cpus: '8'},
    settings: {NFS: 'm'},
    source: {release: '6.1.192', from: 'x', sha256: a},
    config: b,
  });
  t.is(builder.suite, 'bookworm');
  t.true(builder.packages > 150);
  t.regex(builder.tools['gcc-12'] ?? '', /^12\./);
  t.regex(modules.zfs?.sha256 ?? '', /^[0-9a-f]{64}$/);
  t.deepEqual(modules.mine, {from: 'me'});
  t.deepEqual(modules.theirs, {from: 'https://example.org/m.git', version: '1'.repeat(40)});
  const {mine} = (await locked({mine: given})).modules;
  t.is(mine?.from, 'directory');
  await writeFile(join(given, 'more'), '');
  t.not((await locked({mine: given})).modules.mine?.sha256, mine?.sha256);
});

test('what differs is said with what it was and what it is', (t) => {
  const now: TargetLock = {
    ...target,
    source: {release: '6.1.193', from: 'linux-source-6.1 6.1.193-1', sha256: b},
    builder: {...target.builder, packages: 220, sha256: b, tools: {gcc: '4:13', make: '4.3'}},
    modules: {zfs: {from: 'zfs-dkms', version: '2.1.12-1', sha256: b}, more: {from: 'me'}},
    config: b,
  };
  t.deepEqual(targetDifferences(target, now, true), [
    'the kernel source is 6.1.193 (linux-source-6.1 6.1.193-1, SHA-256 3e23e8160039…), locked 6.1.192 (linux-source-6.1 6.1.192-2, SHA-256 ca978112ca1b…)',
    "the builder's gcc is 4:13, locked 4:12",
    "the builder's packages (220, locked 219) are others: SHA-256 3e23e8160039…, locked ca978112ca1b…",
    'the module more is new',
    'the source of zfs is zfs-dkms 2.1.12-1 (SHA-256 3e23e8160039…), locked zfs-dkms 2.1.11-1 (SHA-256 ca978112ca1b…)',
    'the .config is another: SHA-256 3e23e8160039…, locked ca978112ca1b…',
  ]);
  t.deepEqual(targetDifferences(target, target, true), []);
});

test('a .config that is another of the same things is the doing of kbuild', (t) => {
  const [said] = targetDifferences(target, {...target, config: b}, true);
  t.regex(said ?? '', /though all it is made of is as it was: this kbuild resolves the recipe otherwise/);
  t.notRegex(targetDifferences(target, {...target, config: b}, false)[0] ?? '', /this kbuild/);
});

test('a builder of another machine is said to be one, not package by package', (t) => {
  const builder = {...target.builder, machine: 'arm64', sha256: b};
  t.deepEqual(targetDifferences(target, {...target, builder}, true), [
    "the builder's packages are those of bookworm on arm64, locked bookworm on amd64",
    'the .config is the one that was locked all the same',
  ]);
});

test('of a source that nobody gave it is not known whether it is another', (t) => {
  const of = (zfs: TargetLock['modules'][string]): TargetLock => ({...target, modules: {zfs}});
  t.deepEqual(targetDifferences(of({from: 'directory', sha256: a}), of({from: 'its makers'}), true), []);
  t.is(
    targetDifferences(of({from: 'directory', sha256: a}), of({from: 'directory', sha256: b}), true).length,
    2,
  );
});

test('a lock reads as it was written, and is the same in whatever order it was made', async (t) => {
  const dir = await folder(t);
  const recipe = await readRecipe('box', {folders: [dir]});
  const other: TargetLock = {...target, kernel: '5.4'};
  const old: TargetLock = {...target, kernel: '5.10', settings: {B: 'y', A: 'y'}};
  const lock: RecipeLock = {recipe: 'box', files: {b, a}, targets: [other, target, old]};
  const again: RecipeLock = {
    ...lock,
    files: {a, b},
    targets: [{...old, settings: {A: 'y', B: 'y'}}, other, target],
  };
  t.is(renderRecipeLock(lock), renderRecipeLock(again));
  await writeFile(recipeLockPath(recipe), renderRecipeLock(lock));
  const held = await readRecipeLock(recipe);
  t.deepEqual(
    held?.targets.map(({kernel}) => kernel),
    ['5.4', '5.10', '6.1'],
  );
  t.is(renderRecipeLock(held!), renderRecipeLock(lock));
});

test("the project's own locks name the files of their recipes as they are", async (t) => {
  const own = join(import.meta.dirname, '../../../recipes');
  const names = (await readdir(own)).filter((name) => name.endsWith('.lock.json'));
  t.true(names.includes('nfs-rdma-zfs.lock.json'));
  for (const name of names) {
    const recipe = await readRecipe(name.replace('.lock.json', ''), {folders: [own]});
    const held = await readRecipeLock(recipe);
    const hint = `run kbuild lock --update --only recipes ${recipe.name}`;
    t.deepEqual(fileDifferences(held!.files, await digestsOfFiles(recipe)), [], hint);
    t.is(await readFile(join(own, name), 'utf8'), renderRecipeLock(held!), hint);
  }
});
