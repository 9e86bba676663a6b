/** The C library's number parsing, which decides whether a Kconfig comparison is numeric. */

export type ParsedNumber = {
  readonly value: bigint;
  /** Index of the first character that is not part of the number; 0 if there was none. */
  readonly end: number;
  readonly overflow: boolean;
};

const longMax = 2n ** 63n - 1n;
const longMin = -(2n ** 63n);
const unsignedMax = 2n ** 64n - 1n;

function scan(text: string, base: 0 | 10 | 16): {magnitude: bigint; negative: boolean; end: number} {
  const [, lead = '', sign = ''] = /^([ \t\n\v\f\r]*)([+-]?)/.exec(text) ?? [];
  const start = lead.length + sign.length;
  const rest = text.slice(start);
  const negative = sign === '-';
  const hex = base === 10 ? null : /^0[xX]([0-9a-fA-F]+)/.exec(rest);
  if (hex) return {magnitude: BigInt(`0x${hex[1]}`), negative, end: start + hex[0].length};
  const pattern = base === 16 ? /^[0-9a-fA-F]+/ : base === 0 && rest[0] === '0' ? /^0[0-7]*/ : /^[0-9]+/;
  const digits = pattern.exec(rest)?.[0];
  if (digits === undefined) return {magnitude: 0n, negative: false, end: 0};
  const prefix = base === 16 ? '0x' : base === 0 && digits.length > 1 && digits[0] === '0' ? '0o' : '';
  return {magnitude: BigInt(prefix + digits), negative, end: start + digits.length};
}

/** strtoll: clamps on overflow. */
export function parseSigned(text: string, base: 0 | 10 | 16): ParsedNumber {
  const {magnitude, negative, end} = scan(text, base);
  const value = negative ? -magnitude : magnitude;
  if (value > longMax) return {value: longMax, end, overflow: true};
  if (value < longMin) return {value: longMin, end, overflow: true};
  return {value, end, overflow: false};
}

/** strtoull: a negative number wraps around. */
export function parseUnsigned(text: string, base: 16): ParsedNumber {
  const {magnitude, negative, end} = scan(text, base);
  if (magnitude > unsignedMax) return {value: unsignedMax, end, overflow: true};
  return {value: negative ? BigInt.asUintN(64, -magnitude) : magnitude, end, overflow: false};
}

/** A signed 64-bit number as `%lld` and `0x%llx` print it. */
export function numberText(value: bigint, base: 10 | 16): string {
  return base === 10 ? String(value) : `0x${BigInt.asUintN(64, value).toString(16)}`;
}
