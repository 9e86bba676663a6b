/** What the text of a goal wants: one value, `y or m`, or at least a number; and which of two such wants is the narrower. */

export type Wanted =
  /** This value, to the letter: `y`, `128`, the text of a string symbol. */
  | {readonly kind: 'exactly'; readonly value: string}
  /** Built in or as a module. */
  | {readonly kind: 'y or m'}
  /** This number or a greater one. */
  | {readonly kind: 'least'; readonly number: bigint; readonly written: string};

/** No symbol holds more than 64 bits; longer ones would only take time. */
const number = /^(?:-?\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/;
const least = /^at least +(\S+)$/;

/** What `text`, the value of a goal, wants. A text that only looks like a form with `at least` is a text. */
export function wantedOf(text: string): Wanted {
  if (text === 'y or m') return {kind: 'y or m'};
  const written = least.exec(text)?.[1];
  if (written === undefined || !number.test(written)) return {kind: 'exactly', value: text};
  return {kind: 'least', number: BigInt(written), written};
}

/** The form in which goals are kept, where `at least m` is `y or m`; undefined for an `at least` that is none. */
export function goalValueOf(text: string): string | undefined {
  if (!/^at least(?:\s|$)/.test(text)) return text;
  const [, written = ''] = least.exec(text) ?? [];
  if (written === 'm') return 'y or m';
  if (written === 'y') return 'y';
  return number.test(written) ? `at least ${written}` : undefined;
}

/** Whether whatever is as the first goal's text wants it is also as the second's wants it. */
export function implies(narrow: string, wide: string): boolean {
  if (narrow === wide) return true;
  const [one, other] = [wantedOf(narrow), wantedOf(wide)];
  switch (other.kind) {
    case 'exactly':
      return false;
    case 'y or m':
      return narrow === 'y' || narrow === 'm';
    case 'least':
      if (one.kind === 'least') return one.number >= other.number;
      return one.kind === 'exactly' && number.test(one.value) && BigInt(one.value) >= other.number;
  }
}
