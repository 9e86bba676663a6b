import test from 'ava';
import {clusters, cut, cutStart, width, wrap} from '../../../src/menuconfig/terminal/width.ts';

function shown(text: string): string {
  return clusters(text)
    .map((part) => part.text)
    .join('');
}

test('a text is as wide as terminals draw it', (t) => {
  t.is(width('plain'), 5);
  t.is(width('圧縮'), 4);
  t.is(width('é'), 1);
  t.is(width('e\u0301'), 1);
  t.is(width('😀'), 2);
  t.is(width('👩‍🔧'), 2);
  t.is(width('ｱ'), 1);
  t.is(width('Ａ'), 2);
  t.is(width('─→…'), 3);
});

test('what would command a terminal or is not seen is shown by name', (t) => {
  t.is(shown('\u001b[31m'), '^[[31m');
  t.is(shown('a\u0007\u007f\t'), 'a^G^?^I');
  t.is(shown('\u009b31m'), '<U+009B>31m');
  t.is(shown('\u202e\u200b\ud800'), '<U+202E><U+200B><U+D800>');
  t.is(shown('a\r\nb'), 'a^M^Jb');
  t.is(shown('\u0301'), '\u25cc\u0301');
});

test('a mark without end is cut', (t) => {
  t.true(shown(`a${'\u0301'.repeat(1000)}`).length < 20);
});

test('a text is cut where it has room, wide characters whole', (t) => {
  t.is(cut('abcdef', 6, '…'), 'abcdef');
  t.is(cut('abcdef', 5, '…'), 'abcd…');
  t.is(cut('圧縮圧縮', 6, '…'), '圧縮…');
  t.is(cut('圧縮圧縮', 0, '…'), '');
  t.is(cutStart('abcdef', 4, '…'), '…def');
  t.is(cutStart('圧縮圧縮', 6, '…'), '…圧縮');
});

test('lines are broken at spaces, and go on below where their text begins', (t) => {
  t.deepEqual(wrap('one two three four', 9), ['one two', 'three', 'four']);
  t.deepEqual(wrap('  - one two three', 9), ['  - one', '    two', '    three']);
  t.deepEqual(wrap('Depends on: A && B', 12), ['Depends on:', '  A && B']);
  t.deepEqual(wrap('', 9), ['']);
  t.deepEqual(wrap('a  b', 9), ['a  b']);
  t.deepEqual(wrap('\tx\ty', 20), ['        x       y']);
});

test('a word that is longer than a line is broken anywhere, and nothing of it is lost', (t) => {
  t.deepEqual(wrap('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
  t.deepEqual(wrap('圧縮圧縮圧', 5), ['圧縮', '圧縮', '圧']);
  const long = wrap(`          ${'x'.repeat(50)}`, 12);
  t.is(long.join('').replaceAll(' ', ''), 'x'.repeat(50));
  t.true(long.every((line) => width(line) <= 12));
});
