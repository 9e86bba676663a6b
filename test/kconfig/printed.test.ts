import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {type Dialect, linux72, linux612, parseKconfig, printed} from '../../src/kconfig/index.ts';
import {sourcesOf} from './tree.ts';

/** What is printed while a tree is parsed, by stream. */
function said(files: string | Readonly<Record<string, string>>, dialect: Dialect) {
  const texts = {stdout: '', stderr: ''};
  const say = (diagnostic: Parameters<typeof printed>[0]) => {
    const {stream, text} = printed(diagnostic, dialect);
    texts[stream] += text;
  };
  try {
    parseKconfig('Kconfig', {...sourcesOf(files), warn: say}, dialect);
  } catch (error) {
    if (!(error instanceof KbuildError)) throw error;
    for (const diagnostic of error.diagnostics) say(diagnostic);
  }
  return texts;
}

// The texts are those of the conf of 6.12.107 and 7.2.13.

test('Faults of choices are printed as errors, some while parsing and some along the menu.', (t) => {
  const member = 'config A\n\tbool "a"\n';
  const text = `choice\n\tprompt "c"\n${member}config B\n\ttristate\nendchoice\nchoice\nendchoice\n`;
  t.is(
    said(text, linux612).stderr,
    'Kconfig:5: error: choice member must have a prompt\nKconfig:5: error: choice member must be bool\nKconfig:8: error: choice must have a prompt\n',
  );
  const elsewhere = `choice\n\tprompt "c"\n${member}endchoice\nconfig A\n\tbool "x"\n\tdefault y\n`;
  t.is(
    said(elsewhere, linux72).stderr,
    'Kconfig:7: error: choice value must not have a prompt in another entry\nKconfig:8: error: defaults for choice values not supported\n',
  );
});

test('A repeated inclusion is printed with the place of the first.', (t) => {
  t.is(
    said({Kconfig: 'source "s"\n\nsource "s"\n', s: '\n'}, linux72).stderr,
    'Kconfig:3: error: repeated inclusion of s\nKconfig:1: note: location of first inclusion of s\n',
  );
});

test('What a transitional symbol may not have is printed as an error.', (t) => {
  t.is(
    said('config A\n\tbool\n\ttransitional\n\tdefault y\n', linux72).stderr,
    'Kconfig:4: error: transitional symbols can only have help sections\n',
  );
});

test('A bool that is tested for m is told on standard output, without a place.', (t) => {
  const {stdout, stderr} = said('config A\n\tbool "a"\nconfig Z\n\tbool "z"\n\tdepends on A = m\n', linux612);
  t.is(stdout, "boolean symbol A tested for 'm'? test forced to 'n'\n");
  t.is(stderr, '');
});
