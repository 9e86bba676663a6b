/** What a terminal sends, as what was done: keys, a mouse, a paste, an answer. */

import type {KeyName} from '../key.ts';

export type Input =
  | {readonly kind: 'text'; readonly text: string}
  | {readonly kind: 'named'; readonly name: KeyName}
  | {readonly kind: 'control'; readonly letter: string}
  | {readonly kind: 'function'; readonly number: number}
  | {
      readonly kind: 'mouse';
      readonly action: 'press' | 'wheel-up' | 'wheel-down';
      readonly row: number;
      readonly column: number;
    }
  /** The terminal's background, each colour between 0 and 1. */
  | {readonly kind: 'background'; readonly red: number; readonly green: number; readonly blue: number}
  /** What kind of terminal it is: asked for since every terminal answers that, after all that was asked before. */
  | {readonly kind: 'attributes'};

export type Decoded = {
  readonly inputs: readonly Input[];
  /** What may go on with the next bytes: to be put before them. */
  readonly rest: string;
};

/** One step: what was read, and up to where; `incomplete` if the next bytes may belong to it. */
type Step = {readonly inputs: readonly Input[]; readonly end: number} | 'incomplete';

/**
 * Reads bytes, one a character (latin1) as all of these patterns want them. Sequences that are not known are
 * swallowed whole, so that nothing is ever typed that nobody typed.
 */
export function decode(bytes: string): Decoded {
  const inputs: Input[] = [];
  let at = 0;
  while (at < bytes.length) {
    const step = bytes[at] === '\x1b' ? escaped(bytes, at) : typed(bytes, at);
    if (step === 'incomplete') break;
    inputs.push(...step.inputs);
    at = step.end;
  }
  return {inputs, rest: shortened(bytes.slice(at))};
}

/** How long to wait for the bytes that may follow: a lone Esc is a key, all else is sent in one piece. */
export function patienceMs(rest: string): number {
  if (rest === '\x1b') return 50;
  return rest.startsWith(pasteStart) ? 5000 : 1000;
}

/** What `rest` is if nothing follows in time. */
export function expire(rest: string): Decoded {
  return {inputs: rest === '\x1b' ? [named('escape')] : [], rest: ''};
}

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/** More than any line is long; what does not end is not kept for ever. */
const longest = 65_536;

function shortened(rest: string): string {
  if (rest.length <= longest) return rest;
  return rest.startsWith(pasteStart) ? rest.slice(0, longest - 8) + rest.slice(-8) : '';
}

function named(name: KeyName): Input {
  return {kind: 'named', name};
}

function nothing(end: number): Step {
  return {inputs: [], end};
}

function one(input: Input | undefined, end: number): Step {
  return {inputs: input === undefined ? [] : [input], end};
}

function match(pattern: RegExp, bytes: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(bytes) ?? undefined;
}

/** How many bytes a character of UTF-8 has, by its first; 0 for one that begins none. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function typed(bytes: string, at: number): Step {
  const code = bytes.charCodeAt(at);
  if (code < 0x20 || code === 0x7f) return one(control(code), at + 1);
  if (code < 0x7f) return one({kind: 'text', text: bytes[at]!}, at + 1);
  const length = lengthOf(code);
  const found = match(/[\x80-\xbf]*/y, bytes, at + 1)![0].slice(0, Math.max(length - 1, 0));
  if (found.length < length - 1) {
    return at + 1 + found.length === bytes.length ? 'incomplete' : nothing(at + 1 + found.length);
  }
  if (length === 0) return nothing(at + 1);
  const text = utf8(bytes.slice(at, at + length));
  return one(/^[\p{Cc}\ufffd]/u.test(text) ? undefined : {kind: 'text', text}, at + length);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function control(code: number): Input | undefined {
  if (code === 0x7f || code === 0x08) return named('backspace');
  if (code === 0x09) return named('tab');
  if (code === 0x0d || code === 0x0a) return named('enter');
  if (code === 0x1b) return named('escape');
  if (code === 0) return undefined;
  return {kind: 'control', letter: String.fromCharCode(code + 0x40).toLowerCase()};
}

function escaped(bytes: string, at: number): Step {
  const next = bytes[at + 1];
  if (next === undefined) return 'incomplete';
  if (next === '\x1b') {
    // rxvt puts one more Esc before the sequence of a key that is pressed with Alt.
    return /[[O]/.test(bytes[at + 2] ?? '') ? escaped(bytes, at + 1) : one(named('escape'), at + 2);
  }
  if (next === '[') return controlSequence(bytes, at);
  if (next === 'O') return singleShift(bytes, at);
  if (/[\]P_^X]/.test(next)) return controlString(bytes, at);
  // Alt and a key; Ctrl-C always counts.
  if (next === '\x03') return nothing(at + 1);
  const key = typed(bytes, at + 1);
  return key === 'incomplete' ? key : nothing(key.end);
}

/** ECMA-48 §5.4: parameters, intermediate bytes, a final byte. Three terminals have sequences of their own. */
function controlSequence(bytes: string, at: number): Step {
  if (bytes.startsWith(pasteStart, at)) return paste(bytes, at);
  // Console of Linux: F1 to F5.
  const linux = match(/\[\[([A-E]?)/y, bytes, at + 1);
  if (linux) return linux[1] === '' ? 'incomplete' : one(functionKey(letterOf(linux[1]!)), at + 4);
  // A mouse as xterm first told it, three bytes without a pattern.
  if (bytes.startsWith('\x1b[M', at)) return bytes.length < at + 6 ? 'incomplete' : nothing(at + 6);
  // rxvt: Shift and a key.
  const shifted = match(/\[(\d+)\$/y, bytes, at + 1);
  if (shifted) return one(tilde(Number(shifted[1])), at + 1 + shifted[0].length);
  const found = match(/\[([<-?]?)([0-?]*)([ -/]*)([@-~]?)/y, bytes, at + 1)!;
  const [whole, mark, parameters, between, final] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  const end = at + 1 + whole.length;
  if (final === '') return end === bytes.length ? 'incomplete' : nothing(end);
  if (between !== '') return nothing(end);
  if (mark === '<') return one(mouse(parameters, final), end);
  if (mark === '?') return one(final === 'c' ? {kind: 'attributes'} : undefined, end);
  return one(mark === '' ? sequenceKey(parameters, final) : undefined, end);
}

function letterOf(letter: string): number {
  return letter.charCodeAt(0) - 0x40;
}

const finals: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'back-tab',
  // rxvt, with Shift or Ctrl.
  a: 'up',
  b: 'down',
  c: 'right',
  d: 'left',
};

function sequenceKey(parameters: string, final: string): Input | undefined {
  const numbers = parameters.split(';').map((parameter) => parameter.split(':').map(Number));
  const first = numbers[0]![0]!;
  const modifiers = numbers[1]?.[0] || 1;
  // The keyboard protocol of kitty tells of releases too.
  if (numbers[1]?.[1] === 3) return undefined;
  if (final === '~' && first === 27) return modified(numbers[2]?.[0] ?? 0, modifiers);
  if (final === 'u') return modified(shiftedCode(numbers[0]!, modifiers), modifiers);
  if (/[~^@]/.test(final)) return tilde(first);
  // Another first number than 1 is the answer where the caret is.
  if (/[PQRS]/.test(final)) return first > 1 ? undefined : functionKey(letterOf(final) - letterOf('P') + 1);
  const name = finals[final];
  return name === undefined ? undefined : named(name);
}

function shiftedCode([code, shifted]: readonly number[], modifiers: number): number {
  if (((modifiers - 1) & 1) === 0) return code!;
  return shifted || String.fromCodePoint(codePoint(code!)).toUpperCase().codePointAt(0)!;
}

function codePoint(code: number): number {
  return Number.isInteger(code) && code <= 0x10ffff ? code : 0;
}

/** A key by its character and what was held (CSI u, modifyOtherKeys): shift 1, alt 2, control 4, others above. */
function modified(code: number, modifiers: number): Input | undefined {
  const held = (modifiers - 1) & 0b111111;
  if ((held & ~0b101) !== 0) return undefined;
  if (code === 9 && (held & 1) !== 0) return named('back-tab');
  if (code === 57_414) return named('enter');
  if (code < 0x20 || code === 0x7f) return control(code);
  if ((held & 4) !== 0) {
    return code >= 0x40 && code < 0x7f ? control(code & 0x1f) : undefined;
  }
  const text = String.fromCodePoint(codePoint(code));
  return /^[\p{C}]/u.test(text) ? undefined : {kind: 'text', text};
}

const tildes: Readonly<Record<number, KeyName>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
};

/** F1 is 11; the numbers of DEC's keyboards have gaps. */
const functionNumbers = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34];

function tilde(number: number): Input | undefined {
  const name = tildes[number];
  return name === undefined ? functionKey(functionNumbers.indexOf(number) + 1) : named(name);
}

function functionKey(number: number): Input | undefined {
  return number === 0 ? undefined : {kind: 'function', number};
}

/** SS3: cursor and function keys of the application mode, and the keys of a number block. */
function singleShift(bytes: string, at: number): Step {
  const found = match(/O[0-9;]*([!-~]?)/y, bytes, at + 1)!;
  const final = found[1]!;
  const end = at + 1 + found[0].length;
  if (final === '') return end === bytes.length ? 'incomplete' : nothing(end);
  if (final === 'M') return one(named('enter'), end);
  if (final === 'I') return one(named('tab'), end);
  if (/[j-y]/.test(final)) {
    return one({kind: 'text', text: String.fromCharCode(final.charCodeAt(0) - 0x40)}, end);
  }
  return one(sequenceKey('', final), end);
}

/** An answer of the terminal, up to BEL or ST. A control character in it says that it is none. */
function controlString(bytes: string, at: number): Step {
  const body = match(/[ -~\x80-\xff]*/y, bytes, at + 2)![0];
  const end = at + 2 + body.length;
  const answer = bytes[at + 1] === ']' ? background(body) : undefined;
  if (bytes[end] === '\x07') return one(answer, end + 1);
  if (bytes.startsWith('\x1b\\', end)) return one(answer, end + 2);
  return bytes.length === end || bytes.slice(end) === '\x1b' ? 'incomplete' : nothing(end);
}

/** `11;rgb:ffff/ffff/ffff`: xterm tells each colour by one to four hexadecimal digits. */
function background(body: string): Input | undefined {
  const found = /^11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(body);
  if (!found) return undefined;
  const [red, green, blue] = found
    .slice(1)
    .map((digits) => Number.parseInt(digits, 16) / (16 ** digits.length - 1));
  return {kind: 'background', red: red!, green: green!, blue: blue!};
}

function mouse(parameters: string, final: string): Input | undefined {
  const [button, column, row] = parameters.split(';').map(Number);
  // Shift, Alt and Control are in the bits 4, 8 and 16; 32 is motion.
  const pressed = (button ?? 0) & ~0b11100;
  const action = ({0: 'press', 64: 'wheel-up', 65: 'wheel-down'} as const)[pressed];
  if (final !== 'M' || action === undefined || !row || !column) return undefined;
  return {kind: 'mouse', action, row: row - 1, column: column - 1};
}

/** One line, since there is nothing to type that has more. */
function paste(bytes: string, at: number): Step {
  const from = at + pasteStart.length;
  const to = bytes.indexOf(pasteEnd, from);
  if (to < 0) return 'incomplete';
  const text = utf8(bytes.slice(from, to))
    .trimEnd()
    .replaceAll(/\s+/g, (space) => (/[^ ]/.test(space) ? ' ' : space))
    .replaceAll(/\p{Cc}/gu, '');
  return one(text === '' ? undefined : {kind: 'text', text}, to + pasteEnd.length);
}
