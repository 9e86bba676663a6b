import test from 'ava';
import {decode, expire, type Input, patienceMs} from '../../../src/menuconfig/terminal/decode.ts';

/** As a terminal sends it: UTF-8, one byte a character. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function inputs(text: string): readonly Input[] {
  return decode(bytes(text)).inputs;
}

function words(text: string): string {
  return inputs(text)
    .map((input) => {
      if (input.kind === 'named') return input.name;
      if (input.kind === 'text') return `'${input.text}'`;
      if (input.kind === 'control') return `^${input.letter}`;
      if (input.kind === 'function') return `F${input.number}`;
      if (input.kind === 'mouse') return `${input.action} ${input.row},${input.column}`;
      return input.kind;
    })
    .join(' ');
}

/** What each terminal sends for a key, by its terminfo entry (kcuu1, khome, kf1, …) or its manual. */
const sequences: Readonly<Record<string, readonly string[]>> = {
  up: ['\x1b[A', '\x1bOA', '\x1b[1;5A', '\x1b[a', '\x1bOa', '\x1b\x1b[A', '\x1b[1;3A'],
  down: ['\x1b[B', '\x1bOB', '\x1b[b'],
  right: ['\x1b[C', '\x1bOC', '\x1b[c'],
  left: ['\x1b[D', '\x1bOD', '\x1b[d'],
  home: ['\x1b[H', '\x1bOH', '\x1b[1~', '\x1b[7~', '\x1b[7^', '\x1b[7$', '\x1b[7@', '\x1b[1;2H'],
  end: ['\x1b[F', '\x1bOF', '\x1b[4~', '\x1b[8~', '\x1b[8$'],
  'page-up': ['\x1b[5~', '\x1b[5;5~'],
  'page-down': ['\x1b[6~'],
  delete: ['\x1b[3~'],
  enter: ['\r', '\n', '\x1bOM', '\x1b[13u', '\x1b[27;5;13~', '\x1b[57414u'],
  tab: ['\t', '\x1b[9u', '\x1bOI'],
  'back-tab': ['\x1b[Z', '\x1b[9;2u', '\x1b[27;2;9~'],
  backspace: ['\x7f', '\b', '\x1b[127u'],
  escape: ['\x1b[27u', '\x1b\x1b'],
  F1: ['\x1bOP', '\x1b[11~', '\x1b[[A', '\x1b[P', '\x1b[1;2P'],
  F5: ['\x1b[15~', '\x1b[[E'],
  F6: ['\x1b[17~'],
  F12: ['\x1b[24~'],
  '^z': ['\x1a', '\x1b[122;5u', '\x1b[27;5;122~'],
  '^c': ['\x03', '\x1b[99;5u', '\x1b[99:67;69u'],
  "'A'": ['A', '\x1b[97;2u', '\x1b[97:65;2u'],
  "'*'": ['*', '\x1bOj'],
  "'5'": ['\x1bOu'],
  "'圧'": ['圧'],
  "'😀'": ['😀'],
  attributes: ['\x1b[?1;2c', '\x1b[?62;22c'],
  'press 4,9': ['\x1b[<0;10;5M', '\x1b[<16;10;5M'],
  'wheel-up 4,9': ['\x1b[<64;10;5M'],
  'wheel-down 0,0': ['\x1b[<65;1;1M'],
};

for (const [key, list] of Object.entries(sequences)) {
  test(`${key} is known from every terminal, also when its bytes come one by one`, (t) => {
    for (const sequence of list) {
      t.is(words(sequence), key, JSON.stringify(sequence));
      const found: Input[] = [];
      let rest = '';
      for (const byte of bytes(sequence)) {
        const decoded = decode(rest + byte);
        found.push(...decoded.inputs);
        rest = decoded.rest;
      }
      // Of Esc Esc nobody can say, byte by byte, that a sequence goes on.
      if (!sequence.startsWith('\x1b\x1b['))
        t.deepEqual(found, [...inputs(sequence)], JSON.stringify(sequence));
    }
  });
}

test('a lone Esc is a key after a short wait, and Esc Esc is one at once', (t) => {
  t.deepEqual(decode('\x1b'), {inputs: [], rest: '\x1b'});
  t.true(patienceMs('\x1b') <= 100);
  t.deepEqual(expire('\x1b'), {inputs: [{kind: 'named', name: 'escape'}], rest: ''});
  t.is(words('\x1b\x1by'), "escape 'y'");
  t.is(words('\x1b\x1b\x1b\x1b'), 'escape escape');
});

test('what is begun and does not end is forgotten after a while, and types nothing', (t) => {
  for (const begun of ['\x1b[', '\x1b[1;', '\x1bO', '\x1b]11;rgb:', '\xe5', '\xf0\x9f', '\x1b[M!']) {
    t.deepEqual(decode(begun), {inputs: [], rest: begun});
    t.true(patienceMs(begun) <= 1000);
    t.deepEqual(expire(begun), {inputs: [], rest: ''});
  }
});

test('sequences that are not known are swallowed whole', (t) => {
  const unknown = [
    '\x1b[I',
    '\x1b[O',
    '\x1b[2~',
    '\x1b[99~',
    '\x1b[?2026;2$y',
    '\x1b[24;80R',
    '\x1b[8;24;80t',
    '\x1b[>1;10;0c',
    '\x1bP>|XTerm(388)\x1b\\',
    '\x1b]52;c;eW1u\x07',
    '\x1b_Gi=31;OK\x1b\\',
    '\x1b[MabC',
    '\x1b[<0;10;5m',
    '\x1b[<32;10;5M',
    '\x1b[<2;10;5M',
    '\x1b[97;3u',
    '\x1b[97;1:3u',
    '\x1b[57358u',
    '\x1b[1114112;1u',
    '\x1by',
    '\x1bé',
    '\x1b\r',
    '\x1bOz',
    '\x00',
    '\u0085',
  ];
  for (const sequence of unknown) t.is(words(`${sequence}q`), "'q'", JSON.stringify(sequence));
});

test('bytes that are no UTF-8 are left out, and what comes after them is read', (t) => {
  for (const broken of ['\xff', '\xc3(', '\xe5\x9c(', '\xed\xa0\x80', '\x80\x80', '\xf5\x80\x80\x80']) {
    const found = decode(`${broken}q`).inputs;
    t.deepEqual(found.at(-1), {kind: 'text', text: 'q'}, JSON.stringify(broken));
    t.true(
      found.every((input) => input.kind === 'text' && /[(q]/.test(input.text)),
      JSON.stringify(broken),
    );
  }
});

test('what is pasted is one text of one line, whatever is in it', (t) => {
  t.is(words('\x1b[200~CONFIG_NFS\x1b[201~'), "'CONFIG_NFS'");
  t.is(words('\x1b[200~a\r\nb\tc\x1b[31m\x03 \n\x1b[201~y'), "'a b c[31m' 'y'");
  t.is(words('\x1b[200~\n\x1b[201~'), '');
  t.deepEqual(decode('\x1b[200~nn').rest, '\x1b[200~nn');
});

test('a paste without an end takes no more memory than a long line', (t) => {
  let rest = '\x1b[200~';
  for (let count = 0; count < 50; count += 1) rest = decode(rest + 'y'.repeat(10_000)).rest;
  t.true(rest.length <= 65_536);
  const {inputs: found} = decode(`${rest}\x1b[201~`);
  t.is(found.length, 1);
});

test('the background is told in one to four digits a colour', (t) => {
  t.deepEqual(inputs('\x1b]11;rgb:ffff/ffff/ffff\x1b\\'), [{kind: 'background', red: 1, green: 1, blue: 1}]);
  t.deepEqual(inputs('\x1b]11;rgb:00/00/f\x07'), [{kind: 'background', red: 0, green: 0, blue: 1}]);
});

test('any bytes at all are read to their end, and give no text with a control character', (t) => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const alphabet = '\x1b\x1b\x1b[[O<?;:019~AMu$P]\\\x07\x03\r y\xe5\x9c\xa7\x80\xff';
  for (let count = 0; count < 20_000; count += 1) {
    let text = '';
    for (let length = random(12); length > 0; length -= 1) text += alphabet[random(alphabet.length)];
    const {inputs: found, rest} = decode(text);
    const isRaw = found.some((input) => input.kind === 'text' && /\p{Cc}/u.test(input.text));
    if (isRaw || !text.endsWith(rest)) t.fail(JSON.stringify(text));
  }
  t.pass();
});
