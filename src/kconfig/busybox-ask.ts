/** The walk along the menu by which each mode of BusyBox's `conf` asks, or answers itself (conf.c of its scripts/kconfig). */

import {exitCode, KbuildError} from '../base/diagnostic.ts';
import type {Conversation} from './ask.ts';
import type {BusyboxValues} from './busybox-values.ts';
import {letters, type Tristate} from './expression.ts';
import {helpText} from './help.ts';
import type {Random} from './random.ts';
import {type ConfigSymbol, isLogical, type MenuNode} from './symbol.ts';

/**
 * How questions are answered: all by the user, the new ones in a walk along all, or in the menus where one is new; by what
 * is there, with `y`, `m`, `n` where it can be, or at random.
 */
export type BusyboxAnswers = 'all' | 'new' | 'silent' | 'default' | 'yes' | 'mod' | 'no' | 'random';

/** What the answers come to, best first. */
const wishes: Readonly<Partial<Record<BusyboxAnswers, readonly Tristate[]>>> = {
  yes: [2, 1, 0],
  mod: [1, 0],
  no: [0],
};

/** Questions in a row that no answer fits before we give up. The C tool never does. */
const mostRepetitions = 100;

const noHelp = 'Sorry, no help available for this option yet.\n';
/** `line` of conf.c has 128 bytes, the last of them for the final NUL. */
const longestLine = 127;
const space = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;

/** Thrown where the input ends, at which the C tool leaves without a word. */
export class InputEnded extends Error {
  /** What was said since the last question. */
  readonly text: string;

  constructor(text: string) {
    super('the input has ended');
    this.text = text;
  }
}

/** What `-s` says where there is nobody to ask. */
const aborted = `aborted!

Console input/output is redirected. Run 'make oldconfig' to update configuration.

`;

/**
 * Asks, and sets the values. Each text it yields ends in a question, and wants the line that answers it, undefined at the
 * end of the input; what it returns comes after the last answer. `mute` is `-s` without a terminal.
 *
 * @throws {InputEnded} where an answer is missing.
 * @throws {KbuildError} exit 1 where the C tool would ask without end.
 */
export function* askBusybox(
  values: BusyboxValues,
  answers: BusyboxAnswers,
  {random, mute = false}: {readonly random: Random; readonly mute?: boolean},
): Conversation {
  const walk = new MenuWalk(values, answers, random, mute);
  yield* walk.ask();
  return walk.takeText();
}

type Steps<Result = void> = Generator<string, Result, string | undefined>;

class MenuWalk {
  readonly #values: BusyboxValues;
  readonly #random: Random;
  readonly #mute: boolean;
  #answers: BusyboxAnswers;
  #text = '';
  /** What is left of a line that was too long. */
  #rest = '';
  #indent = 1;
  /** The menu being asked about (rootEntry). */
  #top: MenuNode;
  #restarted = false;
  #repetitions = 0;

  constructor(values: BusyboxValues, answers: BusyboxAnswers, random: Random, mute: boolean) {
    this.#values = values;
    this.#answers = answers;
    this.#random = random;
    this.#mute = mute;
    this.#top = values.model.root;
  }

  takeText(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  *ask(): Steps {
    const {root} = this.#values.model;
    if (this.#answers !== 'silent') {
      // The second time sets to `n` what a `select` had set, whose symbol was set to `n` only later.
      const times = wishes[this.#answers] ? 2 : 1;
      for (let time = 0; time < times; time++) yield* this.#entry(root);
      if (this.#answers === 'all') this.#answers = 'silent';
    }
    do {
      this.#restarted = false;
      this.#repeat();
      yield* this.#askNew(root);
    } while (this.#restarted);
  }

  #repeat(): void {
    if (this.#repetitions++ < mostRepetitions) return;
    const message = 'a question without a valid default was not answered';
    const hint = 'give its symbol a default, or a value in the .config';
    throw new KbuildError(exitCode.failed, {severity: 'error', code: 'no-answer', message, hint});
  }

  /** conf: everything from a node on. */
  *#entry(node: MenuNode): Steps {
    if (!this.#values.isNodeVisible(node)) return;
    const {symbol, prompt} = node;
    if (prompt?.kind === 'menu' && this.#answers === 'silent' && this.#top !== node) {
      yield* this.#askNew(node);
      return;
    }
    if (prompt && prompt.kind !== 'prompt') {
      this.#text += `${this.#mark('*')}\n${this.#mark('*')} ${prompt.text}\n${this.#mark('*')}\n`;
    }
    if (symbol?.isChoice) {
      yield* this.#choice(node, symbol);
      if (this.#values.state(symbol).tristate !== 1) return;
    } else if (symbol) {
      if (isLogical(symbol.type) || symbol.type === 'unknown') yield* this.#logicalValue(node, symbol);
      else yield* this.#textValue(node, symbol);
    }
    if (symbol) this.#indent += 2;
    for (let child = node.firstChild; child; child = child.next) yield* this.#entry(child);
    if (symbol) this.#indent -= 2;
  }

  /** check_conf. */
  *#askNew(node: MenuNode): Steps {
    if (!this.#values.isNodeVisible(node)) return;
    const {symbol} = node;
    if (symbol && !this.#values.state(symbol).hasUser) {
      const isChosen = symbol.isChoice && this.#values.state(symbol).tristate === 2;
      if (this.#values.isChangeable(symbol) || isChosen) {
        if (!this.#restarted) this.#text += '*\n* Restart config...\n*\n';
        this.#restarted = true;
        this.#top = menuAround(node);
        yield* this.#entry(this.#top);
      }
    }
    for (let child = node.firstChild; child; child = child.next) yield* this.#askNew(child);
  }

  #mark(mark: string): string {
    return mark.padStart(this.#indent);
  }

  get #margin(): string {
    return ' '.repeat(this.#indent - 1);
  }

  #help({symbol}: MenuNode): void {
    const help = this.#values.helpOf(symbol!);
    this.#text += `\n${help ? helpText(help, 'kept') : noHelp}\n`;
  }

  *#line(): Steps<string> {
    if (this.#mute && this.#answers === 'silent') throw new InputEnded(`${this.takeText()}${aborted}`);
    let line: string | undefined = this.#rest;
    if (line === '') line = yield this.takeText();
    if (line === undefined) throw new InputEnded(this.takeText());
    this.#repetitions = 0;
    this.#rest = line.slice(longestLine);
    return line.slice(0, longestLine).replace(/\0.*$/s, '');
  }

  /** conf_askvalue: the line that answers, which is empty where the value is to stay. */
  *#answer(symbol: ConfigSymbol, value: string): Steps<string> {
    const values = this.#values;
    const {hasUser} = values.state(symbol);
    if (!hasUser) this.#text += '(NEW) ';
    const stay = () => {
      this.#text += `${value}\n`;
      return '\n';
    };
    if (!values.isChangeable(symbol)) return stay();
    const wished = wishes[this.#answers];
    if (wished && isLogical(symbol.type)) {
      // A bool takes `y` where a tristate would take `m`.
      const isBool = values.isBool(symbol);
      const possible = wished.map((wish) => (wish === 1 && isBool ? 2 : wish));
      const found = possible.find((wish) => values.acceptsTristate(symbol, wish));
      if (found !== undefined) return this.#say(found);
    }
    switch (this.#answers) {
      case 'default':
        return stay();
      case 'all':
        return yield* this.#line();
      case 'new':
      case 'silent':
        return hasUser ? stay() : yield* this.#line();
      default: {
        const isText = symbol.type === 'int' || symbol.type === 'hex' || symbol.type === 'string';
        return hasUser || isText ? stay() : this.#say(this.#drawn(symbol));
      }
    }
  }

  #say(value: Tristate): string {
    this.#text += `${letters[value]}\n`;
    return `${letters[value]}\n`;
  }

  #drawn(symbol: ConfigSymbol): Tristate {
    for (;;) {
      const value = (this.#random.next() % 3) as Tristate;
      if (this.#values.acceptsTristate(symbol, value)) return value;
      this.#repeat();
    }
  }

  /** conf_string. */
  *#textValue(node: MenuNode, symbol: ConfigSymbol): Steps {
    for (;;) {
      const value = this.#values.text(symbol);
      this.#text += `${this.#margin}${node.prompt!.text} (${symbol.name}) [${value}] `;
      const line = yield* this.#answer(symbol, value);
      if (line === '?\n') this.#help(node);
      // The last character goes, whether it is a newline or not.
      else if (this.#values.setText(symbol, line[0] === '\n' ? value : line.slice(0, -1))) return;
      this.#repeat();
    }
  }

  /** conf_sym. */
  *#logicalValue(node: MenuNode, symbol: ConfigSymbol): Steps {
    const values = this.#values;
    for (;;) {
      const old = values.state(symbol).tristate;
      const others = ([0, 1, 2] as const).filter(
        (value) => value !== old && values.acceptsTristate(symbol, value),
      );
      const shown = [
        letters[old].toUpperCase(),
        ...others.map((value) => letters[value]),
        ...(values.helpOf(symbol) ? ['?'] : []),
      ];
      const name = symbol.name === undefined ? '' : `(${symbol.name}) `;
      this.#text += `${this.#margin}${node.prompt!.text} ${name}[${shown.join('/')}] `;
      const word = (yield* this.#answer(symbol, values.text(symbol))).replace(space, '');
      this.#repeat();
      if (word[0] !== '?') {
        const value = word === '' ? old : tristateOf(word);
        if (value === undefined) continue;
        if (values.setTristate(symbol, value)) return;
      }
      this.#help(node);
    }
  }

  /** conf_choice. */
  *#choice(node: MenuNode, choice: ConfigSymbol): Steps {
    const values = this.#values;
    const isNew = !values.state(choice).hasUser;
    const changeable = values.isChangeable(choice);
    if (changeable) {
      yield* this.#logicalValue(node, choice);
      values.calculate(choice);
    }
    const {tristate} = values.state(choice);
    if (tristate === 1 && !changeable) this.#text += `${this.#margin}${node.prompt!.text}\n`;
    if (tristate !== 2) return;
    const member = yield* this.#member(node, choice, isNew);
    values.setTristate(member.symbol!, 2);
    if (!member.firstChild) return;
    this.#indent += 2;
    yield* this.#entry(member.firstChild);
    this.#indent -= 2;
  }

  *#member(node: MenuNode, choice: ConfigSymbol, isNew: boolean): Steps<MenuNode> {
    for (;;) {
      this.#repeat();
      this.#text += `${this.#margin}${node.prompt!.text}\n`;
      const {members, chosen} = this.#listMembers(node, choice);
      this.#text += `${this.#margin}choice`;
      let wanted = 1;
      let line = '';
      if (members.length === 1) this.#text += '[1]: 1\n';
      else {
        this.#text += `[1-${members.length}${this.#values.helpOf(choice) ? '?' : ''}]: `;
        const asks =
          this.#answers === 'all' || ((this.#answers === 'new' || this.#answers === 'silent') && isNew);
        wanted = this.#answers === 'random' ? (this.#random.next() % members.length) + 1 : chosen;
        if (asks) {
          line = (yield* this.#line()).replace(space, '');
          if (line[0] === '?') {
            this.#help(node);
            continue;
          }
          if (line !== '' && !/^[0-9]/.test(line)) continue;
          if (line !== '') wanted = Number.parseInt(line, 10);
        } else this.#text += `${wanted}\n`;
      }
      const member = members[wanted - 1];
      if (!member) continue;
      if (!line.endsWith('?')) return member;
      this.#help(member);
    }
  }

  #listMembers(
    node: MenuNode,
    choice: ConfigSymbol,
  ): {readonly members: readonly MenuNode[]; readonly chosen: number} {
    const values = this.#values;
    const {member} = values.state(choice);
    const members: MenuNode[] = [];
    let chosen = 0;
    for (const child of node.children()) {
      if (!values.isNodeVisible(child)) continue;
      const {symbol, prompt} = child;
      if (!symbol) {
        this.#text += `${this.#mark('*')} ${prompt!.text}\n`;
        continue;
      }
      members.push(child);
      if (symbol === member) chosen = members.length;
      const name = symbol.name === undefined ? '' : ` (${symbol.name})`;
      const state = values.state(symbol).hasUser ? '' : ' (NEW)';
      this.#text += `${this.#mark(symbol === member ? '>' : ' ')} ${members.length}. ${prompt!.text}${name}${state}\n`;
    }
    return {members, chosen};
  }
}

function tristateOf(word: string): Tristate | undefined {
  if (/^[nN]o?$/.test(word)) return 0;
  if (/^[mM]$/.test(word)) return 1;
  return /^[yY](es)?$/.test(word) ? 2 : undefined;
}

/** menu_get_parent_menu. */
function menuAround(node: MenuNode): MenuNode {
  let menu = node;
  while (menu.parent && menu.prompt?.kind !== 'menu') menu = menu.parent;
  return menu;
}
