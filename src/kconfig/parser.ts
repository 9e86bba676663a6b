/** The statements of the Kconfig grammar (parser.y, Linux 5.10 to 7.2): tokens to symbols and menu nodes. */

import {badInput, exitCode, KbuildError} from '../base/diagnostic.ts';
import {Blocks} from './blocks.ts';
import {ChoiceOptions} from './choice-options.ts';
import {ConfigOptions} from './config-options.ts';
import {type Dialect, linux61} from './dialect.ts';
import {EarlyValues} from './early-value.ts';
import {EntryOptions} from './entry-options.ts';
import {finalizeMenu} from './finalize.ts';
import {Lexer} from './lexer.ts';
import {flavorOf, MacroProcessor} from './macro.ts';
import {MenuBuilder} from './menu.ts';
import {KconfigModel, SymbolTable} from './model.ts';
import {checkModel} from './sanity.ts';
import {errorAt, type KconfigSources, kconfigError} from './source.ts';
import {type ConfigSymbol, constantNo, MenuNode} from './symbol.ts';
import {addConstantDefault, SymbolOptions} from './symbol-options.ts';
import {choiceEnds, entryEnds, menuEnds, SyntaxRecovery} from './syntax-recovery.ts';
import {type Token, token} from './token.ts';
import {SyntaxFault, TokenInput} from './token-input.ts';

const allowedInChoice: ReadonlySet<Token> = new Set([
  token.config,
  token.comment,
  token.if,
  token.endmenu,
  token.endchoice,
  token.endif,
]);

/** What a choice may hold where keywords are positional (choice_block of zconf.y, Linux 4.17). */
const allowedInOldChoice: ReadonlySet<Token> = new Set([
  ...allowedInChoice,
  token.menuconfig,
  token.source,
  token.word,
]);

class Parser {
  readonly #dialect: Dialect;
  readonly #isPositional: boolean;
  /** Whether the tool is that of Linux 2.6.16, whose words are others. */
  readonly #isFirst: boolean;
  readonly #sources: KconfigSources;
  readonly #lexer: Lexer;
  readonly #input: TokenInput;
  readonly #table: SymbolTable;
  readonly #menu: MenuBuilder;
  readonly #blocks: Blocks;
  readonly #recovery: SyntaxRecovery;
  readonly #entryOptions: EntryOptions;
  readonly #configOptions: ConfigOptions;
  readonly #choiceOptions: ChoiceOptions;
  readonly #symbolOptions: SymbolOptions;
  readonly #earlyValues = new EarlyValues();

  readonly #statements: ReadonlyMap<Token, () => void> = new Map([
    [token.config, () => this.#config(false)],
    [token.menuconfig, () => this.#config(true)],
    [token.choice, () => this.#choice()],
    [token.comment, () => this.#comment()],
    [token.menu, () => this.#menuBlock()],
    [token.if, () => this.#if()],
    [token.source, () => this.#source()],
    [token.word, () => this.#assignment()],
    [token.endmenu, () => this.#blocks.end('menu')],
    [token.endchoice, () => this.#blocks.end('choice')],
    [token.endif, () => this.#blocks.end('if')],
  ]);

  constructor(root: string, sources: KconfigSources, dialect: Dialect) {
    const text = sources.readFile(root);
    if (text === undefined) {
      const message = `can't find file ${root}`;
      throw new KbuildError(exitCode.badInput, {severity: 'error', code: 'missing-file', message});
    }
    const file = {name: root, text};
    this.#sources = sources;
    this.#dialect = dialect;
    this.#isPositional = dialect.keywords === 'positional';
    this.#isFirst = dialect.vocabulary === '2.6';
    this.#table = new SymbolTable(dialect.comparedConstants === 'tristates');
    this.#lexer = new Lexer(file, sources, dialect, (location) => new MacroProcessor(sources, location));
    const rootNode = new MenuNode(undefined, undefined, {file, line: 1});
    this.#menu = new MenuBuilder(rootNode, sources.warn, this.#isFirst);
    const input = new TokenInput(this.#lexer, this.#table, sources, dialect);
    this.#input = input;
    this.#blocks = new Blocks(input, this.#lexer, this.#menu, sources, dialect);
    this.#recovery = new SyntaxRecovery(input, this.#blocks, dialect);
    this.#symbolOptions = new SymbolOptions(this.#table, this.#menu, sources.environment);
    const common = new EntryOptions(input, this.#lexer, this.#menu, dialect);
    this.#entryOptions = common;
    this.#configOptions = new ConfigOptions(
      input,
      this.#table,
      this.#menu,
      common,
      this.#symbolOptions,
      dialect,
    );
    this.#choiceOptions = new ChoiceOptions(input, this.#table, this.#menu, common, dialect);
  }

  /** conf_parse, with what the JavaScript stack does not hold reported as a fault of the input. */
  parse(): KconfigModel {
    try {
      return this.#parse();
    } catch (error) {
      const fault =
        error instanceof RangeError
          ? kconfigError(this.#menu.entry, 'nested-too-deep', 'dependencies are nested too deep')
          : error;
      // What was collected has been told of; what ends the reading at once has not.
      if (fault instanceof KbuildError && fault.diagnostics[0] !== this.#input.errors[0]) {
        for (const diagnostic of fault.diagnostics) this.#sources.error?.(diagnostic);
      }
      throw fault;
    }
  }

  #parse(): KconfigModel {
    for (const name of this.#dialect.toolSymbols) this.#addToolSymbol(name);
    if (this.#isFirst) this.#symbolOptions.modules = this.#table.config('MODULES');
    this.#parseStatements();
    if (this.#input.errors.length > 0) throw new KbuildError(exitCode.badInput, ...this.#input.errors);
    const {root} = this.#menu;
    if (!root.prompt) {
      this.#menu.entry = root;
      this.#menu.addPrompt('menu', this.#dialect.defaultTitle, undefined, root);
    }
    if (!this.#dialect.macros) root.prompt = {...root.prompt!, text: this.#expandSymbols(root.prompt!.text)};
    const modules = this.#symbolOptions.modules ?? constantNo;
    finalizeMenu(this.#menu, modules, this.#dialect);
    const model = new KconfigModel({
      dialect: this.#dialect,
      symbols: this.#table.all,
      declaredConstants: this.#table.declaredConstants,
      root,
      modules,
      defconfigList: this.#symbolOptions.defconfigList,
      promptCount: this.#menu.promptCount,
      files: [...this.#lexer.files.values()],
      prefix: this.#sources.environment.get('CONFIG_') ?? this.#dialect.prefix,
      environmentRead: new Map([
        ...this.#lexer.macros.environmentRead,
        ...this.#symbolOptions.environmentRead,
      ]),
    });
    checkModel(model, this.#sources.warn);
    return model;
  }

  /** sym_init. */
  #addToolSymbol(name: string): void {
    const symbol = this.#table.config(name);
    symbol.type = 'string';
    symbol.internal = true;
    const {root} = this.#menu;
    const {environment, kernelRelease} = this.#sources;
    const text = name === 'UNAME_RELEASE' ? (kernelRelease ?? '') : environment.get(name);
    if (text !== undefined) addConstantDefault(this.#table, symbol, text, root, root);
  }

  /** `$SYMBOL` in a title or a file name, where there are no macros. */
  #expandSymbols(text: string): string {
    if (this.#dialect.macros || this.#isFirst) return text;
    return this.#earlyValues.expand(text, (name) => this.#table.find(name));
  }

  #parseStatements(): void {
    const input = this.#input;
    input.advance();
    if (input.token === token.mainmenu && !this.#isFirst && !this.#mainmenu()) return;
    while (input.token !== token.end) this.#recovery.statement(() => this.#statement());
    this.#blocks.requireEnds();
  }

  /** The title; a fault in it ends the reading, since there is no statement yet to go on after. */
  #mainmenu(): boolean {
    const input = this.#input;
    try {
      const text = input.quoted();
      input.endOfLine();
      this.#menu.addPrompt('menu', text, undefined, input.declaration);
      input.advance();
      return true;
    } catch (error) {
      if (error instanceof SyntaxFault) return false;
      throw error;
    }
  }

  /** One statement, from its first token to the first token of the next one. */
  #statement(): void {
    const input = this.#input;
    const {inChoice, isOutside} = this.#blocks;
    if (input.token === token.mainmenu && this.#isFirst && isOutside) {
      input.quoted();
      input.endOfLine();
      input.advance();
      return;
    }
    const allowed = this.#isPositional ? allowedInOldChoice : allowedInChoice;
    const parse = inChoice && !allowed.has(input.token) ? undefined : this.#statements.get(input.token);
    const isUnknown = input.token === token.word && this.#isPositional && !this.#dialect.macros;
    if (!parse || isUnknown) {
      const told = this.#recovery.passedOver();
      // The old parser has taken the word before it finds that nothing can follow.
      if (told !== 'invalid statement' && this.#isPositional) input.advance();
      throw input.fault('invalid-statement', told);
    }
    parse();
  }

  #assignment(): void {
    const input = this.#input;
    const name = input.text;
    const operator = input.advance();
    const flavor = flavorOf(operator);
    if (!flavor) throw input.fault('unknown-statement', `unknown statement "${name}"`);
    let value = '';
    if (input.advance() === token.assignedText) {
      value = input.text;
      input.advance();
    }
    input.requireEndOfLine();
    this.#lexer.macros.assign(name, value, flavor);
    input.advance();
  }

  #source(): void {
    const input = this.#input;
    const name = input.quoted();
    input.endOfLine();
    this.#lexer.enter(this.#expandSymbols(name));
    input.advance();
  }

  #config(isMenu: boolean): void {
    const input = this.#input;
    const symbol = this.#table.declared(input.word());
    input.endOfLine();
    this.#menu.addEntry(symbol, input.declaration);
    this.#options(() => this.#configOptions.read(), entryEnds);
    if (!isMenu) {
      if (this.#blocks.openChoice) this.#addMember(this.#blocks.openChoice);
      return;
    }
    const {prompt} = this.#menu.entry;
    if (prompt) prompt.kind = 'menu';
    else input.reportFault('menuconfig-without-prompt', 'menuconfig statement without prompt');
  }

  /** The conditions on a member where a choice is a menu (config_stmt). */
  #addMember(choice: ConfigSymbol): void {
    const {entry} = this.#menu;
    const member = entry.symbol!;
    if (!entry.prompt)
      this.#input.report(errorAt(entry, 'choice-member', 'choice member must have a prompt'));
    if (member.type !== 'bool')
      this.#input.report(errorAt(entry, 'choice-member', 'choice member must be bool'));
    // A symbol is a member once, and of the first choice (list_empty of choice_link).
    if (member.choice) return;
    choice.members.push(member);
    member.choice = choice;
  }

  #choice(): void {
    const input = this.#input;
    let name: string | undefined;
    const isMenu = this.#dialect.choices === 'menus';
    if (input.advance() === token.word && !isMenu && !this.#isFirst) {
      name = input.text;
      input.advance();
    }
    input.requireEndOfLine();
    this.#menu.addEntry(this.#table.choice(name), input.declaration);
    if (isMenu) this.#menu.setType(this.#menu.entry, 'bool');
    this.#options(() => this.#choiceOptions.read(), choiceEnds);
    const {entry} = this.#menu;
    if (isMenu) {
      if (!entry.prompt) input.report(errorAt(entry, 'no-prompt', 'choice must have a prompt'));
      this.#blocks.openChoice = entry.symbol;
    }
    this.#blocks.open('choice', true);
  }

  #if(): void {
    const input = this.#input;
    const inChoice = !this.#isPositional && this.#blocks.inChoice;
    input.advance();
    const condition = input.expression();
    input.requireEndOfLine();
    if (this.#dialect.ifPlace === 'next') input.advance();
    this.#menu.addEntry(undefined, input.declaration);
    this.#menu.addDependency(condition, undefined, input.declaration);
    this.#blocks.open('if', inChoice);
    if (this.#dialect.ifPlace === 'itself') input.advance();
  }

  #menuBlock(): void {
    const input = this.#input;
    const text = input.quoted();
    input.endOfLine();
    this.#menu.addEntry(undefined, input.declaration);
    this.#menu.addPrompt('menu', text, undefined, input.declaration);
    let hasDependency = false;
    // Where keywords are positional, the visibility comes first (menu_entry of zconf.y, Linux 4.17).
    const isVisibility = () => input.token === token.visible && !(hasDependency && this.#isPositional);
    for (input.advance(); ; input.advance()) {
      if (isVisibility()) hasDependency = !this.#visibility();
      else if (this.#recovery.option(() => this.#entryOptions.dependency(), menuEnds)) hasDependency = true;
      else break;
    }
    this.#blocks.open('menu', false);
  }

  /**
   * A visibility; false if it is the last. Where keywords are positional its line need not end after it: what follows
   * stands in the place of an option (visible of zconf.y, Linux 4.17).
   */
  #visibility(): boolean {
    const input = this.#input;
    input.advance();
    this.#menu.addVisibility(input.ifExpression(), input.declaration);
    if (!this.#isPositional) input.requireEndOfLine();
    if (input.token === token.endOfLine) return true;
    const word = input.token === token.word ? input.text : undefined;
    this.#recovery.lineAlone(word, () => {
      throw input.fault('invalid-option', 'invalid option');
    });
    return false;
  }

  #comment(): void {
    const input = this.#input;
    const text = input.quoted();
    input.endOfLine();
    this.#menu.addEntry(undefined, input.declaration);
    this.#menu.addPrompt('comment', text, undefined, input.declaration);
    this.#options(() => this.#entryOptions.dependency(), entryEnds);
  }

  /** The options of the entry that is declared, up to the first token after them. */
  #options(read: () => boolean, ends: ReadonlySet<Token>): void {
    do this.#input.advance();
    while (this.#recovery.option(read, ends));
  }
}

/**
 * Reads a tree's Kconfig files from `root` on (conf_parse of parser.y, Linux 6.1).
 *
 * @throws {KbuildError} exit 2, with the place, on syntax errors, missing files, inclusion loops and recursive
 * dependencies.
 */
export function parseKconfig(
  root: string,
  sources: KconfigSources,
  dialect: Dialect = linux61,
): KconfigModel {
  if (dialect.implementation !== 'conf') {
    const hint = 'parseKconfiglib reads such a tree';
    throw badInput('other-tool', `the tool of ${dialect.name} is not conf`, {hint});
  }
  return new Parser(root, sources, dialect).parse();
}
