import test from 'ava';
import {evaluate, explainValue, locationsOf, Session} from '../../src/kconfig/index.ts';
import {parse} from './tree.ts';

const model = parse({
  Kconfig: `config MODULES
	bool "Modules"
	modules

menu "Networks"
	visible if EXPERT

source "net/Kconfig"

endmenu

config EXPERT
	bool "Expert"
`,
  'net/Kconfig': `if MODULES

config NET
	bool "Networking" if EXPERT
	depends on !TINY
	select CRC if !TINY
	imply HASH
	default y if MODULES
	help
	  Packets.

endif

config CRC
	tristate "Checksums"
	depends on MODULES

config HASH
	tristate
	depends on NET

config TINY
	bool

config PLAIN
	tristate "Plain"
	default m

config QUEUES
	int "Queues"
	range 1 8 if NET
	default 64

choice
	prompt "Scheduler"
	default FAIR if NET
config FIFO
	bool "fifo"
config FAIR
	bool "fair"
endchoice

choice
	prompt "Empty"
config NEVER
	bool "never"
	depends on TINY
endchoice
`,
});

function why(symbol: string, assignments: Record<string, string> = {}): string {
  const evaluation = evaluate(model, new Map(Object.entries(assignments)));
  return explainValue(evaluation, model.symbols.get(symbol)!).message;
}

const modules = {MODULES: 'y'};

test('A default, a select and an imply are told with their lines and values.', (t) => {
  t.is(why('NET', modules), 'NET is y: default y if MODULES [=y] (net/Kconfig:8)');
  t.is(why('CRC', modules), 'CRC is y: selected by NET [=y] if !TINY [=n] (net/Kconfig:6)');
  t.is(
    why('CRC', {...modules, EXPERT: 'y', CRC: 'm'}),
    'CRC is y: it was set (net/Kconfig:15); selected by NET [=y] if !TINY [=n] (net/Kconfig:6)',
  );
  t.is(why('HASH', modules), 'HASH is y: implied by NET [=y] (net/Kconfig:7)');
});

test("The user's value is told with what limits it.", (t) => {
  const setting = {...modules, EXPERT: 'y', NET: 'y', QUEUES: '4'};
  t.is(why('NET', setting), 'NET is y: it was set (net/Kconfig:4)');
  t.is(why('QUEUES', setting), 'QUEUES is 4: it was set (net/Kconfig:30)');
  t.is(why('TINY', setting), 'TINY is n: it was not set, and has no default');
});

test('The bound of a range, and m that counts as y, are told as what they are.', (t) => {
  t.is(
    why('QUEUES', modules),
    'QUEUES is 8: default 64 (net/Kconfig:32); range 1 8 if NET [=y] (net/Kconfig:31)',
  );
  t.is(
    why('PLAIN'),
    'PLAIN is y: default m (net/Kconfig:27); there are no modules (MODULES is n), so m counts as y',
  );
  t.is(why('NET'), 'NET is n: it was not set, and no default, select or imply holds');
});

test('A member of a choice is told with what chose the member that is y.', (t) => {
  const session = Session.of(model, 'CONFIG_MODULES=y\nCONFIG_EXPERT=y\n');
  const told = (symbol: string) => session.why(symbol)?.message;
  t.is(told('FAIR'), 'FAIR is y: default FAIR of the choice if NET [=y] (net/Kconfig:36)');
  t.is(told('FIFO'), 'FIFO is n: default FAIR of the choice if NET [=y] (net/Kconfig:36)');
  session.set('NET', 'n');
  t.is(told('FAIR'), 'FAIR is n: FIFO is the first visible member of the choice (net/Kconfig:34)');
  session.set('FAIR', 'y');
  t.is(told('FAIR'), 'FAIR is y: it was chosen (net/Kconfig:34)');
  const {choice} = model.symbols.get('NEVER')!;
  t.is(
    session.why(choice!)?.message,
    '<choice> is n: a visible choice is not n: EXPERT [=y] && m (net/Kconfig:43); none of its members is visible (net/Kconfig:43)',
  );
  const reason = session.whyNot(choice!, 'y');
  t.is(reason.message, '<choice> is n, not y: none of its members is visible');
});

test('A value that waits for its symbol to become visible is told.', (t) => {
  const session = Session.of(model, 'CONFIG_MODULES=y\nCONFIG_EXPERT=y\n');
  session.set('PLAIN', 'n');
  t.is(session.why('PLAIN')?.message, 'PLAIN is n: it was set (net/Kconfig:26)');
  session.set('QUEUES', '2');
  session.set('EXPERT', 'n');
  t.is(session.value('QUEUES'), '8');
  t.true(session.isSet('QUEUES'));
  t.is(session.why('NOWHERE'), undefined);
});

test('The lines of all that is said of a symbol are found.', (t) => {
  const at = (line: number, file = 'net/Kconfig') => ({file, line});
  t.deepEqual(locationsOf(model.symbols.get('NET')!), {
    definitions: [at(3)],
    prompts: [{...at(4), text: '"Networking"', condition: 'EXPERT'}],
    defaults: [{...at(8), text: 'y', condition: 'MODULES'}],
    ranges: [],
    selects: [{...at(6), text: 'CRC', condition: '!TINY'}],
    implies: [{...at(7), text: 'HASH', condition: undefined}],
    selectedBy: [],
    impliedBy: [],
    dependencies: [
      {...at(5), text: '!TINY', condition: undefined},
      {...at(1), text: 'MODULES', condition: undefined},
    ],
    visibleIf: [{...at(6, 'Kconfig'), text: 'EXPERT', condition: undefined}],
    choice: undefined,
    helps: [at(10)],
  });
  t.deepEqual(locationsOf(model.symbols.get('CRC')!).selectedBy, [
    {...at(6), text: 'NET', condition: '!TINY'},
  ]);
  t.deepEqual(locationsOf(model.symbols.get('FAIR')!).choice, at(34));
});
