import test from 'ava';
import {conf} from './conf.ts';

const tree = `mainmenu "Test"
config MODULES
	bool "modules"
	modules
	default y
config T
	tristate "a tristate"
	help
	  What it is for.
config N
	int "a number"
	range 1 9
	default 5
choice
	prompt "one of these"
config ONE
	bool "first"
config TWO
	bool "second"
endchoice
config S
	string "a text"
`;

/** What Linux 6.1's conf says for the same answers. */
test('Each visible symbol is asked for, a wrong answer is asked again, and ? shows the help.', (t) => {
  const input = 'y\n?\nmm\nm\n12\n7\n3\n2\nsome text\n';
  const {status, stdout, files} = conf(['--oldaskconfig', 'Kconfig'], {files: {Kconfig: tree}, input});
  t.is(status, 0);
  t.is(
    stdout,
    `*
* Test
*
modules (MODULES) [Y/n/?] (NEW) y
a tristate (T) [N/m/y/?] (NEW) ?

CONFIG_T:

What it is for.
Symbol: T [=n]
Type  : tristate
Defined at Kconfig:6
  Prompt: a tristate
  Location:
    -> a tristate (T [=n])



a tristate (T) [N/m/y/?] (NEW) mm
a tristate (T) [N/m/y/?] (NEW) m
a number (N) [5] (NEW) 12
a number (N) [5] (NEW) 7
one of these
> 1. first (ONE) (NEW)
  2. second (TWO) (NEW)
choice[1-2?]: 3
one of these
> 1. first (ONE) (NEW)
  2. second (TWO) (NEW)
choice[1-2?]: 2
a text (S) [] (NEW) some text
#
# configuration written to .config
#
`,
  );
  t.true(
    files['.config']!.endsWith(
      'CONFIG_T=m\nCONFIG_N=7\n# CONFIG_ONE is not set\nCONFIG_TWO=y\nCONFIG_S="some text"\n',
    ),
  );
});

test('oldconfig asks for what is new, under the menu it is in, and takes defaults at the end of the input.', (t) => {
  const config =
    'CONFIG_MODULES=y\n# CONFIG_T is not set\nCONFIG_ONE=y\n# CONFIG_TWO is not set\nCONFIG_S=""\n';
  const {status, stdout, stderr} = conf(['--oldconfig', 'Kconfig'], {
    files: {Kconfig: tree, '.config': config},
  });
  t.is(status, 0);
  t.is(stderr, '\nError in reading or end of file.\n');
  t.is(
    stdout,
    `*
* Restart config...
*
*
* Test
*
modules (MODULES) [Y/n/?] y
a tristate (T) [N/m/y/?] n
a number (N) [5] (NEW) 
one of these
> 1. first (ONE)
  2. second (TWO)
choice[1-2?]: 1
a text (S) [] 
#
# configuration written to .config
#
`,
  );
});

test('Where the C tool would ask for ever since no answer comes, the run fails and says so.', (t) => {
  const {status, stderr} = conf(['--oldconfig', 'Kconfig'], {
    files: {Kconfig: 'config N\n\tint "n"\n'},
  });
  t.is(status, 1);
  t.regex(stderr, /a question without a valid default was not answered/);
});

test('listnewconfig lists new symbols with their values, helpnewconfig their help.', (t) => {
  const files = {Kconfig: tree, '.config': 'CONFIG_N=3\n'};
  t.is(
    conf(['--listnewconfig', 'Kconfig'], {files}).stdout,
    'CONFIG_MODULES=y\nCONFIG_T=n\nCONFIG_ONE=y\nCONFIG_TWO=n\nCONFIG_S=""\n',
  );
  t.true(
    conf(['--helpnewconfig', 'Kconfig'], {files}).stdout.includes('-----\n\nCONFIG_T:\n\nWhat it is for.\n'),
  );
});

/** What Linux 6.12's conf says for the same answers. */
test('Where a choice is a menu, it is asked for while a member is new, with the mark at the one that is y now.', (t) => {
  const member = (name: string, text: string) => `config ${name}\n\tbool "${text}"\n`;
  const members = member('ONE', 'first') + member('TWO', 'second') + member('THREE', 'third');
  const menu = `mainmenu "Test"\nchoice\n\tprompt "one of these"\n${members}endchoice\n`;
  const {status, stdout, files} = conf(['--dialect', 'linux-6.12', '--oldconfig', 'Kconfig'], {
    files: {
      Kconfig: `${menu}config LAST\n\tbool "last"\n\tdepends on THREE\n`,
      '.config': '# CONFIG_ONE is not set\n',
    },
    input: '4\n3?\n3\ny\n',
  });
  t.is(status, 0);
  t.is(
    stdout,
    `*
* Restart config...
*
*
* Test
*
one of these
  1. first (ONE)
> 2. second (TWO) (NEW)
  3. third (THREE) (NEW)
choice[1-3?]: 4
one of these
  1. first (ONE)
> 2. second (TWO) (NEW)
  3. third (THREE) (NEW)
choice[1-3?]: 3?

There is no help available for this option.
Symbol: THREE [=n]
Type  : bool
Defined at Kconfig:8
  Prompt: third
  Location:
    -> one of these (<choice> [=n])
      -> third (THREE [=n])



one of these
  1. first (ONE)
> 2. second (TWO) (NEW)
  3. third (THREE) (NEW)
choice[1-3?]: 3
last (LAST) [N/y/?] (NEW) y
#
# configuration written to .config
#
`,
  );
  t.true(files['.config']!.endsWith('\n# CONFIG_TWO is not set\nCONFIG_THREE=y\nCONFIG_LAST=y\n'));
});
