/** Whether what was merged came out of the configuration: the last part of `scripts/kconfig/merge_config.sh`, and why not. */

import {type Assignment, parseAssignments, unquote} from './dotconfig.ts';
import {explainUnmet, type SymbolReason} from './explain.ts';
import {
  assignedName,
  contentOf,
  type MergedLine,
  type MergeOptions,
  NameIndex,
  startingName,
} from './merge.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** What the script says of values that are not in the final .config. */
export type MergeCheck = {
  readonly text: string;
  /** Whether `-s` fails for it, where it looks at the result. */
  readonly differs: boolean;
};

/** The script's own comparison, of lines with lines. */
export function checkMerged(
  merged: readonly MergedLine[],
  final: string,
  options: Pick<MergeOptions, 'rules' | 'prefix'>,
): MergeCheck {
  const source = {file: '', text: final};
  const lines = final.split(/(?<=\n)/).map((text) => ({text, source, start: 0}));
  return options.rules.tool === 'awk'
    ? checkByAwk(merged, lines, options.prefix)
    : {text: checkBySed(merged, lines, options.prefix), differs: false};
}

/** Up to 6.12: a line that is not set is missed, too, if its symbol is not written. */
function checkBySed(merged: readonly MergedLine[], final: readonly MergedLine[], prefix: string): string {
  const wanted = new NameIndex(merged, prefix);
  const found = new NameIndex(final, prefix);
  const nameOf = assignedName(prefix);
  let text = '';
  for (const name of merged.flatMap((line) => nameOf(contentOf(line)) || [])) {
    const [requested, actual] = [wanted.grep(name), found.grep(name)];
    if (requested === actual) continue;
    text += `Value requested for ${name} not in final .config\n`;
    text += `Requested value:  ${requested}\nActual value:     ${actual}\n\n`;
  }
  return text;
}

/** 7.2. */
function checkByAwk(merged: readonly MergedLine[], final: readonly MergedLine[], prefix: string): MergeCheck {
  const nameOf = startingName(prefix);
  const found = new Map<string, string>();
  for (const line of final) {
    const name = nameOf(contentOf(line));
    if (name !== undefined) found.set(name, contentOf(line));
  }
  let text = '';
  let differs = false;
  for (const line of merged) {
    const name = nameOf(contentOf(line));
    if (name === undefined) continue;
    const requested = contentOf(line).replace(/[ \t\n\v\f\r]+#.*/, '');
    const actual = found.get(name) ?? '';
    const isNo = requested.endsWith('=n');
    const isNotSet = requested.endsWith(' is not set');
    if (requested === actual || (isNo && (actual === '' || actual.endsWith(' is not set')))) continue;
    // What is not set and not written is passed over, but counts.
    differs = true;
    if (actual === '' && isNotSet) continue;
    const what = actual === '' ? `Value requested for ${name} not in final .config` : `${name} differs:`;
    text += `WARNING: ${what}\nRequested value: ${requested}\nActual value:    ${actual}\n`;
  }
  return {text, differs};
}

/** A value that was asked for and is not what its symbol has. */
export type UnmetRequest = {
  /** Without the prefix. */
  readonly name: string;
  readonly wanted: string;
  /** Undefined if no Kconfig file declares the symbol. */
  readonly got: string | undefined;
  readonly line: MergedLine;
  readonly reason: SymbolReason;
};

/**
 * Every symbol whose last value in the merged lines is not the one it has in the evaluation that read them, in the order
 * of the lines. What is to be n, or not set, is met if its symbol is n, or is none, whether it is written or not. A
 * member of a choice counts as redefined where another one is asked for after it, and had.
 */
export function unmetRequests(evaluation: Evaluation, merged: readonly MergedLine[]): UnmetRequest[] {
  const {model} = evaluation;
  const requests = new Map<string, {line: MergedLine; assignment: Assignment}>();
  for (const line of merged) {
    for (const assignment of parseAssignments(line.text, model, () => undefined)) {
      // Deleted first, so that it stands where it is said last.
      requests.delete(assignment.name);
      requests.set(assignment.name, {line, assignment});
    }
  }
  const chosen = new Set<ConfigSymbol>();
  const unmet: UnmetRequest[] = [];
  for (const {line, assignment} of [...requests.values()].reverse()) {
    const {name, isNotSet} = assignment;
    const symbol = model.symbols.get(name);
    const declared = symbol !== undefined && symbol.nodes.length > 0;
    const wanted = wantedValue(symbol, assignment);
    const got = declared ? evaluation.value(symbol) : undefined;
    const choice = wanted === 'y' ? symbol?.choice : undefined;
    if (wanted === (got ?? 'n') || (isNotSet && got === '')) {
      if (choice) chosen.add(choice);
    } else if (!choice || !chosen.has(choice)) {
      unmet.push({name, wanted, got, line, reason: explainUnmet(evaluation, name, wanted)});
    }
  }
  return unmet.reverse();
}

/** As the reader takes it: of a tristate the first character, of a string what is between the quotes. */
function wantedValue(symbol: ConfigSymbol | undefined, {value}: Assignment): string {
  if (symbol && isLogical(symbol.type)) {
    return /^[nmy]/.test(value) ? value[0]! : value;
  }
  return value.startsWith('"') ? (unquote(value) ?? value) : value;
}
