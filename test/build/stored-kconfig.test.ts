import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Store, type Workshop} from '../../src/base/store.ts';
import type {Builder} from '../../src/build/container.ts';
import type {KernelSource} from '../../src/build/source.ts';
import {digestOfTree} from '../../src/build/source-directory.ts';
import {findKconfigTree, obtainKconfigTree, pathsBehindKconfig} from '../../src/build/stored-kconfig.ts';
import {olddefconfig} from '../../src/kconfig/index.ts';

const files: Readonly<Record<string, string>> = {
  Makefile: '',
  Kconfig: 'source "net/Kconfig"\n',
  'net/Kconfig': 'config NET\n\tbool "Net"\n\tdefault y\n',
  'scripts/tool.sh': '',
  'arch/x86/Makefile': '',
  'arch/x86/configs/x86_64_defconfig': '',
};

async function scene(t: ExecutionContext) {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(dir, {recursive: true, force: true}));
  const tree = join(dir, 'linux');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), {recursive: true});
    await writeFile(join(tree, path), text);
  }
  const workshop: Workshop = {
    store: new Store(join(dir, 'store')),
    report: () => undefined,
    signal: new AbortController().signal,
    logDir: join(dir, 'logs'),
  };
  let asked = 0;
  const nothing = {argv: [], durationMs: 0, outcome: 'ok', stderr: ''} as const;
  // The Makefile's environment; there is no `$(shell)` to answer.
  const builder: Builder = {
    digest: 'gcc',
    run: async () => nothing,
    capture: async () => {
      asked++;
      return {...nothing, stdout: 'SRCARCH=x86\0ARCH=x86\0'};
    },
  };
  const sourceNow = async (): Promise<KernelSource> => ({
    kind: 'directory',
    dir: tree,
    digest: await digestOfTree(workshop, tree),
    release: '6.1.0',
  });
  return {tree, workshop, builder, sourceNow, timesRead: () => asked};
}

test('a Kconfig is read once, and restored as it was with the texts of its tree', async (t) => {
  const {workshop, builder, sourceNow, timesRead} = await scene(t);
  const source = await sourceNow();
  const first = await obtainKconfigTree(workshop, builder, source, 'x86_64');
  const second = await obtainKconfigTree(workshop, builder, source, 'x86_64');
  t.is(timesRead(), 1);
  t.is(second.sourceArch, 'x86');
  t.is(second.readFile('net/Kconfig'), files['net/Kconfig']);
  t.is(second.readFile('none'), undefined);
  t.is(olddefconfig(second.model, '').text, olddefconfig(first.model, '').text);
  const parts = {source, toolChain: 'gcc', arch: 'x86_64'} as const;
  t.truthy(await findKconfigTree(workshop, parts));
  t.is(await findKconfigTree(workshop, {...parts, toolChain: 'clang'}), undefined);
});

test('another source, tool chain or architecture is read anew', async (t) => {
  const {tree, workshop, builder, sourceNow, timesRead} = await scene(t);
  await obtainKconfigTree(workshop, builder, await sourceNow(), 'x86_64');
  await obtainKconfigTree(workshop, {...builder, digest: 'clang'}, await sourceNow(), 'x86_64');
  await obtainKconfigTree(workshop, builder, await sourceNow(), 'arm64');
  t.is(timesRead(), 3);
  await writeFile(join(tree, 'net/Kconfig'), 'config NET\n\tbool "Net"\n');
  const {model} = await obtainKconfigTree(workshop, builder, await sourceNow(), 'x86_64');
  t.is(timesRead(), 4);
  t.regex(olddefconfig(model, '').text, /# CONFIG_NET is not set/);
});

test('what a model depends on are its files, where others were looked for, the scripts and the configurations', async (t) => {
  const {workshop, builder, sourceNow} = await scene(t);
  const source = await sourceNow();
  await obtainKconfigTree(workshop, builder, source, 'x86_64');
  const paths = await pathsBehindKconfig(workshop, {source, toolChain: 'gcc', arch: 'x86_64'});
  for (const path of Object.keys(files)) t.true(paths?.includes(path), path);
  // A tool of another release is recognised by such files, and a tree in which make ran is refused.
  t.true(
    paths?.includes('scripts/kconfig/kconfiglib.py') ||
      paths?.some((path) => path.startsWith('scripts/kconfig/')),
  );
  t.true(paths?.includes('.config'));
});
