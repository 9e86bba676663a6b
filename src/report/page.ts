/** A report as one HTML file, which loads nothing and can be read without its script. */

import {digestOf} from '../base/digest.ts';
import {script, style} from './look.ts';
import type {ReportEntry, ReportSymbol} from './menu.ts';
import type {Report, ReportAddition, ReportCause, ReportComparison, ReportGoal} from './report.ts';

const opening = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="kbuild report">
`;

/** Whether the text is a page that `pageOf` made, whatever of. */
export function isReportPage(text: string): boolean {
  return text.startsWith(opening);
}

/** The page: UTF-8 text, the same for the same report. */
export function pageOf(report: Report): string {
  const title = `${report.name}: ${report.subject}`;
  const shown = new Set(symbolsIn(report.menu).map(({symbol}) => symbol));
  const links = new SymbolLinks(shown);
  const sections = [
    goalSection(report.goals, links),
    addedSection(report, links),
    ...report.comparisons.map((one, index) => comparisonSection(one, `-differs-${index + 1}`)),
    menuSection(report.menu, shown.size),
  ].filter((section) => section !== undefined);
  return `${opening}<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<header><div>
<input id="-search" type="search" placeholder="Search name, =value or prompt  ( / )" aria-label="Search name, value or prompt" autocomplete="off" hidden>
<span id="-told" class="faint" role="status"></span>
${sections.map(({id, label}) => `<a href="#${id}">${escaped(label)}</a>`).join('\n')}
</div></header>
<main>
<h1>${escaped(report.name)}</h1>
${report.summary === undefined ? '' : `<p>${escaped(report.summary)}</p>\n`}<p class="faint">${escaped(report.subject)}</p>
${facts(report)}
${report.missing.map((text) => `<p class="note">${escaped(text)}</p>\n`).join('')}${sections.map(sectionText).join('')}</main>
<script>${script}</script>
</body>
</html>
`;
}

/** As Content-Security-Policy 3 §2.3.1 writes the digest of an element's text. */
function hashOf(text: string): string {
  return `sha256-${Buffer.from(digestOf(text), 'hex').toString('base64')}`;
}

/** For content and attributes; what HTML does not allow in either becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(
      /[^\t\n\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu,
      '\uFFFD',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

type Section = {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly note: string;
  /** What is searched: one element of the class `all`, with rows of the class `r`. */
  readonly body: string;
};

function sectionText({id, title, note, body}: Section): string {
  return `<section>\n<h2 id="${id}">${title}</h2>\n${note}${body}</section>\n`;
}

function symbolsIn(entries: readonly ReportEntry[]): readonly ReportSymbol[] {
  return entries.flatMap(({symbol, entries: below}) => [
    ...(symbol === undefined ? [] : [symbol]),
    ...symbolsIn(below),
  ]);
}

/** Names of symbols, as links to their rows where they have one. */
class SymbolLinks {
  readonly #shown: ReadonlySet<string>;

  constructor(shown: ReadonlySet<string>) {
    this.#shown = shown;
  }

  of(name: string): string {
    return this.#shown.has(name) ? `<a href="#${escaped(name)}">${escaped(name)}</a>` : escaped(name);
  }

  list(names: readonly string[]): string {
    return names.map((name) => `<code>${this.of(name)}</code>`).join(', ');
  }
}

function facts({goals, added, comparisons, menu}: Report): string {
  const symbols = symbolsIn(menu);
  const [yes, modules] = ['y', 'm'].map((wanted) => symbols.filter(({value}) => value === wanted).length);
  const firm = goals.filter(({isWish}) => !isWish);
  const wishes = goals.filter(({isWish}) => isWish);
  const all: readonly (readonly [string, string] | undefined)[] = [
    firm.length === 0 ? undefined : [ratio(firm), 'goals met'],
    wishes.length === 0 ? undefined : [ratio(wishes), 'wishes taken'],
    goals.length === 0 ? undefined : [counted(added.length), 'set for them'],
    [counted(yes!), 'symbols y'],
    [counted(modules!), 'symbols m'],
    ...comparisons.map(({name, causes}) => [counted(causes.length), `set otherwise than ${name}`] as const),
  ];
  const items = all.flatMap((one) =>
    one === undefined ? [] : [`<li><b>${one[0]}</b>${escaped(one[1])}</li>`],
  );
  return `<ul class="facts">${items.join('')}</ul>`;
}

function ratio(goals: readonly ReportGoal[]): string {
  const met = goals.filter((goal) => goal.met).length;
  return met === goals.length ? counted(met) : `${counted(met)} of ${counted(goals.length)}`;
}

/** 12,345 */
function counted(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** By a key, the groups in the order of their first members. */
function grouped<One>(all: readonly One[], keyOf: (one: One) => string): ReadonlyMap<string, readonly One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one)) ?? [];
    groups.set(keyOf(one), group);
    group.push(one);
  }
  return groups;
}

function valueText(value: string): string {
  const kind = value === 'y' || value === 'm' ? ` class=${value}` : '';
  return `<i${kind}>${value === '' ? '(none)' : escaped(value)}</i>`;
}

function promptText(prompt: string | undefined): string {
  return prompt === undefined ? '' : ` <span>${escaped(prompt)}</span>`;
}

function goalSection(goals: readonly ReportGoal[], links: SymbolLinks): Section | undefined {
  if (goals.length === 0) return undefined;
  const origins = grouped(goals, ({origin}) => origin);
  const groups = Array.from(
    origins,
    ([origin, own]) =>
      `<tbody>\n<tr><th colspan="5">${escaped(origin)}</th></tr>\n${own.map((goal) => goalRow(goal, links)).join('')}</tbody>\n`,
  );
  const wishes = goals.filter(({met, isWish}) => isWish && !met).length;
  const unmet = goals.filter(({met, isWish}) => !isWish && !met).length;
  const notes = [
    ...(unmet === 0 ? [] : [unmet === 1 ? 'One goal is not met.' : `${counted(unmet)} goals are not met.`]),
    ...(wishes === 0
      ? []
      : [wishes === 1 ? 'One wish is not taken.' : `${counted(wishes)} wishes are not taken.`]),
  ];
  return {
    id: '-goals',
    label: 'Goals',
    title: `Goals <small>${counted(goals.length)}</small>`,
    note: notes.map((text) => `<p class="note">${text}</p>\n`).join(''),
    body: `<table class="all">\n<thead><tr><th>Symbol</th><th>Wanted</th><th>It is</th><th>Why</th><th>Place</th></tr></thead>\n${groups.join('')}</table>\n`,
  };
}

function goalRow(
  {symbol, prompt, wanted, actual, met, isWish, reason, why, place}: ReportGoal,
  links: SymbolLinks,
): string {
  const kind = isWish ? ' (a wish)' : '';
  const state = met ? 'met' : isWish ? 'not taken' : 'not met';
  const because = [why, reason === undefined ? undefined : `${state}: ${reason}`].filter(
    (text) => text !== undefined,
  );
  return `<tr class="r"><td><b>${links.of(symbol)}</b>${promptText(prompt)}</td><td>${escaped(wanted)}${kind}</td><td>${valueText(actual)} ${met ? '<small class="met">✓ met</small>' : `<em class="u">✗ ${state}</em>`}</td><td>${because.map(escaped).join('<br>')}</td><td>${escaped(place ?? '')}</td></tr>\n`;
}

function addedSection({added, exchanges}: Report, links: SymbolLinks): Section | undefined {
  if (added.length === 0) return undefined;
  const row = ({symbol, prompt, value, neededBy}: ReportAddition) =>
    `<tr class="r"><td><b>${links.of(symbol)}</b>${promptText(prompt)}</td><td>${valueText(value)}</td><td>${neededBy.length === 0 ? 'the goals together' : links.list(neededBy)}</td></tr>\n`;
  const equals = exchanges.map(
    ({added: own, others}) =>
      `<p>${links.list(own)} might as well have been ${others.map((set) => links.list(set)).join(', or ')}.</p>\n`,
  );
  return {
    id: '-added',
    label: 'Added',
    title: `Added for the goals <small>${counted(added.length)}</small>`,
    note: `<p class="faint">No goal asks for these, and some goals need them.</p>\n${equals.join('')}`,
    body: `<table class="all">\n<thead><tr><th>Symbol</th><th>Value</th><th>For the goals</th></tr></thead>\n<tbody>\n${added.map(row).join('')}</tbody>\n</table>\n`,
  };
}

function comparisonSection({name, detail, causes}: ReportComparison, id: string): Section {
  const follow = causes.reduce((sum, {consequences}) => sum + consequences.length, 0);
  return {
    id,
    label: `Differs from ${name}`,
    title: `What differs from ${escaped(name)} <small>${counted(causes.length)} set otherwise, ${counted(follow)} that follow</small>`,
    note: `<p class="faint">${escaped(detail)}</p>\n${causes.length === 0 ? '<p>No value differs.</p>\n' : ''}`,
    body: `<div class="all">\n${causesText(causes, 0)}</div>\n`,
  };
}

/** Those that stand in a menu of this depth, and then its menus. */
function causesText(causes: readonly ReportCause[], depth: number): string {
  const own = causes.filter(({menu}) => menu.length === depth);
  const deeper = causes.filter(({menu}) => menu.length > depth);
  const menus = Array.from(
    grouped(deeper, ({menu}) => menu[depth]!),
    ([title, below]) => menuText(title, below.length, causesText(below, depth + 1)),
  );
  return own.map(causeRow).join('') + menus.join('');
}

function menuText(title: string, count: number, text: string): string {
  return `<details class=menu><summary>${escaped(title)} <small>${counted(count)}</small></summary><div class=in>\n${text}</div></details>\n`;
}

function causeRow({symbol, prompt, before, after, consequences}: ReportCause): string {
  const line = `<b>${escaped(symbol)}</b> ${valueText(before)} → ${valueText(after)}${promptText(prompt)}`;
  if (consequences.length === 0) return `<div class=r>${line}</div>\n`;
  const rows = consequences.map(
    (one) =>
      `<div class=r><b>${escaped(one.symbol)}</b> ${valueText(one.before)} → ${valueText(one.after)} <small>${escaped(one.reason)}</small></div>\n`,
  );
  return `<details class=r><summary>${line} <small>and ${counted(consequences.length)} with it</small></summary><div class=with>\n${rows.join('')}</div></details>\n`;
}

function menuSection(menu: readonly ReportEntry[], count: number): Section {
  return {
    id: '-symbols',
    label: 'Symbols',
    title: `Symbols by menu <small>${counted(count)}</small>`,
    note: '<p class="faint">Those that are on, and those that can be set.</p>\n',
    body: `<div class="all">\n${levelText(menu)}</div>\n`,
  };
}

/** What people see in a menu, and apart from it the symbols that have no prompt there, which are many and short of words. */
function levelText(entries: readonly ReportEntry[]): string {
  const isSilent = ({symbol, title, entries: below}: ReportEntry) =>
    symbol !== undefined && symbol.prompt === undefined && title === undefined && below.length === 0;
  const silent = entries.filter(isSilent);
  const shown = entries.filter((entry) => !isSilent(entry));
  const last =
    silent.length === 0 ? '' : menuText('Without a prompt', silent.length, silent.map(entryText).join(''));
  return shown.map(entryText).join('') + last;
}

function entryText({symbol, title, entries}: ReportEntry): string {
  const own = symbol === undefined ? '' : symbolRow(symbol);
  const below = levelText(entries);
  if (title === undefined) return below === '' ? own : `${own}<div class=in>\n${below}</div>\n`;
  return menuText(title, symbolsIn(entries).length + (symbol === undefined ? 0 : 1), own + below);
}

function symbolRow({symbol, value, prompt, place, why, elsewhere}: ReportSymbol): string {
  const others = elsewhere.length === 0 ? '' : `<p>elsewhere: ${escaped(elsewhere.join(', '))}`;
  const reasons = why.map((text) => `<p>${escaped(text)}`).join('');
  return `<details class=r id="${escaped(symbol)}"><summary><b>${escaped(symbol)}</b> ${valueText(value)}${promptText(prompt)}</summary>${reasons}${others}<p>${escaped(place)}</details>\n`;
}
