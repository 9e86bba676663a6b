/** Search for symbols by name, prompt and help text, quick enough for every key. */

import {
  type ConfigSymbol,
  type Evaluation,
  type KconfigModel,
  type MenuNode,
  numberedSearchText,
  type Session,
  type Snapshot,
} from '../kconfig/index.ts';
import {bytesOf, readable} from './bytes.ts';
import {InvalidExpression, RegularExpression} from './regular-expression.ts';
import type {Hit, SearchScope} from './screen.ts';

export type Found = {
  /** The first of them: nobody reads more. */
  readonly hits: readonly Hit[];
  /** The symbol of each hit. */
  readonly symbols: readonly ConfigSymbol[];
  /** How many symbols match. */
  readonly total: number;
  /** Why the query is no regular expression: then it was taken as words. */
  readonly error?: string;
};

const mostHits = 500;

/** How well a symbol matches, the best first. */
const rank = {
  wholeName: 0,
  nameBeginning: 1,
  name: 2,
  promptBeginning: 3,
  prompt: 4,
  help: 5,
  none: 6,
} as const;

/** What makes a query a regular expression. */
const special = /[.*+?[\](){}|^$\\]/;

/** Texts that are searched together, in lower case, each with the number of its symbol. */
class Field {
  readonly text: string;
  readonly starts: Int32Array;
  readonly owners: readonly number[];

  constructor(texts: readonly string[], owners: readonly number[]) {
    // A character that no query has stands between them.
    this.text = `${texts.join('\0')}\0`.toLowerCase();
    this.owners = owners;
    this.starts = new Int32Array(texts.length + 1);
    for (const [i, {length}] of texts.entries()) this.starts[i + 1] = this.starts[i]! + length + 1;
  }

  /** Tells of each text that has the word: its symbol, and where the word begins and the text ends. */
  find(word: string, tell: (owner: number, offset: number, length: number) => void): void {
    const {text, starts, owners} = this;
    let entry = 0;
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, starts[entry])) {
      while (starts[entry + 1]! <= at) entry++;
      tell(owners[entry]!, at - starts[entry]!, starts[entry + 1]! - 1 - starts[entry]!);
      entry++;
    }
  }
}

/** Help texts as they are cut out of their files, piece by piece. */
type Reading = {
  readonly helps: ReturnType<KconfigModel['helps']>;
  /** By symbol index. */
  readonly numberOf: Int32Array;
  readonly texts: string[];
  readonly owners: number[];
  next: number;
};

/** Their files are read in some milliseconds. */
const textsAtOnce = 500;

const indentation = /\n[ \t]+/g;

export class SymbolSearch {
  readonly #model: KconfigModel;
  #symbols: readonly ConfigSymbol[] | undefined;
  #names: Field | undefined;
  #prompts: Field | undefined;
  #helps: Field | undefined;
  #reading: Reading | undefined;
  /** What was found of the words of the last query. */
  #words: ReadonlyMap<string, Uint8Array> = new Map();

  constructor(model: KconfigModel) {
    this.#model = model;
  }

  /**
   * The symbols that match a query, without `CONFIG_` or with it: words, of which a symbol has to have all, or a regular
   * expression. First those whose name it is, those whose name begins so, other names, all in the order of sym_rel_comp
   * (symbol.c); then prompts, then help texts.
   */
  find(session: Session, query: string, scope: SearchScope): Found {
    const bytes = bytesOf(query.trim()).toLowerCase();
    const {ranks, error} = this.#ranksOf(bytes, scope);
    const all = ranks ? this.#inOrder(ranks) : [];
    const symbols = all.slice(0, mostHits).map((number) => this.#named[number]!);
    return {
      hits: symbols.map((symbol, i) => hitOf(session, symbol, ranks![all[i]!]!)),
      symbols,
      total: all.length,
      ...(error === undefined ? {} : {error}),
    };
  }

  /**
   * Makes a piece of what searches need, a few milliseconds of work; false once all is there. A search that comes before
   * makes all that is missing.
   */
  readAhead(): boolean {
    if (!this.#symbols) return this.#named.length >= 0;
    if (!this.#names) return this.#nameField.starts.length > 0;
    if (!this.#prompts) return this.#promptField.starts.length > 0;
    return !this.#helps && this.#readHelps(textsAtOnce) === undefined;
  }

  #ranksOf(query: string, scope: SearchScope): {ranks: Uint8Array | undefined; error?: string} {
    const prefix = this.#model.prefix.toLowerCase();
    const plain = (text: string) =>
      prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text;
    const asWords = () => this.#wordRanks(query.split(/\s+/).map(plain), scope);
    if (!special.test(query)) return {ranks: asWords()};
    try {
      const pattern = query.startsWith('^') ? `^${plain(query.slice(1))}` : plain(query);
      return {ranks: this.#patternRanks(new RegularExpression(pattern), scope)};
    } catch (problem) {
      if (!(problem instanceof InvalidExpression)) throw problem;
      return {ranks: asWords(), error: problem.message};
    }
  }

  #patternRanks(pattern: RegularExpression, scope: SearchScope): Uint8Array {
    const ranks = this.#noRanks();
    const match = (field: Field, rankOf: (from: number, to: number) => number) => {
      for (const [entry, owner] of field.owners.entries()) {
        if (ranks[owner] !== rank.none) continue;
        const [from, to] = [field.starts[entry]!, field.starts[entry + 1]! - 1];
        if (pattern.isIn(field.text, from, to)) ranks[owner] = rankOf(from, to);
      }
    };
    if (scope === 'all' || scope === 'symbol') {
      const {text} = this.#nameField;
      match(this.#nameField, (from, to) => {
        if (!pattern.isBeginning(text, from, to)) return rank.name;
        return pattern.isWhole(text, from, to) ? rank.wholeName : rank.nameBeginning;
      });
    }
    if (scope === 'all' || scope === 'prompt') {
      const {text} = this.#promptField;
      match(this.#promptField, (from, to) =>
        pattern.isBeginning(text, from, to) ? rank.promptBeginning : rank.prompt,
      );
    }
    if (scope === 'all' || scope === 'help') match(this.#helpField, () => rank.help);
    return ranks;
  }

  /** Undefined where there is no word. */
  #wordRanks(words: readonly string[], scope: SearchScope): Uint8Array | undefined {
    const known = this.#words;
    const found = new Map<string, Uint8Array>();
    for (const word of words) {
      if (word === '') continue;
      const key = `${scope} ${word}`;
      found.set(key, known.get(key) ?? this.#wordRank(word, scope));
    }
    this.#words = found;
    const [first, ...others] = found.values();
    if (!first || others.length === 0) return first;
    return first.map((best, symbol) => Math.max(best, ...others.map((ranks) => ranks[symbol]!)));
  }

  #wordRank(word: string, scope: SearchScope): Uint8Array {
    const ranks = this.#noRanks();
    const set = (owner: number, found: number) => {
      if (found < ranks[owner]!) ranks[owner] = found;
    };
    if (scope === 'all' || scope === 'symbol') {
      this.#nameField.find(word, (owner, offset, length) => {
        set(owner, offset > 0 ? rank.name : length === word.length ? rank.wholeName : rank.nameBeginning);
      });
    }
    if (scope === 'all' || scope === 'prompt') {
      this.#promptField.find(word, (owner, offset) =>
        set(owner, offset > 0 ? rank.prompt : rank.promptBeginning),
      );
    }
    if (scope === 'all' || scope === 'help') this.#helpField.find(word, (owner) => set(owner, rank.help));
    return ranks;
  }

  #noRanks(): Uint8Array {
    return new Uint8Array(this.#named.length).fill(rank.none);
  }

  /** The numbers of symbols that match, by rank and then by name. */
  #inOrder(ranks: Uint8Array): readonly number[] {
    const byRank: number[][] = Array.from({length: rank.none}, () => []);
    for (const [symbol, found] of ranks.entries()) byRank[found]?.push(symbol);
    return byRank.flat();
  }

  // What is searched

  /** The symbols that are declared, in the order of strcmp. */
  get #named(): readonly ConfigSymbol[] {
    const {symbols} = this.#model;
    // Sorted as names: a comparison of symbols would take longer than all else of a first key.
    this.#symbols ??= [...symbols.keys()]
      .sort()
      .map((name) => symbols.get(name)!)
      .filter(({nodes}) => nodes.length > 0);
    return this.#symbols;
  }

  get #nameField(): Field {
    this.#names ??= new Field(
      this.#named.map(({name}) => name!),
      this.#named.map((_, number) => number),
    );
    return this.#names;
  }

  get #promptField(): Field {
    if (!this.#prompts) {
      const owners: number[] = [];
      const texts: string[] = [];
      for (const [number, {prompts}] of this.#named.entries()) {
        for (const {text} of prompts) {
          owners.push(number);
          texts.push(text);
        }
      }
      this.#prompts = new Field(texts, owners);
    }
    return this.#prompts;
  }

  get #helpField(): Field {
    return this.#helps ?? this.#readHelps(Number.POSITIVE_INFINITY)!;
  }

  /** Cuts so many more help texts out of their files; returns all once there are no more. */
  #readHelps(count: number): Field | undefined {
    this.#reading ??= this.#beginHelps();
    const {helps, texts, owners, numberOf} = this.#reading;
    const end = Math.min(helps.length, this.#reading.next + count);
    for (let i = this.#reading.next; i < end; i++) {
      const {symbol, help} = helps[i]!;
      const number = numberOf[symbol]!;
      if (number < 0) continue;
      owners.push(number);
      texts.push(help.file.text.slice(help.start, help.end).trim().replace(indentation, '\n'));
    }
    this.#reading.next = end;
    if (end < helps.length) return undefined;
    this.#helps = new Field(texts, owners);
    this.#reading = undefined;
    return this.#helps;
  }

  #beginHelps(): Reading {
    const numberOf = new Int32Array(this.#model.symbolCount).fill(-1);
    for (const [number, {index}] of this.#named.entries()) numberOf[index] = number;
    return {helps: this.#model.helps(), numberOf, texts: [], owners: [], next: 0};
  }
}

/**
 * What the kernel's own search shows of a symbol, and the places that the digits in it lead to: menu nodes to go to in
 * their parents.
 */
export function placesOf(
  session: Session,
  symbol: ConfigSymbol,
): {readonly details: readonly string[]; readonly places: readonly MenuNode[]} {
  const {text, places} = numberedSearchText(evaluationOf(session), symbol);
  return {details: readable(text).trimEnd().split('\n'), places};
}

type Evaluated = {readonly at: Snapshot; readonly evaluation: Evaluation};

const evaluated = new WeakMap<Session, Evaluated>();

/** The session's evaluation as it is now: a copy, since looking whether menus are visible may change one. */
function evaluationOf(session: Session): Evaluation {
  const at = session.snapshot();
  const known = evaluated.get(session);
  if (known && known.at.length === at.length && known.at.last === at.last) return known.evaluation;
  const evaluation = session.evaluation();
  evaluated.set(session, {at, evaluation});
  return evaluation;
}

function hitOf(session: Session, symbol: ConfigSymbol, found: number): Hit {
  const [prompt] = symbol.prompts;
  return {
    symbol: symbol.displayName,
    type: symbol.type,
    value: readable(session.value(symbol)),
    ...(prompt === undefined ? {} : {prompt: readable(prompt.text)}),
    matched: found <= rank.name ? 'symbol' : found <= rank.prompt ? 'prompt' : 'help',
  };
}
