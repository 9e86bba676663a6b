/** Reading and writing .config and autoconf.h as BusyBox does (confdata.c of its scripts/kconfig). */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {BusyboxValues} from './busybox-values.ts';
import {quote, unquote} from './dotconfig.ts';
import {isValidText} from './literal.ts';
import {nextNode} from './outline.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';

/** Takes user values into `values` (conf_read_simple); returns the warnings. */
export function readBusyboxAssignments(values: BusyboxValues, text: string, file: string): Diagnostic[] {
  for (const symbol of values.model.hashOrder) {
    Object.assign(values.state(symbol), {
      valid: false,
      hasUser: symbol.isChoice,
      userTristate: 0,
      userText: undefined,
      userMember: undefined,
    });
  }
  const warnings: Diagnostic[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const place = {file, text, start};
    const warn = (code: string, message: string) =>
      warnings.push({severity: 'warning', code, message, place});
    readLine(values, line, warn);
    start += line.length + 1;
  }
  values.calculate(values.model.modules);
  return warnings;
}

type Warn = (code: string, message: string) => void;

function readLine(values: BusyboxValues, line: string, warn: Warn): void {
  const isNotSet = line.startsWith('#');
  const found = isNotSet ? /^#.CONFIG_([^ ]*) is not set/.exec(line) : /^CONFIG_([^=]*)=(.*)$/s.exec(line);
  if (!found) {
    if (line !== '' && !isNotSet && !line.startsWith('CONFIG_')) warn('unexpected-data', 'unexpected data');
    return;
  }
  const [, name = '', value = 'n'] = found;
  const symbol = values.model.symbols.get(name);
  if (!symbol) {
    warn('unknown-symbol', `trying to assign nonexistent symbol ${name}`);
    return;
  }
  if (values.state(symbol).hasUser) warn('reassigned', `trying to reassign symbol ${name}`);
  else if (isNotSet) unset(values, symbol);
  else if (!assign(values, symbol, value, warn)) return;
  if (symbol.choice) chooseMember(values, symbol.choice, symbol, warn);
}

function unset(values: BusyboxValues, symbol: ConfigSymbol): void {
  if (isLogical(symbol.type)) values.state(symbol).hasUser = true;
}

/** False if the line is passed over. */
function assign(values: BusyboxValues, symbol: ConfigSymbol, value: string, warn: Warn): boolean {
  const state = values.state(symbol);
  const invalid = (text: string) =>
    warn('invalid-value', `symbol value '${text}' invalid for ${symbol.name}`);
  if (isLogical(symbol.type)) {
    const letter = value[0];
    if (letter === 'y' || letter === 'n' || (letter === 'm' && symbol.type === 'tristate')) {
      state.userTristate = letter === 'y' ? 2 : letter === 'm' ? 1 : 0;
      state.hasUser = true;
    } else invalid(value);
    return true;
  }
  if (symbol.type === 'unknown') return true;
  let text = value;
  if (symbol.type === 'string') {
    if (value[0] !== '"') return true;
    const unquoted = unquote(value);
    if (unquoted === undefined) {
      warn('invalid-string', 'invalid string found');
      return false;
    }
    text = unquoted;
  }
  if (isValidText(symbol.type, text)) {
    state.userText = text;
    state.hasUser = true;
    return true;
  }
  // An empty number is passed over in silence.
  if (text !== '') invalid(text);
  return false;
}

function chooseMember(values: BusyboxValues, choice: ConfigSymbol, member: ConfigSymbol, warn: Warn): void {
  const state = values.state(choice);
  const value = values.state(member).userTristate;
  const isInconsistent = value === 1 ? state.userTristate === 2 : value === 2 && state.userTristate !== 0;
  if (isInconsistent) {
    warn('inconsistent-choice', `${member.name} creates inconsistent choice state`);
    state.hasUser = false;
  } else if (value === 2) state.userMember = member;
  if (value > state.userTristate) state.userTristate = value;
}

/** Reads a .config text and drops what does not fit it any more (conf_read). */
export function readBusyboxConfig(values: BusyboxValues, text: string, file: string): Diagnostic[] {
  const warnings = readBusyboxAssignments(values, text, file);
  for (const symbol of values.model.hashOrder) {
    const state = values.calculate(symbol);
    if (state.hasUser && !symbol.choice) {
      if (state.visibility === 0) state.hasUser = false;
      const isText = !isLogical(symbol.type) && symbol.type !== 'unknown';
      if (isText && !values.acceptsText(symbol, state.userText ?? '')) {
        state.hasUser = false;
        state.valid = false;
      }
    }
    for (const member of symbol.members) {
      const {visibility, hasUser} = values.state(member);
      if (visibility !== 0 && !hasUser) state.hasUser = false;
    }
  }
  return warnings;
}

/** The time that stands in the files; without one, as KCONFIG_NOTIMESTAMP has it. */
export type BusyboxTime = {
  /** `Thu Jan  1 00:00:00 1970`: the local time, as ctime() prints it. */
  readonly heading: string;
  /** `1970-01-01 00:00:00 UTC`: the same. */
  readonly stamp: string;
};

export type BusyboxTexts = {
  readonly config: string;
  /** include/autoconf.h */
  readonly header: string;
};

/** Both files (conf_write): every symbol is in them, at each of its nodes. */
export function writeBusyboxConfig(values: BusyboxValues, time: BusyboxTime | undefined): BusyboxTexts {
  const {model} = values;
  const version = model.symbols.get('KERNELVERSION')!;
  values.calculate(version);
  const name = `Busybox version: ${values.text(version)}`;
  let config = `#\n# Automatically generated make config: don't edit\n# ${name}\n${time ? `# ${time.heading}\n` : ''}#\n`;
  let header = `/*\n * Automatically generated C config: don't edit\n * ${name}\n */\n#define AUTOCONF_TIMESTAMP "${time?.stamp ?? ''}"\n\n`;
  for (let node = model.root.firstChild; node; node = nextNode(node)) {
    const {symbol} = node;
    if (!symbol) {
      if (!values.isNodeVisible(node)) continue;
      config += `\n#\n# ${node.prompt!.text}\n#\n`;
      header += `\n/*\n * ${node.prompt!.text}\n */\n`;
    } else if (!symbol.isChoice) {
      values.calculate(symbol);
      config += configLine(values, symbol);
      header += defineLines(values, symbol);
    }
  }
  return {config, header};
}

/** The value as it is written; undefined of a symbol without type. */
function writtenValue(values: BusyboxValues, symbol: ConfigSymbol): string | undefined {
  const text = values.text(symbol);
  switch (symbol.type) {
    case 'unknown':
      return undefined;
    case 'string':
      return quote(text);
    case 'int':
      return text === '' ? '0' : text;
    default:
      return text;
  }
}

function configLine(values: BusyboxValues, symbol: ConfigSymbol): string {
  const value = writtenValue(values, symbol);
  if (value === undefined) return '';
  if (isLogical(symbol.type) && value === 'n') return `# CONFIG_${symbol.name} is not set\n`;
  return `CONFIG_${symbol.name}=${value}\n`;
}

/** The lines by which the sources ask for a symbol: CONFIG_, ENABLE_, IF_ and IF_NOT_. */
function defineLines(values: BusyboxValues, symbol: ConfigSymbol): string {
  const {name} = symbol;
  const value = writtenValue(values, symbol);
  if (value === undefined) return '';
  if (isLogical(symbol.type) && value === 'm') return `#define CONFIG_${name}_MODULE 1\n`;
  if (isLogical(symbol.type) && value === 'n') {
    return `#undef CONFIG_${name}
#define ENABLE_${name} 0
#define IF_${name}(...)
#define IF_NOT_${name}(...) __VA_ARGS__
`;
  }
  const needsPrefix = symbol.type === 'hex' && !/^0[xX]/.test(value);
  const defined = isLogical(symbol.type) ? '1' : needsPrefix ? `0x${value}` : value;
  return `#define CONFIG_${name} ${defined}
#define ENABLE_${name} 1
#ifdef MAKE_SUID
# define IF_${name}(...) __VA_ARGS__ "CONFIG_${name}"
#else
# define IF_${name}(...) __VA_ARGS__
#endif
#define IF_NOT_${name}(...)
`;
}
