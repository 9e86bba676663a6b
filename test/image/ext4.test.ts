import test from 'ava';
import {debugfsComplaints, timesScript, usedInodes} from '../../src/image/ext4.ts';

const dumpe2fs = `Filesystem volume name:   root
Inode count:              64
Free inodes:              40

Group 0: (Blocks 0-32767) csum 0x92c0 [ITABLE_ZEROED]
  Free blocks: 1-3, 9
  Free inodes: 14, 20-32
Group 1: (Blocks 32768-65535) csum 0x31c7 [ITABLE_ZEROED]
  Free inodes: 36-64`.split('\n');

test('inodes in use are those that no group lists as free', (t) => {
  t.deepEqual(usedInodes(dumpe2fs), [
    {first: 2, last: 2},
    {first: 11, last: 13},
    {first: 15, last: 19},
    {first: 33, last: 35},
  ]);
});

test('a full file system has no free inodes to list', (t) => {
  t.deepEqual(usedInodes(['Inode count: 16', '  Free inodes: ']), [
    {first: 2, last: 2},
    {first: 11, last: 16},
  ]);
});

test('something else than the words of dumpe2fs is refused', (t) => {
  t.throws(() => usedInodes(['dumpe2fs: Bad magic number']), {instanceOf: RangeError});
});

test('each inode gets three times', (t) => {
  t.is(
    timesScript([{first: 2, last: 2}]),
    'set_inode_field <2> atime @1767225600\nset_inode_field <2> ctime @1767225600\nset_inode_field <2> crtime @1767225600\n',
  );
});

test('what debugfs says besides its prompts is a complaint', (t) => {
  const lines = [
    'debugfs 1.47.0 (5-Feb-2023)',
    'debugfs: set_inode_field <2> atime @1',
    'set_inode_field: Bad inode',
  ];
  t.deepEqual(debugfsComplaints(lines), ['set_inode_field: Bad inode']);
});
