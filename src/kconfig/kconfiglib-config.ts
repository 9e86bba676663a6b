/** Reading and writing .config, minimal configurations and headers (load_config to write_autoconf of kconfiglib.py 14.1.0). */

import {letters} from './expression.ts';
import {
  isLogical,
  type KconfiglibModel,
  type KconfiglibNode,
  type KconfiglibSymbol,
} from './kconfiglib-model.ts';
import {nameAndPlaces} from './kconfiglib-printed.ts';
import {escapeText, stripEnd, stripStart, unescapeText, unifyLineEnds} from './kconfiglib-text.ts';
import type {KconfiglibValues} from './kconfiglib-values.ts';
import type {FileLine} from './source.ts';

export type KconfiglibReading = {
  /** The file's name, for messages. */
  readonly file: string;
  /** Whether values given before are forgotten; otherwise the file is merged. */
  readonly replace: boolean;
  /** KCONFIG_WARN_UNDEF_ASSIGN. */
  readonly warnsOfUndefined?: boolean;
  /** Whether a second value for a symbol is warned of. */
  readonly warnsOfRepeated?: boolean;
};

/** Takes the values of a .config text. */
export function readKconfiglibConfig(
  values: KconfiglibValues,
  text: string,
  reading: KconfiglibReading,
): void {
  const {defined, choices} = values.model;
  const items = [...defined, ...choices];
  values.warnsOfPromptless = false;
  if (reading.replace) for (const item of items) values.state(item).wasSet = false;
  const lines = unifyLineEnds(text).split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [index, line] of lines.entries()) {
    readLine(values, stripEnd(line), {file: reading.file, line: index + 1}, reading);
  }
  if (reading.replace) {
    for (const item of items) if (!values.state(item).wasSet) values.unset(item);
  }
  values.warnsOfPromptless = true;
}

function readLine(
  values: KconfiglibValues,
  line: string,
  location: FileLine,
  reading: KconfiglibReading,
): void {
  const {prefix, symbols} = values.model;
  const equals = line.indexOf('=', prefix.length + 1);
  const isSet = line.startsWith(prefix) && equals > 0 && line[prefix.length] !== '=';
  const unset = isSet ? undefined : unsetName(line, prefix);
  if (!isSet && unset === undefined) {
    if (line !== '' && !stripStart(line).startsWith('#')) {
      values.warn(`ignoring malformed line '${line}'`, location);
    }
    return;
  }
  const name = unset ?? line.slice(prefix.length, equals);
  const given = isSet ? line.slice(equals + 1) : 'n';
  const symbol = symbols.get(name);
  if (!symbol || symbol.nodes.length === 0) {
    if (reading.warnsOfUndefined) {
      values.warn(`attempt to assign the value '${given}' to the undefined symbol ${name}`, location);
    }
    return;
  }
  if (!isSet && !isLogical(symbol)) return;
  const value = isSet ? takenValue(values, symbol, given, location) : given;
  if (value === undefined) return;
  if (values.state(symbol).wasSet && (reading.warnsOfRepeated ?? true)) {
    const {user} = values.state(symbol);
    const old = typeof user === 'number' ? letters[user] : user;
    values.warn(
      `${nameAndPlaces(symbol)} set more than once. Old value "${old}", new value "${value}".`,
      location,
    );
  }
  values.set(symbol, value);
}

/** The name in `# CONFIG_X is not set`, whatever follows it. */
function unsetName(line: string, prefix: string): string | undefined {
  if (!line.startsWith(`# ${prefix}`)) return undefined;
  return /^([^ ]+) is not set/.exec(line.slice(prefix.length + 2))?.[1];
}

/** The value a line gives, undefined if it is passed over. */
function takenValue(
  values: KconfiglibValues,
  symbol: KconfiglibSymbol,
  given: string,
  location: FileLine,
): string | undefined {
  const ignored = 'Assignment ignored.';
  if (isLogical(symbol)) {
    const letter = given.slice(0, 1);
    const isValid = letter === 'y' || letter === 'n' || (letter === 'm' && symbol.type === 'tristate');
    if (!isValid) {
      values.warn(
        `'${given}' is not a valid value for the ${symbol.type} symbol ${nameAndPlaces(symbol)}. ${ignored}`,
        location,
      );
      return undefined;
    }
    if (symbol.choice && letter !== 'n') {
      const {user} = values.state(symbol.choice);
      if (typeof user === 'number' && letters[user] !== letter) {
        values.warn('both m and y assigned to symbols within the same choice', location);
      }
      values.setMode(symbol.choice, letter === 'm' ? 1 : 2);
    }
    return letter;
  }
  if (symbol.type !== 'string') return given;
  const found = /^"((?:[^\\"]|\\.)*)"/.exec(given);
  if (found) return unescapeText(found[1]!);
  values.warn(`malformed string literal in assignment to ${nameAndPlaces(symbol)}. ${ignored}`, location);
  return undefined;
}

/** The line of a symbol in .config, '' if it has none (config_string). */
export function kconfiglibLine(values: KconfiglibValues, symbol: KconfiglibSymbol): string {
  const text = values.text(symbol);
  if (!values.state(symbol).isWritten) return '';
  const name = values.model.prefix + symbol.name;
  if (isLogical(symbol) && text === 'n') return `# ${name} is not set\n`;
  return symbol.type === 'string' || symbol.type === 'unknown'
    ? `${name}="${escapeText(text)}"\n`
    : `${name}=${text}\n`;
}

/** The .config text (_config_contents). */
export function writeKconfiglibConfig(values: KconfiglibValues): string {
  const {root, configHeading} = values.model;
  const done = new Set<KconfiglibSymbol>();
  const chunks = [configHeading];
  let isAfterEnd = false;
  const isVisibleMenu = (node: KconfiglibNode) =>
    node.item === 'menu' && values.evaluate(node.dependency) !== 0 && values.evaluate(node.visibility) !== 0;
  const enter = (node: KconfiglibNode) => {
    const {item} = node;
    if (typeof item !== 'string' && item.kind === 'symbol') {
      if (done.has(item)) return;
      done.add(item);
      const line = kconfiglibLine(values, item);
      if (line !== '' && isAfterEnd) chunks.push('\n');
      if (line !== '') isAfterEnd = false;
      chunks.push(line);
    } else if (
      // Choices are asked, too: what that warns of is said.
      values.evaluate(node.dependency) !== 0 &&
      ((item === 'menu' && values.evaluate(node.visibility) !== 0) || item === 'comment')
    ) {
      chunks.push(`\n#\n# ${node.prompt!.text}\n#\n`);
      isAfterEnd = false;
    }
  };
  const leave = (node: KconfiglibNode) => {
    if (!isVisibleMenu(node)) return;
    chunks.push(`# end of ${node.prompt!.text}\n`);
    isAfterEnd = true;
  };
  walk(root.list, enter, leave);
  return chunks.join('');
}

/** Every node; `leave` is told of those that have others below them. */
function walk(
  first: KconfiglibNode | undefined,
  enter: (node: KconfiglibNode) => void,
  leave: (node: KconfiglibNode) => void,
): void {
  for (let node = first; node; node = node.next) {
    enter(node);
    if (!node.list) continue;
    walk(node.list, enter, leave);
    leave(node);
  }
}

/** What differs from the defaults (_min_config_contents). */
export function writeKconfiglibMinimal(values: KconfiglibValues): string {
  const isLeftOut = (symbol: KconfiglibSymbol): boolean => {
    const {choice} = symbol;
    if (!choice && values.visibility(symbol) <= values.evaluate(symbol.selectedBy)) return true;
    if (values.text(symbol) === values.defaultText(symbol)) return true;
    if (!choice || choice.isOptional || symbol.type !== 'bool') return false;
    return values.defaultSelection(choice) === symbol && values.tristate(symbol) === 2;
  };
  const {defined, configHeading} = values.model;
  const kept = defined.filter((symbol) => !isLeftOut(symbol));
  return configHeading + kept.map((symbol) => kconfiglibLine(values, symbol)).join('');
}

/** autoconf.h (_autoconf_contents). */
export function writeKconfiglibHeader(values: KconfiglibValues): string {
  const {defined, headerHeading}: KconfiglibModel = values.model;
  return headerHeading + defined.map((symbol) => defineLine(values, symbol)).join('');
}

function defineLine(values: KconfiglibValues, symbol: KconfiglibSymbol): string {
  const text = values.text(symbol);
  if (!values.state(symbol).isWritten) return '';
  const name = values.model.prefix + symbol.name;
  if (isLogical(symbol)) return text === 'n' ? '' : `#define ${name}${text === 'm' ? '_MODULE' : ''} 1\n`;
  if (symbol.type === 'string') return `#define ${name} "${escapeText(text)}"\n`;
  const needsPrefix = symbol.type === 'hex' && !/^0[xX]/.test(text);
  return `#define ${name} ${needsPrefix ? '0x' : ''}${text}\n`;
}
