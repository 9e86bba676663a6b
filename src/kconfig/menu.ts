/** Building the menu while parsing: entries and their properties (the menu_add functions of menu.c, Linux 6.1). */

import {and, type Expression, junction} from './expression.ts';
import type {KconfigSources, Location} from './source.ts';
import {warningAt} from './source.ts';
import {type ConfigSymbol, MenuNode, type Prompt, type Property, type SymbolType} from './symbol.ts';
import {equalNo} from './transform.ts';

/** sym_type_name (symbol.c). */
export function typeName(type: SymbolType): string {
  return type === 'int' ? 'integer' : type;
}

export class MenuBuilder {
  readonly root: MenuNode;
  readonly #warn: KconfigSources['warn'];
  /** The block whose children are being declared. */
  menu: MenuNode;
  /** The node declared last, which options apply to. */
  entry: MenuNode;
  #last: MenuNode | undefined;
  promptCount = 0;

  /** Whether the tool is that of Linux 2.6.16, whose words are others. */
  readonly #isFirst: boolean;

  constructor(root: MenuNode, warn: KconfigSources['warn'], isFirst = false) {
    this.#isFirst = isFirst;
    this.root = root;
    this.menu = root;
    this.entry = root;
    this.#warn = warn;
  }

  warn(location: Location, code: string, message: string): void {
    this.#warn?.(warningAt(location, code, message));
  }

  addEntry(symbol: ConfigSymbol | undefined, {file, line}: Location): void {
    const node = new MenuNode(symbol, this.menu, {file, line});
    if (this.#last) this.#last.next = node;
    else this.menu.firstChild = node;
    this.#last = node;
    this.entry = node;
    if (!symbol) return;
    symbol.nodes.push(node);
    symbol.properties.push({kind: 'symbol', ...this.#base({file, line}, undefined)});
  }

  openMenu(): void {
    this.menu = this.entry;
    this.#last = undefined;
  }

  closeMenu(): void {
    this.#last = this.menu;
    this.menu = this.menu.parent!;
  }

  /** `condition` is that of `depends on A if B`, which holds where B is `n`. */
  addDependency(dependency: Expression, condition: Expression | undefined, {file, line}: Location): void {
    const expression = condition ? junction('or', [dependency, equalNo(condition)]) : dependency;
    this.entry.dependency = and(this.entry.dependency, expression);
    this.entry.conditions.push({expression, file, line});
  }

  addVisibility(expression: Expression | undefined, {file, line}: Location): void {
    this.entry.visibility = and(this.entry.visibility, expression);
    if (expression) this.entry.visibilityConditions.push({expression, file, line});
  }

  setType(node: MenuNode, type: SymbolType): void {
    const symbol = node.symbol!;
    if (symbol.type === type) return;
    if (symbol.type === 'unknown') {
      symbol.type = type;
      return;
    }
    const [from, to] = [typeName(symbol.type), typeName(type)];
    if (this.#isFirst) {
      const [before, after] = [from, to].map((name) => (name === 'bool' ? 'boolean' : name));
      const message = `type of '${symbol.displayName}' redefined from '${before}' to '${after}'\n`;
      this.warn(node, 'type-redefinition', message);
      return;
    }
    const message = `ignoring type redefinition of '${symbol.displayName}' from '${from}' to '${to}'`;
    this.warn(node, 'type-redefinition', message);
  }

  addPrompt(kind: Prompt['kind'], text: string, condition: Expression | undefined, location: Location): void {
    const shown = this.#isFirst ? text : text.replace(/^[ \t\n\v\f\r]+/, '');
    if (shown !== text) this.warn(location, 'leading-whitespace', 'leading whitespace ignored');
    if (this.entry.prompt) {
      const [place, end] = this.#isFirst ? [this.entry, '\n'] : [location, ''];
      this.warn(place, 'prompt-redefined', `prompt redefined${end}`);
    }
    const prompt: Prompt = {kind, text: shown, index: this.promptCount++, ...this.#base(location, condition)};
    if (kind === 'prompt') {
      for (let menu = this.entry.parent; menu; menu = menu.parent) {
        if (menu.visibility) prompt.condition = and(prompt.condition, menu.visibility);
      }
    }
    this.entry.prompt = prompt;
    this.entry.symbol?.properties.push(prompt);
    this.entry.symbol?.prompts.push(prompt);
  }

  addDefault(value: Expression, condition: Expression | undefined, location: Location): void {
    const property = {kind: 'default', value, ...this.#base(location, condition)} as const;
    this.entry.symbol!.defaults.push(property);
    this.entry.symbol!.properties.push(property);
  }

  addRange(
    low: ConfigSymbol,
    high: ConfigSymbol,
    condition: Expression | undefined,
    location: Location,
  ): void {
    const property = {kind: 'range', low, high, ...this.#base(location, condition)} as const;
    this.entry.symbol!.ranges.push(property);
    this.entry.symbol!.properties.push(property);
  }

  addSelect(
    kind: 'select' | 'imply',
    target: ConfigSymbol,
    condition: Expression | undefined,
    location: Location,
  ): void {
    this.entry.symbol!.properties.push({kind, target, ...this.#base(location, condition)});
  }

  #base({file, line}: Location, condition: Expression | undefined) {
    return {node: this.entry, file, line, condition, written: condition} satisfies Partial<Property>;
  }
}
