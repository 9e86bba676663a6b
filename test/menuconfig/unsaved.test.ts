import {appendFile, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Journal, type Step} from '../../src/menuconfig/unsaved.ts';

const first: Step = {kind: 'set', values: [['NET', 'y']]};
const second: Step = {kind: 'set', values: [['NFS', 'm']], seen: ['NET']};

async function rootOf(t: ExecutionContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(root, {recursive: true, force: true}));
  return root;
}

async function opened(root: string, edited = '/x/.config'): Promise<Journal> {
  const journal = await Journal.open(root, edited);
  if (journal === undefined) throw new Error('the journal is in use');
  return journal;
}

/** A run that is killed after these steps: nothing of it is closed but the lock, which the system takes away. */
async function killedAfter(root: string, ...steps: readonly Step[]): Promise<string> {
  const journal = await opened(root);
  journal.begin({config: 'CONFIG_A=y\n', at: 7});
  for (const step of steps) journal.add(step);
  const [folder] = await readdir(join(root, 'menuconfig'));
  const path = join(root, 'menuconfig', folder!, 'steps');
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  await journal.close();
  if (kept !== undefined) await writeFile(path, kept);
  return path;
}

test('steps that were not saved are there at the next start, with what they began from', async (t) => {
  const root = await rootOf(t);
  await killedAfter(root, first, second, {kind: 'undo'});
  const journal = await opened(root);
  t.deepEqual(journal.left, {
    start: {config: 'CONFIG_A=y\n', at: 7},
    steps: [first, second, {kind: 'undo'}],
  });
  await journal.close();
  // To look at it changes nothing.
  const again = await opened(root);
  t.is(again.left?.steps.length, 3);
  await again.close();
});

test('what was saved last of all is not left', async (t) => {
  const root = await rootOf(t);
  await killedAfter(root, first, {kind: 'saved'});
  const journal = await opened(root);
  t.is(journal.left, undefined);
  await journal.close();
});

test('steps before a save are kept as long as there are others behind it, since undo goes back to them', async (t) => {
  const root = await rootOf(t);
  await killedAfter(root, first, {kind: 'saved'}, {kind: 'undo'});
  const journal = await opened(root);
  t.deepEqual(journal.left?.steps, [first, {kind: 'saved'}, {kind: 'undo'}]);
  await journal.close();
});

for (const [what, damage] of [
  ['half of a line', '{"kind":"se'],
  ['a line that is no step', '{"kind":"set","values":[["NET"]]}\n'],
  ['zeros, as a power cut leaves them', '\0\0\0\0\n'],
] as const) {
  test(`${what} at the end is dropped, and the next step follows the last whole one`, async (t) => {
    const root = await rootOf(t);
    const path = await killedAfter(root, first, second);
    await appendFile(path, damage);
    const journal = await opened(root);
    t.deepEqual(journal.left?.steps, [first, second]);
    journal.resume();
    journal.add({kind: 'undo'});
    await journal.close();
    const again = await opened(root);
    t.deepEqual(again.left?.steps, [first, second, {kind: 'undo'}]);
    await again.close();
  });
}

test('a journal that is no journal is as none', async (t) => {
  const root = await rootOf(t);
  const path = await killedAfter(root, first);
  for (const text of ['', 'what\n', '[]\n[]\n', '{"version":99,"config":null,"at":1}\n{"kind":"undo"}\n']) {
    await writeFile(path, text);
    const journal = await opened(root);
    t.is(journal.left, undefined, text);
    await journal.close();
  }
});

test('what was given up is gone', async (t) => {
  const root = await rootOf(t);
  const path = await killedAfter(root, first);
  const journal = await opened(root);
  journal.discard();
  await journal.close();
  await t.throwsAsync(readFile(path), {code: 'ENOENT'});
});

test('two programs do not work on one file, and do on two', async (t) => {
  const root = await rootOf(t);
  const journal = await opened(root);
  t.is(await Journal.open(root, '/x/.config'), undefined);
  const other = await opened(root, '/y/.config');
  await other.close();
  await journal.close();
  await (await opened(root)).close();
});
