import {truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {captureStep} from '../../src/base/process.ts';
import {espType, sectors, sfdiskScript} from '../../src/image/gpt.ts';
import {uuidFor} from '../../src/image/identifiers.ts';
import {hasTools} from './host-builder.ts';
import {temporaryDirectory} from './temporary.ts';

const withTools = hasTools ? test : test.skip;
const mebibyte = 1 << 20;

withTools('sfdisk reads back the partitions that were asked for', async (t) => {
  const disk = join(await temporaryDirectory(t), 'disk');
  await writeFile(disk, '');
  await truncate(disk, 8 * mebibyte);
  const esp = {
    name: 'esp',
    type: espType,
    partUuid: uuidFor('x', 'esp'),
    offset: mebibyte,
    bytes: 4 * mebibyte,
  };
  const written = await captureStep(['/usr/sbin/sfdisk', '--quiet', disk], {
    input: sfdiskScript(uuidFor('x', 'disk'), [esp]),
  });
  t.is(written.outcome, 'ok', written.stderr);
  const read = await captureStep(['/usr/sbin/sfdisk', '--json', disk]);
  const table = JSON.parse(read.stdout).partitiontable;
  t.is(table.label, 'gpt');
  t.is(table.id, uuidFor('x', 'disk').toUpperCase());
  const [partition] = table.partitions;
  t.like(partition, {start: 2048, size: 8192, name: 'esp', uuid: esp.partUuid.toUpperCase()});
  t.is(partition.type, espType.toUpperCase());
});

test('bytes that are not whole sectors are refused', (t) => {
  t.throws(() => sectors(513), {instanceOf: RangeError});
});

test('an identifier is a UUIDv8 that depends on the inputs and on what it is for', (t) => {
  t.regex(uuidFor('a', 'disk'), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.is(uuidFor('a', 'disk'), uuidFor('a', 'disk'));
  t.not(uuidFor('a', 'disk'), uuidFor('a', 'root'));
  t.not(uuidFor('a', 'disk'), uuidFor('b', 'disk'));
});
