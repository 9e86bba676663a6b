/** The options that entries of more than one kind have: type, prompt, dependency, help (parser.y, Linux 5.10 to 7.2). */

import type {Dialect} from './dialect.ts';
import {isBlankHelp} from './help.ts';
import type {Lexer} from './lexer.ts';
import type {MenuBuilder} from './menu.ts';
import type {SymbolType} from './symbol.ts';
import {token} from './token.ts';
import type {TokenInput} from './token-input.ts';

/** Reads such options of the current entry. */
export class EntryOptions {
  readonly #input: TokenInput;
  readonly #lexer: Lexer;
  readonly #menu: MenuBuilder;
  readonly #dialect: Dialect;

  constructor(input: TokenInput, lexer: Lexer, menu: MenuBuilder, dialect: Dialect) {
    this.#input = input;
    this.#lexer = lexer;
    this.#menu = menu;
    this.#dialect = dialect;
  }

  /** One option that a `config` and a `choice` may both have; false if the token starts none. */
  read(): boolean {
    switch (this.#input.token) {
      case token.prompt:
        this.prompt();
        return true;
      case token.help:
        this.#help();
        return true;
      default:
        return this.dependency();
    }
  }

  type(type: SymbolType): void {
    this.#input.advance();
    this.optionalPrompt();
    this.#input.requireEndOfLine();
    this.#menu.setType(this.#menu.entry, type);
  }

  /** A prompt at the current token; it is declared before the end of the line is seen to be missing (prompt_stmt_opt). */
  optionalPrompt(): void {
    const input = this.#input;
    if (!input.isText) return;
    const {text} = input;
    input.advance();
    const condition = input.ifExpression();
    this.#menu.addPrompt('prompt', text, condition, input.declaration);
  }

  prompt(): void {
    const input = this.#input;
    const text = input.quoted();
    const condition = input.condition();
    this.#menu.addPrompt('prompt', text, condition, input.declaration);
  }

  /** `depends on`; false if the token does not start it. */
  dependency(): boolean {
    const input = this.#input;
    const isShort = input.token === token.requires;
    if (input.token !== token.depends && !isShort) return false;
    if (input.advance() === token.on && !isShort) input.advance();
    else if (this.#dialect.vocabulary !== '2.6') input.unexpected('`on`');
    const expression = input.expression();
    const condition = this.#dialect.conditionalDepends ? input.ifExpression() : undefined;
    input.requireEndOfLine();
    this.#menu.addDependency(expression, condition, input.declaration);
    return true;
  }

  #help(): void {
    const input = this.#input;
    input.endOfLine();
    const help = this.#lexer.help();
    const {entry} = this.#menu;
    if (this.#dialect.vocabulary !== '2.6') {
      const {displayName} = entry.symbol!;
      if (entry.help) {
        const rest =
          this.#dialect.helpAndPromptFaults === 'error' ? '' : ' -- only the last one will be used';
        input.reportFault('help-redefined', `'${displayName}' defined with more than one help text${rest}`);
      }
      if (isBlankHelp(help)) input.reportFault('blank-help', `'${displayName}' defined with blank help text`);
    }
    entry.help = help;
  }
}
