/** What went wrong, where, and what to do about it: the one shape in which every room reports a fault. */

export type Severity = 'error' | 'warning' | 'note';

/** A half-open range of UTF-16 offsets in a text file. Line and column are computed only when shown. */
export type Place = {
  readonly file: string;
  readonly text: string;
  readonly start: number;
  readonly end?: number;
  /** The line a C tool tells, where the file has no such line. */
  readonly toldLine?: number;
};

export type Diagnostic = {
  readonly severity: Severity;
  /** Short and stable, lower-case with dashes: `unknown-symbol`. */
  readonly code: string;
  readonly message: string;
  readonly place?: Place;
  /** One sentence in the imperative that says what would help. */
  readonly hint?: string;
};

/** Exit codes of the command line, as docs/ARCHITECTURE.md lists them. */
export const exitCode = {done: 0, failed: 1, badInput: 2, missingTool: 3, bug: 70, interrupted: 130} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Thrown for every fault that is not a bug of kbuild; the command line renders it and exits with `exit`. */
export class KbuildError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exit: ExitCode;
  /** What was found out all the same: members for the object of `--json`. */
  result?: Readonly<Record<string, unknown>>;

  constructor(exit: ExitCode, ...diagnostics: Diagnostic[]) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join('\n'));
    this.name = 'KbuildError';
    this.diagnostics = diagnostics;
    this.exit = exit;
  }
}

/** A `KbuildError` with one error diagnostic: bad input, exit 2. */
export function badInput(
  code: string,
  message: string,
  extra: {hint?: string; place?: Place} = {},
): KbuildError {
  return new KbuildError(exitCode.badInput, {severity: 'error', code, message, ...extra});
}

/** A `KbuildError` with one error diagnostic: the work itself failed, exit 1. */
export function failure(
  code: string,
  message: string,
  {result, ...extra}: {hint?: string; place?: Place; result?: Readonly<Record<string, unknown>>} = {},
): KbuildError {
  const error = new KbuildError(exitCode.failed, {severity: 'error', code, message, ...extra});
  if (result !== undefined) error.result = result;
  return error;
}

/** A `KbuildError` with one error diagnostic: a tool or a source is missing, exit 3. */
export function missingTool(
  code: string,
  message: string,
  extra: {hint?: string; place?: Place} = {},
): KbuildError {
  return new KbuildError(exitCode.missingTool, {severity: 'error', code, message, ...extra});
}

/** One-based line and column of a place's start; columns count UTF-16 units. */
export function lineAndColumn({text, start}: Place): {line: number; column: number} {
  const starts = lineStarts(text);
  let line = 0;
  for (let above = starts.length; above - line > 1; ) {
    const middle = (line + above) >> 1;
    if (starts[middle]! <= start) line = middle;
    else above = middle;
  }
  return {line: line + 1, column: start - starts[line]! + 1};
}

/** The text that was asked for last: a file's diagnostics are shown one after another. */
let last: {readonly text: string; readonly starts: readonly number[]} = {text: '', starts: [0]};

function lineStarts(text: string): readonly number[] {
  if (last.text !== text) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    last = {text, starts};
  }
  return last.starts;
}

/**
 * The text people see:
 *
 *     recipes/x.yaml:7:3: error[unknown-symbol]: no symbol NFS_V5 in this kernel
 *       hint: the nearest names are NFS_V3, NFS_V4
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const {place, severity, code, message, hint} = diagnostic;
  const at = place ? lineAndColumn(place) : undefined;
  const where = place && at ? `${place.file}:${at.line}:${at.column}: ` : '';
  const hintLine = hint === undefined ? '' : `\n  hint: ${hint.replaceAll('\n', '\n        ')}`;
  return `${where}${severity}[${code}]: ${message}${hintLine}`;
}
