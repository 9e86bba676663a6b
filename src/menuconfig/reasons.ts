/** Why a symbol has its value, what stands in the way of another one, and what a recipe says of it: lines to be read. */

import {lineAndColumn} from '../base/diagnostic.ts';
import {
  type Blocking,
  type ConfigSymbol,
  chainWords,
  describeSymbol,
  type FileLine,
  isLogical,
  needWords,
  otherValues,
  placeWords,
  type Session,
  type SymbolReason,
} from '../kconfig/index.ts';
import {isMet} from '../recipe/met.ts';
import {goalsThatNeed} from '../recipe/needed-by.ts';
import type {Goal} from '../recipe/recipe.ts';
import {readable} from './bytes.ts';

/** More of a list is only counted. */
const mostShown = 12;

/** What is told of a symbol, in short lines; what belongs to a line stands below it, indented. */
export function reasonsOf(session: Session, symbol: ConfigSymbol, goals: readonly Goal[]): readonly string[] {
  const own = goals.filter((goal) => goal.symbol === symbol.name);
  const others = otherValues(symbol, session.value(symbol)).map((value) => session.whyNot(symbol, value));
  const paragraphs = [
    valueLines(session, symbol, own),
    ...(isLogical(symbol.type) ? waysLines(others) : textLines(session, symbol, others)),
    impliedLines(session, symbol),
    ...own.map((goal) => goalLines(session, symbol, goal)),
    neededLines(session, symbol, goals),
    others.some(({cause}) => canBeProposed.has(cause)) ? ['* proposes what to set for it.'] : [],
  ];
  return paragraphs
    .filter(({length}) => length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
    .map(readable);
}

/** Where settings of other symbols may help. */
const canBeProposed: ReadonlySet<SymbolReason['cause']> = new Set([
  'dependency',
  'no-prompt',
  'selected',
  'modules',
  'choice',
]);

function valueLines(session: Session, symbol: ConfigSymbol, goals: readonly Goal[]): readonly string[] {
  const why = session.why(symbol);
  if (!why) return [`${symbol.displayName}: no Kconfig file declares it`];
  const isGoal = goals.some((goal) => isMet(goal, symbol, session.value(symbol)));
  const steps = why.steps.map(({source, text, place}) => {
    const shown = source === 'user' && isGoal ? `${text}, as the recipe asks` : text;
    return item(shown, place);
  });
  return [`${symbol.displayName} is ${why.value || 'empty'}:`, ...steps];
}

/** What it takes to have another value; of values with the same in their way it is said once. */
function waysLines(others: readonly SymbolReason[]): readonly (readonly string[])[] {
  const values = new Map<string, string[]>();
  for (const reason of others) {
    const lines = wayLines(reason).join('\n');
    const known = values.get(lines);
    if (known) known.push(reason.wanted);
    else values.set(lines, [reason.wanted]);
  }
  return [...values].map(([lines, wanted]) => [`To be ${wanted.join(' or ')}:`, ...lines.split('\n')]);
}

function wayLines(reason: SymbolReason): readonly string[] {
  const {cause, detail, blocking} = reason;
  switch (cause) {
    case 'not-set':
      return [`  set it; ${detail}`];
    case 'selected':
      return [
        '  it is selected by',
        ...obstacles(blocking),
        blocking.length > 1 ? '  all of which would have to be off' : '  which would have to be off',
      ];
    case 'dependency': {
      const needs = needWords(reason);
      return [
        '  it depends on',
        ...obstacles(blocking),
        ...(needs === '' ? [] : [`  it would take ${needs}`]),
      ];
    }
    default:
      return [`  ${detail}`];
  }
}

/** A line of Kconfig each. */
function obstacles(blocking: readonly Blocking[]): readonly string[] {
  return shortened(
    blocking.map(({expression, place}) => item(expression, place)),
    '  ',
  );
}

function textLines(
  session: Session,
  symbol: ConfigSymbol,
  [other]: readonly SymbolReason[],
): readonly (readonly string[])[] {
  if (!other) return [];
  if (session.visibility(symbol) === 'n') return [['It cannot be set now:', ...wayLines(other)]];
  const range = describeSymbol(session.evaluation(), symbol).ranges.find(({active}) => active);
  const kind = {int: 'whole number', hex: 'hexadecimal number'}[symbol.type as string] ?? 'text';
  const bounds = range === undefined ? [] : [item(`range ${range.text}`, range.place)];
  return [[`It can be set to any ${kind}${range === undefined ? '.' : ' in'}`, ...bounds]];
}

/** What implies it; what selects it stands in the way of other values, and is told there. */
function impliedLines(session: Session, symbol: ConfigSymbol): readonly string[] {
  const {selectors} = session.whyNot(symbol, session.value(symbol));
  const implying = selectors.filter(({raisesTo, kind}) => raisesTo !== 'n' && kind === 'imply');
  if (implying.length === 0) return [];
  const lines = implying.map(({name, value, condition, place}) =>
    item(`${name} [=${value}]${condition === undefined ? '' : ` if ${condition}`}`, place),
  );
  return ['Implied now by', ...shortened(lines)];
}

function goalLines(session: Session, symbol: ConfigSymbol, goal: Goal): readonly string[] {
  const {value, optional, why, origin, place} = goal;
  const met = isMet(goal, symbol, session.isWritten(symbol) ? session.value(symbol) : undefined);
  const {line} = lineAndColumn(place);
  return [
    `The recipe ${optional ? 'wishes' : 'asks for'} ${value}: ${met ? 'met' : 'NOT MET'}`,
    `  ${origin} (${place.file}:${line})`,
    ...(why === undefined ? [] : [`  ${why}`]),
  ];
}

function neededLines(session: Session, symbol: ConfigSymbol, goals: readonly Goal[]): readonly string[] {
  if (goals.length === 0) return [];
  const needing = goalsThatNeed(session.evaluation(), symbol, goals);
  if (needing.length === 0) return [];
  return [
    `Goals that depend on it: ${needing.length}`,
    ...shortened(needing.map(({chain}) => `  - ${chainWords(chain)}`)),
  ];
}

function item(text: string, place: FileLine | undefined): string {
  return place === undefined ? `  - ${text}` : `  - ${text} ${placeWords(place)}`;
}

function shortened(lines: readonly string[], indent = ''): readonly string[] {
  const shown = lines.slice(0, mostShown).map((line) => indent + line);
  if (lines.length > mostShown) shown.push(`${indent}  - and ${lines.length - mostShown} more`);
  return shown;
}
