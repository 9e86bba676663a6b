import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {captureStep} from '../../../src/base/process.ts';
import type {Builder} from '../../../src/build/container.ts';
import {describeExporter, findExporters, makefileEntries} from '../../../src/build/modules/exporters.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

const tree = {
  Kbuild: 'obj-y += lib/ fs/\nobj-$(CONFIG_NET) += net/\n',
  Makefile: 'obj-$(CONFIG_WRONG) += fs/\n',
  'lib/Makefile': 'lib-y := plain.o\nobj-$(CONFIG_DEFLATE) += deep/deflate/\n',
  'lib/plain.c': 'EXPORT_SYMBOL(always);\n',
  'lib/deep/deflate/Makefile': 'obj-y := deflate.o\n',
  'lib/deep/deflate/deflate.c': 'EXPORT_SYMBOL_GPL(deflate);\n',
  'fs/Makefile':
    'obj-$(CONFIG_FUSE) \\\n  += fuse.o\nfuse-objs := core.o\nfuse-$(CONFIG_FUSE_DAX) += dax.o\n',
  'fs/core.c': 'int fuse_open;\nEXPORT_SYMBOL_NS_GPL(fuse_open, FUSE);\n',
  'fs/dax.c': '  EXPORT_SYMBOL ( no );\nEXPORT_SYMBOL(fuse_dax);\n',
  'net/Makefile': 'ifdef CONFIG_TUNNEL\nobj-$(CONFIG_VXLAN) += vxlan.o\nelse\nobj-y += other.o\nendif\n',
  'net/vxlan.c': 'EXPORT_SYMBOL(vxlan);\n',
  'net/other.c': 'EXPORT_SYMBOL(other);\n',
  'arch/x86/lib.S': 'EXPORT_SYMBOL(fast)\n',
  'arch/arm64/lib.S': 'EXPORT_SYMBOL(fast)\n',
  'tools/fake.c': 'EXPORT_SYMBOL(faked);\n',
};

test('a symbol is followed to the goals that would add it, and what cannot be told is unknown', async (t) => {
  const dir = temporaryDirectory(t);
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), text);
  }
  const builder = {
    capture: ({argv}: {argv: readonly string[]}) => captureStep(argv, {cwd: dir}),
  } as unknown as Builder;
  const symbols = ['always', 'deflate', 'fuse_open', 'fuse_dax', 'vxlan', 'other', 'fast', 'faked'];
  const configText = '# CONFIG_NET is not set\nCONFIG_FUSE=m\nCONFIG_TUNNEL=y\n';
  const found = await findExporters(temporaryWorkshop(t), builder, symbols, {
    dir,
    sourceArch: 'x86',
    configText,
  });
  t.deepEqual(found, [
    {symbol: 'always', file: 'lib/plain.c'},
    {symbol: 'deflate', file: 'lib/deep/deflate/deflate.c', goals: ['DEFLATE']},
    {symbol: 'fuse_open', file: 'fs/core.c'},
    {symbol: 'fuse_dax', file: 'fs/dax.c', goals: ['FUSE_DAX']},
    {symbol: 'vxlan', file: 'net/vxlan.c', goals: ['NET', 'VXLAN']},
    {symbol: 'other', file: 'net/other.c'},
    {symbol: 'fast', file: 'arch/x86/lib.S'},
    {symbol: 'faked'},
  ]);
  t.is(
    describeExporter(found[1]!),
    'deflate: lib/deep/deflate/deflate.c exports it; the goal DEFLATE: y or m would add it',
  );
  t.regex(describeExporter(found[0]!), /which goal would add it is unknown$/);
  t.regex(describeExporter(found[7]!), /no EXPORT_SYMBOL of it is in this kernel's source$/);
});

test('a conditional that cannot be told hides what is in it', (t) => {
  const entries = makefileEntries(
    'ifneq ($(A),)\nobj-y += a.o\nendif\nifeq ($(CONFIG_B),y)\nobj-m += b.o # c.o\nendif\n',
  );
  t.deepEqual(entries, [{target: 'obj', parts: ['b.o'], symbols: ['B']}]);
});
