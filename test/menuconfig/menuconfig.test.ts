import test from 'ava';
import {linux510, linux612, olddefconfig} from '../../src/kconfig/index.ts';
import type {Goal} from '../../src/recipe/recipe.ts';
import {parse} from '../kconfig/tree.ts';
import {Driven, keyOf} from './driver.ts';
import {network} from './trees.ts';

const model = parse(network);

test('The main menu has the rows of mconf.', (t) => {
  const driven = new Driven(model);
  t.deepEqual(driven.lines, [
    '[*] Modules (NEW)',
    '    *** A comment ***',
    '[ ] Networking (NEW)  ----',
    '< > Checksums (NEW)',
    '    Scheduler (Completely fair)  --->',
    '(none) Name (NEW)',
  ]);
  const {title, path, unsaved} = driven.menuconfig.screen();
  t.deepEqual({title, path, unsaved}, {title: '.config - Test Configuration', path: [], unsaved: 0});
});

test('Keys set values, enter menus and leave them.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Networking').press('y');
  t.is(driven.line, '[*] Networking  --->');
  t.is(driven.message, 'Also changed: INET=y, QUEUES=4.');
  driven.press('enter');
  t.deepEqual(driven.lines, [
    '--- Networking',
    '[*]   Internet (NEW)',
    '< >     Driver (NEW)',
    '(4)   Queues (NEW)',
  ]);
  t.deepEqual(driven.menuconfig.screen().path, ['Networking']);
  driven.goTo('Driver').press('space');
  t.is(driven.line, '<M>     Driver');
  t.true(driven.lines.includes('< >   Other driver (NEW)'));
  driven.press('space space esc');
  t.is(driven.menu.title, 'Test Configuration');
  t.is(driven.menu.rows[driven.menu.cursor]?.prompt, 'Networking');
});

test('What is selected shows its markers, and says why it cannot be changed.', (t) => {
  const driven = new Driven(model, 'CONFIG_NET=y\nCONFIG_DRIVER=m\n');
  t.is(driven.goTo('Checksums').line, '{M} Checksums (NEW)');
  driven.press('n');
  t.is(driven.message, 'CRC is m, not n: it is selected by DRIVER [=m] (Kconfig:18)');
  const built = new Driven(model, 'CONFIG_NET=y\nCONFIG_DRIVER=y\n');
  t.is(built.goTo('Checksums').line, '-*- Checksums');
  t.is(built.goTo('Empty for now').line, '    Empty for now  --->');
});

test('What can only be a module becomes one by y, which is said.', (t) => {
  const driven = new Driven(model, 'CONFIG_NET=y\nCONFIG_DRIVER=m\n');
  driven.goTo('Networking').press('enter');
  driven.goTo('Other driver').press('y');
  t.is(driven.line, '<M>   Other driver');
  t.regex(driven.message!, /^This feature depends on another which has been configured as a module/);
});

test('A choice opens as its members; Enter takes one and goes back.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Scheduler').press('enter');
  t.deepEqual(driven.lines, ['( ) First in first out', '(X) Completely fair', '( ) Deadlines']);
  t.is(driven.menu.cursor, 1);
  t.deepEqual(driven.press('f enter'), [{kind: 'edited', edit: {kind: 'set', values: [['FIFO', 'y']]}}]);
  t.is(driven.line, '    Scheduler (First in first out)  --->');
  t.deepEqual(driven.menu.rows[driven.menu.cursor]?.isChanged, true);
  t.is(new Driven(parse(network, linux612)).goTo('Scheduler').line, '    Scheduler (Completely fair)  --->');
});

test('A number is typed in its place, and judged at each key.', (t) => {
  const driven = new Driven(model, 'CONFIG_NET=y\n');
  driven.goTo('Networking').press('enter');
  driven.goTo('Queues').press('enter 7');
  t.deepEqual(driven.menu.typing, {
    text: '47',
    caret: 2,
    error: 'it has to be a decimal number between 1 and 16',
    hint: 'a decimal number between 1 and 16',
  });
  driven.press('enter');
  t.is(driven.message, 'it has to be a decimal number between 1 and 16');
  driven.press('bs bs 1 y bs 2 enter');
  t.is(driven.line, '(12)  Queues');
  t.is(driven.menu.typing, undefined);
  driven.press('enter 3 esc');
  t.is(driven.session.value('QUEUES'), '12');
});

test('A text that is typed is UTF-8 in .config.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Name').press('enter ^u schön enter');
  t.is(driven.line, '(schön) Name');
  const text = Buffer.from(driven.menuconfig.config(), 'latin1').toString('utf8');
  t.true(text.includes('CONFIG_NAME="schön"\n'));
});

test('The help is that of mconf, and Esc leaves it.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Networking').press('?');
  const {panel} = driven;
  t.true(panel.kind === 'text' && panel.lines[0] === 'CONFIG_NET:' && panel.lines[2] === 'About networks.');
  driven.press('esc');
  t.is(driven.panel.kind, 'menu');
  driven.goTo('Scheduler').press('enter ?');
  t.is(driven.panel.kind === 'text' && driven.panel.title, 'Completely fair');
});

test('Hidden rows are shown on demand, and marked.', (t) => {
  const driven = new Driven(model);
  driven.press('z');
  const secret = driven.menu.rows.find(({prompt}) => prompt === 'Secret');
  t.deepEqual([secret?.isHidden, secret?.marker, secret?.isNew], [true, '-*-', false]);
  t.is(driven.menu.rows.find(({prompt}) => prompt === 'Modules')?.isHidden, false);
  t.true(driven.menuconfig.screen().showsHidden);
  driven.press('h');
  t.false(driven.lines.some((line) => line.includes('Secret')));
});

test('Letters lead to the rows that begin with them, and command where there are none.', (t) => {
  const driven = new Driven(model);
  // Of Modules, M sets a value, so o is its letter.
  driven.press('o');
  t.is(driven.line, '[*] Modules (NEW)');
  driven.press('s');
  t.is(driven.line, '    Scheduler (Completely fair)  --->');
  driven.press('c');
  t.is(driven.line, '< > Checksums (NEW)');
  t.deepEqual(driven.press('x'), []);
  t.is(driven.menuconfig.screen().dialog?.title, 'Exit');
});

test('Steps are taken back and done again, also what was loaded.', (t) => {
  const driven = new Driven(model);
  const start = driven.menuconfig.config();
  driven.goTo('Networking').press('y');
  const withNet = driven.menuconfig.config();
  driven.menuconfig.load('CONFIG_NET=y\nCONFIG_DRIVER=y\n', 'other');
  t.is(driven.menuconfig.screen().title, 'other - Test Configuration');
  t.deepEqual(driven.press('^z'), [{kind: 'edited', edit: {kind: 'undo'}}]);
  t.is(driven.menuconfig.config(), withNet);
  driven.press('<');
  t.is(driven.menuconfig.config(), start);
  t.is(driven.menuconfig.screen().unsaved, 0);
  t.is(driven.message, 'NET=y is undone; now NET=n, INET=n, QUEUES=.');
  driven.press('<');
  t.is(driven.message, 'There is nothing to undo.');
  driven.press('> ^y');
  t.is(driven.session.value('DRIVER'), 'y');
  driven.press('>');
  t.is(driven.message, 'There is nothing to redo.');
});

test('What changed since the start is told with its cause, and Enter goes there.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Networking').press('y =');
  const {panel} = driven;
  t.deepEqual(
    panel.kind === 'changes' &&
      panel.rows.map(({symbol, before, after, cause}) => [symbol, before, after, cause]),
    [
      ['NET', 'n', 'y', 'asked'],
      ['INET', 'n', 'y', 'follows'],
      ['QUEUES', '', '4', 'follows'],
    ],
  );
  driven.press('down enter');
  t.is(driven.line, '[*]   Internet (NEW)');
  driven.press('esc');
  t.is(driven.panel.kind, 'changes');
});

test('Keys for y, m and n say of a number among the changes where it is edited.', (t) => {
  for (const key of ['space', 'y', 'm', 'n']) {
    const driven = new Driven(model);
    driven.goTo('Networking').press('y = down down');
    driven.press(key);
    t.is(driven.message, 'Enter goes to where the value is edited.');
    t.is(driven.session.value('QUEUES'), '4');
  }
});

function goal(symbol: string, value: string): Goal {
  return {
    symbol,
    value,
    why: 'the reason',
    origin: 'a',
    place: {file: 'a.yaml', start: 0, end: 0, line: 1},
  } as never;
}

test('What the recipe asks for is marked, and a key that breaks it is warned about.', (t) => {
  const goals = [goal('DRIVER', 'm'), goal('FIFO', 'y')];
  const driven = new Driven(model, 'CONFIG_NET=y\nCONFIG_DRIVER=m\n', {goals});
  t.deepEqual(driven.goTo('Scheduler').menu.rows[driven.menu.cursor]?.goal, {value: 'FIFO', isMet: false});
  driven.goTo('Networking').press('n');
  t.deepEqual(driven.menuconfig.screen().message, {
    severity: 'warning',
    text: 'The recipe asks for DRIVER=m (the reason), which is not met any more: Ctrl-Z takes it back.',
  });
  driven.press('^z enter');
  t.deepEqual(driven.goTo('Driver').menu.rows[driven.menu.cursor]?.goal, {value: 'm', isMet: true});
});

test('Leaving asks what to do with what is not saved.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Networking').press('y');
  t.deepEqual(driven.press('esc'), []);
  t.deepEqual(driven.menuconfig.screen().dialog?.buttons, ['Save', 'Do not save', 'Stay']);
  t.deepEqual(driven.press('esc'), []);
  t.is(driven.menuconfig.screen().dialog, undefined);
  t.deepEqual(driven.press('esc enter'), [{kind: 'save', format: 'config', path: '.config', thenQuit: true}]);
  t.deepEqual(driven.press('esc n'), [{kind: 'quit'}]);
  driven.menuconfig.saved();
  t.is(driven.menuconfig.screen().unsaved, 0);
  t.deepEqual(driven.press('esc'), [{kind: 'quit'}]);
});

test('Save asks for a name and a format.', (t) => {
  const driven = new Driven(model, undefined, {recipe: 'my.yaml'});
  driven.press('left left enter');
  t.is(driven.menuconfig.screen().dialog?.typing?.text, '.config');
  t.deepEqual(driven.press('2 enter'), [{kind: 'save', format: 'config', path: '.config2', thenQuit: false}]);
  driven.press('left left enter tab tab');
  t.is(driven.menuconfig.screen().dialog?.typing?.text, 'my.yaml');
  t.deepEqual(driven.press('enter'), [{kind: 'save', format: 'recipe', path: 'my.yaml', thenQuit: false}]);
  t.deepEqual(driven.press('left left enter ^u enter'), []);
  t.deepEqual(driven.press('left enter ^u x enter'), [{kind: 'load', path: 'x'}]);
});

test('Looking at a menu counts as setting what is shown only for what is below, as in the C tool up to 6.1.', (t) => {
  const shown = `config EXPERT
	bool "Expert"
menuconfig INPUT
	bool "Input" if EXPERT
	default y
config MOUSE
	bool "Mouse"
	depends on INPUT
`;
  for (const [dialect, expected] of [
    [linux510, 'n'],
    [linux612, 'y'],
  ] as const) {
    const driven = new Driven(parse(shown, dialect), '');
    const effects = driven.goTo('Expert').press('y');
    t.is(driven.session.value('INPUT'), expected);
    const edits = effects.flatMap((effect) => (effect.kind === 'edited' ? [effect.edit] : []));
    const again = new Driven(parse(shown, dialect), '');
    again.session.restore(again.session.snapshot());
    t.deepEqual(again.menuconfig.replay(edits), []);
    t.is(again.menuconfig.config(), driven.menuconfig.config());
  }
});

test('What is written is what olddefconfig makes of it.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Networking').press('y enter down down m');
  const config = driven.menuconfig.config();
  t.is(config, olddefconfig(model, config).text);
});

test('A key is given as a word.', (t) => {
  t.deepEqual(keyOf('^z'), {kind: 'control', letter: 'z'});
});

test('What was taken back cannot be done again once something else is set.', (t) => {
  const driven = new Driven(model);
  driven.goTo('Networking').press('y <');
  driven.goTo('Checksums').press('m >');
  t.is(driven.message, 'There is nothing to redo.');
  t.is(driven.session.value('NET'), 'n');
});

test('No warning comes of a goal that is met as before, nor of one that was not met before.', (t) => {
  const goals = [goal('CRC', 'y or m'), goal('NET', 'y')];
  const driven = new Driven(model, 'CONFIG_CRC=m\n', {goals});
  driven.goTo('Checksums').press('y');
  t.is(driven.message, undefined);
  driven.press('n');
  t.regex(driven.message!, /^The recipe asks for CRC=y or m/);
  driven.press('m');
  t.is(driven.message, undefined);
});

test('A choice that has a new member falls when something changes, and not before, as in mconf up to 6.1.', (t) => {
  const tree = parse(
    'choice\n\tprompt "Choice"\n\toptional\nconfig A\n\tbool "a"\nconfig B\n\tbool "b"\nendchoice\nconfig C\n\tbool "c"\n',
  );
  const driven = new Driven(tree, 'CONFIG_A=y\n# CONFIG_C is not set\n');
  const shown = ['[*] Choice (a)  --->', '[ ] c'];
  t.deepEqual(driven.lines, shown);
  driven.goTo('c').press('n');
  t.deepEqual(driven.lines, shown);
  driven.press('y');
  t.deepEqual(driven.lines, ['[ ] Choice', '[*] c']);
  driven.press('<');
  t.deepEqual(driven.lines, shown);
});

test('Of a proposal it is known before that it may take time; of letters that are typed it is not.', (t) => {
  const driven = new Driven(model);
  const takesTime = (word: string) => driven.menuconfig.takesTime(keyOf(word));
  t.true(takesTime('*'));
  t.false(takesTime('y'));
  driven.press('/');
  t.false(takesTime('*'));
});
