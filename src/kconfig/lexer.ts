/**
 * Text to tokens (lexer.l, Linux 5.10 to 7.2). The parser drives it token by token, since `source`, `help` and assignments
 * change what comes next. What a macro expands to never becomes input again: the rest of the line does, so a
 * position in the text is all the state there is.
 */

import {KbuildError} from '../base/diagnostic.ts';
import type {Dialect} from './dialect.ts';
import {findHelpEnd} from './help.ts';
import type {MacroProcessor} from './macro.ts';
import {
  formatLocation,
  type KconfigSources,
  kconfigError,
  type Location,
  placeOf,
  type SourceFile,
  warningAt,
} from './source.ts';
import type {HelpSpan} from './symbol.ts';
import {innerKeywords, keywordsOf, type Token, token} from './token.ts';

/** How often one file is read: without newline at its end a file can include itself again and again, in the C tool for ever. */
const mostInclusions = 10_000;

/** What the C tool names where there is no current file: after the last one, and before the first statement. */
const noFile: SourceFile = {name: '<none>', text: ''};

/** A file being read; `line` is that of the next character (yylineno), `sourceLine` that of the `source` to it. */
type Buffer = {
  readonly file: SourceFile;
  position: number;
  line: number;
  readonly parent: Buffer | undefined;
  readonly sourceLine: number;
};

const code = {
  tab: 9,
  newline: 10,
  space: 32,
  bang: 33,
  doubleQuote: 34,
  hash: 35,
  dollar: 36,
  ampersand: 38,
  singleQuote: 39,
  openParen: 40,
  closeParen: 41,
  plus: 43,
  colon: 58,
  less: 60,
  equal: 61,
  greater: 62,
  backslash: 92,
  bar: 124,
} as const;

/** `[A-Za-z0-9_-]` as a table over ASCII. */
const isWordCode = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') {
  isWordCode[character.charCodeAt(0)] = 1;
}

/** The same with `.` and `/`, which names may have where keywords are positional. */
const isInnerCode = isWordCode.slice();
for (const character of './') isInnerCode[character.charCodeAt(0)] = 1;

/** Characters of the first word of a line, where that has no `-` (zconf.l, Linux 2.6.16). */
const isPlainCode = isWordCode.slice();
isPlainCode['-'.charCodeAt(0)] = 0;

/** The end of the run of word characters; `isWord[NaN]` is undefined, which ends it at the end of the text. */
function wordEnd(text: string, start: number, isWord: Uint8Array): number {
  let end = start;
  while (isWord[text.charCodeAt(end)] === 1) end++;
  return end;
}

function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline;
}

/** Whether zconf.l loses a string that a newline ends at `end`, since that follows a quote. */
function followsQuote(text: string, end: number): boolean {
  return /["']/.test(text[end - 1]!) && text[end - 2] !== '\\';
}

/** Whether a line whose words start at `start` is an assignment, `source` or `help`, or looks like one. */
function mayAsk(text: string, start: number): boolean {
  if (text.startsWith('source', start) || text.startsWith('help', start)) return true;
  const character = text.charCodeAt(blanksEnd(text, wordEnd(text, start, isWordCode)));
  return character === code.equal || character === code.colon || character === code.plus;
}

function blanksEnd(text: string, start: number): number {
  let end = start;
  for (let at = text.charCodeAt(end); at === code.space || at === code.tab; at = text.charCodeAt(end)) end++;
  return end;
}

export class Lexer {
  readonly #sources: KconfigSources;
  readonly #dialect: Dialect;
  readonly #keywords: ReadonlyMap<string, Token>;
  /** Characters of the first word of a line, where keywords are positional. */
  readonly #isFirstWord: Uint8Array;
  /** Characters of a word that has references in it (is_end_of_token). */
  readonly #isExpandedWord: Uint8Array;
  readonly macros: MacroProcessor;
  #buffer: Buffer;
  /** The file being read; the last one stays after its end. */
  #file: SourceFile;
  #finished = false;
  #inAssignment = false;
  /** Whether a string was ended by a newline, which is still to be read. */
  #isStringOpen = false;
  /**
   * Whether there were only words that are no keywords in this line (start condition COMMAND of zconf.l). The end of an
   * included file ends neither this nor an assignment: the next line of the including file is read in the same way.
   */
  #inCommand = false;
  #previous: Token = token.endOfLine;
  #beforePrevious: Token = token.endOfLine;
  /** Text of the token last returned, if its kind has one. */
  text = '';
  #statement: Location;
  /** How many empty lines, which are tokens of the old grammar, there were so far. */
  blankLines = 0;
  #keepsEmptyLine = false;
  /** All files read, in the order of their first use. */
  readonly files = new Map<string, SourceFile>();
  readonly #firstIncluded = new Map<string, Location>();
  readonly #inclusions = new Map<string, number>();

  constructor(
    root: SourceFile,
    sources: KconfigSources,
    dialect: Dialect,
    makeMacros: (location: () => Location) => MacroProcessor,
  ) {
    this.#sources = sources;
    this.#dialect = dialect;
    this.#keywords = keywordsOf(dialect);
    this.#isFirstWord = dialect.vocabulary === '2.6' ? isPlainCode : isWordCode;
    this.#isExpandedWord = dialect.keywords === 'positional' ? isInnerCode : isWordCode;
    this.#file = root;
    this.#buffer = {file: root, position: 0, line: 1, parent: undefined, sourceLine: 0};
    this.files.set(root.name, root);
    this.#statement = {file: dialect.messageFile === 'statement' ? noFile : root, line: 0};
    this.macros = makeMacros(() => ({file: this.#file, line: this.#buffer.line}));
  }

  /** The file that is being read now, which `statement.file` need not be (current_file): none after the last line. */
  get file(): SourceFile | undefined {
    return this.#finished ? undefined : this.#file;
  }

  /** Where the current statement starts, for messages (zconf_curname, zconf_lineno; cur_filename, cur_lineno). */
  get statement(): Location {
    return this.#dialect.messageFile === 'statement' ? this.#statement : this.declaration;
  }

  /** The same, for what is declared: at the end of a last line without newline it names the including file. */
  get declaration(): Location {
    return {file: this.#file, line: this.#statement.line};
  }

  /** Lets the next token be an end of line even where the line is empty, as after a fault of the parser's own. */
  keepEmptyLine(): void {
    this.#keepsEmptyLine = true;
  }

  /** The next token for the parser (yylex): empty lines are dropped, the start of each statement is noted. */
  next(): Token {
    for (;;) {
      const found = this.#dialect.keywords === 'positional' ? this.#scanPositional() : this.#scan();
      if (this.#previous === token.endOfLine || this.#previous === token.helpText) {
        if (found === token.endOfLine && !this.#keepsEmptyLine) {
          this.blankLines++;
          continue;
        }
        if (this.#dialect.keywords === 'reserved') this.#startStatement();
      }
      if (this.#dialect.keywords === 'reserved') {
        const assigns = found === token.equal || found === token.colonEqual || found === token.plusEqual;
        this.#inAssignment =
          assigns && this.#previous === token.word && this.#beforePrevious === token.endOfLine;
      }
      this.#keepsEmptyLine = false;
      this.#beforePrevious = this.#previous;
      this.#previous = found;
      return found;
    }
  }

  /** After the end of the root file there is no current file: what is told of the last statement then names none. */
  #startStatement(): void {
    const {line} = this.#buffer;
    const none = this.#finished && this.#dialect.messageFile === 'statement';
    this.#statement = {file: none ? noFile : this.#file, line};
  }

  /** The help text that starts on the line after `help` (zconf_starthelp); the next token follows it. */
  help(): HelpSpan {
    const buffer = this.#buffer;
    const start = buffer.position;
    const {end, newlines} = findHelpEnd(buffer.file.text, start);
    buffer.position = end;
    buffer.line += newlines;
    this.#beforePrevious = this.#previous;
    this.#previous = token.helpText;
    // The text is a token at the start of a line, and counts as a statement: messages name its end.
    if (this.#dialect.keywords === 'reserved') this.#startStatement();
    return {file: buffer.file, start, end};
  }

  /**
   * At the start of a line: goes past the lines that ask nothing of the sources. What stays is what has a reference, an
   * assignment, `source` or `help`, or goes on in the next line.
   */
  passOverPlainLines(): void {
    const buffer = this.#buffer;
    const {text} = buffer.file;
    const first = (character: string) => {
      const found = text.indexOf(character, buffer.position);
      return found < 0 ? text.length : found;
    };
    const known = Math.min(first('$'), first('\\'));
    for (;;) {
      const end = lineEnd(text, buffer.position);
      if (end >= known || end >= text.length) return;
      const start = blanksEnd(text, buffer.position);
      // Comments and empty lines are no tokens.
      if (isWordCode[text.charCodeAt(start)] === 1) {
        if (mayAsk(text, start)) return;
        this.#previous = token.endOfLine;
      }
      buffer.position = end + 1;
      buffer.line++;
    }
  }

  /** Goes on with another file, and comes back at its end (zconf_nextfile). */
  enter(name: string): void {
    const known = this.files.get(name);
    const text = known?.text ?? this.#read(name);
    if (text === undefined) {
      throw kconfigError(this.statement, 'missing-file', `can't open file "${name}"`);
    }
    for (let buffer: Buffer | undefined = this.#buffer; buffer; buffer = buffer.parent) {
      if (buffer.file.name !== name) continue;
      if (this.#dialect.vocabulary !== '2.6') throw this.#recursiveInclusion(name);
      throw kconfigError(this.statement, 'recursive-inclusion', `recursive scan (${name})?`);
    }
    const inclusions = (this.#inclusions.get(name) ?? 0) + 1;
    this.#inclusions.set(name, inclusions);
    if (inclusions > mostInclusions) {
      const hint = `end the last line of ${name} with a newline`;
      throw kconfigError(this.statement, 'recursive-inclusion', `${name} is included again and again`, hint);
    }
    const first = this.#firstIncluded.get(name);
    if (first && this.#dialect.repeatedSource === 'error') {
      if (this.#dialect.vocabulary === '2.6')
        throw kconfigError(this.statement, 'repeated-inclusion', `file ${name} already scanned?`);
      const message = `repeated inclusion of ${name}\n${formatLocation(first)}: note: location of first inclusion of ${name}`;
      throw kconfigError(this.statement, 'repeated-inclusion', message, 'remove one of these `source` lines');
    }
    if (!first) this.#firstIncluded.set(name, this.statement);
    const file = known ?? {name, text};
    this.files.set(name, file);
    this.#buffer = {file, position: 0, line: 1, parent: this.#buffer, sourceLine: this.statement.line};
    this.#file = file;
  }

  /** Reading may fail for more reasons than that there is no such file; all faults have a place. */
  #read(name: string): string | undefined {
    try {
      return this.#sources.readFile(name);
    } catch (error) {
      if (!(error instanceof KbuildError)) throw error;
      const place = placeOf(this.statement);
      throw new KbuildError(error.exit, ...error.diagnostics.map((one) => ({place, ...one})));
    }
  }

  #recursiveInclusion(name: string): Error {
    const lines = ['Recursive inclusion detected.', 'Inclusion path:', `  current file : ${name}`];
    const toRoot = this.#dialect.inclusionPath === 'root';
    let sourceLine = this.statement.line;
    for (let buffer: Buffer | undefined = this.#buffer; buffer; buffer = buffer.parent) {
      const line = toRoot ? sourceLine : buffer.line - 1;
      lines.push(`  included from: ${formatLocation({file: buffer.file, line})}`);
      if (!toRoot && buffer.file.name === name) break;
      ({sourceLine} = buffer);
    }
    return kconfigError(
      this.statement,
      'recursive-inclusion',
      lines.join('\n'),
      'remove one of these `source` lines',
    );
  }

  #warn(warningCode: string, message: string, location: Location): void {
    this.#sources.warn?.(warningAt(location, warningCode, message));
  }

  /** One token, empty lines included (yylex1). */
  #scan(): Token {
    if (this.#inAssignment) return this.#scanAssignedText();
    const buffer = this.#buffer;
    const {text} = buffer.file;
    for (;;) {
      const start = buffer.position;
      if (start >= text.length) return this.#endOfFile();
      const character = text.charCodeAt(start);
      if (isWordCode[character] === 1 || character === code.dollar) {
        const word = this.#scanWord(text, start);
        if (word !== undefined) return word;
        continue;
      }
      buffer.position = start + 1;
      const following = text.charCodeAt(start + 1);
      switch (character) {
        case code.space:
        case code.tab:
          continue;
        case code.newline:
          buffer.line++;
          return token.endOfLine;
        case code.hash:
          buffer.position = lineEnd(text, start);
          continue;
        case code.doubleQuote:
        case code.singleQuote:
          return this.#scanString(text, character);
        case code.backslash:
          if (following !== code.newline) break;
          buffer.position++;
          buffer.line++;
          continue;
        default: {
          const operator = this.#operator(character, following);
          if (operator !== undefined) return operator;
        }
      }
      this.#ignoreCharacter(text, start);
    }
  }

  /** The same where the start of a line has keywords of its own (start conditions COMMAND and PARAM of zconf.l). */
  #scanPositional(): Token {
    if (this.#inAssignment) return this.#scanAssignment();
    const buffer = this.#buffer;
    const {text} = buffer.file;
    if (this.#isStringOpen) return this.#endString();
    const isFirst = this.#previous === token.endOfLine || this.#previous === token.helpText;
    const isCommand = isFirst || this.#inCommand;
    // After a character that is none of the language, or a reference to nothing, neither comments nor, without macros,
    // blanks are passed over.
    let isOdd = isFirst && this.#inCommand;
    this.#inCommand = false;
    // Blanks at the start of a line, unless a comment follows, are read in the condition INITIAL, and end that.
    let isIndented = false;
    for (;;) {
      const start = buffer.position;
      if (start >= text.length) {
        this.#inCommand = isCommand && (isOdd || isIndented || !isFirst);
        return this.#endOfFile();
      }
      const character = text.charCodeAt(start);
      const isWord = isCommand ? this.#isFirstWord : isInnerCode;
      if (isWord[character] === 1 || (character === code.dollar && this.#dialect.macros)) {
        const word = this.#scanPositionalWord(text, start, isCommand);
        this.#inCommand = isCommand && this.#dialect.macros && word === token.word;
        if (word !== undefined) return word;
        isOdd = isCommand;
        continue;
      }
      buffer.position = start + 1;
      const following = text.charCodeAt(start + 1);
      const isBlank = character === code.space || character === code.tab;
      if (isBlank && (!isOdd || this.#dialect.macros)) {
        isIndented = true;
        continue;
      }
      if (character === code.newline) {
        buffer.line++;
        return token.endOfLine;
      }
      if (character === code.hash && !isOdd && (isFirst || !isCommand)) {
        buffer.position = lineEnd(text, start);
        isIndented = false;
        continue;
      }
      if (isCommand) {
        const isAssignment = character === code.equal || character === code.colon || character === code.plus;
        const operator = isAssignment && this.#dialect.macros && this.#operator(character, following);
        if (operator) {
          this.#inAssignment = true;
          return operator;
        }
      } else if (character === code.doubleQuote || character === code.singleQuote) {
        return this.#scanString(text, character);
      } else if (character === code.backslash && following === code.newline) {
        buffer.position++;
        buffer.line++;
        continue;
      } else if (!this.#isForeign(character)) {
        const operator = this.#operator(character, following);
        if (operator !== undefined) return operator;
      }
      this.#ignoreCharacter(text, start);
      isOdd = isCommand;
    }
  }

  /** Characters that are operators elsewhere. */
  #isForeign(character: number): boolean {
    if (character === code.colon || character === code.plus) return true;
    const isOrder = character === code.less || character === code.greater;
    return isOrder && this.#dialect.vocabulary === '2.6';
  }

  #scanPositionalWord(text: string, start: number, isCommand: boolean): Token | undefined {
    const end = wordEnd(text, start, isCommand ? this.#isFirstWord : isInnerCode);
    if (this.#dialect.macros && text.charCodeAt(end) === code.dollar)
      return this.#expandWord(text, start, end);
    this.#buffer.position = end;
    // Only words start statements (current_pos of zconf.l).
    if (isCommand) this.#startStatement();
    this.text = text.slice(start, end);
    // A rule between words, as in `--- help ---`.
    if (this.text === '---' && !isCommand && this.#dialect.vocabulary === '2.6') return undefined;
    return (isCommand ? this.#keywords : innerKeywords).get(this.text) ?? token.word;
  }

  #ignoreCharacter(text: string, start: number): void {
    const shown = String.fromCodePoint(text.codePointAt(start)!);
    this.#buffer.position = start + shown.length;
    if (this.#dialect.vocabulary === '2.6') return;
    const isWordStart = this.#dialect.keywords === 'positional';
    const location = isWordStart ? this.#statement : {file: this.#file, line: this.#buffer.line};
    this.#warn('unsupported-character', `ignoring unsupported character '${shown}'`, location);
  }

  #operator(character: number, following: number): Token | undefined {
    switch (character) {
      case code.openParen:
        return token.openParen;
      case code.closeParen:
        return token.closeParen;
      case code.equal:
        return token.equal;
      case code.bang:
        return following === code.equal ? this.#twoCharacters(token.unequal) : token.not;
      case code.less:
        return following === code.equal ? this.#twoCharacters(token.lessEqual) : token.less;
      case code.greater:
        return following === code.equal ? this.#twoCharacters(token.greaterEqual) : token.greater;
      case code.bar:
        return following === code.bar ? this.#twoCharacters(token.or) : undefined;
      case code.ampersand:
        return following === code.ampersand ? this.#twoCharacters(token.and) : undefined;
      case code.colon:
        return following === code.equal ? this.#twoCharacters(token.colonEqual) : undefined;
      case code.plus:
        return following === code.equal ? this.#twoCharacters(token.plusEqual) : undefined;
      default:
        return undefined;
    }
  }

  #twoCharacters(operator: Token): Token {
    this.#buffer.position++;
    return operator;
  }

  /** A keyword or a word; undefined if it has references that expand to nothing. */
  #scanWord(text: string, start: number): Token | undefined {
    const buffer = this.#buffer;
    const end = wordEnd(text, start, isWordCode);
    if (text.charCodeAt(end) === code.dollar) return this.#expandWord(text, start, end);
    buffer.position = end;
    this.text = text.slice(start, end);
    return this.#keywords.get(this.text) ?? token.word;
  }

  /** A word with a `$` in it, which is no keyword whatever it expands to (expand_token). */
  #expandWord(text: string, start: number, firstDollar: number): Token | undefined {
    const line = text.slice(start, lineEnd(text, start));
    let word = '';
    let position = 0;
    let end = firstDollar - start;
    while (line.charCodeAt(end) === code.dollar) {
      const expansion = this.macros.expandReference(line, end + 1);
      word += line.slice(position, end) + expansion.text;
      position = expansion.end;
      end = wordEnd(line, position, this.#isExpandedWord);
    }
    this.#buffer.position = start + end;
    this.text = word + line.slice(position, end);
    return this.text === '' ? undefined : token.word;
  }

  /** Start condition STRING. */
  #scanString(text: string, quote: number): Token {
    const buffer = this.#buffer;
    const {keywords, macros} = this.#dialect;
    let result = '';
    let start = buffer.position;
    let expandedTo = -1;
    for (let position = start; ; position++) {
      const character = text.charCodeAt(position);
      const ends = character === quote || character === code.newline || position >= text.length;
      if (!ends && character !== code.backslash && (character !== code.dollar || !macros)) continue;
      result += text.slice(start, position);
      if (ends) {
        // A newline ends the string, and the statement after it.
        buffer.position = character === quote ? position + 1 : position;
        // zconf.l loses a string that the end of the file ends.
        if (position >= text.length && keywords === 'positional') return this.#endOfFile();
        if (character === code.newline) {
          // zconf.l gives the text, and then comes to the newline; where that follows a reference, it gives none.
          this.#isStringOpen = keywords === 'positional';
          const isLost = expandedTo === position || followsQuote(text, position);
          if (this.#isStringOpen && isLost) return this.#endString();
          if (!this.#isStringOpen) this.#warnOfString();
        }
        this.text = result;
        return token.quoted;
      }
      if (character === code.dollar) {
        const rest = text.slice(position, lineEnd(text, position));
        const expansion = this.macros.expandReference(rest, 1);
        result += expansion.text;
        start = position + expansion.end;
        expandedTo = start;
        position = start - 1;
      } else {
        // `\c` is `c`, and a backslash at the end of a line is nothing.
        start = position + 1;
        if (text.charCodeAt(start) !== code.newline) position++;
      }
    }
  }

  #warnOfString(): void {
    this.#warn('multi-line-string', 'multi-line strings not supported', this.statement);
  }

  /** The newline in a string (start condition STRING of zconf.l). */
  #endString(): Token {
    this.#isStringOpen = false;
    this.#warnOfString();
    this.#buffer.position++;
    this.#buffer.line++;
    return token.endOfLine;
  }

  /** Start condition ASSIGN_VAL: the rest of the line without leading blanks. */
  #scanAssignedText(): Token {
    const buffer = this.#buffer;
    const {text} = buffer.file;
    let start = buffer.position;
    while (text.charCodeAt(start) === code.space || text.charCodeAt(start) === code.tab) start++;
    buffer.position = lineEnd(text, start);
    this.text = text.slice(start, buffer.position);
    return token.assignedText;
  }

  /** The same in zconf.l: only a newline ends it. */
  #scanAssignment(): Token {
    const buffer = this.#buffer;
    const {text} = buffer.file;
    buffer.position = blanksEnd(text, buffer.position);
    if (buffer.position >= text.length) return this.#endOfFile();
    if (text.charCodeAt(buffer.position) !== code.newline) return this.#scanAssignedText();
    this.#inAssignment = false;
    buffer.position++;
    buffer.line++;
    return token.endOfLine;
  }

  #endOfFile(): Token {
    if (this.#finished) return token.end;
    const isWhole = this.#previous === token.endOfLine || this.#previous === token.helpText;
    if (!isWhole && this.#dialect.keywords === 'reserved') {
      const location = {file: this.#file, line: this.#buffer.line};
      this.#warn('no-newline', 'no new line at end of file', location);
    }
    const {parent} = this.#buffer;
    if (parent) {
      this.#buffer = parent;
      this.#file = parent.file;
      return token.endOfLine;
    }
    this.#finished = true;
    return this.#dialect.rootEndsLine ? token.endOfLine : token.end;
  }
}
