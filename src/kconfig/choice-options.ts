/** The options of a `choice` (choice_option in parser.y, Linux 5.10 to 7.2). */

import type {Dialect} from './dialect.ts';
import type {EntryOptions} from './entry-options.ts';
import type {MenuBuilder} from './menu.ts';
import type {SymbolTable} from './model.ts';
import {errorAt} from './source.ts';
import {token} from './token.ts';
import {SyntaxFault, type TokenInput} from './token-input.ts';

/** Reads the options of the current entry, which declares a choice. */
export class ChoiceOptions {
  readonly #input: TokenInput;
  readonly #table: SymbolTable;
  readonly #menu: MenuBuilder;
  readonly #entryOptions: EntryOptions;
  readonly #dialect: Dialect;

  constructor(
    input: TokenInput,
    table: SymbolTable,
    menu: MenuBuilder,
    entryOptions: EntryOptions,
    dialect: Dialect,
  ) {
    this.#input = input;
    this.#table = table;
    this.#menu = menu;
    this.#entryOptions = entryOptions;
    this.#dialect = dialect;
  }

  /** One option; false if the token starts none. */
  read(): boolean {
    const {choicePrompt, keywords} = this.#dialect;
    switch (this.#input.token) {
      case token.int:
      case token.hex:
      case token.string:
        return keywords === 'positional' && this.#wrongType();
      case token.defBool:
      case token.defTristate:
        return keywords === 'positional' && this.#typedDefault();
      case token.bool:
        if (choicePrompt === 'prompt') return false;
        if (choicePrompt === 'bool') this.#entryOptions.prompt();
        else this.#entryOptions.type('bool');
        return true;
      case token.tristate:
        if (choicePrompt !== 'logical') return false;
        this.#entryOptions.type('tristate');
        return true;
      case token.optional:
        this.#input.endOfLine();
        this.#menu.entry.symbol!.optional = true;
        return true;
      case token.default:
        this.#default();
        return true;
      default:
        return this.#entryOptions.read();
    }
  }

  #default(): void {
    const input = this.#input;
    const member = this.#table.config(input.word());
    const condition = input.condition();
    this.#menu.addDefault(member.expression, condition, input.declaration);
  }

  #wrongType(): never {
    this.#input.advance();
    this.#entryOptions.optionalPrompt();
    return this.#refuse();
  }

  #typedDefault(): never {
    this.#table.config(this.#input.word());
    this.#input.condition();
    return this.#refuse();
  }

  /** An option that no choice has is a fault, which is found after its line and takes the next one with it (YYERROR). */
  #refuse(): never {
    const input = this.#input;
    input.requireEndOfLine();
    const hint = 'a choice is bool or tristate';
    input.errors.push(errorAt(input.statement, 'invalid-option', 'invalid option', hint));
    input.advanceToEmptyLine();
    throw new SyntaxFault();
  }
}
