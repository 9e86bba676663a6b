import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {describeMisfit, misfits, modinfo, parseSymvers} from '../../../src/build/modules/fit.ts';

/** A relocatable object with the sections modpost writes, compiled by the real compiler. */
const moduleSource = `
__attribute__((section(".modinfo"), used)) static const char vermagic[] = "vermagic=6.1.192 SMP mod_unload modversions ";
__attribute__((section(".modinfo"), used)) static const char license[] = "license=GPL";
struct modversion_info { unsigned long crc; char name[64 - sizeof(unsigned long)]; };
__attribute__((section("__versions"), used)) static const struct modversion_info versions[] = {
  {0x11111111, "printk"}, {0x22222222, "kfree"},
};
extern int printk(const char *, ...);
extern void kfree(void *);
extern int optional(void) __attribute__((weak));
int init_module(void) { kfree((void *)printk); return optional ? optional() : 0; }
`;

function compiledModule(): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'kbuild-test-'));
  try {
    writeFileSync(join(dir, 'm.c'), moduleSource);
    execFileSync('gcc', ['-c', '-fno-pic', '-mcmodel=kernel', '-o', join(dir, 'm.o'), join(dir, 'm.c')]);
    return readFileSync(join(dir, 'm.o'));
  } finally {
    rmSync(dir, {recursive: true});
  }
}

const module = compiledModule();
const vermagic = '6.1.192 SMP mod_unload modversions ';
const symvers = '0x11111111\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n0x22222222\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n';

test('a module built against this kernel fits, weak symbols or not', (t) => {
  t.deepEqual(misfits(module, 'm.ko', {vermagic, exports: parseSymvers(symvers)}), []);
  t.is(modinfo(module, 'm.ko', 'license'), 'GPL');
});

test('another vermagic is refused, with both named', (t) => {
  const [misfit] = misfits(module, 'm.ko', {vermagic: '6.1.190 SMP ', exports: parseSymvers(symvers)});
  t.is(
    describeMisfit(misfit!),
    'm.ko was built for “6.1.192 SMP mod_unload modversions”, this kernel is “6.1.190 SMP”',
  );
});

test('another version of a symbol is refused', (t) => {
  const exports = parseSymvers(symvers.replace('0x22222222', '0x33333333'));
  t.deepEqual(misfits(module, 'm.ko', {vermagic, exports}), [
    {kind: 'version', module: 'm.ko', symbol: 'kfree', found: 0x22222222, wanted: 0x33333333},
  ]);
});

test('a symbol the kernel does not export is refused', (t) => {
  const exports = parseSymvers(symvers.split('\n')[0]!);
  t.deepEqual(misfits(module, 'm.ko', {vermagic, exports}), [
    {kind: 'unknown-symbol', module: 'm.ko', symbol: 'kfree'},
  ]);
});

test('a file that is no module, or cut off, is bad input and not an exception of another kind', (t) => {
  for (const bytes of [
    Buffer.from('#!/bin/sh\n'),
    module.subarray(0, 100),
    module.subarray(0, module.length - 64),
  ]) {
    const error = t.throws(() => misfits(bytes, 'x.ko', {exports: new Map()}), {instanceOf: KbuildError});
    t.is(error.exit, 2);
  }
});
