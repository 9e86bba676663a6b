import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {loadConfig, parseKconfig, Session} from '../../src/kconfig/index.ts';
import {Menuconfig} from '../../src/menuconfig/menuconfig.ts';
import {Program, type ProgramStart} from '../../src/menuconfig/program.ts';
import type {EditedRecipe} from '../../src/menuconfig/saved-goals.ts';
import {KnownFiles} from '../../src/menuconfig/saving.ts';
import {Journal} from '../../src/menuconfig/unsaved.ts';
import {composeRecipe} from '../../src/recipe/compose.ts';
import {readRecipe} from '../../src/recipe/read.ts';
import {resolveRecipe} from '../../src/recipe/resolve.ts';
import {keyOf} from './driver.ts';

const kconfig = `
config NET
	bool "Networking"

config NFS
	bool "NFS"
	depends on NET
`;
const model = parseKconfig('Kconfig', {readFile: () => kconfig, environment: new Map(), shell: () => ''});
const tree = {model, readFile: () => undefined, sourceArch: 'x86'};

/** A program on `.config` of a folder, or on its recipe, and keys that go to it as a view sends them. */
async function started(t: ExecutionContext, folder: string, more: Partial<ProgramStart> = {}) {
  const journal = (await Journal.open(join(folder, 'cache'), join(folder, '.config')))!;
  const files = new KnownFiles();
  const path = join(folder, '.config');
  const config = await files.read(path);
  const program = new Program({
    cwd: folder,
    config,
    path,
    files,
    journal,
    settings: [],
    writesInPlace: false,
    open: (text) => {
      const session = new Session(loadConfig(model, text), {asMconf: true});
      const saved = text === undefined ? {} : {saved: text};
      const recipe = more.recipe === undefined ? {} : {recipe: more.recipe.path};
      return {session, menu: new Menuconfig({session, file: '.config', goals: [], ...saved, ...recipe})};
    },
    ...more,
  });
  let isOver = false;
  const press = async (words: string): Promise<void> => {
    for (const word of words.split(' ')) {
      for (const effect of program.press(keyOf(word)))
        isOver = (await program.perform(effect)) === 'quit' || isOver;
    }
  };
  const dialog = () => program.screen().dialog;
  const answer = async (button: string): Promise<void> => {
    const index = dialog()?.buttons.indexOf(button) ?? -1;
    t.true(index >= 0, `${button} in ${dialog()?.buttons.join(', ')}`);
    for (const effect of program.press({kind: 'button', index}))
      isOver = (await program.perform(effect)) === 'quit' || isOver;
  };
  return {program, journal, press, dialog, answer, path, isOver: () => isOver};
}

async function folderOf(t: ExecutionContext, config?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(folder, {recursive: true, force: true}));
  if (config !== undefined) await writeFile(join(folder, '.config'), config);
  return folder;
}

const save = (path: string, format: 'config' | 'defconfig' | 'recipe' = 'config') =>
  ({kind: 'save', format, path, thenQuit: false}) as const;

test('values of a file that stands in for a missing .config are told, and asked about before they are left unsaved', async (t) => {
  const folder = await folderOf(t);
  const open = (text: string | undefined) => {
    const session = new Session(loadConfig(model, text), {asMconf: true});
    return {session, menu: new Menuconfig({session, file: '.config', goals: []})};
  };
  const one = await started(t, folder, {config: 'CONFIG_NET=y\n', standIn: '/boot/config-6.1', open});
  t.is(
    one.program.screen().message?.text,
    'There is no .config yet: these are the values of /boot/config-6.1.',
  );
  await one.press('esc');
  t.truthy(one.dialog());
  await one.answer('Save');
  t.regex(await readFile(one.path, 'utf8'), /^CONFIG_NET=y$/m);
  await one.journal.close();
});

test('what is saved is what make menuconfig would write, and nothing is left to recover', async (t) => {
  const folder = await folderOf(t);
  const first = await started(t, folder);
  await first.press('y');
  await first.program.perform(save('.config'));
  t.is(first.program.screen().message?.text, '.config is saved.');
  t.is(first.program.screen().unsaved, 0);
  t.is(await readFile(first.path, 'latin1'), Session.of(model, 'CONFIG_NET=y\n').write());
  await first.journal.close();
  const second = await started(t, folder);
  t.is(second.dialog(), undefined);
  await second.journal.close();
});

test('work of a run that was killed is offered, and comes back with its history', async (t) => {
  const folder = await folderOf(t, 'CONFIG_NET=y\n');
  const first = await started(t, folder);
  await first.press('n');
  await first.journal.close();
  const second = await started(t, folder);
  t.is(second.dialog()?.title, 'Unsaved work');
  await second.answer('Look');
  t.deepEqual(second.dialog()?.lines, ['NET: y -> n']);
  await second.answer('Recover');
  t.is(second.program.screen().unsaved, 1);
  await second.press('<');
  t.is(second.program.screen().unsaved, 0);
  await second.journal.close();
});

test('an offer that is left without an answer is made again, and one that is declined is not', async (t) => {
  const folder = await folderOf(t);
  const first = await started(t, folder);
  await first.press('y');
  await first.journal.close();
  const second = await started(t, folder);
  await second.press('esc');
  t.true(second.isOver());
  await second.journal.close();
  const third = await started(t, folder);
  await third.answer('Discard');
  t.is(third.program.screen().unsaved, 0);
  await third.journal.close();
  const fourth = await started(t, folder);
  t.is(fourth.dialog(), undefined);
  await fourth.journal.close();
});

test('a .config that changed on disk is not written over without a word', async (t) => {
  const folder = await folderOf(t, 'CONFIG_NET=y\n');
  const {program, press, answer, dialog, path, journal} = await started(t, folder);
  await press('n');
  await writeFile(path, 'CONFIG_NET=y\nCONFIG_NFS=y\n');
  await program.perform(save('.config'));
  t.is(dialog()?.lines[0], '.config has changed on disk since it was read.');
  await answer('Stay');
  t.is(await readFile(path, 'latin1'), 'CONFIG_NET=y\nCONFIG_NFS=y\n');
  await program.perform(save('.config'));
  await answer('Overwrite');
  t.regex(await readFile(path, 'latin1'), /# CONFIG_NET is not set/);
  t.is(await readFile(`${path}.old`, 'latin1'), 'CONFIG_NET=y\nCONFIG_NFS=y\n');
  // From then on it is known again.
  await press('y');
  await program.perform(save('.config'));
  t.is(dialog(), undefined);
  await journal.close();
});

test('a .config that changed on disk can be loaded anew, and that be taken back', async (t) => {
  const folder = await folderOf(t, 'CONFIG_NET=y\n');
  const {program, press, answer, path, journal} = await started(t, folder);
  await press('n');
  await writeFile(path, 'CONFIG_NET=y\nCONFIG_NFS=y\n');
  await program.perform(save('.config'));
  await answer('Load it');
  t.is(program.screen().message?.text, '.config is loaded.');
  await press('<');
  await program.perform(save('.config'));
  t.regex(await readFile(path, 'latin1'), /# CONFIG_NET is not set/);
  await journal.close();
});

test('what cannot be written is told in one line, and nothing is lost', async (t) => {
  const folder = await folderOf(t, 'CONFIG_NET=y\n');
  const {program, press, journal} = await started(t, folder);
  await press('n');
  await writeFile(join(folder, 'file'), '');
  await program.perform(save('file/.config'));
  t.is(program.screen().message?.text, 'file/.config cannot be written: Not a directory.');
  await program.perform({kind: 'load', path: 'none'});
  t.is(program.screen().message?.text, 'none does not exist.');
  await program.perform(save('x', 'recipe'));
  t.is(program.screen().message?.text, 'Goals are saved in the file of the recipe, and this is none.');
  t.is(program.screen().unsaved, 1);
  await journal.close();
});

test('a recipe gets the goals that were set, and the file it is written in keeps the rest', async (t) => {
  const folder = await folderOf(t);
  const text = 'name: mine\nsummary: s\nkernel: {base: allnoconfig, version: "6.1"} # small\n';
  await writeFile(join(folder, 'mine.yaml'), text);
  const target = {arch: 'x86_64', kernelVersion: '6.1.0'} as const;
  const name = join(folder, 'mine.yaml');
  const readOptions = async () => ({folders: [folder]});
  const recipe: EditedRecipe = {name, path: name, readOptions, target, tree};
  const files = new KnownFiles();
  await files.read(name);
  const written = await readRecipe(name, await readOptions());
  const config = resolveRecipe(composeRecipe(written, target), tree).configText;
  const {program, journal} = await started(t, folder, {
    recipe,
    files,
    config,
    settings: [
      ['NET', 'y'],
      ['NFS', 'y'],
      ['NONE', 'y'],
    ],
  });
  t.is(program.screen().message?.text, 'Not taken of what --set asks for: NONE=y.');
  await program.perform(save(name, 'recipe'));
  t.regex(program.screen().message?.text ?? '', /mine\.yaml now says NFS: y\.$/);
  t.is(await readFile(name, 'utf8'), `${text}goals:\n  NFS: y\n`);
  await journal.close();
});
