/** The whole of what a tree's Kconfig files declare: fixed once parsed, and shared by all evaluations of it. */

import {type Conditions, collectConditions, ExpressionRecords} from './conditions.ts';
import type {Dialect} from './dialect.ts';
import {type DependencyOrder, orderDependencies} from './order.ts';
import {makeOutline, nextNode, type Outline} from './outline.ts';
import type {SourceFile} from './source.ts';
import {
  ConfigSymbol,
  constantMod,
  constantNo,
  constantYes,
  type HelpSpan,
  type MenuNode,
  type SymbolType,
} from './symbol.ts';

/** FNV-1a of the name's UTF-8 bytes (strhash, symbol.c); `char` is signed where the C tool runs on x86. */
function hashName(name: string): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit > 127) return hashBytes(new TextEncoder().encode(name));
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
}

function hashBytes(bytes: Uint8Array): number {
  let hash = 2166136261;
  for (const byte of new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** The sum of the name's characters (sym_lookup, symbol.c, Linux 2.6.16). */
function sumName(name: string): number {
  return new TextEncoder().encode(name).reduce((sum, byte) => sum + byte, 0);
}

/** Finds symbols by name, and creates them on their first mention (sym_lookup, symbol.c). */
export class SymbolTable {
  readonly #typedConstants: boolean;
  /** Symbols in the order of creation; the shared constants come first. */
  readonly all: ConfigSymbol[] = [constantNo, constantMod, constantYes];
  readonly configs = new Map<string, ConfigSymbol>();
  /** What stands in for a constant that is declared or selected. */
  readonly declaredConstants = new Map<ConfigSymbol, ConfigSymbol>();
  readonly #constants = new Map<string, ConfigSymbol>();
  readonly #choices = new Map<string, ConfigSymbol>();

  /** `typedConstants`: whether `y`, `m` and `n` are tristates before they are declared. */
  constructor(typedConstants: boolean) {
    this.#typedConstants = typedConstants;
  }

  config(name: string): ConfigSymbol {
    return sharedConstant(name) ?? this.#find(this.configs, name, 'config');
  }

  /** The symbol of that name, if it was mentioned (sym_find). */
  find(name: string): ConfigSymbol | undefined {
    return sharedConstant(name) ?? this.configs.get(name);
  }

  /**
   * The symbol to which properties are added. For `y`, `m` and `n`, which the C tool lets a tree declare, a stand-in:
   * the constants themselves are every model's.
   */
  declared(name: string): ConfigSymbol {
    const constant = sharedConstant(name);
    if (!constant) return this.config(name);
    const known = this.declaredConstants.get(constant);
    if (known) return known;
    const declared = new ConfigSymbol(constant.index, name, 'constant');
    declared.type = this.#typedConstants ? constant.type : 'unknown';
    this.declaredConstants.set(constant, declared);
    return declared;
  }

  constant(text: string): ConfigSymbol {
    return sharedConstant(text) ?? this.#find(this.#constants, text, 'constant');
  }

  choice(name: string | undefined): ConfigSymbol {
    if (name === undefined) return this.#create(name, 'choice');
    return sharedConstant(name) ? this.declared(name) : this.#find(this.#choices, name, 'choice');
  }

  #find(symbols: Map<string, ConfigSymbol>, name: string, kind: ConfigSymbol['kind']): ConfigSymbol {
    let symbol = symbols.get(name);
    if (!symbol) {
      symbol = this.#create(name, kind);
      symbols.set(name, symbol);
    }
    return symbol;
  }

  #create(name: string | undefined, kind: ConfigSymbol['kind']): ConfigSymbol {
    const symbol = new ConfigSymbol(this.all.length, name, kind);
    this.all.push(symbol);
    return symbol;
  }
}

function sharedConstant(name: string): ConfigSymbol | undefined {
  if (name.length !== 1) return undefined;
  return name === 'y' ? constantYes : name === 'm' ? constantMod : name === 'n' ? constantNo : undefined;
}

function namedSymbols(symbols: readonly ConfigSymbol[]): ReadonlyMap<string, ConfigSymbol> {
  const named = new Map<string, ConfigSymbol>();
  for (const symbol of symbols) {
    if (symbol.kind === 'config' && symbol.name !== undefined) named.set(symbol.name, symbol);
  }
  return named;
}

/** The bucket of the C tool's hash for symbols of that name. */
export function bucketOf(name: string | undefined, {hashBuckets, nameHash}: Dialect): number {
  if (nameHash === 'sum') return name === undefined ? hashBuckets - 1 : sumName(name) & 0xff;
  return name === undefined ? 0 : hashName(name) % hashBuckets;
}

/** The symbols as for_all_symbols meets them: by bucket, and in a bucket the newest first. */
function inHashOrder(symbols: readonly ConfigSymbol[], dialect: Dialect): ConfigSymbol[] {
  return symbols
    .slice(3)
    .map((symbol) => ({symbol, bucket: bucketOf(symbol.name, dialect)}))
    .sort((a, b) => a.bucket - b.bucket || b.symbol.index - a.symbol.index)
    .map(({symbol}) => symbol);
}

/** A help text of the symbol with that index. */
export type SymbolHelp = {readonly symbol: number; readonly help: HelpSpan};

/** What people know a symbol by. */
export type SymbolTexts = {
  readonly symbol: number;
  readonly name: string;
  readonly prompts: readonly string[];
};

/** The symbols of a stored model, which are made when they are wanted, and what is known without them. */
export type StoredSymbols = {
  readonly symbolCount: number;
  readonly symbolAt: (index: number) => ConfigSymbol;
  /** Whether the one of that index is a `config` of that name. */
  readonly isNamed: (index: number, name: string) => boolean;
  /** The C tool's hash: the index of each symbol in hash order, and the start of each bucket. */
  readonly hash: {readonly order: Int32Array; readonly starts: Int32Array};
  readonly conditions: Conditions;
  readonly outline: Outline;
  readonly texts: () => Iterable<SymbolTexts>;
  readonly helps: () => Iterable<SymbolHelp>;
  /** The index of each choice. */
  readonly choices: Int32Array;
  readonly isRegular: boolean;
};

export type ModelParts = {
  readonly dialect: Dialect;
  /** Every symbol in the order of creation, the shared constants first. */
  readonly symbols: readonly ConfigSymbol[] | StoredSymbols;
  readonly root: MenuNode;
  readonly modules: ConfigSymbol;
  readonly defconfigList: ConfigSymbol | undefined;
  readonly promptCount: number;
  readonly files: readonly SourceFile[];
  readonly prefix: string;
  readonly environmentRead: ReadonlyMap<string, string>;
  readonly declaredConstants: ReadonlyMap<ConfigSymbol, ConfigSymbol>;
};

/** A parsed tree. Make evaluations of it with the functions of modes.ts. */
export class KconfigModel {
  readonly dialect: Dialect;
  readonly mainMenuTitle: string;
  readonly root: MenuNode;
  /** The symbol marked `modules`; the constant `n` if there is none. */
  readonly modules: ConfigSymbol;
  /** The symbol marked `option defconfig_list`, whose defaults name the files that stand in for a missing .config. */
  readonly defconfigList: ConfigSymbol | undefined;
  /** The files that were read, in the order of their first use. */
  readonly files: readonly SourceFile[];
  /** Environment variables that were expanded, in the order of their first use. */
  readonly environmentRead: ReadonlyMap<string, string>;
  /** What stands before each symbol's name in a .config: `CONFIG_`, or the environment's `CONFIG_`. */
  readonly prefix: string;
  /** How many symbols there are. */
  readonly symbolCount: number;
  readonly promptCount: number;
  /** What holds the properties of a shared constant that was declared or selected. */
  readonly declaredConstants: ReadonlyMap<ConfigSymbol, ConfigSymbol>;
  /**
   * Whether the order of calculation is known to decide no value (`Dependents`). It takes long to find, so that only stored
   * models are.
   */
  readonly isRegular: boolean;
  /** The records of `conditions`, to which others may be added; a restored model has none. */
  readonly expressionRecords: ExpressionRecords | undefined;
  readonly #stored: StoredSymbols | undefined;
  #all: readonly ConfigSymbol[] | undefined;
  #choices: readonly ConfigSymbol[] | undefined;
  #symbols: ReadonlyMap<string, ConfigSymbol> | undefined;
  #hashOrder: readonly ConfigSymbol[] | undefined;
  #conditions: Conditions | undefined;
  #dependencyOrder: DependencyOrder | undefined;
  #outline: Outline | undefined;

  constructor(parts: ModelParts) {
    this.dialect = parts.dialect;
    if ('symbolAt' in parts.symbols) this.#stored = parts.symbols;
    else this.#all = parts.symbols;
    this.symbolCount = this.#stored?.symbolCount ?? this.#all!.length;
    this.mainMenuTitle = parts.root.prompt?.text ?? '';
    this.root = parts.root;
    this.modules = parts.modules;
    this.defconfigList = parts.defconfigList;
    this.files = parts.files;
    this.environmentRead = parts.environmentRead;
    this.prefix = parts.prefix;
    this.promptCount = parts.promptCount;
    this.declaredConstants = parts.declaredConstants;
    this.#conditions = this.#stored?.conditions;
    this.#outline = this.#stored?.outline;
    this.isRegular = this.#stored?.isRegular ?? false;
    this.expressionRecords = this.#stored ? undefined : new ExpressionRecords();
  }

  /** Every symbol in the order of creation: constants, choices and mentioned names too. */
  get allSymbols(): readonly ConfigSymbol[] {
    this.#all ??= Array.from({length: this.symbolCount}, (_, index) => this.#stored!.symbolAt(index));
    return this.#all;
  }

  /** One of them, and no other is made for it. */
  symbolAt(index: number): ConfigSymbol {
    return this.#all ? this.#all[index]! : this.#stored!.symbolAt(index);
  }

  /** Every choice, in the order of creation. */
  get choices(): readonly ConfigSymbol[] {
    this.#choices ??= this.#stored
      ? Array.from(this.#stored.choices, (index) => this.symbolAt(index))
      : this.allSymbols.filter(({isChoice}) => isChoice);
    return this.#choices;
  }

  /** All symbols with a name that were declared or mentioned; one that was only mentioned has no nodes. */
  get symbols(): ReadonlyMap<string, ConfigSymbol> {
    this.#symbols ??= namedSymbols(this.allSymbols);
    return this.#symbols;
  }

  /** The same one by one: no list of all is made for a few (sym_find). */
  find(name: string): ConfigSymbol | undefined {
    if (!this.#stored || this.#symbols) return this.symbols.get(name);
    const {isNamed, hash} = this.#stored;
    const {order, starts} = hash;
    const bucket = bucketOf(name, this.dialect);
    for (let i = starts[bucket]!; i < starts[bucket + 1]!; i++) {
      if (isNamed(order[i]!, name)) return this.symbolAt(order[i]!);
    }
    return undefined;
  }

  /** The type of a symbol that a condition names: `y`, `m` and `n` have that of their entry, if there is one. */
  typeOf(named: ConfigSymbol): SymbolType {
    const isShared = named === constantNo || named === constantMod || named === constantYes;
    const declared = isShared ? this.declaredConstants.get(named) : undefined;
    if (declared) return declared.type;
    return isShared && this.dialect.comparedConstants === 'texts' ? 'unknown' : named.type;
  }

  /** Every symbol in the order in which the C tool walks its hash. */
  get hashOrder(): readonly ConfigSymbol[] {
    this.#hashOrder ??= this.#stored
      ? Array.from(this.#stored.hash.order, (index) => this.allSymbols[index]!)
      : inHashOrder(this.allSymbols, this.dialect);
    return this.#hashOrder;
  }

  /** The conditions of all symbols in the form in which they are evaluated. */
  get conditions(): Conditions {
    this.#conditions ??= collectConditions(
      this.allSymbols.map((symbol) => this.declaredConstants.get(symbol) ?? symbol),
      this.expressionRecords!,
    );
    return this.#conditions;
  }

  /** Every symbol after those it depends on; found when first asked for. */
  get dependencyOrder(): DependencyOrder {
    if (!this.#dependencyOrder) {
      const order = orderDependencies(
        this.allSymbols.slice(3),
        this.expressionRecords ?? new ExpressionRecords(),
        this.dialect.recursion === 'told',
      );
      this.#dependencyOrder = {...order, hasLoop: order.hasLoop || this.declaredConstants.size > 0};
    }
    return this.#dependencyOrder;
  }

  /** The menu in words. */
  get outline(): Outline {
    this.#outline ??= makeOutline(this.root);
    return this.#outline;
  }

  /** Name and prompts of each symbol that is declared, in the order of creation; of a stored model none is made for it. */
  *texts(): Generator<SymbolTexts> {
    if (this.#stored) yield* this.#stored.texts();
    else {
      for (const {index, kind, name, nodes, prompts} of this.allSymbols) {
        if (kind === 'config' && name !== undefined && nodes.length > 0)
          yield {symbol: index, name, prompts: prompts.map(({text}) => text)};
      }
    }
  }

  /** Where the help texts of all symbols stand; of a stored model no node is made for it. */
  helps(): Iterable<SymbolHelp> {
    if (this.#stored) return this.#stored.helps();
    return this.allSymbols.flatMap(({index, nodes}) =>
      nodes.flatMap(({help}) => (help ? [{symbol: index, help}] : [])),
    );
  }

  /** All menu nodes in the order of the menu. */
  *nodes(): Generator<MenuNode> {
    let node: MenuNode | undefined = this.root.firstChild;
    while (node) {
      yield node;
      node = nextNode(node);
    }
  }
}
