import test from 'ava';
import {type KconfigSources, linux61, parseKconfig, scanKconfig} from '../../src/kconfig/index.ts';

/** What a reading asks of its sources, in order. */
function asked(files: Readonly<Record<string, string>>, read: (sources: KconfigSources) => void): string[] {
  const questions: string[] = [];
  read({
    readFile: (name) => {
      questions.push(`file ${name}`);
      return files[name];
    },
    environment: new Map([['ARCH', 'x86']]),
    shell: (command) => {
      questions.push(`command ${command}`);
      return 'y';
    },
  });
  return questions;
}

const kconfig = `mainmenu "$(shell,title)"
success = $(shell,$(1) && echo y)
now := $(shell,at once)
# $(shell,a comment)

config A
	bool "a" if $(success,a "$(ARCH)")
	default y
	depends on B != "\\"$(shell,quoted)" && \\
		C = '$(shell,next line)'
	help
	  source "$(shell,in a help text)"
	  later := $(shell,never)

config B
	def_bool $(lineno)0 = 160
	help
	  text

config C
	def_bool y

unused = $(shell,unused)
last := $(shell,last)
source "arch/$(ARCH)"
source "more"
`;
const files = {
  Kconfig: kconfig,
  'arch/x86': '\tsource "more"\n',
  more: 'config D\n\tdef_bool $(success,$(filename)-$(lineno))',
};

test('a look ahead asks for the files and commands that reading asks for', (t) => {
  const questions = asked(files, (sources) => parseKconfig('Kconfig', sources, linux61));
  t.deepEqual(
    asked(files, (sources) => scanKconfig('Kconfig', sources, linux61)),
    questions,
  );
  t.true(questions.includes('command quoted'));
  t.true(questions.includes('command last'));
  t.true(questions.includes('command more-2 && echo y'));
});

test('a look ahead ends without a word at what is missing or has no end', (t) => {
  t.deepEqual(
    asked({Kconfig: 'source "none"\n'}, (sources) => scanKconfig('Kconfig', sources, linux61)),
    ['file Kconfig', 'file none'],
  );
  const own = {Kconfig: 'source "Kconfig"\n$(shell,after)\n'};
  t.deepEqual(
    asked(own, (sources) => scanKconfig('Kconfig', sources, linux61)),
    ['file Kconfig'],
  );
  t.deepEqual(
    asked({}, (sources) => scanKconfig('Kconfig', sources, linux61)),
    ['file Kconfig'],
  );
  const text = 'config A\n\thelp\n';
  t.deepEqual(
    asked({Kconfig: text}, (sources) => scanKconfig('Kconfig', sources, linux61)),
    ['file Kconfig'],
  );
});
