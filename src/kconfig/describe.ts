/** All that is known of one symbol in one configuration, as values: what menuconfig's search prints, and what it leaves out. */

import {formatWithValues} from './explain.ts';
import {type Expression, letters, type Tristate} from './expression.ts';
import {helpText} from './help.ts';
import {menuPath} from './menu-help.ts';
import {activeRange} from './range.ts';
import {type FileLine, fileLine} from './source.ts';
import type {ConfigSymbol, MenuNode, Property, ReverseDependency, SymbolType} from './symbol.ts';
import {isYes} from './transform.ts';
import type {Evaluation} from './values.ts';

/** A menu on the way to a symbol, or the symbol's own entry: its prompt, and its symbol if it has one. */
export type MenuStep = {readonly text: string; readonly symbol?: string; readonly value?: string};

/** One `config`, `menuconfig` or `choice` of the symbol. */
export type DefinitionDescription = {
  readonly place: FileLine;
  readonly prompt: string | undefined;
  /** With values, and what the menus around it depend on; undefined where it depends on nothing. */
  readonly dependsOn: string | undefined;
  /** Whether the user can see it now. */
  readonly visible: boolean;
  /** The way to it in the menu, the entry itself last. */
  readonly location: readonly MenuStep[];
  readonly help: string | undefined;
};

/** A `default`, `range`, `select` or `imply`. */
export type LineDescription = {
  readonly place: FileLine;
  /** With values, the `if` included, as it was written: `y if NET [=y]`. */
  readonly text: string;
  /** Whether it decides now: the first default and the first range whose condition holds, each select that does. */
  readonly active: boolean;
};

/** What raises the symbol, with values: `NFSD [=m] && NET [=y]`. */
export type Raising = {
  readonly value: 'n' | 'm' | 'y';
  readonly text: string;
  readonly place: FileLine | undefined;
};

export type SymbolDescription = {
  readonly symbol: string;
  readonly value: string;
  readonly type: SymbolType;
  /** The highest value that the user can give; of a number or a text, `n` where it cannot be set. */
  readonly visibility: 'n' | 'm' | 'y';
  readonly definitions: readonly DefinitionDescription[];
  readonly defaults: readonly LineDescription[];
  readonly ranges: readonly LineDescription[];
  readonly selects: readonly LineDescription[];
  readonly implies: readonly LineDescription[];
  readonly selectedBy: readonly Raising[];
  readonly impliedBy: readonly Raising[];
  /** Of a member of a choice: the way to the choice. */
  readonly choice: readonly MenuStep[] | undefined;
};

/** Describes a symbol under the values of an evaluation. Lists are in the order of the files' reading. */
export function describeSymbol(evaluation: Evaluation, symbol: ConfigSymbol): SymbolDescription {
  return new SymbolDescriber(evaluation, symbol).describe();
}

/** The menus around a node, as people read them: `Networking support > Networking options`. */
export function menuTitles(node: MenuNode): readonly string[] {
  return menuPath(node)
    .slice(0, -1)
    .map(({prompt, symbol}) => prompt?.text ?? symbol?.name ?? '')
    .filter((text) => text !== '');
}

class SymbolDescriber {
  readonly #evaluation: Evaluation;
  readonly #symbol: ConfigSymbol;

  constructor(evaluation: Evaluation, symbol: ConfigSymbol) {
    this.#evaluation = evaluation;
    this.#symbol = symbol;
  }

  describe(): SymbolDescription {
    const symbol = this.#symbol;
    const evaluation = this.#evaluation;
    const activeDefault = evaluation.activeDefault(symbol)?.property;
    const range = activeRange(evaluation, symbol);
    const [choice] = symbol.choice?.nodes ?? [];
    return {
      symbol: symbol.displayName,
      value: evaluation.value(symbol),
      type: symbol.type,
      visibility: letters[evaluation.visibility(symbol)],
      definitions: symbol.nodes.map((node) => this.#definition(node)),
      defaults: symbol.defaults.map((property) =>
        this.#line(property, this.#format(property.value), property === activeDefault),
      ),
      ranges: symbol.ranges.map((property) => {
        const bounds = `${this.#format(property.low.expression)} ${this.#format(property.high.expression)}`;
        return this.#line(property, bounds, property === range);
      }),
      selects: this.#targets('select'),
      implies: this.#targets('imply'),
      selectedBy: this.#raising(symbol.selectedBy),
      impliedBy: this.#raising(symbol.impliedBy),
      choice: choice && this.#location(choice),
    };
  }

  #format(expression: Expression): string {
    return formatWithValues(this.#evaluation, expression);
  }

  #definition(node: MenuNode): DefinitionDescription {
    const {prompt, help, dependency} = node;
    return {
      place: fileLine(node),
      prompt: prompt?.text,
      dependsOn: isYes(dependency) || !dependency ? undefined : this.#format(dependency),
      visible: prompt !== undefined && this.#evaluation.evaluate(prompt.condition) !== 0,
      location: this.#location(node),
      help: help && helpText(help),
    };
  }

  #location(node: MenuNode): readonly MenuStep[] {
    return menuPath(node).flatMap(({prompt, symbol}) => {
      const text = prompt?.text ?? symbol?.name;
      // An `if` has neither, and is no place that a user comes to.
      if (text === undefined) return [];
      const value =
        symbol?.name === undefined ? {} : {symbol: symbol.name, value: this.#evaluation.value(symbol)};
      return [{text, ...value}];
    });
  }

  #line(property: Property, text: string, active: boolean): LineDescription {
    const condition = property.written ? ` if ${this.#format(property.written)}` : '';
    return {place: fileLine(property), text: `${text}${condition}`, active};
  }

  #targets(kind: 'select' | 'imply'): readonly LineDescription[] {
    const value: Tristate = this.#evaluation.tristate(this.#symbol);
    return this.#symbol.properties.flatMap((property) => {
      if (property.kind !== kind) return [];
      const active = value !== 0 && this.#evaluation.evaluate(property.condition) !== 0;
      return [this.#line(property, this.#format(property.target.expression), active)];
    });
  }

  #raising(reverse: readonly ReverseDependency[]): readonly Raising[] {
    return reverse.map(({expression, property}) => ({
      value: letters[this.#evaluation.evaluate(expression)],
      text: this.#format(expression),
      place: property && fileLine(property),
    }));
  }
}
