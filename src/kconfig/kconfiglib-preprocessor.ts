/** Variables, functions and expansion (_parse_assignment to _fn_val of kconfiglib.py 14.1.0). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {type KconfiglibSources, kconfiglibError, kconfiglibWarning} from './kconfiglib-sources.ts';
import {isBlank, isBlankAt, parseInteger, stripStart} from './kconfiglib-text.ts';
import type {FileLine} from './source.ts';

type Variable = {isRecursive: boolean; value: string; expansions: number};

/** Where the reader is, and how it gives up on a line. */
export type Position = {
  /** The line that is being read now. */
  readonly now: () => FileLine;
  /** The last line that was taken apart, which help texts are ahead of. */
  readonly taken: () => FileLine;
  readonly fail: (message: string) => never;
};

/** What is left after an expansion: the whole line, and where to go on in it. */
type Expanded = {readonly text: string; readonly at: number};

function search(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

export class KconfiglibPreprocessor {
  readonly environmentRead = new Set<string>();
  readonly #sources: KconfiglibSources;
  readonly #position: Position;
  readonly #variables = new Map<string, Variable>();

  constructor(sources: KconfiglibSources, position: Position) {
    this.#sources = sources;
    this.#position = position;
  }

  /** A line that is no statement: `NAME = value`, or macros that leave nothing. */
  assign(line: string): void {
    let text = stripStart(line);
    let at = 0;
    for (;;) {
      at = search(/[A-Za-z0-9_-]*/y, text, at)![0].length + at;
      if (!text.startsWith('$(', at)) break;
      ({text, at} = this.#expandMacro(text, at, []));
    }
    if (text === '' || isBlank(text)) return;
    const name = text.slice(0, at);
    const found = search(/[ \t\n\r\f\v]*(=|:=|\+=)[ \t\n\r\f\v]*([^\n]*)/y, text, at);
    if (!found) this.#position.fail('syntax error');
    const [, operator, value = ''] = found;
    const variable = this.#variables.get(name);
    if (operator === '+=' && variable) {
      variable.value += ` ${variable.isRecursive ? value : this.expandWhole(value, [])}`;
      return;
    }
    const isRecursive = operator !== ':=';
    const expanded = isRecursive ? value : this.expandWhole(value, []);
    // The variable stays the same one, even if it is being expanded.
    if (variable) Object.assign(variable, {isRecursive, value: expanded});
    else this.#variables.set(name, {isRecursive, value: expanded, expansions: 0});
  }

  expandWhole(whole: string, words: readonly string[]): string {
    let text = whole;
    let at = text.indexOf('$(');
    while (at >= 0) {
      ({text, at} = this.#expandMacro(text, at, words));
      at = text.indexOf('$(', at);
    }
    return text;
  }

  /** A name with macros in it (_expand_name). */
  expandName(line: string, start: number): Expanded & {readonly name: string} {
    let text = line;
    let end = start;
    for (;;) {
      const found = search(/[^A-Za-z0-9_$/.-]|\$\(|$/g, text, end)!;
      end = found.index;
      if (found[0] !== '$(') break;
      ({text, at: end} = this.#expandMacro(text, end, []));
    }
    const name = text.slice(start, end);
    if (name === '' || isBlank(name)) this.#position.fail('macro expanded to blank string');
    while (isBlankAt(text, end)) end++;
    return {name, text, at: end};
  }

  /** A text between quotes, from its first quote on; `at` is behind the last one (_expand_str). */
  expandString(line: string, start: number): Expanded {
    const quote = line[start]!;
    let text = line;
    let at = start + 1;
    for (;;) {
      const found = search(/"|'|\\|\$\(/g, text, at);
      if (!found) return this.#position.fail('unterminated string');
      if (found[0] === quote) return {text, at: found.index + 1};
      if (found[0] === '\\') {
        at = found.index + 1;
        text = text.slice(0, found.index) + text.slice(at);
      } else if (found[0] === '$(') ({text, at} = this.#expandMacro(text, found.index, []));
      else at++;
    }
  }

  /** `$NAME` and `${NAME}` in a text, where there is such a variable (os.path.expandvars). */
  expandVariables(text: string): string {
    return text
      .replaceAll('$UNAME_RELEASE', () => this.#sources.kernelRelease ?? '')
      .replace(/\$(?:([A-Za-z0-9_]+)|\{([^}]*)\})/g, (whole, name?: string, braced?: string) => {
        return this.#sources.environment.get(name ?? braced ?? '') ?? whole;
      });
  }

  /** _expand_macro: `start` is where `$(` stands. */
  #expandMacro(line: string, start: number, words: readonly string[]): Expanded {
    const before = line.slice(0, start);
    let text = line;
    let at = start + 2;
    let wordStart = at;
    const own: string[] = [];
    let nesting = 0;
    for (;;) {
      const found = search(/\(|\)|,|\$\(/g, text, at);
      if (!found) return this.#position.fail('missing end parenthesis in macro expansion');
      const {index} = found;
      at = index + 1;
      if (found[0] === '(') nesting++;
      else if (found[0] === ')') {
        if (nesting-- > 0) continue;
        own.push(text.slice(wordStart, index));
        const result = before + (this.#argument(own[0]!, words) ?? this.#value(own));
        return {text: result + text.slice(index + 1), at: result.length};
      } else if (found[0] === ',') {
        if (nesting > 0) continue;
        own.push(text.slice(wordStart, index));
        wordStart = at;
      } else ({text, at} = this.#expandMacro(text, index, words));
    }
  }

  #argument(name: string, words: readonly string[]): string | undefined {
    const number = parseInteger(name, 10);
    return number === undefined ? undefined : words.at(Number(number));
  }

  /** _fn_val. */
  #value(words: readonly string[]): string {
    const [name = '', ...given] = words;
    const variable = this.#variables.get(name);
    if (variable) {
      if (words.length === 1 && variable.expansions > 0) {
        this.#position.fail(`Preprocessor variable ${name} recursively references itself`);
      }
      if (variable.expansions > 100) {
        this.#position.fail(`Preprocessor function ${name} seems stuck in infinite recursion`);
      }
      variable.expansions++;
      const result = this.expandWhole(variable.value, words);
      variable.expansions--;
      return result;
    }
    const own = this.#sources.functionNamed?.(name) ?? this.#builtIn(name);
    if (own) {
      const {minimum, maximum = Infinity} = own;
      if (given.length >= minimum && given.length <= maximum) return own.answer(...given);
      const expected =
        minimum === maximum
          ? minimum
          : own.maximum === undefined
            ? `${minimum} or more`
            : `${minimum}-${maximum}`;
      const {file, line} = this.#position.now();
      throw kconfiglibError(
        `${file}:${line}: bad number of arguments in call to ${name}, expected ${expected}, got ${given.length}`,
      );
    }
    const value = this.#sources.environment.get(name);
    if (value !== undefined) this.environmentRead.add(name);
    return value ?? '';
  }

  #builtIn(name: string) {
    const now = this.#position.now();
    const taken = this.#position.taken();
    const {warn} = this.#sources;
    const exactly = (count: number, answer: (...words: string[]) => string) => ({
      minimum: count,
      maximum: count,
      answer,
    });
    switch (name) {
      case 'info':
        return exactly(1, (message = '') => {
          const note: Diagnostic = {
            severity: 'note',
            code: 'info',
            message: `${now.file}:${now.line}: ${message}`,
          };
          warn?.(note);
          return '';
        });
      case 'warning-if':
        return exactly(2, (condition, message = '') => {
          if (condition === 'y') warn?.(kconfiglibWarning(message, taken));
          return '';
        });
      case 'error-if':
        return exactly(2, (condition, message) => {
          if (condition === 'y') throw kconfiglibError(`${now.file}:${now.line}: ${message}`);
          return '';
        });
      case 'filename':
        return exactly(0, () => now.file);
      case 'lineno':
        return exactly(0, () => String(now.line));
      case 'shell':
        return exactly(1, (command = '') => {
          const {output, errors} = this.#sources.shell(command);
          if (errors !== '') {
            const said = errors.replace(/\n$/, '');
            warn?.(kconfiglibWarning(`'${command}' wrote to stderr: ${said}`, taken));
          }
          return output.replace(/\n+$/, '').replaceAll('\n', ' ');
        });
      default:
        return undefined;
    }
  }
}
