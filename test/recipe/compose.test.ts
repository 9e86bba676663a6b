import {symlink} from 'node:fs/promises';
import {join, relative} from 'node:path';
import test from 'ava';
import {architectures} from '../../src/base/architecture.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {listRecipes, readRecipe} from '../../src/recipe/read.ts';
import {kitchen, moduleText, partText, recipeText} from './kitchen.ts';

test('goals of parts come before those of what uses them, each with where it was written', async (t) => {
  const {dir, compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [fs/nfs]', 'goals: {LAST: y}'),
    'parts/fs/nfs.yaml': partText('fs/nfs', 'use: [net]', 'goals:', '  NFS_FS: {value: m, why: the client}'),
    'parts/net.yaml': partText('net', 'goals: {NET: y}'),
  });
  const {goals} = await compose('r');
  t.deepEqual(
    goals.map(({symbol, value, why, origin}) => [symbol, value, why, origin]),
    [
      ['NET', 'y', undefined, 'net'],
      ['NFS_FS', 'm', 'the client', 'fs/nfs'],
      ['LAST', 'y', undefined, 'r'],
    ],
  );
  const place = goals[1]!.place;
  t.is(place.file, join(dir, 'parts/fs/nfs.yaml'));
  t.is(place.text.slice(place.start, place.end), 'NFS_FS');
});

test('a part that two others use is taken once', async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, b]'),
    'parts/a.yaml': partText('a', 'use: [c]', 'modules: [zfs]'),
    'parts/b.yaml': partText('b', 'use: [c]', 'modules: [zfs, qtfs]'),
    'parts/c.yaml': partText('c', 'goals: {C: y}'),
    'modules/zfs.yaml': moduleText('zfs'),
    'modules/qtfs.yaml': moduleText('qtfs'),
  });
  const recipe = await compose('r');
  t.is(recipe.goals.length, 1);
  t.deepEqual(
    recipe.modules.map(({name}) => name),
    ['zfs', 'qtfs'],
  );
});

test('the same value from two parts keeps the first origin and reason', async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, b]'),
    'parts/a.yaml': partText('a', 'goals: {X: {value: y, why: first}}'),
    'parts/b.yaml': partText('b', 'goals: {X: {value: y, why: second}}'),
  });
  const [goal] = (await compose('r')).goals;
  t.is(goal?.origin, 'a');
  t.is(goal?.why, 'first');
});

test('two parts that disagree are named, with both places', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, b]'),
    'parts/a.yaml': partText('a', 'goals:', '  X: y'),
    'parts/b.yaml': partText('b', 'goals:', '  X: n'),
  });
  const [fault] = await faults('r');
  t.regex(
    fault!,
    /^parts\/b\.yaml:4:3: error\[parts-disagree\]: b wants X to be n, a wants y \(parts\/a\.yaml:4:3\)/,
  );
});

test('"y or m" gives way to a part that decides, whichever comes first', async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [open, closed]'),
    's.yaml': recipeText('s', 'use: [closed, open]'),
    'parts/open.yaml': partText('open', 'goals: {X: y or m}'),
    'parts/closed.yaml': partText('closed', 'goals: {X: m}'),
  });
  t.is((await compose('r')).goals[0]?.value, 'm');
  t.is((await compose('s')).goals[0]?.value, 'm');
});

/** What two parts that want these things of X come to, or what is said of them. */
const together = test.macro(async (t, a: string, b: string, expected: string) => {
  const {compose, faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, b]'),
    's.yaml': recipeText('s', 'use: [b, a]'),
    'parts/a.yaml': partText('a', `goals: {X: ${a}}`),
    'parts/b.yaml': partText('b', `goals: {X: ${b}}`),
  });
  for (const name of ['r', 's']) {
    const [fault] = await faults(name);
    if (fault === undefined) {
      const {goals} = await compose(name);
      t.is(goals.map(({value, optional}) => `${value}${optional ? '?' : ''}`).join(', '), expected);
    } else {
      t.regex(fault, /^parts\/[ab]\.yaml:3:9: error\[parts-disagree\].* \(parts\/[ab]\.yaml:3:9\)/);
      t.is(expected, 'disagree');
    }
  }
});

const narrowings: readonly (readonly [string, string, string])[] = [
  ['at least 64', 'at least 256', 'at least 256'],
  ['at least 64', '128', '128'],
  ['at least 64', '64', '64'],
  ['at least 0x40', '0x80', '0x80'],
  ['at least 64', '32', 'disagree'],
  ['64', '128', 'disagree'],
  ['y or m', 'y', 'y'],
  ['at least m', 'y or m', 'y or m'],
  ['at least m', 'n', 'disagree'],
  ['at least y', 'y or m', 'y'],
  ['y or m', 'at least 1', 'disagree'],
  ['at least 64', 'a text', 'disagree'],
  ['y', '{value: m, optional: true}', 'y, m?'],
  ['y', '{value: y or m, optional: true}', 'y'],
  ['at least 64', '{value: at least 256, optional: true}', 'at least 64, at least 256?'],
  ['n', '{value: y, optional: true}', 'n, y?'],
];
for (const [a, b, expected] of narrowings)
  test(`${a} and ${b} together are ${expected}`, together, a, b, expected);

test('parts that want at least the same number agree, however each writes it', async (t) => {
  const {compose, faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, b]'),
    'parts/a.yaml': partText('a', 'goals: {X: at least 64}'),
    'parts/b.yaml': partText('b', 'goals: {X: at least 0x40}'),
  });
  t.deepEqual(await faults('r'), []);
  const {goals} = await compose('r');
  t.deepEqual(
    goals.map(({value}) => value),
    ['at least 64'],
  );
});

test("a recipe makes a wish of a part's goal", async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]', 'goals: {X: {value: y, optional: true}}'),
    'parts/a.yaml': partText('a', 'goals: {X: y}'),
  });
  const {goals} = await compose('r');
  t.deepEqual(
    goals.map(({symbol, origin, optional}) => [symbol, origin, optional]),
    [['X', 'r', true]],
  );
});

test('at least is followed by a number, or m', async (t) => {
  const {faults} = await kitchen(t, {'r.yaml': recipeText('r', 'goals:', '  X: at least many')});
  t.regex((await faults('r'))[0]!, /^r\.yaml:5:6: error\[wrong-value\]: "at least many" is no goal/);
  t.regex((await faults('r', 'X=at least'))[1]!, /^--set:1:1: error\[wrong-value\]/);
});

test('patches come in the order of composition, where they count', async (t) => {
  const {dir, composeFor} = await kitchen(t, {
    'r.yaml':
      'name: r\nsummary: s\nuse: [a]\nkernel: {base: tinyconfig, version: "6.1", patches: [own.patch]}\n',
    'own.patch': '',
    'parts/a.yaml': partText(
      'a',
      'kernel: {patches: [a/1.patch, {file: a/2.patch, when: {kernel: "<6"}}, a/3.patch]}',
    ),
    'parts/a/1.patch': '',
    'parts/a/2.patch': '',
    'parts/a/3.patch': '',
  });
  const patches = async (version: string) =>
    (await composeFor('r', 'x86_64', version)).kernel.patches?.map(({path}) => relative(dir, path));
  t.deepEqual(await patches('6.1'), ['parts/a/1.patch', 'parts/a/3.patch', 'own.patch']);
  t.is((await patches('5.10'))?.length, 4);
});

test('a patch that is not there, or not in the folder of its file, is refused', async (t) => {
  const outside = await kitchen(t, {'x.patch': ''});
  const kernel = (patch: string): string =>
    `name: r\nsummary: s\nkernel: {base: tinyconfig, version: "6.1", patches: [${patch}]}\n`;
  const refused = async (patch: string): Promise<string> => {
    const {dir, faults} = await kitchen(t, {'r.yaml': kernel(patch), 'd/x.patch': ''});
    await symlink(join(outside.dir, 'x.patch'), join(dir, 'link.patch'));
    await symlink(outside.dir, join(dir, 'folder'));
    return (await faults('r')).join('\n');
  };
  t.is(await refused('d/x.patch'), '');
  t.regex(
    await refused('none.patch'),
    /^r\.yaml:3:54: error\[no-patch\]: the patch none\.patch is not there/,
  );
  t.regex(
    await refused('link.patch'),
    /error\[no-patch\]: the patch link\.patch leads out of this file's folder/,
  );
  t.regex(await refused('folder/x.patch'), /error\[no-patch\].* leads out of/);
  t.regex(await refused('d'), /error\[no-patch\]: the patch d is no file/);
  t.regex(
    await refused('../x.patch'),
    /error\[wrong-value\]: kernel\.patches\.0: a path below this file's folder/,
  );
  t.regex(await refused('/etc/passwd'), /error\[wrong-value\]/);
});

test('kernel.trim is handed on', async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': 'name: r\nsummary: s\nkernel: {base: tinyconfig, version: "6.1", trim: least}\n',
    's.yaml': recipeText('s'),
  });
  t.is((await compose('r')).kernel.trim, 'least');
  t.is((await compose('s')).kernel.trim, undefined);
});

test("a recipe's goal wins over its parts', and --set over both", async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]', 'goals: {X: m}'),
    'parts/a.yaml': partText('a', 'goals: {X: y, Z: y}'),
  });
  t.like((await compose('r')).goals.at(-1), {symbol: 'X', value: 'm', origin: 'r'});
  const {goals} = await compose('r', 'X=n', 'Y="quoted" text');
  t.deepEqual(
    goals.map(({symbol, value, origin}) => [symbol, value, origin]),
    [
      ['Z', 'y', 'a'],
      ['X', 'n', '--set'],
      ['Y', '"quoted" text', '--set'],
    ],
  );
});

test('a number keeps the form it was written in', async (t) => {
  const {compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'goals: {A: 0x1F, B: -7, C: {value: 0xffffffff81000000}, D: "0x10", E: ""}'),
  });
  t.deepEqual(
    (await compose('r')).goals.map(({value}) => value),
    ['0x1F', '-7', '0xffffffff81000000', '0x10', ''],
  );
});

test('parts that use one another in a circle are shown as the circle', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]'),
    'parts/a.yaml': partText('a', 'use: [b]'),
    'parts/b.yaml': partText('b', 'use: [c]'),
    'parts/c.yaml': partText('c', 'use: [a]'),
  });
  const found = await faults('r');
  t.is(found.length, 1);
  t.regex(found[0]!, /^parts\/c\.yaml:3:7: error\[parts-circle\]: .*a ─▶ b ─▶ c ─▶ a/);
});

test('an unknown part comes with the nearest names', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [fs/nsf, ../secret]'),
    'parts/fs/nfs.yaml': partText('fs/nfs'),
  });
  const found = (await faults('r')).join('\n');
  t.regex(
    found,
    /r\.yaml:4:7: error\[unknown-part\]: there is no part fs\/nsf\n {2}hint: did you mean fs\/nfs\?/,
  );
  t.regex(found, /r\.yaml:4:15: error\[wrong-value\]: use\.1: a name is/);
});

test('a link that leads out of the recipes folder is not followed', async (t) => {
  const outside = await kitchen(t, {'secret.yaml': partText('secret')});
  const {dir, faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [secret]'),
    'parts/a.yaml': partText('a'),
  });
  await symlink(join(outside.dir, 'secret.yaml'), join(dir, 'parts/secret.yaml'));
  t.regex((await faults('r'))[0]!, /unknown-part/);
});

test('the faults of all files are given at once', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, none]', 'gaols: {}'),
    'parts/a.yaml': partText('a', 'use: [b]', 'goals: {X: true}'),
    'parts/b.yaml': 'name: [',
  });
  const codes = (await faults('r', 'config=y')).map((fault) => /error\[([^\]]*)\]/.exec(fault)?.[1] ?? '');
  t.deepEqual([...new Set(codes)].sort(), [
    'unknown-key',
    'unknown-part',
    'wrong-setting',
    'wrong-value',
    'yaml-syntax',
  ]);
});

test('images get the overlays they name, as absolute paths, and defaults for the rest', async (t) => {
  const {dir, compose} = await kitchen(t, {
    'r.yaml': recipeText('r', 'images:', '  host: {summary: a host, use: [common, storage]}'),
    'overlays/common/etc/motd': 'hello\n',
    'overlays/storage/etc/exports': '\n',
  });
  t.deepEqual((await compose('r')).images, {
    host: {
      role: 'host',
      summary: 'a host',
      packages: [],
      modules: [],
      overlays: [join(dir, 'overlays/common'), join(dir, 'overlays/storage')],
      enable: [],
      commandLine: [],
      freeMiB: 512,
    },
  });
});

test('an image with an overlay or a module that is not there is refused', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText(
      'r',
      'modules: [zfs]',
      'images:',
      '  host: {summary: h, use: [comon], modules: [zsf]}',
    ),
    'overlays/common/etc/motd': '',
    'modules/zfs.yaml': moduleText('zfs'),
  });
  const found = await faults('r');
  t.regex(
    found[0]!,
    /r\.yaml:6:28: error\[unknown-overlay\]: there is no overlay comon\n {2}hint: did you mean common/,
  );
  t.regex(found[1]!, /error\[unknown-module\]: there is no module zsf\n {2}hint: did you mean zfs/);
});

test('an unknown recipe comes with the nearest names and the whole list', async (t) => {
  const {faults} = await kitchen(t, {'nfs.yaml': recipeText('nfs'), 'ceph.yaml': recipeText('ceph')});
  t.is(
    (await faults('nsf'))[0],
    'error[unknown-recipe]: there is no recipe nsf\n  hint: did you mean nfs?\n        the recipes are: ceph, nfs',
  );
});

test('a recipe can be given as the path of its file, with parts beside it or of the other folders', async (t) => {
  const own = await kitchen(t, {
    'mine.yaml': recipeText('mine', 'use: [near, far]'),
    'parts/near.yaml': partText('near', 'goals: {NEAR: y}'),
  });
  const others = await kitchen(t, {'parts/far.yaml': partText('far', 'goals: {FAR: y}')});
  const {parts} = await readRecipe(join(own.dir, 'mine.yaml'), {folders: [others.dir]});
  t.deepEqual(
    parts.flatMap(({goals}) => goals.map(({goal}) => goal.symbol)),
    ['NEAR', 'FAR'],
  );
});

test('a base that is a path is relative to the recipe', async (t) => {
  const {dir, compose} = await kitchen(t, {
    'r.yaml': 'name: r\nsummary: s\nkernel: {base: ./my.config, version: "6.1"}\n',
    'my.config': '',
  });
  t.is((await compose('r')).kernel.base, join(dir, 'my.config'));
});

test('a base that is a path to no file is shown in the recipe', async (t) => {
  const {faults} = await kitchen(t, {
    'absent.yaml': 'name: absent\nsummary: s\nkernel: {base: ./my.config, version: "6.1"}\n',
    'folder.yaml': 'name: folder\nsummary: s\nkernel: {base: ., version: "6.1"}\n',
  });
  t.regex((await faults('absent'))[0]!, /^absent\.yaml:3:16: error\[no-base\]: .*my\.config does not exist/);
  t.regex((await faults('folder'))[0]!, /^folder\.yaml:3:16: error\[no-base\]: the base \. is no file/);
});

test('folders are searched as given, then here, then in the project', async (t) => {
  const {dir} = await kitchen(t, {'recipes/r.yaml': recipeText('r'), 'given/s.yaml': recipeText('s')});
  const folders = await recipeFolders({given: 'given', cwd: dir, environment: {}});
  t.deepEqual(folders.slice(0, 2), [join(dir, 'given'), join(dir, 'recipes')]);
  t.is(folders.length, 3);
  t.deepEqual(await recipeFolders({cwd: dir, environment: {KBUILD_RECIPES: join(dir, 'given')}}), folders);
  await t.throwsAsync(recipeFolders({given: 'none', cwd: dir, environment: {}}), {
    message: /none is not a directory/,
  });
});

test('every recipe of the project is sound', async (t) => {
  const folders = await recipeFolders({cwd: import.meta.dirname, environment: {}});
  const {recipes, diagnostics} = await listRecipes(folders);
  t.deepEqual(diagnostics, []);
  for (const {name} of recipes) {
    const written = await readRecipe(name, {folders});
    for (const arch of architectures)
      t.true(composeRecipe(written, {arch, kernelVersion: written.kernel.version}).goals.length > 0);
  }
});
