import {mkdtemp, readdir, readFile, rm, stat, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {digestOf} from '../../src/base/digest.ts';
import {publish} from '../../src/job/publish.ts';

async function folders(t: ExecutionContext) {
  const root = await mkdtemp(join(tmpdir(), 'kbuild-publish-'));
  t.teardown(async () => rm(root, {recursive: true}));
  const from = join(root, 'image');
  await writeFile(from, 'bytes of an image');
  return {from, out: join(root, 'out')};
}

test('results are copied, and the manifest names each by SHA-256', async (t) => {
  const {from, out} = await folders(t);
  const files = await publish(out, [{name: 'host.img', from}], {recipe: 'x'});
  t.deepEqual(files, [{path: 'host.img', bytes: 17, sha256: digestOf('bytes of an image')}]);
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
  t.deepEqual(manifest.files, files);
  t.deepEqual(manifest.inputs, {recipe: 'x'});
});

test('what is there already is not copied again', async (t) => {
  const {from, out} = await folders(t);
  await publish(out, [{name: 'host.img', from}], {});
  const before = await stat(join(out, 'host.img'));
  await publish(out, [{name: 'host.img', from}], {});
  const after = await stat(join(out, 'host.img'));
  t.is(after.ino, before.ino);
  t.is(after.mtimeMs, before.mtimeMs);
});

test('a result that somebody changed is put right again', async (t) => {
  const {from, out} = await folders(t);
  await publish(out, [{name: 'host.img', from}], {});
  await writeFile(join(out, 'host.img'), 'BYTES of an image');
  await publish(out, [{name: 'host.img', from}], {});
  t.is(await readFile(join(out, 'host.img'), 'utf8'), 'bytes of an image');
});

test('a manifest that is no JSON does not stop anything', async (t) => {
  const {from, out} = await folders(t);
  await publish(out, [{name: 'host.img', from}], {});
  await writeFile(join(out, 'manifest.json'), '{');
  await publish(out, [{name: 'host.img', from}], {});
  t.is(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')).version, 1);
});

test('a sparse image stays sparse', async (t) => {
  const {from, out} = await folders(t);
  await truncate(from, 64 * 1024 * 1024);
  await publish(out, [{name: 'host.img', from}], {});
  const {size, blocks} = await stat(join(out, 'host.img'));
  t.is(size, 64 * 1024 * 1024);
  t.true(blocks * 512 < 1024 * 1024);
});

test('a source that is gone leaves nothing half-written', async (t) => {
  const {out} = await folders(t);
  await t.throwsAsync(publish(out, [{name: 'host.img', from: '/nonexistent/image', sha256: 'x'}], {}));
  t.deepEqual(await readdir(out), []);
});

test('a result of an earlier run that this one does not have is removed, unless somebody changed it', async (t) => {
  const {from, out} = await folders(t);
  const both = ['host.img', 'report.json', 'config'].map((name) => ({name, from}));
  await publish(out, both, {});
  await writeFile(join(out, 'config'), 'edited by hand');
  await publish(out, both.slice(0, 1), {});
  t.deepEqual((await readdir(out)).sort(), ['config', 'host.img', 'manifest.json']);
});
