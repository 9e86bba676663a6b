import test from 'ava';
import {describeSymbol, evaluate, menuTitles} from '../../src/kconfig/index.ts';
import {parse} from './tree.ts';

const model = parse(`config MODULES
	bool "Modules"
	modules

menu "Networks"

menuconfig NET
	bool "Networking"
	select CRC
	imply HASH if MODULES

if NET
config NFS
	tristate "NFS"
	depends on MODULES || TINY
	default m if TINY
	default y
	help
	  Files of other
	  machines.

config QUEUES
	int "Queues" if TINY
	range 1 4 if TINY
	range 2 8
	default 4
endif

endmenu

config CRC
	tristate

config HASH
	tristate

config TINY
	bool "Tiny"

choice
	prompt "Speed"
config FAST
	bool "fast"
endchoice
`);

function described(name: string, assignments: Readonly<Record<string, string>> = {MODULES: 'y', NET: 'y'}) {
  return describeSymbol(evaluate(model, new Map(Object.entries(assignments))), model.find(name)!);
}

test('A description has the menus on the way to a symbol, with the values of those that have one.', (t) => {
  const [definition] = described('NFS').definitions;
  t.deepEqual(definition, {
    place: {file: 'Kconfig', line: 13},
    prompt: 'NFS',
    dependsOn: 'NET [=y] && (MODULES [=y] || TINY [=n])',
    visible: true,
    location: [
      {text: 'Networks'},
      {text: 'Networking', symbol: 'NET', value: 'y'},
      {text: 'NFS', symbol: 'NFS', value: 'y'},
    ],
    help: 'Files of other\nmachines.\n',
  });
  t.false(described('NFS', {}).definitions[0]!.visible);
  t.deepEqual(menuTitles(model.find('NFS')!.nodes[0]!), ['Networks', 'Networking']);
});

test('Of the defaults and of the ranges the one is marked whose condition is the first to hold.', (t) => {
  const active = (lines: readonly {text: string; active: boolean}[]) =>
    lines.map(({text, active: is}) => `${is ? '*' : ' '} ${text}`);
  t.deepEqual(active(described('NFS').defaults), ['  m if TINY [=n]', '* y']);
  t.deepEqual(active(described('NFS', {MODULES: 'y', NET: 'y', TINY: 'y'}).defaults), [
    '* m if TINY [=y]',
    '  y',
  ]);
  t.deepEqual(active(described('QUEUES').ranges), ['  1 4 if TINY [=n]', '* 2 8']);
  t.is(described('QUEUES').visibility, 'n');
});

test('Selections are described from both ends, those that take place now marked.', (t) => {
  t.deepEqual(described('NET').selects, [
    {place: {file: 'Kconfig', line: 9}, text: 'CRC [=y]', active: true},
  ]);
  t.false(described('NET', {}).selects[0]!.active);
  t.deepEqual(described('CRC').selectedBy, [
    {value: 'y', text: 'NET [=y]', place: {file: 'Kconfig', line: 9}},
  ]);
  t.deepEqual(described('HASH', {NET: 'y'}).impliedBy, [
    {value: 'n', text: 'NET [=y] && MODULES [=n]', place: {file: 'Kconfig', line: 10}},
  ]);
});

test("A member of a choice knows the way to its choice, which counts for the member's own place too.", (t) => {
  const {choice, definitions} = described('FAST');
  t.deepEqual(choice, [{text: 'Speed'}]);
  t.deepEqual(
    definitions[0]!.location.map(({text}) => text),
    ['Speed', 'fast'],
  );
});
