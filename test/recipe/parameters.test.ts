import test from 'ava';
import {kitchen, moduleText, partText, recipeText} from './kitchen.ts';

const cpus =
  'parameters: {cpus: {type: int, default: 64, range: [1, 512], unit: processors, summary: how many}}';

test('a parameter is its default, what `with` says, or what --param says', async (t) => {
  const {composeWith} = await kitchen(t, {
    'r.yaml': recipeText('r', cpus, 'use: [{part: a, with: {n: "${cpus}"}}, b]'),
    'parts/a.yaml': partText(
      'a',
      'parameters: {n: {type: int, default: 1, summary: s}}',
      'goals:',
      '  A: ${n}',
    ),
    'parts/b.yaml': partText(
      'b',
      'parameters: {n: {type: int, default: 2, summary: s}}',
      'goals:',
      '  B: at least ${n}',
    ),
  });
  const values = async (...parameters: string[]) =>
    (await composeWith('r', ...parameters)).goals.map(({value}) => value);
  t.deepEqual(await values(), ['64', 'at least 2']);
  t.deepEqual(await values('cpus=0x80'), ['128', 'at least 2']);
});

test('every type is filled in where goals, command lines and free space have it', async (t) => {
  const {composeWith} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'parameters:',
      '  debug: {type: bool, default: true, summary: s}',
      '  free: {type: int, default: 256, unit: MiB, summary: s}',
      '  host: {type: string, default: "node $${1}", summary: s}',
      '  hz: {type: choice, values: [100, 6.10], default: 100, summary: s}',
      'goals:',
      '  DEBUG: ${debug}',
      '  HOST: "${host}-$${x}-$5"',
      '  "HZ": ${hz}',
      'images:',
      '  host:',
      '    summary: s',
      '    commandLine: ["debug=${debug}", "hz=${hz}"]',
      '    freeMiB: ${free}',
    ),
  });
  const {goals, images} = await composeWith('r', 'hz=6.10');
  t.deepEqual(
    goals.map(({value}) => value),
    ['y', 'node $${1}-${x}-$5', '6.10'],
  );
  t.deepEqual(images.host?.commandLine, ['debug=y', 'hz=6.10']);
  t.is(images.host?.freeMiB, 256);
});

test('conditions ask for the value of a parameter', async (t) => {
  const {composeWith} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'parameters:',
      '  raid: {type: choice, values: [mirror, raidz1, raidz2], default: mirror, summary: s}',
      '  drives: {type: int, default: 3, summary: s}',
      'use: [{part: a, when: {parameters: {raid: [raidz1, raidz2]}}}]',
      'goals:',
      '  MANY: {value: y, when: {parameters: {drives: ">=4 <9"}}}',
      '  FOUR: {value: y, when: {parameters: {drives: 4}, arch: x86_64}}',
      '  ARM: {value: y, when: {parameters: {drives: 4}, arch: arm64}}',
    ),
    'parts/a.yaml': partText('a', 'goals: {A: y}', 'modules: [m]'),
    'modules/m.yaml': moduleText('m'),
  });
  const symbols = async (...parameters: string[]) =>
    (await composeWith('r', ...parameters)).goals.map(({symbol}) => symbol);
  t.deepEqual(await symbols(), []);
  t.deepEqual(await symbols('drives=8', 'raid=raidz2'), ['A', 'MANY']);
  t.deepEqual(await symbols('drives=4'), ['MANY', 'FOUR']);
  t.is((await composeWith('r')).modules.length, 0);
});

const part = partText('a', 'parameters: {n: {type: int, default: 1, summary: s}}', 'goals:', '  N: ${n}');

test('a part takes what one of its users says, where the others say nothing, and the recipe wins', async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [b, c, a]'),
    's.yaml': recipeText('s', 'use: [b, c, {part: a, with: {n: 5}}]'),
    'parts/a.yaml': part,
    'parts/b.yaml': partText('b', 'use: [a]'),
    'parts/c.yaml': partText('c', 'use: [{part: a, with: {n: 3}}]'),
  });
  t.is((await compose('r')).goals[0]?.value, '3');
  t.is((await compose('s')).goals[0]?.value, '5');
});

test('a part is used with two values where these never meet, and else both places are named', async (t) => {
  const uses = (one: string, other: string) => `use: [{part: b, when: ${one}}, {part: c, when: ${other}}]`;
  const {composeFor, faults} = await kitchen(t, {
    'r.yaml': recipeText('r', uses('{arch: arm64}', '{arch: x86_64}')),
    's.yaml': recipeText('s', uses('{arch: arm64}', '{kernel: ">=6"}')),
    'parts/a.yaml': part,
    'parts/b.yaml': partText('b', 'use: [{part: a, with: {n: 2}}]'),
    'parts/c.yaml': partText('c', 'use: [{part: a, with: {n: 3}}]'),
  });
  t.is((await composeFor('r', 'arm64', '6.1')).goals[0]?.value, '2');
  t.is((await composeFor('r', 'x86_64', '6.1')).goals[0]?.value, '3');
  const found = await faults('s');
  t.is(found.length, 1, found.join('\n'));
  t.regex(
    found[0]!,
    /^parts\/[bc]\.yaml:3:27: error\[parameters-disagree\]: [bc] uses a with n = \d, [bc] with \d \(parts\/[bc]\.yaml:3:27\)/,
  );
});

/** The one fault of a recipe with these lines. */
const fault = test.macro(async (t, lines: readonly string[], expected: RegExp, ...parameters: string[]) => {
  const {faultsWith} = await kitchen(t, {'r.yaml': recipeText('r', ...lines), 'parts/a.yaml': part});
  const found = await faultsWith('r', ...parameters);
  t.is(found.length, 1, found.join('\n'));
  t.regex(found[0]!, expected);
});

test(
  'a default of a wrong type has its place',
  fault,
  ['parameters:', '  n: {type: int, default: many, summary: s}'],
  /^r\.yaml:5:27: error\[wrong-parameter\]: the default of n is "many": a whole number is expected/,
);
test(
  'a range that holds nothing, and what is not for the type, have their places',
  fault,
  ['parameters:', '  n: {type: int, default: 1, range: [2, 1], summary: s}'],
  /^r\.yaml:5:37: error\[wrong-value\]: parameters\.n\.range: no number is in this range/,
);
test(
  'a choice without values is refused',
  fault,
  ['parameters:', '  n: {type: choice, default: 1, summary: s}'],
  /^r\.yaml:5:6: error\[wrong-value\]: parameters\.n\.values: a choice has values, and only it/,
);
test(
  'a value of a wrong type for a part has its place',
  fault,
  ['use: [{part: a, with: {n: some}}]'],
  /^r\.yaml:4:27: error\[wrong-parameter\]: n of the part a is "some": a whole number is expected\n {2}hint: n is: s$/,
);
test(
  'a parameter that the part has not comes with the nearest',
  fault,
  ['use: [{part: a, with: {m: 1}}]'],
  /^r\.yaml:4:24: error\[unknown-parameter\]: the part a has no parameter m\n {2}hint: did you mean n\?/,
);
test(
  'a parameter that the file has not is shown where it is filled in',
  fault,
  [cpus, 'goals:', '  X: ${cpu}'],
  /^r\.yaml:6:6: error\[unknown-parameter\]: this file has no parameter cpu\n {2}hint: did you mean cpus\?/,
);
test(
  'a brace that is missing is found',
  fault,
  [cpus, 'goals:', '  X: ${cpus'],
  /^r\.yaml:6:6: error\[unknown-parameter\]: \$\{cpus is not closed by a brace/,
);
test(
  'a condition on a value that cannot be is refused',
  fault,
  [cpus, 'goals: {X: {value: y, when: {parameters: {cpus: 1000}}}}'],
  /^r\.yaml:5:49: error\[wrong-parameter\]: cpus is "1000": a whole number from 1 to 512 is expected \(processors\)/,
);
test(
  '--param out of range is refused',
  fault,
  [cpus],
  /^--param:1:1: error\[wrong-parameter\]: cpus of the recipe r is "0": a whole number from 1 to 512 is expected \(processors\)/,
  'cpus=0',
);
test(
  '--param of a name that there is not is refused',
  fault,
  [cpus],
  /^--param:1:1: error\[unknown-parameter\]: the recipe r has no parameter cpsu\n {2}hint: did you mean cpus/,
  'cpsu=1',
);
test('--param without a value is refused', fault, [cpus], /^--param:1:1: error\[wrong-setting\]/, 'cpus');
test(
  'a word of the command line stays one',
  fault,
  [
    'parameters: {s: {type: string, default: a b, summary: s}}',
    'images: {h: {summary: s, commandLine: ["x=${s}"]}}',
  ],
  /^r\.yaml:5:40: error\[wrong-value\]: images\.h\.commandLine\.0 is "x=a b": one parameter without spaces/,
);
test(
  'free space that is none is refused',
  fault,
  ['parameters: {s: {type: int, default: -1, summary: s}}', 'images: {h: {summary: s, freeMiB: "${s}"}}'],
  /^r\.yaml:5:35: error\[wrong-value\]: images\.h\.freeMiB is "-1": a whole number from 0/,
);

test('variables of an image are filled in, file by file', async (t) => {
  const {composeWith} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'parameters:',
      '  layout: {type: choice, values: [mirror, stripe], default: mirror, summary: s}',
      '  drives: {type: int, default: 2, summary: s}',
      'images: {host: {summary: s, variables: {pool: {layout: "${layout}", drives: "${drives}", plain: 0x10}}}}',
    ),
  });
  t.deepEqual((await composeWith('r', 'layout=stripe')).images.host?.variables, {
    pool: {layout: 'stripe', drives: '2', plain: '0x10'},
  });
});

test('a text has only the characters that its parameter allows', async (t) => {
  const {composeWith, faultsWith} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'parameters: {s: {type: string, default: "", characters: "A-Za-z0-9._-", summary: s}}',
      'images: {host: {summary: s, commandLine: ["x=${s}"]}}',
    ),
  });
  t.deepEqual((await composeWith('r', 's=mlx5_0.1-')).images.host?.commandLine, ['x=mlx5_0.1-']);
  for (const wrong of ['a b', 'a/b', "a'", 'a$', 'é']) {
    t.regex(
      (await faultsWith('r', `s=${wrong}`))[0] ?? '',
      /a text of the characters A-Za-z0-9\._- is expected/,
    );
  }
});

const refusing = [
  'parameters:',
  '  layout: {type: choice, values: [mirror, raidz2], default: raidz2, summary: s}',
  '  drives: {type: int, default: 3, summary: s}',
  'refuses:',
  '  - {parameters: {layout: mirror, drives: "<2"}, why: a mirror has 2 drives or more}',
  '  - {parameters: {layout: raidz2, drives: "<3"}, why: raidz2 has 3 drives or more}',
];

test('values that a recipe refuses have the place where one of them was said, and its reason', async (t) => {
  const {compose, composeWith, faults, faultsWith} = await kitchen(t, {
    'r.yaml': recipeText('r', ...refusing),
    's.yaml': recipeText('s', ...refusing.map((line) => line.replace('default: 3', 'default: 1'))),
    'p.yaml': recipeText('p', 'use: [{part: a, with: {drives: 2}}]'),
    'q.yaml': recipeText(
      'q',
      'use: [{part: a, with: {drives: 2}, when: {parameters: {n: 2}}}]',
      'parameters: {n: {type: int, default: 1, summary: s}}',
    ),
    'parts/a.yaml': partText('a', ...refusing),
  });
  t.truthy(await composeWith('r', 'layout=mirror', 'drives=2'));
  t.truthy(await compose('q'));
  const reason = 'layout = raidz2 and drives = 2: raidz2 has 3 drives or more';
  t.deepEqual(await faultsWith('r', 'drives=2'), [
    `--param:1:1: error[refused-parameters]: r is not made with ${reason}`,
  ]);
  t.deepEqual(await faults('s'), [
    's.yaml:9:18: error[refused-parameters]: s is not made with layout = raidz2 and drives = 1: raidz2 has 3 drives or more',
  ]);
  t.deepEqual(await faults('p'), [`p.yaml:4:32: error[refused-parameters]: a is not made with ${reason}`]);
});

test(
  'a variable that would end its quotes is refused',
  fault,
  [
    'parameters: {s: {type: string, default: "a\'; rm", summary: s}}',
    'images: {h: {summary: s, variables: {f: {x: "${s}"}}}}',
  ],
  /^r\.yaml:5:45: error\[wrong-value\]: images\.h\.variables\.f\.x is "a'; rm": a text without ' and control characters/,
);
test(
  'a file of variables stays in its folder',
  fault,
  ['images: {h: {summary: s, variables: {../f: {x: 1}}}}'],
  /^r\.yaml:4:38: error\[wrong-key\]: \.\.\/f: a file of variables is named by a-z, 0-9 and -/,
);
test(
  'a range of characters that holds none is refused',
  fault,
  ['parameters: {s: {type: string, default: "", characters: z-a, summary: s}}'],
  /^r\.yaml:4:57: error\[wrong-value\]: parameters\.s\.characters: a range of characters goes from the lower/,
);
test(
  'only a text has characters',
  fault,
  ['parameters: {s: {type: int, default: 1, characters: a-z, summary: s}}'],
  /^r\.yaml:4:53: error\[wrong-value\]: parameters\.s\.characters: only a string has characters/,
);
