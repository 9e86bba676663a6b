/** A model out of the bytes of `storeModel`. Symbols and nodes are made when they are wanted, and so is what they hold. */

import {none, nothing, recordKind, relations} from './conditions.ts';
import type {Dialect} from './dialect.ts';
import {comparison, type Expression, not} from './expression.ts';
import {KconfigModel, type SymbolHelp, type SymbolTexts} from './model.ts';
import {nodeWords, outlineWord} from './outline.ts';
import type {SourceFile} from './source.ts';
import {
  allnoconfigYesFlag,
  checkedFlag,
  conditionWords,
  detailWords,
  fixedHeaderWords,
  headerWords,
  internalFlag,
  layoutVersion,
  optionalFlag,
  propertyKinds,
  propertyWords,
  type Section,
  sectionNames,
  symbolKinds,
  symbolTypes,
  symbolWords,
  transitionalFlag,
  typeShift,
} from './stored-layout.ts';
import {
  ConfigSymbol,
  constantMod,
  constantNo,
  constantYes,
  type Default,
  type HelpSpan,
  type LateParts,
  MenuNode,
  type NodeDetails,
  type NodeLinks,
  type Prompt,
  type Property,
  type Range,
  type ReverseDependency,
  type Select,
  type SymbolDeclarations,
  type WrittenCondition,
} from './symbol.ts';

/**
 * The model that `storeModel` was given, as it was parsed under `dialect`. Undefined for bytes of another version
 * or machine, or that are cut short. `readFile` is asked for a file's text when a help or a place in it is wanted,
 * not before.
 */
export function restoreModel(
  bytes: Uint8Array,
  dialect: Dialect,
  readFile: (name: string) => string | undefined,
): KconfigModel | undefined {
  const count = Math.floor(bytes.byteLength / 4);
  if (count < headerWords || bytes.byteOffset % 4 !== 0) return undefined;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, count);
  if (words[0] !== layoutVersion) return undefined;
  const sections = {} as Record<Section, Int32Array>;
  let position = headerWords;
  for (const [index, name] of sectionNames.entries()) {
    const end = position + words[fixedHeaderWords + index]!;
    sections[name] = words.subarray(position, end);
    position = end;
  }
  if (position * 4 + words[1]! !== bytes.byteLength) return undefined;
  const text = new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes.subarray(position * 4));
  return new Restoration(sections, text, readFile).model(dialect, words);
}

/** A file whose text is read when it is wanted. */
class UnreadFile implements SourceFile {
  readonly name: string;
  readonly #readFile: (name: string) => string | undefined;
  #text: string | undefined;

  constructor(name: string, readFile: (name: string) => string | undefined) {
    this.name = name;
    this.#readFile = readFile;
  }

  get text(): string {
    this.#text ??= this.#readFile(this.name) ?? '';
    return this.#text;
  }
}

/** Those of a choice, and of few others. */
const rareFlags = optionalFlag | transitionalFlag | allnoconfigYesFlag | internalFlag;

const shared = [constantNo, constantMod, constantYes];

class Restoration implements LateParts {
  readonly #sections: Readonly<Record<Section, Int32Array>>;
  readonly #text: string;
  readonly #files: readonly SourceFile[];
  readonly #symbols: (ConfigSymbol | undefined)[];
  readonly #nodes: (MenuNode | undefined)[];
  readonly #properties = new Map<number, Property>();
  readonly #expressions = new Map<number, Expression>();

  constructor(
    sections: Readonly<Record<Section, Int32Array>>,
    text: string,
    readFile: (name: string) => string | undefined,
  ) {
    this.#sections = sections;
    this.#text = text;
    this.#files = Array.from(sections.files, (name) => new UnreadFile(this.#string(name), readFile));
    this.#symbols = new Array(sections.direct.length);
    this.#symbols.splice(0, shared.length, ...shared);
    this.#nodes = new Array(sections.nodes.length / nodeWords);
  }

  model(dialect: Dialect, header: Int32Array): KconfigModel {
    const {environment, hashOrder, hashStart, nodes, choices} = this.#sections;
    const environmentRead = new Map<string, string>();
    for (let at = 0; at < environment.length; at += 2) {
      environmentRead.set(this.#string(environment[at]!), this.#string(environment[at + 1]!));
    }
    return new KconfigModel({
      dialect,
      symbols: {
        symbolCount: this.#symbols.length,
        symbolAt: (index) => this.#symbol(index),
        isNamed: (index, name) => this.#isNamed(index, name),
        hash: {order: hashOrder, starts: hashStart},
        conditions: this.#sections,
        outline: {words: nodes, nodeAt: (number) => this.#node(number)!},
        texts: () => this.#texts(),
        helps: () => this.#helps(),
        choices,
        isRegular: header[6] === 1,
      },
      root: this.#node(0)!,
      promptCount: header[2]!,
      modules: this.#symbol(header[3]!),
      defconfigList: header[4] === none ? undefined : this.#symbol(header[4]!),
      prefix: this.#string(header[5]!),
      files: this.#files,
      environmentRead,
      declaredConstants: new Map(),
    });
  }

  #string(index: number): string {
    const {strings} = this.#sections;
    return this.#text.slice(index === 0 ? 0 : strings[index - 1]!, strings[index]!);
  }

  #isNamed(index: number, name: string): boolean {
    const {symbols, strings} = this.#sections;
    const at = (index - shared.length) * symbolWords;
    const string = symbols[at]!;
    if (string === none || symbolKinds[symbols[at + 1]! & 3] !== 'config') return false;
    const start = string === 0 ? 0 : strings[string - 1]!;
    return strings[string]! - start === name.length && this.#text.startsWith(name, start);
  }

  #symbol(index: number): ConfigSymbol {
    let symbol = this.#symbols[index];
    if (!symbol) {
      symbol = this.#makeSymbol(index);
      this.#symbols[index] = symbol;
      const choice = this.#sections.symbols[(index - shared.length) * symbolWords + 2]!;
      if (choice !== none) symbol.choice = this.#symbol(choice);
    }
    return symbol;
  }

  #makeSymbol(index: number): ConfigSymbol {
    const {symbols} = this.#sections;
    const at = (index - shared.length) * symbolWords;
    const name = symbols[at]!;
    const bits = symbols[at + 1]!;
    const symbol = new ConfigSymbol(
      index,
      name === none ? undefined : this.#string(name),
      symbolKinds[bits & 3]!,
      this,
    );
    symbol.type = symbolTypes[(bits >> typeShift) & 7]!;
    if (bits & checkedFlag) symbol.checked = true;
    if (bits & rareFlags) {
      symbol.optional = (bits & optionalFlag) !== 0;
      symbol.transitional = (bits & transitionalFlag) !== 0;
      symbol.allnoconfigYes = (bits & allnoconfigYesFlag) !== 0;
      symbol.internal = (bits & internalFlag) !== 0;
    }
    return symbol;
  }

  #node(index: number): MenuNode | undefined {
    if (index === none) return undefined;
    let node = this.#nodes[index];
    if (!node) {
      const symbol = this.#sections.nodes[index * nodeWords]!;
      node = new MenuNode(
        symbol === none ? undefined : this.#symbol(symbol),
        undefined,
        undefined,
        this,
        index,
      );
      this.#nodes[index] = node;
    }
    return node;
  }

  linksOf(record: number): NodeLinks {
    const words = this.#sections.nodes;
    const at = record * nodeWords;
    return {
      parent: this.#node(words[at + outlineWord.parent]!),
      next: this.#node(words[at + outlineWord.next]!),
      firstChild: this.#node(words[at + outlineWord.firstChild]!),
    };
  }

  isDeclared({index}: ConfigSymbol): boolean {
    const {nodeStart} = this.#sections;
    return nodeStart[index] !== nodeStart[index + 1];
  }

  declarationsOf({index}: ConfigSymbol): SymbolDeclarations {
    const {propertyStart, memberStart, members, nodeStart, symbolNodes, direct} = this.#sections;
    const properties: Property[] = [];
    for (let i = propertyStart[index]!; i < propertyStart[index + 1]!; i++)
      properties.push(this.#property(i)!);
    const {selectedStart, selected, selectedBy, impliedStart, implied, impliedBy} = this.#sections;
    return {
      properties,
      prompts: properties.filter(isPrompt),
      defaults: properties.filter((property): property is Default => property.kind === 'default'),
      ranges: properties.filter((property): property is Range => property.kind === 'range'),
      nodes: Array.from(run(symbolNodes, nodeStart, index), (node) => this.#node(node)!),
      directDependency: this.#expression(direct[index]!),
      selectedBy: this.#reverse(run(selected, selectedStart, index), run(selectedBy, selectedStart, index)),
      impliedBy: this.#reverse(run(implied, impliedStart, index), run(impliedBy, impliedStart, index)),
      members: Array.from(run(members, memberStart, index), (member) => this.#symbol(member)),
    };
  }

  #reverse(expressions: Int32Array, properties: Int32Array): ReverseDependency[] {
    return Array.from(expressions, (expression, i) => ({
      expression: this.#expression(expression)!,
      property: this.#property(properties[i]!) as Select | undefined,
    }));
  }

  *#texts(): Generator<SymbolTexts> {
    const {symbols, nodeStart, propertyStart, properties} = this.#sections;
    for (let symbol = shared.length; symbol < this.#symbols.length; symbol++) {
      const at = (symbol - shared.length) * symbolWords;
      const name = symbols[at]!;
      if (name === none || nodeStart[symbol] === nodeStart[symbol + 1]) continue;
      if (symbolKinds[symbols[at + 1]! & 3] !== 'config') continue;
      const prompts: string[] = [];
      for (let i = propertyStart[symbol]!; i < propertyStart[symbol + 1]!; i++) {
        const property = i * propertyWords;
        if (isPromptKind(propertyKinds[properties[property]!]!))
          prompts.push(this.#string(properties[property + 6]!));
      }
      yield {symbol, name: this.#string(name), prompts};
    }
  }

  *#helps(): Generator<SymbolHelp> {
    const {nodeStart, symbolNodes} = this.#sections;
    for (let symbol = shared.length; symbol < this.#symbols.length; symbol++) {
      for (const record of run(symbolNodes, nodeStart, symbol)) {
        const help = this.#help(record);
        if (help) yield {symbol, help};
      }
    }
  }

  #help(record: number): HelpSpan | undefined {
    const [file, start, end] = this.#sections.details.subarray(record * detailWords + 6);
    return file === none ? undefined : {file: this.#files[file!]!, start: start!, end: end!};
  }

  detailsOf(record: number): NodeDetails {
    const {details, conditionStart, conditions, visibilityStart, visibilityConditions} = this.#sections;
    const at = record * detailWords;
    return {
      file: this.#files[details[at]!]!,
      line: details[at + 1]!,
      block: this.#node(details[at + 2]!),
      prompt: this.#property(details[at + 3]!) as Prompt | undefined,
      visibility: this.#expression(details[at + 4]!),
      dependency: this.#expression(details[at + 5]!),
      help: this.#help(record),
      conditions: this.#written(run(conditions, conditionStart, record)),
      visibilityConditions: this.#written(run(visibilityConditions, visibilityStart, record)),
    };
  }

  #written(words: Int32Array): WrittenCondition[] {
    const conditions: WrittenCondition[] = [];
    for (let at = 0; at < words.length; at += conditionWords) {
      const [expression, file, line] = words.subarray(at);
      conditions.push({expression: this.#expression(expression!)!, file: this.#files[file!]!, line: line!});
    }
    return conditions;
  }

  #property(index: number): Property | undefined {
    if (index === none) return undefined;
    let property = this.#properties.get(index);
    if (!property) {
      property = this.#makeProperty(index * propertyWords);
      this.#properties.set(index, property);
    }
    return property;
  }

  #makeProperty(at: number): Property {
    const words = this.#sections.properties;
    const first = words[at + 6]!;
    const second = words[at + 7]!;
    const kind = propertyKinds[words[at]!]!;
    const base = {
      node: this.#node(words[at + 1]!)!,
      file: this.#files[words[at + 2]!]!,
      line: words[at + 3]!,
      condition: this.#expression(words[at + 4]!),
      written: this.#expression(words[at + 5]!),
    };
    switch (kind) {
      case 'symbol':
        return {kind, ...base};
      case 'prompt':
      case 'menu':
      case 'comment':
        return {kind, text: this.#string(first), index: second, ...base};
      case 'default':
        return {kind, value: this.#expression(first)!, ...base};
      case 'select':
      case 'imply':
        return {kind, target: this.#symbol(first), ...base};
      case 'range':
        return {kind, low: this.#symbol(first), high: this.#symbol(second), ...base};
    }
  }

  #expression(reference: number): Expression | undefined {
    if (reference < 0) return this.#symbol(-1 - reference).expression;
    if (reference === nothing) return undefined;
    let expression = this.#expressions.get(reference);
    if (!expression) {
      expression = this.#makeExpression(reference);
      this.#expressions.set(reference, expression);
    }
    return expression;
  }

  #makeExpression(place: number): Expression {
    const {records} = this.#sections;
    const kind = records[place]!;
    const operands = records.subarray(place + 2, place + 2 + records[place + 1]!);
    switch (kind) {
      case recordKind.not:
        return not(this.#expression(operands[0]!)!);
      case recordKind.and:
      case recordKind.or:
        return {
          kind: kind === recordKind.and ? 'and' : 'or',
          operands: Array.from(operands, (operand) => this.#expression(operand)!),
        };
      default: {
        const [left, right] = Array.from(operands, (operand) => this.#symbol(-1 - operand));
        return comparison(relations[kind - recordKind.equal]!, left!, right!);
      }
    }
  }
}

/** Run `index` of a list. */
function run(list: Int32Array, start: Int32Array, index: number): Int32Array {
  return list.subarray(start[index]!, start[index + 1]!);
}

function isPrompt(property: Property): property is Prompt {
  return isPromptKind(property.kind);
}

function isPromptKind(kind: Property['kind']): boolean {
  return kind === 'prompt' || kind === 'menu' || kind === 'comment';
}
