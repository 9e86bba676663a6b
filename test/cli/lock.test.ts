import {appendFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Ended, kbuildThatIn, scratch} from './cli.ts';

const files: Readonly<Record<string, string>> = {
  'recipes/mine.yaml': `name: mine
summary: my server
use: [net]
kernel: {base: tinyconfig, version: "6.1"}
goals: {}
`,
  'recipes/other.yaml': `name: other
summary: one that nobody locks
kernel: {base: tinyconfig, version: "6.1"}
goals: {}
`,
  'recipes/modular.yaml': `name: modular
summary: one with a module
kernel: {base: tinyconfig, version: "6.1"}
goals: {}
modules: [fs]
`,
  'recipes/modules/fs.yaml':
    'name: fs\nsummary: a module\nsource: {name: our-fs, manual: us}\nsteps: [{run: make}]\n',
  'recipes/parts/net.yaml': 'name: net\nsummary: networks\ngoals: {NET: y}\n',
};

type Bench = {
  readonly dir: string;
  readonly lock: string;
  readonly run: (...argv: string[]) => Promise<Ended>;
  /** The same when the fake job resolves otherwise. */
  readonly runOn: (environment: Readonly<Record<string, string>>, ...argv: string[]) => Promise<Ended>;
};

async function bench(t: ExecutionContext): Promise<Bench> {
  const dir = await scratch(t);
  for (const folder of ['parts', 'modules']) await mkdir(join(dir, 'recipes', folder), {recursive: true});
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
  const runOn: Bench['runOn'] = (environment, ...argv) =>
    kbuildThatIn(t, dir, {KBUILD_CACHE: join(dir, 'cache'), ...environment}, 'locks', ...argv);
  return {dir, lock: join(dir, 'recipes/mine.lock.json'), run: (...argv) => runOn({}, ...argv), runOn};
}

const updateMine = ['lock', '--update', '--only', 'recipes', 'mine'];

test('a recipe without a lock is resolved as before, and --locked says nothing of it', async (t) => {
  const {run} = await bench(t);
  for (const more of [[], ['--locked']]) {
    const {code, stdout, stderr} = await run('config', 'mine', ...more);
    t.is(code, 0);
    t.is(stdout, 'CONFIG_X=y\n');
    t.is(stderr, '');
  }
});

test('lock --update writes a lock beside a recipe, the same each time, and lock then says that all is as it was', async (t) => {
  const {run, lock} = await bench(t);
  const first = await run(...updateMine);
  t.is(first.code, 0);
  t.is(first.stdout, 'recipes/mine.lock.json: new (6.1 on x86_64)\n');
  const text = await readFile(lock, 'utf8');
  const {recipe, files: named} = JSON.parse(text) as {recipe: string; files: object};
  t.is(recipe, 'mine');
  t.deepEqual(Object.keys(named), ['mine.yaml', 'parts/net.yaml']);
  t.is((await run(...updateMine)).stdout, 'recipes/mine.lock.json: nothing has changed (6.1 on x86_64)\n');
  t.is(await readFile(lock, 'utf8'), text);
  const checked = await run('lock', 'mine');
  t.is(checked.code, 0);
  t.is(checked.stdout, 'recipes/mine.lock.json: as it was locked (6.1 on x86_64)\n');
});

test('what is another than was locked is a warning, and an error with --locked', async (t) => {
  const {dir, run, runOn} = await bench(t);
  await run(...updateMine);
  await appendFile(join(dir, 'recipes/parts/net.yaml'), '# changed\n');
  const changed = {KERNEL: '6.1.2', DIGEST: 'b'};
  const warned = await runOn(changed, 'config', 'mine');
  t.is(warned.code, 0);
  t.is(warned.stdout, 'CONFIG_X=y\n');
  t.regex(warned.stderr, /warning: mine is not what recipes\/mine\.lock\.json has locked:/);
  t.regex(warned.stderr, /\n {2}parts\/net\.yaml has changed\n/);
  t.regex(warned.stderr, /\n {2}6\.1 on x86_64: the kernel source is 6\.1\.2 .*, locked 6\.1\.1 /);
  t.regex(
    warned.stderr,
    /\n {2}6\.1 on x86_64: the \.config is another: SHA-256 3e23e8160039…, locked ca978112ca1b…\n/,
  );
  const refused = await runOn(changed, 'config', 'mine', '--locked', '--json');
  t.is(refused.code, 1);
  const {diagnostics, lockDifferences} = JSON.parse(refused.stdout) as {
    diagnostics: {code: string}[];
    lockDifferences: {files: string[]};
  };
  t.deepEqual(
    diagnostics.map(({code}) => code),
    ['lock-differs'],
  );
  t.deepEqual(lockDifferences.files, ['parts/net.yaml has changed']);
  const checked = await runOn(changed, 'lock', 'mine');
  t.is(checked.code, 1);
  t.is(checked.stdout, '');
  t.regex(checked.stderr, /error\[lock-differs\]: mine is not what .*\n {2}parts\/net\.yaml has changed\n/);
});

test('--update says what is taken anew, and then nothing differs', async (t) => {
  const {run, runOn} = await bench(t);
  await run(...updateMine);
  const changed = {KERNEL: '6.1.2'};
  const {code, stdout} = await runOn(changed, ...updateMine);
  t.is(code, 0);
  t.regex(
    stdout,
    /^recipes\/mine\.lock\.json: renewed .*\n {2}6\.1 on x86_64: the kernel source is 6\.1\.2 /,
  );
  t.is((await runOn(changed, 'config', 'mine', '--locked')).code, 0);
});

test('a target that the lock does not have is told, is refused with --locked, and can be added', async (t) => {
  const {run} = await bench(t);
  await run(...updateMine);
  const arm = ['config', 'mine', '--arch', 'arm64'];
  const told = await run(...arm);
  t.is(told.code, 0);
  t.regex(told.stderr, /recipes\/mine\.lock\.json does not lock 6\.1 on arm64, so nothing tells/);
  const refused = await run(...arm, '--set', 'NFS=y', '--locked');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /error\[target-not-locked\]: .* does not lock 6\.1 on arm64 with NFS=y\n/);
  t.regex(refused.stderr, /--kernel 6\.1 --arch arm64 --set NFS=y adds it/);
  const checked = await run('lock', 'mine', '--arch', 'arm64');
  t.is(checked.code, 1);
  t.regex(checked.stderr, /6\.1 on arm64 is not locked/);
  const added = await run(...updateMine, '--arch', 'arm64', '--set', 'NFS=y');
  t.is(
    added.stdout,
    'recipes/mine.lock.json: renewed (6.1 on arm64 with NFS=y, 6.1 on x86_64)\n  6.1 on arm64 with NFS=y is new\n',
  );
  t.is((await run(...arm, '--set', 'NFS=y', '--locked')).code, 0);
  t.is((await run('config', 'mine', '--locked')).code, 0);
  const all = await run('lock', 'mine');
  t.is(all.stdout, 'recipes/mine.lock.json: as it was locked (6.1 on arm64 with NFS=y, 6.1 on x86_64)\n');
});

test('a recipe that is named and has no lock fails the check; without names, those that have one are checked', async (t) => {
  const {run, dir} = await bench(t);
  const {code, stderr} = await run('lock', 'mine');
  t.is(code, 1);
  t.regex(
    stderr,
    /error\[not-locked\]: the recipe mine has no lock\n {2}hint: kbuild lock --update --only recipes mine/,
  );
  await run('lock', '--update', '--only', 'recipes', './recipes/mine.yaml');
  t.is((await run('lock', './recipes/mine.yaml')).code, 0);
  const {recipes} = JSON.parse((await run('lock', '--json')).stdout) as {recipes: {name: string}[]};
  t.true(recipes.some(({name}) => name === 'mine'));
  t.false(recipes.some(({name}) => name === 'other'));
  await rm(join(dir, 'recipes/mine.lock.json'));
  t.is((await run('lock', './recipes/mine.yaml')).code, 1);
});

test('a lock that is not one is refused before any work', async (t) => {
  const {run, lock} = await bench(t);
  for (const text of ['', '{"format": 1}', '{"format":1,"recipe":"mine","files":{},"targets":[{}]}']) {
    await writeFile(lock, text);
    for (const argv of [
      ['config', 'mine'],
      ['lock', 'mine'],
    ]) {
      const {code, stderr} = await run(...argv);
      t.is(code, 2);
      t.regex(stderr, /error\[bad-lock\]: recipes\/mine\.lock\.json is not the lock of a recipe: /);
    }
  }
});

test('a target whose kernel is somebody’s directory is not locked anew without it', async (t) => {
  const {run, lock} = await bench(t);
  await run(...updateMine);
  await writeFile(lock, (await readFile(lock, 'utf8')).replace('linux-source-6.1', 'directory'));
  const {code, stderr} = await run('lock', 'mine');
  t.is(code, 2);
  t.regex(stderr, /error\[no-kernel\]: .* locks 6\.1 on x86_64 from a directory that is not known here\n/);
  t.is((await run(...updateMine, '--kernel', '6.1')).code, 0);
});

test('a module that was locked with a directory is not locked anew without it', async (t) => {
  const {run, dir} = await bench(t);
  const lock = join(dir, 'recipes/modular.lock.json');
  const updateModular = ['lock', '--update', '--only', 'recipes', 'modular'];
  await run(...updateModular);
  const text = (await readFile(lock, 'utf8')).replace(
    '"modules": {}',
    '"modules": {"fs": {"from": "directory"}}',
  );
  await writeFile(lock, text);
  for (const argv of [updateModular, ['lock', 'modular']]) {
    const {code, stderr} = await run(...argv);
    t.is(code, 2);
    t.regex(stderr, /with a directory as the source of fs\n {2}hint: give it with --source our-fs=DIR/);
  }
  t.is(await readFile(lock, 'utf8'), text);
  t.is((await run(...updateModular, '--source', `our-fs=${dir}`)).code, 0);
});

for (const [argv, said] of [
  [['lock', '--only', 'recipes'], /--only says what to update/],
  [['lock', '--arch', 'arm64'], /--arch is for one recipe\n {2}hint: name it/],
  [['lock', 'mine', 'other', '--kernel', '6.12'], /--kernel is for one recipe/],
  [['lock', '--update', '--only', 'packages', 'mine', '--set', 'A=y'], /--set is for locks of recipes/],
  [
    ['lock', '--update', '--only', 'recipes', 'mine', '--arch', 'arm'],
    /--arch arm: there is no such architecture\n {2}hint: did you mean arm64/,
  ],
] as const) {
  test(`kbuild ${argv.join(' ')} exits 2`, async (t) => {
    const {run} = await bench(t);
    const {code, stderr} = await run(...argv);
    t.is(code, 2);
    t.regex(stderr, said);
  });
}
