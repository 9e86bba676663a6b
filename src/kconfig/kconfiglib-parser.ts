/** Blocks, properties and expressions (_parse_block to _parse_factor of kconfiglib.py 14.1.0, configdefault of Zephyr's). */

import type {Dialect} from './dialect.ts';
import {finalizeKconfiglib} from './kconfiglib-finalize.ts';
import {
  conjunction,
  disjunction,
  KconfiglibChoice,
  type KconfiglibExpression,
  type KconfiglibModel,
  KconfiglibNode,
  KconfiglibSymbol,
  type KconfiglibType,
  mod,
  type Relation,
  yes,
} from './kconfiglib-model.ts';
import {nameAndPlaces} from './kconfiglib-printed.ts';
import {KconfiglibReader, type Keyword} from './kconfiglib-reader.ts';
import {type KconfiglibSources, kconfiglibError} from './kconfiglib-sources.ts';
import {expandTabs, isBlank, strip, stripEnd, stripStart} from './kconfiglib-text.ts';

const relations: ReadonlySet<string> = new Set<Relation>(['=', '!=', '<', '<=', '>', '>=']);

/**
 * Reads a tree as Kconfiglib does. Warnings go to `sources.warn`, each a text as Kconfiglib prints it, place included; what
 * `$(info)` says is a note.
 *
 * @throws {KbuildError} the KconfigError, in Kconfiglib's words
 */
export function parseKconfiglib(root: string, sources: KconfiglibSources, dialect: Dialect): KconfiglibModel {
  return new KconfiglibParser(root, sources, dialect).model();
}

class KconfiglibParser {
  readonly #reader: KconfiglibReader;
  readonly #sources: KconfiglibSources;
  readonly #dialect: Dialect;
  readonly #root: KconfiglibNode;
  readonly #modules: KconfiglibSymbol;
  readonly #defined = new Set<KconfiglibSymbol>();
  readonly #choices = new Set<KconfiglibChoice>();
  readonly #namedChoices = new Map<string, KconfiglibChoice>();
  #defconfigList: KconfiglibSymbol | undefined;

  constructor(root: string, sources: KconfiglibSources, dialect: Dialect) {
    this.#sources = sources;
    this.#dialect = dialect;
    this.#reader = new KconfiglibReader(root, sources, dialect.configDefault);
    this.#modules = this.#reader.symbol('MODULES');
    this.#root = new KconfiglibNode('menu', {file: root, line: 1}, undefined);
    this.#root.isMenuconfig = true;
    this.#root.prompt = {text: 'Main menu', condition: yes};
  }

  model(): KconfiglibModel {
    this.#parseBlock(undefined, this.#root, this.#root).next = undefined;
    this.#root.list = this.#root.next;
    this.#root.next = undefined;
    const {environment, warn} = this.#sources;
    const model: KconfiglibModel = {
      root: this.#root,
      symbols: this.#reader.symbols,
      defined: [...this.#defined],
      choices: [...this.#choices],
      modules: this.#modules,
      defconfigList: this.#defconfigList,
      count: this.#reader.count,
      files: this.#reader.files,
      environmentRead: this.#reader.preprocessor.environmentRead,
      prefix: environment.get('CONFIG_') ?? 'CONFIG_',
      configHeading: environment.get('KCONFIG_CONFIG_HEADER') ?? '',
      headerHeading: environment.get('KCONFIG_AUTOHEADER_HEADER') ?? '',
    };
    const isAsked =
      environment.get('KCONFIG_WARN_UNDEF') === 'y' || environment.get('KCONFIG_STRICT') === 'y';
    finalizeKconfiglib(model, {warn, warnsOfUndefined: isAsked});
    return model;
  }

  /** Reads up to the keyword that ends the block, or to the end of the file; returns the last node. */
  #parseBlock(end: Keyword | undefined, parent: KconfiglibNode, before: KconfiglibNode): KconfiglibNode {
    const reader: KconfiglibReader = this.#reader;
    let last = before;
    const add = (node: KconfiglibNode) => {
      last.next = node;
      last = node;
    };
    while (reader.next()) {
      const [first] = reader.tokens;
      if (!first) continue;
      if (first.kind !== 'keyword') reader.fail('unrecognized construct');
      if (first.name === end) {
        if (reader.tokens[1]) this.#failAtExtra();
        last.next = undefined;
        return last;
      }
      switch (first.name) {
        case 'config':
        case 'menuconfig':
        case 'configdefault':
          add(this.#parseConfig(first.name, parent));
          break;
        case 'source':
        case 'osource':
        case 'rsource':
        case 'orsource':
          for (const file of this.#sourced(first.name)) {
            reader.enter(file);
            last = this.#parseBlock(undefined, parent, last);
            reader.leave();
          }
          break;
        case 'if':
        case 'menu':
        case 'choice':
          add(this.#parseContainer(first.name, parent));
          break;
        case 'comment': {
          const node = new KconfiglibNode('comment', reader.location, parent);
          node.prompt = {text: this.#lastText(), condition: yes};
          this.#parseProperties(node);
          add(node);
          break;
        }
        case 'mainmenu':
          this.#root.prompt = {text: this.#lastText(), condition: yes};
          break;
        default: {
          const opening = {endchoice: 'choice', endif: 'if', endmenu: 'menu'}[first.name as 'endif'];
          reader.fail(opening === undefined ? 'unrecognized construct' : `no corresponding '${opening}'`);
        }
      }
    }
    if (end) throw kconfiglibError(`error: expected '${end}' at end of '${reader.now.file}'`);
    return last;
  }

  #parseConfig(keyword: Keyword, parent: KconfiglibNode): KconfiglibNode {
    const reader: KconfiglibReader = this.#reader;
    const [, symbol, rest] = reader.tokens;
    if (symbol?.kind !== 'symbol' || symbol.isConstant) reader.fail('missing or bad symbol name');
    if (rest) this.#failAtExtra();
    this.#defined.add(symbol);
    const node = new KconfiglibNode(symbol, reader.location, parent);
    node.isMenuconfig = keyword === 'menuconfig';
    node.isConfigDefault = keyword === 'configdefault';
    symbol.nodes.push(node);
    this.#parseProperties(node);
    const {prompt, dependency, ranges, selects, implies} = node;
    const hasMore = prompt || dependency !== yes || ranges.length + selects.length + implies.length > 0;
    if (node.isConfigDefault && hasMore) reader.fail('configdefault can only contain `default`');
    if (node.isMenuconfig && !prompt)
      reader.warn(`the menuconfig symbol ${nameAndPlaces(symbol)} has no prompt`);
    return node;
  }

  /** An `if`, a `menu` or a `choice`, with what is in it. */
  #parseContainer(keyword: 'if' | 'menu' | 'choice', parent: KconfiglibNode): KconfiglibNode {
    const reader: KconfiglibReader = this.#reader;
    const item = keyword === 'choice' ? this.#choice() : keyword;
    const node = new KconfiglibNode(item, reader.location, parent);
    if (keyword === 'if') node.dependency = this.#lastExpression();
    else {
      node.isMenuconfig = true;
      if (keyword === 'menu') node.prompt = {text: this.#lastText(), condition: yes};
      if (typeof item !== 'string') item.nodes.push(node);
      this.#parseProperties(node);
    }
    this.#parseBlock(`end${keyword}`, node, node);
    node.list = node.next;
    return node;
  }

  #choice(): KconfiglibChoice {
    const reader: KconfiglibReader = this.#reader;
    const name = reader.tokens[1] ? this.#lastText() : undefined;
    const choice =
      (name === undefined ? undefined : this.#namedChoices.get(name)) ??
      new KconfiglibChoice(reader.count++, name);
    if (name !== undefined) this.#namedChoices.set(name, choice);
    this.#choices.add(choice);
    return choice;
  }

  #sourced(keyword: Keyword): readonly string[] {
    const reader: KconfiglibReader = this.#reader;
    let pattern = this.#lastText();
    const {file, line} = reader.now;
    if ((keyword === 'rsource' || keyword === 'orsource') && !pattern.startsWith('/')) {
      pattern = file.slice(0, file.lastIndexOf('/') + 1).replace(/\/+$/, '/') + pattern;
    }
    const files = reader.glob(pattern);
    if (files.length > 0 || keyword === 'osource' || keyword === 'orsource') return files;
    const srctree = this.#sources.environment.get('srctree') ?? '';
    const set = srctree === '' ? 'unset or blank' : `set to '${srctree}'`;
    throw kconfiglibError(
      `${file}:${line}: '${pattern}' not found (in '${strip(reader.line)}'). Check that environment variables are set correctly (e.g. $srctree, which is ${set}). Also note that unset environment variables expand to the empty string.`,
    );
  }

  #failAtExtra(): never {
    return this.#reader.fail('extra tokens at end of line');
  }

  /** Whether the next token is this keyword or sign, which is taken then. */
  #takes(word: string): boolean {
    const reader: KconfiglibReader = this.#reader;
    const token = reader.tokens[reader.at];
    const isIt =
      (token?.kind === 'keyword' && token.name === word) || (token?.kind === 'sign' && token.sign === word);
    if (isIt) reader.at++;
    return isIt;
  }

  #expectEnd(): void {
    if (this.#reader.tokens[this.#reader.at]) this.#failAtExtra();
  }

  #lastText(): string {
    const reader: KconfiglibReader = this.#reader;
    const token = reader.tokens[reader.at++];
    if (token?.kind !== 'text') reader.fail('expected string');
    this.#expectEnd();
    return token.text;
  }

  #symbol(): KconfiglibSymbol {
    const reader: KconfiglibReader = this.#reader;
    const token = reader.tokens[reader.at++];
    if (token?.kind !== 'symbol') reader.fail('expected symbol');
    return token;
  }

  /** What is selected or implied. */
  #target(): KconfiglibSymbol {
    const reader: KconfiglibReader = this.#reader;
    const token = reader.tokens[1];
    reader.at = 2;
    if (token?.kind !== 'symbol' || token.isConstant) reader.fail('expected nonconstant symbol');
    return token;
  }

  #lastExpression(): KconfiglibExpression {
    const expression = this.#expression(true);
    this.#expectEnd();
    return expression;
  }

  #condition(): KconfiglibExpression {
    const condition = this.#takes('if') ? this.#expression(true) : yes;
    this.#expectEnd();
    return condition;
  }

  /** `m` alone is `m && MODULES`, except where a value stands (transform_m). */
  #expression(withModules: boolean): KconfiglibExpression {
    const left = this.#conjunction(withModules);
    return this.#takes('||') ? {kind: 'or', left, right: this.#expression(withModules)} : left;
  }

  #conjunction(withModules: boolean): KconfiglibExpression {
    const left = this.#factor(withModules);
    return this.#takes('&&') ? {kind: 'and', left, right: this.#conjunction(withModules)} : left;
  }

  #factor(withModules: boolean): KconfiglibExpression {
    const reader: KconfiglibReader = this.#reader;
    const token = reader.tokens[reader.at++];
    if (token?.kind === 'symbol') {
      const next = reader.tokens[reader.at];
      if (next?.kind === 'sign' && relations.has(next.sign)) {
        reader.at++;
        return {kind: 'relation', relation: next.sign as Relation, left: token, right: this.#symbol()};
      }
      return withModules && token === mod ? {kind: 'and', left: mod, right: this.#modules} : token;
    }
    if (token?.kind === 'sign' && token.sign === '!')
      return {kind: 'not', operand: this.#factor(withModules)};
    if (token?.kind === 'sign' && token.sign === '(') {
      const expression = this.#expression(withModules);
      if (this.#takes(')')) return expression;
    }
    return reader.fail('malformed expression');
  }

  #depends(): KconfiglibExpression {
    if (!this.#takes('on')) this.#reader.fail("expected 'on' after 'depends'");
    const expression = this.#expression(true);
    if (this.#dialect.conditionalDepends && this.#takes('if')) {
      const condition = this.#lastExpression();
      return disjunction({kind: 'not', operand: condition}, expression);
    }
    this.#expectEnd();
    return expression;
  }

  #parseProperties(node: KconfiglibNode): void {
    const reader: KconfiglibReader = this.#reader;
    while (reader.next()) {
      const [first] = reader.tokens;
      if (!first) continue;
      if (first.kind !== 'keyword' || !this.#parseProperty(first.name, node)) {
        reader.reuse();
        return;
      }
    }
  }

  /** False if the line begins no property. */
  #parseProperty(keyword: Keyword, node: KconfiglibNode): boolean {
    const reader: KconfiglibReader = this.#reader;
    switch (keyword) {
      case 'bool':
      case 'tristate':
      case 'int':
      case 'hex':
      case 'string':
        this.#setType(node, keyword);
        if (reader.tokens[1]) this.#parsePrompt(node);
        break;
      case 'depends':
        node.dependency = conjunction(node.dependency, this.#depends());
        break;
      case 'help':
        this.#parseHelp(node);
        break;
      case 'select':
      case 'imply': {
        if (!(node.item instanceof KconfiglibSymbol)) reader.fail(`only symbols can ${keyword}`);
        const list = keyword === 'select' ? node.selects : node.implies;
        list.push({target: this.#target(), condition: this.#condition()});
        break;
      }
      case 'def_bool':
      case 'def_tristate':
      case 'def_int':
      case 'def_hex':
      case 'def_string':
        this.#setType(node, keyword.slice('def_'.length) as KconfiglibType);
        node.defaults.push({value: this.#expression(false), condition: this.#condition()});
        break;
      case 'default':
        node.defaults.push({value: this.#expression(false), condition: this.#condition()});
        break;
      case 'prompt':
        this.#parsePrompt(node);
        break;
      case 'range':
        node.ranges.push({low: this.#symbol(), high: this.#symbol(), condition: this.#condition()});
        break;
      case 'visible':
        if (!this.#takes('if')) reader.fail("expected 'if' after 'visible'");
        node.visibility = conjunction(node.visibility, this.#lastExpression());
        break;
      case 'option':
        this.#parseOption(node);
        break;
      case 'modules':
        this.#checkModules(node, 'property', 'modules');
        break;
      case 'optional':
        if (!(node.item instanceof KconfiglibChoice)) reader.fail('"optional" is only valid for choices');
        node.item.isOptional = true;
        break;
      default:
        return false;
    }
    return true;
  }

  #itemOf({item}: KconfiglibNode): KconfiglibSymbol | KconfiglibChoice {
    // Kconfiglib ends with an AttributeError here.
    return typeof item === 'string' ? this.#reader.fail(`not possible in a ${item}`) : item;
  }

  #setType(node: KconfiglibNode, type: KconfiglibType): void {
    const item = this.#itemOf(node);
    if (item.type !== 'unknown' && item.type !== type) {
      this.#reader.warn(`${nameAndPlaces(item)} defined with multiple types, ${type} will be used`);
    }
    item.type = type;
  }

  #parsePrompt(node: KconfiglibNode): void {
    const reader: KconfiglibReader = this.#reader;
    const item = this.#itemOf(node);
    if (node.prompt) reader.warn(`${nameAndPlaces(item)} defined with multiple prompts in single location`);
    const token = reader.tokens[1];
    reader.at = 2;
    if (token?.kind !== 'text') reader.fail('expected prompt string');
    const text = strip(token.text);
    if (text !== token.text) {
      reader.warn(`${nameAndPlaces(item)} has leading or trailing whitespace in its prompt`);
    }
    node.prompt = {text, condition: this.#condition()};
  }

  #parseHelp(node: KconfiglibNode): void {
    const reader: KconfiglibReader = this.#reader;
    const item = this.#itemOf(node);
    if (node.help !== undefined) {
      reader.warn(
        `${nameAndPlaces(item)} defined with more than one help text -- only the last one will be used`,
      );
    }
    let line: string;
    do {
      line = reader.readLine();
      reader.countLines(1);
    } while (line !== '' && isBlank(line));
    const indentation = (text: string) => text.length - stripStart(text).length;
    const first = expandTabs(line);
    const indent = indentation(first);
    node.help = '';
    if (line === '' || indent === 0) {
      reader.warn(`${nameAndPlaces(item)} has 'help' but empty help text`);
    } else {
      const lines = [first.slice(indent)];
      for (line = reader.readLine(); line !== ''; line = reader.readLine()) {
        const expanded = expandTabs(line);
        if (isBlank(line)) lines.push('\n');
        else if (indentation(expanded) < indent) break;
        else lines.push(expanded.slice(indent));
      }
      reader.countLines(lines.length);
      node.help = stripEnd(lines.join(''));
    }
    if (line !== '') reader.takeAfterHelp(line);
  }

  #parseOption(node: KconfiglibNode): void {
    const reader: KconfiglibReader = this.#reader;
    const {location} = reader;
    const item = this.#itemOf(node);
    if (this.#takes('env')) {
      if (!this.#takes('=')) reader.fail("expected '=' after 'env'");
      this.#takeEnvironment(node, this.#lastText());
    } else if (this.#takes('defconfig_list')) {
      if (item instanceof KconfiglibSymbol && !this.#defconfigList) this.#defconfigList = item;
      else {
        const old = this.#defconfigList?.name;
        reader.warn(
          `'option defconfig_list' set on multiple symbols (${old} and ${item.name}). Only ${old} will be used.`,
          location,
        );
      }
    } else if (this.#takes('modules')) this.#checkModules(node, 'option', 'option modules');
    else if (this.#takes('allnoconfig_y')) {
      if (!(item instanceof KconfiglibSymbol))
        reader.fail("the 'allnoconfig_y' option is only valid for symbols");
      item.isAllnoconfigYes = true;
    } else reader.fail('unrecognized option');
  }

  #takeEnvironment(node: KconfiglibNode, variable: string): void {
    const reader: KconfiglibReader = this.#reader;
    const item = this.#itemOf(node);
    if (item instanceof KconfiglibSymbol) item.environmentVariable = variable;
    const value = this.#sources.environment.get(variable);
    if (value !== undefined) node.defaults.push({value: reader.constant(value), condition: yes});
    else {
      reader.warn(
        // The names stand the wrong way round in Kconfiglib's message, too.
        `${variable} has 'option env="${item.name}"', but the environment variable ${item.name} is not set`,
        reader.location,
      );
    }
    if (variable === item.name) return;
    reader.warn(
      `Kconfiglib expands environment variables in strings directly, meaning you do not need 'option env=...' "bounce" symbols. For compatibility with the C tools, rename ${item.name} to ${variable} (so that the symbol name matches the environment variable name).`,
      reader.location,
    );
  }

  #checkModules({item}: KconfiglibNode, form: 'option' | 'property', statement: string): void {
    if (item === this.#modules) return;
    this.#reader.warn(
      `the 'modules' ${form} is not supported. Let me know if this is a problem for you, as it wouldn't be that hard to implement. Note that modules are supported -- Kconfiglib just assumes the symbol name MODULES, like older versions of the C implementation did when '${statement}' wasn't used.`,
      this.#reader.location,
    );
  }
}
