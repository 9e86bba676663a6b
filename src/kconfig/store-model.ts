/** A parsed model as bytes, from which `restoreModel` makes it again without its Kconfig files. */

import {collectConditions, ExpressionRecords, none, Words} from './conditions.ts';
import {dependentsOf} from './dependents.ts';
import {bucketOf, type KconfigModel} from './model.ts';
import {numberNodes, outlineWords} from './outline.ts';
import type {SourceFile} from './source.ts';
import {
  allnoconfigYesFlag,
  checkedFlag,
  headerWords,
  internalFlag,
  layoutVersion,
  optionalFlag,
  propertyKinds,
  type Section,
  sectionNames,
  symbolKinds,
  symbolTypes,
  transitionalFlag,
  typeShift,
} from './stored-layout.ts';
import type {ConfigSymbol, MenuNode, Property, ReverseDependency, WrittenCondition} from './symbol.ts';

/**
 * The bytes of a model: all that was declared, and where, but not the texts of the files.
 *
 * Undefined for a model that cannot be stored: one with a name that is not Unicode, or that declares `y`, `m` or `n`.
 */
export function storeModel(model: KconfigModel): Uint8Array | undefined {
  if (model.declaredConstants.size > 0) return undefined;
  return new Storage(model).bytes();
}

class Storage {
  readonly #model: KconfigModel;
  readonly #sections = Object.fromEntries(sectionNames.map((name) => [name, new Words()])) as Record<
    Section,
    Words
  >;
  readonly #strings = new Map<string, number>();
  readonly #texts: string[] = [];
  #textLength = 0;
  readonly #files = new Map<SourceFile, number>();
  readonly #nodes: Map<MenuNode, number>;
  readonly #properties = new Map<Property, number>();
  /** Properties of the symbols that were stored. */
  #propertyCount = 0;
  readonly #expressions: ExpressionRecords;

  constructor(model: KconfigModel) {
    this.#model = model;
    this.#nodes = numberNodes(model.root);
    this.#expressions = model.expressionRecords ?? new ExpressionRecords();
  }

  bytes(): Uint8Array | undefined {
    const model = this.#model;
    // First, and not kept: it takes much room while it is made.
    const isRegular = dependentsOf(model).irregularity === undefined;
    const conditions = model.expressionRecords
      ? model.conditions
      : collectConditions(model.allSymbols, this.#expressions);
    for (const file of model.files) {
      this.#files.set(file, this.#files.size);
      this.#add('files', this.#string(file.name));
    }
    for (const [name, value] of model.environmentRead) {
      this.#add('environment', this.#string(name), this.#string(value));
    }
    this.#storeHash();
    this.#numberBlocks();
    this.#numberProperties();
    for (const symbol of model.allSymbols) this.#storeSymbol(symbol);
    for (const start of ['propertyStart', 'memberStart', 'nodeStart'] as const) this.#endRuns(start);
    for (const property of this.#properties.keys()) this.#storeProperty(property);
    for (const node of this.#nodes.keys()) this.#storeNode(node);
    for (const start of ['conditionStart', 'visibilityStart'] as const) this.#endRuns(start);
    const nodes = outlineWords(this.#nodes);
    const finished = {...conditions, nodes, records: this.#expressions.words()};
    const {promptCount, modules, defconfigList, prefix} = model;
    return this.#join(finished, [
      promptCount,
      modules.index,
      defconfigList?.index ?? none,
      this.#string(prefix),
      isRegular ? 1 : 0,
    ]);
  }

  #storeHash(): void {
    const {hashOrder, dialect} = this.#model;
    const {hashStart} = this.#sections;
    for (const [place, {index, name}] of hashOrder.entries()) {
      const bucket = bucketOf(name, dialect);
      while (hashStart.length <= bucket) hashStart.push(place);
      this.#sections.hashOrder.push(index);
    }
    while (hashStart.length <= dialect.hashBuckets) hashStart.push(hashOrder.length);
  }

  #add(section: Section, ...words: readonly number[]): void {
    for (const word of words) this.#sections[section].push(word);
  }

  #endRuns(
    start: 'propertyStart' | 'memberStart' | 'nodeStart' | 'conditionStart' | 'visibilityStart',
  ): void {
    const counts = {
      propertyStart: this.#propertyCount,
      memberStart: this.#sections.members.length,
      nodeStart: this.#sections.symbolNodes.length,
      conditionStart: this.#sections.conditions.length,
      visibilityStart: this.#sections.visibilityConditions.length,
    };
    this.#add(start, counts[start]);
  }

  #string(text: string): number {
    let index = this.#strings.get(text);
    if (index === undefined) {
      index = this.#strings.size;
      this.#strings.set(text, index);
      this.#texts.push(text);
      this.#textLength += text.length;
      this.#sections.strings.push(this.#textLength);
    }
    return index;
  }

  /** Numbers the nodes that are only the block around others (`if`) after those of the menu. */
  #numberBlocks(): void {
    const number = (node: MenuNode | undefined) => {
      if (node && !this.#nodes.has(node)) this.#nodes.set(node, this.#nodes.size);
    };
    for (const node of this.#nodes.keys()) {
      number(node.block);
      number(node.parent);
    }
  }

  /** Those of a symbol are a run; those of menus and comments follow. */
  #numberProperties(): void {
    for (const {properties} of this.#model.allSymbols) {
      for (const property of properties) this.#properties.set(property, this.#properties.size);
    }
    for (const {prompt} of this.#nodes.keys()) {
      if (prompt && !this.#properties.has(prompt)) this.#properties.set(prompt, this.#properties.size);
    }
  }

  #storeSymbol(symbol: ConfigSymbol): void {
    this.#add('memberStart', this.#sections.members.length);
    for (const {index} of symbol.members) this.#sections.members.push(index);
    this.#add('nodeStart', this.#sections.symbolNodes.length);
    for (const node of symbol.nodes) this.#sections.symbolNodes.push(this.#nodes.get(node)!);
    this.#storeReverse('selectedBy', symbol.selectedBy);
    this.#storeReverse('impliedBy', symbol.impliedBy);
    this.#add('propertyStart', this.#propertyCount);
    this.#propertyCount += symbol.properties.length;
    if (symbol.index < 3) return;
    if (symbol.isChoice) this.#add('choices', symbol.index);
    this.#add(
      'symbols',
      symbol.name === undefined ? none : this.#string(symbol.name),
      symbolKinds.indexOf(symbol.kind) |
        (symbolTypes.indexOf(symbol.type) << typeShift) |
        (symbol.optional ? optionalFlag : 0) |
        (symbol.checked ? checkedFlag : 0) |
        (symbol.transitional ? transitionalFlag : 0) |
        (symbol.allnoconfigYes ? allnoconfigYesFlag : 0) |
        (symbol.internal ? internalFlag : 0),
      symbol.choice?.index ?? none,
    );
  }

  #storeReverse(section: 'selectedBy' | 'impliedBy', dependencies: readonly ReverseDependency[]): void {
    for (const {property} of dependencies) {
      this.#add(section, property ? this.#properties.get(property)! : none);
    }
  }

  #storeProperty(property: Property): void {
    const {properties} = this.#sections;
    properties.push(propertyKinds.indexOf(property.kind));
    properties.push(this.#nodes.get(property.node)!);
    properties.push(this.#files.get(property.file)!);
    properties.push(property.line);
    properties.push(this.#expressions.reference(property.condition));
    properties.push(this.#expressions.reference(property.written));
    for (const word of this.#particular(property)) properties.push(word);
  }

  #particular(property: Property): readonly [number, number] {
    switch (property.kind) {
      case 'symbol':
        return [none, none];
      case 'prompt':
      case 'menu':
      case 'comment':
        return [this.#string(property.text), property.index];
      case 'default':
        return [this.#expressions.reference(property.value), none];
      case 'select':
      case 'imply':
        return [property.target.index, none];
      case 'range':
        return [property.low.index, property.high.index];
    }
  }

  #storeNode(node: MenuNode): void {
    const place = (other: MenuNode | undefined) => (other ? this.#nodes.get(other)! : none);
    const {help, prompt} = node;
    this.#add(
      'details',
      this.#files.get(node.file)!,
      node.line,
      place(node.block),
      prompt ? this.#properties.get(prompt)! : none,
      this.#expressions.reference(node.visibility),
      this.#expressions.reference(node.dependency),
      help ? this.#files.get(help.file)! : none,
      help?.start ?? none,
      help?.end ?? none,
    );
    this.#add('conditionStart', this.#sections.conditions.length);
    this.#storeConditions('conditions', node.conditions);
    this.#add('visibilityStart', this.#sections.visibilityConditions.length);
    this.#storeConditions('visibilityConditions', node.visibilityConditions);
  }

  #storeConditions(
    section: 'conditions' | 'visibilityConditions',
    conditions: readonly WrittenCondition[],
  ): void {
    for (const {expression, file, line} of conditions) {
      this.#add(section, this.#expressions.reference(expression), this.#files.get(file)!, line);
    }
  }

  #join(
    finished: Readonly<Partial<Record<Section, Int32Array>>>,
    header: readonly number[],
  ): Uint8Array | undefined {
    const whole = this.#texts.join('');
    const text = new TextEncoder().encode(whole);
    if (new TextDecoder('utf-8', {ignoreBOM: true}).decode(text) !== whole) return undefined;
    const sections = sectionNames.map((name) => finished[name] ?? this.#sections[name].view());
    const sizes = sections.map(({length}) => length);
    const count = headerWords + sizes.reduce((sum, size) => sum + size, 0);
    const bytes = new Uint8Array(count * 4 + text.length);
    const words = new Int32Array(bytes.buffer, 0, count);
    words.set([layoutVersion, text.length, ...header, ...sizes]);
    let position = headerWords;
    for (const section of sections) {
      words.set(section, position);
      position += section.length;
    }
    bytes.set(text, count * 4);
    return bytes;
  }
}
