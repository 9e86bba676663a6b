/** Numbers, strings and values: sensible ones, and those at the edges. */

import type {Random} from './random.ts';

export type Kind = 'bool' | 'tristate' | 'int' | 'hex' | 'string';

const oddNumbers: Readonly<Record<'int' | 'hex', readonly string[]>> = {
  int: [
    '-1',
    '007',
    '2147483648',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '1x',
    '""',
  ],
  hex: [
    '0X1F',
    'ff',
    '0x',
    '0xffffffffffffffff',
    '0x7fffffffffffffff',
    '0x10000000000000000',
    '0x0',
    '""',
    'fg',
  ],
};

export function number(random: Random, kind: 'int' | 'hex'): string {
  if (random.chance(0.04)) return random.pick(oddNumbers[kind]);
  const value = random.below(60) - (kind === 'int' ? 10 : 0);
  if (kind === 'int') return random.chance(0.1) ? `"${value}"` : String(value);
  const digits = value.toString(16);
  return random.chance(0.15) ? digits : random.chance(0.1) ? `0x${digits.toUpperCase()}` : `0x${digits}`;
}

const pieces = [
  'a',
  'b c',
  '1',
  ' ',
  '\\"',
  '\\\\',
  "\\'",
  '\\n',
  '#',
  '$',
  '$(NAME)',
  '$(FLAVOUR)',
  '\t',
  '\xc3\xa4',
  ',',
  '(',
  ')',
  '=',
] as const;

/** A quoted string of the language, as it stands in a Kconfig file. */
export function quotedString(random: Random): string {
  if (random.chance(0.5)) return random.pick(['"text"', '"one"', '""', "'one'", '"y"', '"n"', '"a b"']);
  const quote = random.chance(0.8) ? '"' : "'";
  let text = '';
  while (random.chance(0.7)) {
    const piece = random.pick(pieces);
    text += piece;
  }
  return quote + text + quote;
}

/** What may stand after `=` in a .config for a symbol of this kind; not all of it is valid. */
export function configValue(random: Random, kind: Kind): string {
  if (random.chance(0.03)) return random.pick(['', ' y', 'y ', 'Y', 'maybe', '"y"', '0', 'y\t', 'nm', '"']);
  switch (kind) {
    case 'bool':
      return random.pick(['y', 'n', 'y', 'n', 'y', 'n', 'm', 'yes']);
    case 'tristate':
      return random.pick(['y', 'm', 'n']);
    case 'string':
      return random.pick([
        '"one"',
        '"text"',
        '""',
        '"a\\"b"',
        '"c\\\\d" tail',
        'bare',
        '"open',
        '"\\q"',
        '"\xc3\xa4"',
        '"a\\',
      ]);
    default:
      return random.chance(0.1)
        ? random.pick(['010', 'abc', '', '0x', '-5', '0x1F', '99999999999999999999', '1 ', '-', '0', '00'])
        : number(random, kind).replaceAll('"', '');
  }
}
