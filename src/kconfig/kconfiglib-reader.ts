/** Lines and their tokens (_next_line, _tokenize, _enter_file of kconfiglib.py 14.1.0). */

import {KconfiglibSymbol, mod, no, yes} from './kconfiglib-model.ts';
import {KconfiglibPreprocessor} from './kconfiglib-preprocessor.ts';
import {type KconfiglibSources, kconfiglibError, kconfiglibWarning} from './kconfiglib-sources.ts';
import {isBlank, isBlankAt, strip, stripStart, unifyLineEnds} from './kconfiglib-text.ts';
import type {FileLine} from './source.ts';

const keywordNames = [
  'allnoconfig_y',
  'bool',
  'choice',
  'comment',
  'config',
  'configdefault',
  'def_bool',
  'def_hex',
  'def_int',
  'def_string',
  'def_tristate',
  'default',
  'defconfig_list',
  'depends',
  'endchoice',
  'endif',
  'endmenu',
  'env',
  'help',
  'hex',
  'if',
  'imply',
  'int',
  'mainmenu',
  'menu',
  'menuconfig',
  'modules',
  'on',
  'option',
  'optional',
  'orsource',
  'osource',
  'prompt',
  'range',
  'rsource',
  'select',
  'source',
  'string',
  'tristate',
  'visible',
] as const;

export type Keyword = (typeof keywordNames)[number];
type Sign = '&&' | '||' | '=' | '!=' | '!' | '(' | ')' | '<=' | '<' | '>=' | '>';

/** `undefined` stands where the line ends. */
export type Token =
  | {readonly kind: 'keyword'; readonly name: Keyword}
  | {readonly kind: 'sign'; readonly sign: Sign}
  | {readonly kind: 'text'; readonly text: string}
  | KconfiglibSymbol
  | undefined;

const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...keywordNames.map((name) => [name, name] as const),
  ['---help---', 'help'],
  ['boolean', 'bool'],
  ['gsource', 'osource'],
  ['grsource', 'orsource'],
]);

const signs: readonly Sign[] = ['&&', '||', '=', '!=', '!', '(', ')', '<=', '<', '>=', '>'];

/** After these a word is a text, though it should have quotes. */
const beforeText: ReadonlySet<string> = new Set<Keyword>([
  ...([
    'bool',
    'choice',
    'comment',
    'hex',
    'int',
    'mainmenu',
    'menu',
    'orsource',
    'osource',
    'prompt',
  ] as const),
  ...(['rsource', 'source', 'string', 'tristate'] as const),
]);

/** Reads one line after the other, through the files that are sourced. */
export class KconfiglibReader {
  readonly symbols = new Map<string, KconfiglibSymbol>();
  readonly files: string[];
  readonly preprocessor: KconfiglibPreprocessor;
  tokens: readonly Token[] = [];
  /** The next token to look at. */
  at = 0;
  /** The text of the line the tokens are of. */
  line = '';
  /** Where that line ends. */
  location: FileLine;
  includePath: readonly FileLine[] = [];
  /** How many symbols and choices there are. */
  count = 3;
  readonly #sources: KconfiglibSources;
  readonly #hasConfigDefault: boolean;
  readonly #constants = new Map<string, KconfiglibSymbol>([
    ['n', no],
    ['m', mod],
    ['y', yes],
  ]);
  readonly #around: {
    readonly text: string;
    readonly offset: number;
    readonly includePath: readonly FileLine[];
  }[] = [];
  #file: string;
  #text: string;
  #offset = 0;
  #lineNumber = 0;
  #reuse = false;

  constructor(root: string, sources: KconfiglibSources, hasConfigDefault: boolean) {
    this.#sources = sources;
    this.#hasConfigDefault = hasConfigDefault;
    this.#file = root;
    this.files = [root];
    this.location = {file: root, line: 1};
    this.preprocessor = new KconfiglibPreprocessor(sources, {
      now: () => this.now,
      taken: () => this.location,
      fail: (message) => this.fail(message),
    });
    const text = sources.readFile(root);
    if (text === undefined) throw kconfiglibError(`[Errno 2] No such file or directory: '${root}'`);
    this.#text = unifyLineEnds(text);
  }

  get now(): FileLine {
    return {file: this.#file, line: this.#lineNumber};
  }

  fail(message: string): never {
    const {file, line} = this.now;
    throw kconfiglibError(`${file}:${line}: error: couldn't parse '${strip(this.line)}': ${message}`);
  }

  warn(message: string, location?: FileLine): void {
    this.#sources.warn?.(kconfiglibWarning(message, location));
  }

  symbol(name: string): KconfiglibSymbol {
    return this.#lookUp(this.symbols, name, false);
  }

  constant(text: string): KconfiglibSymbol {
    return this.#lookUp(this.#constants, text, true);
  }

  #lookUp(symbols: Map<string, KconfiglibSymbol>, name: string, isConstant: boolean): KconfiglibSymbol {
    let symbol = symbols.get(name);
    if (!symbol) {
      symbol = new KconfiglibSymbol(this.count++, name, isConstant);
      symbols.set(name, symbol);
    }
    return symbol;
  }

  /** The files of a pattern, which is relative to the tree. */
  glob(pattern: string): readonly string[] {
    const {glob, readFile, treePrefix = ''} = this.#sources;
    const whole = pattern.startsWith('/') ? pattern : treePrefix + pattern;
    if (glob) return glob(whole).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return readFile(whole) === undefined ? [] : [whole];
  }

  enter(path: string): void {
    const {treePrefix = ''} = this.#sources;
    const isInTree = treePrefix !== '' && path.startsWith(treePrefix);
    const name = (isInTree ? path.slice(treePrefix.length) : path).replaceAll('\\', '/');
    this.files.push(name);
    this.#around.push({text: this.#text, offset: this.#offset, includePath: this.includePath});
    const {file, line} = this.now;
    this.includePath = [...this.includePath, this.now];
    if (this.includePath.some((around) => around.file === name)) {
      const way = this.includePath.map((around) => `${around.file}:${around.line}`).join('\n');
      throw kconfiglibError(
        `${file}:${line}: recursive 'source' of '${name}' detected. Check that environment variables are set correctly.\nInclude path:\n${way}`,
      );
    }
    const text = this.#sources.readFile(path);
    if (text === undefined) {
      throw kconfiglibError(
        `${file}:${line}: Could not open '${path}' (in '${strip(this.line)}') (ENOENT: No such file or directory)`,
      );
    }
    this.#text = unifyLineEnds(text);
    this.#offset = 0;
    this.#file = name;
    this.#lineNumber = 0;
  }

  leave(): void {
    const last = this.includePath.at(-1)!;
    this.#file = last.file;
    this.#lineNumber = last.line;
    const around = this.#around.pop()!;
    this.#text = around.text;
    this.#offset = around.offset;
    this.includePath = around.includePath;
  }

  /** The next line with its end, '' at the end of the file (readline). */
  readLine(): string {
    const end = this.#text.indexOf('\n', this.#offset);
    const line = this.#text.slice(this.#offset, end < 0 ? undefined : end + 1);
    this.#offset += line.length;
    return line;
  }

  countLines(count: number): void {
    this.#lineNumber += count;
  }

  /** False at the end of the file. */
  next(): boolean {
    if (this.#reuse) {
      this.#reuse = false;
      return true;
    }
    const line = this.readLine();
    if (line === '') return false;
    this.#lineNumber++;
    this.#take(line);
    return true;
  }

  /** The line is looked at again: by whoever asks next. */
  reuse(): void {
    this.#reuse = true;
  }

  /** The line that ended a help text. It was counted already. */
  takeAfterHelp(line: string): void {
    this.#take(line);
    this.#reuse = true;
  }

  #take(first: string): void {
    let line = first;
    while (line.endsWith('\\\n')) {
      line = line.slice(0, -2) + this.readLine();
      this.#lineNumber++;
    }
    this.location = this.now;
    this.tokens = this.#tokenize(line);
    this.at = 1;
  }

  #keyword(word: string): Token {
    const name = keywords.get(word);
    if (name === undefined || (name === 'configdefault' && !this.#hasConfigDefault)) return undefined;
    return {kind: 'keyword', name};
  }

  #tokenize(line: string): readonly Token[] {
    this.line = line;
    const found = /^[ \t\n\r\f\v]*([A-Za-z0-9_$-]+)[ \t\n\r\f\v]*/.exec(line);
    if (!found) {
      if (isBlank(line) || stripStart(line).startsWith('#')) return [undefined];
      this.fail('unknown token at start of line');
    }
    const first = this.#keyword(found[1]!);
    if (!first) {
      // `help` with dashes and blanks in any number around it.
      if (/^[ \t\n-]*help[ \t\n-]*$/.test(line)) return [{kind: 'keyword', name: 'help'}, undefined];
      this.preprocessor.assign(line);
      return [undefined];
    }
    const tokens: Token[] = [first];
    let text = line;
    let at = found[0].length;
    while (at < text.length) {
      const last = tokens.at(-1);
      const isText = last?.kind === 'keyword' && beforeText.has(last.name);
      const step =
        this.#word(text, at, last, isText) ?? this.#quoted(text, at, tokens, isText) ?? signAt(text, at);
      if (step === 'comment') break;
      if (!step) this.fail('unknown tokens in line');
      tokens.push(step.token);
      text = step.text;
      at = step.at;
    }
    tokens.push(undefined);
    return tokens;
  }

  #word(text: string, at: number, last: Token, isText: boolean): Step | undefined {
    const pattern = /([A-Za-z0-9_$/.-]+)[ \t\n\r\f\v]*/y;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    const name = found[1]!;
    const next = at + found[0].length;
    const keyword = this.#keyword(name);
    if (keyword) return {token: keyword, text, at: next};
    if (isText) {
      if (last?.kind === 'keyword' && last.name !== 'choice') {
        this.warn(`style: quotes recommended around '${name}' in '${strip(this.line)}'`, this.location);
      }
      return {token: {kind: 'text', text: name}, text, at: next};
    }
    const expanded = name.includes('$') ? this.preprocessor.expandName(text, at) : {name, text, at: next};
    const isTristate = expanded.name === 'n' || expanded.name === 'm' || expanded.name === 'y';
    const token = isTristate ? this.constant(expanded.name) : this.symbol(expanded.name);
    return {token, text: expanded.text, at: expanded.at};
  }

  #quoted(line: string, start: number, tokens: readonly Token[], isText: boolean): Step | undefined {
    const quote = line[start]!;
    if (quote !== '"' && quote !== "'") return undefined;
    let text = line;
    let at: number;
    let value: string;
    if (line.includes('$') || line.includes('\\')) {
      ({text, at} = this.preprocessor.expandString(line, start));
      value = this.preprocessor.expandVariables(text.slice(start + 1, at - 1));
    } else {
      at = line.indexOf(quote, start + 1) + 1;
      if (at === 0) this.fail('unterminated string');
      value = line.slice(start + 1, at - 1);
    }
    while (isBlankAt(text, at)) at++;
    const [first] = tokens;
    const isOption = first?.kind === 'keyword' && first.name === 'option';
    return {token: isText || isOption ? {kind: 'text', text: value} : this.constant(value), text, at};
  }
}

type Step = {readonly token: Token; readonly text: string; readonly at: number};

function signAt(text: string, start: number): Step | 'comment' | undefined {
  if (text[start] === '#') return 'comment';
  const sign = signs.find((candidate) => text.startsWith(candidate, start));
  if (sign === undefined) return undefined;
  let at = start + sign.length;
  while (isBlankAt(text, at)) at++;
  return {token: {kind: 'sign', sign}, text, at};
}
