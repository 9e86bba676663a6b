import {mkdtemp, readdir, rm, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readNote, writeNote} from '../../src/base/notes.ts';
import {Store} from '../../src/base/store.ts';

const key = {kind: 'test', of: {name: 'one'}};

/** A store, a file from which something was found out long ago, and a place where nothing is. */
async function scene(t: ExecutionContext) {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(dir, {recursive: true, force: true}));
  const file = join(dir, 'file');
  await writeFile(file, 'text');
  return {store: new Store(join(dir, 'store')), file, missing: join(dir, 'missing')};
}

test('a note holds while its files look as they did, and what was missing is missing', async (t) => {
  const {store, file, missing} = await scene(t);
  t.is(await readNote(store, key), undefined);
  await writeNote(store, key, {found: 'é'}, {from: [file, missing], since: Date.now() + 1});
  t.deepEqual(await readNote(store, key), {found: 'é'});
  t.is(await readNote(store, {...key, of: {name: 'another'}}), undefined);
  await writeFile(missing, '');
  t.is(await readNote(store, key), undefined);
});

test('a note is gone when a file has another content, though it has the same size and time', async (t) => {
  const {store, file} = await scene(t);
  await writeNote(store, key, 1, {from: [file], since: Date.now() + 1});
  t.is(await readNote(store, key), 1);
  await utimes(file, 1, 1);
  t.is(await readNote(store, key), 1, 'only the time is another');
  await writeFile(file, 'TEXT');
  t.is(await readNote(store, key), undefined);
});

test('nothing is noted of a file that changed after one began to read it', async (t) => {
  const {store, file} = await scene(t);
  await writeNote(store, key, 1, {from: [file], since: Date.now() - 60_000});
  t.is(await readNote(store, key), undefined);
});

test('a note that is broken counts as none', async (t) => {
  const {store, file} = await scene(t);
  await writeNote(store, key, 1, {from: [file], since: Date.now() + 1});
  const [name] = await readdir(join(store.root, 'notes', 'test'));
  await writeFile(join(store.root, 'notes', 'test', name!), 'no note');
  t.is(await readNote(store, key), undefined);
});
