/** What `conf` answers to `?`, and menuconfig to `/` (menu_get_ext_help, get_symbol_str of menu.c, Linux 6.1). */

import {formatExpression, type Tristate} from './expression.ts';
import {helpText} from './help.ts';
import {typeName} from './menu.ts';
import {activeRange} from './range.ts';
import {simplifierOf} from './simplifier.ts';
import {formatLocation} from './source.ts';
import type {ConfigSymbol, MenuNode, Prompt, ReverseDependency} from './symbol.ts';
import {isYes} from './transform.ts';
import {annotation} from './unmet-dependency.ts';
import type {Evaluation} from './values.ts';

/** str_printf formats into a buffer of this size, and keeps one byte for the final NUL. */
const longestFormatted = 9999;
/** Room in the array for the menus around an entry. */
const deepestLocation = 8;

/** The help of an entry: its text, and what decides about the symbol. */
export function menuHelp(evaluation: Evaluation, node: MenuNode): string {
  const {symbol, help} = node;
  const name = help && symbol?.name !== undefined ? `${evaluation.model.prefix}${symbol.name}:\n\n` : '';
  const text = help ? helpText(help) : 'There is no help available for this option.';
  const shown = `${text}\n`.slice(0, longestFormatted);
  return name + shown + (symbol ? new Describer(evaluation).symbol(symbol) : '');
}

/**
 * What menuconfig's search shows of a symbol, without the numbers of keys that lead to its menus (get_symbol_str of
 * menu.c, Linux 6.1, called by get_relations_str).
 */
export function searchText(evaluation: Evaluation, symbol: ConfigSymbol): string {
  evaluation.calculate(symbol);
  return new Describer(evaluation).symbol(symbol);
}

/** The menus in which a node stands, the outermost first, and the node itself; the root is none of them. */
export function menuPath(node: MenuNode): readonly MenuNode[] {
  const path: MenuNode[] = [];
  for (let menu: MenuNode | undefined = node; menu?.parent; menu = menu.parent) path.unshift(menu);
  return path;
}

/** The functions get_…_str of menu.c. */
class Describer {
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
  }

  symbol(symbol: ConfigSymbol): string {
    const {dialect} = this.#evaluation.model;
    if (dialect.helpParts === 'prompts') return this.#promptsOf(symbol);
    const prompted = symbol.nodes.filter((node) => node.prompt);
    const others = symbol.nodes.filter((node) => !node.prompt);
    return [
      symbol.name === undefined ? '' : this.#heading(symbol),
      ...prompted.map((node) => definedAt(node) + this.#prompt(node, node.prompt!)),
      ...others.map((node) => definedAt(node) + this.#dependency('  Depends on: ', node.dependency)),
      this.#targets(symbol, 'select', 'Selects: '),
      this.#reverse(symbol.selectedBy, 'Selected'),
      this.#targets(symbol, 'imply', 'Implies: '),
      this.#reverse(symbol.impliedBy, 'Implied'),
      '\n\n',
    ].join('');
  }

  /** All prompts, and the first place where the symbol is declared (get_symbol_str of Linux 4.17). */
  #promptsOf(symbol: ConfigSymbol): string {
    const declared = symbol.properties.find(({kind}) => kind === 'symbol');
    const indented = (lines: string) => lines.replace(/^(?=[A-Z])/gm, '  ');
    return [
      symbol.name === undefined ? '' : this.#heading(symbol),
      ...symbol.prompts.map((prompt) => `Prompt: ${prompt.text}\n${this.#location(prompt.node)}`),
      declared ? `  ${definedAt(declared.node)}` : '',
      declared ? this.#dependency('  Depends on: ', declared.condition) : '',
      this.#targets(symbol, 'select', '  Selects: '),
      indented(this.#reverse(symbol.selectedBy, 'Selected')),
      this.#targets(symbol, 'imply', '  Implies: '),
      indented(this.#reverse(symbol.impliedBy, 'Implied')),
      '\n\n',
    ].join('');
  }

  #heading(symbol: ConfigSymbol): string {
    const value = this.#evaluation.storedText(symbol);
    let text = `Symbol: ${symbol.name} [=${value}]\nType  : ${typeName(symbol.type)}\n`;
    if (symbol.type !== 'int' && symbol.type !== 'hex') return text;
    const range = activeRange(this.#evaluation, symbol);
    if (range) text += `Range : [${this.#named(range.low)} ${this.#named(range.high)}]\n`;
    return text;
  }

  #named(symbol: ConfigSymbol): string {
    return symbol.name + annotation(this.#evaluation, symbol);
  }

  #expression(expression: Parameters<typeof formatExpression>[0]): string {
    return formatExpression(expression, (symbol) => annotation(this.#evaluation, symbol));
  }

  #dependency(title: string, expression: Parameters<typeof formatExpression>[0]): string {
    return isYes(expression) ? '' : `${title}${this.#expression(expression)}\n`;
  }

  #prompt(node: MenuNode, prompt: Prompt): string {
    let text = `  Prompt: ${prompt.text}\n${this.#dependency('  Depends on: ', node.dependency)}`;
    // A prompt with an `if`, or below a `visible if`, is seen under another condition than it depends on.
    if (!simplifierOf(this.#evaluation.model.dialect).equal(node.dependency, prompt.condition)) {
      text += this.#dependency('  Visible if: ', prompt.condition);
    }
    return text + this.#location(node);
  }

  #location(node: MenuNode): string {
    const {model} = this.#evaluation;
    const around: MenuNode[] = [];
    const fromParent = model.dialect.helpLocation === 'parent';
    let menu = fromParent ? node.parent : node;
    let looks = true;
    for (; menu && menu !== model.root && around.length < deepestLocation; menu = menu.parent) {
      // Looking whether an entry is visible calculates what it depends on, and may mark its symbol as set.
      const isVisible: boolean = looks && this.#evaluation.isNodeVisible(menu);
      if (model.dialect.helpVisibility === 'first-visible') looks &&= !isVisible;
      around.unshift(menu);
    }
    if (fromParent && around.length === 0) return '';
    return `  Location:\n${around.map((menu, depth) => this.#step(menu, 2 * depth + 4)).join('')}`;
  }

  #step(menu: MenuNode, indent: number): string {
    const {symbol} = menu;
    const value = symbol ? ` (${symbol.displayName} [=${this.#evaluation.storedText(symbol)}])` : '';
    // What has no prompt and no symbol is an `if`: printf writes a null pointer so.
    const text = menu.prompt?.text ?? symbol?.name ?? '(null)';
    return `${' '.repeat(indent)}-> ${text}${value}\n`;
  }

  #targets(symbol: ConfigSymbol, kind: 'select' | 'imply', title: string): string {
    const targets: string[] = [];
    for (const property of symbol.properties) {
      if (property.kind === kind) targets.push(this.#named(property.target));
    }
    return targets.length === 0 ? '' : `${title}${targets.join(' && ')}\n`;
  }

  #reverse(dependencies: readonly ReverseDependency[], verb: string): string {
    let text = '';
    for (const [value, letter] of [
      [2, 'y'],
      [1, 'm'],
      [0, 'n'],
    ] as const satisfies readonly (readonly [Tristate, string])[]) {
      const found = dependencies.filter(({expression}) => this.#evaluation.evaluate(expression) === value);
      if (found.length === 0) continue;
      text += `${verb} by [${letter}]:\n`;
      for (const {expression} of found) text += `  - ${this.#expression(expression)}\n`;
    }
    return text;
  }
}

function definedAt(node: MenuNode): string {
  return `Defined at ${formatLocation(node)}\n`;
}
