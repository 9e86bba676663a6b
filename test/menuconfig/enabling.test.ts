import test from 'ava';
import {
  type Change,
  type ConfigSymbol,
  type KconfigModel,
  linux612,
  Session,
} from '../../src/kconfig/index.ts';
import {Enabling, type Proposal} from '../../src/menuconfig/enabling.ts';
import {RandomKconfig} from '../kconfig/random-kconfig.ts';
import {parse} from '../kconfig/tree.ts';

const text = `
config MODULES
	bool "Modules"
	modules
config NET
	bool "Networking"
config INET
	bool "Internet"
	depends on NET
config TCP
	bool
	default y if INET
config CRC
	tristate "Checksums"
config DRIVER
	tristate "Driver"
	depends on INET
	select CRC
choice
	prompt "Scheduler"
config FIFO
	bool "fifo"
config FAIR
	bool "fair"
	depends on NET
endchoice
config QUEUES
	int "Queues"
	range 1 16
	depends on INET
	default 4
config NAME
	string "Name"
	depends on FAIR
config NEVER
	bool "Never"
	depends on NET && !NET
config ELSEWHERE
	bool "Elsewhere"
	depends on ARM
`;
const model = parse(text);

function proposed(session: Session, name: string, value: string): Proposal {
  return new Enabling(session.model).propose(session, (session.model as KconfigModel).find(name)!, value);
}

function settings(proposal: Proposal): readonly string[] {
  if (!proposal.possible) throw new Error(proposal.lines.join('\n'));
  return proposal.settings.map(([{displayName}, value]) => `${displayName}=${value}`);
}

function changes(proposal: Proposal): readonly string[] {
  if (!proposal.possible) throw new Error(proposal.lines.join('\n'));
  return proposal.changes.map(({symbol, before, after, cause}) => `${symbol} ${before}→${after} ${cause}`);
}

test('What a symbol depends on is set before it, and all that would change is told; nothing does.', (t) => {
  const session = Session.of(model);
  const before = session.write();
  const proposal = proposed(session, 'DRIVER', 'y');
  t.deepEqual(settings(proposal), ['NET=y', 'INET=y', 'DRIVER=y']);
  t.deepEqual(changes(proposal), [
    'DRIVER n→y asked',
    'NET n→y needed',
    'INET n→y needed',
    'TCP n→y follows',
    'CRC n→y follows',
    'QUEUES →4 follows',
  ]);
  t.is(session.write(), before);
  t.is(session.undo(), undefined);
});

test('For a module, modules are switched on.', (t) => {
  t.deepEqual(settings(proposed(Session.of(model), 'CRC', 'm')), ['MODULES=y', 'CRC=m']);
});

test('To switch off what is selected, what selects it goes.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_DRIVER=y\n');
  t.deepEqual(changes(proposed(session, 'CRC', 'n')), ['CRC y→n asked', 'DRIVER y→n needed']);
  t.deepEqual(changes(proposed(session, 'TCP', 'n')).slice(0, 2), ['TCP y→n asked', 'INET y→n needed']);
});

test('Numbers, texts and members of choices get what they need as well.', (t) => {
  const session = Session.of(model);
  t.deepEqual(settings(proposed(session, 'QUEUES', '7')), ['NET=y', 'INET=y', 'QUEUES=7']);
  t.deepEqual(settings(proposed(session, 'NAME', 'a b')).slice(-1), ['NAME=a b']);
  t.deepEqual(settings(proposed(session, 'FAIR', 'y')), ['NET=y', 'FAIR=y']);
  session.set('NET', 'y');
  session.set('FAIR', 'y');
  t.deepEqual(changes(proposed(session, 'FAIR', 'n')).slice(0, 1), ['FAIR y→n asked']);
});

test('What is so already takes nothing.', (t) => {
  t.deepEqual(proposed(Session.of(model), 'NET', 'n'), {possible: true, settings: [], changes: []});
});

test('What cannot be is told with the lines that contradict it, or with its type.', (t) => {
  t.deepEqual(proposed(Session.of(model), 'NEVER', 'y'), {
    possible: false,
    lines: [
      'NEVER cannot be y in any configuration:',
      '  NEVER depends on NET (Kconfig:37)',
      '  NEVER depends on !NET (Kconfig:37)',
    ],
  });
  t.deepEqual(proposed(Session.of(model), 'NET', 'm'), {
    possible: false,
    lines: ['NET is n, not m: it is of type bool, which has no such value'],
  });
  const elsewhere = proposed(Session.of(model), 'ELSEWHERE', 'y');
  t.regex(elsewhere.possible ? '' : elsewhere.lines.join(' '), /ELSEWHERE depends on ARM \(Kconfig:40\)/);
});

test('A value that the user gave and that waits is reckoned with.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_DRIVER=y\n');
  session.set('NET', 'n');
  t.deepEqual(settings(proposed(session, 'DRIVER', 'y')), ['NET=y']);
});

test('Whatever is proposed comes so when it is done, in random trees.', (t) => {
  let done = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const made = parse(new RandomKconfig(seed, {symbols: 20}).kconfig());
    const session = Session.of(made);
    const before = session.write();
    for (const symbol of made.symbols.values()) {
      if (symbol.nodes.length === 0 || symbol.type === 'unknown') continue;
      for (const value of valuesFor(symbol)) {
        const proposal = new Enabling(made).propose(session, symbol, value);
        if (!proposal.possible) continue;
        const start = session.snapshot();
        for (const [one, given] of proposal.settings) t.true(session.set(one, given).accepted);
        t.is(session.value(symbol), value, `seed ${seed}: ${symbol.displayName}`);
        t.is(session.restore(start).filter(isOfValue).length, proposal.changes.length);
        done++;
      }
    }
    t.is(session.write(), before);
  }
  t.true(done > 50);
});

test('A choice without a name that need not be made is set like a symbol, and told.', (t) => {
  const session = Session.of(
    parse(`choice
	prompt "Compression"
	optional
config GZIP
	bool "gzip"
config XZ
	bool "xz"
endchoice
config DICTIONARY
	bool "Dictionary"
	depends on XZ
`),
  );
  const proposal = proposed(session, 'DICTIONARY', 'y');
  t.deepEqual(settings(proposal), ['<choice>=y', 'XZ=y', 'DICTIONARY=y']);
  t.deepEqual(changes(proposal), ['DICTIONARY n→y asked', '<choice> n→y needed', 'XZ n→y needed']);
});

test('Of a choice that is a menu, the member is taken.', (t) => {
  const session = Session.of(parse(text, linux612));
  t.deepEqual(settings(proposed(session, 'FAIR', 'y')), ['NET=y', 'FAIR=y']);
});

function valuesFor({type}: ConfigSymbol): readonly string[] {
  if (type === 'bool' || type === 'tristate') return ['y', 'm', 'n'];
  return [type === 'hex' ? '0x5' : '5'];
}

function isOfValue({symbol, before, after}: Change): boolean {
  const isSettable = !symbol.isChoice || symbol.optional || symbol.type === 'tristate';
  return isSettable && before.value !== after.value;
}
