/** The symbols of a configuration in the order of its menus, each with its value and why it has it. */

import {lineAndColumn, type Place} from '../base/diagnostic.ts';
import {readable} from '../base/engine-text.ts';
import type {Configuration} from '../job/configuration.ts';
import {
  type ConfigSymbol,
  type Evaluation,
  explainValue,
  fileLine,
  type MenuNode,
  type ValueStep,
} from '../kconfig/index.ts';

export type ReportSymbol = {
  readonly symbol: string;
  readonly value: string;
  readonly prompt: string | undefined;
  /** `fs/nfsd/Kconfig:2` */
  readonly place: string;
  /** What gave the value or changed it, in this order. */
  readonly why: readonly string[];
  /** What it is in those configurations that have another value of it: `Debian m`. */
  readonly elsewhere: readonly string[];
};

/** A symbol, a menu, or a menu that is a symbol as well; with what stands below it. */
export type ReportEntry = {
  readonly symbol: ReportSymbol | undefined;
  /** Of a menu, which people open. What is below a symbol without one only depends on it. */
  readonly title: string | undefined;
  readonly entries: readonly ReportEntry[];
};

/** Another configuration under the same Kconfig. */
export type Other = {
  readonly name: string;
  /** A word or two for the rows of symbols: `Debian`. */
  readonly short: string;
  readonly detail: string;
  readonly evaluation: Configuration['evaluation'];
};

/** The menus, with the symbols that are on or that a user may set; menus without any are left out. */
export function menuOf(configuration: Configuration, others: readonly Other[]): readonly ReportEntry[] {
  const reader = new MenuReader(configuration, others);
  return reader.below(configuration.evaluation.model.root);
}

class MenuReader {
  readonly #evaluation: Evaluation;
  readonly #others: readonly Other[];
  readonly #setting: (symbol: string) => string | undefined;

  constructor(configuration: Configuration, others: readonly Other[]) {
    this.#evaluation = configuration.evaluation;
    this.#others = others;
    this.#setting = settings(configuration);
  }

  below(node: MenuNode): readonly ReportEntry[] {
    return [...node.children()].flatMap((child) => this.#entries(child));
  }

  #entries(node: MenuNode): readonly ReportEntry[] {
    const {symbol: declared, prompt} = node;
    const symbol = declared && this.#isShown(declared, node) ? this.#describe(declared, node) : undefined;
    const entries = this.below(node);
    if (symbol === undefined && entries.length === 0) return [];
    const isMenu = prompt?.kind === 'menu' || declared?.isChoice === true;
    if (isMenu && entries.length > 0) {
      return [{symbol, title: readable(prompt?.text ?? declared?.name ?? ''), entries}];
    }
    return symbol === undefined ? entries : [{symbol, title: undefined, entries}];
  }

  /** Once, where people see it. */
  #isShown(symbol: ConfigSymbol, node: MenuNode): boolean {
    if (symbol.name === undefined || symbol.kind !== 'config' || symbol.isChoice || nodeOf(symbol) !== node)
      return false;
    const {visibility} = this.#evaluation.calculate(symbol);
    const value = this.#evaluation.value(symbol);
    return visibility !== 0 || (value !== 'n' && value !== '');
  }

  #describe(symbol: ConfigSymbol, node: MenuNode): ReportSymbol {
    const value = this.#evaluation.value(symbol);
    const {file, line} = fileLine(node);
    const elsewhere = this.#others.flatMap(({short, evaluation}) => {
      const other = evaluation.value(symbol);
      return other === value ? [] : [`${short} ${other === '' ? 'none' : other}`];
    });
    return readable({
      symbol: symbol.name!,
      value,
      prompt: node.prompt?.text,
      place: `${file}:${line}`,
      why: explainValue(this.#evaluation, symbol).steps.map((step) => this.#words(symbol, step)),
      elsewhere,
    });
  }

  #words({name}: ConfigSymbol, {source, text, place}: ValueStep): string {
    const setting = source === 'user' ? this.#setting(name!) : undefined;
    if (setting !== undefined) return text.replace(/^it was set/, setting);
    return place === undefined ? text : `${text} (${place.file}:${place.line})`;
  }
}

/** Who set what a user may set: a goal, what the goals need, or what the configuration starts from. */
function settings({start, recipe, goals, resolved}: Configuration): (symbol: string) => string | undefined {
  const said = new Map<string, string>();
  for (const {symbol, neededBy} of resolved?.added ?? []) {
    said.set(symbol, `it was set for ${neededBy.join(', ') || 'the goals'}`);
  }
  for (const {symbol, origin, place, why} of goals.toReversed()) {
    const at = placeOf(origin, place);
    const where = at === undefined ? origin : `${origin} (${at})`;
    // The engine's texts are bytes, which are decoded together with what stands in the same sentence.
    const reason = why === undefined ? '' : `: ${why}`;
    said.set(symbol, latin1(`the goal of ${where} sets it${reason}`));
  }
  for (const symbol of Object.keys(start.kind === 'run' ? start.goals : {})) {
    said.set(symbol, 'a goal of the run sets it');
  }
  const rest =
    start.kind === 'recipe'
      ? `the base ${baseName(recipe!.kernel.base)} sets it${recipe!.kernel.trim === 'least' ? ', or it is off since no goal needs it' : ''}`
      : start.kind === 'defaults'
        ? undefined
        : `${start.name} sets it`;
  return (symbol) => said.get(symbol) ?? (rest && latin1(rest));
}

/** Where a goal is written, in the folder of recipes, wherever that is on this machine; undefined where it is in no file. */
export function placeOf(origin: string, place: Place): string | undefined {
  if (place.file === origin) return undefined;
  const own = `${origin}.yaml`;
  const file = place.file.endsWith(own) ? own : place.file.split('/').at(-1)!;
  return `${file}:${lineAndColumn(place).line}`;
}

/** A file is named without its folders, which are somebody's own. */
export function baseName(base: string): string {
  return base.split('/').at(-1)!;
}

/** The entry that people see, or the first. */
export function nodeOf({nodes}: ConfigSymbol): ConfigSymbol['nodes'][number] | undefined {
  return nodes.find(({prompt}) => prompt !== undefined) ?? nodes[0];
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
