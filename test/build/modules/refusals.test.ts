import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {requireNoRefusal} from '../../../src/build/modules/refusals.ts';
import type {Refusal} from '../../../src/recipe/module.ts';

const place = {file: 'modules/m.yaml', text: 'refuses:\n', start: 0};

async function kernelWith(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(dir, {recursive: true, force: true}));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), {recursive: true});
    await writeFile(join(dir, path), text);
  }
  return dir;
}

const table: Refusal = {
  file: 'arch/x86/entry/syscall_64.c',
  text: 'x64_sys_call(',
  refusedWhere: 'there',
  why: 'it ignores the table',
  place,
};
const protect: Refusal = {
  file: 'arch/arm64/mm/mmu.c',
  text: 'update_mapping_prot(',
  refusedWhere: 'missing',
  why: 'the function is gone',
  place,
};

async function refused(dir: string, ...refusals: Refusal[]): Promise<readonly (string | undefined)[]> {
  try {
    await requireNoRefusal([{name: 'm', refusals}], {dir, release: '6.1.192'});
  } catch (error) {
    if (!(error instanceof KbuildError)) throw error;
    return [String(error.exit), error.message, error.diagnostics[0]?.hint];
  }
  return [];
}

test('a kernel with a text that the module cannot work with is refused', async (t) => {
  const dir = await kernelWith(t, {[table.file]: 'long x64_sys_call(const struct pt_regs *regs)\n'});
  t.deepEqual(await refused(dir, table), [
    '2',
    'm cannot work on kernel 6.1.192: it ignores the table',
    'arch/x86/entry/syscall_64.c of its source has "x64_sys_call("; take another kernel with --kernel',
  ]);
});

test('a kernel without that text is taken, also without the file', async (t) => {
  t.deepEqual(await refused(await kernelWith(t, {[table.file]: 'sys_call_table[]\n'}), table), []);
  t.deepEqual(await refused(await kernelWith(t, {}), table), []);
});

test('a kernel that lacks what the module looks for is refused', async (t) => {
  const has = await kernelWith(t, {[protect.file]: 'static void update_mapping_prot(phys_addr_t phys)\n'});
  t.deepEqual(await refused(has, protect), []);
  const lacks = [
    '2',
    'm cannot work on kernel 6.1.192: the function is gone',
    'arch/arm64/mm/mmu.c of its source does not have "update_mapping_prot("; take another kernel with --kernel',
  ];
  t.deepEqual(await refused(await kernelWith(t, {[protect.file]: ''}), protect), lacks);
  t.deepEqual(await refused(await kernelWith(t, {}), protect), lacks);
});
