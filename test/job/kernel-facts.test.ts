import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {kernelFacts} from '../../src/job/kernel-facts.ts';

test("a kernel's modules are counted wherever they lie, and nothing else is", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-job-'));
  t.teardown(() => rm(dir, {recursive: true, force: true}));
  const modules = join(dir, 'modules/lib/modules/6.1.192');
  await mkdir(join(modules, 'kernel/net'), {recursive: true});
  await writeFile(join(modules, 'kernel/net/one.ko'), 'x'.repeat(10));
  await writeFile(join(modules, 'kernel/two.ko.xz'), 'x'.repeat(5));
  await writeFile(join(modules, 'modules.dep'), 'x'.repeat(100));
  const target = {arch: 'x86_64', kernel: {dir, value: {release: '6.1.192'}}} as never;
  t.deepEqual(await kernelFacts([target]), {
    x86_64: {release: '6.1.192', modules: {files: 2, bytes: 15}},
  });
});
