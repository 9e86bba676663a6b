import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {captureStep} from '../../src/base/process.ts';
import {listOverlay} from '../../src/image/overlay.ts';

const overlays = fileURLToPath(new URL('../../../recipes/overlays/', import.meta.url));
const pool = join(overlays, 'storage/usr/sbin/kbuild-pool');

/** Each overlay, and those that are laid under it wherever it is used. */
const laid: Readonly<Record<string, readonly string[]>> = {
  common: [],
  storage: [],
  qtfs: [],
  'qtfs-server': ['qtfs'],
  'qtfs-client': ['qtfs'],
  ceph: [],
  'ceph-mon': ['ceph'],
};

for (const [name, below] of Object.entries(laid)) {
  test(`every script of the overlay ${name} is a script to a POSIX shell`, async (t) => {
    const root = join(overlays, name);
    const scripts = (await listOverlay(root)).filter((file) => file.kind === 'file' && file.executable);
    t.true(scripts.length > 0 || below.length > 0);
    for (const {path} of scripts) {
      t.true((await readFile(join(root, path), 'utf8')).startsWith('#!/bin/sh\n'), path);
      t.like(await captureStep(['sh', '-n', join(root, path)]), {outcome: 'ok', stderr: ''});
    }
  });

  test(`what the units of the overlay ${name} start lies in it or comes with Debian`, async (t) => {
    const root = join(overlays, name);
    const own = await listOverlay(root);
    const files = [
      ...own,
      ...(await Promise.all(below.map((one) => listOverlay(join(overlays, one))))).flat(),
    ];
    for (const {path} of own.filter((file) => file.kind === 'file' && file.path.endsWith('.service'))) {
      const text = await readFile(join(root, path), 'utf8');
      for (const [, program] of text.matchAll(/^ExecStart=(\/usr\/lib\/kbuild\/\S+)/gm)) {
        t.like(
          files.find((file) => `/${file.path}` === program),
          {kind: 'file', executable: true},
        );
      }
    }
    t.pass();
  });
}

const refused: Record<string, readonly string[]> = {
  'a command that there is not': ['destroy', 'tank'],
  'a layout that there is not': ['create', 'tank', 'raid5', '/dev/a', '/dev/b'],
  'a mirror of one drive': ['create', 'tank', 'mirror', '/dev/a'],
  'no drive at all': ['create', 'tank', 'stripe'],
};
for (const [what, argv] of Object.entries(refused)) {
  test(`kbuild-pool refuses ${what}, and says how it is used`, async (t) => {
    const {exitCode, stderr} = await captureStep(['sh', pool, ...argv]);
    t.is(exitCode, 2);
    t.regex(stderr, /^kbuild-pool: .*\nUsage: kbuild-pool create/s);
  });
}

for (const [exports, said] of [
  ["a'b", "a'b(x) cannot be exported to"],
  ['a#b', 'a#b(x) cannot be exported to'],
  ['a(rw)(ro)', 'a(rw)(ro)(x) is not HOST(OPTIONS)'],
] as const) {
  test(`kbuild-pool exports nothing to ${exports}, and makes no pool`, async (t) => {
    const argv = ['create', '--clients', exports, '--options', 'x', 'tank', 'stripe', '/dev/a'];
    const {exitCode, stderr} = await captureStep(['sh', pool, ...argv]);
    t.is(exitCode, 1);
    t.is(stderr, `kbuild-pool: ${said}\n`);
  });
}

const misused: Record<string, readonly string[]> = {
  'a command that there is not': ['mgr'],
  'a monitor without an address': ['mon', '--network', '192.0.2.0/24'],
  'two drives at once': ['osd', '/dev/a', '/dev/b'],
};
for (const [what, argv] of Object.entries(misused)) {
  test(`kbuild-ceph refuses ${what}, and says how it is used`, async (t) => {
    const {exitCode, stderr} = await captureStep([
      'sh',
      join(overlays, 'ceph/usr/sbin/kbuild-ceph'),
      ...argv,
    ]);
    t.is(exitCode, 2);
    t.regex(stderr, /^kbuild-ceph: .*\nUsage: kbuild-ceph mon/s);
  });
}

test('kbuild-ceph takes nothing from whoever hands it no grant', async (t) => {
  const ceph = join(overlays, 'ceph/usr/sbin/kbuild-ceph');
  const {exitCode, stderr} = await captureStep(['sh', ceph, 'client'], {input: '[global]\n'});
  t.is(exitCode, 1);
  t.is(stderr, 'kbuild-ceph: no grant came by the standard input\n');
});
