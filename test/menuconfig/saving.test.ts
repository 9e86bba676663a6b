import {chmod, lstat, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {fileProblem, KnownFiles} from '../../src/menuconfig/saving.ts';

async function folderOf(t: ExecutionContext, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(folder, {recursive: true, force: true}));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

test('a .config keeps the one before as .old, and is not written where nothing changed', async (t) => {
  const folder = await folderOf(t, {'.config': 'A=1\n'});
  const [path, files] = [join(folder, '.config'), new KnownFiles()];
  t.is(files.writeConfig(path, 'A=2\n', false), 'written');
  t.is(await readFile(`${path}.old`, 'latin1'), 'A=1\n');
  t.is(files.writeConfig(path, 'A=2\n', false), 'unchanged');
  t.is(await readFile(`${path}.old`, 'latin1'), 'A=1\n');
  t.is(files.standing(path), 'known');
});

test('a link to a .config becomes a file of its own, as conf_write leaves it, or is written through', async (t) => {
  const folder = await folderOf(t, {real: 'A=1\n'});
  const [link, files] = [join(folder, '.config'), new KnownFiles()];
  await symlink('real', link);
  files.writeConfig(link, 'A=2\n', true);
  t.is(await readFile(join(folder, 'real'), 'latin1'), 'A=2\n');
  t.true((await lstat(link)).isSymbolicLink());
  files.writeConfig(link, 'A=3\n', false);
  t.is(await readFile(join(folder, 'real'), 'latin1'), 'A=2\n');
  t.false((await lstat(link)).isSymbolicLink());
});

test('what others write to a file is noticed, even with the same size and times', async (t) => {
  const folder = await folderOf(t, {'.config': 'A=1\n'});
  const [path, files] = [join(folder, '.config'), new KnownFiles()];
  t.is(files.standing(path), 'unread');
  t.is(await files.read(path), 'A=1\n');
  t.is(files.standing(path), 'known');
  const {atime, mtime} = await stat(path);
  await writeFile(path, 'A=2\n');
  await utimes(path, atime, mtime);
  t.is(files.standing(path), 'changed');
  await files.read(path);
  t.is(files.standing(path), 'known');
  // The same text again is no change, whenever it was written.
  await writeFile(path, 'A=2\n');
  await utimes(path, 1, 1);
  t.is(files.standing(path), 'known');
  await rm(path);
  t.is(files.standing(path), 'missing');
});

test('a file that was not there and is now was changed', async (t) => {
  const folder = await folderOf(t);
  const [path, files] = [join(folder, '.config'), new KnownFiles()];
  t.is(await files.read(path), undefined);
  t.is(files.standing(path), 'missing');
  await writeFile(path, 'A=1\n');
  t.is(files.standing(path), 'changed');
});

test('other files keep their mode, and what a link names is written', async (t) => {
  const folder = await folderOf(t, {'mine.yaml': 'a: 1\n'});
  const [path, files] = [join(folder, 'mine.yaml'), new KnownFiles()];
  await chmod(path, 0o640);
  await symlink('mine.yaml', join(folder, 'link.yaml'));
  await files.writeText(join(folder, 'link.yaml'), Buffer.from('a: é\n'));
  t.is(await readFile(path, 'utf8'), 'a: é\n');
  t.is((await stat(path)).mode & 0o777, 0o640);
  t.true((await lstat(join(folder, 'link.yaml'))).isSymbolicLink());
});

test('what cannot be written is told in one word, and nothing is left beside it', async (t) => {
  const folder = await folderOf(t, {file: 'x'});
  const files = new KnownFiles();
  t.is(fileProblem(t.throws(() => files.writeConfig(folder, 'A=1\n', false))), 'Is a directory');
  t.is(
    fileProblem(await t.throwsAsync(files.writeText(join(folder, 'no', 'x'), Buffer.from('')))),
    'No such file or directory',
  );
  t.is(
    fileProblem(t.throws(() => files.writeConfig(join(folder, 'file', 'x'), 'A=1\n', false))),
    'Not a directory',
  );
  t.is(fileProblem(new Error('a bug')), undefined);
});
