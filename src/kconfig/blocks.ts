/** The blocks of the grammar: `menu`, `choice` and `if` up to their ends, in files and within each other (parser.y, Linux 5.10 to 7.2). */

import type {Dialect} from './dialect.ts';
import type {Lexer} from './lexer.ts';
import type {MenuBuilder} from './menu.ts';
import {errorAt, formatLocation, type KconfigSources, kconfigError} from './source.ts';
import type {ConfigSymbol, MenuNode} from './symbol.ts';
import type {TokenInput} from './token-input.ts';

/** Levels of blocks; the C tool stops at 10,000 entries of its parser's stack (YYMAXDEPTH). */
const maximumDepth = 1000;

export type BlockKind = 'menu' | 'choice' | 'if';

type Block = {readonly kind: BlockKind; readonly inChoice: boolean; readonly node: MenuNode};

/** The blocks that are open. */
export class Blocks {
  readonly #input: TokenInput;
  readonly #lexer: Lexer;
  readonly #menu: MenuBuilder;
  readonly #sources: KconfigSources;
  readonly #isPositional: boolean;
  readonly #open: Block[] = [];
  /** The choice whose members are being declared, where a choice is a menu (current_choice). */
  openChoice: ConfigSymbol | undefined;

  constructor(
    input: TokenInput,
    lexer: Lexer,
    menu: MenuBuilder,
    sources: KconfigSources,
    {keywords}: Dialect,
  ) {
    this.#input = input;
    this.#lexer = lexer;
    this.#menu = menu;
    this.#sources = sources;
    this.#isPositional = keywords === 'positional';
  }

  get isOutside(): boolean {
    return this.#open.length === 0;
  }

  /** Whether the innermost block allows what a choice does. */
  get inChoice(): boolean {
    return this.#open.at(-1)?.inChoice ?? false;
  }

  /** Opens a block at the current entry. */
  open(kind: BlockKind, inChoice: boolean): void {
    if (this.#open.length >= maximumDepth) {
      throw kconfigError(this.#menu.entry, 'nested-too-deep', 'blocks are nested too deep');
    }
    this.#menu.openMenu();
    this.#open.push({kind, inChoice, node: this.#menu.menu});
  }

  /** zconf_endtoken. After a wrong end the menu stays open, though its block is closed. */
  end(kind: BlockKind): void {
    const input = this.#input;
    const block = this.#open.at(-1);
    if (!block && this.#isPositional) {
      input.endOfLine();
      input.report(errorAt(input.statement, 'unexpected-end', 'unexpected end statement'));
      input.advance();
      return;
    }
    if (!block) throw input.fault('unexpected-end', `unexpected 'end${kind}' outside of a block`);
    input.endOfLine();
    this.#open.pop();
    if (block.kind === 'choice') this.openChoice = undefined;
    this.#close(block, kind);
    input.advance();
  }

  #close(block: Block, kind: BlockKind): void {
    const input = this.#input;
    const {statement} = input;
    const {menu} = this.#menu;
    const word = this.#isPositional ? `end${kind}` : kind;
    if (block.kind !== kind) {
      const message = `unexpected '${word}' within ${block.kind} block`;
      const hint = `the ${block.kind} opened at ${formatLocation(block.node)} is still open`;
      input.report(errorAt(statement, 'unexpected-end', message, hint));
    } else if (menu.file !== this.#lexer.file) {
      const message = `'${word}' in different file than '${kind}'`;
      const hint = `the ${kind} was opened at ${formatLocation(menu)}`;
      input.report(errorAt(statement, 'end-in-other-file', message, hint));
      this.#sources.error?.(errorAt(menu, 'passed-over', `location of the '${kind}'`));
    } else {
      this.#menu.closeMenu();
    }
  }

  /** Where keywords are positional, only the list of statements around all blocks goes on after a syntax error. */
  abandon(): void {
    for (const block of this.#open.splice(0).reverse()) {
      this.#reportMissingEnd(block);
      if (this.#menu.menu === block.node) this.#menu.closeMenu();
    }
  }

  /** Reports the blocks that are open where the text ends. */
  requireEnds(): void {
    if (this.isOutside) return;
    if (!this.#input.isRecovering)
      this.#sources.error?.(errorAt(this.#input.statement, 'syntax', 'syntax error'));
    for (const block of this.#open.toReversed()) this.#reportMissingEnd(block);
  }

  #reportMissingEnd({kind, node}: Block): void {
    const message = 'missing end statement for this entry';
    this.#input.report(errorAt(node, 'missing-end', message, `add \`end${kind}\``));
  }
}
