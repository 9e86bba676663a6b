/** The Kconfig grammar (parser.y, Linux 5.10 to 7.2): tokens to symbols and menu nodes. */

import {badInput, type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {type Dialect, linux61, type OptionLine} from './dialect.ts';
import {EarlyValues} from './early-value.ts';
import type {Expression} from './expression.ts';
import {type ExpressionInput, parseExpression} from './expression-parser.ts';
import {finalizeMenu} from './finalize.ts';
import {isBlankHelp} from './help.ts';
import {Lexer} from './lexer.ts';
import {flavorOf, MacroProcessor} from './macro.ts';
import {MenuBuilder} from './menu.ts';
import {KconfigModel, SymbolTable} from './model.ts';
import {checkModel} from './sanity.ts';
import {errorAt, formatLocation, type KconfigSources, kconfigError} from './source.ts';
import {type ConfigSymbol, constantNo, MenuNode, type SymbolType} from './symbol.ts';
import {addConstantDefault, SymbolOptions} from './symbol-options.ts';
import {type Token, token, tokenText} from './token.ts';

/** Levels of blocks; the C tool stops at 10,000 entries of its parser's stack (YYMAXDEPTH). */
const maximumDepth = 1000;

/** Thrown for a syntax error, and caught where the next statement can be read. */
class SyntaxFault extends Error {}

type Block = {readonly kind: 'menu' | 'choice' | 'if'; readonly inChoice: boolean; readonly node: MenuNode};

const types: ReadonlyMap<Token, SymbolType> = new Map<Token, SymbolType>([
  [token.bool, 'bool'],
  [token.tristate, 'tristate'],
  [token.int, 'int'],
  [token.hex, 'hex'],
  [token.string, 'string'],
]);

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

const optionLines: ReadonlyMap<Token, OptionLine> = new Map<Token, OptionLine>([
  [token.modules, 'modules'],
  [token.defconfigList, 'defconfig_list'],
  [token.allnoconfigY, 'allnoconfig_y'],
]);

/** What may follow the options of an entry, where a fault in these is theirs alone (the look-aheads of zconf.y, Linux 4.17). */
const choiceEnds: ReadonlySet<Token> = new Set([
  token.config,
  token.menuconfig,
  token.comment,
  token.if,
  token.source,
  token.endmenu,
  token.endchoice,
  token.endif,
]);
const menuEnds: ReadonlySet<Token> = new Set([...choiceEnds, token.menu, token.choice]);

/** Options that are told of by name where they stand outside of an entry (option_name of zconf.y, Linux 4.17). */
const namedOptions: ReadonlySet<Token> = new Set([
  token.depends,
  token.prompt,
  token.bool,
  token.tristate,
  token.int,
  token.hex,
  token.string,
  token.select,
  token.imply,
  token.optional,
  token.range,
  token.default,
  token.defBool,
  token.defTristate,
  token.visible,
]);

const entryEnds: ReadonlySet<Token> = new Set([...menuEnds, ...namedOptions, token.end]);

class Parser {
  readonly #dialect: Dialect;
  readonly #lexer: Lexer;
  readonly #table: SymbolTable;
  readonly #menu: MenuBuilder;
  readonly #blocks: Block[] = [];
  readonly #errors: Diagnostic[] = [];
  readonly #sources: KconfigSources;
  readonly #options: SymbolOptions;
  readonly #earlyValues = new EarlyValues();
  /** The choice whose members are being declared, where a choice is a menu (current_choice). */
  #openChoice: ConfigSymbol | undefined;
  #token: Token = token.endOfLine;
  /** Tokens until syntax errors are told of again (yyerrstatus). */
  #recovering = 0;

  readonly #expressionInput: ExpressionInput = {
    token: () => this.#token,
    advance: () => this.#advance(),
    symbol: () => this.#symbol(),
    unexpected: (expected) => this.#unexpected(expected),
    statement: () => this.#lexer.statement,
  };

  readonly #statements: ReadonlyMap<Token, () => void> = new Map([
    [token.config, () => this.#config(false)],
    [token.menuconfig, () => this.#config(true)],
    [token.choice, () => this.#choice()],
    [token.comment, () => this.#comment()],
    [token.menu, () => this.#menuBlock()],
    [token.if, () => this.#if()],
    [token.source, () => this.#source()],
    [token.word, () => this.#assignment()],
    [token.endmenu, () => this.#endBlock('menu')],
    [token.endchoice, () => this.#endBlock('choice')],
    [token.endif, () => this.#endBlock('if')],
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
    this.#table = new SymbolTable(dialect.comparedConstants === 'tristates');
    this.#lexer = new Lexer(file, sources, dialect, (location) => new MacroProcessor(sources, location));
    this.#menu = new MenuBuilder(
      new MenuNode(undefined, undefined, {file, line: 1}),
      sources.warn,
      dialect.vocabulary === '2.6',
    );
    this.#options = new SymbolOptions(this.#table, this.#menu, sources.environment);
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
      if (fault instanceof KbuildError && fault.diagnostics[0] !== this.#errors[0]) {
        for (const diagnostic of fault.diagnostics) this.#sources.error?.(diagnostic);
      }
      throw fault;
    }
  }

  #parse(): KconfigModel {
    for (const name of this.#dialect.toolSymbols) this.#addToolSymbol(name);
    if (this.#isFirst) this.#options.modules = this.#table.config('MODULES');
    this.#parseStatements();
    if (this.#errors.length > 0) throw new KbuildError(exitCode.badInput, ...this.#errors);
    const {root} = this.#menu;
    if (!root.prompt) {
      this.#menu.entry = root;
      this.#menu.addPrompt('menu', this.#dialect.defaultTitle, undefined, root);
    }
    if (!this.#dialect.macros) root.prompt = {...root.prompt!, text: this.#expandSymbols(root.prompt!.text)};
    const modules = this.#options.modules ?? constantNo;
    finalizeMenu(this.#menu, modules, this.#dialect);
    const model = new KconfigModel({
      dialect: this.#dialect,
      symbols: this.#table.all,
      declaredConstants: this.#table.declaredConstants,
      root,
      modules,
      defconfigList: this.#options.defconfigList,
      promptCount: this.#menu.promptCount,
      files: [...this.#lexer.files.values()],
      prefix: this.#sources.environment.get('CONFIG_') ?? this.#dialect.prefix,
      environmentRead: new Map([...this.#lexer.macros.environmentRead, ...this.#options.environmentRead]),
    });
    checkModel(model, this.#sources.warn);
    return model;
  }

  get #isPositional(): boolean {
    return this.#dialect.keywords === 'positional';
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

  get #isFirst(): boolean {
    return this.#dialect.vocabulary === '2.6';
  }

  /** `$SYMBOL` in a title or a file name, where there are no macros. */
  #expandSymbols(text: string): string {
    if (this.#dialect.macros || this.#isFirst) return text;
    return this.#earlyValues.expand(text, (name) => this.#table.find(name));
  }

  #parseStatements(): void {
    this.#advance();
    if (this.#token === token.mainmenu && !this.#isFirst && !this.#mainmenu()) return;
    while (this.#token !== token.end) this.#recover(() => this.#statement());
    if (this.#blocks.length === 0) return;
    if (this.#recovering === 0)
      this.#sources.error?.(errorAt(this.#lexer.statement, 'syntax', 'syntax error'));
    for (const {kind, node} of this.#blocks.toReversed()) {
      const hint = `add \`end${kind}\``;
      this.#report(errorAt(node, 'missing-end', 'missing end statement for this entry', hint));
    }
  }

  /** The title; a fault in it ends the reading, since there is no statement yet to go on after. */
  #mainmenu(): boolean {
    try {
      const text = this.#quoted();
      this.#endOfLine();
      this.#menu.addPrompt('menu', text, undefined, this.#lexer.declaration);
      this.#advance();
      return true;
    } catch (error) {
      if (error instanceof SyntaxFault) return false;
      throw error;
    }
  }

  /**
   * Reads on at the next line after a syntax error, so that one run reports them all, as the C tool's parser does (`error`
   * in parser.y): it passes over a statement with words of its own, and is silent about faults in the next few tokens.
   */
  #recover(parse: () => void): void {
    const told = this.#passedOver();
    try {
      parse();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (this.#isPositional) this.#abandonBlocks();
      if (!this.#skipLine(told)) return;
      this.#advance();
    }
  }

  /** What is said of the statement that starts here if it is passed over. */
  #passedOver(): string {
    const {text} = this.#lexer;
    const isOutside = this.#blocks.length === 0;
    if (this.#isPositional) {
      if (isOutside && this.#token === token.word && !this.#dialect.macros)
        return `unknown statement "${text}"`;
      if (isOutside && namedOptions.has(this.#token)) return `unexpected option "${text}"`;
      return 'invalid statement';
    }
    const inChoice = this.#blocks.at(-1)?.inChoice ?? false;
    return this.#token === token.word && !inChoice ? `unknown statement "${text}"` : 'invalid statement';
  }

  /** Where keywords are positional, only the list of statements around all blocks goes on after a fault. */
  #abandonBlocks(): void {
    for (const {kind, node} of this.#blocks.splice(0).reverse()) {
      this.#report(
        errorAt(node, 'missing-end', 'missing end statement for this entry', `add \`end${kind}\``),
      );
      if (this.#menu.menu === node) this.#menu.closeMenu();
    }
  }

  /** Goes on to the end of the line after a syntax error, and tells of what was there; false if the text ends before. */
  #skipLine(told: string): boolean {
    this.#recovering = 3;
    while (this.#token !== token.endOfLine) {
      if (this.#token === token.end) return false;
      this.#token = this.#lexer.next();
    }
    this.#sources.error?.(errorAt(this.#lexer.statement, 'passed-over', told));
    return true;
  }

  /** One option of an entry. Where keywords are positional, a fault in it passes over its line alone (option_error). */
  #option(parse: () => boolean, ends: ReadonlySet<Token>): boolean {
    if (!this.#isPositional) return parse();
    const word = this.#token === token.word && !this.#dialect.macros ? this.#lexer.text : undefined;
    return this.#lineAlone(word, () => {
      if (parse()) return true;
      const isAssignment = this.#token === token.word;
      const isTitle = this.#token === token.mainmenu && this.#isFirst && ends === entryEnds;
      if (isAssignment || isTitle || ends.has(this.#token)) return false;
      throw this.#fault('invalid-option', 'invalid option');
    });
  }

  /** Takes an option, or the word in its place that starts none; a fault passes over this line alone. */
  #lineAlone(word: string | undefined, parse: () => boolean): boolean {
    try {
      if (word === undefined) return parse();
      this.#advance();
      throw this.#fault('unknown-option', `unknown option "${word}"`);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (!this.#skipLine(word === undefined ? 'invalid option' : `unknown option "${word}"`)) throw error;
      return true;
    }
  }

  /** Goes past a token that was in its place. */
  #advance(): Token {
    const {blankLines} = this.#lexer;
    this.#token = this.#lexer.next();
    const passed = this.#isPositional ? 1 + this.#lexer.blankLines - blankLines : 1;
    this.#recovering = Math.max(0, this.#recovering - passed);
    return this.#token;
  }

  #report(diagnostic: Diagnostic): void {
    this.#errors.push(diagnostic);
    this.#sources.error?.(diagnostic);
  }

  #fault(code: string, message: string, hint?: string): SyntaxFault {
    const diagnostic = errorAt(this.#lexer.statement, code, message, hint);
    this.#errors.push(diagnostic);
    if (this.#recovering === 0) this.#sources.error?.({...diagnostic, code: 'syntax'});
    return new SyntaxFault();
  }

  /** What is a warning in some releases and an error in others. */
  #reportFault(code: string, message: string): void {
    if (this.#dialect.helpAndPromptFaults === 'warning')
      this.#menu.warn(this.#lexer.statement, code, message);
    else this.#report(errorAt(this.#lexer.statement, code, message));
  }

  /** Goes on to the end of the line. */
  #endOfLine(): void {
    this.#advance();
    this.#requireEndOfLine();
  }

  #requireEndOfLine(): void {
    if (this.#token !== token.endOfLine) this.#unexpected('the end of the line');
  }

  #unexpected(expected: string): never {
    const {text} = this.#lexer;
    const found =
      this.#token === token.word
        ? `"${text}"`
        : this.#token === token.quoted
          ? `the quoted text "${text}"`
          : tokenText(this.#token);
    throw this.#fault('syntax', `syntax error: expected ${expected}, found ${found}`);
  }

  #word(): string {
    if (this.#advance() !== token.word) this.#unexpected('a name');
    return this.#lexer.text;
  }

  #quoted(): string {
    this.#advance();
    if (!this.#isText) this.#unexpected('a text in quotes');
    return this.#lexer.text;
  }

  /** Whether the current token is a text: where keywords are positional, any word is. */
  get #isText(): boolean {
    return this.#token === token.quoted || (this.#isPositional && this.#token === token.word);
  }

  /** One statement, from its first token to the first token of the next one. */
  #statement(): void {
    const inChoice = this.#blocks.at(-1)?.inChoice ?? false;
    const isOutside = this.#blocks.length === 0;
    if (this.#token === token.mainmenu && this.#isFirst && isOutside) {
      this.#quoted();
      this.#endOfLine();
      this.#advance();
      return;
    }
    const allowed = this.#isPositional ? allowedInOldChoice : allowedInChoice;
    const parse = inChoice && !allowed.has(this.#token) ? undefined : this.#statements.get(this.#token);
    const isUnknown = this.#token === token.word && this.#isPositional && !this.#dialect.macros;
    if (!parse || isUnknown) {
      const told = this.#passedOver();
      // The old parser has taken the word before it finds that nothing can follow.
      if (told !== 'invalid statement' && this.#isPositional) this.#advance();
      throw this.#fault('invalid-statement', told);
    }
    parse();
  }

  #assignment(): void {
    const name = this.#lexer.text;
    const operator = this.#advance();
    const flavor = flavorOf(operator);
    if (!flavor) throw this.#fault('unknown-statement', `unknown statement "${name}"`);
    let value = '';
    if (this.#advance() === token.assignedText) {
      value = this.#lexer.text;
      this.#advance();
    }
    this.#requireEndOfLine();
    this.#lexer.macros.assign(name, value, flavor);
    this.#advance();
  }

  #source(): void {
    const name = this.#quoted();
    this.#endOfLine();
    this.#lexer.enter(this.#expandSymbols(name));
    this.#advance();
  }

  #openBlock(kind: Block['kind'], inChoice: boolean): void {
    if (this.#blocks.length >= maximumDepth) {
      throw kconfigError(this.#menu.entry, 'nested-too-deep', 'blocks are nested too deep');
    }
    this.#menu.openMenu();
    this.#blocks.push({kind, inChoice, node: this.#menu.menu});
  }

  /** zconf_endtoken. After a wrong end the menu stays open, though its block is closed. */
  #endBlock(kind: Block['kind']): void {
    const block = this.#blocks.at(-1);
    if (!block && this.#isPositional) {
      this.#endOfLine();
      this.#report(errorAt(this.#lexer.statement, 'unexpected-end', 'unexpected end statement'));
      this.#advance();
      return;
    }
    if (!block) throw this.#fault('unexpected-end', `unexpected 'end${kind}' outside of a block`);
    this.#endOfLine();
    this.#blocks.pop();
    if (block.kind === 'choice') this.#openChoice = undefined;
    const {statement} = this.#lexer;
    const {menu} = this.#menu;
    const word = this.#isPositional ? `end${kind}` : kind;
    if (block.kind !== kind) {
      const message = `unexpected '${word}' within ${block.kind} block`;
      const hint = `the ${block.kind} opened at ${formatLocation(block.node)} is still open`;
      this.#report(errorAt(statement, 'unexpected-end', message, hint));
    } else if (menu.file !== this.#lexer.file) {
      const message = `'${word}' in different file than '${kind}'`;
      const hint = `the ${kind} was opened at ${formatLocation(menu)}`;
      this.#report(errorAt(statement, 'end-in-other-file', message, hint));
      this.#sources.error?.(errorAt(menu, 'passed-over', `location of the '${kind}'`));
    } else {
      this.#menu.closeMenu();
    }
    this.#advance();
  }

  #config(isMenu: boolean): void {
    const symbol = this.#table.declared(this.#word());
    this.#endOfLine();
    this.#menu.addEntry(symbol, this.#lexer.declaration);
    for (;;) {
      this.#advance();
      if (!this.#option(() => this.#configOption(), entryEnds)) break;
    }
    if (!isMenu) {
      if (this.#openChoice) this.#addMember(this.#openChoice);
      return;
    }
    const {prompt} = this.#menu.entry;
    if (prompt) prompt.kind = 'menu';
    else this.#reportFault('menuconfig-without-prompt', 'menuconfig statement without prompt');
  }

  /** The conditions on a member where a choice is a menu (config_stmt). */
  #addMember(choice: ConfigSymbol): void {
    const {entry} = this.#menu;
    const member = entry.symbol!;
    if (!entry.prompt) this.#report(errorAt(entry, 'choice-member', 'choice member must have a prompt'));
    if (member.type !== 'bool') this.#report(errorAt(entry, 'choice-member', 'choice member must be bool'));
    // A symbol is a member once, and of the first choice (list_empty of choice_link).
    if (member.choice) return;
    choice.members.push(member);
    member.choice = choice;
  }

  /** One option of a `config`; false if the token starts none. */
  #configOption(): boolean {
    const type = types.get(this.#token);
    if (type) {
      this.#typeOption(type);
      return true;
    }
    switch (this.#token) {
      case token.default:
        this.#defaultOption(undefined);
        return true;
      case token.defBool:
        this.#defaultOption('bool');
        return true;
      case token.defTristate:
        this.#defaultOption('tristate');
        return true;
      case token.select:
      case token.imply: {
        const kind = this.#token === token.select ? 'select' : 'imply';
        const target = this.#table.declared(this.#word());
        const condition = this.#condition();
        this.#menu.addSelect(kind, target, condition, this.#lexer.declaration);
        return true;
      }
      case token.range: {
        this.#advance();
        const low = this.#symbol();
        this.#advance();
        const high = this.#symbol();
        const condition = this.#condition();
        this.#menu.addRange(low, high, condition, this.#lexer.declaration);
        return true;
      }
      case token.modules:
        if (!this.#dialect.modulesKeyword) return false;
        this.#endOfLine();
        this.#markOption('modules', undefined);
        return true;
      case token.option:
        this.#optionLine();
        return true;
      case token.transitional:
        this.#endOfLine();
        this.#menu.entry.symbol!.transitional = true;
        return true;
      default:
        return this.#commonOption();
    }
  }

  /** What a `config` and a `choice` may both say. */
  #commonOption(): boolean {
    switch (this.#token) {
      case token.prompt:
        this.#promptOption();
        return true;
      case token.depends:
      case token.requires:
        this.#depends();
        return true;
      case token.help:
        this.#help();
        return true;
      default:
        return false;
    }
  }

  #typeOption(type: SymbolType): void {
    this.#advance();
    // The prompt is declared before the end of the line is seen to be missing (prompt_stmt_opt).
    if (this.#isText) {
      const {text} = this.#lexer;
      this.#advance();
      const condition = this.#ifExpression();
      this.#menu.addPrompt('prompt', text, condition, this.#lexer.declaration);
    }
    this.#requireEndOfLine();
    this.#menu.setType(this.#menu.entry, type);
  }

  #promptOption(): void {
    const text = this.#quoted();
    const condition = this.#condition();
    this.#menu.addPrompt('prompt', text, condition, this.#lexer.declaration);
  }

  #defaultOption(type: SymbolType | undefined): void {
    this.#advance();
    const value = this.#expression();
    const condition = this.#conditionHere();
    this.#menu.addDefault(value, condition, this.#lexer.declaration);
    if (type) this.#menu.setType(this.#menu.entry, type);
  }

  #markOption(option: OptionLine, argument: string | undefined): void {
    const fault = this.#options.mark(option, argument, this.#lexer.statement);
    if (fault) this.#report(fault);
  }

  /** `option modules` and its like. */
  #optionLine(): void {
    this.#advance();
    if (this.#isPositional) {
      this.#optionList();
      return;
    }
    const option = optionLines.get(this.#token);
    if (!option) {
      const hint = `${this.#dialect.optionLines.join(', ')} are known`;
      throw this.#fault('invalid-option', 'invalid option', hint);
    }
    this.#endOfLine();
    this.#markOption(option, undefined);
  }

  /** The same where options are words that have an argument or not (symbol_option_list of zconf.y, Linux 4.17). */
  #optionList(): void {
    while (this.#token === token.word) {
      const name = this.#lexer.text;
      let argument: string | undefined;
      if (this.#advance() === token.equal) {
        argument = this.#quoted();
        this.#advance();
      }
      const option = this.#dialect.optionLines.find((known) => known === name);
      if (option) this.#markOption(option, argument);
      else this.#menu.warn(this.#lexer.statement, 'unknown-option', `ignoring unknown option ${name}`);
    }
    this.#requireEndOfLine();
  }

  get #startsDependency(): boolean {
    return this.#token === token.depends || this.#token === token.requires;
  }

  #depends(): void {
    const isShort = this.#token === token.requires;
    if (this.#advance() === token.on && !isShort) this.#advance();
    else if (!this.#isFirst) this.#unexpected('`on`');
    const expression = this.#expression();
    let condition: Expression | undefined;
    if (this.#dialect.conditionalDepends) condition = this.#conditionHere();
    else this.#requireEndOfLine();
    this.#menu.addDependency(expression, condition, this.#lexer.declaration);
  }

  #help(): void {
    this.#endOfLine();
    const help = this.#lexer.help();
    const {entry} = this.#menu;
    const {displayName} = entry.symbol!;
    const isError = this.#dialect.helpAndPromptFaults === 'error';
    if (this.#isFirst) {
      entry.help = help;
      return;
    }
    if (entry.help) {
      const rest = isError ? '' : ' -- only the last one will be used';
      this.#reportFault('help-redefined', `'${displayName}' defined with more than one help text${rest}`);
    }
    if (isBlankHelp(help)) this.#reportFault('blank-help', `'${displayName}' defined with blank help text`);
    entry.help = help;
  }

  #choice(): void {
    let name: string | undefined;
    const isMenu = this.#dialect.choices === 'menus';
    if (this.#advance() === token.word && !isMenu && !this.#isFirst) {
      name = this.#lexer.text;
      this.#advance();
    }
    this.#requireEndOfLine();
    this.#menu.addEntry(this.#table.choice(name), this.#lexer.declaration);
    if (isMenu) this.#menu.setType(this.#menu.entry, 'bool');
    for (;;) {
      this.#advance();
      if (!this.#option(() => this.#choiceOption(), choiceEnds)) break;
    }
    const {entry} = this.#menu;
    if (isMenu) {
      if (!entry.prompt) this.#report(errorAt(entry, 'no-prompt', 'choice must have a prompt'));
      this.#openChoice = entry.symbol;
    }
    this.#openBlock('choice', true);
  }

  /** An option that no choice has is a fault, which is found after its line and takes the next one with it (YYERROR). */
  #refuseOption(): never {
    this.#requireEndOfLine();
    const fault = errorAt(
      this.#lexer.statement,
      'invalid-option',
      'invalid option',
      'a choice is bool or tristate',
    );
    this.#errors.push(fault);
    this.#advance();
    throw new SyntaxFault();
  }

  #wrongType(): never {
    this.#advance();
    if (this.#isText) {
      const text = this.#lexer.text;
      this.#advance();
      this.#menu.addPrompt('prompt', text, this.#ifExpression(), this.#lexer.declaration);
    }
    return this.#refuseOption();
  }

  #typedDefault(): never {
    this.#table.config(this.#word());
    this.#condition();
    return this.#refuseOption();
  }

  #choiceOption(): boolean {
    switch (this.#token) {
      case token.int:
      case token.hex:
      case token.string:
        if (!this.#isPositional) return false;
        return this.#wrongType();
      case token.defBool:
      case token.defTristate:
        if (!this.#isPositional) return false;
        return this.#typedDefault();
      case token.bool:
        if (this.#dialect.choicePrompt === 'prompt') return false;
        if (this.#dialect.choicePrompt === 'bool') this.#promptOption();
        else this.#typeOption('bool');
        return true;
      case token.tristate:
        if (this.#dialect.choicePrompt !== 'logical') return false;
        this.#typeOption('tristate');
        return true;
      case token.optional:
        this.#endOfLine();
        this.#menu.entry.symbol!.optional = true;
        return true;
      case token.default: {
        const member = this.#table.config(this.#word());
        const condition = this.#condition();
        this.#menu.addDefault(member.expression, condition, this.#lexer.declaration);
        return true;
      }
      default:
        return this.#commonOption();
    }
  }

  #if(): void {
    const inChoice = !this.#isPositional && (this.#blocks.at(-1)?.inChoice ?? false);
    this.#advance();
    const condition = this.#expression();
    this.#requireEndOfLine();
    if (this.#dialect.ifPlace === 'next') this.#advance();
    this.#menu.addEntry(undefined, this.#lexer.declaration);
    this.#menu.addDependency(condition, undefined, this.#lexer.declaration);
    this.#openBlock('if', inChoice);
    if (this.#dialect.ifPlace === 'itself') this.#advance();
  }

  #menuBlock(): void {
    const text = this.#quoted();
    this.#endOfLine();
    this.#menu.addEntry(undefined, this.#lexer.declaration);
    this.#menu.addPrompt('menu', text, undefined, this.#lexer.declaration);
    let hasDependency = false;
    // Where keywords are positional, the visibility comes first (menu_entry of zconf.y, Linux 4.17).
    const isVisibility = () => this.#token === token.visible && !(hasDependency && this.#isPositional);
    for (this.#advance(); ; this.#advance()) {
      if (isVisibility()) hasDependency = !this.#visibility();
      else if (this.#option(() => this.#dependency(), menuEnds)) hasDependency = true;
      else break;
    }
    this.#openBlock('menu', false);
  }

  /**
   * A visibility; false if it is the last. Where keywords are positional its line need not end after it: what follows
   * stands in the place of an option (visible of zconf.y, Linux 4.17).
   */
  #visibility(): boolean {
    this.#advance();
    this.#menu.addVisibility(this.#ifExpression(), this.#lexer.declaration);
    if (!this.#isPositional) this.#requireEndOfLine();
    if (this.#token === token.endOfLine) return true;
    const word = this.#token === token.word ? this.#lexer.text : undefined;
    this.#lineAlone(word, () => {
      throw this.#fault('invalid-option', 'invalid option');
    });
    return false;
  }

  #comment(): void {
    const text = this.#quoted();
    this.#endOfLine();
    this.#menu.addEntry(undefined, this.#lexer.declaration);
    this.#menu.addPrompt('comment', text, undefined, this.#lexer.declaration);
    do this.#advance();
    while (this.#option(() => this.#dependency(), entryEnds));
  }

  #dependency(): boolean {
    if (!this.#startsDependency) return false;
    this.#depends();
    return true;
  }

  /** An optional `if` and the end of the line after it. */
  #condition(): Expression | undefined {
    this.#advance();
    return this.#conditionHere();
  }

  #conditionHere(): Expression | undefined {
    const condition = this.#ifExpression();
    this.#requireEndOfLine();
    return condition;
  }

  #ifExpression(): Expression | undefined {
    if (this.#token !== token.if) return undefined;
    this.#advance();
    return this.#expression();
  }

  /** The symbol or constant at the current token. */
  #symbol(): ConfigSymbol {
    if (this.#token === token.word) return this.#table.config(this.#lexer.text);
    if (this.#token === token.quoted) return this.#table.constant(this.#lexer.text);
    return this.#unexpected('a symbol');
  }

  /** An expression up to the first token after it. */
  #expression(): Expression {
    return parseExpression(this.#expressionInput);
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
