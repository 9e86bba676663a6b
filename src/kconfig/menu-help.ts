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
/** JUMP_NB of mconf.c. */
const mostPlaces = 9;

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

/** What search shows, and the nodes to which the digits in it lead: `(1)` to the first. */
export type NumberedSearchText = {readonly text: string; readonly places: readonly MenuNode[]};

/**
 * The same with the numbers of the keys that lead to its menus: of each prompt, to the innermost of its entry and the menus
 * around it that is visible. There are nine such keys, and places beyond have none (update_text of mconf.c, Linux 6.1).
 */
export function numberedSearchText(evaluation: Evaluation, symbol: ConfigSymbol): NumberedSearchText {
  evaluation.calculate(symbol);
  const places: MenuNode[] = [];
  return {text: new Describer(evaluation, places).symbol(symbol), places};
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
  /** Takes the nodes that are jumped to; without it, none is numbered. */
  readonly #places: MenuNode[] | undefined;

  constructor(evaluation: Evaluation, places?: MenuNode[]) {
    this.#evaluation = evaluation;
    this.#places = places;
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
    let nearest: MenuNode | undefined;
    let looks = true;
    for (; menu && menu !== model.root && around.length < deepestLocation; menu = menu.parent) {
      // Looking whether an entry is visible calculates what it depends on, and may mark its symbol as set.
      const isVisible: boolean = looks && this.#evaluation.isNodeVisible(menu);
      if (isVisible) nearest ??= menu;
      if (model.dialect.helpVisibility === 'first-visible') looks &&= !isVisible;
      around.unshift(menu);
    }
    if (fromParent && around.length === 0) return '';
    const number =
      nearest &&
      this.#number(fromParent && this.#places && this.#evaluation.isNodeVisible(node) ? node : nearest);
    const steps = around.map((step, depth) =>
      this.#step(step, 2 * depth + 4, step === nearest ? number : undefined),
    );
    return `  Location:\n${steps.join('')}`;
  }

  /** The number of a further place to jump to, as it is shown; undefined if there is none left. */
  #number(place: MenuNode): string | undefined {
    if (!this.#places || this.#places.length === mostPlaces) return undefined;
    return `(${this.#places.push(place)})`;
  }

  #step(menu: MenuNode, indent: number, number = ''): string {
    const {symbol} = menu;
    const value = symbol ? ` (${symbol.displayName} [=${this.#evaluation.storedText(symbol)}])` : '';
    // What has no prompt and no symbol is an `if`: printf writes a null pointer so.
    const text = menu.prompt?.text ?? symbol?.name ?? '(null)';
    return `${number.padEnd(indent)}-> ${text}${value}\n`;
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
