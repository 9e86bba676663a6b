import {existsSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {kbuildThat} from './cli.ts';
import {lookIn} from './looking.ts';

/** The page without its tags, a row a line. */
function wordsOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*<\/style>|<script>[\s\S]*<\/script>/g, '')
    .replaceAll(/<\/td><td>|<\/th><th>/g, ' | ')
    .replaceAll(/<p>/g, '\n    ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\n\s*\n/g, '\n');
}

test('report writes a page with the goals, the symbols by menu, and what differs from base and Debian', async (t) => {
  const {dir, look} = await lookIn(t);
  const file = join(dir, 'page.html');
  const {code, stdout} = await look('report', 'mine', '--write', file);
  t.deepEqual([code, stdout], [0, `${file}\n`]);
  const words = wordsOf(await readFile(file, 'utf8'));
  t.false(words.includes(dir), 'no path of this machine');
  t.true(words.includes('NFS NFS | m | m ✓ met | files of others | nfs.yaml:5'), words);
  t.regex(
    words,
    /differs from the base allnoconfig [\s\S]*NFS n → m NFS and 1 with it\s+CRC n → m selected by NFS/,
  );
  t.regex(words, /Of the package linux-config-6\.1 6\.1\.0-1[\s\S]*QUEUES 7 → 4 Queues/);
  t.regex(words, /Networks 2\nNET y Networking\n {4}the goal of nfs \(nfs\.yaml:4\) sets it\n/);
  t.regex(words, /QUEUES 4 Queues\n {4}default 4 \(Kconfig:25\)\n {4}elsewhere: Debian 7\n {4}Kconfig:22/);
});

test('report shows what was added, and for which goals', async (t) => {
  const {dir, look} = await lookIn(t, {
    'recipes/less.yaml':
      'name: less\nsummary: less\nkernel: {base: allnoconfig, version: "6.1"}\ngoals:\n  NFS: y\n  QUEUES: {value: 99, optional: true}\n',
  });
  const file = join(dir, 'page.html');
  const {code, stdout} = await look('report', 'less', '--write', file, '--json');
  t.is(code, 0);
  t.like(JSON.parse(stdout), {command: 'report', file, goals: 2, met: 1, added: 1});
  const words = wordsOf(await readFile(file, 'utf8'));
  t.regex(
    words,
    /Added for the goals 1\n[\s\S]*NET Networking \| y \| NFS\n[\s\S]*NET y Networking\n {4}it was set for NFS\n/,
  );
  t.regex(words, /QUEUES Queues \| 99 \(a wish\) \| 4 ✗ not taken \| not taken: /);
});

test('report says what would have done as well in the place of what was added', async (t) => {
  const {dir, look} = await lookIn(t, {
    'linux/Kconfig':
      'config A\n\tbool "A"\nconfig B\n\tbool "B"\nconfig C\n\tbool "C"\n\tdepends on A || B\n',
    'recipes/one.yaml':
      'name: one\nsummary: one\nkernel: {base: allnoconfig, version: "6.1"}\ngoals: {C: y}\n',
  });
  const file = join(dir, 'page.html');
  t.is((await look('report', 'one', '--write', file)).code, 0);
  t.regex(wordsOf(await readFile(file, 'utf8')), /A might as well have been B\./);
});

test('report writes over a report, and over nothing else', async (t) => {
  const {dir, look} = await lookIn(t);
  const file = join(dir, 'page.html');
  t.is((await look('report', 'mine', '--write', file)).code, 0);
  const first = await readFile(file, 'utf8');
  t.is((await look('report', 'mine', '--write', file)).code, 0);
  t.is(await readFile(file, 'utf8'), first);
  await writeFile(file, '<!DOCTYPE html>\nmine');
  for (const path of [file, dir]) {
    const {code, stderr} = await look('report', 'mine', '--write', path);
    t.is(code, 2);
    t.regex(stderr, /is there already and is no report; it is not written over\n {2}hint: name another/);
  }
  t.is(await readFile(file, 'utf8'), '<!DOCTYPE html>\nmine');
});

test('report compares with what --against names, a .config file as well, in the place of Debian', async (t) => {
  const {dir, look} = await lookIn(t, {'old.config': 'CONFIG_MODULES=y\nCONFIG_QUEUES=9\n'});
  const file = join(dir, 'page.html');
  const {code, stdout} = await look(
    'report',
    'mine',
    '--write',
    file,
    '--json',
    '--against',
    join(dir, 'old.config'),
  );
  t.is(code, 0);
  const {differs} = JSON.parse(stdout);
  t.deepEqual(
    differs.map(({from}: {from: string}) => from),
    ['the base allnoconfig', join(dir, 'old.config')],
  );
  t.regex(wordsOf(await readFile(file, 'utf8')), /QUEUES 9 → 4/);
});

test('report of a .config shows who set what, beside the defaults', async (t) => {
  const {dir, look} = await lookIn(t, {'old.config': 'CONFIG_MODULES=y\nCONFIG_QUEUES=9\n'});
  const file = join(dir, 'page.html');
  t.is((await look('report', join(dir, 'old.config'), '--write', file)).code, 0);
  const words = wordsOf(await readFile(file, 'utf8'));
  t.regex(words, /QUEUES 9 Queues\n {4}\S+old\.config sets it\n {4}elsewhere: defaults 4, Debian 7\n/);
  t.regex(words, /What differs from the defaults/);
});

test('report says why it does not compare with Debian where no mirror answers, and makes the rest', async (t) => {
  const {dir} = await lookIn(t);
  const file = join(dir, 'page.html');
  const options = ['--kernel', join(dir, 'linux'), '--recipes', join(dir, 'recipes'), '--write', file];
  const {code, stderr} = await kbuildThat(t, 'hasNoMirror', 'report', 'mine', ...options);
  t.is(code, 0);
  t.regex(stderr, /no comparison with Debian's own configuration: no mirror answers/);
  t.regex(
    wordsOf(await readFile(file, 'utf8')),
    /no comparison with Debian's own configuration: no mirror answers/,
  );
  const locked = await kbuildThat(t, 'hasNoMirror', 'report', 'mine', ...options, '--locked');
  t.is(locked.code, 1);
});

test('report refuses what does not exist, and writes nothing', async (t) => {
  const {dir, look} = await lookIn(t);
  const file = join(dir, 'page.html');
  const {code, stderr} = await look('report', 'min', '--write', file);
  t.is(code, 2);
  t.regex(stderr, /there is no recipe min\n {2}hint: did you mean mine\?/);
  t.false(existsSync(file));
});
