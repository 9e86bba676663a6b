/** The options of a `config` (config_option in parser.y, Linux 5.10 to 7.2). */

import type {Dialect, OptionLine} from './dialect.ts';
import type {EntryOptions} from './entry-options.ts';
import type {MenuBuilder} from './menu.ts';
import type {SymbolTable} from './model.ts';
import type {SymbolType} from './symbol.ts';
import type {SymbolOptions} from './symbol-options.ts';
import {type Token, token} from './token.ts';
import type {TokenInput} from './token-input.ts';

const types: ReadonlyMap<Token, SymbolType> = new Map<Token, SymbolType>([
  [token.bool, 'bool'],
  [token.tristate, 'tristate'],
  [token.int, 'int'],
  [token.hex, 'hex'],
  [token.string, 'string'],
]);

const optionLines: ReadonlyMap<Token, OptionLine> = new Map<Token, OptionLine>([
  [token.modules, 'modules'],
  [token.defconfigList, 'defconfig_list'],
  [token.allnoconfigY, 'allnoconfig_y'],
]);

/** Reads the options of the current entry, which declares a symbol. */
export class ConfigOptions {
  readonly #input: TokenInput;
  readonly #table: SymbolTable;
  readonly #menu: MenuBuilder;
  readonly #entryOptions: EntryOptions;
  readonly #symbolOptions: SymbolOptions;
  readonly #dialect: Dialect;

  constructor(
    input: TokenInput,
    table: SymbolTable,
    menu: MenuBuilder,
    entryOptions: EntryOptions,
    symbolOptions: SymbolOptions,
    dialect: Dialect,
  ) {
    this.#input = input;
    this.#table = table;
    this.#menu = menu;
    this.#entryOptions = entryOptions;
    this.#symbolOptions = symbolOptions;
    this.#dialect = dialect;
  }

  /** One option; false if the token starts none. */
  read(): boolean {
    const input = this.#input;
    const type = types.get(input.token);
    if (type) {
      this.#entryOptions.type(type);
      return true;
    }
    switch (input.token) {
      case token.default:
        this.#default(undefined);
        return true;
      case token.defBool:
        this.#default('bool');
        return true;
      case token.defTristate:
        this.#default('tristate');
        return true;
      case token.select:
        this.#reverseDependency('select');
        return true;
      case token.imply:
        this.#reverseDependency('imply');
        return true;
      case token.range:
        this.#range();
        return true;
      case token.modules:
        if (!this.#dialect.modulesKeyword) return false;
        input.endOfLine();
        this.#mark('modules', undefined);
        return true;
      case token.option:
        this.#optionLine();
        return true;
      case token.transitional:
        input.endOfLine();
        this.#menu.entry.symbol!.transitional = true;
        return true;
      default:
        return this.#entryOptions.read();
    }
  }

  #default(type: SymbolType | undefined): void {
    const input = this.#input;
    input.advance();
    const value = input.expression();
    const condition = input.conditionHere();
    this.#menu.addDefault(value, condition, input.declaration);
    if (type) this.#menu.setType(this.#menu.entry, type);
  }

  #reverseDependency(kind: 'select' | 'imply'): void {
    const input = this.#input;
    const target = this.#table.declared(input.word());
    const condition = input.condition();
    this.#menu.addSelect(kind, target, condition, input.declaration);
  }

  #range(): void {
    const input = this.#input;
    input.advance();
    const low = input.symbol();
    input.advance();
    const high = input.symbol();
    const condition = input.condition();
    this.#menu.addRange(low, high, condition, input.declaration);
  }

  /** `option modules` and its like. */
  #optionLine(): void {
    const input = this.#input;
    input.advance();
    if (this.#dialect.keywords === 'positional') {
      this.#optionList();
      return;
    }
    const option = optionLines.get(input.token);
    if (!option) {
      const hint = `${this.#dialect.optionLines.join(', ')} are known`;
      throw input.fault('invalid-option', 'invalid option', hint);
    }
    input.endOfLine();
    this.#mark(option, undefined);
  }

  /** The same where options are words that have an argument or not (symbol_option_list of zconf.y, Linux 4.17). */
  #optionList(): void {
    const input = this.#input;
    while (input.token === token.word) {
      const name = input.text;
      let argument: string | undefined;
      if (input.advance() === token.equal) {
        argument = input.quoted();
        input.advance();
      }
      const option = this.#dialect.optionLines.find((known) => known === name);
      if (option) this.#mark(option, argument);
      else this.#menu.warn(input.statement, 'unknown-option', `ignoring unknown option ${name}`);
    }
    input.requireEndOfLine();
  }

  #mark(option: OptionLine, argument: string | undefined): void {
    const fault = this.#symbolOptions.mark(option, argument, this.#input.statement);
    if (fault) this.#input.report(fault);
  }
}
