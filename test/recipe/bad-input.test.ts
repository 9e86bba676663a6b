/** Files of any content: what comes of them is a recipe or diagnostics with their places, in a bounded time. */

import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {KbuildError, renderDiagnostic} from '../../src/base/diagnostic.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {readRecipe} from '../../src/recipe/read.ts';
import {kitchen, moduleText, partText, recipeText} from './kitchen.ts';

const files: Readonly<Record<string, string>> = {
  'r.yaml': `# a recipe
name: r
summary: "a recipe"
parameters:
  cpus: {type: int, default: 64, range: [1, 512], unit: processors, summary: how many}
  raid: {type: choice, values: [mirror, raidz1], default: mirror, summary: layout}
use:
  - {part: a, with: {n: "\${cpus}"}, when: {arch: x86_64, kernel: ">=5.10 <7"}}
kernel: {base: tinyconfig, version: "6.1", trim: least, patches: []}
goals:
  NR_CPUS: at least \${cpus}
  NET: {value: y or m, why: it is needed, optional: true, when: {parameters: {raid: [mirror]}}}
  ADDRESS: 0xffffffff81000000
modules: [m]
images:
  host:
    summary: a host
    arch: arm64
    packages: [nfs-common]
    modules: [m]
    enable: [ssh.service]
    commandLine: ["raid=\${raid}"]
    freeMiB: \${cpus}
prove: nfs-rdma
`,
  'parts/a.yaml': `name: a
summary: >-
  a part
  of two lines
parameters: {n: {type: int, default: 1, summary: s}}
kernel: {patches: []}
goals: {NFS_FS: m, X: "\${n}"}
`,
  'modules/m.yaml': `name: m
summary: a module
source: {git: "https://example.org/m.git", commit: "${'0'.repeat(40)}", path: driver}
kernels: {file: META, least: "Linux-Minimum:"}
refuses: [{file: a.c, contains: x, why: w}]
fixups: [{file: b.c, expect: a, replace: b, times: 2, why: w, when: {kernel: "<6"}}]
steps: [{run: "make -C {build}", in: src, environment: {A: "{arch}"}}]
programs: [{from: x, to: /usr/bin/x}]
`,
};

const blanks = [
  '\n',
  '\r',
  '\t',
  ' ',
  '  ',
  '\0',
  '\u2028',
  '\ud800',
  '\ufeff',
  '---\n',
  '...\n',
  '- ',
  '? ',
];
const marks = '[ ] { } : , &a *a !!int | > " \' # % @ ` << = ~ ${ ${x} ../ 0x 1e999 .nan -0'.split(' ');
const keys = '__proto__ constructor name use goals kernel when parameters value images null true y'.split(
  ' ',
);
const words = [...blanks, ...marks, ...keys, 'y or m', 'at least ', '9'.repeat(400)];

/** xorshift32: the same numbers from the same seed, everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(text: string, random: (below: number) => number): string {
  let result = text;
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(result.length + 1);
    const end = Math.min(result.length, at + random(random(3) === 0 ? 60 : 4));
    const from = random(result.length + 1);
    const inserted = [
      words[random(words.length)]!,
      String.fromCharCode(random(random(2) === 0 ? 128 : 65_536)),
      result.slice(from, from + random(80)),
      '',
    ][random(4)]!;
    result = result.slice(0, at) + inserted + result.slice(random(2) === 0 ? at : end);
  }
  return result;
}

test('a few thousand spoilt files give diagnostics with line and column, and nothing else', async (t) => {
  t.timeout(300_000);
  const seed = Number(process.env.KBUILD_FUZZ_SEED ?? Date.now() % 1_000_000_000);
  const count = Number(process.env.KBUILD_FUZZ_COUNT ?? 2000);
  t.log(`KBUILD_FUZZ_SEED=${seed} KBUILD_FUZZ_COUNT=${count}`);
  const random = randomOf(seed);
  const {dir} = await kitchen(t, files);
  const names = Object.keys(files);
  let sound = 0;
  for (let round = 0; round < count; round++) {
    const name = names[random(4) % names.length]!;
    const text = mutated(files[name]!, random);
    await writeFile(join(dir, name), text);
    try {
      const written = await readRecipe('r', {folders: [dir]});
      composeRecipe(written, {arch: 'x86_64', kernelVersion: '6.1.192'});
      sound += 1;
    } catch (error) {
      if (!(error instanceof KbuildError)) {
        t.log(JSON.stringify(text));
        throw error;
      }
      for (const diagnostic of error.diagnostics) {
        if (diagnostic.code === 'more-faults' || diagnostic.code === 'module-not-used') continue;
        t.regex(renderDiagnostic(diagnostic), /^.*\.yaml:[1-9]\d*:[1-9]\d*: error\[/s, JSON.stringify(text));
      }
    }
    await writeFile(join(dir, name), files[name]!);
  }
  // Some mutations do no harm, and not all do some.
  t.true(sound > 0 && sound < count);
});

test.serial('ten thousand goals are read in a moment', async (t) => {
  const goals = Array.from({length: 10_000}, (_, index) => `  SYMBOL_${index}: ${'ymn'[index % 3]}`);
  const {dir} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]', 'goals:', ...goals),
    'parts/a.yaml': partText('a', 'goals:', ...goals),
  });
  const started = process.cpuUsage();
  const written = await readRecipe('r', {folders: [dir]});
  const {goals: composed} = composeRecipe(written, {arch: 'x86_64', kernelVersion: '6.1'});
  const {user} = process.cpuUsage(started);
  t.log(`${Math.round(user / 1000)} ms of processor time for two files of 10,000 goals`);
  t.is(composed.length, 10_000);
  // Far from what it takes, and far from what comes of comparing each with each.
  t.true(user < 8e6);
});

test('ten thousand faulty goals are told by their first ones', async (t) => {
  const goals = Array.from({length: 10_000}, (_, index) => `  symbol_${index}: true`);
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', 'goals:', ...goals)});
  const found = await faults('r');
  t.is(found.length, 101);
  t.regex(found[0]!, /^r\.yaml:5:3: error\[wrong-symbol\]/);
  t.regex(found.at(-1)!, /^note\[more-faults\]: and \d+ more/);
});

function nested(depth: number, line: string): string {
  return Array.from({length: depth}, (_, level) => `${' '.repeat(level)}${line}\n`).join('');
}

const references = Array.from({length: 20}, (_, level) =>
  level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
);
const bombs: Readonly<Record<string, string>> = {
  aliases: references.join('\n'),
  'an alias of itself': 'goals: &a {X: *a}',
  'merge keys': 'base: &b {X: y}\ngoals: {<<: *b}',
  'brackets, never closed': `goals: ${'['.repeat(100_000)}`,
  'brackets in one another': `goals: ${'['.repeat(5000)}${']'.repeat(5000)}`,
  'braces in one another': `goals: ${'{a: '.repeat(5000)}${'}'.repeat(5000)}`,
  'dashes in one another': `goals:\n  ${'- '.repeat(3000)}x`,
  'keys that are maps': `goals:\n  ${'? '.repeat(600)}x`,
  'keys that are lists': `goals: {${'? [a] : b, '.repeat(2000)}}`,
  'indented maps': `goals:\n${nested(600, ' a:')}`,
  'commas without end': `goals: [${','.repeat(500_000)}]`,
  'a huge scalar': `summary: ${'x'.repeat(5_000_000)}`,
  'a huge key': `${'x'.repeat(400_000)}: 1`,
  'a huge number': `goals: {X: ${'9'.repeat(400_000)}}`,
  'a huge name': `use: [${'a'.repeat(400_000)}]`,
  'many documents': '---\n'.repeat(100_000),
  'two documents': `${recipeText('r')}---\n${recipeText('r')}`,
  tags: `goals: !!js/function "x"\nuse: !!binary "AAAA"`,
  'zero bytes': '\0'.repeat(100_000),
  'no line break but CR': 'a: b\r'.repeat(20_000),
};
for (const [what, text] of Object.entries(bombs))
  test.serial(`${what}: diagnostics, soon`, async (t) => {
    const {faults} = await kitchen(t, {'r.yaml': text});
    const started = process.cpuUsage();
    const found = await faults('r');
    t.true(process.cpuUsage(started).user < 20e6);
    t.true(found.length > 0 && found.length <= 101);
    t.regex(found[0]!, /^r\.yaml:[1-9]\d*:[1-9]\d*: error\[/);
    t.true(found.join('').length < 30_000);
  });

test('ten thousand parts that are not there are told by the first ones', async (t) => {
  const names = Array.from({length: 10_000}, (_, index) => `none${index}`);
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', `use: [${names.join(', ')}]`),
    'parts/a.yaml': partText('a'),
  });
  t.true((await faults('r')).length <= 101);
});

test('a chain of a thousand parts is followed, and a circle of as many is one', async (t) => {
  const chain = (last: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Array.from({length: 1000}, (_, index) => {
        const use = index === 999 ? last : `use: [p${index + 1}]`;
        return [`parts/p${index}.yaml`, partText(`p${index}`, use)];
      }),
    );
  const recipe = {'r.yaml': recipeText('r', 'use: [p0]')};
  const sound = await kitchen(t, {...recipe, ...chain('goals: {X: y}')});
  t.is((await sound.compose('r')).goals.length, 1);
  const {faults} = await kitchen(t, {...recipe, ...chain('use: [p0]')});
  const found = await faults('r');
  t.is(found.length, 1);
  t.regex(found[0]!, /^parts\/p999\.yaml:3:7: error\[parts-circle\]: .*p0 ─▶ p1 ─▶ .* ─▶ p999 ─▶ p0/);
});

test('a part that uses itself is a circle', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]'),
    'parts/a.yaml': partText('a', 'use: [{part: a, with: {n: 1}, when: {arch: arm64}}]'),
  });
  t.regex((await faults('r'))[0]!, /^parts\/a\.yaml:3:14: error\[parts-circle\]: .* a ─▶ a/);
});

for (const name of [
  '../secret',
  '/etc/passwd',
  'a/../../secret',
  './a',
  'a//b',
  'a/',
  '..',
  'a\\b',
  '%2e%2e/a',
])
  test(`the name ${name} leaves no folder`, async (t) => {
    const {dir, faults} = await kitchen(t, {
      'kitchen/r.yaml': recipeText('r'),
      'secret.yaml': partText('secret'),
    });
    const inner = join(dir, 'kitchen');
    const quoted = JSON.stringify(name);
    for (const lines of [
      `use: [${quoted}]`,
      `modules: [${quoted}]`,
      `images: {h: {summary: s, use: [${quoted}]}}`,
    ]) {
      await writeFile(join(inner, 'r.yaml'), recipeText('r', lines));
      const error = await t.throwsAsync(readRecipe('r', {folders: [inner]}), {instanceOf: KbuildError});
      t.is(error.exit, 2);
      t.regex(error.diagnostics[0]!.code, /^wrong-value$/);
    }
    await t.throwsAsync(readRecipe(name, {folders: [inner]}), {instanceOf: KbuildError});
    t.is((await faults('none')).length, 1);
  });

test('symbolic links out of the folder are not followed, whatever they stand for', async (t) => {
  const outside = await mkdtemp(join(tmpdir(), 'kbuild-outside-'));
  t.teardown(async () => rm(outside, {recursive: true}));
  await mkdir(join(outside, 'sub'));
  await writeFile(join(outside, 'sub/x.yaml'), partText('sub/x'));
  await writeFile(join(outside, 'x.yaml'), recipeText('x'));
  await writeFile(join(outside, 'm.yaml'), moduleText('m'));
  const {dir, faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [sub/x]', 'modules: [m]', 'images: {h: {summary: s, use: [o]}}'),
    'parts/.keep': '',
    'modules/.keep': '',
    'overlays/.keep': '',
  });
  await symlink(join(outside, 'sub'), join(dir, 'parts/sub'));
  await symlink(join(outside, 'm.yaml'), join(dir, 'modules/m.yaml'));
  await symlink(outside, join(dir, 'overlays/o'));
  await symlink(join(outside, 'x.yaml'), join(dir, 'x.yaml'));
  const codes = (await faults('r')).map((fault) => /error\[(.*?)\]/.exec(fault)?.[1]);
  t.deepEqual(codes, ['unknown-part', 'unknown-module', 'unknown-overlay']);
  t.regex((await faults('x'))[0]!, /error\[unknown-recipe\]/);
});

test('what is no file is not waited for', async (t) => {
  const {dir, faults} = await kitchen(t, {'parts/.keep': '', 'd.yaml/x': ''});
  await execa('mkfifo', [join(dir, 'r.yaml')]);
  t.regex((await faults('r'))[0]!, /error\[no-file\]: r\.yaml is no file/);
  t.regex((await faults(join(dir, 'd.yaml')))[0]!, /error\[no-file\]/);
});
