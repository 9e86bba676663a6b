/** A tunable: a value of a system that can be changed once it is built. What its values are, and how they are read. */

import {isIP} from 'node:net';
import type {Place} from '../base/diagnostic.ts';
import type {TunableEntry, TunableWhere} from './tunable-schema.ts';

export type TunableKind = TunableEntry['kind'];

/** Where one sees what is in effect. */
export type Observe = Exclude<NonNullable<TunableEntry['observe']>, 'nothing'>;

export type Tunable = Pick<TunableEntry, 'summary' | 'kind' | 'type' | 'effect'> & {
  readonly name: string;
  /** The catalogue that has it. */
  readonly system: string;
  /** What it is called where it is set. */
  readonly key: string;
  readonly unit?: string;
  /** Of a size, in bytes. */
  readonly range?: readonly [number, number];
  /** By which the system chooses itself. */
  readonly automatic?: string;
  /** Beside the range. */
  readonly also: readonly string[];
  readonly values: readonly string[];
  readonly count?: number;
  readonly powerOfTwo: boolean;
  readonly default?: string;
  /** The Kconfig symbol without which a kernel has no such thing. */
  readonly symbol?: string;
  /** Absent: where it is set. */
  readonly observe?: Observe | 'nothing';
  readonly service?: string;
  readonly note?: string;
  /** All of these have to hold of an image. */
  readonly where: readonly TunableWhere[];
  readonly place: Place;
};

/** Why a text is no value of a tunable. */
export type NoValue = {readonly expected: string};

const factors = {'': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50} as const;

/** The value that a text is for a tunable, in the one form it is compared in; or what is expected in its place. */
export function tunableValue(tunable: Tunable, text: string): string | NoValue {
  const {type, range, also, values, powerOfTwo} = tunable;
  const value = readAs(tunable, text);
  if (value === undefined || /[\n\r\0]/.test(text)) return {expected: expectedOf(tunable)};
  if (also.includes(value)) return value;
  if (type === 'enum' && !values.includes(value)) return {expected: expectedOf(tunable)};
  const numbers =
    type === 'integer' || type === 'size' || type === 'integers' ? value.split(' ').map(Number) : [];
  const isOut = (number: number): boolean =>
    (range !== undefined && (number < range[0] || number > range[1])) ||
    (powerOfTwo && !Number.isInteger(Math.log2(number)));
  return numbers.some(isOut) ? {expected: expectedOf(tunable)} : value;
}

/** What a running system says, in the form that values are compared in; the text itself where it is no such value. */
export function observedValue(tunable: Tunable, text: string): string {
  return readAs(tunable, text) ?? text.trim().replaceAll(/\s+/g, ' ');
}

function readAs({type, count}: Tunable, text: string): string | undefined {
  const trimmed = text.trim();
  switch (type) {
    case 'integer':
      return wholeNumber(trimmed);
    case 'size':
      return sizeOf(trimmed);
    case 'boolean':
      if (/^(?:y|yes|on|true|1|enabled?)$/i.test(trimmed)) return 'y';
      return /^(?:n|no|off|false|0|disabled?)$/i.test(trimmed) ? 'n' : undefined;
    case 'integers': {
      const numbers = trimmed.split(/[\s,]+/).map(wholeNumber);
      return numbers.length === count && numbers.every((one) => one !== undefined)
        ? numbers.join(' ')
        : undefined;
    }
    case 'address':
      return isIP(trimmed) === 0 ? undefined : trimmed.toLowerCase();
    case 'enum':
      // As /sys/kernel/mm/transparent_hugepage has it: all values, the chosen one in brackets.
      return /\[([^\]]+)\]/.exec(trimmed)?.[1] ?? trimmed;
    case 'text':
      return trimmed;
  }
}

/** Some systems write whole numbers with a fraction: `30.000000`. */
function wholeNumber(text: string): string | undefined {
  const whole = text.replace(/^(-?\d+)\.0+$/, '$1');
  return /^(?:-?\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(whole) ? String(BigInt(whole)) : undefined;
}

function sizeOf(text: string): string | undefined {
  const [, number, unit] = /^(\d{1,20})([KMGTP]?)(?:i?B)?$/i.exec(text) ?? [];
  if (number === undefined) return wholeNumber(text);
  return String(BigInt(number) * BigInt(factors[unit!.toUpperCase() as keyof typeof factors]));
}

/** What a value may be, in words: `a whole number from 1 to 100 (percent)`. */
export function expectedOf({type, range, also, values, unit, count, powerOfTwo}: Tunable): string {
  const limits = range === undefined ? '' : ` from ${shown(type, range[0])} to ${shown(type, range[1])}`;
  const counted = unit === undefined ? '' : ` (${unit})`;
  const besides =
    also.length === 0 ? '' : `, or ${also.map((one) => shown(type, Number(one), one)).join(' or ')}`;
  switch (type) {
    case 'integer':
      return `a whole number${limits}${counted}${besides}`;
    case 'size':
      return `${powerOfTwo ? 'a power of two' : 'a size'}${limits}, in bytes or as 64K, 16M, 4G${besides}`;
    case 'integers':
      return `${count} whole numbers${limits}${counted}`;
    case 'boolean':
      return 'y or n';
    case 'enum':
      return `one of ${values.join(', ')}${besides}`;
    case 'address':
      return `an IP address${besides}`;
    case 'text':
      return 'a text of one line';
  }
}

/** Sizes in the unit that leaves no rest: 131072 is 128K. */
export function shownValue(tunable: Tunable, value: string): string {
  return tunable.type === 'size' && /^\d+$/.test(value) ? shown('size', Number(value), value) : value;
}

function shown(type: Tunable['type'], number: number, text = String(number)): string {
  if (type !== 'size' || !Number.isFinite(number) || number === 0) return text;
  const unit = (['P', 'T', 'G', 'M', 'K'] as const).find((one) => number % factors[one] === 0);
  return unit === undefined ? text : `${number / factors[unit]}${unit}`;
}

/** Whether machines of an image have it. */
export function isTunableOf(
  {where}: Tunable,
  image: {readonly role: string; readonly packages: readonly string[]; readonly modules: readonly string[]},
): boolean {
  const has = (wanted: readonly string[] | undefined, there: readonly string[]): boolean =>
    wanted === undefined || wanted.some((one) => there.includes(one));
  return where.every(
    ({roles, packages, modules}) =>
      has(roles, [image.role]) && has(packages, image.packages) && has(modules, image.modules),
  );
}
