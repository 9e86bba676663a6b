/** What a tree's Kconfig files ask of their sources, found without making anything of what they declare. */

import {KbuildError} from '../base/diagnostic.ts';
import type {Dialect} from './dialect.ts';
import {Lexer} from './lexer.ts';
import {flavorOf, MacroProcessor} from './macro.ts';
import type {KconfigSources} from './source.ts';
import {type Token, token} from './token.ts';

/**
 * Reads a tree's Kconfig files from `root` on, and asks `sources` for the files and for the answers of commands that
 * `parseKconfig` asks for. It ends without a word where parsing would end with an error, or goes on behind one. A
 * dialect without macros has no commands, and one whose keywords are positional none that are worth a look ahead.
 */
export function scanKconfig(root: string, sources: KconfigSources, dialect: Dialect): void {
  if (!dialect.macros || dialect.keywords !== 'reserved') return;
  try {
    const text = sources.readFile(root);
    if (text === undefined) return;
    const makeMacros = (location: ConstructorParameters<typeof MacroProcessor>[1]) =>
      new MacroProcessor(sources, location);
    scan(new Lexer({name: root, text}, sources, dialect, makeMacros));
  } catch (error) {
    if (!(error instanceof KbuildError || error instanceof RangeError)) throw error;
  }
}

function scan(lexer: Lexer): void {
  for (;;) {
    lexer.passOverPlainLines();
    const first = lexer.next();
    if (first === token.end) return;
    if (first === token.source) {
      if (lexer.next() === token.quoted) scanSource(lexer);
      else finishLine(lexer, token.source);
    } else if (first === token.help) {
      if (lexer.next() === token.endOfLine) lexer.help();
      else finishLine(lexer, first);
    } else if (first === token.word) scanAssignment(lexer);
    else finishLine(lexer, first);
  }
}

function finishLine(lexer: Lexer, from: Token): void {
  for (let found = from; found !== token.endOfLine && found !== token.end; ) found = lexer.next();
}

function scanSource(lexer: Lexer): void {
  const name = lexer.text;
  const after = lexer.next();
  if (after === token.endOfLine) lexer.enter(name);
  else finishLine(lexer, after);
}

function scanAssignment(lexer: Lexer): void {
  const name = lexer.text;
  const operator = lexer.next();
  const flavor = flavorOf(operator);
  if (!flavor) {
    finishLine(lexer, operator);
    return;
  }
  const hasText = lexer.next() === token.assignedText;
  const text = hasText ? lexer.text : '';
  if (hasText) finishLine(lexer, lexer.next());
  lexer.macros.assign(name, text, flavor);
}
