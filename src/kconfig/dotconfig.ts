/** Reading and writing .config and defconfig texts (confdata.c, Linux 5.10 to 7.2). */

import type {Diagnostic, Place} from '../base/diagnostic.ts';
import {none} from './conditions.ts';
import type {Tristate} from './expression.ts';
import {isValidText} from './literal.ts';
import {prefer} from './member-order.ts';
import type {KconfigModel} from './model.ts';
import {nodeWords, outlineWord} from './outline.ts';
import {acceptsText} from './range.ts';
import {type ConfigSymbol, isLogical, type MenuNode} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** A line of a .config: the text after `=`, or `n` for `is not set`. */
export type Assignment = {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  /** Whether it is a line `is not set`. */
  readonly isNotSet?: boolean;
};

/** What is read besides the values. */
export type ReadOptions = {
  /** The file's name, for warnings. */
  readonly file?: string;
  /** Warn of names no Kconfig file has (KCONFIG_WARN_UNKNOWN_SYMBOLS). */
  readonly warnUnknown?: boolean;
};

/** The assignments of a .config text one by one, with warnings of lines that are none (conf_read_simple). */
export function* parseAssignments(
  text: string,
  {prefix, dialect}: KconfigModel,
  warn: (start: number, code: string, message: string) => void,
): Generator<Assignment> {
  for (let start = 0, next = 0; start < text.length; start = next) {
    const newline = text.indexOf('\n', start);
    next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(start, lineEnd(text, start, newline)).replace(/\0.*$/s, '');
    const isNotSet =
      line[0] === '#' && line.startsWith(prefix, 2) && (line[1] === ' ' || dialect.notSetLine === 'loose');
    if (isNotSet) {
      const nameStart = 2 + prefix.length;
      const nameEnd = line.indexOf(' ', nameStart);
      const rest = nameEnd < 0 ? '' : line.slice(nameEnd + 1);
      if (dialect.notSetLine === 'exact' ? rest === 'is not set' : rest.startsWith('is not set')) {
        yield {name: line.slice(nameStart, nameEnd), value: 'n', start, isNotSet};
      }
    } else if (line[0] !== '#' && line.startsWith(prefix)) {
      const equals = line.indexOf('=', prefix.length);
      if (equals >= 0) {
        yield {name: line.slice(prefix.length, equals), value: line.slice(equals + 1), start};
      } else if (dialect.lineWithoutEquals === 'warned') {
        warn(start, 'unexpected-data', `unexpected data: ${line}`);
      }
    } else if (line !== '' && line[0] !== '#') {
      const isKept = dialect.carriageReturns === 'kept';
      const shown = isKept ? line : line.replace(/\r.*$/s, '');
      if (isKept || line[0] !== '\r') warn(start, 'unexpected-data', `unexpected data: ${shown}`);
    }
  }
}

/** The end of a line without its newline, and without one carriage return before that. */
function lineEnd(text: string, start: number, newline: number): number {
  if (newline < 0) return text.length;
  return newline > start && text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** The text between the quotes, its escapes undone; undefined if the closing quote is missing. */
export function unquote(value: string): string | undefined {
  let result = '';
  for (let i = 1; i < value.length; i++) {
    if (value[i] === '"') return result;
    if (value[i] === '\\') i++;
    result += value[i] ?? '';
  }
  return undefined;
}

/** The same where nothing is escaped, and the last character has to be the closing quote. */
function withoutQuotes(value: string): string | undefined {
  // U-Boot's tool takes the opening quote for the closing one if nothing follows it.
  if (value === '"') return '';
  return value.endsWith('"') ? value.slice(1, -1) : undefined;
}

/** `"` and `\` are the only characters that are escaped (escape_string_value). */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A string as it stands in the dialect's .config. */
export function writtenString({dialect}: KconfigModel, text: string): string {
  return dialect.strings === 'bare' ? `"${text}"` : quote(text);
}

/** Takes user values into an evaluation; counts warnings, which decide whether .config counts as changed. */
export class ConfigReader {
  readonly #evaluation: Evaluation;
  readonly #place: (start: number) => Place | undefined;
  warnings = 0;

  constructor(evaluation: Evaluation, place: (start: number) => Place | undefined) {
    this.#evaluation = evaluation;
    this.#place = place;
  }

  warn(start: number, code: string, message: string): void {
    const place = this.#place(start);
    const diagnostic: Diagnostic = {severity: 'warning', code, message, ...(place ? {place} : {})};
    this.#evaluation.warnings.push(diagnostic);
    this.warnings++;
  }

  /** Forgets the user's values; choices that are symbols count as set (the loop after `load:` in conf_read_simple). */
  reset(): void {
    this.#evaluation.forgetUser();
    const {choices, dialect} = this.#evaluation.model;
    if (dialect.choices !== 'symbols') return;
    for (const choice of choices) this.#evaluation.state(choice).hasUser = true;
  }

  /** One assignment, its symbol looked up by name. */
  assign({name, value, start, isNotSet}: Assignment, warnUnknown: boolean): void {
    const {model} = this.#evaluation;
    const {dialect} = model;
    const symbol = model.find(name);
    if (!symbol) {
      if (warnUnknown) this.warn(start, 'unknown-symbol', `unknown symbol: ${name}`);
      this.#evaluation.changed = true;
      return;
    }
    const state = this.#evaluation.state(symbol);
    if (state.hasUser) this.warn(start, 'reassigned', `override: reassigning to symbol ${symbol.name}`);
    if (isNotSet && dialect.notSetLine === 'loose' && !isLogical(symbol.type)) return;
    if (!this.#setValue(symbol, value, start) || !symbol.choice) return;
    if (dialect.choices === 'menus') prefer(this.#evaluation, symbol.choice, symbol);
    else this.#setChoice(symbol.choice, symbol, start);
  }

  /** conf_set_sym_val; false if the value is refused. */
  #setValue(symbol: ConfigSymbol, value: string, start: number): boolean {
    const state = this.#evaluation.state(symbol);
    let text = value;
    switch (symbol.type) {
      case 'bool':
      case 'tristate': {
        // The first character decides: `yes` is `y`.
        const letter = value[0];
        const known = letter === 'y' || letter === 'n' || (letter === 'm' && symbol.type === 'tristate');
        if (!known) break;
        state.userTristate = letter === 'y' ? 2 : letter === 'm' ? 1 : 0;
        state.hasUser = true;
        return true;
      }
      case 'string': {
        // Text without a quote is passed over in silence.
        if (value[0] !== '"') return true;
        const {strings} = this.#evaluation.model.dialect;
        const unquoted = strings === 'bare' ? withoutQuotes(value) : unquote(value);
        if (unquoted === undefined) {
          this.warn(start, 'invalid-string', 'invalid string found');
          return false;
        }
        text = unquoted;
        break;
      }
      case 'unknown':
        return true;
    }
    if (isLogical(symbol.type) || !isValidText(symbol.type, text)) {
      this.warn(start, 'invalid-value', `symbol value '${text}' invalid for ${symbol.name}`);
      return false;
    }
    state.userText = text;
    state.hasUser = true;
    return true;
  }

  #setChoice(choice: ConfigSymbol, member: ConfigSymbol, start: number): void {
    const choiceState = this.#evaluation.state(choice);
    const value: Tristate = this.#evaluation.state(member).userTristate;
    if (value === 1 && choiceState.userTristate === 2) {
      this.warn(start, 'inconsistent-choice', `${member.name} creates inconsistent choice state`);
      choiceState.hasUser = false;
    }
    if (value === 2) {
      if (choiceState.userTristate !== 0) {
        this.warn(start, 'choice-changed', `override: ${member.name} changes choice state`);
      }
      choiceState.userMember = member;
    }
    if (value > choiceState.userTristate) choiceState.userTristate = value;
  }
}

/** Reads a .config text over the user's values (conf_read_simple); returns the number of warnings. */
export function readAssignments(evaluation: Evaluation, text: string, options: ReadOptions = {}): number {
  const file = options.file ?? '.config';
  const reader = new ConfigReader(evaluation, (start) => ({file, text, start}));
  reader.reset();
  const warn = (start: number, code: string, message: string) => reader.warn(start, code, message);
  for (const assignment of parseAssignments(text, evaluation.model, warn)) {
    reader.assign(assignment, options.warnUnknown ?? false);
  }
  return reader.warnings;
}

/**
 * Reads a .config text and drops what does not fit it any more (conf_read). `anyOrder` is only for a new evaluation:
 * see `settle`.
 */
export function readConfig(
  evaluation: Evaluation,
  text: string,
  options: ReadOptions = {},
  anyOrder = false,
): boolean {
  evaluation.changed = false;
  const warnings = readAssignments(evaluation, text, options);
  return settle(evaluation, warnings, anyOrder);
}

/**
 * The second half of conf_read: compares what was read with what comes of it. With `anyOrder` in one that a regular model
 * allows, but the C tool would not take; false if it has to be the C tool's, and then the evaluation is of no use.
 */
export function settle(evaluation: Evaluation, warnings: number, anyOrder = false): boolean {
  const {model} = evaluation;
  let unsaved = 0;
  const calculateAll = () => {
    evaluation.calculate(model.modules);
    for (const symbol of model.hashOrder) if (!agreesWithUser(evaluation, symbol)) unsaved++;
  };
  const calculatePresent = () => {
    evaluation.calculate(model.modules);
    // Without the shared constants, which come first.
    for (let i = 3; i < model.symbolCount; i++) {
      if (!evaluation.isAbsentAt(i) && !agreesWithUser(evaluation, model.symbolAt(i))) unsaved++;
    }
  };
  if (!anyOrder) calculateAll();
  else if (!evaluation.inAnyOrder(calculatePresent)) return false;
  if (model.dialect.outOfRange === 'reset') unsaved += resetUserValues(evaluation, unsaved);
  if (warnings > 0 || unsaved > 0) evaluation.changed = true;
  return true;
}

/** Drops values of the user's that are hidden or out of range; returns how many of the latter there are. */
function resetUserValues(evaluation: Evaluation, before: number): number {
  const {model} = evaluation;
  const set = evaluation.userSet().filter(({choice}) => !choice);
  // The order is of no matter until one is out of range.
  const order = set.every((symbol) => isInRange(evaluation, symbol)) ? set : model.hashOrder;
  let unsaved = before;
  for (const symbol of order) {
    const state = evaluation.state(symbol);
    if (!state.hasUser || symbol.choice) continue;
    // Values of generated symbols are reset, so that they count as new if they become visible.
    if (state.visibility === 0 && unsaved === 0) state.hasUser = false;
    if (isInRange(evaluation, symbol)) continue;
    // Only this symbol is evaluated again: those that depend on it keep their values, as in the C tool.
    state.valid = false;
    state.hasUser = false;
    unsaved++;
  }
  return unsaved - before;
}

function isInRange(evaluation: Evaluation, symbol: ConfigSymbol): boolean {
  if (isLogical(symbol.type) || symbol.type === 'unknown') return true;
  return acceptsText(evaluation, symbol, evaluation.state(symbol).userText ?? '');
}

function agreesWithUser(evaluation: Evaluation, symbol: ConfigSymbol): boolean {
  const state = evaluation.calculate(symbol);
  if (symbol.internal) return true;
  if (!state.hasUser || !state.write) return !state.hasUser && !state.write;
  if (isLogical(symbol.type)) return state.userTristate === state.tristate;
  return state.text === state.userText;
}

/** A symbol's line in .config (print_symbol_for_dotconfig). */
export function formatConfigLine(model: KconfigModel, symbol: ConfigSymbol, value: string): string {
  const name = model.prefix + symbol.displayName;
  if (isLogical(symbol.type) && value === 'n') return `# ${name} is not set`;
  return `${name}=${symbol.type === 'string' ? writtenString(model, value) : value}`;
}

/** A symbol's line in the output of `listnewconfig`: with `=n` (print_symbol_for_listconfig); '' if it has no name. */
export function formatListLine(evaluation: Evaluation, symbol: ConfigSymbol): string {
  if (symbol.name === undefined || symbol.type === 'unknown') return '';
  const value = evaluation.storedText(symbol);
  return `${evaluation.model.prefix}${symbol.name}=${symbol.type === 'string' ? quote(value) : value}\n`;
}

const generated = 'Automatically generated file; DO NOT EDIT.';

/**
 * The lines at the top of a written file, as comments. Up to 5.10 they went through a buffer of 256 bytes, with an
 * empty line before and after (conf_write_heading).
 */
export function headingLines({dialect, mainMenuTitle}: KconfigModel): readonly string[] {
  if (dialect.heading === 'direct') return [generated, mainMenuTitle];
  return `\n${generated}\n${mainMenuTitle}\n`.slice(0, 255).split('\n');
}

/** The heading of .config and auto.conf. */
export function poundHeading(model: KconfigModel): string {
  const lines = headingLines(model).map((line) => (line === '' ? '#' : `# ${line}`));
  return model.dialect.heading === 'direct' ? `#\n${lines.join('\n')}\n#\n` : `${lines.join('\n')}\n`;
}

/** The .config text (conf_write). */
export function writeConfig(evaluation: Evaluation): string {
  const {model} = evaluation;
  if (!evaluation.changed) evaluation.refresh();
  const written = new Set<ConfigSymbol>();
  const repeats = model.dialect.repeatedLines === 'recalculated';
  let text = poundHeading(model);
  // The blank line after `# end of` waits for the next symbol: a menu's own heading starts with one.
  let needsBlank = false;
  const {words, nodeAt} = model.outline;
  let number = words[outlineWord.firstChild]!;
  while (number !== none) {
    const at = number * nodeWords;
    const index = words[at]!;
    if (index === none) {
      const menu = nodeAt(number);
      if (evaluation.isNodeVisible(menu)) {
        text += `\n#\n# ${menu.prompt!.text}\n#\n`;
        needsBlank = false;
      }
    } else if (isWritten(evaluation, index, repeats ? undefined : written)) {
      const symbol = model.symbolAt(index);
      if (needsBlank) text += '\n';
      needsBlank = false;
      written.add(symbol);
      if (repeats) evaluation.state(symbol).write = false;
      if (symbol.type !== 'unknown')
        text += `${formatConfigLine(model, symbol, evaluation.storedText(symbol))}\n`;
    }
    if (words[at + outlineWord.firstChild] !== none) {
      number = words[at + outlineWord.firstChild]!;
      continue;
    }
    for (let done = number, next = none; next === none && done !== none; ) {
      if (words[done * nodeWords] === none && endsVisibly(nodeAt(done), done === number, evaluation)) {
        text += `# end of ${nodeAt(done).prompt!.text}\n`;
        needsBlank = true;
      }
      next = words[done * nodeWords + outlineWord.next]!;
      done = words[done * nodeWords + outlineWord.parent]!;
      number = next;
    }
  }
  for (const symbol of written) evaluation.state(symbol).write = true;
  return text;
}

/** Whether a symbol gets its line; those in `written` have got it. An absent one is not even made for the question. */
function isWritten(
  evaluation: Evaluation,
  index: number,
  written: ReadonlySet<ConfigSymbol> | undefined,
): boolean {
  if (evaluation.isAbsentAt(index)) return false;
  const symbol = evaluation.model.symbolAt(index);
  return !symbol.isChoice && !written?.has(symbol) && evaluation.calculate(symbol).write;
}

/** Whether the end of a node is written as `# end of`. */
function endsVisibly(node: MenuNode, isEmpty: boolean, evaluation: Evaluation): boolean {
  const {dialect, root} = evaluation.model;
  if (dialect.menuEnds === 'none' || (isEmpty && dialect.menuEnds === 'filled')) return false;
  return !node.symbol && node.prompt?.kind === 'menu' && node !== root && evaluation.isNodeVisible(node);
}

/** The text of a minimal config: only what differs from its default (conf_write_defconfig). */
export function writeDefconfig(evaluation: Evaluation): string {
  const {model} = evaluation;
  evaluation.invalidate();
  let text = '';
  for (const node of model.nodes()) {
    const {symbol} = node;
    // What is visible does not matter here, but finding it out calculates symbols.
    if (!symbol && model.dialect.minimalConfigMenus === 'evaluated') evaluation.isNodeVisible(node);
    if (!symbol || symbol.isChoice) continue;
    const state = evaluation.calculate(symbol);
    if (!state.write) continue;
    state.write = false;
    if (!evaluation.isChangeable(symbol)) continue;
    const value = evaluation.storedText(symbol);
    if (value === evaluation.defaultText(symbol) || isDefaultMember(evaluation, symbol)) continue;
    if (symbol.type !== 'unknown') text += `${formatConfigLine(model, symbol, value)}\n`;
  }
  return text;
}

/** Whether the symbol is what its choice would be anyway. */
function isDefaultMember(evaluation: Evaluation, symbol: ConfigSymbol): boolean {
  const {choice} = symbol;
  if (!choice) return false;
  const byDefault = evaluation.choiceDefault(choice) === symbol;
  return byDefault && !choice.optional && symbol.type === 'bool' && evaluation.state(symbol).tristate === 2;
}
