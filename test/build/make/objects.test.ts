import test from 'ava';
import {expectedObjects, ObjectCounter} from '../../../src/build/make/objects.ts';

test('objects are counted once each, and only those that the configuration consists of', (t) => {
  const counter = new ObjectCounter(expectedObjects('object fs/a.o\nnoise\nobject fs/b.o\nobject fs/c.o\n'));
  t.true(counter.see('  CC      fs/a.o'));
  t.false(counter.see('  CC      fs/a.o'));
  t.true(counter.see('  CC [M]  fs/b.o'));
  t.true(counter.see('  AS      fs/c.o'));
  t.false(counter.see('  HOSTCC  scripts/mod/modpost.o'));
  t.false(counter.see('  AR      fs/built-in.a'));
  t.is(counter.done, 3);
});

test('without a known whole every object counts', (t) => {
  const counter = new ObjectCounter(new Set());
  t.true(counter.see('  CC      a.o'));
  t.is(counter.done, 1);
});
