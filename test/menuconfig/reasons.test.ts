import test from 'ava';
import {type KconfigModel, Session} from '../../src/kconfig/index.ts';
import {reasonsOf} from '../../src/menuconfig/reasons.ts';
import type {Goal} from '../../src/recipe/recipe.ts';
import {parse} from '../kconfig/tree.ts';

const model = parse(`
config MODULES
	bool "Modules"
	modules
	default y
config NET
	bool "Networking"
config INET
	bool "Internet"
	depends on NET
config CRC
	tristate "Checksums"
config DRIVER
	tristate "Driver"
	depends on INET && NET
	select CRC
config QUEUES
	int "Queues"
	range 1 16
	default 4
config DEPTH
	int "Depth"
	depends on NET
	default 4
config RATE
	int
	default 100
`);

function told(session: Session, name: string, goals: readonly Goal[] = []): readonly string[] {
  return reasonsOf(session, (session.model as KconfigModel).find(name)!, goals);
}

const goal: Goal = {
  symbol: 'DRIVER',
  value: 'y or m',
  why: 'the machines have it',
  origin: 'net/driver',
  place: {file: 'parts/net/driver.yaml', text: 'goals:\n  DRIVER: y or m\n', start: 9, end: 15},
};

test('What stands in the way is told with the lines of Kconfig, and what it would take.', (t) => {
  t.deepEqual(told(Session.of(model), 'DRIVER'), [
    'DRIVER is n:',
    '  - it was not set, and has no default',
    '',
    'To be m or y:',
    '  it depends on',
    '    - INET [=n] (Kconfig:15)',
    '    - NET [=n] (Kconfig:15)',
    '  it would take INET=y, and NET=y',
    '',
    '* proposes what to set for it.',
  ]);
});

test('What selects a symbol is told where it stands in the way.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_DRIVER=m\n');
  t.deepEqual(told(session, 'CRC'), [
    'CRC is m:',
    '  - selected by DRIVER [=m] (Kconfig:16)',
    '',
    'To be n:',
    '  it is selected by',
    '    - DRIVER [=m] (Kconfig:16)',
    '  which would have to be off',
    '',
    'To be y:',
    '  set it; nothing stands in the way, but it was not set and its default is lower',
    '',
    '* proposes what to set for it.',
  ]);
});

test('What a recipe asks for is told, with its reason and whether it is met, and which goals need the symbol.', (t) => {
  const session = Session.of(model, 'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_DRIVER=m\n');
  t.deepEqual(told(session, 'DRIVER', [goal]).slice(-4), [
    '',
    'The recipe asks for y or m: met',
    '  net/driver (parts/net/driver.yaml:2)',
    '  the machines have it',
  ]);
  t.true(told(session, 'DRIVER', [goal]).includes('  - it was set, as the recipe asks (Kconfig:14)'));
  t.deepEqual(told(session, 'NET', [goal]).slice(-2), [
    'Goals that depend on it: 1',
    '  - DRIVER depends on NET (Kconfig:15)',
  ]);
  session.set('DRIVER', 'n');
  t.true(told(session, 'DRIVER', [goal]).includes('The recipe asks for y or m: NOT MET'));
});

test('Of a number it is told what it can be, or why it cannot be set.', (t) => {
  const session = Session.of(model);
  t.deepEqual(told(session, 'QUEUES').slice(2), [
    '',
    'It can be set to any whole number in',
    '  - range 1 16 (Kconfig:19)',
  ]);
  t.deepEqual(told(session, 'DEPTH').slice(3, 8), [
    'It cannot be set now:',
    '  it depends on',
    '    - NET [=n] (Kconfig:23)',
    '  it would take NET=y',
    '',
  ]);
  t.true(told(session, 'RATE').includes('  it has no prompt, so it cannot be set itself'));
});
