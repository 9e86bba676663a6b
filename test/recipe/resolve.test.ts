import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {KbuildError, renderDiagnostic} from '../../src/base/diagnostic.ts';
import {parseKconfig} from '../../src/kconfig/index.ts';
import {baseConfig, type KernelTree} from '../../src/recipe/base-config.ts';
import {valuesOf} from '../../src/recipe/config-text.ts';
import {goalOfSetting} from '../../src/recipe/goals.ts';
import type {Goal, Recipe} from '../../src/recipe/recipe.ts';
import {type Resolved, resolveRecipe} from '../../src/recipe/resolve.ts';
import {runningConfigFor} from '../../src/recipe/running-config.ts';
import {kitchen} from './kitchen.ts';

const kconfig = `
config MODULES
	bool "modules"
	modules

config NET
	bool "net"

config NFS_FS
	tristate "nfs client"
	depends on NET

config ZLIB
	tristate

config DEFLATE
	tristate "deflate"
	select ZLIB

config TIMEOUT
	int "timeout"
	range 0 99
	default 5

config ADDRESS
	hex "address"
	default 0x10

config VERSION
	string "version"

choice
	prompt "compression"

config XZ
	bool "xz"

config ZSTD
	bool "zstd"

endchoice
`;

function treeOf(files: Readonly<Record<string, string>> = {}): KernelTree {
  const all: Readonly<Record<string, string>> = {Kconfig: kconfig, ...files};
  const readFile = (path: string): string | undefined => all[path];
  const model = parseKconfig('Kconfig', {readFile, environment: new Map(), shell: () => ''});
  return {model, readFile, sourceArch: 'x86'};
}

function recipeOf(base: string, ...settings: string[]): Recipe {
  const goals = settings.map(goalOfSetting) as Goal[];
  return {name: 'r', summary: 's', kernel: {base, version: '6.1'}, goals, modules: [], images: {}};
}

function resolve(...settings: string[]): Resolved {
  return resolveRecipe(recipeOf('allnoconfig', ...settings), treeOf());
}

/** The exit code and the faults, as they are shown, of goals that cannot be met. */
function refusal(...settings: string[]): {readonly exit: number; readonly faults: readonly string[]} {
  try {
    resolve(...settings);
  } catch (error) {
    if (!(error instanceof KbuildError)) throw error;
    return {exit: error.exit, faults: error.diagnostics.map(renderDiagnostic)};
  }
  return {exit: 0, faults: []};
}

test('goals of every type are in the final .config', (t) => {
  const {configText, goals, warnings} = resolve(
    'MODULES=y',
    'NET=y',
    'NFS_FS=m',
    'TIMEOUT=30',
    'ADDRESS=0xFF',
    'VERSION=-a"b\\c',
    'ZSTD=y',
    'XZ=n',
    'ZLIB=n',
  );
  const values = valuesOf(configText);
  t.is(values.get('NFS_FS'), 'm');
  t.is(values.get('TIMEOUT'), '30');
  t.is(values.get('ADDRESS'), '0xFF');
  t.is(values.get('VERSION'), '-a"b\\c');
  t.true(goals.every(({met}) => met));
  t.deepEqual(warnings, []);
});

test('a goal for a member of a choice displaces the member of the base without a warning', (t) => {
  const {configText, warnings} = resolve('ZSTD=y');
  t.regex(configText, /^CONFIG_ZSTD=y$/m);
  t.regex(configText, /^# CONFIG_XZ is not set$/m);
  t.deepEqual(warnings, []);
});

test('"y or m" is m where that can be, and y for a bool', (t) => {
  const {goals} = resolve('MODULES=y', 'NET=y or m', 'NFS_FS=y or m');
  t.deepEqual(
    goals.map(({actual}) => actual),
    ['y', 'y', 'm'],
  );
});

test('"y or m" is met by y where there are no modules', (t) => {
  t.is(resolve('NET=y', 'NFS_FS=y or m').goals[1]?.actual, 'y');
});

test('at least a number keeps what the base has of it, or takes that number', (t) => {
  const actual = (...settings: string[]) => resolve(...settings).goals.map((goal) => goal.actual);
  t.deepEqual(actual('TIMEOUT=at least 3'), ['5']);
  t.deepEqual(actual('TIMEOUT=at least 64', 'ADDRESS=at least 0x20'), ['64', '0x20']);
  t.regex(
    refusal('TIMEOUT=at least 100').faults[0]!,
    /^--set:1:1: error\[unmet-goal\]: TIMEOUT is 5, not .*100: it has to be between 0 and 99/,
  );
  t.regex(refusal('NET=at least 1').faults[0]!, /NET cannot be at least 1: it is of type bool/);
});

test('a wish is taken where it can be, and reported with its reason where not', (t) => {
  const wish = (text: string): Goal => ({...(goalOfSetting(text) as Goal), optional: true});
  const recipe = recipeOf('allnoconfig', 'MODULES=y', 'NET=n', 'TIMEOUT=at least 7');
  const wishes = ['NFS_FS=m', 'DEFLATE=y', 'NONE=y', 'TIMEOUT=8', 'NET=y'].map(wish);
  const {goals, configText} = resolveRecipe({...recipe, goals: [...recipe.goals, ...wishes]}, treeOf());
  t.deepEqual(
    goals.map(({met, actual}) => [met, actual]),
    [
      [true, 'y'],
      [true, 'n'],
      [true, '8'],
      [false, 'n'],
      [true, 'y'],
      [false, 'n'],
      [true, '8'],
      [false, 'n'],
    ],
  );
  t.regex(goals[3]!.reason!, /NFS_FS is n, not m: .*NET/);
  t.regex(goals[5]!.reason!, /no symbol NONE/);
  t.regex(configText, /^CONFIG_ZLIB=y$/m);
});

test('the running kernel is a base where its .config is, and it is of the architecture', async (t) => {
  const {dir} = await kitchen(t, {'config-1': '# Linux/x86 6.1.0 Kernel Configuration\nCONFIG_NET=y\n'});
  const plain = join(dir, 'config-1');
  const packed = join(dir, 'config.gz');
  await writeFile(packed, gzipSync('# Linux/arm64 6.1.0 Kernel Configuration\nCONFIG_ZSTD=y\n'));
  t.regex(runningConfigFor('x86', ['/no/such', plain]), /CONFIG_NET=y/);
  t.regex(runningConfigFor('arm64', [packed, plain]), /CONFIG_ZSTD=y/);
  const other = t.throws<KbuildError>(() => runningConfigFor('x86', [packed]));
  t.is(other?.exit, 2);
  t.regex(other?.message ?? '', /is one of arm64, not of x86/);
  await writeFile(packed, gzipSync(Buffer.alloc(64 << 20)));
  const missing = t.throws<KbuildError>(() => runningConfigFor('x86', [packed, dir, '/no/such']));
  t.is(missing?.exit, 3);
  t.regex(missing?.message ?? '', /config\.gz and .* cannot be read/);
});

test('a dependency that is off is named with its line and what would clear it', (t) => {
  const {exit, faults} = refusal('NFS_FS=y');
  t.is(exit, 1);
  t.is(faults.length, 1);
  t.regex(faults[0]!, /^--set:1:1: error\[unmet-goal\]: NFS_FS is n, not y: .*NET \[=n\] \(Kconfig:11\)/);
  t.regex(faults[0]!, /hint: add to the goals: NET: y$/);
});

test('a goal that another goal stands against is told which', (t) => {
  t.regex(
    refusal('NFS_FS=y', 'NET=n').faults[0]!,
    /hint: add to the goals: NET: y \(--set:1:1 makes it n\)$/,
  );
});

test('a symbol without a prompt is told what selects it', (t) => {
  t.regex(
    refusal('ZLIB=y').faults[0]!,
    /ZLIB is n, not y: it has no prompt.*\(Kconfig:13\)\n {2}hint: set DEFLATE$/,
  );
});

test('a symbol that is selected is told by what', (t) => {
  t.regex(
    refusal('DEFLATE=y', 'ZLIB=n').faults[0]!,
    /ZLIB is y, not n: it is selected by DEFLATE \[=y\] \(Kconfig:18\)/,
  );
});

test('a number out of its range is told the range', (t) => {
  const {exit, faults} = refusal('TIMEOUT=100');
  t.is(exit, 1);
  t.regex(faults[0]!, /TIMEOUT is 5, not 100: it has to be between 0 and 99 \(Kconfig:22\)$/);
});

test('two members of one choice cannot both be y', (t) => {
  const {exit, faults} = refusal('XZ=y', 'ZSTD=y');
  t.is(exit, 1);
  t.regex(faults[0]!, /XZ is n, not y: its choice \(Kconfig:32\) is set to ZSTD/);
});

test('every goal that is not met is listed, and an unknown symbol or a wrong type makes it bad input', (t) => {
  const {exit, faults} = refusal('NSF_FS=y', 'NET=5', 'TIMEOUT=maybe', 'NET_=m', 'NFS_FS=y', 'ZLIB=y');
  t.is(exit, 2);
  t.deepEqual(
    faults.map((fault) => /\[(.*?)\]/.exec(fault)?.[1]),
    ['unknown-symbol', 'wrong-type', 'wrong-type', 'unknown-symbol', 'unmet-goal', 'unmet-goal'],
  );
  t.regex(faults[0]!, /no symbol NSF_FS\n {2}hint: the nearest names are NFS_FS/);
  t.regex(faults[1]!, /NET cannot be 5: it is of type bool \(Kconfig:6\)\n {2}hint: write y or n/);
});

test('the reason a recipe gives for a goal is shown when it cannot be met', (t) => {
  const goal: Goal = {...(goalOfSetting('NFS_FS=y') as Goal), why: 'the client'};
  const error = t.throws<KbuildError>(() =>
    resolveRecipe({...recipeOf('allnoconfig'), goals: [goal]}, treeOf()),
  );
  t.regex(error?.message ?? '', /; wanted for: the client$/);
});

test('tinyconfig is tiny-base.config, then the two tiny.config, as the kernel makes it', (t) => {
  const tree = treeOf({
    'kernel/configs/tiny-base.config': 'CONFIG_NET=y\n',
    'kernel/configs/tiny.config': '# CONFIG_XZ is not set\nCONFIG_ZSTD=y\n',
    'arch/x86/configs/tiny.config': 'CONFIG_TIMEOUT=7\n',
  });
  const values = valuesOf(baseConfig('tinyconfig', tree));
  t.is(values.get('NET'), 'y');
  t.is(values.get('ZSTD'), 'y');
  t.is(values.get('TIMEOUT'), '7');
});

test('a base is also a defconfig of the architecture, or a file', async (t) => {
  const tree = treeOf({'arch/x86/configs/x86_64_defconfig': 'CONFIG_NET=y\n'});
  t.is(valuesOf(baseConfig('defconfig', tree)).get('NET'), 'y');
  t.is(valuesOf(baseConfig('x86_64_defconfig', tree)).get('NET'), 'y');
  const {dir} = await kitchen(t, {});
  await writeFile(join(dir, 'my.config'), 'CONFIG_TIMEOUT=8\n');
  t.is(valuesOf(baseConfig(join(dir, 'my.config'), tree)).get('TIMEOUT'), '8');
  t.throws(() => baseConfig('none', tree), {
    message: /the base none is none: this kernel has no arch\/x86\/configs\/none/,
  });
  t.throws(() => baseConfig('/no/such.config', tree), {message: /does not exist/});
});
