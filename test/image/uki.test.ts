import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {captureStep} from '../../src/base/process.ts';
import {endOfSections, objcopyArgv, placeSections} from '../../src/image/uki.ts';
import {hasTools} from './host-builder.ts';
import {temporaryDirectory} from './temporary.ts';

const stub = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub';
const withTools = hasTools ? test : test.skip;

test('sections lie after the stub, on pages, and do not overlap', (t) => {
  const end = endOfSections([
    'Idx Name          Size      VMA               LMA               File off  Algn',
    '  7 .sdmagic      00000034  0000000000019100  0000000000019100  00011200  2**2',
    '                  CONTENTS, ALLOC, LOAD, READONLY, DATA',
  ]);
  t.is(end, 0x19134n);
  const sections = [
    {name: '.linux', file: 'k', bytes: 0x1001},
    {name: '.initrd', file: 'i', bytes: 1},
  ];
  t.deepEqual(
    placeSections(sections, end).map(({address}) => address),
    [0x1a000n, 0x1c000n],
  );
});

withTools('what was put into the sections is read back from them', async (t) => {
  const dir = await temporaryDirectory(t);
  const kernel = Buffer.alloc(70_000, 'kernel ');
  await writeFile(join(dir, 'linux'), kernel);
  await writeFile(join(dir, 'cmdline'), 'ro root=x');
  const {stdout} = await captureStep(['objdump', '-h', stub]);
  const sections = placeSections(
    [
      {name: '.cmdline', file: join(dir, 'cmdline'), bytes: 9},
      {name: '.linux', file: join(dir, 'linux'), bytes: kernel.length},
    ],
    endOfSections(stdout.split('\n')),
  );
  const make = (name: string) => captureStep(objcopyArgv('x86_64', sections, stub, join(dir, name)));
  t.is((await make('a.efi')).outcome, 'ok');
  await captureStep([
    'objcopy',
    '--dump-section',
    `.linux=${join(dir, 'back')}`,
    join(dir, 'a.efi'),
    '/dev/null',
  ]);
  // A PE section is filled up to the file's alignment.
  t.deepEqual((await readFile(join(dir, 'back'))).subarray(0, kernel.length), kernel);
  const header = await captureStep(['objdump', '-p', join(dir, 'a.efi')]);
  t.regex(header.stdout, /Time\/Date\s+Thu Jan {2}1 00:00:00 1970/);
});
