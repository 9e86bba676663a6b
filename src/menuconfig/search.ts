/** Search for symbols by name, prompt and help text, quick enough for every key. */

import {finished, inPieces, type Pieces} from '../base/pieces.ts';
import {
  type ConfigSymbol,
  type Evaluation,
  type KconfigModel,
  type MenuNode,
  numberedSearchText,
  type Session,
  type Snapshot,
  type SymbolTexts,
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
  /** The text's characters, which an automaton reads quicker. */
  readonly codes: Uint8Array;
  readonly starts: Int32Array;
  readonly owners: readonly number[];

  constructor(texts: readonly string[], owners: readonly number[]) {
    // A character that no query has stands between them, and the one that ends a line for an automaton.
    this.text = `${texts.join('\n')}\n`.toLowerCase();
    this.codes = new Uint8Array(this.text.length);
    for (let i = 0; i < this.codes.length; i++) this.codes[i] = this.text.charCodeAt(i);
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

/** Texts that are dealt with in one piece of reading ahead: some milliseconds of work. */
const atOnce = 120;

const indentation = /\n[ \t]+/g;

export class SymbolSearch {
  readonly #model: KconfigModel;
  /** The symbols that are declared, in the order of strcmp: elsewhere they go by their numbers in it. */
  #known: readonly SymbolTexts[] = [];
  readonly #names: Field[] = [];
  readonly #prompts: Field[] = [];
  readonly #helps: Field[] = [];
  /** What is left of reading them; undefined once all is there. */
  #namesLeft: Pieces<void> | undefined = this.#readNames();
  #helpsLeft: Pieces<void> | undefined = this.#readHelps();
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
    this.#readFor(scope);
    const bytes = bytesOf(query.trim()).toLowerCase();
    const {ranks, error} = this.#ranksOf(bytes, scope);
    const all = ranks ? this.#inOrder(ranks) : [];
    const first = all.slice(0, mostHits);
    return {
      hits: first.map((number) => this.#hit(session, number, ranks![number]!)),
      symbols: first.map((number) => this.#symbol(number)),
      total: all.length,
      ...(error === undefined ? {} : {error}),
    };
  }

  /**
   * Makes a piece of what searches need, a few milliseconds of work; false once all is there. A search that comes before
   * makes all that is missing.
   */
  readAhead(): boolean {
    if (this.#namesLeft) {
      if (this.#namesLeft.next().done) this.#namesLeft = undefined;
    } else if (this.#helpsLeft?.next().done) this.#helpsLeft = undefined;
    return this.#helpsLeft !== undefined;
  }

  #readFor(scope: SearchScope): void {
    if (this.#namesLeft) finished(this.#namesLeft);
    this.#namesLeft = undefined;
    if (scope === 'symbol' || scope === 'prompt') return;
    if (this.#helpsLeft) finished(this.#helpsLeft);
    this.#helpsLeft = undefined;
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
    const match = (
      fields: readonly Field[],
      rankOf: (codes: Uint8Array, from: number, to: number) => number,
    ) => {
      for (const {codes, starts, owners} of fields) {
        for (let entry = 0; entry < owners.length; entry++) {
          const owner = owners[entry]!;
          if (ranks[owner] !== rank.none) continue;
          const [from, to] = [starts[entry]!, starts[entry + 1]! - 1];
          if (pattern.isIn(codes, from, to)) ranks[owner] = rankOf(codes, from, to);
        }
      }
    };
    if (scope === 'all' || scope === 'symbol') {
      match(this.#names, (codes, from, to) => {
        if (!pattern.isBeginning(codes, from, to)) return rank.name;
        return pattern.isWhole(codes, from, to) ? rank.wholeName : rank.nameBeginning;
      });
    }
    if (scope === 'all' || scope === 'prompt') {
      match(this.#prompts, (codes, from, to) =>
        pattern.isBeginning(codes, from, to) ? rank.promptBeginning : rank.prompt,
      );
    }
    if (scope === 'all' || scope === 'help') match(this.#helps, () => rank.help);
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
      for (const field of this.#names) {
        field.find(word, (owner, offset, length) => {
          set(owner, offset > 0 ? rank.name : length === word.length ? rank.wholeName : rank.nameBeginning);
        });
      }
    }
    if (scope === 'all' || scope === 'prompt') {
      for (const field of this.#prompts)
        field.find(word, (owner, offset) => set(owner, offset > 0 ? rank.prompt : rank.promptBeginning));
    }
    if (scope === 'all' || scope === 'help') {
      for (const field of this.#helps) field.find(word, (owner) => set(owner, rank.help));
    }
    return ranks;
  }

  #noRanks(): Uint8Array {
    return new Uint8Array(this.#known.length).fill(rank.none);
  }

  /** The numbers of symbols that match, by rank and then by name. */
  #inOrder(ranks: Uint8Array): readonly number[] {
    const byRank: number[][] = Array.from({length: rank.none}, () => []);
    for (const [symbol, found] of ranks.entries()) byRank[found]?.push(symbol);
    return byRank.flat();
  }

  #symbol(number: number): ConfigSymbol {
    return this.#model.symbolAt(this.#known[number]!.symbol);
  }

  #hit(session: Session, number: number, found: number): Hit {
    const symbol = this.#symbol(number);
    const [prompt] = this.#known[number]!.prompts;
    return {
      symbol: symbol.displayName,
      type: symbol.type,
      value: readable(session.value(symbol)),
      ...(prompt === undefined ? {} : {prompt: readable(prompt)}),
      matched: found <= rank.name ? 'symbol' : found <= rank.prompt ? 'prompt' : 'help',
    };
  }

  // What is searched

  *#readNames(): Pieces<void> {
    const byName = new Map<string, SymbolTexts>();
    yield* inPieces(this.#model.texts(), 2 * atOnce, (texts) => byName.set(texts.name, texts));
    this.#known = yield* inOrderOfNames(byName);
    yield* this.#addFields(this.#names, this.#known.map(({name}) => name).entries());
    yield* this.#addFields(this.#prompts, promptsOf(this.#known));
  }

  /** Help texts, cut out of their files; where each of those is read, some milliseconds pass. */
  *#readHelps(): Pieces<void> {
    const numberOf = new Int32Array(this.#model.symbolCount).fill(-1);
    for (const [number, {symbol}] of this.#known.entries()) numberOf[symbol] = number;
    yield* this.#addFields(this.#helps, helpsOf(this.#model.helps(), numberOf));
  }

  *#addFields(fields: Field[], all: Iterable<readonly [owner: number, text: string]>): Pieces<void> {
    let owners: number[] = [];
    let texts: string[] = [];
    const end = () => {
      fields.push(new Field(texts, owners));
      [owners, texts] = [[], []];
    };
    for (const [owner, text] of all) {
      owners.push(owner);
      if (texts.push(text) < atOnce) continue;
      end();
      yield;
    }
    end();
  }
}

/** Sorted as names, since a comparison of what has them would take longer than all else; a first character after the other. */
function* inOrderOfNames(byName: ReadonlyMap<string, SymbolTexts>): Pieces<SymbolTexts[]> {
  const alike = new Map<string, string[]>();
  for (const name of byName.keys()) {
    const names = alike.get(name[0] ?? '');
    if (names) names.push(name);
    else alike.set(name[0] ?? '', [name]);
  }
  const ordered: SymbolTexts[] = [];
  for (const first of [...alike.keys()].sort()) {
    yield;
    for (const name of alike.get(first)!.sort()) ordered.push(byName.get(name)!);
  }
  return ordered;
}

function* promptsOf(known: readonly SymbolTexts[]): Generator<readonly [number, string]> {
  for (const [number, {prompts}] of known.entries()) for (const prompt of prompts) yield [number, prompt];
}

function* helpsOf(
  helps: ReturnType<KconfigModel['helps']>,
  numberOf: Int32Array,
): Generator<readonly [number, string]> {
  for (const {symbol, help} of helps) {
    const number = numberOf[symbol]!;
    if (number < 0) continue;
    yield [number, help.file.text.slice(help.start, help.end).trim().replace(indentation, '\n')];
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
