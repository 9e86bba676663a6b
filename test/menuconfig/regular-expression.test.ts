import test from 'ava';
import {InvalidExpression, RegularExpression} from '../../src/menuconfig/regular-expression.ts';

function codesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isIn(pattern: string, text: string): boolean {
  return new RegularExpression(pattern).isIn(codesOf(text), 0, text.length);
}

function isWhole(pattern: string, text: string): boolean {
  return new RegularExpression(pattern).isWhole(codesOf(text), 0, text.length);
}

function faultOf(pattern: string): string {
  try {
    new RegularExpression(pattern);
  } catch (problem) {
    if (problem instanceof InvalidExpression) return problem.message;
    throw problem;
  }
  return 'none';
}

test('POSIX extended regular expressions match in lower and upper case alike.', (t) => {
  t.true(isIn('NFS.*v[34]', 'nfsd_v4'));
  t.false(isIn('NFS.*v[34]', 'nfsd_v5'));
  t.true(isIn('^[[:alpha:]_]+[[:digit:]]{2,3}$', 'crc32'));
  t.false(isIn('^[[:alpha:]_]+[[:digit:]]{2,3}$', 'crc3'));
  t.true(isIn('[]a-]', 'x-y'));
  t.true(isIn('[^a-z]', '0'));
  t.false(isIn('[^A-Z]', 'abc'));
  t.true(isIn('a)', 'a)'));
  t.true(isIn('\\bnet\\b', 'the net is'));
  t.false(isIn('\\bnet\\b', 'internet'));
  t.true(isIn('\\<net', 'a network'));
  t.true(isIn('()', ''));
});

test('The longest of several ways counts, as POSIX wants it.', (t) => {
  t.true(isWhole('n|nf|nfs', 'nfs'));
  t.true(isWhole('(a|ab)(c|bcd)', 'abcd'));
  t.false(isWhole('nf', 'nfs'));
});

test('Lines are matched one by one.', (t) => {
  t.true(isIn('^two$', 'one\ntwo\nthree'));
  t.false(isIn('one.two', 'one\ntwo'));
  t.false(isIn('one[^x]two', 'one\ntwo'));
});

test('In any part of a text the lines that match are those of JavaScript’s expressions.', (t) => {
  const letters = 'ab_ \n';
  let seed = 1;
  const text = Array.from({length: 4000}, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return letters[(seed >> 16) % letters.length]!;
  }).join('');
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  for (const pattern of [
    '^b',
    'b$',
    '^ab',
    '^a*b$',
    '^$',
    '^[ab]+_',
    '\\bab',
    'ab\\b',
    '^(a|bb)_',
    'a_b',
    '^_.*a$',
  ]) {
    const [ours, theirs] = [new RegularExpression(pattern), new RegExp(pattern, 'im')];
    for (let from = 0; from < text.length; from += 37) {
      for (const to of [from, from + 3, from + 20]) {
        const part = text.slice(from, to);
        t.is(
          ours.isIn(bytes, from, Math.min(to, text.length)),
          theirs.test(part),
          `${pattern} in ${JSON.stringify(part)}`,
        );
      }
    }
  }
});

test('What is no regular expression is told.', (t) => {
  t.is(faultOf('(a'), 'a ) is missing');
  t.is(faultOf('[a'), 'a ] is missing');
  t.is(faultOf('*a'), 'there is nothing that * could repeat');
  t.is(faultOf('a|+'), 'there is nothing that + could repeat');
  t.is(faultOf('a{'), 'after { come one or two numbers and }');
  t.is(faultOf('a{3,2}'), 'the numbers in {} are in the wrong order');
  t.is(faultOf('[b-a]'), 'a range in [] is in the wrong order');
  t.is(faultOf('[[:vowel:]]'), 'there is no class [:vowel:]');
  t.is(faultOf('a\\'), 'there is nothing after the last \\');
  t.is(faultOf('(a)\\1'), '\\1 cannot be searched for');
  t.is(faultOf('((a{255}){255}){255}'), 'it is too long');
  t.is(faultOf('('.repeat(5000)), 'it is nested too deep');
});

test('No expression takes long, however many ways there are to match.', (t) => {
  const text = 'a'.repeat(20_000);
  const started = performance.now();
  t.false(isIn('(a*)*b', text));
  t.false(isIn('(a|a)*b', text));
  t.false(isIn('.*.*.*.*.*.*b', text));
  t.true(isIn('(a?){50}a{50}', text));
  const random = Array.from({length: 200_000}, (_, i) => 'ab'[(i * i * 7919 + (i >> 3)) % 2]).join('');
  try {
    isIn('(a|b)*a(a|b){18}c', random);
  } catch (problem) {
    t.is((problem as Error).message, 'it can be matched in too many ways');
  }
  t.true(performance.now() - started < 20_000);
});
