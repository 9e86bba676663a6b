/** Variables, functions and their expansion (preprocess.c, Linux 6.1). */

import type {Diagnostic, KbuildError} from '../base/diagnostic.ts';
import {type KconfigSources, kconfigError, type Location, warningAt} from './source.ts';
import {type Token, token} from './token.ts';

export type Flavor = 'recursive' | 'simple' | 'append';

/** What kind of assignment an operator makes; undefined if it makes none. */
export function flavorOf(operator: Token): Flavor | undefined {
  switch (operator) {
    case token.equal:
      return 'recursive';
    case token.colonEqual:
      return 'simple';
    case token.plusEqual:
      return 'append';
    default:
      return undefined;
  }
}

type Variable = {value: string; flavor: 'recursive' | 'simple'; expanding: number};

const maximumArguments = 16;
/** FUNCTION_MAX nesting in the C tool is the C stack's; a reference nested deeper than this is refused instead. */
const maximumNesting = 1000;
/** do_shell reads into a buffer of 4096 bytes and keeps one for the final NUL. */
const shellOutputLimit = 4095;

export class MacroProcessor {
  readonly #sources: KconfigSources;
  readonly #variables = new Map<string, Variable>();
  readonly #location: () => Location;
  /** Environment variables that were expanded, in the order of their first use (for auto.conf.cmd). */
  readonly environmentRead = new Map<string, string>();
  #nesting = 0;

  /** `location` tells the current file and line, where errors are reported (pperror). */
  constructor(sources: KconfigSources, location: () => Location) {
    this.#sources = sources;
    this.#location = location;
  }

  /** An assignment statement (variable_add). */
  assign(name: string, text: string, operator: Flavor): void {
    const known = this.#variables.get(name);
    const flavor = operator === 'append' ? (known?.flavor ?? 'recursive') : operator;
    const value = flavor === 'simple' ? this.expand(text) : text;
    if (known) {
      known.value = operator === 'append' ? `${known.value} ${value}` : value;
      known.flavor = flavor;
    } else {
      this.#variables.set(name, {value, flavor, expanding: 0});
    }
  }

  /** Expands all references in a text (expand_string_with_args). */
  expand(text: string, parameters: readonly string[] = []): string {
    let dollar = text.indexOf('$');
    if (dollar < 0) return text;
    let result = '';
    let position = 0;
    while (dollar >= 0) {
      result += text.slice(position, dollar);
      const expansion = this.expandReference(text, dollar + 1, parameters);
      result += expansion.text;
      position = expansion.end;
      dollar = text.indexOf('$', position);
    }
    return result + text.slice(position);
  }

  /** Expands what follows a `$` at `start`, and tells where it ends (expand_dollar_with_args). */
  expandReference(
    text: string,
    start: number,
    parameters: readonly string[] = [],
  ): {text: string; end: number} {
    if (text[start] !== '(') return {text: '$', end: start};
    let depth = 0;
    for (let i = start + 1; i < text.length; i++) {
      const character = text[i];
      if (character === '(') depth++;
      else if (character === ')' && depth-- === 0) {
        return {text: this.#evaluate(text.slice(start + 1, i), parameters), end: i + 1};
      }
    }
    throw this.#error(
      'unterminated-reference',
      `unterminated reference to '${text.slice(start + 1)}': missing ')'`,
    );
  }

  #error(code: string, message: string): KbuildError {
    return kconfigError(this.#location(), code, message);
  }

  #report(severity: Diagnostic['severity'], code: string, message: string): void {
    this.#sources.warn?.({...warningAt(this.#location(), code, message), severity});
  }

  /** The clause between the parentheses (eval_clause). */
  #evaluate(clause: string, parameters: readonly string[]): string {
    const position = /^[ \t\n\v\f\r]*\+?[0-9]+$/.test(clause) ? Number(clause) : 0;
    if (position > 0 && position <= parameters.length) return parameters[position - 1]!;
    if (++this.#nesting > maximumNesting)
      throw this.#error('nested-too-deep', 'references are nested too deep');
    const parts = this.#splitArguments(clause);
    const name = this.expand(parts[0]!, parameters);
    const values = parts.slice(1).map((part) => this.expand(part, parameters));
    const result =
      this.#expandVariable(name, values) ??
      this.#callFunction(name, values) ??
      (values.length === 0 ? this.#readEnvironment(name) : undefined) ??
      '';
    this.#nesting--;
    return result;
  }

  #splitArguments(clause: string): string[] {
    const parts: string[] = [];
    let depth = 0;
    let start = 0;
    for (let i = 0; i < clause.length; i++) {
      const character = clause[i];
      if (character === ',' && depth === 0) {
        parts.push(clause.slice(start, i));
        start = i + 1;
      } else if (character === '(') depth++;
      else if (character === ')') depth--;
    }
    parts.push(clause.slice(start));
    // The array of the C tool holds the function's name as well.
    if (parts.length > maximumArguments)
      throw this.#error('too-many-arguments', 'too many function arguments');
    return parts;
  }

  #expandVariable(name: string, values: readonly string[]): string | undefined {
    const variable = this.#variables.get(name);
    if (!variable) return undefined;
    if (values.length === 0 && variable.expanding > 0) {
      const message = `Recursive variable '${name}' references itself (eventually)`;
      throw this.#error('recursive-variable', message);
    }
    if (variable.expanding > 1000) throw this.#error('recursive-variable', 'Too deep recursive expansion');
    variable.expanding++;
    const result = variable.flavor === 'recursive' ? this.expand(variable.value, values) : variable.value;
    variable.expanding--;
    return result;
  }

  /** The built-in functions (function_table). */
  #callFunction(name: string, values: readonly string[]): string | undefined {
    switch (name) {
      case 'error-if':
        this.#checkArguments(name, values, 2);
        if (values[0] === 'y') throw this.#error('error-if', values[1]!);
        return '';
      case 'warning-if':
        this.#checkArguments(name, values, 2);
        if (values[0] === 'y') this.#report('warning', 'warning-if', values[1]!);
        return '';
      case 'info':
        this.#checkArguments(name, values, 1);
        this.#report('note', 'info', values[0]!);
        return '';
      case 'shell':
        this.#checkArguments(name, values, 1);
        return trimShellOutput(this.#sources.shell(values[0]!));
      case 'filename':
        this.#checkArguments(name, values, 0);
        return this.#location().file.name;
      case 'lineno':
        this.#checkArguments(name, values, 0);
        return String(this.#location().line);
      default:
        return undefined;
    }
  }

  #checkArguments(name: string, values: readonly string[], count: number): void {
    if (values.length < count) {
      throw this.#error('too-few-arguments', `too few function arguments passed to '${name}'`);
    }
    if (values.length > count) {
      throw this.#error('too-many-arguments', `too many function arguments passed to '${name}'`);
    }
  }

  #readEnvironment(name: string): string | undefined {
    if (name === '') return undefined;
    const value = this.environmentRead.get(name) ?? this.#sources.environment.get(name);
    if (value !== undefined) this.environmentRead.set(name, value);
    return value;
  }
}

/** do_shell: at most 4095 bytes, no trailing newlines, the others become spaces; a C string ends at a NUL. */
function trimShellOutput(output: string): string {
  let kept = output;
  if (kept.length * 3 > shellOutputLimit) {
    const bytes = new TextEncoder().encode(output);
    if (bytes.length > shellOutputLimit) kept = new TextDecoder().decode(bytes.subarray(0, shellOutputLimit));
  }
  const end = kept.indexOf('\0');
  const text = end < 0 ? kept.replace(/\n+$/, '') : kept.slice(0, end);
  return text.replaceAll('\n', ' ');
}
