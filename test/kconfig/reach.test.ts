import test from 'ava';
import {chainsTo, evaluate} from '../../src/kconfig/index.ts';
import {parse} from './tree.ts';

const model = parse(`config MODULES
	bool "Modules"
	modules

config NET
	bool "Net"

config INET
	bool "Inet"
	depends on NET

config OTHER
	bool "Other"

config NFS
	tristate "NFS"
	depends on INET || OTHER
	select SUNRPC

config SUNRPC
	tristate
	select CRC

config CRC
	tristate

config ZFS
	tristate "ZFS"
	depends on SUNRPC

config TWICE
	bool

config A
	bool "A"
	select TWICE

config B
	bool "B"
	select TWICE

config USER
	bool "User"
	depends on TWICE

config QUIET
	bool "Quiet" if NET
	depends on !OTHER

config FOLLOWS
	bool
	default y if QUIET
`);

/** The chains as texts, of what reaches the target. */
function chains(target: string, starts: readonly string[], on: readonly string[]): Record<string, string> {
  const evaluation = evaluate(model, new Map(['MODULES', ...on].map((name) => [name, 'y'])));
  const found = chainsTo(
    evaluation,
    model.find(target)!,
    starts.map((name) => model.find(name)!),
  );
  return Object.fromEntries(
    [...found].map(([{name}, chain]) => [
      name,
      chain
        .map(({from, kind, to, condition, place}) => `${from} ${kind} ${condition ?? to} ${place.line}`)
        .join(', '),
    ]),
  );
}

test('A chain goes through dependencies, the shortest way, and names the lines.', (t) => {
  t.deepEqual(chains('NET', ['NFS', 'INET', 'CRC'], ['NET', 'INET', 'NFS']), {
    NFS: 'NFS depends on INET 17, INET depends on NET 10',
    INET: 'INET depends on NET 10',
    CRC: 'CRC is selected by SUNRPC 22, SUNRPC is selected by NFS 18, NFS depends on INET 17, INET depends on NET 10',
  });
});

test('Of alternatives that both hold, none is needed.', (t) => {
  t.deepEqual(chains('INET', ['NFS'], ['NET', 'INET', 'OTHER', 'NFS']), {});
  t.deepEqual(chains('OTHER', ['NFS'], ['OTHER', 'NFS']), {NFS: 'NFS depends on OTHER 17'});
});

test('What a symbol selects it brings, and what is selected by two needs neither.', (t) => {
  t.is(chains('CRC', ['NFS'], ['OTHER', 'NFS']).NFS, 'NFS selects SUNRPC 18, SUNRPC selects CRC 22');
  t.is(
    chains('NFS', ['ZFS'], ['OTHER', 'NFS', 'ZFS']).ZFS,
    'ZFS depends on SUNRPC 29, SUNRPC is selected by NFS 18',
  );
  t.is(chains('A', ['USER'], ['A', 'USER']).USER, 'USER depends on TWICE 44, TWICE is selected by A 36');
  t.deepEqual(chains('A', ['USER'], ['A', 'B', 'USER']), {});
});

test('A condition that is negated says so, and the conditions of prompts and defaults are told apart.', (t) => {
  t.deepEqual(chains('OTHER', ['FOLLOWS'], ['NET', 'QUIET']), {
    FOLLOWS: 'FOLLOWS has its default by QUIET 52, QUIET depends on !OTHER 48',
  });
  t.deepEqual(chains('NET', ['QUIET'], ['NET', 'QUIET']), {QUIET: 'QUIET is visible by NET 47'});
});

test('A symbol reaches itself by nothing, and what it does not reach is left out.', (t) => {
  t.deepEqual(chains('NET', ['NET', 'A'], ['NET', 'A']), {NET: ''});
});
