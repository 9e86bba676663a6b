import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {leadsOut} from '../../src/build/source-links.ts';
import {temporaryDirectory} from './engines/workshop.ts';

/** `a/up` leads to the top and `a/self` to itself. */
const cases: readonly (readonly [target: string, leadsOut: boolean])[] = [
  ['/etc/passwd', true],
  ['..', false],
  ['../..', true],
  ['../../tree/a', true],
  ['b/../../..', true],
  ['b/nothing/there', false],
  ['nothing/../../..', true],
  ['up/a/up/a/b', false],
  ['up/..', true],
  // More links than realpath(1) follows before it looks for loops.
  [`${'up/a/'.repeat(25)}up/../x`, true],
  ['self', false],
  ['self/x', false],
  ['file/x', false],
  ['file/../../..', true],
  ['.//./b/', false],
];

for (const [target, expected] of cases)
  test(`a link to ${target} ${expected ? 'leads out' : 'stays inside'}`, (t) => {
    const root = join(temporaryDirectory(t), 'tree');
    mkdirSync(join(root, 'a/b'), {recursive: true});
    writeFileSync(join(root, 'a/file'), '');
    symlinkSync('..', join(root, 'a/up'));
    symlinkSync('self', join(root, 'a/self'));
    symlinkSync(target, join(root, 'a/link'));
    t.is(leadsOut(root, 'a/link'), expected);
  });

test('a link that is not found by its name counts as one that leads out', (t) => {
  t.true(leadsOut(temporaryDirectory(t), 'a/b'));
});
