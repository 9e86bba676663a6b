import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {applyFixups, fixedFiles} from '../../../src/build/modules/fixups.ts';
import type {Fixup, ModuleRecipe} from '../../../src/recipe/module.ts';
import {temporaryDirectory} from '../engines/workshop.ts';

const place = {file: 'modules/m.yaml', text: 'fixups:\n', start: 0};

function module(...fixups: Partial<Fixup>[]): ModuleRecipe {
  const whole = {file: 'a.c', expect: 'x', replace: 'y', times: 1, why: 'a reason', place};
  return {name: 'm', fixups: fixups.map((fixup) => ({...whole, ...fixup}))} as unknown as ModuleRecipe;
}

test('a literal text is replaced, other bytes stay, and what $ stands for elsewhere does not count', async (t) => {
  const dir = temporaryDirectory(t);
  const before = Buffer.concat([Buffer.from('#if (A < 5)\n'), Buffer.from([0xff, 0xfe]), Buffer.from('é\n')]);
  writeFileSync(join(dir, 'a.c'), before);
  const fixed = await fixedFiles(
    module({expect: '(A < 5)', replace: "($& < '$1')"}, {expect: 'é\n', replace: 'ü\n'}),
    {dir, version: '1'},
  );
  t.deepEqual(readFileSync(join(dir, 'a.c')), before);
  await applyFixups(fixed, dir);
  const after = Buffer.concat([
    Buffer.from("#if ($& < '$1')\n"),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('ü\n'),
  ]);
  t.deepEqual(readFileSync(join(dir, 'a.c')), after);
});

test('a text that is there more or less often than said, and a file that is not there, are named', async (t) => {
  const dir = temporaryDirectory(t);
  writeFileSync(join(dir, 'a.c'), 'one two two\n');
  mkdirSync(join(dir, 'b'));
  symlinkSync('/etc/passwd', join(dir, 'b/link'));
  const refused = async (fixup: Partial<Fixup>): Promise<string> => {
    const error = await t.throwsAsync(fixedFiles(module(fixup), {dir, version: '2.0'}), {
      instanceOf: KbuildError,
    });
    t.is(error.exit, 2);
    t.like(error.diagnostics[0], {code: 'fixup-does-not-apply', place});
    return error.message;
  };
  t.is(await refused({expect: 'three'}), 'a fix-up of m 2.0 expects "three" once in a.c: a.c has it nowhere');
  t.is(await refused({expect: 'two'}), 'a fix-up of m 2.0 expects "two" once in a.c: a.c has it 2 times');
  t.is(
    await refused({expect: 'one', times: 2}),
    'a fix-up of m 2.0 expects "one" 2 times in a.c: a.c has it once',
  );
  t.regex(await refused({file: 'c.c'}), /it has no file c\.c$/);
  t.regex(await refused({file: 'b/link', expect: 'root'}), /it has no file b\/link$/);
  const twice = await fixedFiles(module({expect: 'two', replace: '2', times: 2}), {dir, version: '2.0'});
  t.is(Buffer.from(twice.get('a.c')!).toString(), 'one 2 2\n');
});
