/** What a page sends, which is believed in nothing until it was looked at. */

import type {Key, KeyName} from '../key.ts';

/** Bytes of a request: enough for what a person types or pastes. */
export const longestBody = 65_536;
const mostKeys = 10_000;
const longestText = 10_000;

export type KeyPress = {
  /** Which rows and buttons the page had shown: those pointed at are found in no others. */
  readonly place: number;
  readonly keys: readonly Key[];
};

const names: ReadonlySet<string> = new Set([
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'page-up',
  'page-down',
  'enter',
  'escape',
  'tab',
  'back-tab',
  'backspace',
  'delete',
] satisfies readonly KeyName[]);

/** What the JSON text of a request stands for; undefined where it is anything else than `KeyPress`. */
export function readKeyPress(body: string): KeyPress | undefined {
  const press = membersOf(parsed(body), ['place', 'keys']);
  if (press === undefined || !isCount(press.place, Number.MAX_SAFE_INTEGER)) return undefined;
  const given: unknown = press.keys;
  if (!Array.isArray(given) || given.length > mostKeys) return undefined;
  const keys = given.map(keyOf).filter((key) => key !== undefined);
  return keys.length === given.length ? {place: press.place, keys} : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Members = {readonly [name: string]: unknown};

/** The value, if it is an object of exactly these members. */
function membersOf(value: unknown, wanted: readonly string[]): Members | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const own = Object.keys(value);
  const isThat = own.length === wanted.length && wanted.every((name) => own.includes(name));
  return isThat ? (value as Members) : undefined;
}

function keyOf(value: unknown): Key | undefined {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  switch (kind) {
    case 'text': {
      const text = membersOf(value, ['kind', 'text'])?.text;
      return isTyped(text) ? {kind, text} : undefined;
    }
    case 'named': {
      const {name, rows} = membersOf(value, ['kind', 'name', 'rows']) ?? {};
      return isName(name) && isCount(rows, 10_000) ? {kind, name, rows} : undefined;
    }
    case 'control': {
      const letter = membersOf(value, ['kind', 'letter'])?.letter;
      return typeof letter === 'string' && /^[a-z]$/.test(letter) ? {kind, letter} : undefined;
    }
    case 'function': {
      const number = membersOf(value, ['kind', 'number'])?.number;
      return isCount(number, 12) && number > 0 ? {kind, number} : undefined;
    }
    case 'row': {
      const {index, opens} = membersOf(value, ['kind', 'index', 'opens']) ?? {};
      return isCount(index, 1_000_000) && typeof opens === 'boolean' ? {kind, index, opens} : undefined;
    }
    case 'button': {
      const index = membersOf(value, ['kind', 'index'])?.index;
      return isCount(index, 1_000_000) ? {kind, index} : undefined;
    }
    default:
      return undefined;
  }
}

function isName(value: unknown): value is KeyName {
  return typeof value === 'string' && names.has(value);
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** Whole characters, and none that moves a terminal. */
function isTyped(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= longestText && !/[\p{Cc}\p{Cs}]/u.test(value)
  );
}
