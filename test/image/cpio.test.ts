import test from 'ava';
import {captureStep} from '../../src/base/process.ts';
import {writeCpio} from '../../src/image/cpio.ts';
import {runs} from '../build/engines/host-root.ts';

const withCpio = (await runs('cpio', '--version')) ? test : test.skip;

const entries = [
  {path: 'init', mode: 0o100755, content: '#!/bin/sh\n'},
  {path: 'bin', mode: 0o040755},
  {path: 'bin/odd', mode: 0o100644, content: new Uint8Array([1, 2, 3])},
  {path: 'bin/sh', mode: 0o120777, content: 'busybox'},
  {path: 'dev', mode: 0o040755},
  {path: 'dev/console', mode: 0o020600, device: {major: 5, minor: 1}},
];

withCpio('cpio(1) lists what was written, directories before what is in them', async (t) => {
  const {stdout, outcome} = await captureStep(['cpio', '--list', '--verbose', '--numeric-uid-gid'], {
    input: writeCpio(entries, 1767225600),
    environment: {...process.env, TZ: 'UTC', LC_ALL: 'C'} as Record<string, string>,
  });
  t.is(outcome, 'ok');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' '));
  t.deepEqual(lines, [
    'drwxr-xr-x 1 0 0 0 Jan 1 2026 bin',
    '-rw-r--r-- 1 0 0 3 Jan 1 2026 bin/odd',
    'lrwxrwxrwx 1 0 0 7 Jan 1 2026 bin/sh -> busybox',
    'drwxr-xr-x 1 0 0 0 Jan 1 2026 dev',
    'crw------- 1 0 0 5, 1 Jan 1 2026 dev/console',
    '-rwxr-xr-x 1 0 0 10 Jan 1 2026 init',
  ]);
});

test('the order in which entries are given does not matter', (t) => {
  t.deepEqual(writeCpio(entries, 1), writeCpio(entries.toReversed(), 1));
});

test('a path that is there twice is refused', (t) => {
  t.throws(() => writeCpio([entries[0]!, entries[0]!], 1), {
    instanceOf: RangeError,
    message: /init is there twice/,
  });
});
