import {mkdtemp, open, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {captureStep} from '../../src/base/process.ts';
import type {Entry} from '../../src/base/store.ts';
import type {Builder} from '../../src/build/container.ts';
import {makeImage} from '../../src/image/image.ts';
import type {ImageSpec, ImageValue} from '../../src/image/spec.ts';
import {hasTools, hostBuilder} from './host-builder.ts';
import {smallSpec, workshopIn} from './small-image.ts';
import {temporaryDirectory} from './temporary.ts';

const withTools = hasTools ? test : test.skip;
const hash = '$6$salt$aB/c.d&e';

async function debugfs(image: Entry<ImageValue>, command: string): Promise<string> {
  const fileSystem = `${join(image.dir, image.value.disk.name)}?offset=${image.value.root.offset}`;
  return (await captureStep(['/usr/sbin/debugfs', '-R', command, fileSystem])).stdout;
}

async function readRange(path: string, offset: number, bytes: number): Promise<Buffer> {
  const file = await open(path);
  const {buffer} = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
  await file.close();
  return buffer;
}

/** Made once, in two directories, with two ways to be proved; the tests only read them. */
async function makeTwice(dir: string): Promise<readonly [Entry<ImageValue>, Entry<ImageValue>]> {
  const spec = await smallSpec(dir);
  const one = await makeImage(workshopIn(join(dir, 'one')), hostBuilder, spec);
  const other: ImageSpec = {...spec, proofCommandLines: {host1: ['console=ttyS0'], host2: ['console=ttyS1']}};
  return [one, await makeImage(workshopIn(join(dir, 'deeper/two')), hostBuilder, other)];
}

let sharedDir: string;
let twice: Promise<readonly [Entry<ImageValue>, Entry<ImageValue>]>;
test.before(async () => {
  sharedDir = await mkdtemp(join(tmpdir(), 'kbuild-image-'));
  if (hasTools) twice = makeTwice(sharedDir);
});
test.after.always(() => rm(sharedDir, {recursive: true, force: true}));

withTools('the disk has the same bytes in another directory, however it is going to be proved', async (t) => {
  const [one, two] = await twice;
  t.false(two.reused);
  for (const file of ['disk', 'kernel', 'initramfs'] as const) t.deepEqual(one.value[file], two.value[file]);
});

withTools('each machine of a role has an ESP of its own for the proof', async (t) => {
  const [{value: one}, {value: two}] = await twice;
  t.deepEqual(Object.keys(two.proofEsps), ['host1', 'host2']);
  t.is(two.proofEsps.host1?.sha256, one.proofEsps.host?.sha256);
  t.not(two.proofEsps.host2?.sha256, one.proofEsps.host?.sha256);
});

withTools('what proving adds is in the ESP for the proof, and not in the delivered one', async (t) => {
  const [image] = await twice;
  const {esp, disk, proofEsps} = image.value;
  t.is(proofEsps.host?.bytes, esp.bytes);
  const delivered = await readRange(join(image.dir, disk.name), esp.offset, esp.bytes);
  const proof = await readFile(join(image.dir, proofEsps.host!.name));
  t.true(delivered.includes(`${image.value.commandLine}\0`));
  t.false(delivered.includes('console=ttyS0'));
  t.true(proof.includes('quiet console=ttyS0\0'));
});

withTools('the root file system has owners, modes and files as they should be', async (t) => {
  const [image] = await twice;
  t.regex(await debugfs(image, 'ls -l /'), /120777 \(7\)\s+0\s+0\s+7 .* lib\n/);
  t.regex(await debugfs(image, 'ls -l /root'), /40700 \(2\)\s+0\s+0\s.* \.ssh\n/);
  t.regex(await debugfs(image, 'ls -l /usr/lib/modules/6.1.0'), /100644 \(1\)\s+0\s+0\s.* modules\.dep\n/);
  t.notRegex(await debugfs(image, 'ls -l /etc/ssh'), /host_rsa/);
  t.regex(
    await debugfs(image, 'stat /etc/motd'),
    /ctime: 0x6955b900.*atime: 0x6955b900.*crtime: 0x6955b900/s,
  );
  t.like(JSON.parse(await debugfs(image, 'cat /etc/kbuild/release')), {recipe: 'small', role: 'host'});
});

withTools('the password of root is locked without a hash, and the hash to the letter with one', async (t) => {
  const [image] = await twice;
  t.regex(await debugfs(image, 'cat /etc/shadow'), /^root:\*:/);
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const access = {...spec.access, rootPasswordHash: hash};
  const open = await makeImage(workshopIn(dir), hostBuilder, {...spec, access});
  t.is(await debugfs(open, 'cat /etc/shadow'), `root:${hash}:20454:0:99999:7:::\ndaemon:*:1:0:99999:7:::\n`);
});

withTools('a tool that fails is heard, and nothing is left under the image’s name', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const wrong = {...spec, kernel: {...spec.kernel, release: '6.1.99'}, initramfsModules: []};
  const workshop = workshopIn(dir);
  const error = await t.throwsAsync(makeImage(workshop, hostBuilder, wrong), {instanceOf: KbuildError});
  t.regex(
    error.message,
    /making the root file system failed with exit code 2\n.*tar: lib\/modules\/6\.1\.99/s,
  );
  t.deepEqual(await workshop.store.list(), []);
});

test('a tool that the builder lacks is told of as missing', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const empty: Builder = {
    digest: 'nothing',
    run: async ({argv}) => ({argv, durationMs: 0, outcome: 'failed', exitCode: 127}),
    capture: () => Promise.reject(new Error('not used')),
  };
  const error = await t.throwsAsync(makeImage(workshopIn(dir), empty, spec), {instanceOf: KbuildError});
  t.is(error.exit, 3);
});

test('names and secrets that would break lines or paths are refused', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const refused: Partial<ImageSpec>[] = [
    {recipe: '../x'},
    {hostname: 'a b'},
    {access: {authorizedKeys: ['a\nb']}},
    {access: {authorizedKeys: [], rootPasswordHash: 'x:y'}},
  ];
  for (const part of refused) {
    const error = await t.throwsAsync(makeImage(workshopIn(dir), hostBuilder, {...spec, ...part}), {
      instanceOf: KbuildError,
    });
    t.is(error.exit, 2);
  }
});
