/** All that is told of a configuration on its page, as plain values: goals, what was added, menus, differences. */

import {readable} from '../base/engine-text.ts';
import type {Configuration} from '../job/configuration.ts';
import {type ConfigSymbol, compareConfigurations, type Difference, menuTitles} from '../kconfig/index.ts';
import {baseName, menuOf, nodeOf, type Other, placeOf, type ReportEntry} from './menu.ts';

export type ReportGoal = {
  readonly symbol: string;
  readonly prompt: string | undefined;
  readonly wanted: string;
  readonly actual: string;
  readonly met: boolean;
  /** Taken where it can be; others are met, or there is no configuration. */
  readonly isWish: boolean;
  /** Why a wish is not taken. */
  readonly reason: string | undefined;
  readonly why: string | undefined;
  /** The recipe, part or module that wrote it. */
  readonly origin: string;
  /** `fs/nfs.yaml:12`; undefined for those of a run, whose files are not known. */
  readonly place: string | undefined;
};

export type ReportAddition = {
  readonly symbol: string;
  readonly prompt: string | undefined;
  readonly value: string;
  /** Symbols of goals. */
  readonly neededBy: readonly string[];
};

export type ReportDifference = {
  readonly symbol: string;
  readonly prompt: string | undefined;
  readonly before: string;
  readonly after: string;
};

/** What was added, and lists of symbols any of which would have done in its place. */
export type Exchange = {readonly added: readonly string[]; readonly others: readonly (readonly string[])[]};

export type ReportCause = ReportDifference & {
  /** The menus that it stands in, the outermost first. */
  readonly menu: readonly string[];
  /** What has another value by that, each with the line that gives it. */
  readonly consequences: readonly (ReportDifference & {readonly reason: string})[];
};

/** What differs from another configuration, whose values are those before. */
export type ReportComparison = {
  /** `Debian's own configuration`. */
  readonly name: string;
  readonly detail: string;
  readonly causes: readonly ReportCause[];
};

export type Report = {
  readonly name: string;
  readonly summary: string | undefined;
  /** `Linux 6.1.192 x86_64, over the base tinyconfig`. */
  readonly subject: string;
  readonly goals: readonly ReportGoal[];
  readonly added: readonly ReportAddition[];
  readonly exchanges: readonly Exchange[];
  readonly comparisons: readonly ReportComparison[];
  /** Comparisons that could not be made, and why. */
  readonly missing: readonly string[];
  /** Symbols that are on or that a user may set. */
  readonly menu: readonly ReportEntry[];
};

/**
 * The report of a configuration.
 * @param name of the page
 * @param others what it is compared with, evaluations of the same model
 * @param missing a sentence for each comparison that could not be made
 */
export function reportOf(
  configuration: Configuration,
  {
    name,
    others,
    missing,
  }: {readonly name: string; readonly others: readonly Other[]; readonly missing: readonly string[]},
): Report {
  const {kconfig, recipe, resolved} = configuration;
  const base = recipe === undefined ? '' : `, over the base ${baseName(recipe.kernel.base)}`;
  const promptOf = (symbol: string) => readable(promptIn(kconfig.tree.model.find(symbol)));
  return {
    name,
    summary: recipe?.summary,
    subject: `Linux ${kconfig.source.release} ${kconfig.arch}${base}`,
    goals: goalsOf(configuration, promptOf),
    added: (resolved?.added ?? []).map((one) => ({...one, prompt: promptOf(one.symbol)})),
    exchanges: readable(resolved?.alternatives ?? []),
    comparisons: others.map((other) => comparisonWith(other, configuration)),
    missing,
    menu: menuOf(configuration, others),
  };
}

function goalsOf(
  {goals, resolved, start, evaluation}: Configuration,
  promptOf: (symbol: string) => string | undefined,
): readonly ReportGoal[] {
  const actualOf = (name: string) => {
    const symbol = evaluation.model.find(name);
    return symbol === undefined ? 'n' : readable(evaluation.value(symbol));
  };
  const ofRun = Object.entries(start.kind === 'run' ? start.goals : {}).map(
    ([symbol, wanted]): ReportGoal => {
      const actual = actualOf(symbol);
      const rest = {isWish: false, reason: undefined, why: undefined, origin: 'the run', place: undefined};
      return {symbol, prompt: promptOf(symbol), wanted, actual, met: actual === wanted, ...rest};
    },
  );
  const written = goals.map(({symbol, value: wanted, why, optional, origin, place}, index): ReportGoal => {
    const known = resolved?.goals[index];
    const actual = known === undefined ? actualOf(symbol) : readable(known.actual);
    return {
      symbol,
      prompt: promptOf(symbol),
      wanted,
      actual,
      met: known?.met ?? actual === wanted,
      isWish: optional === true,
      reason: known?.reason && readable(known.reason),
      why,
      origin,
      place: placeOf(origin, place),
    };
  });
  return [...written, ...ofRun];
}

function comparisonWith(
  {name, detail, evaluation}: Other,
  {evaluation: own}: Configuration,
): ReportComparison {
  const causes = compareConfigurations(evaluation, own).map((cause): ReportCause => {
    const node = nodeOf(cause.symbol);
    return {
      ...differenceOf(cause),
      menu: readable(node === undefined ? [] : menuTitles(node)),
      consequences: cause.consequences.map((one) => ({...differenceOf(one), reason: readable(one.reason)})),
    };
  });
  return {name, detail, causes};
}

function differenceOf({symbol, before, after}: Difference): ReportDifference {
  return readable({symbol: symbol.displayName, prompt: promptIn(symbol), before, after});
}

function promptIn(symbol: ConfigSymbol | undefined): string | undefined {
  return symbol && nodeOf(symbol)?.prompt?.text;
}
