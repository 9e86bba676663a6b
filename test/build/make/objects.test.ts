import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {
  countingArgv,
  countingMakefile,
  expectedObjects,
  ObjectCounter,
} from '../../../src/build/make/objects.ts';
import {temporaryDirectory} from '../engines/workshop.ts';

test('objects are counted once each, and only those that the configuration consists of', (t) => {
  const counter = new ObjectCounter(expectedObjects('object fs/a.o\nnoise\nobject fs/b.o\nobject fs/c.o\n'));
  t.true(counter.see('  CC      fs/a.o'));
  t.false(counter.see('  CC      fs/a.o'));
  t.true(counter.see('  CC [M]  fs/b.o'));
  t.true(counter.see('  AS      fs/c.o'));
  t.false(counter.see('  HOSTCC  scripts/mod/modpost.o'));
  t.false(counter.see('  AR      fs/built-in.a'));
  t.is(counter.done, 3);
});

test('without a known whole every object counts', (t) => {
  const counter = new ObjectCounter(new Set());
  t.true(counter.see('  CC      a.o'));
  t.is(counter.done, 1);
});

test('flags that a Kbuild file only adds to are expanded where it does so', async (t) => {
  // As in drivers/gpu/drm/Makefile of 6.12, whose compiler tests read KBUILD_CFLAGS, to which Makefile.lib adds them.
  const dir = temporaryDirectory(t);
  const files = {
    'scripts/Kbuild.include': 'cc-option = $(if $(KBUILD_CFLAGS),$(1))\n',
    'scripts/Makefile.lib':
      'KBUILD_CFLAGS += $(subdir-ccflags-y)\nsubdir-ym := $(filter %/,$(obj-y))\nreal-obj-y := $(obj-y)\n',
    Kbuild: 'subdir-ccflags-y += $(call cc-option, -Wrestrict)\nobj-y += a.o sub/\n',
    'sub/Makefile': 'obj-y += sub/b.o\n',
    Makefile: 'srctree := .\nexport srctree\nKBUILD_CFLAGS := -O2\nexport KBUILD_CFLAGS\n',
    'objects.mk': countingMakefile,
  };
  await Promise.all(['scripts', 'sub'].map((folder) => mkdir(join(dir, folder))));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
  const [command, ...argv] = countingArgv(['make'], 'objects.mk');
  const {stdout} = await execa(command!, argv, {cwd: dir});
  t.deepEqual(expectedObjects(stdout), new Set(['a.o', 'sub/b.o']));
});
