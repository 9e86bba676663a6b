import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {KbuildError, renderDiagnostic} from '../../src/base/diagnostic.ts';
import {parseKconfig, Session} from '../../src/kconfig/index.ts';
import type {KernelTree} from '../../src/recipe/base-config.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {withGoals} from '../../src/recipe/goal-lines.ts';
import {type ReadOptions, readRecipe} from '../../src/recipe/read.ts';
import {resolveRecipe} from '../../src/recipe/resolve.ts';
import {writtenGoals} from '../../src/recipe/written-goals.ts';
import {kitchen, partText, recipeText} from './kitchen.ts';

const kconfig = `
config MODULES
	bool "modules"
	modules

config NET
	bool "net"

config INET
	bool "inet"
	depends on NET
	default y

config NFS_FS
	tristate "nfs client"
	depends on INET
	select CRC

config NFSD
	tristate "nfs server"
	depends on INET

config CRC
	tristate

config CPUS
	int "processors"
	range 1 512
	default 8
	depends on NET

config NAME
	string "name"

choice
	prompt "compression"

config XZ
	bool "xz"

config ZSTD
	bool "zstd"

endchoice

config LEVEL
	int "level"
	default 3
	depends on ZSTD
`;

const tree: KernelTree = {
  model: parseKconfig('Kconfig', {readFile: () => kconfig, environment: new Map(), shell: () => ''}),
  readFile: () => undefined,
  sourceArch: 'x86',
};
const target = {arch: 'x86_64', kernelVersion: '6.1.192'} as const;

/** A recipe \`r\` that is opened, edited, and saved as goals. */
async function edited(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
  edit: Readonly<Record<string, string>>,
) {
  const {dir} = await kitchen(t, files);
  const path = join(dir, 'r.yaml');
  const options: ReadOptions = {folders: [dir]};
  const written = await readRecipe('r', options);
  const session = Session.of(tree.model, resolveRecipe(composeRecipe(written, target), tree).configText);
  for (const [symbol, value] of Object.entries(edit)) t.true(session.set(symbol, value).accepted, symbol);
  const {changes, overruled} = writtenGoals(written, target, tree, session.write());
  const text = withGoals(await readFile(path, 'utf8'), changes);
  const again = await readRecipe('r', {...options, text});
  t.is(resolveRecipe(composeRecipe(again, target), tree).configText, session.write());
  return {
    text,
    changes,
    overruled: overruled.map(({origin, symbol, value}) => `${origin} ${symbol}: ${value}`),
  };
}

const base = (...lines: string[]) =>
  recipeText('r', ...lines).replace(
    '{base: tinyconfig, version: "6.1"}',
    '{base: allnoconfig, version: "6.1"}',
  );

test('what is saved as goals is what the user set and nothing that follows from it', async (t) => {
  const {text} = await edited(t, {'r.yaml': base()}, {MODULES: 'y', NET: 'y', NFS_FS: 'm', NAME: 'a b'});
  // MODULES, NET and INET are needed for NFS_FS, CRC and CPUS follow.
  t.is(text, base().replace('"6.1"}\n', '"6.1"}\ngoals:\n  NFS_FS: m\n  NAME: "a b"\n'));
});

test('nothing is changed where nothing was edited', async (t) => {
  const files = {'r.yaml': base('goals:', '  NFS_FS: y or m # either')};
  t.deepEqual(await edited(t, files, {}), {text: files['r.yaml'], changes: [], overruled: []});
});

test('a goal that holds no longer gets another value, or is taken out where that is enough', async (t) => {
  const text = base(
    'goals:',
    '  NET: y',
    '  INET: {value: y, why: packets}',
    '  NFSD: y # serves',
    '  CPUS: at least 4',
  );
  const server = await edited(t, {'r.yaml': text}, {NFSD: 'n', INET: 'n'});
  t.is(server.text, text.replace('  NFSD: y # serves\n', '').replace('{value: y', '{value: n'));
  const all = await edited(t, {'r.yaml': text}, {NET: 'n'});
  t.is(all.text, base('goals: {}'));
});

test('goals that still hold stay as they are written', async (t) => {
  const text = base('goals:', '  CPUS: at least 4', '  NFSD: y');
  t.is((await edited(t, {'r.yaml': text}, {CPUS: '16'})).text, text.replace('at least 4', '16'));
  t.is((await edited(t, {'r.yaml': text}, {NFS_FS: 'y'})).text, `${text}  NFS_FS: y\n`);
});

test("a part's goal is overruled by the recipe's own, and that is told", async (t) => {
  const files = {
    'r.yaml': base('use: [nfs]'),
    'parts/nfs.yaml': partText('nfs', 'goals:', '  NFSD: y', '  NFS_FS: y'),
  };
  const {text, overruled} = await edited(t, files, {NFSD: 'n'});
  t.regex(text, /\ngoals:\n {2}NFSD: n\n/);
  t.deepEqual(overruled, ['nfs NFSD: y']);
});

test('a goal of a part that cannot be overruled is named with its place', async (t) => {
  const files = {
    'r.yaml': base('use: [small]'),
    'parts/small.yaml': partText('small', 'goals:', '  ZSTD: y', '  LEVEL: 9'),
  };
  const error = await t.throwsAsync(edited(t, files, {XZ: 'y'}), {instanceOf: KbuildError});
  t.regex(
    error.diagnostics.map(renderDiagnostic).join('\n'),
    /parts\/small\.yaml:5:3: error\[part-goal\]: small wants LEVEL to be 9, .*\n {2}hint: take the goal out of small/,
  );
});

test('a choice is one goal, for the member that is taken', async (t) => {
  const {changes} = await edited(t, {'r.yaml': base()}, {ZSTD: 'y', LEVEL: '5'});
  t.deepEqual(changes, [{symbol: 'LEVEL', value: '5'}]);
  const back = await edited(t, {'r.yaml': base('goals:', '  LEVEL: 5')}, {XZ: 'y'});
  t.deepEqual(back.changes, [{symbol: 'LEVEL', value: undefined}]);
});

test('a goal that counts elsewhere is not used up for here', async (t) => {
  const text = base('goals:', '  NFSD: {value: y, when: {arch: arm64}}');
  const error = await t.throwsAsync(edited(t, {'r.yaml': text}, {NET: 'y', NFSD: 'y'}), {
    instanceOf: KbuildError,
  });
  t.regex(
    error.diagnostics.map(renderDiagnostic).join('\n'),
    /r\.yaml:5:3: error\[conditional-goal\]: a goal for NFSD/,
  );
});
