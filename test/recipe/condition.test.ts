import test from 'ava';
import {
  both,
  formatKernelRange,
  inKernelRange,
  isEmptyRange,
  parseKernelRange,
} from '../../src/recipe/condition.ts';
import {kitchen, moduleText, partText, recipeText} from './kitchen.ts';

const inside = test.macro((t, range: string, versions: readonly string[], others: readonly string[]) => {
  const parsed = parseKernelRange(range)!;
  for (const version of versions) t.true(inKernelRange(parsed, version), version);
  for (const version of others) t.false(inKernelRange(parsed, version), version);
});

test(
  'a range counts versions as numbers',
  inside,
  '>=5.10.220 <5.11',
  ['5.10.220', '5.10.1000'],
  ['5.10.30', '5.9.300', '5.11.0', '5.100.1'],
);
test(
  'a comparison looks at as many numbers as it writes',
  inside,
  '>6.1 <=6.12',
  ['6.2.0', '6.12.107'],
  ['6.1.192', '6.13.0'],
);
test('= names a line, or one version', inside, '=6.1', ['6.1.0', '6.1.192'], ['6.2.0', '6.10.1']);
test(
  'what comes after the numbers counts for nothing',
  inside,
  '>=7.0',
  ['7.0.0-rc1', '7.0'],
  ['6.19.3-kbuild'],
);

test('a text that is no range is refused, and one that holds nothing is found out', (t) => {
  for (const text of ['', '5.10', '>=5.10,<5.11', '> 5', '>=5.x', '>=5.10.1.2', '=>5', '>=5.10  ']) {
    t.is(parseKernelRange(text), undefined, text);
  }
  t.true(isEmptyRange(parseKernelRange('>=5.11 <5.10')!));
  t.true(isEmptyRange(parseKernelRange('>5.10 <5.11')!));
  t.true(isEmptyRange(parseKernelRange('<0')!));
  t.false(isEmptyRange(parseKernelRange('>=5.10.9 <5.10.10')!));
});

test('two conditions together are the narrower range, or none', (t) => {
  const range = (text: string) => ({kernel: parseKernelRange(text)!});
  t.is(formatKernelRange(both(range('>=5.10 <6.2'), range('>=5.10.220 <6.12'))!.kernel!), '>=5.10.220 <6.2');
  t.is(both(range('<5.10'), range('>=5.10')), undefined);
  t.is(both({arch: 'arm64'}, {arch: 'x86_64'}), undefined);
  t.deepEqual(both({arch: 'arm64'}, {}), {arch: 'arm64'});
});

test('a goal counts where its condition holds', async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'goals:',
      '  ANY: y',
      '  ARM: {value: y, when: {arch: arm64}}',
      '  OLD: {value: y, when: {kernel: ">=5.10.220 <5.11"}}',
      '  BOTH: {value: m, when: {arch: arm64, kernel: "<6"}}',
    ),
  });
  const symbols = async (...target: ['arm64' | 'x86_64', string]) =>
    (await composeFor('r', ...target)).goals.map(({symbol}) => symbol);
  t.deepEqual(await symbols('x86_64', '6.1.192'), ['ANY']);
  t.deepEqual(await symbols('x86_64', '5.10.223'), ['ANY', 'OLD']);
  t.deepEqual(await symbols('arm64', '6.1.192'), ['ANY', 'ARM']);
  t.deepEqual(await symbols('arm64', '5.10.223'), ['ANY', 'ARM', 'OLD', 'BOTH']);
});

test('a part counts by any of the ways that lead to it, with the conditions on the way', async (t) => {
  const {composeFor} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'use:',
      '  - {part: arm, when: {arch: arm64}}',
      '  - {part: old, when: {kernel: "<5.11"}}',
    ),
    'parts/arm.yaml': partText('arm', 'use: [{part: deep, when: {kernel: ">=6"}}]', 'modules: [dpu]'),
    'parts/old.yaml': partText('old', 'use: [deep]'),
    'modules/dpu.yaml': moduleText('dpu'),
    'parts/deep.yaml': partText('deep', 'goals: {DEEP: y}'),
  });
  const deep = async (...target: ['arm64' | 'x86_64', string]) =>
    (await composeFor('r', ...target)).goals.length === 1;
  t.true(await deep('arm64', '6.1.1'));
  t.true(await deep('x86_64', '5.10.223'));
  t.false(await deep('x86_64', '6.1.1'));
  t.false(await deep('arm64', '5.15.1'));
  t.deepEqual(
    (await composeFor('r', 'arm64', '6.1.1')).modules.map(({name}) => name),
    ['dpu'],
  );
  t.deepEqual((await composeFor('r', 'x86_64', '6.1.1')).modules, []);
});

test('parts that disagree where both count are named, and parts that never meet are not', async (t) => {
  const {faults, composeFor} = await kitchen(t, {
    'apart.yaml': recipeText(
      'apart',
      'use: [{part: a, when: {arch: arm64}}, {part: b, when: {arch: x86_64}}]',
    ),
    'meet.yaml': recipeText(
      'meet',
      'use: [{part: a, when: {arch: arm64}}, {part: b, when: {kernel: ">=6"}}]',
    ),
    'line.yaml': recipeText('line', 'use: [c, d]'),
    'parts/a.yaml': partText('a', 'goals: {X: y}'),
    'parts/b.yaml': partText('b', 'goals: {X: n}'),
    'parts/c.yaml': partText('c', 'goals: {X: {value: m, when: {kernel: "<6.1.10"}}}'),
    'parts/d.yaml': partText('d', 'goals: {X: {value: n, when: {kernel: ">6.1.9"}}}'),
  });
  t.deepEqual(await faults('apart'), []);
  t.deepEqual(await faults('line'), []);
  t.is((await composeFor('apart', 'arm64', '6.1.1')).goals[0]?.value, 'y');
  t.is((await composeFor('apart', 'x86_64', '6.1.1')).goals[0]?.value, 'n');
  const [fault] = await faults('meet');
  t.regex(
    fault!,
    /^parts\/b\.yaml:3:9: error\[parts-disagree\]: b wants X to be n, a wants y \(parts\/a\.yaml:3:9\)/,
  );
});

/** The one fault of a recipe with these lines. */
const fault = test.macro(async (t, lines: readonly string[], expected: RegExp) => {
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', ...lines), 'parts/a.yaml': partText('a')});
  const found = await faults('r');
  t.is(found.length, 1, found.join('\n'));
  t.regex(found[0]!, expected);
});

test(
  'an architecture nobody knows has its place',
  fault,
  ['goals:', '  X: {value: y, when: {arch: aarch64}}'],
  /^r\.yaml:5:30: error\[wrong-value\]: goals\.X\.when\.arch: an architecture is x86_64 or arm64/,
);
test(
  'a range that is none has its place, in use too',
  fault,
  ['use: [{part: a, when: {kernel: "5.10+"}}]'],
  /^r\.yaml:4:32: error\[wrong-value\]: use\.0\.when\.kernel: a range of kernels is comparisons/,
);
test(
  'an unquoted version is refused',
  fault,
  ['use: [{part: a, when: {kernel: 5.10}}]'],
  /^r\.yaml:4:32: error\[wrong-value\]: use\.0\.when\.kernel: .*write it in quotes/,
);
test(
  'a condition that can never hold is refused',
  fault,
  ['goals: {X: {value: y, when: {kernel: ">=5.11 <5.10.220"}}}'],
  /^r\.yaml:4:38: error\[wrong-value\]: goals\.X\.when\.kernel: no kernel can be in this range/,
);
test(
  'a condition that says nothing is refused',
  fault,
  ['use: [{part: a, when: {}}]'],
  /^r\.yaml:4:23: error\[wrong-value\]: use\.0\.when: name arch, kernel or parameters/,
);
test(
  'an unknown key of a condition comes with the nearest',
  fault,
  ['use: [{part: a, when: {kernels: ">=6"}}]'],
  /^r\.yaml:4:24: error\[unknown-key\]: unknown key kernels in use\.0\.when\n {2}hint: did you mean kernel\?/,
);
test(
  'a part that is not there is shown where its name is',
  fault,
  ['use: [{part: b, when: {arch: arm64}}]'],
  /^r\.yaml:4:14: error\[unknown-part\]: there is no part b/,
);
