import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {addImages, type BootImage, readBootStream, writeBootStream} from '../../src/image/bfb.ts';
import {bits, crcOf, streamOf, vendorBase} from './vendor-base.ts';

function read(bytes: Uint8Array): readonly BootImage[] {
  return readBootStream(bytes, 'default.bfb');
}

function write(images: readonly BootImage[]): Buffer {
  return Buffer.concat(writeBootStream(images));
}

function image(id: number, content: string, version = 0): BootImage {
  return {id, version, content: Buffer.from(content)};
}

/** `id-vVERSION text` of each. */
function shown(images: readonly BootImage[]): readonly string[] {
  return images.map(({id, version, content}) => `${id}-v${version} ${Buffer.from(content).toString()}`);
}

const vendorImages = [
  '1-v0 bl2 of BlueField',
  '1-v1 bl2 of BlueField-2, with padding',
  '5-v0 uefi',
  '55-v0 default',
  '58-v0 HD(1)/Image',
  '59-v0 root=/dev/mmcblk0p2',
];

test('a boot stream is read into its images, without their padding', (t) => {
  t.deepEqual(shown(read(vendorBase)), vendorImages);
});

test('what was read is written again byte for byte', (t) => {
  t.deepEqual(write(read(vendorBase)), vendorBase);
});

test('an empty image is one', (t) => {
  const bytes = write([image(60, ''), image(62, 'kernel')]);
  t.is(bytes.length, 24 + 24 + 8);
  t.deepEqual(shown(read(bytes)), ['60-v0 ', '62-v0 kernel']);
});

test("a header is mlx-mkbfb's three words, little-endian", (t) => {
  const bytes = write([image(59, 'abc'), image(59, 'defghijk', 2), image(62, 'kernel')]);
  const words = [0, 8, 16].map((offset) => bytes.readBigUInt64LE(offset).toString(16).padStart(16, '0'));
  const crc = crcOf(Buffer.from('abc\0\0\0\0\0')).toString(16).padStart(8, '0');
  // Id 59, 3 words of header, version 0, next version 2, version 1.2 of the form, the magic number.
  t.deepEqual(words, ['3b30202113026642', `${crc}00000003`, bits(59, 62).toString(16).padStart(16, '0')]);
  const second = bytes.readBigUInt64LE(32);
  t.is(second.toString(16), '3b32002113026642');
  t.is(bytes.readBigUInt64LE(32 + 16), bits(62));
});

test('a new image comes where mlx-mkbfb puts it, and the others keep their order', (t) => {
  const added = [image(63, 'initramfs'), image(62, 'kernel'), image(57, 'ours'), image(52, 'capsule')];
  t.deepEqual(shown(addImages(read(vendorBase), added)), [
    ...vendorImages.slice(0, 3),
    '52-v0 capsule',
    vendorImages[3],
    '57-v0 ours',
    ...vendorImages.slice(4),
    '62-v0 kernel',
    '63-v0 initramfs',
  ]);
});

test('an image of an id that is there takes its place, in every version', (t) => {
  const base = [image(62, 'theirs'), image(62, 'theirs for BlueField-3', 2), image(5, 'uefi')];
  const ours = addImages(base, [image(59, 'for BlueField-3', 2), image(62, 'ours'), image(59, 'for all')]);
  t.deepEqual(shown(ours), ['59-v0 for all', '59-v2 for BlueField-3', '62-v0 ours', '5-v0 uefi']);
});

test('an image that is not known stays where it is', (t) => {
  const base = [image(20, 'of the future'), image(62, 'theirs'), image(21, 'of the future')];
  t.deepEqual(shown(addImages(base, [image(63, 'ours')])), [
    '20-v0 of the future',
    '62-v0 theirs',
    '21-v0 of the future',
    '63-v0 ours',
  ]);
});

test('padding that is not zero is part of the CRC that is read, and is zero when it is written', (t) => {
  const bytes = Buffer.from(streamOf({id: 62, content: 'kernel', following: 0n}));
  bytes[24 + 7] = 0xff;
  bytes.writeUInt32LE(crcOf(bytes.subarray(24)), 12);
  t.deepEqual(write(read(bytes)), streamOf({id: 62, content: 'kernel', following: 0n}));
});

function refused(t: ExecutionContext, bytes: Uint8Array, code: string, message: RegExp): void {
  const error = t.throws(() => read(bytes), {instanceOf: KbuildError});
  t.is(error.exit, 2);
  t.is(error.diagnostics.length, 1);
  t.is(error.diagnostics[0]!.code, code);
  t.regex(error.diagnostics[0]!.message, message);
  t.regex(error.diagnostics[0]!.hint ?? '', /\w/);
}

/** A copy of the vendor's base with one byte, or more, set. */
function changed(offset: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(vendorBase);
  copy.set(bytes, offset);
  return copy;
}

test('an empty file is refused', (t) => {
  refused(t, new Uint8Array(), 'bfb-empty', /^default\.bfb is empty$/);
});

test('a file that is cut short is refused wherever it is cut', (t) => {
  for (let length = 1; length < vendorBase.length; length++) {
    const error = t.throws(() => read(vendorBase.subarray(0, length)), {instanceOf: KbuildError});
    t.is(error.diagnostics[0]!.code, 'bfb-truncated', `at ${length}`);
  }
});

test('a file that is cut in a header, in an image or between two says so', (t) => {
  refused(t, vendorBase.subarray(0, 45), 'bfb-truncated', /at byte 40: 5 bytes are left, .* header/);
  refused(
    t,
    vendorBase.subarray(0, 70),
    'bfb-truncated',
    /at byte 40: image 1 \(bl2, version 1\) is 32 bytes long \(32 padded\), and the file ends after 6/,
  );
  refused(
    t,
    vendorBase.subarray(0, 96),
    'bfb-truncated',
    /at byte 96: .* still to follow: image 5 \(bl33\), image 55 \(boot-acpi\), image 58 \(boot-path\), image 59/,
  );
});

test('an image of 4 GiB in a small file is refused', (t) => {
  refused(t, changed(8, 0xff, 0xff, 0xff, 0xff), 'bfb-truncated', /is 4294967295 bytes long \(4294967296/);
});

test('a file of another kind is refused', (t) => {
  refused(t, changed(0, 0x7f), 'bfb-magic', /at byte 0: .* 0x1302667f, not 0x13026642$/);
});

test('what follows the images and is none is refused', (t) => {
  const bytes = Buffer.concat([vendorBase, Buffer.from('[config] of a vendor tool')]);
  refused(t, bytes, 'bfb-magic', new RegExp(`at byte ${vendorBase.length}: no image begins here`));
});

test('another version of the form, and another length of header, are refused', (t) => {
  refused(t, changed(4, 0x22), 'bfb-header', /version 2\.2 with a header of 24 bytes/);
  refused(t, changed(4, 0x31), 'bfb-header', /version 1\.3/);
  refused(t, changed(6, 0x40), 'bfb-header', /version 1\.2 with a header of 32 bytes/);
});

test('a wrong CRC is refused, in the image and in the padding', (t) => {
  refused(t, changed(24, 0), 'bfb-crc', /at byte 0: image 1 \(bl2\) has the CRC 0x\w{8}; its header says 0x/);
  const uefi = vendorBase.indexOf('uefi');
  refused(t, changed(uefi + 4, 1), 'bfb-crc', /image 5 \(bl33\)/);
});

test('an id that the bitmap has no place for is refused', (t) => {
  refused(t, changed(7, 64), 'bfb-id', /image 64 cannot be/);
});

test('the same image twice is refused', (t) => {
  const twice = streamOf(
    {id: 62, content: 'one', following: bits(62)},
    {id: 62, content: 'other', following: 0n},
  );
  refused(t, twice, 'bfb-twice', /at byte 32: image 62 \(image\) is there twice, first at byte 0/);
});

test('an image of 4 GiB is not written', (t) => {
  const content = Object.defineProperty(new Uint8Array(), 'length', {value: 2 ** 32});
  const error = t.throws(() => writeBootStream([{id: 63, version: 0, content}]), {instanceOf: KbuildError});
  t.is(error.diagnostics[0]!.code, 'bfb-too-long');
  t.is(error.exit, 2);
});

test('an id or a version that has no place in a header is a fault of the caller', (t) => {
  t.throws(() => writeBootStream([image(64, '')]), {instanceOf: RangeError});
  t.throws(() => writeBootStream([image(62, '', 16)]), {instanceOf: RangeError});
});
