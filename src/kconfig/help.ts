/** Help texts: where one ends in the file, and its text (start condition HELP of lexer.l, Linux 6.1). */

import type {HelpSpan} from './symbol.ts';

const tab = 9;
const newline = 10;
const space = 32;

/** Columns of the blanks text[start, end); a tab goes to the next multiple of 8. */
function columns(text: string, start: number, end: number): number {
  let column = 0;
  for (let i = start; i < end; i++) column = text.charCodeAt(i) === tab ? (column & ~7) + 8 : column + 1;
  return column;
}

function skipBlanks(text: string, start: number): number {
  let end = start;
  for (let code = text.charCodeAt(end); code === space || code === tab; code = text.charCodeAt(end)) end++;
  return end;
}

/**
 * Walks the lines of a help text from `start`, telling `line` of the indentation beyond the first line's and of
 * the bounds of each line's words, and returns where scanning goes on: after the indentation of a line that is
 * indented less, or at a line that is not indented at all.
 */
function walkHelp(
  text: string,
  start: number,
  line?: (indent: number, from: number, to: number, terminated: boolean) => void,
): {end: number; newlines: number} {
  let position = start;
  let newlines = 0;
  let firstIndent = 0;
  while (position < text.length) {
    const wordsStart = skipBlanks(text, position);
    if (wordsStart >= text.length) return {end: text.length, newlines};
    const blank = text.charCodeAt(wordsStart) === newline;
    const indent = blank ? 0 : columns(text, position, wordsStart);
    // A line without indentation does not reset last_ts in lexer.l; it ends the text, unless it is the first.
    if (!blank && wordsStart > position && firstIndent > 0 && indent < firstIndent)
      return {end: wordsStart, newlines};
    if (!blank && firstIndent === 0) firstIndent = indent;
    const found = text.indexOf('\n', wordsStart);
    const lineEnd = found < 0 ? text.length : found;
    if (found >= 0) newlines++;
    const next = found < 0 ? text.length : found + 1;
    const after = text.charCodeAt(next);
    const last = found >= 0 && next < text.length && after !== space && after !== tab && after !== newline;
    line?.(blank ? 0 : indent - firstIndent, wordsStart, lineEnd, found >= 0 && !last);
    if (last) return {end: next, newlines};
    position = next;
  }
  return {end: text.length, newlines};
}

export function findHelpEnd(text: string, start: number): {end: number; newlines: number} {
  return walkHelp(text, start);
}

/** Whether a help text has nothing but white space. */
export function isBlankHelp({file, start, end}: HelpSpan): boolean {
  return /^[ \f\n\r\t\v]*$/.test(file.text.slice(start, end));
}

/** The text, its lines relative to the first line's indentation; BusyBox keeps the blanks at their ends. */
export function helpText({file, start}: HelpSpan, trailing: 'dropped' | 'kept' = 'dropped'): string {
  let result = '';
  // Not cut at its end: what comes after decides about the last newline.
  walkHelp(file.text, start, (indent, from, to, terminated) => {
    const line = file.text.slice(from, to);
    const words = trailing === 'kept' ? line : line.replace(/[ \t]+$/, '');
    result += ' '.repeat(words ? Math.max(indent, 0) : 0) + words + (terminated ? '\n' : '');
  });
  return result;
}
