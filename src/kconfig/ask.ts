/** The questions of `oldaskconfig`, `oldconfig` and `syncconfig`, one by one (conf.c, Linux 6.1). */

import {exitCode, KbuildError} from '../base/diagnostic.ts';
import {letters} from './expression.ts';
import {menuHelp} from './menu-help.ts';
import {allowsTristate, isChangeable, setMember, setText, setTristate} from './set.ts';
import type {ConfigSymbol, MenuNode} from './symbol.ts';
import type {Evaluation} from './values.ts';

/**
 * A conversation. Each text it yields ends in a question, and wants the line that answers it, with its newline, or
 * undefined at the end of the input; what it returns comes after the last answer.
 */
export type Conversation = Generator<string, string, string | undefined>;

export type AskOptions = {
  /** Ask about every visible symbol first, and not only about new ones (oldaskconfig). */
  readonly all: boolean;
  /** Repeat each answer, where no terminal shows what was typed. */
  readonly echo: boolean;
};

/** Asks until no visible symbol is new; the answers go into `evaluation`. */
export function* ask(evaluation: Evaluation, options: AskOptions): Conversation {
  const asker = new Asker(evaluation, options);
  if (options.all) yield* asker.askAll();
  yield* asker.askRounds();
  return asker.takeText();
}

/** Rounds without an answer before we give up. The C tool never does, though nothing may ever change. */
const mostSilentRounds = 10;

/** C's isspace. */
const space = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;

class Asker {
  readonly #evaluation: Evaluation;
  readonly #echo: boolean;
  #all: boolean;
  #text = '';
  #indent = 1;
  #ended = false;
  /** The menu being asked about, which is shown even if nothing in it is new (rootEntry). */
  #top: MenuNode;
  /** Whether something new was found in this round (conf_cnt). */
  #restarted = false;
  /** Rounds since the last line of input. */
  #silentRounds = 0;

  constructor(evaluation: Evaluation, {all, echo}: AskOptions) {
    this.#evaluation = evaluation;
    this.#all = all;
    this.#echo = echo;
    this.#top = evaluation.model.root;
  }

  takeText(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  *askAll(): Generator<string, void, string | undefined> {
    yield* this.#entry(this.#top);
    this.#all = false;
  }

  /** Asks about what is new until nothing is. */
  *askRounds(): Generator<string, void, string | undefined> {
    do {
      this.#restarted = false;
      if (this.#silentRounds++ > mostSilentRounds) this.#refuseToRepeat();
      yield* this.#askNew(this.#evaluation.model.root);
    } while (this.#restarted);
  }

  /** check_conf. */
  *#askNew(node: MenuNode): Generator<string, void, string | undefined> {
    if (!this.#evaluation.isNodeVisible(node)) return;
    if (isNew(this.#evaluation, node)) {
      if (!this.#restarted) this.#text += '*\n* Restart config...\n*\n';
      this.#restarted = true;
      this.#top = menuAround(node);
      yield* this.#entry(this.#top);
    }
    for (let child = node.firstChild; child; child = child.next) yield* this.#askNew(child);
  }

  /** conf: an entry and what is below it. */
  *#entry(node: MenuNode): Generator<string, void, string | undefined> {
    if (!this.#evaluation.isNodeVisible(node)) return;
    const {symbol, prompt} = node;
    if (prompt && prompt.kind === 'menu' && !this.#all && node !== this.#top) {
      yield* this.#askNew(node);
      return;
    }
    if (prompt && prompt.kind !== 'prompt') this.#heading(prompt.text);
    if (symbol?.isChoice) {
      if (this.#evaluation.model.dialect.choices === 'menus') {
        const member = yield* this.#member(node, symbol, false);
        setMember(this.#evaluation, symbol, member.symbol!);
        this.#answered();
        return;
      }
      yield* this.#choice(node, symbol);
      if (this.#evaluation.state(symbol).tristate !== 1) return;
    } else if (symbol) {
      if (symbol.type === 'int' || symbol.type === 'hex' || symbol.type === 'string') {
        yield* this.#textValue(node, symbol);
      } else yield* this.#logicalValue(node, symbol);
    }
    if (symbol) this.#indent += 2;
    for (let child = node.firstChild; child; child = child.next) yield* this.#entry(child);
    if (symbol) this.#indent -= 2;
  }

  /** `printf("%*c", indent, mark)`. */
  #mark(mark: string): string {
    return mark.padStart(this.#indent);
  }

  get #margin(): string {
    return ' '.repeat(this.#indent - 1);
  }

  #heading(text: string): void {
    this.#text += `${this.#mark('*')}\n${this.#mark('*')} ${text}\n${this.#mark('*')}\n`;
  }

  #help(node: MenuNode): void {
    this.#text += `\n${menuHelp(this.#evaluation, node)}\n`;
  }

  /** One line of input (xfgets); `otherwise` is what stands in the C tool's buffer when there is none. */
  *#line(otherwise: string): Generator<string, string, string | undefined> {
    const answer = yield this.takeText();
    if (answer === undefined && this.#ended) this.#refuseToRepeat();
    this.#ended = answer === undefined;
    if (answer !== undefined) this.#silentRounds = 0;
    const line = (answer ?? otherwise).replace(/\0.*$/s, '');
    if (this.#echo) this.#text += line;
    return line;
  }

  /** Where the C tool would go on for ever: the default is no answer, and there is no other. */
  #refuseToRepeat(): never {
    const message = 'a question without a valid default was not answered';
    const hint = 'answer it, or give its symbol a value in the .config';
    throw new KbuildError(exitCode.failed, {severity: 'error', code: 'no-answer', message, hint});
  }

  /** The answer about a symbol (conf_askvalue); undefined if none is wanted. */
  *#answer(symbol: ConfigSymbol, value: string): Generator<string, string | undefined, string | undefined> {
    const {hasUser} = this.#evaluation.state(symbol);
    if (!hasUser) this.#text += '(NEW) ';
    if (!isChangeable(this.#evaluation, symbol) || (hasUser && !this.#all)) {
      this.#text += `${value}\n`;
      this.#ended = false;
      return undefined;
    }
    return yield* this.#line('\n');
  }

  /** conf_string. */
  *#textValue(node: MenuNode, symbol: ConfigSymbol): Generator<string, void, string | undefined> {
    for (;;) {
      const value = this.#evaluation.storedText(symbol);
      this.#text += `${this.#margin}${node.prompt!.text} (${symbol.name}) [${value}] `;
      const line = yield* this.#answer(symbol, value);
      if (line === undefined) return;
      if (line === '?\n') {
        this.#help(node);
        continue;
      }
      // The last character goes, whether it is a newline or not.
      const text = line[0] === '\n' ? value : line.slice(0, -1);
      if (setText(this.#evaluation, symbol, text)) return this.#answered();
    }
  }

  #answered(): void {
    this.#ended = false;
  }

  /** conf_sym. */
  *#logicalValue(node: MenuNode, symbol: ConfigSymbol): Generator<string, void, string | undefined> {
    for (;;) {
      const old = this.#evaluation.state(symbol).tristate;
      const name = symbol.name === undefined ? '' : `(${symbol.name}) `;
      const others = ([0, 1, 2] as const)
        .filter((value) => value !== old && allowsTristate(this.#evaluation, symbol, value))
        .map((value) => `/${letters[value]}`);
      const choices = `[${letters[old].toUpperCase()}${others.join('')}/?] `;
      this.#text += `${this.#margin}${node.prompt!.text} ${name}${choices}`;
      const line = yield* this.#answer(symbol, this.#evaluation.storedText(symbol));
      if (line === undefined) return;
      const word = line.replace(space, '');
      if (word[0] !== '?') {
        const value = word === '' ? old : tristateOf(word);
        if (value === undefined) continue;
        if (setTristate(this.#evaluation, symbol, value)) return this.#answered();
      }
      this.#help(node);
    }
  }

  /** conf_choice, for a choice that has a mode. */
  *#choice(node: MenuNode, choice: ConfigSymbol): Generator<string, void, string | undefined> {
    const isNewChoice = !this.#evaluation.state(choice).hasUser;
    const changeable = isChangeable(this.#evaluation, choice);
    if (changeable) {
      yield* this.#logicalValue(node, choice);
      this.#evaluation.calculate(choice);
    }
    const mode = this.#evaluation.state(choice).tristate;
    if (mode === 1 && !changeable) this.#text += `${this.#margin}${node.prompt!.text}\n`;
    if (mode !== 2) return;
    const member = yield* this.#member(node, choice, isNewChoice);
    setTristate(this.#evaluation, member.symbol!, 2);
    this.#answered();
    for (let child = member.firstChild; child; child = child.next) {
      this.#indent += 2;
      yield* this.#entry(child);
      this.#indent -= 2;
    }
  }

  /** The member that is chosen. Where a choice is a menu, it is asked for while a member is new. */
  *#member(
    node: MenuNode,
    choice: ConfigSymbol,
    isNewChoice: boolean,
  ): Generator<string, MenuNode, string | undefined> {
    const isMenu = this.#evaluation.model.dialect.choices === 'menus';
    let asks = this.#all || isNewChoice;
    for (;;) {
      this.#text += `${this.#margin}${node.prompt!.text}\n`;
      const {members, chosen} = this.#listMembers(node, this.#memberNow(choice));
      if (isMenu) asks ||= members.some(({symbol}) => !this.#evaluation.state(symbol!).hasUser);
      this.#text += `${this.#margin}choice`;
      let wanted = chosen;
      let line = '';
      if (members.length === 1) {
        this.#text += '[1]: 1\n';
        wanted = 1;
      } else {
        this.#text += `[1-${members.length}?]: `;
        if (!asks) {
          this.#text += `${chosen}\n`;
          if (members[chosen - 1] === undefined) this.#refuseToRepeat();
        } else {
          line = (yield* this.#line('')).replace(space, '');
          if (line[0] === '?') {
            this.#help(node);
            continue;
          }
          if (line !== '' && !/^[0-9]/.test(line)) continue;
          if (line !== '') wanted = parseCount(line);
        }
      }
      const member = members[wanted - 1];
      if (!member) continue;
      if (line.endsWith('?')) {
        this.#help(member);
        continue;
      }
      return member;
    }
  }

  #memberNow(choice: ConfigSymbol): ConfigSymbol | undefined {
    // A choice that is a symbol is calculated already; one that is a menu is decided anew (sym_calc_choice).
    const isMenu = this.#evaluation.model.dialect.choices === 'menus';
    return isMenu ? this.#evaluation.calculateMembers(choice) : this.#evaluation.state(choice).member;
  }

  /** Lists what is visible in a choice; `chosen` is the number of the member that is `y`, 0 if it is not listed. */
  #listMembers(
    node: MenuNode,
    member: ConfigSymbol | undefined,
  ): {members: readonly MenuNode[]; chosen: number} {
    const members: MenuNode[] = [];
    let chosen = 0;
    for (const child of node.children()) {
      if (!this.#evaluation.isNodeVisible(child)) continue;
      const {symbol} = child;
      const text = child.prompt!.text;
      if (!symbol) {
        this.#text += `${this.#mark('*')} ${text}\n`;
        continue;
      }
      members.push(child);
      if (symbol === member) chosen = members.length;
      const name = symbol.name === undefined ? '' : ` (${symbol.name})`;
      const isNewMember = this.#evaluation.state(symbol).hasUser ? '' : ' (NEW)';
      this.#text += `${this.#mark(symbol === member ? '>' : ' ')} ${members.length}. ${text}${name}${isNewMember}\n`;
    }
    return {members, chosen};
  }
}

/** Whether a visible entry waits for the user's decision. */
function isNew(evaluation: Evaluation, {symbol}: MenuNode): boolean {
  if (!symbol || evaluation.state(symbol).hasUser) return false;
  if (isChangeable(evaluation, symbol)) return true;
  const hasMode = evaluation.model.dialect.choices === 'symbols';
  return hasMode && symbol.isChoice && evaluation.state(symbol).tristate === 2;
}

/** The nearest menu, which may be the node itself (menu_get_parent_menu). */
function menuAround(node: MenuNode): MenuNode {
  let menu = node;
  while (menu.parent && menu.prompt?.kind !== 'menu') menu = menu.parent;
  return menu;
}

function tristateOf(word: string): 0 | 1 | 2 | undefined {
  switch (word) {
    case 'n':
    case 'N':
    case 'no':
    case 'No':
      return 0;
    case 'm':
    case 'M':
      return 1;
    case 'y':
    case 'Y':
    case 'yes':
    case 'Yes':
      return 2;
    default:
      return undefined;
  }
}

/** C's atoi of a text that starts with a digit. */
function parseCount(text: string): number {
  return Number(BigInt.asIntN(32, BigInt(/^[0-9]+/.exec(text)![0])));
}

/** The entries whose symbols are new, for `listnewconfig` and `helpnewconfig` (check_conf). */
export function* newSymbols(evaluation: Evaluation): Generator<MenuNode> {
  const walk = function* (node: MenuNode): Generator<MenuNode> {
    if (!evaluation.isNodeVisible(node)) return;
    if (isNew(evaluation, node)) yield node;
    for (let child = node.firstChild; child; child = child.next) yield* walk(child);
  };
  yield* walk(evaluation.model.root);
}
