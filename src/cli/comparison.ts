/** What `kbuild diff` says of two configurations: as values for `--json`, and by menu for people. */

import {lineAndColumn} from '../base/diagnostic.ts';
import {readable} from '../base/engine-text.ts';
import {type Configuration, goalsBehind} from '../job/configuration.ts';
import {
  type ConfigSymbol,
  compareConfigurations,
  type Difference,
  type DifferenceCause,
  menuTitles,
} from '../kconfig/index.ts';

/** Who set a value: a goal with its place, what goals need that do not say it, or what the configuration starts from. */
type Setting = {
  readonly value: string;
  readonly origin: string;
  readonly why?: string;
  readonly file?: string;
  readonly line?: number;
  /** The symbols of the goals that need what none of them says. */
  readonly neededBy?: readonly string[];
};

export type ShownDifference = {
  readonly symbol: string;
  readonly prompt: string | undefined;
  /** The menus that it stands in, the outermost first. */
  readonly menu: readonly string[];
  readonly before: string;
  readonly after: string;
};

export type ShownCause = ShownDifference & {
  /** Absent where nothing sets it, and the defaults decide. */
  readonly setBefore?: Setting;
  readonly setAfter?: Setting;
  readonly consequences: readonly (ShownDifference & {readonly reason: string})[];
};

export type Comparison = {
  readonly kernel: {readonly release: string; readonly arch: string};
  readonly before: string;
  readonly after: string;
  readonly causes: readonly ShownCause[];
};

type Side = Configuration & {readonly name: string};

/** Compares two configurations of one Kconfig. */
export function compare(before: Side, after: Side): Comparison {
  const {source, arch} = after.kconfig;
  const causes = compareConfigurations(before.evaluation, after.evaluation);
  return {
    kernel: {release: source.release, arch},
    before: before.name,
    after: after.name,
    causes: causes.map((cause) => shownCause(cause, before, after)),
  };
}

function shownCause(cause: DifferenceCause, before: Side, after: Side): ShownCause {
  const {symbol, setBefore, setAfter, consequences} = cause;
  const [first, second] = [settingOf(before, symbol, setBefore), settingOf(after, symbol, setAfter)];
  return {
    ...shownDifference(cause),
    ...(first === undefined ? {} : {setBefore: first}),
    ...(second === undefined ? {} : {setAfter: second}),
    consequences: consequences.map((one) => ({...shownDifference(one), reason: readable(one.reason)})),
  };
}

function shownDifference({symbol, before, after}: Difference): ShownDifference {
  const node = symbol.nodes.find(({prompt}) => prompt !== undefined) ?? symbol.nodes[0];
  return readable({
    symbol: symbol.displayName,
    prompt: node?.prompt?.text,
    menu: node === undefined ? [] : menuTitles(node),
    before,
    after,
  });
}

/** A goal counts as what sets its symbol even where the defaults would give the same. */
function settingOf(side: Side, {name: symbol}: ConfigSymbol, set: string | undefined): Setting | undefined {
  const {start, recipe, goals} = side;
  const goal = goals.find((one) => one.symbol === symbol);
  if (goal !== undefined) {
    const {value, origin, why, place} = goal;
    const {line} = lineAndColumn(place);
    return {
      value,
      origin: `the goal of ${origin}`,
      ...(why === undefined ? {} : {why}),
      file: place.file,
      line,
    };
  }
  const goalOfRun = start.kind === 'run' && symbol !== undefined ? start.goals[symbol] : undefined;
  if (goalOfRun !== undefined) return {value: goalOfRun, origin: 'a goal of the run'};
  if (set === undefined) return undefined;
  const value = readable(set);
  const behind = goalsBehind(side, symbol);
  if (behind !== undefined) {
    const neededBy = behind.map((one) => one.symbol);
    return {value, origin: `set for ${neederWords(neededBy)}, as no goal says it`, neededBy};
  }
  if (recipe === undefined) return {value, origin: 'a line of its own'};
  const {base, trim} = recipe.kernel;
  return {value, origin: `the base ${base}${trim === 'least' ? ', or off since no goal needs it' : ''}`};
}

/** More of a list are in `--json`. */
const mostShown = 20;
/** The same within a sentence. */
const mostNeeders = 4;

function neederWords(symbols: readonly string[]): string {
  if (symbols.length === 0) return 'the goals';
  const more = symbols.length - mostNeeders;
  return `${symbols.slice(0, mostNeeders).join(', ')}${more > 0 ? ` and ${more} more goals` : ''}`;
}

/** As people read it: the menus in their order, in each what was set otherwise, and beneath it what follows. */
export function comparisonWords({kernel, before, after, causes}: Comparison): string {
  const follow = causes.reduce((sum, {consequences}) => sum + consequences.length, 0);
  const title = `${before} → ${after}, Linux ${kernel.release} ${kernel.arch}`;
  if (causes.length === 0) return `${title}: no value differs\n`;
  const menus = new Map<string, string[]>();
  for (const cause of causes) {
    const menu = cause.menu.join(' > ') || '(in no menu)';
    menus.set(menu, [...(menus.get(menu) ?? [menu]), ...causeLines(cause, before, after)]);
  }
  const paragraphs = Array.from(menus.values(), (lines) => lines.join('\n'));
  return `${title}: ${causes.length} set otherwise, ${follow} that follow\n\n${paragraphs.join('\n\n')}\n`;
}

function causeLines(cause: ShownCause, before: string, after: string): readonly string[] {
  const {setBefore, setAfter, consequences} = cause;
  const said = [
    setBefore === undefined ? '' : `${before}: ${settingWords(setBefore)}`,
    setAfter === undefined ? '' : `${after}: ${settingWords(setAfter)}`,
  ].filter((line) => line !== '');
  const shown = consequences.slice(0, mostShown).map((one) => `      ${differenceWords(one)}, ${one.reason}`);
  const more = consequences.length - shown.length;
  return [
    `  ${differenceWords(cause)}${cause.prompt === undefined ? '' : `  ${cause.prompt}`}`,
    ...said.map((line) => `    ${line}`),
    ...(shown.length > 0 ? ['    with it:', ...shown] : []),
    ...(more > 0 ? [`      and ${more} more, which --json lists`] : []),
  ];
}

function differenceWords({symbol, before, after}: ShownDifference): string {
  return `${symbol} ${before === '' ? '(none)' : before} → ${after === '' ? '(none)' : after}`;
}

function settingWords({origin, why, file, line}: Setting): string {
  const place = file === undefined ? '' : ` (${file}:${line})`;
  return `${origin}${place}${why === undefined ? '' : `: ${why}`}`;
}
