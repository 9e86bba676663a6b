import test from 'ava';
import {captureStep} from '../../src/base/process.ts';
import {initScript} from '../../src/image/init-script.ts';
import {initramfsArchive, moduleClosure} from '../../src/image/initramfs.ts';

const modulesDep = `kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/lib/crc16.ko
kernel/fs/jbd2/jbd2.ko:
kernel/lib/crc16.ko:
kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio.ko:
`;

test('a module comes after what it depends on, and once', (t) => {
  t.deepEqual(moduleClosure(['virtio-blk', 'ext4', 'crc16'], modulesDep), [
    'kernel/drivers/virtio/virtio.ko',
    'kernel/drivers/block/virtio_blk.ko',
    'kernel/lib/crc16.ko',
    'kernel/fs/jbd2/jbd2.ko',
    'kernel/fs/ext4/ext4.ko',
  ]);
});

test('a module that is built in is not looked for', (t) => {
  t.deepEqual(moduleClosure(['nvme'], modulesDep), []);
});

test('the modules are listed in the archive in the order they are loaded in', (t) => {
  const content = new Uint8Array(4);
  const archive = initramfsArchive(content, [
    {path: 'kernel/b.ko', content},
    {path: 'kernel/a.ko', content},
  ]);
  t.true(archive.includes('b.ko\na.ko\n'));
});

test('the init script is a script to a POSIX shell', async (t) => {
  const {outcome, stderr} = await captureStep(['sh', '-n'], {input: initScript});
  t.is(stderr, '');
  t.is(outcome, 'ok');
});
