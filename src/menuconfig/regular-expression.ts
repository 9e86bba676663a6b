/**
 * POSIX extended regular expressions, as regcomp(REG_EXTENDED | REG_ICASE) takes them in mconf's search, with the escapes of
 * glibc (`\w`, `\b`, `\<` …). Lines are matched one by one: `^` and `$` are theirs, and `.` is no newline.
 *
 * No expression takes more than a step for each character, since all ways to match are followed at once: a
 * deterministic automaton whose states are made when they are first met. Only making states may take long,
 * so that is bounded. Back-references cannot be had this way.
 */

/** Why a text is no regular expression, or which one cannot be had. */
export class InvalidExpression extends Error {}

type Anchor = 'line start' | 'line end' | 'word edge' | 'no word edge' | 'word start' | 'word end';

type Part =
  /** One character of a set: 1 at each code. */
  | {readonly kind: 'set'; readonly set: Uint8Array}
  | {readonly kind: 'anchor'; readonly anchor: Anchor}
  | {readonly kind: 'sequence' | 'either'; readonly parts: readonly Part[]}
  | {readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most: number};

/** Texts are Latin-1. */
const codes = 256;
const newline = 10;
/** RE_DUP_MAX is larger in glibc; more than this is of no use in a name. */
const mostRepeats = 255;
const mostStates = 2000;
/** Steps that may be taken to make states: some 20 ms. */
const mostSteps = 400_000;

// Sets of characters

function setOf(has: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({length: codes}, (_, code) => Number(has(String.fromCharCode(code))));
}

/** Of each code the one of the character in the other case, or itself. */
const otherCase = Uint8Array.from({length: codes}, (_, code) => {
  const character = String.fromCharCode(code);
  const lower = character.toLowerCase();
  return (lower === character ? character.toUpperCase() : lower).charCodeAt(0);
});

/** What has a character in either case has both. */
function withBothCases(set: Uint8Array): Uint8Array {
  return set.map((has, code) => has | set[otherCase[code]!]!);
}

/** Never a newline. */
function without(set: Uint8Array): Uint8Array {
  return set.map((has, code) => (has === 1 || code === newline ? 0 : 1));
}

const named: Readonly<Record<string, RegExp>> = {
  alpha: /[a-z]/i,
  digit: /[0-9]/,
  alnum: /[a-z0-9]/i,
  upper: /[a-z]/i,
  lower: /[a-z]/i,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /\p{Cc}/u,
  xdigit: /[0-9a-f]/i,
};

const wordSet = setOf((character) => /\w/.test(character));
const spaceSet = setOf((character) => named.space!.test(character));
const anySet = setOf((character) => character !== '\n');

const escapedSets: Readonly<Record<string, Uint8Array>> = {
  w: wordSet,
  W: without(wordSet),
  s: spaceSet,
  S: without(spaceSet),
};
const escapedAnchors: Readonly<Record<string, Anchor>> = {
  b: 'word edge',
  B: 'no word edge',
  '<': 'word start',
  '>': 'word end',
  '`': 'line start',
  "'": 'line end',
};

// Reading

class Reader {
  readonly #text: string;
  #at = 0;
  #open = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Part {
    return this.#either();
  }

  #either(): Part {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : {kind: 'either', parts};
  }

  #sequence(): Part {
    const parts: Part[] = [];
    for (;;) {
      const next = this.#text[this.#at];
      // One parenthesis too many stands for itself.
      if (next === undefined || next === '|' || (next === ')' && this.#open > 0)) break;
      const part = this.#one();
      parts.push(part.kind === 'anchor' ? part : this.#repeated(part));
    }
    return {kind: 'sequence', parts};
  }

  #one(): Part {
    const character = this.#text[this.#at++]!;
    switch (character) {
      case '*':
      case '+':
      case '?':
      case '{':
        throw new InvalidExpression(`there is nothing that ${character} could repeat`);
      case '^':
        return {kind: 'anchor', anchor: 'line start'};
      case '$':
        return {kind: 'anchor', anchor: 'line end'};
      case '.':
        return {kind: 'set', set: anySet};
      case '[':
        return {kind: 'set', set: this.#bracket()};
      case '\\':
        return this.#escaped();
      case '(':
        return this.#group();
      default:
        return literal(character);
    }
  }

  #group(): Part {
    this.#open++;
    // What is nested deeper than this is made by no hand.
    if (this.#open > 100) throw new InvalidExpression('it is nested too deep');
    const part = this.#either();
    if (!this.#takes(')')) throw new InvalidExpression('a ) is missing');
    this.#open--;
    // A group around an anchor may be repeated.
    return {kind: 'sequence', parts: [part]};
  }

  #escaped(): Part {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new InvalidExpression('there is nothing after the last \\');
    if (/[1-9]/.test(character)) throw new InvalidExpression(`\\${character} cannot be searched for`);
    const set = escapedSets[character];
    if (set) return {kind: 'set', set};
    const anchor = escapedAnchors[character];
    return anchor ? {kind: 'anchor', anchor} : literal(character);
  }

  #repeated(part: Part): Part {
    let repeated = part;
    for (;;) {
      const most = Number.POSITIVE_INFINITY;
      if (this.#takes('*')) repeated = {kind: 'repeat', part: repeated, least: 0, most};
      else if (this.#takes('+')) repeated = {kind: 'repeat', part: repeated, least: 1, most};
      else if (this.#takes('?')) repeated = {kind: 'repeat', part: repeated, least: 0, most: 1};
      else if (this.#takes('{')) repeated = {kind: 'repeat', part: repeated, ...this.#bounds()};
      else return repeated;
    }
  }

  #bounds(): {least: number; most: number} {
    const found = /^(\d*)(,?)(\d*)\}/.exec(this.#text.slice(this.#at));
    if (!found) throw new InvalidExpression('after { come one or two numbers and }');
    const [whole, low = '', comma, high = ''] = found;
    this.#at += whole.length;
    if (low === '' && (comma === '' || high === '')) throw new InvalidExpression('there is no number in {}');
    const least = Number(low);
    const most = comma === '' ? least : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (most < least) throw new InvalidExpression('the numbers in {} are in the wrong order');
    if (Math.max(least, most === Number.POSITIVE_INFINITY ? 0 : most) > mostRepeats)
      throw new InvalidExpression('a number in {} is too large');
    return {least, most};
  }

  /** What stands in `[…]`: a `]` that comes first, and a `-` first or last, stand for themselves. */
  #bracket(): Uint8Array {
    const isNegated = this.#takes('^');
    const set = new Uint8Array(codes);
    for (let isFirst = true; isFirst || this.#text[this.#at] !== ']'; isFirst = false) {
      const from = this.#element(set);
      if (from === undefined) continue;
      let to = from;
      if (this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        const end = this.#element(set);
        if (end === undefined) throw new InvalidExpression('a class is no end of a range');
        to = end;
      }
      if (to < from) throw new InvalidExpression('a range in [] is in the wrong order');
      set.fill(1, from, to + 1);
    }
    this.#at++;
    const both = withBothCases(set);
    return isNegated ? without(both) : both;
  }

  /** The code of one character in `[…]`; undefined for a class, which is added to the set. */
  #element(set: Uint8Array): number | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const [whole, kind, name] = /^\[([:.=])(.*?)\1\]/.exec(rest) ?? [];
    if (whole === undefined) {
      const character = this.#text[this.#at++];
      if (character === undefined) throw new InvalidExpression('a ] is missing');
      return character.charCodeAt(0) & (codes - 1);
    }
    this.#at += whole.length;
    if (kind !== ':') {
      if (name!.length !== 1) throw new InvalidExpression(`${whole} is no character`);
      return name!.charCodeAt(0) & (codes - 1);
    }
    const has = Object.hasOwn(named, name!) ? named[name!] : undefined;
    if (!has) throw new InvalidExpression(`there is no class ${whole}`);
    for (let code = 0; code < codes; code++) if (has.test(String.fromCharCode(code))) set[code] = 1;
    return undefined;
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

function literal(character: string): Part {
  const set = new Uint8Array(codes);
  set[character.charCodeAt(0) & (codes - 1)] = 1;
  return {kind: 'set', set: withBothCases(set)};
}

// States: those of Thompson's construction

type State =
  | {readonly kind: 'set'; readonly set: Uint8Array; readonly next: number}
  | {readonly kind: 'anchor'; readonly anchor: Anchor; readonly next: number}
  | {readonly kind: 'fork'; a: number; b: number}
  | {readonly kind: 'end'};

class Construction {
  readonly states: State[] = [{kind: 'end'}];

  /** Adds the states of a part, after which `next` comes; returns the first. */
  add(part: Part, next: number): number {
    switch (part.kind) {
      case 'set':
      case 'anchor':
        return this.#push({...part, next});
      case 'sequence':
        return part.parts.reduceRight((after, one) => this.add(one, after), next);
      case 'either': {
        const [last, ...others] = part.parts.map((one) => this.add(one, next)).reverse();
        return others.reduce((b, a) => this.#push({kind: 'fork', a, b}), last!);
      }
      case 'repeat':
        return this.#addRepeat(part, next);
    }
  }

  #addRepeat({part, least, most}: Part & {kind: 'repeat'}, next: number): number {
    let first = next;
    if (most === Number.POSITIVE_INFINITY) {
      const fork = {kind: 'fork' as const, a: 0, b: next};
      first = this.#push(fork);
      fork.a = this.add(part, first);
    } else {
      for (let i = least; i < most; i++)
        first = this.#push({kind: 'fork', a: this.add(part, first), b: next});
    }
    for (let i = 0; i < least; i++) first = this.add(part, first);
    return first;
  }

  #push(state: State): number {
    if (this.states.length === mostStates) throw new InvalidExpression('it is too long');
    return this.states.push(state) - 1;
  }
}

// Matching

/** What stands before or after a place, as far as anchors ask. */
type Side = 'edge' | 'word' | 'other';

function holds(anchor: Anchor, before: Side, after: Side): boolean {
  const [isAfterWord, isBeforeWord] = [before === 'word', after === 'word'];
  switch (anchor) {
    case 'line start':
      return before === 'edge';
    case 'line end':
      return after === 'edge';
    case 'word edge':
      return isAfterWord !== isBeforeWord;
    case 'no word edge':
      return isAfterWord === isBeforeWord;
    case 'word start':
      return !isAfterWord && isBeforeWord;
    case 'word end':
      return isAfterWord && !isBeforeWord;
  }
}

function sideOf(code: number): Side {
  if (code === newline) return 'edge';
  return wordSet[code] === 1 ? 'word' : 'other';
}

/** What has to match: some part of a text, its beginning, or all of it. */
type Extent = 'part' | 'beginning' | 'whole';

/** Characters that no set and no anchor tells apart are of one kind; the last kind is the end of the text. */
type Kinds = {
  /** By code. */
  readonly of: Uint8Array;
  readonly samples: readonly {readonly code: number; readonly side: Side}[];
};

function kindsOf(states: readonly State[]): Kinds {
  const sets = states.flatMap((state) => (state.kind === 'set' ? [state.set] : []));
  const asksForWords = states.some((state) => state.kind === 'anchor' && state.anchor.includes('word'));
  const kinds = new Map<string, number>();
  const samples: {code: number; side: Side}[] = [];
  const of = new Uint8Array(codes);
  for (let code = 0; code < codes; code++) {
    const own = sideOf(code);
    const side = own === 'word' && !asksForWords ? 'other' : own;
    let key: string = side;
    for (const set of sets) key += set[code];
    let kind = kinds.get(key);
    if (kind === undefined) {
      kind = kinds.size;
      kinds.set(key, kind);
      samples.push({code, side});
    }
    of[code] = kind;
  }
  return {of, samples: [...samples, {code: -1, side: 'edge'}]};
}

/** Places in the table of a state. */
const unknown = -1;
const found = -2;
const failed = -3;

/** The deterministic automaton for one extent. */
class Automaton {
  readonly #states: readonly State[];
  readonly #first: number;
  readonly #extent: Extent;
  readonly #kindOf: Uint8Array;
  readonly #kinds: Kinds['samples'];
  readonly #known = new Map<string, number>();
  readonly #made: {readonly states: readonly number[]; readonly before: Side}[] = [];
  /** Of each state made, and each kind, the state that comes next. */
  #table = new Int32Array(0);
  /** Of each state made, whether nothing but a newline ends it, once that was asked. */
  readonly #lasts: (boolean | undefined)[] = [];
  #steps = 0;

  constructor(states: readonly State[], first: number, extent: Extent, kinds: Kinds) {
    this.#states = states;
    this.#first = first;
    this.#extent = extent;
    this.#kindOf = kinds.of;
    this.#kinds = kinds.samples;
    this.#make([first], 'edge');
  }

  /** Whether text[from, to) matches. */
  matches(text: Uint8Array, from: number, to: number): boolean {
    const kindOf = this.#kindOf;
    const {length} = this.#kinds;
    let table = this.#table;
    let state = 0;
    for (let at = from; at < to; at++) {
      const kind = kindOf[text[at]!]!;
      let next = table[state * length + kind]!;
      if (next === unknown) {
        next = this.#go(state, kind);
        table = this.#table;
      }
      if (next < 0) return next === found;
      if (next === state && this.#lastsLine(state)) {
        table = this.#table;
        // Many lines fail at their first character: what is left of each is passed over at once.
        const end = text.indexOf(newline, at);
        at = (end < 0 || end > to ? to : end) - 1;
      }
      state = next;
    }
    return this.#go(state, length - 1) === found;
  }

  /** Whether every character but a newline leads from a state back to it. */
  #lastsLine(state: number): boolean {
    const ends = this.#kindOf[newline]!;
    this.#lasts[state] ??= this.#kinds.every(
      ({code}, kind) => code < 0 || kind === ends || this.#go(state, kind) === state,
    );
    return this.#lasts[state];
  }

  #go(from: number, kind: number): number {
    const place = from * this.#kinds.length + kind;
    if (this.#table[place] !== unknown) return this.#table[place]!;
    const {states, before} = this.#made[from]!;
    const {code, side} = this.#kinds[kind]!;
    const isEnd = code < 0;
    const reached = this.#reached(states, before, side);
    const isFound = reached.has(0) && (isEnd || this.#extent !== 'whole');
    const next = isFound ? found : isEnd ? failed : this.#after(reached, code, side);
    this.#table[place] = next;
    return next;
  }

  /** All states that are reached between two characters. */
  #reached(states: readonly number[], before: Side, after: Side): ReadonlySet<number> {
    const reached = new Set(states);
    // A set that grows while it is walked is walked to its end.
    for (const number of reached) {
      this.#steps++;
      const state = this.#states[number]!;
      if (state.kind === 'fork') reached.add(state.a).add(state.b);
      else if (state.kind === 'anchor' && holds(state.anchor, before, after)) reached.add(state.next);
    }
    if (this.#steps > mostSteps) throw new InvalidExpression('it can be matched in too many ways');
    return reached;
  }

  #after(reached: ReadonlySet<number>, code: number, side: Side): number {
    const after = new Set(this.#extent === 'part' ? [this.#first] : []);
    for (const number of reached) {
      const state = this.#states[number]!;
      if (state.kind === 'set' && state.set[code] === 1) after.add(state.next);
    }
    return after.size === 0 ? failed : this.#make([...after], side);
  }

  #make(states: number[], before: Side): number {
    states.sort((a, b) => a - b);
    const key = `${before}${states.join(' ')}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#made.length);
    const number = this.#made.push({states, before}) - 1;
    const end = this.#made.length * this.#kinds.length;
    if (end > this.#table.length) {
      const longer = new Int32Array(2 * end).fill(unknown);
      longer.set(this.#table);
      this.#table = longer;
    }
    return number;
  }
}

/** One that matches in lower and upper case alike, in texts that are bytes (Latin-1). Its methods throw `InvalidExpression` where one is too complicated. */
export class RegularExpression {
  readonly #automata: Readonly<Record<Extent, Automaton>>;

  /** @throws {InvalidExpression} */
  constructor(pattern: string) {
    const construction = new Construction();
    const first = construction.add(new Reader(pattern).read(), 0);
    const {states} = construction;
    const kinds = kindsOf(states);
    const automaton = (extent: Extent) => new Automaton(states, first, extent, kinds);
    this.#automata = {part: automaton('part'), beginning: automaton('beginning'), whole: automaton('whole')};
  }

  /** Whether a part of text[from, to) matches. */
  isIn(text: Uint8Array, from: number, to: number): boolean {
    return this.#automata.part.matches(text, from, to);
  }

  /** Whether what text[from, to) begins with matches. */
  isBeginning(text: Uint8Array, from: number, to: number): boolean {
    return this.#automata.beginning.matches(text, from, to);
  }

  isWhole(text: Uint8Array, from: number, to: number): boolean {
    return this.#automata.whole.matches(text, from, to);
  }
}
