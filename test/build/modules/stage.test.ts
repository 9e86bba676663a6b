import {mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import type {Kernel} from '../../../src/build/kernel.ts';
import {obtainModuleSource} from '../../../src/build/modules/source.ts';
import {type BuiltModules, obtainModules} from '../../../src/build/modules/stage.ts';
import type {KernelSource} from '../../../src/build/source.ts';
import type {ModuleRecipe} from '../../../src/recipe/module.ts';
import {hostBuilder, runs} from '../engines/host-root.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

const usable = await runs('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true');
const withBubblewrap = usable ? test : test.skip;

const place = {file: 'modules/m.yaml', text: 'source: {}\n', start: 0};
const debian = {suite: 'bookworm', architecture: 'amd64'} as const;

/** What modpost leaves in a module, compiled without a kernel. */
const moduleSource = `
__attribute__((section(".modinfo"), used)) static const char vermagic[] = "vermagic=6.1.9 SMP ";
extern int printk(const char *, ...);
int init_module(void) { return printk("x") == OLD_NAME; }
`;
const makefile = `all:
	@echo built in $(PWD) for $(ARCH)
\t$(CC) -c -fno-pic -o m.ko -DRELEASE='"$(RELEASE)"' m.c
\t$(CC) -o tool tool.c
`;

/** A kernel that exports printk. */
function kernelIn(t: ExecutionContext): {kernel: Kernel; source: KernelSource} {
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, 'modules/lib/modules/6.1.9'), {recursive: true});
  mkdirSync(join(dir, 'devel'));
  writeFileSync(join(dir, 'config'), 'CONFIG_A=y\n');
  writeFileSync(join(dir, 'Module.symvers'), '0x00000000\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n');
  return {
    kernel: {dir, digest: 'k', value: {release: '6.1.9'}} as unknown as Kernel,
    source: {kind: 'tarball', dir: kernelSource(t), digest: 's', release: '6.1.9'},
  };
}

/** Of which CONFIG_PRINTF builds vprintk. */
function kernelSource(t: ExecutionContext): string {
  const dir = temporaryDirectory(t);
  mkdirSync(join(dir, 'lib'));
  writeFileSync(join(dir, 'lib/Makefile'), 'obj-$(CONFIG_PRINTF) += printf.o\n');
  writeFileSync(join(dir, 'lib/printf.c'), 'EXPORT_SYMBOL(vprintk);\n');
  return dir;
}

function moduleDirectory(t: ExecutionContext): string {
  const dir = temporaryDirectory(t);
  writeFileSync(join(dir, 'm.c'), moduleSource);
  writeFileSync(join(dir, 'tool.c'), 'int main(void) { return 0; }\n');
  writeFileSync(join(dir, 'list'), '[Path]\n');
  writeFileSync(join(dir, 'Makefile'), makefile);
  return dir;
}

const fixup = {file: 'm.c', expect: 'OLD_NAME', replace: '0', times: 1, why: 'it is gone', place};
const step = {title: 'make', argv: ['make', 'CC={cross}gcc', 'RELEASE={release}'], in: '.', environment: {}};
const whole = {
  name: 'm',
  summary: 'a module',
  sourceName: 'm',
  origin: {kind: 'manual'},
  path: '.',
  refusals: [],
  fixups: [fixup],
  steps: [step],
  modulesIn: '.',
  programs: [
    {from: 'tool', to: '/usr/bin/tool', executable: true},
    {from: 'list', to: '/etc/m/list', executable: false},
  ],
  needs: [],
  keeps: [],
  packages: [],
  needsMiB: 1,
  place,
} as const satisfies ModuleRecipe;

type Built = {readonly built: BuiltModules; readonly again: BuiltModules; readonly log: string};

async function build(t: ExecutionContext, module: ModuleRecipe, dir = moduleDirectory(t)): Promise<Built> {
  const workshop = temporaryWorkshop(t);
  const builder = hostBuilder(t);
  const given = {m: dir};
  const made = async (kernel: {kernel: Kernel; source: KernelSource}) => {
    const options = {given, debian, kernelVersion: '6.1.9'};
    return obtainModules(workshop, {
      ...kernel,
      builder,
      arch: 'x86_64',
      module,
      moduleSource: await obtainModuleSource(workshop, builder, module, options),
      needed: new Map(),
      jobs: 1,
    });
  };
  const kernel = kernelIn(t);
  const built = await made(kernel);
  return {built, again: await made(kernel), log: readFileSync(join(workshop.logDir, 'm.log'), 'utf8')};
}

async function refused(t: ExecutionContext, module: ModuleRecipe, dir?: string): Promise<KbuildError> {
  return t.throwsAsync(build(t, module, dir), {instanceOf: KbuildError});
}

withBubblewrap('a module and its programs are built of a copy, fixed up, and kept', async (t) => {
  const dir = moduleDirectory(t);
  const {built, again, log} = await build(t, whole, dir);
  t.deepEqual(built.value.files, ['m.ko']);
  t.deepEqual(Object.keys(built.value.programs), ['/usr/bin/tool', '/etc/m/list']);
  t.is(statSync(join(built.dir, 'programs/usr/bin/tool')).mode & 0o777, 0o755);
  t.is(statSync(join(built.dir, 'programs/etc/m/list')).mode & 0o777, 0o644);
  t.regex(log, /RELEASE='"6\.1\.9"'/);
  t.regex(log, /^built in \/out\/source for x86_64$/m);
  t.true(again.reused);
  t.is(readFileSync(join(dir, 'm.c'), 'utf8'), moduleSource);
});

withBubblewrap('a module that does not compile is told in the compiler’s words, first of all', async (t) => {
  const error = await refused(t, {...whole, fixups: []});
  t.is(error.exit, 1);
  t.regex(error.message, /^m: make failed\n {2}m\.c: In function .*\n {2}m\.c:4:\d+: error: .*OLD_NAME/);
});

withBubblewrap('a symbol that the kernel does not export is named', async (t) => {
  const error = await refused(t, {
    ...whole,
    fixups: [{...fixup, expect: 'printk("x")', replace: 'vprintk()'}, fixup],
  });
  t.like(error.diagnostics[0], {code: 'module-misfit'});
  t.regex(error.message, /m\.ko needs vprintk, which this kernel does not export/);
  t.regex(error.message, /lib\/printf\.c exports it; the goal PRINTF: y or m would add it/);
});

withBubblewrap('what modpost misses is named with the goal that would add it', async (t) => {
  const says = 'ERROR: modpost: "vprintk" [/out/source/m.ko] undefined!';
  const modpost = {...step, argv: ['sh', '-c', `echo '${says}' >&2; exit 1`]};
  const error = await refused(t, {...whole, steps: [modpost]});
  t.like(error.diagnostics[0], {code: 'module-needs-symbol'});
  t.regex(
    error.message,
    /modpost: "vprintk".*undefined!\n {2}vprintk: lib\/printf\.c exports it; the goal PRINTF/s,
  );
});

withBubblewrap('a program that is not there, or only by a link out of the source, is refused', async (t) => {
  const absent = await refused(t, {
    ...whole,
    programs: [{from: 'tools', to: '/usr/bin/tools', executable: true}],
  });
  t.regex(absent.message, /m built without an error, but left no file tools for \/usr\/bin\/tools/);
  const link = {...step, argv: ['ln', '-s', '/etc/passwd', 'stray']};
  const stray = await refused(t, {
    ...whole,
    steps: [step, link],
    programs: [{from: 'stray', to: '/usr/bin/stray', executable: true}],
  });
  t.regex(stray.message, /left no file stray/);
});

withBubblewrap('a program for another processor is refused', async (t) => {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(183, 18);
  const dir = moduleDirectory(t);
  writeFileSync(join(dir, 'foreign'), header);
  const programs = [{from: 'foreign', to: '/usr/bin/foreign', executable: true}];
  const error = await refused(t, {...whole, programs}, dir);
  t.regex(error.message, /foreign of m was not built for x86_64/);
});

withBubblewrap('steps that leave no module, or only a link to one elsewhere, are told', async (t) => {
  const dir = moduleDirectory(t);
  mkdirSync(join(dir, 'empty'));
  symlinkSync('../m.ko', join(dir, 'empty/m.ko'));
  const error = await refused(t, {...whole, modulesIn: 'empty'}, dir);
  t.is(error.diagnostics[0]?.code, 'no-modules');
});

/** Two modules, of which `b` takes a header of `a`, and a symbol that `a` exports. */
async function buildBoth(t: ExecutionContext, keeps: readonly string[]): Promise<BuiltModules> {
  const workshop = temporaryWorkshop(t);
  const builder = hostBuilder(t);
  const kernel = kernelIn(t);
  const [first, second] = [moduleDirectory(t), moduleDirectory(t)];
  mkdirSync(join(first, 'include'));
  writeFileSync(join(first, 'include/a.h'), 'int a_symbol(void);\n');
  writeFileSync(join(first, 'Module.symvers'), '0x00000000\ta_symbol\ta\tEXPORT_SYMBOL\t\n');
  const source = '#include <a.h>\nint use(void) { return a_symbol(); }\n';
  writeFileSync(join(second, 'm.c'), moduleSource.replace('OLD_NAME', '0') + source);
  const a = {...whole, name: 'a', programs: [], keeps};
  const make = {...step, argv: ['make', 'CC=gcc -I{needs}/a/include']};
  const b = {...whole, name: 'b', fixups: [], steps: [make], programs: [], needs: ['a']};
  const made = async (module: ModuleRecipe, dir: string, needed: ReadonlyMap<string, BuiltModules>) => {
    const options = {given: {m: dir}, debian, kernelVersion: '6.1.9'};
    const moduleSource_ = await obtainModuleSource(workshop, builder, module, options);
    const request = {...kernel, builder, arch: 'x86_64', module, needed, jobs: 1} as const;
    return obtainModules(workshop, {...request, moduleSource: moduleSource_});
  };
  return made(b, second, new Map([['a', await made(a, first, new Map())]]));
}

withBubblewrap('a module is built with what another keeps, and takes the symbols it exports', async (t) => {
  t.deepEqual((await buildBoth(t, ['include', 'Module.symvers'])).value.files, ['m.ko']);
  const unknown = await t.throwsAsync(buildBoth(t, ['include']), {instanceOf: KbuildError});
  t.regex(unknown.message, /m\.ko needs a_symbol, which this kernel does not export/);
  const absent = await t.throwsAsync(buildBoth(t, ['includes']), {instanceOf: KbuildError});
  t.regex(absent.message, /a built without an error, but left no includes to be kept/);
});
