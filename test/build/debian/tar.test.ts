import {execFileSync} from 'node:child_process';
import {linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readContent, readTar, type TarMember, writeTar} from '../../../src/build/debian/tar.ts';
import {temporaryDirectory} from '../engines/workshop.ts';

const long = 'a-folder-with-a-long-name/'.repeat(5);
const access = {mode: 0o644, uid: 0, gid: 42, mtime: 1_000_000_000, attributes: new Map()};

test('what GNU tar packs is read: long names, hard links, symbolic links, modes', async (t) => {
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, 'root', long), {recursive: true});
  writeFileSync(join(dir, 'root', long, 'file'), 'hello', {mode: 0o640});
  linkSync(join(dir, 'root', long, 'file'), join(dir, 'root/z-link'));
  symlinkSync('/etc/target', join(dir, 'root/symbolic'));
  for (const format of ['gnu', 'pax']) {
    const tar = join(dir, `${format}.tar`);
    execFileSync('tar', ['-C', join(dir, 'root'), '--sort=name', `--format=${format}`, '-cf', tar, '.']);
    const members = await readTar(tar);
    const found = (path: string): TarMember => members.find((one) => one.path === path)!;
    t.is(members[0]?.path, '');
    const file = found(`${long}file`);
    t.is(file.mode, 0o640);
    t.is(String(await readContent(file.content!)), 'hello');
    t.like(found('symbolic'), {kind: 'symlink', target: '/etc/target'});
    t.like(found('z-link'), {kind: 'hardlink', target: `${long}file`});
  }
});

test('what is written, GNU tar and the reader read the same', async (t) => {
  const dir = temporaryDirectory(t);
  const capability = '\x01\x00\x00\x02\x00\x20\x00\x00';
  const content = {bytes: Buffer.from('x'.repeat(700))};
  const members: TarMember[] = [
    {...access, path: '', kind: 'directory', mode: 0o755},
    {...access, path: `${long}name`, kind: 'file', content},
    {
      ...access,
      path: 'ping',
      kind: 'file',
      content,
      attributes: new Map([['SCHILY.xattr.security.capability', capability]]),
    },
    {...access, path: 'twin', kind: 'hardlink', target: `${long}name`},
    {...access, path: 'up', kind: 'symlink', target: '../'.repeat(50)},
  ];
  const tar = join(dir, 'ours.tar');
  await writeTar(tar, members);
  const listed = execFileSync('tar', ['--numeric-owner', '-tvf', tar], {
    encoding: 'utf8',
    env: {TZ: 'UTC', PATH: process.env.PATH},
  });
  t.regex(listed, /-rw-r--r-- 0\/42 +700 2001-09-09 01:46 \.\/ping/);
  t.regex(listed, /twin link to \.\/a-folder/);
  const read = await readTar(tar);
  t.deepEqual(
    read.map(({path, kind, target, attributes}) => ({path, kind, target, attributes})),
    members.map(({path, kind, target, attributes}) => ({path, kind, target, attributes})),
  );
  t.deepEqual(await readContent(read[1]!.content!), content.bytes);
});

test('an archive that is cut off is refused', async (t) => {
  const tar = join(temporaryDirectory(t), 'cut.tar');
  await writeTar(tar, [{...access, path: 'file', kind: 'file', content: {bytes: Buffer.alloc(600)}}]);
  truncateSync(tar, 700);
  await t.throwsAsync(readTar(tar), {message: /is cut off/});
});
