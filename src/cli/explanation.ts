/** What `kbuild explain` says of symbols: as values for `--json`, and in the words and order of menuconfig's search. */

import {type Diagnostic, exitCode, KbuildError, lineAndColumn} from '../base/diagnostic.ts';
import {readable} from '../base/engine-text.ts';
import {type Configuration, goalsBehind, type Start} from '../job/configuration.ts';
import {
  type ConfigSymbol,
  chainWords,
  describeSymbol,
  explainUnmet,
  explainValue,
  type KconfigModel,
  type LineDescription,
  type Link,
  nearestNames,
  needWords,
  otherValues,
  placeWords,
  type SymbolDescription,
  type SymbolReason,
  searchText,
  type ValueReason,
} from '../kconfig/index.ts';
import {goalsThatNeed} from '../recipe/needed-by.ts';
import type {Goal} from '../recipe/recipe.ts';

/** A goal, and where it was written. */
export type ShownGoal = {
  readonly symbol: string;
  readonly value: string;
  /** A wish: taken where it can be. */
  readonly optional?: true;
  readonly why?: string;
  readonly origin: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
};

export type SymbolExplanation = SymbolDescription & {
  /** What menuconfig's search prints of it. */
  readonly search: string;
  readonly why: ValueReason;
  /** For each value it does not have, what stands in the way; of a number or a text, of any other. */
  readonly others: readonly SymbolReason[];
  readonly goal: ShownGoal | undefined;
  /** The goals it was set for, where none says it. */
  readonly setFor?: readonly ShownGoal[];
  /** The other goals that depend on it, the nearest first. */
  readonly neededBy: readonly (ShownGoal & {readonly chain: readonly Link[]})[];
};

export type Explanation = {
  readonly kernel: {readonly release: string; readonly arch: string};
  readonly start: {
    readonly kind: Start['kind'];
    readonly name?: string;
    readonly base?: string;
    readonly trim?: 'least';
  };
  readonly symbols: readonly SymbolExplanation[];
};

/**
 * Explains symbols, given with or without CONFIG_.
 * @throws KbuildError (2) with each that the kernel does not have, and the names nearest to it
 */
export function explain(configuration: Configuration, names: readonly string[]): Explanation {
  const {kconfig, start, recipe} = configuration;
  const {model} = kconfig.tree;
  const symbols = requireSymbols(model, names);
  return {
    kernel: {release: kconfig.source.release, arch: kconfig.arch},
    start: {
      kind: start.kind,
      ...(start.kind === 'recipe' ? {name: start.recipe.name} : {}),
      ...(start.kind === 'file' ? {name: start.name} : {}),
      ...(recipe === undefined ? {} : {base: recipe.kernel.base}),
      ...(recipe?.kernel.trim === 'least' ? {trim: 'least' as const} : {}),
    },
    symbols: symbols.map((symbol) => explainSymbol(configuration, symbol)),
  };
}

function requireSymbols(model: KconfigModel, names: readonly string[]): readonly ConfigSymbol[] {
  const symbols = new Set<ConfigSymbol>();
  const unknown: Diagnostic[] = [];
  for (const name of names) {
    const plain = name.startsWith(model.prefix) ? name.slice(model.prefix.length) : name;
    const symbol = model.find(plain);
    if (symbol !== undefined && symbol.nodes.length > 0) {
      symbols.add(symbol);
      continue;
    }
    const nearest = nearestNames(model, plain);
    unknown.push({
      severity: 'error',
      code: 'unknown-symbol',
      message: `this kernel has no symbol ${plain}`,
      ...(nearest.length === 0 ? {} : {hint: `the nearest names are ${nearest.join(', ')}`}),
    });
  }
  if (unknown.length > 0) throw new KbuildError(exitCode.badInput, ...unknown);
  return [...symbols];
}

function explainSymbol(configuration: Configuration, symbol: ConfigSymbol): SymbolExplanation {
  const {evaluation, goals} = configuration;
  // Everything is calculated by what follows: menuconfig prints what it has, and that is to be the values.
  const description = describeSymbol(evaluation, symbol);
  const engine = readable({
    ...description,
    search: searchText(evaluation, symbol),
    why: explainValue(evaluation, symbol),
    others: otherValues(symbol, evaluation.value(symbol)).map((value) =>
      explainUnmet(evaluation, symbol, value),
    ),
  });
  const own = goals.find((goal) => goal.symbol === symbol.name);
  const neededBy = goalsThatNeed(evaluation, symbol, goals).map(({goal, chain}) => ({
    ...shownGoal(goal),
    chain: readable(chain),
  }));
  const behind = goalsBehind(configuration, symbol.name);
  return {
    ...engine,
    goal: own && shownGoal(own),
    ...(behind === undefined ? {} : {setFor: behind.map(shownGoal)}),
    neededBy,
  };
}

function shownGoal({symbol, value, optional, why, origin, place}: Goal): ShownGoal {
  const {line, column} = lineAndColumn(place);
  return {
    symbol,
    value,
    ...(optional === undefined ? {} : {optional}),
    ...(why === undefined ? {} : {why}),
    origin,
    file: place.file,
    line,
    column,
  };
}

/** More of a list are in `--json`. */
const mostShown = 20;
/** The same within a sentence. */
const mostNeeders = 4;

/** As people read it. */
export function explanationWords({kernel, start, symbols}: Explanation): string {
  const heading = `Linux ${kernel.release} ${kernel.arch}, ${startWords(start)}\n`;
  return [heading, ...symbols.map((symbol) => symbolWords(symbol, start))].join('\n');
}

function startWords({kind, name}: Explanation['start']): string {
  if (kind === 'recipe') return `as the recipe ${name} configures it`;
  return kind === 'file' ? `as ${name} configures it` : 'with the defaults of its Kconfig alone';
}

function symbolWords(symbol: SymbolExplanation, start: Explanation['start']): string {
  const {search, defaults, ranges, definitions, why} = symbol;
  const helps = definitions.flatMap(({help}) => (help === undefined ? [] : [help]));
  const paragraphs = [
    search.trimEnd(),
    lineList('Defaults:', defaults),
    lineList('Ranges:', ranges),
    ...helps.map((help) => `Help:\n${indented(help.trimEnd())}`),
    `${why.symbol} is ${why.value || 'empty'}:\n${why.steps.map((step) => `  - ${stepWords(step, symbol, start)}`).join('\n')}`,
    otherWords(symbol),
    goalWords(symbol, start),
  ];
  return `${paragraphs.filter((text) => text !== '').join('\n\n')}\n`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function lineList(title: string, lines: readonly LineDescription[]): string {
  if (lines.length === 0) return '';
  const shown = lines.map(
    ({text, place, active}) => `  - ${text} ${placeWords(place)}${active ? ', the first that holds' : ''}`,
  );
  return [title, ...shown].join('\n');
}

function stepWords(
  {source, text, place}: ValueReason['steps'][number],
  {goal, setFor}: SymbolExplanation,
  {kind, name, base, trim}: Explanation['start'],
): string {
  if (source === 'user') {
    const rest = text.replace(/^it was set/, '');
    if (goal !== undefined) return `the goal of ${originWords(goal)} sets it${rest}`;
    if (setFor !== undefined) return `it was set for ${neederWords(setFor)}, as no goal says it${rest}`;
    const orOff = trim === 'least' ? ', or it is off since no goal needs it' : '';
    if (kind === 'recipe') return `the base ${base} sets it${orOff}${rest}`;
    if (kind === 'file') return `${name} sets it${rest}`;
  }
  return place === undefined ? text : `${text} ${placeWords(place)}`;
}

/** The goals that need what none of them says. */
function neederWords(goals: readonly ShownGoal[]): string {
  if (goals.length === 0) return 'the goals';
  const shown = goals.slice(0, mostNeeders).map((goal) => `${goal.symbol} of ${originWords(goal)}`);
  const more = goals.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more goals, which --json lists`;
}

function originWords({origin, file, line}: ShownGoal): string {
  return origin === file ? `${origin}` : `${origin} (${file}:${line})`;
}

/** What it would take to have another value. */
function otherWords({symbol, type, visibility, others, ranges, goal}: SymbolExplanation): string {
  if (type === 'int' || type === 'hex' || type === 'string') {
    const [other] = others;
    if (visibility === 'n' || other === undefined) {
      return `${symbol} cannot be set: ${other?.detail ?? 'it has no type'}.`;
    }
    const range = ranges.find(({active}) => active);
    const kind = {int: 'whole number', hex: 'hexadecimal number', string: 'text'}[type];
    return `${symbol} can be set to any ${kind}${range ? ` in the range ${range.text} ${placeWords(range.place)}` : ''}.`;
  }
  return others.map((other) => `To be ${other.wanted}: ${wayWords(other, goal)}.`).join('\n');
}

function wayWords(reason: SymbolReason, goal: ShownGoal | undefined): string {
  const {cause, detail} = reason;
  if (cause === 'not-set') {
    return goal === undefined ? `set it; ${detail}` : `set it; the goal says ${goal.value}`;
  }
  const needs = needWords(reason);
  return needs === '' ? detail : `${detail}; it would take ${needs}`;
}

function goalWords({symbol, goal, neededBy}: SymbolExplanation, {kind}: Explanation['start']): string {
  const lines: string[] = [];
  if (goal !== undefined) {
    const why = goal.why === undefined ? '' : `: ${goal.why}`;
    lines.push(
      `${symbol} is a ${goal.optional ? 'wish' : 'goal'}: ${goal.value}, of ${originWords(goal)}${why}`,
    );
  }
  if (neededBy.length > 0) {
    lines.push(`Goals that depend on it: ${neededBy.length}`);
    for (const {chain} of neededBy.slice(0, mostShown)) lines.push(`  - ${chainWords(chain)}`);
    if (neededBy.length > mostShown) {
      lines.push(`  - and ${neededBy.length - mostShown} more, which --json lists`);
    }
  } else if (kind === 'recipe') {
    lines.push(goal === undefined ? 'No goal depends on it.' : 'No other goal depends on it.');
  }
  return lines.join('\n');
}
