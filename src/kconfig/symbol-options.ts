/** What marks a symbol: `modules`, and the `option` lines of older releases (menu_add_option, menu.c, Linux 4.17 to 5.10). */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {OptionLine} from './dialect.ts';
import type {MenuBuilder} from './menu.ts';
import type {SymbolTable} from './model.ts';
import {errorAt, type KconfigSources, type Location} from './source.ts';
import type {ConfigSymbol} from './symbol.ts';

export class SymbolOptions {
  readonly #table: SymbolTable;
  readonly #menu: MenuBuilder;
  readonly #environment: KconfigSources['environment'];
  /** Which variable of the environment each symbol marked `option env` takes its value from. */
  readonly #variables = new Map<ConfigSymbol, string>();
  modules: ConfigSymbol | undefined;
  defconfigList: ConfigSymbol | undefined;

  constructor(table: SymbolTable, menu: MenuBuilder, environment: KconfigSources['environment']) {
    this.#table = table;
    this.#menu = menu;
    this.#environment = environment;
  }

  /** Marks the symbol of the current entry; returns what is wrong with that. */
  mark(option: OptionLine, argument: string | undefined, statement: Location): Diagnostic | undefined {
    const symbol = this.#menu.entry.symbol!;
    switch (option) {
      case 'modules': {
        const {modules} = this;
        this.modules = symbol;
        if (!modules) return undefined;
        const message = `symbol '${symbol.name}' redefines option 'modules' already defined by symbol '${modules.name}'`;
        return errorAt(statement, 'modules-redefined', message);
      }
      case 'defconfig_list':
        this.defconfigList ??= symbol;
        this.defconfigList.internal = true;
        if (this.defconfigList === symbol) return undefined;
        return errorAt(statement, 'defconfig-redefined', 'trying to redefine defconfig symbol');
      case 'allnoconfig_y':
        symbol.allnoconfigYes = true;
        return undefined;
      case 'env':
        this.#takeFromEnvironment(symbol, argument ?? '', statement);
        return undefined;
    }
  }

  /** The variables that symbols take their text from, last first (sym_env_list). */
  get environmentRead(): [string, string][] {
    const names = [...this.#variables.values()].reverse();
    return names.map((name) => [name, this.#environment.get(name) ?? '']);
  }

  /** prop_add_env: the variable's text is the default, without the conditions of the entry. */
  #takeFromEnvironment(symbol: ConfigSymbol, variable: string, statement: Location): void {
    const {entry, root} = this.#menu;
    symbol.internal = true;
    const known = this.#variables.get(symbol);
    if (known !== undefined) {
      if (known !== variable)
        this.#menu.warn(entry, 'env-redefined', `redefining environment symbol from ${known}`);
      return;
    }
    this.#variables.set(symbol, variable);
    this.#table.constant(variable);
    const text = this.#environment.get(variable);
    if (text === undefined) {
      this.#menu.warn(entry, 'undefined-variable', `environment variable ${variable} undefined`);
    } else {
      addConstantDefault(this.#table, symbol, text, root, statement);
    }
  }
}

/** sym_add_default: a default that belongs to no menu entry, for which the root stands here. */
export function addConstantDefault(
  table: SymbolTable,
  symbol: ConfigSymbol,
  text: string,
  root: MenuBuilder['root'],
  {file, line}: Location,
): void {
  const value = table.constant(text).expression;
  const property = {kind: 'default', value, node: root, file, line, condition: undefined} as const;
  symbol.properties.push({...property, written: undefined});
  symbol.defaults.push(symbol.properties.at(-1) as (typeof symbol.defaults)[number]);
}
