/**
 * What the statements of the grammar are made of: words, texts, conditions and ends of lines, read token by token
 * (parser.y, Linux 5.10 to 7.2), and how faults in them are told of.
 */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {Dialect} from './dialect.ts';
import type {Expression} from './expression.ts';
import {parseExpression} from './expression-parser.ts';
import type {Lexer} from './lexer.ts';
import type {SymbolTable} from './model.ts';
import {errorAt, type KconfigSources, type Location, warningAt} from './source.ts';
import type {ConfigSymbol} from './symbol.ts';
import {type Token, token, tokenText} from './token.ts';

/** Thrown for a syntax error, and caught where the next statement can be read. */
export class SyntaxFault extends Error {}

export class TokenInput {
  readonly #lexer: Lexer;
  readonly #table: SymbolTable;
  readonly #sources: KconfigSources;
  readonly #dialect: Dialect;
  readonly #isPositional: boolean;
  /** What was found wrong so far. */
  readonly errors: Diagnostic[] = [];
  /** The current token. */
  token: Token = token.endOfLine;
  /** Tokens until syntax errors are told of again (yyerrstatus). */
  #recovering = 0;

  constructor(lexer: Lexer, table: SymbolTable, sources: KconfigSources, dialect: Dialect) {
    this.#lexer = lexer;
    this.#table = table;
    this.#sources = sources;
    this.#dialect = dialect;
    this.#isPositional = dialect.keywords === 'positional';
  }

  /** The text of the current token, if its kind has one. */
  get text(): string {
    return this.#lexer.text;
  }

  /** Where the current statement starts, for messages. */
  get statement(): Location {
    return this.#lexer.statement;
  }

  /** The same, for what is declared. */
  get declaration(): Location {
    return this.#lexer.declaration;
  }

  /** Whether the current token is a text: where keywords are positional, any word is. */
  get isText(): boolean {
    return this.token === token.quoted || (this.#isPositional && this.token === token.word);
  }

  get isRecovering(): boolean {
    return this.#recovering > 0;
  }

  /** Goes past a token that was in its place. */
  advance(): Token {
    const {blankLines} = this.#lexer;
    this.token = this.#lexer.next();
    const passed = this.#isPositional ? 1 + this.#lexer.blankLines - blankLines : 1;
    this.#recovering = Math.max(0, this.#recovering - passed);
    return this.token;
  }

  /** Goes past an end of line, to the end of an empty line if one follows. */
  advanceToEmptyLine(): void {
    this.#lexer.keepEmptyLine();
    this.advance();
  }

  /** Goes on to the end of the line after a syntax error, and tells of what was there; false if the text ends before. */
  skipLine(told: string): boolean {
    this.#recovering = 3;
    while (this.token !== token.endOfLine) {
      if (this.token === token.end) return false;
      this.token = this.#lexer.next();
    }
    this.#sources.error?.(errorAt(this.statement, 'passed-over', told));
    return true;
  }

  word(): string {
    if (this.advance() !== token.word) this.unexpected('a name');
    return this.text;
  }

  quoted(): string {
    this.advance();
    if (!this.isText) this.unexpected('a text in quotes');
    return this.text;
  }

  /** Goes on to the end of the line. */
  endOfLine(): void {
    this.advance();
    this.requireEndOfLine();
  }

  requireEndOfLine(): void {
    if (this.token !== token.endOfLine) this.unexpected('the end of the line');
  }

  /** The symbol or constant at the current token. */
  symbol(): ConfigSymbol {
    if (this.token === token.word) return this.#table.config(this.text);
    if (this.token === token.quoted) return this.#table.constant(this.text);
    return this.unexpected('a symbol');
  }

  /** An expression up to the first token after it. */
  expression(): Expression {
    return parseExpression(this);
  }

  /** An optional `if` after the current token, and the end of the line after it. */
  condition(): Expression | undefined {
    this.advance();
    return this.conditionHere();
  }

  /** The same at the current token. */
  conditionHere(): Expression | undefined {
    const condition = this.ifExpression();
    this.requireEndOfLine();
    return condition;
  }

  ifExpression(): Expression | undefined {
    if (this.token !== token.if) return undefined;
    this.advance();
    return this.expression();
  }

  /** Notes an error that the reading goes on after. */
  report(diagnostic: Diagnostic): void {
    this.errors.push(diagnostic);
    this.#sources.error?.(diagnostic);
  }

  /** What is a warning in some releases and an error in others. */
  reportFault(code: string, message: string): void {
    if (this.#dialect.helpAndPromptFaults === 'warning')
      this.#sources.warn?.(warningAt(this.statement, code, message));
    else this.report(errorAt(this.statement, code, message));
  }

  /** A syntax error in the current statement, to be thrown. */
  fault(code: string, message: string, hint?: string): SyntaxFault {
    const diagnostic = errorAt(this.statement, code, message, hint);
    this.errors.push(diagnostic);
    if (this.#recovering === 0) this.#sources.error?.({...diagnostic, code: 'syntax'});
    return new SyntaxFault();
  }

  unexpected(expected: string): never {
    const found =
      this.token === token.word
        ? `"${this.text}"`
        : this.token === token.quoted
          ? `the quoted text "${this.text}"`
          : tokenText(this.token);
    throw this.fault('syntax', `syntax error: expected ${expected}, found ${found}`);
  }
}
