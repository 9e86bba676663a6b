/** Texts as Python's `str` and `int` take them. What is no ASCII stands as the bytes of UTF-8, which sort the same. */

/** What str.isspace() takes of ASCII. */
const blanks = '\t\n\v\f\r\x1c\x1d\x1e\x1f ';

export const isBlankAt = (text: string, at: number): boolean =>
  at < text.length && blanks.includes(text[at]!);
export const isBlank = (text: string): boolean => text !== '' && stripStart(text) === '';
export const strip = (text: string): string => stripEnd(stripStart(text));

export function stripStart(text: string): string {
  let start = 0;
  while (isBlankAt(text, start)) start++;
  return text.slice(start);
}

export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlankAt(text, end - 1)) end--;
  return text.slice(0, end);
}

/** The text with the tabs of its beginning as blanks (str.expandtabs). */
export function expandTabs(line: string): string {
  let text = '';
  let column = 0;
  for (const character of line) {
    const width = character === '\t' ? 8 - (column % 8) : 1;
    text += character === '\t' ? ' '.repeat(width) : character;
    column = character === '\n' ? 0 : column + width;
  }
  return text;
}

const digits: Readonly<Record<number, RegExp>> = {
  2: /^[01]+(_[01]+)*$/,
  8: /^[0-7]+(_[0-7]+)*$/,
  10: /^[0-9]+(_[0-9]+)*$/,
  16: /^[0-9a-f]+(_[0-9a-f]+)*$/,
};
const prefixes: Readonly<Record<string, number>> = {'0b': 2, '0o': 8, '0x': 16};

/** Python's `int(text, base)`, where base 0 goes by the prefix; undefined of what is no number. */
export function parseInteger(text: string, base: 0 | 10 | 16): bigint | undefined {
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(strip(text).toLowerCase()) ?? [];
  const prefixed = prefixes[body.slice(0, 2)];
  const isPrefixed = prefixed !== undefined && (base === 0 || base === prefixed);
  const radix = isPrefixed ? prefixed : base === 0 ? 10 : base;
  const number = isPrefixed ? body.slice(2).replace(/^_/, '') : body;
  if (!digits[radix]!.test(number)) return undefined;
  if (base === 0 && radix === 10 && /^0[0_]*[1-9]/.test(number)) return undefined;
  const name = {2: '0b', 8: '0o', 10: '', 16: '0x'}[radix]!;
  const value = BigInt(name + number.replaceAll('_', ''));
  return sign === '-' ? -value : value;
}

/** A number as `str` or `hex` writes it. */
export function integerText(value: bigint, base: 10 | 16): string {
  if (base === 10) return String(value);
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

export const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
export const unescapeText = (text: string): string => text.replace(/\\([^\n])/g, '$1');

/** The lines of a text file as Python reads them: every kind of line end is `\n`. */
export const unifyLineEnds = (text: string): string =>
  text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
