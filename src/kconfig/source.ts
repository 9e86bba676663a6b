/** Where Kconfig text comes from, and how a line of it is pointed at. */

import {type Diagnostic, exitCode, KbuildError, type Place} from '../base/diagnostic.ts';

/** Everything the engine needs from outside: it opens no file and starts no process itself. */
export type KconfigSources = {
  /** Text of a file by the path the tree gives (relative to the tree's root), undefined if there is none. */
  readonly readFile: (path: string) => string | undefined;
  /** The environment the kernel Makefile exports (srctree, SRCARCH, ARCH, CC, …). */
  readonly environment: ReadonlyMap<string, string>;
  /** What `uname -r` says, which older dialects have a symbol for. */
  readonly kernelRelease?: string;
  /** The output (stdout) of `$(shell,command)`, before the trimming the C tool does. */
  readonly shell: (command: string) => string;
  /** Where `$(info)`/`$(warning)` texts and parser warnings go. */
  readonly warn?: (diagnostic: Diagnostic) => void;
  /**
   * Told of an error in the text when it is found, in order with the warnings and as the C tool tells of it; in the end
   * all are thrown.
   */
  readonly error?: (diagnostic: Diagnostic) => void;
};

/** A Kconfig file that was read; `name` is the path as `source` gave it. */
export type SourceFile = {readonly name: string; readonly text: string};

/** A line of a Kconfig file, the precision to which the C tool (struct menu, struct property) knows places. */
export type Location = {readonly file: SourceFile; readonly line: number};

/** A line of a Kconfig file, without the file's text. */
export type FileLine = {readonly file: string; readonly line: number};

export function fileLine({file, line}: Location): FileLine {
  return {file: file.name, line};
}

/**
 * The place of a line's first word. A line behind the last one is an empty one: the C tool names the including file and the
 * included one's line for what a last line without newline declares. Line 0 is where nothing was declared yet.
 */
export function placeOf({file, line}: Location): Place {
  let {text} = file;
  let start = 0;
  for (let current = 1; current < line; current++) {
    const newline = text.indexOf('\n', start);
    if (newline < 0) {
      text += '\n'.repeat(line - current);
      start = text.length;
      break;
    }
    start = newline + 1;
  }
  while (text[start] === ' ' || text[start] === '\t') start++;
  return {file: file.name, text, start, ...(line === 0 ? {toldLine: 0} : {})};
}

/** `file:line`, as the C tool prints places. */
export function formatLocation({file, line}: Location): string {
  return `${file.name}:${line}`;
}

export function warningAt(location: Location, code: string, message: string): Diagnostic {
  return {severity: 'warning', code, message, place: placeOf(location)};
}

export function errorAt(location: Location, code: string, message: string, hint?: string): Diagnostic {
  const place = placeOf(location);
  return {severity: 'error', code, message, place, ...(hint === undefined ? {} : {hint})};
}

/** A fault in the Kconfig text: bad input, exit 2. */
export function kconfigError(location: Location, code: string, message: string, hint?: string): KbuildError {
  return new KbuildError(exitCode.badInput, errorAt(location, code, message, hint));
}
