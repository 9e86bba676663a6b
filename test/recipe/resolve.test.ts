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
    /^--set:1:1: error\[unmet-goal\]: TIMEOUT cannot be at least 100: TIMEOUT has range 0 99 \(Kconfig:22\)/,
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
  t.regex(goals[3]!.reason!, /NET cannot be n beside NFS_FS: m .*: NFS_FS depends on NET \(Kconfig:11\)/);
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

test('what a goal depends on is set, and told with the goals that need it', (t) => {
  const {configText, added} = resolve('NFS_FS=m');
  t.deepEqual(added, [
    {symbol: 'MODULES', value: 'y', neededBy: ['NFS_FS']},
    {symbol: 'NET', value: 'y', neededBy: ['NFS_FS']},
  ]);
  t.regex(configText, /^CONFIG_MODULES=y\nCONFIG_NET=y\nCONFIG_NFS_FS=m$/m);
});

test('what one goal needs is not set where no goal needs it', (t) => {
  t.deepEqual(resolve('NFS_FS=n', 'TIMEOUT=8').added, []);
});

test('a symbol without a prompt comes by what selects it', (t) => {
  const {goals, added} = resolve('ZLIB=y');
  t.is(goals[0]!.actual, 'y');
  t.deepEqual(added, [{symbol: 'DEFLATE', value: 'y', neededBy: ['ZLIB']}]);
});

test('goals that contradict one another are told with the lines, their places and the ways out', (t) => {
  const {exit, faults} = refusal('NFS_FS=y', 'NET=n');
  t.is(exit, 1);
  t.deepEqual(faults, [
    '--set:1:1: error[contradiction]: NFS_FS cannot be y beside NET: n (--set:1:1): NFS_FS depends on NET (Kconfig:11)\n' +
      '  hint: take NFS_FS: y out, or take NET: n out',
  ]);
});

test('another value that would do is told', (t) => {
  t.regex(refusal('MODULES=n', 'NFS_FS=m').faults[0]!, /hint: .*or make NFS_FS y, or take NFS_FS: m out$/);
});

test('a symbol that is selected is told by what', (t) => {
  t.regex(
    refusal('DEFLATE=y', 'ZLIB=n').faults[0]!,
    /DEFLATE cannot be y beside ZLIB: n \(--set:1:1\): DEFLATE selects ZLIB \(Kconfig:18\)/,
  );
});

test('a number out of its range is told the range', (t) => {
  const {exit, faults} = refusal('TIMEOUT=100');
  t.is(exit, 1);
  t.regex(faults[0]!, /TIMEOUT cannot be 100: TIMEOUT has range 0 99 \(Kconfig:22\)$/);
});

test('two members of one choice cannot both be y', (t) => {
  const {exit, faults} = refusal('XZ=y', 'ZSTD=y');
  t.is(exit, 1);
  t.regex(faults[0]!, /XZ cannot be y beside ZSTD: y .*: a choice takes one of XZ, ZSTD \(Kconfig:32\)/);
});

test('every goal that cannot be met is listed, and an unknown symbol or a wrong type makes it bad input', (t) => {
  const {exit, faults} = refusal(
    'NSF_FS=y',
    'NET=5',
    'TIMEOUT=maybe',
    'NET_=m',
    'TIMEOUT=100',
    'XZ=y',
    'ZSTD=y',
  );
  t.is(exit, 2);
  t.deepEqual(
    faults.map((fault) => /\[(.*?)\]/.exec(fault)?.[1]),
    ['unknown-symbol', 'wrong-type', 'wrong-type', 'unknown-symbol', 'unmet-goal', 'contradiction'],
  );
  t.regex(faults[0]!, /no symbol NSF_FS\n {2}hint: the nearest names are NFS_FS/);
  t.regex(faults[1]!, /NET cannot be 5: it is of type bool \(Kconfig:6\)\n {2}hint: write y or n/);
});

test('the reason a recipe gives for a goal is shown when it cannot be met', (t) => {
  const goal: Goal = {...(goalOfSetting('TIMEOUT=100') as Goal), why: 'the client'};
  const error = t.throws<KbuildError>(() =>
    resolveRecipe({...recipeOf('allnoconfig'), goals: [goal]}, treeOf()),
  );
  t.regex(error?.message ?? '', /; wanted for: the client$/);
});

test('nothing is selected past what it depends on, not even by what no goal depends on', (t) => {
  const model = `
config A
	bool "a"
	default y

config B
	bool "b"
	depends on A

config C
	bool "c"
	default y
	select B
`;
  const tree = treeOf({Kconfig: model, 'arch/x86/configs/on_defconfig': ''});
  const {configText, added, warnings} = resolveRecipe(recipeOf('on_defconfig', 'A=n'), tree);
  t.deepEqual(added, [{symbol: 'C', value: 'n', neededBy: ['A']}]);
  t.deepEqual(warnings, []);
  t.regex(configText, /# CONFIG_A is not set\n# CONFIG_C is not set/);
});

test('another member of a choice is told with the goal that rules the first one out', (t) => {
  const {added} = resolve('XZ=n');
  t.deepEqual(added, [{symbol: 'ZSTD', value: 'y', neededBy: ['XZ']}]);
});

test('equal ways are told, and a goal for one of them takes it', (t) => {
  const model = `
config HIDDEN
	bool

config FIRST
	bool "first"
	select HIDDEN

config SECOND
	bool "second"
	select HIDDEN

config LARGE
	bool "large"
	select HIDDEN
	select OTHER

config OTHER
	bool
`;
  const tree = treeOf({Kconfig: model});
  const {added, alternatives} = resolveRecipe(recipeOf('allnoconfig', 'HIDDEN=y'), tree);
  t.deepEqual(added, [{symbol: 'FIRST', value: 'y', neededBy: ['HIDDEN']}]);
  t.deepEqual(alternatives, [{added: ['FIRST'], others: [['SECOND'], ['LARGE']]}]);
  t.deepEqual(resolveRecipe(recipeOf('allnoconfig', 'HIDDEN=y', 'SECOND=y'), tree).added, []);
});

test('of equal ways the one is taken by which fewer symbols change, also by what follows far from the goals', (t) => {
  const follows = ['ONE', 'TWO', 'THREE'].map(
    (name) => `config ${name}\n\tbool "${name}"\n\tdepends on FIRST\n\tdefault y\n`,
  );
  const model = `
config HIDDEN
	bool

config FIRST
	bool "first"
	select HIDDEN

config SECOND
	bool "second"
	select HIDDEN
	select OTHER

config OTHER
	bool

${follows.join('\n')}`;
  const tree = treeOf({Kconfig: model});
  const {added, alternatives, configText} = resolveRecipe(recipeOf('allnoconfig', 'HIDDEN=y'), tree);
  t.deepEqual(added, [{symbol: 'SECOND', value: 'y', neededBy: ['HIDDEN']}]);
  t.deepEqual(alternatives, [{added: ['SECOND'], others: [['FIRST']]}]);
  t.false(configText.includes('CONFIG_ONE'));
});

test('independent exchanges are told one by one, and each with what goes with it', (t) => {
  const model = ['A', 'B']
    .map(
      (name) => `
config HIDDEN_${name}
	bool

config FIRST_${name}
	bool "first"
	select HIDDEN_${name}

config SECOND_${name}
	bool "second"
	select HIDDEN_${name}
`,
    )
    .join('');
  const tree = treeOf({Kconfig: model});
  const {alternatives} = resolveRecipe(recipeOf('allnoconfig', 'HIDDEN_A=y', 'HIDDEN_B=y'), tree);
  t.deepEqual(alternatives, [
    {added: ['FIRST_A'], others: [['SECOND_A']]},
    {added: ['FIRST_B'], others: [['SECOND_B']]},
  ]);
});

test('what another kernel has is told: since when, until when, on which architecture', (t) => {
  const {model} = treeOf();
  const smaller = treeOf({
    Kconfig: 'config OLD\n\tbool "old"\n\nconfig HERE\n\tbool "here"\n\tdepends on NONE\n',
  });
  const told = (
    name: string,
    here: {release: string; arch: string},
    other: {release: string; arch: string},
  ) => {
    const recipe = recipeOf('allnoconfig', `${name}=y`);
    const error = t.throws<KbuildError>(() =>
      resolveRecipe(recipe, smaller, {...here, others: () => [{...other, model}]}),
    );
    return error!.diagnostics.map(({hint}) => hint?.split('\n')[0]);
  };
  const [old, now] = ['5.10.223', '6.1.192'];
  const x86 = {release: now, arch: 'x86_64'};
  t.deepEqual(told('NET', {release: old, arch: 'x86_64'}, x86), ['it is known since Linux 6.1.192']);
  t.deepEqual(told('NET', x86, {release: old, arch: 'x86_64'}), ['it is known until Linux 5.10.223']);
  t.deepEqual(told('NET', x86, {release: now, arch: 'arm64'}), ['this kernel has it on arm64']);
});

test('where goals can be had that cannot be had here is told', (t) => {
  const here = treeOf({Kconfig: 'config A\n\tbool "a"\n\tdepends on NONE\n'});
  const {model} = treeOf({Kconfig: 'config A\n\tbool "a"\n'});
  const others = [
    {release: '6.12.107', arch: 'x86_64', model},
    {release: '6.1.192', arch: 'arm64', model},
    {release: '5.10.223', arch: 'x86_64', model},
    {release: '6.12.107', arch: 'x86_64', model: here.model},
  ];
  const error = t.throws<KbuildError>(() =>
    resolveRecipe(recipeOf('allnoconfig', 'A=y'), here, {
      release: '6.1.192',
      arch: 'x86_64',
      others: () => others,
    }),
  );
  t.is(error?.diagnostics[0]?.message, 'A cannot be y: A depends on NONE (Kconfig:3)');
  t.is(error?.diagnostics[0]?.hint, 'take Linux 6.12.107, or build for arm64');
});

test('other kernels are read for what cannot be had, once its fault is found, and not for a wish', (t) => {
  const tree = treeOf();
  let reads = 0;
  const others = () => {
    reads++;
    return [
      {release: '6.12.107', arch: 'x86_64', model: treeOf({Kconfig: 'config LATER\n\tbool "later"\n'}).model},
    ];
  };
  const elsewhere = {release: '6.1.192', arch: 'x86_64', others};
  const wish = {...recipeOf('allnoconfig', 'LATER=y').goals[0]!, optional: true as const};
  const recipe = recipeOf('allnoconfig', 'NET=y');
  const {goals} = resolveRecipe({...recipe, goals: [...recipe.goals, wish]}, tree, elsewhere);
  t.deepEqual(
    goals.map(({met}) => met),
    [true, false],
  );
  t.is(reads, 0);
  t.throws(() => resolveRecipe(recipeOf('allnoconfig', 'LATER=y'), tree, elsewhere));
  t.is(reads, 1);
});

test('with trim: least nothing is on that no goal needs', (t) => {
  const model = `
config MENU
	bool "menu"

if MENU
config EXTRA
	bool "extra"
	default y

config NEEDED
	bool "needed"
	default y

config WANTED
	bool "wanted"
	depends on NEEDED
endif
`;
  const recipe = recipeOf('allnoconfig', 'WANTED=y');
  const on = (trim: 'defaults' | 'least') => {
    const resolved = resolveRecipe({...recipe, kernel: {...recipe.kernel, trim}}, treeOf({Kconfig: model}));
    return [...valuesOf(resolved.configText)].flatMap(([name, value]) => (value === 'y' ? [name] : []));
  };
  t.deepEqual(on('defaults'), ['MENU', 'EXTRA', 'NEEDED', 'WANTED']);
  t.deepEqual(on('least'), ['MENU', 'NEEDED', 'WANTED']);
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
