import test from 'ava';
import {Random, readProbability} from '../../src/kconfig/index.ts';

/** What glibc 2.36 gives: `srand(seed)`, then `rand()`. */
const known: ReadonlyMap<number, readonly number[]> = new Map([
  [1, [1804289383, 846930886, 1681692777, 1714636915, 1957747793]],
  [7, [1045618677, 1863967299, 1272579899, 461085871, 21961325]],
  [0xffffffff, [254925627, 1205188300, 366127624, 1401405153, 76053476]],
]);

for (const [seed, expected] of known) {
  test(`Seed ${seed} gives the numbers of the C library.`, (t) => {
    const random = new Random(seed);
    t.deepEqual(
      expected.map(() => random.next()),
      expected,
    );
  });
}

test('Seed 0 is seed 1.', (t) => {
  t.is(new Random(0).next(), new Random(1).next());
});

test('One, two or three probabilities are read, and the first of one is shared out to `y` and `m`.', (t) => {
  t.deepEqual(readProbability(undefined), {bool: 50, yes: 33, mod: 33});
  t.deepEqual(readProbability('25'), {bool: 25, yes: 13, mod: 12});
  t.deepEqual(readProbability('10:20'), {bool: 30, yes: 10, mod: 20});
  t.deepEqual(readProbability('10:20:30'), {bool: 10, yes: 20, mod: 30});
  t.deepEqual(readProbability('nothing'), {bool: 0, yes: 0, mod: 0});
});

test('Probabilities that are none are refused.', (t) => {
  for (const text of ['101', '-1', '60:60', '0:50:51']) t.is(readProbability(text), undefined, text);
});
