import test from 'ava';
import {kernelLineOf, kernelLines} from '../../src/build/kernel-line.ts';

test('a line is found by its own version', (t) => {
  t.deepEqual(
    kernelLines.map(({version}) => kernelLineOf(version).version),
    ['5.10', '6.1', '6.12'],
  );
});

test('a release between two lines belongs to the older one, compared as numbers', (t) => {
  t.is(kernelLineOf('6.6.63').version, '6.1');
  t.is(kernelLineOf('6.11.0').version, '6.1');
  t.is(kernelLineOf('5.15.0-rc1').version, '5.10');
});

test('a release newer or older than all lines takes the nearest', (t) => {
  t.is(kernelLineOf('7.2.13').version, '6.12');
  t.is(kernelLineOf('4.19.1').version, '5.10');
});
