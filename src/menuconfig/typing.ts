/** One line of text under a user's keys. */

import type {Key} from './key.ts';

export type Line = {readonly text: string; readonly caret: number};

export function lineOf(text: string): Line {
  return {text, caret: text.length};
}

/** The line after a key; undefined where the key is none that edits a line. */
export function edited(line: Line, key: Key): Line | undefined {
  switch (key.kind) {
    case 'text':
      return replaced(line, line.caret, line.caret, typed(key.text));
    case 'named':
      return moved(line, key.name);
    case 'control':
      return controlled(line, key.letter);
    default:
      return undefined;
  }
}

/** Without the breaks of lines and whatever else a paste brings that no line holds. */
function typed(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
  return text.replace(/[\u0000-\u001f\u007f]/g, '');
}

function moved(line: Line, name: string): Line | undefined {
  const {text, caret} = line;
  switch (name) {
    case 'left':
      return {text, caret: before(line)};
    case 'right':
      return {text, caret: after(line)};
    case 'home':
      return {text, caret: 0};
    case 'end':
      return {text, caret: text.length};
    case 'backspace':
      return replaced(line, before(line), caret, '');
    case 'delete':
      return replaced(line, caret, after(line), '');
    default:
      return undefined;
  }
}

/** As in a shell: to the beginning or the end of the line, and taking away the word, the rest, or all before the caret. */
function controlled(line: Line, letter: string): Line | undefined {
  const {text, caret} = line;
  switch (letter) {
    case 'a':
      return {text, caret: 0};
    case 'e':
      return {text, caret: text.length};
    case 'u':
      return replaced(line, 0, caret, '');
    case 'k':
      return replaced(line, caret, text.length, '');
    case 'w':
      return replaced(line, text.slice(0, caret).replace(/\S*\s*$/, '').length, caret, '');
    default:
      return undefined;
  }
}

function replaced({text}: Line, from: number, to: number, by: string): Line {
  return {text: text.slice(0, from) + by + text.slice(to), caret: from + by.length};
}

/** A character may be two units of UTF-16. */
function before({text, caret}: Line): number {
  const pair = /[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(0, caret));
  return Math.max(0, caret - (pair ? 2 : 1));
}

function after({text, caret}: Line): number {
  return Math.min(text.length, caret + ((text.codePointAt(caret) ?? 0) > 0xffff ? 2 : 1));
}
