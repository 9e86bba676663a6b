/** Parameters of recipes and parts: what a file declares, what is said of them, and where they are filled in. */

import type {Diagnostic, Place} from '../base/diagnostic.ts';
import {characterClass} from './characters.ts';
import {type Path, placeAt, type SourceDocument, writtenAt} from './document.ts';
import {nearestHint} from './nearest.ts';
import type {ParameterEntry} from './schema.ts';

/** A parameter as its file declares it. */
export type Parameter = {
  readonly name: string;
  readonly type: ParameterEntry['type'];
  readonly summary: string;
  readonly default: string;
  readonly unit?: string;
  /** Of an int: the least and the greatest value. */
  readonly range?: readonly [number, number];
  /** Of a choice. */
  readonly values?: readonly string[];
  /** Of a string: the characters that it may have, and ranges of them. */
  readonly characters?: string;
  readonly place: Place;
};

/** The value of each parameter: an int in decimal digits, a bool as `y` or `n`, else its text. */
export type Values = ReadonlyMap<string, string>;

/** What the parameters of a recipe are. */
export function valuesOf({
  parameters,
}: {
  readonly parameters: readonly {readonly name: string; readonly value: string}[];
}): Values {
  return new Map(parameters.map(({name, value}) => [name, value]));
}

/** What a file may fill in: its own parameters, and what they are. */
export type Scope = {
  readonly document: SourceDocument;
  readonly parameters: readonly Parameter[];
  readonly values: Values;
  /** Where somebody outside of the file has said a value. */
  readonly saidAt?: ReadonlyMap<string, Place>;
};

/** The parameters that a file declares, with what is wrong with them. */
export function parametersOf(
  document: SourceDocument,
  entries: Readonly<Record<string, ParameterEntry>>,
): {readonly parameters: readonly Parameter[]; readonly diagnostics: readonly Diagnostic[]} {
  const diagnostics: Diagnostic[] = [];
  const parameters = Object.entries(entries).map(([name, entry]) => {
    const {type, summary, unit, range, values, characters} = entry;
    const path = ['parameters', name];
    const parameter: Parameter = {
      name,
      type,
      summary,
      default: textAt(document, [...path, 'default']),
      ...(unit === undefined ? {} : {unit}),
      ...(range === undefined ? {} : {range: [range[0], range[1]]}),
      ...(values === undefined
        ? {}
        : {values: values.map((_, index) => textAt(document, [...path, 'values', index]))}),
      ...(characters === undefined ? {} : {characters}),
      place: placeAt(document, path, 'key'),
    };
    const value = valueFrom(parameter, parameter.default);
    if (typeof value !== 'string') {
      diagnostics.push(wrongValue(`the default of ${name}`, value, placeAt(document, [...path, 'default'])));
      return parameter;
    }
    return {...parameter, default: value};
  });
  return {parameters, diagnostics};
}

/** A scalar as it was written: 6.10 and not 6.1. */
function textAt(document: SourceDocument, path: Path): string {
  return writtenAt(document, path) ?? '';
}

/** Why a text is no value of a parameter. */
type NoValue = {readonly expected: string; readonly written: string};

/** The value that a text is for a parameter, in the one form that it is kept in. */
export function valueFrom(parameter: Parameter, text: string): string | NoValue {
  const no = (expected: string): NoValue => ({expected, written: text});
  switch (parameter.type) {
    case 'bool':
      if (text === 'y' || text === 'true') return 'y';
      return text === 'n' || text === 'false' ? 'n' : no('y or n');
    case 'int': {
      const [least, most] = parameter.range ?? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
      const value = /^(?:-?\d{1,16}|0[xX][0-9a-fA-F]{1,13})$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return String(value);
      return no(parameter.range === undefined ? 'a whole number' : `a whole number from ${least} to ${most}`);
    }
    case 'choice': {
      const values = parameter.values ?? [];
      return values.includes(text) ? text : no(`one of ${values.join(', ')}`);
    }
    case 'string': {
      if (/[\n\r\0]/.test(text)) return no('a text of one line');
      const {characters} = parameter;
      if (characters === undefined || characterClass(characters).test(text)) return text;
      return no(`a text of the characters ${characters}`);
    }
  }
}

function wrongValue(what: string, {expected, written}: NoValue, place: Place, from?: Parameter): Diagnostic {
  const unit = from?.unit === undefined ? '' : ` (${from.unit})`;
  return {
    severity: 'error',
    code: 'wrong-parameter',
    message: `${what} is ${JSON.stringify(written)}: ${expected} is expected${unit}`,
    place,
    ...(from === undefined ? {} : {hint: `${from.name} is: ${from.summary}`}),
  };
}

function unknownParameter(
  name: string,
  parameters: readonly Parameter[],
  of: string,
  place: Place,
): Diagnostic {
  const known = parameters.map((one) => one.name);
  const hint =
    nearestHint(name, known) ??
    (known.length === 0 ? `declare it in \`parameters\` of ${of}` : `known there: ${known.join(', ')}`);
  return {
    severity: 'error',
    code: 'unknown-parameter',
    message: `${of} has no parameter ${name}`,
    place,
    hint,
  };
}

/** The value of a parameter that somebody outside of its file sets, or what is wrong with it. */
export function valueSaid(
  {parameters, of}: {readonly parameters: readonly Parameter[]; readonly of: string},
  {name, text, place}: {readonly name: string; readonly text: string; readonly place: Place},
): string | Diagnostic {
  const parameter = parameters.find((one) => one.name === name);
  if (parameter === undefined) return unknownParameter(name, parameters, of, place);
  const value = valueFrom(parameter, text);
  return typeof value === 'string' ? value : wrongValue(`${name} of ${of}`, value, place, parameter);
}

/** The defaults, where nothing else is said. */
export function valuesFrom(parameters: readonly Parameter[], said: Values): Values {
  return new Map(parameters.map(({name, default: value}) => [name, said.get(name) ?? value]));
}

/** What `--param NAME=VALUE` says, or what is wrong with it. */
export function parameterSetting(
  text: string,
  recipe: {readonly parameters: readonly Parameter[]; readonly of: string},
): {readonly name: string; readonly value: string; readonly place: Place} | Diagnostic {
  const place: Place = {file: '--param', text, start: 0, end: text.length};
  const equals = text.indexOf('=');
  if (equals < 1) {
    const message = `"${text}" is not NAME=VALUE`;
    return {severity: 'error', code: 'wrong-setting', message, place, hint: 'for example --param cpus=64'};
  }
  const name = text.slice(0, equals);
  const value = valueSaid(recipe, {name, text: text.slice(equals + 1), place});
  return typeof value === 'string' ? {name, value, place} : value;
}

const reference = /\$\$\{|\$\{([^}]*)\}?/g;

/** Whether a text has to be filled in. */
export function hasReference(text: string): boolean {
  return text.includes('${');
}

/**
 * A text of a file with its parameters filled in; `$${` stands for `${`. Names that are none go to `faults`, with the
 * place of what is at `path`.
 */
export function filledIn(text: string, scope: Scope, path: Path, faults: Diagnostic[]): string {
  if (!hasReference(text)) return text;
  return text.replace(reference, (written, name: string | undefined) => {
    if (name === undefined) return '${';
    const value = written.endsWith('}') ? scope.values.get(name) : undefined;
    if (value !== undefined) return value;
    const place = placeAt(scope.document, path);
    faults.push({
      ...unknownParameter(name, scope.parameters, 'this file', place),
      ...(written.endsWith('}') ? {} : {message: `\${${name} is not closed by a brace`}),
    });
    return written;
  });
}

/** The text of a file in which nothing is filled in, and which comes to `text`. */
export function asWritten(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** What `when` may ask of parameters: a value, one of several, or comparisons with a number: `>=64 <128`. */
export type ParameterCondition = Readonly<Record<string, unknown>>;

const comparison = /^(>=|<=|>|<)(-?\d{1,16})$/;

/** Whether the parameters are as `when.parameters`, at `path`, asks. What it asks of none goes to `faults`. */
export function parametersHold(
  condition: ParameterCondition | undefined,
  scope: Scope,
  path: Path,
  faults: Diagnostic[],
): boolean {
  return Object.entries(condition ?? {})
    .map(([name, wanted]) => {
      const at = [...path, name];
      const parameter = scope.parameters.find((one) => one.name === name);
      if (parameter === undefined) {
        faults.push(
          unknownParameter(name, scope.parameters, 'this file', placeAt(scope.document, at, 'key')),
        );
        return true;
      }
      const paths = Array.isArray(wanted) ? wanted.map((_, index) => [...at, index]) : [at];
      const value = scope.values.get(name)!;
      return paths.map((one) => isAs(parameter, value, one, scope, faults)).includes(true);
    })
    .every(Boolean);
}

function isAs(
  parameter: Parameter,
  value: string,
  path: Path,
  {document}: Scope,
  faults: Diagnostic[],
): boolean {
  const text = textAt(document, path);
  const comparisons = text.split(/ +/).map((one) => comparison.exec(one));
  if (parameter.type === 'int' && comparisons.every((one) => one !== null)) {
    return comparisons.every(([, operator, bound]) => compare(Number(value), operator!, Number(bound)));
  }
  const wanted = valueFrom(parameter, text);
  if (typeof wanted === 'string') return wanted === value;
  faults.push(wrongValue(parameter.name, wanted, placeAt(document, path), parameter));
  return true;
}

function compare(value: number, operator: string, bound: number): boolean {
  switch (operator) {
    case '>=':
      return value >= bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    default:
      return value < bound;
  }
}
