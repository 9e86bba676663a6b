import test from 'ava';
import {CompilerErrors} from '../../../src/build/make/compiler-errors.ts';

function messageOf(...lines: string[]): string {
  const errors = new CompilerErrors();
  for (const line of lines) errors.see(line);
  return errors.message('make modules');
}

test("a failed build shows the compiler's error with its source excerpt, not what make says after it", (t) => {
  t.is(
    messageOf(
      '  CC [M]  fs/nfs/dir.o',
      'In file included from ../fs/nfs/internal.h:12,',
      '                 from ../fs/nfs/dir.c:40:',
      "../fs/nfs/dir.c:77:9: error: 'nope' undeclared (first use in this function)",
      '   77 |         nope = 1;',
      '      |         ^~~~',
      '  CC [M]  fs/nfs/file.o',
      'make[4]: *** [scripts/Makefile.build:250: fs/nfs/dir.o] Error 1',
      'make[3]: *** Waiting for unfinished jobs....',
    ),
    [
      'make modules failed',
      '  In file included from ../fs/nfs/internal.h:12,',
      '                   from ../fs/nfs/dir.c:40:',
      "  ../fs/nfs/dir.c:77:9: error: 'nope' undeclared (first use in this function)",
      '     77 |         nope = 1;',
      '        |         ^~~~',
    ].join('\n'),
  );
});

test('warnings and their notes are not taken for errors', (t) => {
  const message = messageOf(
    "a.c:3:5: warning: unused variable 'error'",
    "a.c:9:1: error: expected ';' before '}'",
    'make: *** [Makefile:1] Error 2',
  );
  t.is(message, "make modules failed\n  a.c:9:1: error: expected ';' before '}'");
});

test('of many errors the first three are shown and the rest counted', (t) => {
  const message = messageOf(
    ...Array.from({length: 7}, (_, index) => `a.c:${index}:1: error: number ${index}`),
  );
  t.is(message.split('\n').length, 5);
  t.regex(message, /number 0[\s\S]*number 2\n {2}\(and 4 more\)$/);
});

test("linker, modpost and configure errors are found, and make's own missing rule", (t) => {
  for (const line of [
    "ld: fs/x.o: in function `f': x.c:(.text+0x1): undefined reference to `g'",
    'ERROR: modpost: "nope" [drivers/x.ko] undefined!',
    'configure: error: ',
    "make[2]: *** No rule to make target 'fs/none.o', needed by 'fs/built-in.a'.  Stop.",
  ]) {
    t.true(messageOf('  CC      a.o', line, 'make[1]: *** [x] Error 1').includes(line), line);
  }
});

test('where nothing looks like an error the last lines are shown, with the rule that failed', (t) => {
  t.is(
    messageOf('  GEN     x', 'odd output', 'make[1]: *** [Makefile:7: x] Error 3'),
    [
      'make modules failed at make[1]: *** [Makefile:7: x] Error 3',
      '    GEN     x',
      '  odd output',
      '  make[1]: *** [Makefile:7: x] Error 3',
    ].join('\n'),
  );
});
