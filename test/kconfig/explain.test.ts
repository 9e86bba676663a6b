import test from 'ava';
import {evaluate, explainUnmet, nearestNames, type SymbolReason} from '../../src/kconfig/index.ts';
import {parse} from './tree.ts';

const model = parse(`
config MODULES
	bool "Modules"
	modules

config NET
	bool "Networking"

if NET
menu "Protocols"
	depends on BUS != n

config NFS
	tristate "NFS"
	depends on INET && (IPV6 || IPV4)
	select CRC

endmenu
endif

config BUS
	tristate "Bus"
config INET
	bool "Inet"
config IPV4
	bool "v4"
config IPV6
	bool "v6"

config CRC
	tristate
	default m if NET && INET

choice
	prompt "Scheduler"
config FIFO
	bool "fifo"
config FAIR
	bool "fair"
endchoice

config CPUS
	int "CPUs"
	range 1 MAX
	default 4

config MAX
	int
	default 8

config TEXT
	string "Text" if NET
	default "x"
`);

function explain(symbol: string, wanted: string, assignments: Record<string, string> = {}): SymbolReason {
  return explainUnmet(evaluate(model, new Map(Object.entries(assignments))), symbol, wanted);
}

test('An unknown symbol is told with the nearest names.', (t) => {
  const reason = explain('INETT', 'y');
  t.is(reason.cause, 'unknown');
  t.false(reason.exists);
  t.deepEqual(reason.nearest, ['INET']);
  t.deepEqual(nearestNames(model, 'CONFIG_nfz'), ['NFS']);
});

test('Each unmet condition around a prompt is told with its own line, what it is and what it would have to be.', (t) => {
  const reason = explain('NFS', 'm', {MODULES: 'y', IPV4: 'y'});
  t.is(reason.cause, 'dependency');
  t.deepEqual(reason.definedAt, [{file: 'Kconfig', line: 13}]);
  t.deepEqual(reason.blocking, [
    {
      expression: 'INET [=n]',
      symbols: [{name: 'INET', value: 'n', needed: 'y'}],
      place: {file: 'Kconfig', line: 15},
    },
    {
      expression: 'BUS [=n]!=n',
      symbols: [{name: 'BUS', value: 'n', needed: '!=n'}],
      place: {file: 'Kconfig', line: 11},
    },
    {
      expression: 'NET [=n]',
      symbols: [{name: 'NET', value: 'n', needed: 'y'}],
      place: {file: 'Kconfig', line: 9},
    },
  ]);
  t.is(
    reason.message,
    'NFS is n, not m: it depends on INET [=n] (Kconfig:15) and BUS [=n]!=n (Kconfig:11) and NET [=n] (Kconfig:9)',
  );
});

test('All the alternatives of a condition are named.', (t) => {
  const {blocking} = explain('NFS', 'y', {NET: 'y', BUS: 'y', INET: 'y'});
  t.deepEqual(blocking, [
    {
      expression: 'IPV6 [=n] || IPV4 [=n]',
      symbols: [
        {name: 'IPV6', value: 'n', needed: 'y'},
        {name: 'IPV4', value: 'n', needed: 'y'},
      ],
      place: {file: 'Kconfig', line: 15},
    },
  ]);
});

test('A symbol without prompt is told with what selects it and what its default needs.', (t) => {
  const reason = explain('CRC', 'y', {MODULES: 'y', NET: 'y'});
  t.is(reason.cause, 'no-prompt');
  t.is(
    reason.message,
    'CRC is n, not y: it has no prompt, so it cannot be set itself; these select it: NFS; its default needs INET [=n] (Kconfig:32) and m (Kconfig:32)',
  );
  t.deepEqual(reason.selectors, [
    {
      name: 'NFS',
      value: 'n',
      kind: 'select',
      condition: undefined,
      raisesTo: 'n',
      place: {file: 'Kconfig', line: 16},
    },
  ]);
});

test('A symbol that is held up by a select is told with the line of the select.', (t) => {
  const reason = explain('CRC', 'n', {NET: 'y', BUS: 'y', INET: 'y', IPV4: 'y', NFS: 'y'});
  t.is(reason.cause, 'selected');
  t.is(reason.message, 'CRC is y, not n: it is selected by NFS [=y] (Kconfig:16)');
});

test('The member of a choice that is not set is told with the one that is.', (t) => {
  const reason = explain('FAIR', 'y');
  t.is(reason.cause, 'choice');
  t.is(reason.message, 'FAIR is n, not y: its choice (Kconfig:34) is set to FIFO');
});

test('A number out of range is told with the range, the type and the modules with their own causes.', (t) => {
  t.is(explain('CPUS', '9').message, 'CPUS is 4, not 9: it has to be between 1 and 8 (Kconfig:44)');
  t.deepEqual(explain('CPUS', '9').blocking[0]?.symbols, [{name: 'MAX', value: '8', needed: '>=9'}]);
  t.is(explain('CPUS', 'y').cause, 'type');
  t.is(explain('NET', 'm').cause, 'type');
  t.is(explain('BUS', 'm').cause, 'modules');
  t.is(explain('TEXT', 'y').cause, 'dependency');
});

test('What only was not asked for, or is as wanted, has no obstacle.', (t) => {
  t.is(explain('NET', 'y').cause, 'not-set');
  t.deepEqual(explain('NET', 'y').blocking, []);
  t.is(explain('NET', 'y', {NET: 'y'}).cause, 'met');
});
