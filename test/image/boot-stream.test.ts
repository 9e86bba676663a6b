import {readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {readBootStream} from '../../src/image/bfb.ts';
import {bootImages, obtainBootStream, readVendorBase} from '../../src/image/boot-stream.ts';
import {dpuImage, payload} from './dpu-image.ts';
import {vendorBase} from './vendor-base.ts';

const base = readBootStream(vendorBase, 'default.bfb');

function texts(images: ReturnType<typeof bootImages>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    images.map(({id, version, content}) => [`${id}-v${version}`, Buffer.from(content).toString()]),
  );
}

test('a kernel is started by its path, with consoles of the board and the initramfs on its command line', (t) => {
  t.deepEqual(texts(bootImages(base, payload)), {
    '1-v0': 'bl2 of BlueField',
    '1-v1': 'bl2 of BlueField-2, with padding',
    '5-v0': 'uefi',
    '55-v0': 'default',
    '57-v0': 'qtfs dpu, Linux 6.1.192',
    '58-v0': 'VenHw(F019E406-8C9C-11E5-8797-001ACA00BFC4)/Image',
    '59-v0':
      'console=ttyAMA1 console=hvc0 console=ttyAMA0 earlycon=pl011,0x01000000 earlycon=pl011,0x01800000 initrd=initramfs ro root=PARTUUID=1',
    '59-v2': 'console=hvc0 console=ttyAMA0 earlycon=pl011,0x13010000 initrd=initramfs ro root=PARTUUID=1',
    '62-v0': 'MZ kernel',
    '63-v0': 'initramfs',
  });
});

test('a capsule is added where one is given', (t) => {
  t.is(texts(bootImages(base, {...payload, capsule: Buffer.from('firmware')}))['52-v0'], 'firmware');
  t.is(texts(bootImages(base, payload))['52-v0'], undefined);
});

test('a kernel in gzip is unpacked, since the firmware would not', (t) => {
  const packed = {...payload, kernel: gzipSync(payload.kernel)};
  t.is(texts(bootImages(base, packed))['62-v0'], 'MZ kernel');
});

test('a kernel that is no EFI program is refused, with the goal that makes it one', (t) => {
  const error = t.throws(() => bootImages(base, {...payload, kernel: Buffer.from('\x7fELF')}), {
    instanceOf: KbuildError,
  });
  t.is(error.diagnostics[0]!.code, 'bfb-kernel');
  t.regex(error.diagnostics[0]!.hint!, /EFI_STUB: y/);
});

test('the stage writes ROLE.bfb once, and again for another base', async (t) => {
  const {files, workshop, image} = await dpuImage(t);
  const vendor = await readVendorBase(files);
  const first = await obtainBootStream(workshop, {recipe: 'qtfs', image, vendor});
  const bytes = await readFile(join(first.dir, 'dpu.bfb'));
  t.is(first.value.stream.bytes, bytes.length);
  t.deepEqual(readBootStream(bytes, 'dpu.bfb'), bootImages(base, payload));
  t.true((await obtainBootStream(workshop, {recipe: 'qtfs', image, vendor})).reused);
  const capsule = join(workshop.logDir, 'capsule');
  await writeFile(capsule, 'firmware');
  const other = await readVendorBase({...files, capsule});
  const second = await obtainBootStream(workshop, {recipe: 'qtfs', image, vendor: other});
  t.false(second.reused);
  t.is(texts(readBootStream(await readFile(join(second.dir, 'dpu.bfb')), ''))['52-v0'], 'firmware');
});

test('a base that changes after it was read is refused', async (t) => {
  const {files, workshop, image} = await dpuImage(t);
  const vendor = await readVendorBase(files);
  await truncate(files.base, 96);
  await t.throwsAsync(obtainBootStream(workshop, {recipe: 'qtfs', image, vendor}), {
    instanceOf: KbuildError,
    message: /has changed since the start/,
  });
});

test('a base that is not there, is a directory, is cut short or is longer than can be read is refused', async (t) => {
  const {dir, files} = await dpuImage(t);
  const code = async (base: string, capsule?: string): Promise<string> => {
    const given = {base, ...(capsule === undefined ? {} : {capsule})};
    const error = await t.throwsAsync(readVendorBase(given), {instanceOf: KbuildError});
    t.is(error!.exit, 2);
    t.truthy(error!.diagnostics[0]!.hint);
    return error!.diagnostics[0]!.code;
  };
  t.is(await code(join(dir, 'none.bfb')), 'bfb-unreadable');
  t.is(await code(dir), 'bfb-unreadable');
  t.is(await code(files.base, join(dir, 'none.cap')), 'bfb-unreadable');
  await truncate(files.base, 95);
  t.is(await code(files.base), 'bfb-truncated');
  // A hole: it takes no space.
  await truncate(files.base, 2 ** 32);
  t.is(await code(files.base), 'bfb-too-long');
});
