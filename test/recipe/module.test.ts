import test from 'ava';
import {formatKernelRange} from '../../src/recipe/condition.ts';
import {saidRange, substituted} from '../../src/recipe/module.ts';
import {kitchen, moduleText, recipeText} from './kitchen.ts';

test("a module's goals travel with it, before those of the part that names it", async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [fs/m]'),
    'parts/fs/m.yaml': 'name: fs/m\nsummary: s\nmodules: [m]\ngoals: {PART: y}\n',
    'modules/m.yaml': moduleText('m', 'goals:', '  NEEDED: y', '  OLD: {value: m, when: {kernel: "<6"}}'),
  });
  const goals = async (version: string) =>
    (await composeFor('r', 'x86_64', version)).goals.map(({symbol, origin}) => [symbol, origin]);
  t.deepEqual(await goals('6.1.1'), [
    ['NEEDED', 'modules/m'],
    ['PART', 'fs/m'],
  ]);
  t.deepEqual((await goals('5.10.1'))[1], ['OLD', 'modules/m']);
});

test('a module says all of qtfs: variables, environment, fix-ups of some kernels, programs', async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText('r', 'modules: [server]'),
    'modules/server.yaml': [
      'name: server',
      'summary: a server',
      'source: {name: both, git: "https://example.org/both", commit: a123456789012345678901234567890123456789, path: kernel}',
      'kernels: ">=5.10"',
      'fixups:',
      '  - file: common/a.c',
      '    expect: KERNEL_VERSION(5, 11, 0)',
      '    replace: KERNEL_VERSION(5, 10, 220)',
      '    when: {kernel: ">=5.10.220 <5.11"}',
      '    why: that release has the change of 5.11',
      'steps:',
      '  - run: make KBUILD={build} qtfs_server',
      '    in: server',
      '    when: {arch: x86_64}',
      '  - run: [make, "CC={cross}gcc -O2", engine]',
      '    environment: {CPATH: "/usr/include/{host}", role: SERVER}',
      'modules: server',
      'programs:',
      '  - {from: server/engine, to: /usr/bin/engine}',
      '  - {from: config/list, to: /etc/list, mode: "0644"}',
      '',
    ].join('\n'),
  });
  const [old] = (await composeFor('r', 'x86_64', '5.10.223')).modules;
  t.like(old, {sourceName: 'both', path: 'kernel', modulesIn: 'server', origin: {kind: 'git'}});
  t.is(old?.fixups[0]?.times, 1);
  t.deepEqual(
    old?.steps.map(({argv, in: folder, environment}) => [argv, folder, environment]),
    [
      [['make', 'KBUILD={build}', 'qtfs_server'], 'server', {}],
      [['make', 'CC={cross}gcc -O2', 'engine'], '.', {CPATH: '/usr/include/{host}', role: 'SERVER'}],
    ],
  );
  t.deepEqual(
    old?.programs.map(({to, executable}) => [to, executable]),
    [
      ['/usr/bin/engine', true],
      ['/etc/list', false],
    ],
  );
  const [newer] = (await composeFor('r', 'arm64', '6.1.1')).modules;
  t.deepEqual(newer?.fixups, []);
  t.is(newer?.steps.length, 1);
});

test('a kernel or an architecture that a module is not for is refused when the recipe is composed', async (t) => {
  const {dir, composeFor} = await kitchen(t, {
    'r.yaml': recipeText('r', 'modules: [m]'),
    'modules/m.yaml': moduleText('m', 'kernels: ">=5.10 <6.3"', 'architectures: [arm64]'),
  });
  t.is((await composeFor('r', 'arm64', '6.2.16')).modules[0]?.name, 'm');
  const kernel = await t.throwsAsync(composeFor('r', 'arm64', '6.3.0'));
  t.like(kernel, {exit: 2, message: 'm is known to build on kernels >=5.10 <6.3, and this one is 6.3.0'});
  const arch = await t.throwsAsync(composeFor('r', 'x86_64', '6.1.0'));
  t.like(arch, {exit: 2, message: 'm is for arm64, not for x86_64'});
  t.truthy(dir);
});

test('an image does not go without a module that is not used where it is made', async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'use: [{part: m, when: {arch: arm64}}]',
      'images:',
      '  host: {summary: h, arch: x86_64}',
      '  dpu: {summary: d, arch: arm64, modules: [m]}',
    ),
    's.yaml': recipeText(
      's',
      'use: [{part: m, when: {arch: arm64}}]',
      'images: {a: {summary: a, modules: [m]}}',
    ),
    'parts/m.yaml': 'name: m\nsummary: s\nmodules: [m]\n',
    'modules/m.yaml': moduleText('m'),
  });
  for (const arch of ['x86_64', 'arm64'] as const) await t.notThrowsAsync(composeFor('r', arch, '6.1.1'));
  await t.notThrowsAsync(composeFor('s', 'arm64', '6.1.1'));
  t.like(await t.throwsAsync(composeFor('s', 'x86_64', '6.1.1')), {
    exit: 2,
    message: 'the image a of s has the module m, which nothing brings for x86_64 and kernel 6.1.1',
  });
});

test('a kernel is refused by a text of its source, on the architectures that say so', async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText('r', 'modules: [m]'),
    'modules/m.yaml': moduleText(
      'm',
      'refuses:',
      '  - {file: a/b.c, contains: "new(", why: it is called, when: {arch: x86_64}}',
      '  - {file: c.c, lacks: "old(", why: it is gone, when: {arch: arm64}}',
    ),
  });
  const refusals = async (arch: 'x86_64' | 'arm64') =>
    (await composeFor('r', arch, '6.1.0')).modules[0]?.refusals.map(({file, text, refusedWhere}) => [
      file,
      text,
      refusedWhere,
    ]);
  t.deepEqual(await refusals('x86_64'), [['a/b.c', 'new(', 'there']]);
  t.deepEqual(await refusals('arm64'), [['c.c', 'old(', 'missing']]);
});

test('a module that another needs comes with it, before it, and brings its goals', async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'use: [{part: fs/m, when: {arch: arm64}}]',
      'images: {a: {summary: a, arch: arm64, modules: [m, base]}}',
    ),
    'parts/fs/m.yaml': 'name: fs/m\nsummary: s\nmodules: [m]\n',
    'modules/m.yaml': moduleText('m', 'needs: [middle]', 'goals: {OWN: y}'),
    'modules/middle.yaml': moduleText('middle', 'needs: [base]', 'keeps: [include]'),
    'modules/base.yaml': moduleText('base', 'goals: {NEEDED: y}', 'packages: [libyaml-dev]'),
  });
  const {modules, goals} = await composeFor('r', 'arm64', '6.1.1');
  t.deepEqual(
    modules.map(({name, needs, keeps}) => [name, needs, keeps]),
    [
      ['base', [], []],
      ['middle', ['base'], ['include']],
      ['m', ['middle'], []],
    ],
  );
  t.deepEqual(
    goals.map(({symbol, origin}) => [symbol, origin]),
    [
      ['NEEDED', 'modules/base'],
      ['OWN', 'modules/m'],
    ],
  );
  t.deepEqual(modules[0]?.packages, ['libyaml-dev']);
  const elsewhere = await composeFor('r', 'x86_64', '6.1.1');
  t.deepEqual([elsewhere.modules, elsewhere.goals], [[], []]);
});

test('what a module keeps counts only where another one needs it', async (t) => {
  const {compose} = await kitchen(t, {
    'alone.yaml': recipeText('alone', 'modules: [base]'),
    'both.yaml': recipeText('both', 'modules: [base, m]'),
    'modules/m.yaml': moduleText('m', 'needs: [base]', 'keeps: [m.h]'),
    'modules/base.yaml': moduleText('base', 'keeps: [include]'),
  });
  const kept = async (name: string) => (await compose(name)).modules.map(({keeps}) => keeps);
  t.deepEqual(await kept('alone'), [[]]);
  t.deepEqual(await kept('both'), [['include'], []]);
});

test('modules that need one another, or one that is not there, are told where it is said', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'modules: [a]'),
    's.yaml': recipeText('s', 'modules: [c]'),
    'modules/a.yaml': moduleText('a', 'needs: [b]'),
    'modules/b.yaml': moduleText('b', 'needs: [a]'),
    'modules/c.yaml': moduleText('c', 'needs: [bb]'),
  });
  t.deepEqual(await faults('r'), [
    'modules/b.yaml:4:9: error[modules-circle]: modules need one another in a circle: a ─▶ b ─▶ a\n  hint: take one of these out of its `needs`',
  ]);
  t.regex((await faults('s'))[0]!, /^modules\/c\.yaml:4:9: error\[unknown-module\]: there is no module bb/);
});

test('a variable stays in its word, and {{ is a brace', (t) => {
  const variables = {
    kernel: '/src',
    build: '/a b',
    release: '6.1.1',
    source: '/out/source',
    arch: 'arm64',
    cross: '',
    host: 'aarch64-linux-gnu',
    cc: 'gcc',
    sysroot: '',
    needs: '/in/needs',
    version: '1',
  };
  t.is(substituted('KBUILD={build}', variables), 'KBUILD=/a b');
  t.is(substituted('{cross}gcc', variables), 'gcc');
  t.is(substituted('a{{kernel} {arch', variables), 'a{kernel} {arch');
});

test('what a source says of its kernels is a range; the newest is a line', (t) => {
  const meta = 'Version: 2.1.11\nLinux-Maximum: 6.2\nLinux-Minimum: 3.10\n';
  const said = {file: 'META', least: 'Linux-Minimum:', most: 'Linux-Maximum:'};
  t.is(formatKernelRange(saidRange(meta, said)!), '>=3.10 <6.3');
  t.is(saidRange('Linux-Maximum: 6.2\n', said), undefined);
});

/** The one fault of a module's file with these lines. */
const fault = test.macro(async (t, lines: readonly string[], expected: RegExp) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'modules: [m]'),
    'modules/m.yaml': ['name: m', 'summary: s', ...lines, ''].join('\n'),
  });
  const found = await faults('r');
  t.is(found.length, 1, found.join('\n'));
  t.regex(found[0]!, expected);
});

const steps = 'steps: [{run: make}]';
test(
  'a fix-up of a file out of the source is refused',
  fault,
  [steps, 'fixups:', '  - {file: ../x.c, expect: a, replace: b, why: c}'],
  /^modules\/m\.yaml:5:12: error\[wrong-value\]: fixups\.0\.file: a path below the source is expected, without \.\./,
);
test(
  'a refusal that says both what is there and what is not is refused',
  fault,
  [steps, 'refuses:', '  - {file: x.c, contains: a, lacks: b, why: c}'],
  /^modules\/m\.yaml:5:5: error\[wrong-value\]: refuses\.0: name one of contains and lacks/,
);
test(
  'a folder of a step out of the source is refused',
  fault,
  ['steps: [{run: make, in: /etc}]'],
  /^modules\/m\.yaml:3:25: error\[wrong-value\]: steps\.0\.in: a path below the source/,
);
test(
  'a program that would be put out of the image is refused',
  fault,
  [steps, 'programs: [{from: a, to: /usr/../../etc/passwd}]'],
  /^modules\/m\.yaml:4:26: error\[wrong-value\]: programs\.0\.to: an absolute path/,
);
test(
  'a text with signs of the shell is no step',
  fault,
  ['steps: [{run: "make && make install"}]'],
  /^modules\/m\.yaml:3:15: error\[wrong-value\]: steps\.0\.run: a step is a list of words/,
);
test(
  'an unknown variable has its place',
  fault,
  ['steps: [{run: [make, "K={kernl}"]}]'],
  /^modules\/m\.yaml:3:22: error\[unknown-variable\]: there is no variable \{kernl\}\n {2}hint: the variables are \{kernel\}/,
);
test(
  'a tarball without its digest is refused',
  fault,
  ['source: {tarball: "https://example.org/a.tar.gz"}', steps],
  /^modules\/m\.yaml:3:9: error\[wrong-value\]: source: a tarball has its sha256/,
);
test(
  'two sources are refused',
  fault,
  ['source: {debian: a-dkms, manual: somewhere}', steps],
  /^modules\/m\.yaml:3:9: error\[wrong-value\]: source: a source is one of debian, tarball, git, manual/,
);
test(
  'git is fetched over https only',
  fault,
  ['source: {git: "ssh://example.org/a", commit: a123456789012345678901234567890123456789}', steps],
  /^modules\/m\.yaml:3:15: error\[wrong-value\]: source\.git: an address begins with https:/,
);
