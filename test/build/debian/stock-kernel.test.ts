import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {obtainStockKernel} from '../../../src/build/debian/stock-kernel.ts';
import {lockedPackage} from './locked-package.ts';

/** The kernel of a Debian whose package has a module of this name. */
async function stockKernel(t: ExecutionContext, module: string) {
  const {workshop, lockDir} = await lockedPackage(t, {
    name: 'linux-image-6.1.0-56-amd64',
    architecture: 'amd64',
    set: {name: 'stock-kernel', requested: ['linux-image-amd64']},
    files: {
      'boot/vmlinuz-6.1.0-56-amd64': 'kernel',
      'boot/config-6.1.0-56-amd64': 'CONFIG_EXT4_FS=m\n',
      'boot/System.map-6.1.0-56-amd64': 'symbols',
      [`lib/modules/6.1.0-56-amd64/kernel/fs/ext4/${module}`]: 'module',
    },
  });
  return obtainStockKernel(workshop, {arch: 'x86_64', suite: 'bookworm', locked: true, lockDir});
}

test("Debian's kernel lies where one of ours does", async (t) => {
  const {dir, value} = await stockKernel(t, 'ext4.ko');
  t.is(value.release, '6.1.0-56-amd64');
  t.is(value.configDigest, createHash('sha256').update('CONFIG_EXT4_FS=m\n').digest('hex'));
  const read = (path: string): string => readFileSync(join(dir, path), 'utf8');
  t.is(read('vmlinuz'), 'kernel');
  t.is(read('System.map'), 'symbols');
  t.is(read('modules/lib/modules/6.1.0-56-amd64/kernel/fs/ext4/ext4.ko'), 'module');
});

test('one whose modules are compressed is refused', async (t) => {
  await t.throwsAsync(stockKernel(t, 'ext4.ko.xz'), {message: /compressed modules/});
});
