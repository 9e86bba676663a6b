import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import test from 'ava';
import {jsonSchemaText} from '../../src/recipe/schema.ts';
import {kitchen, partText, recipeText} from './kitchen.ts';

/** The one fault of a recipe with these lines. */
const fault = test.macro(async (t, lines: readonly string[], expected: string) => {
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', ...lines)});
  t.deepEqual(await faults('r'), [expected]);
});

test('a YAML error has its line and column', async (t) => {
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', 'use: [a', 'goals: {}')});
  const found = await faults('r');
  t.regex(found[0]!, /^r\.yaml:5:1: error\[yaml-syntax\]: /);
});

test('a tab gets a hint', async (t) => {
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', 'goals:', '\tX: y')});
  t.regex(
    (await faults('r')).join('\n'),
    /^r\.yaml:5:1: error\[yaml-syntax\]: [^\n]*\n {2}hint: indent with spaces/m,
  );
});

test(
  'an unknown key comes with the nearest',
  fault,
  ['gaols: {X: y}'],
  'r.yaml:4:1: error[unknown-key]: unknown key gaols\n  hint: did you mean goals?',
);

test(
  'a key twice is refused',
  fault,
  ['goals: {X: y, X: m}'],
  'r.yaml:4:15: error[yaml-key]: the key X is there twice',
);

test(
  'a wrong type is named',
  fault,
  ['use: fs/nfs'],
  'r.yaml:4:6: error[wrong-value]: use: a list is expected here',
);

test(
  'true is no tristate',
  fault,
  ['goals:', '  X: true'],
  'r.yaml:5:6: error[wrong-value]: goals.X: a goal is y, m, n, "y or m", a whole number, "at least" and a number, or a text of one line, or {value: …, why: …, optional: …, when: …} with one of these\n  hint: write y',
);

test(
  'a symbol with CONFIG_ before it gets a hint',
  fault,
  ['goals: {CONFIG_NFS_FS: y}'],
  'r.yaml:4:9: error[wrong-symbol]: CONFIG_NFS_FS is not the name of a symbol: capital letters, digits and _\n  hint: leave out CONFIG_: write NFS_FS',
);

test(
  'a symbol in small letters gets a hint',
  fault,
  ['goals: {nfs_fs: y}'],
  'r.yaml:4:9: error[wrong-symbol]: nfs_fs is not the name of a symbol: capital letters, digits and _\n  hint: write NFS_FS',
);

test(
  'a comma that ends a reason early gets a hint',
  fault,
  ['goals: {X: {value: y, why: one, two}}'],
  'r.yaml:4:33: error[unknown-key]: unknown key two in goals.X\n  hint: a text with a comma in it goes in quotes here',
);

test(
  'a goal of more than one line is refused',
  fault,
  ['goals: {X: "y\\nCONFIG_EVIL=y"}'],
  'r.yaml:4:12: error[wrong-value]: goals.X: a goal is a text of one line',
);

test('an unquoted version is refused, since 6.10 would be 6.1', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': 'name: r\nsummary: s\nkernel: {base: tinyconfig, version: 6.10}\n',
  });
  t.deepEqual(await faults('r'), [
    'r.yaml:3:37: error[wrong-value]: kernel.version: a version is a text: write it in quotes, or 6.10 is read as 6.1',
  ]);
});

test('missing keys are named where they would stand', async (t) => {
  const {faults} = await kitchen(t, {'r.yaml': 'name: r\nkernel: {base: tinyconfig}\n'});
  t.deepEqual(await faults('r'), [
    'r.yaml:1:1: error[missing-key]: summary is missing',
    'r.yaml:2:1: error[missing-key]: version is missing in kernel',
  ]);
});

test('a name that is not that of the file is refused', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]'),
    'parts/a.yaml': partText('b'),
  });
  t.deepEqual(await faults('r'), [
    'parts/a.yaml:1:7: error[name-differs]: the file is a.yaml, but its name is b\n  hint: write name: a, or rename the file',
  ]);
});

test('an empty file, and one that is no map, are refused', async (t) => {
  const {faults} = await kitchen(t, {'empty.yaml': '', 'list.yaml': '- a\n'});
  t.regex(
    (await faults('empty')).join(),
    /empty\.yaml:1:1: error\[wrong-value\]: the file: a map is expected here/,
  );
  t.regex(
    (await faults('list')).join(),
    /list\.yaml:1:1: error\[wrong-value\]: the file: a map is expected here/,
  );
});

test('aliases are refused, so that ten lines cannot ask for gigabytes', async (t) => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level++) {
    const before = `*${String.fromCharCode(96 + level)}`;
    bomb.push(
      `${String.fromCharCode(97 + level)}: &${String.fromCharCode(97 + level)} [${Array(9).fill(before).join(', ')}]`,
    );
  }
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', ...bomb)});
  const found = await faults('r');
  t.true(found.length > 0);
  t.true(found.every((one) => /error\[yaml-alias\]|note\[more-faults\]: and \d+ more/.test(one)));
});

test('a file of brackets, or one that is too large, is refused', async (t) => {
  const {faults} = await kitchen(t, {
    'deep.yaml': '['.repeat(60_000),
    'large.yaml': `# ${'x'.repeat(600_000)}\n`,
  });
  t.regex((await faults('deep'))[0]!, /^deep\.yaml:\d+:\d+: error\[(?:too-deep|yaml-syntax)\]/);
  t.regex((await faults('large'))[0]!, /^large\.yaml:1:1: error\[too-large\]/);
});

test('recipes/schema.json is what the schema says; if not: kbuild recipes --schema > recipes/schema.json', async (t) => {
  const path = resolve(import.meta.dirname, '../../../recipes/schema.json');
  t.is(await readFile(path, 'utf8'), jsonSchemaText());
});
