import {existsSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Store} from '../../../src/base/store.ts';
import {withObjectDirectory} from '../../../src/build/make/object-directory.ts';

async function place(t: ExecutionContext) {
  const root = await mkdtemp(join(tmpdir(), 'kbuild-objects-'));
  t.teardown(async () => rm(root, {recursive: true, force: true}));
  return {store: new Store(join(root, 'cache')), elsewhere: join(root, 'elsewhere')};
}

const compile = async (build: string) => writeFile(join(build, 'fork.o'), '');

test('the next build finds the objects of the last finished one', async (t) => {
  const {store, elsewhere} = await place(t);
  await withObjectDirectory(store, 'key', elsewhere, async (build, hasObjects) => {
    t.false(hasObjects);
    await compile(build);
  });
  await withObjectDirectory(store, 'key', elsewhere, async (build, hasObjects) => {
    t.true(hasObjects);
    t.true(existsSync(join(build, 'fork.o')));
  });
});

test('another source or tool chain finds none', async (t) => {
  const {store, elsewhere} = await place(t);
  await withObjectDirectory(store, 'key', elsewhere, compile);
  await withObjectDirectory(store, 'other', elsewhere, async (build) => {
    t.false(existsSync(join(build, 'fork.o')));
  });
});

test('a build that failed or was stopped leaves nothing to the next one', async (t) => {
  const {store, elsewhere} = await place(t);
  const stopped = withObjectDirectory(store, 'key', elsewhere, async (build) => {
    await compile(build);
    throw new Error('stopped');
  });
  await t.throwsAsync(stopped, {message: 'stopped'});
  await withObjectDirectory(store, 'key', elsewhere, async (build, hasObjects) => {
    t.false(hasObjects);
    t.false(existsSync(join(build, 'fork.o')));
  });
});

test('two builds at a time do not share objects', async (t) => {
  const {store, elsewhere} = await place(t);
  await withObjectDirectory(store, 'key', elsewhere, async (build) => {
    await withObjectDirectory(store, 'key', elsewhere, async (second, hasObjects) => {
      t.false(hasObjects);
      t.not(second, build);
      await compile(second);
    });
    t.false(existsSync(elsewhere));
    t.false(existsSync(join(build, 'fork.o')));
  });
});
