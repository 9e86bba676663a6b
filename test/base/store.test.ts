import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {failure, KbuildError} from '../../src/base/diagnostic.ts';
import type {ProgressEvent} from '../../src/base/progress.ts';
import {type Stage, Store, type Workshop} from '../../src/base/store.ts';

async function workshopFor(t: {teardown: (clean: () => Promise<void>) => void}) {
  const root = await mkdtemp(join(tmpdir(), 'kbuild-store-'));
  t.teardown(async () => rm(root, {recursive: true, force: true}));
  const events: ProgressEvent[] = [];
  const workshop: Workshop = {
    store: new Store(root),
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    logDir: join(root, 'logs'),
  };
  return {root, events, workshop};
}

function stageOf(inputs: string, make: Stage<string>['make']): Stage<string> {
  return {name: 'kernel', title: 'a kernel', version: 1, inputs, make};
}

test('a stage is made once, and found again by its inputs', async (t) => {
  const {workshop, events} = await workshopFor(t);
  const stage = stageOf('a', async (dir) => {
    await writeFile(join(dir, 'vmlinuz'), 'image');
    return 'made';
  });
  const first = await workshop.store.obtain(workshop, stage);
  const second = await workshop.store.obtain(workshop, {...stage, make: async () => t.fail() as never});
  t.false(first.reused);
  t.true(second.reused);
  t.is(second.value, 'made');
  t.is(await readFile(join(second.dir, 'vmlinuz'), 'utf8'), 'image');
  t.deepEqual(
    events.filter((event) => event.kind === 'finished').map((event) => event.outcome),
    ['made', 'reused'],
  );
});

test('other inputs or another version of the stage make another entry', async (t) => {
  const {workshop} = await workshopFor(t);
  const stage = stageOf('a', async () => 'x');
  const digests = [stage, {...stage, inputs: 'b'}, {...stage, version: 2}].map((each) =>
    workshop.store.digest(each),
  );
  t.is(new Set(digests).size, 3);
});

test('the entries of a stage are listed, those of another version and unfinished ones left out', async (t) => {
  const {workshop, root} = await workshopFor(t);
  const {store} = workshop;
  for (const inputs of ['a', 'b'])
    await store.obtain(
      workshop,
      stageOf(inputs, async () => inputs),
    );
  await store.obtain(workshop, {...stageOf('c', async () => 'c'), version: 2});
  await mkdir(join(root, 'kernel', '0'.repeat(64)));
  const values = (await store.entries<string>({name: 'kernel', version: 1})).map(({value}) => value);
  t.deepEqual(values.sort(), ['a', 'b']);
  t.deepEqual(await store.entries({name: 'none', version: 1}), []);
});

test('a disk that was full while a tool ran is found in its log, though the tool has cleaned up', async (t) => {
  const {workshop} = await workshopFor(t);
  await mkdir(workshop.logDir);
  const failing = (words: string) =>
    stageOf(words, async () => {
      await writeFile(join(workshop.logDir, 'dpkg.log'), words);
      throw failure('userland-failed', 'mmdebstrap failed');
    });
  const codeOf = async (words: string) => {
    const error = await t.throwsAsync(workshop.store.obtain(workshop, failing(words)), {
      instanceOf: KbuildError,
    });
    return error.diagnostics[0]?.code;
  };
  t.is(await codeOf(`${'x'.repeat(100_000)}dpkg: write: No space left on device\n`), 'disk-full');
  t.is(await codeOf('return -ENOSPC;\n'), 'userland-failed');
});

test('what a failing stage wrote is gone, and the next run makes it', async (t) => {
  const {workshop, root} = await workshopFor(t);
  const failing = stageOf('a', async (dir) => {
    await writeFile(join(dir, 'half'), '');
    throw new Error('compiler fell over');
  });
  await t.throwsAsync(workshop.store.obtain(workshop, failing), {message: 'compiler fell over'});
  const left = await readdir(join(root, 'kernel'));
  t.deepEqual(
    left.filter((name) => !name.endsWith('.lock')),
    [],
  );
  t.is(
    (
      await workshop.store.obtain(
        workshop,
        stageOf('a', async () => 'fine'),
      )
    ).value,
    'fine',
  );
});

test('two that want the same entry at once: one makes it, the other waits and is told so', async (t) => {
  const {workshop, events} = await workshopFor(t);
  let made = 0;
  const stage = stageOf('a', async () => {
    made += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return 'x';
  });
  const [one, two] = await Promise.all([
    workshop.store.obtain(workshop, stage),
    workshop.store.obtain(workshop, stage),
  ]);
  t.is(made, 1);
  t.is(one.dir, two.dir);
  t.true(events.some((event) => event.kind === 'said' && event.message.includes('waiting')));
});

test('a process killed in the middle leaves nothing under the final name, and no lock', async (t) => {
  const {workshop, root} = await workshopFor(t);
  const script = `
    const {Store} = await import(${JSON.stringify(new URL('../../src/base/store.js', import.meta.url).href)});
    const store = new Store(${JSON.stringify(root)});
    const workshop = {store, report() {}, signal: new AbortController().signal, logDir: '/nonexistent'};
    await store.obtain(workshop, {name: 'kernel', title: 'k', version: 1, inputs: 'a', make: () => {
      console.log('making');
      return new Promise((resolve) => setTimeout(resolve, 60000));
    }});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const stage = stageOf('a', async () => 'after the kill');
  t.false(existsSync(join(root, 'kernel', workshop.store.digest(stage))));
  t.is((await workshop.store.obtain(workshop, stage)).value, 'after the kill');
});

test('a stage that needs more space than there is is refused before it starts', async (t) => {
  const {workshop} = await workshopFor(t);
  const stage = {...stageOf('a', async () => t.fail() as never), needsBytes: 1e18};
  const error = await t.throwsAsync(workshop.store.obtain(workshop, stage), {instanceOf: KbuildError});
  t.is(error?.exit, 1);
  t.is(error?.diagnostics[0]?.code, 'disk-full');
});

test('an entry cut short by a power failure is made again', async (t) => {
  const {workshop} = await workshopFor(t);
  const stage = stageOf('a', async () => 'whole');
  const {dir} = await workshop.store.obtain(workshop, stage);
  await writeFile(join(dir, 'entry.json'), '');
  t.is((await workshop.store.obtain(workshop, stage)).reused, false);
  await rm(join(dir, 'entry.json'));
  t.is((await workshop.store.obtain(workshop, stage)).reused, false);
});

test('the store can be owned only while nobody uses it, and used by several', async (t) => {
  const {workshop} = await workshopFor(t);
  const [one, two] = [await workshop.store.use(), await workshop.store.use()];
  t.is(await workshop.store.tryOwn(), undefined);
  await one.release();
  t.is(await workshop.store.tryOwn(), undefined);
  await two.release();
  const own = await workshop.store.tryOwn();
  t.truthy(own);
  await own?.release();
});
