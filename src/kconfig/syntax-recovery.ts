/** Reading on after a syntax error, so that one run reports them all, as the C tool's parser does (`error` in parser.y). */

import type {Blocks} from './blocks.ts';
import type {Dialect} from './dialect.ts';
import {type Token, token} from './token.ts';
import {SyntaxFault, type TokenInput} from './token-input.ts';

/** What may follow the options of an entry, where a fault in these is theirs alone (the look-aheads of zconf.y, Linux 4.17). */
export const choiceEnds: ReadonlySet<Token> = new Set([
  token.config,
  token.menuconfig,
  token.comment,
  token.if,
  token.source,
  token.endmenu,
  token.endchoice,
  token.endif,
]);
export const menuEnds: ReadonlySet<Token> = new Set([...choiceEnds, token.menu, token.choice]);

/** Options that are told of by name where they stand outside of an entry (option_name of zconf.y, Linux 4.17). */
const namedOptions: ReadonlySet<Token> = new Set([
  token.depends,
  token.prompt,
  token.bool,
  token.tristate,
  token.int,
  token.hex,
  token.string,
  token.select,
  token.imply,
  token.optional,
  token.range,
  token.default,
  token.defBool,
  token.defTristate,
  token.visible,
]);

export const entryEnds: ReadonlySet<Token> = new Set([...menuEnds, ...namedOptions, token.end]);

/** Passes over the statements and options that have syntax errors. */
export class SyntaxRecovery {
  readonly #input: TokenInput;
  readonly #blocks: Blocks;
  readonly #dialect: Dialect;
  readonly #isPositional: boolean;

  constructor(input: TokenInput, blocks: Blocks, dialect: Dialect) {
    this.#input = input;
    this.#blocks = blocks;
    this.#dialect = dialect;
    this.#isPositional = dialect.keywords === 'positional';
  }

  /**
   * Reads a statement; after a syntax error in it, goes on at the next line. It is passed over with words of its own, and
   * faults in the next few tokens are not told of.
   */
  statement(parse: () => void): void {
    const told = this.passedOver();
    try {
      parse();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (this.#isPositional) this.#blocks.abandon();
      if (!this.#input.skipLine(told)) return;
      this.#input.advance();
    }
  }

  /** What is said of the statement that starts here if it is passed over. */
  passedOver(): string {
    const input = this.#input;
    const {isOutside, inChoice} = this.#blocks;
    if (this.#isPositional) {
      if (isOutside && input.token === token.word && !this.#dialect.macros)
        return `unknown statement "${input.text}"`;
      if (isOutside && namedOptions.has(input.token)) return `unexpected option "${input.text}"`;
      return 'invalid statement';
    }
    return input.token === token.word && !inChoice
      ? `unknown statement "${input.text}"`
      : 'invalid statement';
  }

  /**
   * Reads one option of an entry; false if there is none. Where keywords are positional, a fault in it passes over its line
   * alone (option_error), and `ends` may follow the last one.
   */
  option(parse: () => boolean, ends: ReadonlySet<Token>): boolean {
    if (!this.#isPositional) return parse();
    const input = this.#input;
    const word = input.token === token.word && !this.#dialect.macros ? input.text : undefined;
    return this.lineAlone(word, () => {
      if (parse()) return true;
      const isAssignment = input.token === token.word;
      const isTitle =
        input.token === token.mainmenu && this.#dialect.vocabulary === '2.6' && ends === entryEnds;
      if (isAssignment || isTitle || ends.has(input.token)) return false;
      throw input.fault('invalid-option', 'invalid option');
    });
  }

  /** Takes an option, or the word in its place that starts none; a fault passes over this line alone. */
  lineAlone(word: string | undefined, parse: () => boolean): boolean {
    const input = this.#input;
    try {
      if (word === undefined) return parse();
      input.advance();
      throw input.fault('unknown-option', `unknown option "${word}"`);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (!input.skipLine(word === undefined ? 'invalid option' : `unknown option "${word}"`)) throw error;
      return true;
    }
  }
}
