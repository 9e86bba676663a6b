/** The rows of a menu, as mconf.c makes them (build_conf and conf_choice, Linux 5.10 to 7.2). */

import {type ConfigSymbol, isLogical, type MenuNode, type Session} from '../kconfig/index.ts';
import {readable} from './bytes.ts';
import type {Row} from './screen.ts';

/** A row with the node it stands for. */
export type MenuRow = {
  readonly row: Row;
  readonly node: MenuNode;
  /** What keys may do to it (item_set_tag): go down a menu, set a bool or tristate, type a value. */
  readonly action: 'menu' | 'tristate' | 'type' | 'none';
};

/** What else a row tells of its symbol. */
export type Marks = {
  readonly isChanged: (symbol: ConfigSymbol) => boolean;
  readonly goal: (symbol: ConfigSymbol) => Row['goal'];
};

/** The rows below `menu`, the ones that are hidden too if they are asked for. */
export function menuRows(session: Session, menu: MenuNode, marks: Marks, showsHidden: boolean): MenuRow[] {
  const builder = new MenuRows(session, menu, marks, showsHidden);
  builder.add(menu, 0);
  return builder.rows;
}

/**
 * The members of a choice and the comments between them; hidden ones are never shown. mconf of Linux 6.12 and later goes on offering
 * a member that became invisible behind the one that is taken, since sym_calc_choice (symbol.c) looks no further and leaves its
 * visibility as it was; whoever takes it there gets another one.
 */
export function memberRows(session: Session, choice: MenuNode, marks: Marks): MenuRow[] {
  const rows: MenuRow[] = [];
  const chosen = session.chosenMember(choice.symbol!);
  for (const node of choice.children()) {
    if (!session.isShown(node)) continue;
    const {symbol} = node;
    if (!symbol) {
      rows.push({node, action: 'none', row: {...plain('comment', 0), prompt: promptOf(node)}});
      continue;
    }
    const marker = symbol === chosen ? '(X)' : '( )';
    const row = {...plain('member', 0), prompt: promptOf(node), marker, ...told(symbol, marks)};
    rows.push({node, action: 'tristate', row});
  }
  return rows;
}

/** menu_get_prompt. */
export function promptOf(node: MenuNode): string {
  return readable(node.prompt?.text ?? node.symbol?.name ?? '');
}

class MenuRows {
  readonly rows: MenuRow[] = [];
  readonly #session: Session;
  readonly #menu: MenuNode;
  readonly #marks: Marks;
  readonly #showsHidden: boolean;

  constructor(session: Session, menu: MenuNode, marks: Marks, showsHidden: boolean) {
    this.#session = session;
    this.#menu = menu;
    this.#marks = marks;
    this.#showsHidden = showsHidden;
  }

  /** build_conf. */
  add(node: MenuNode, depth: number): void {
    // Looking comes first even where hidden nodes are shown: it is what makes a symbol count as set.
    const isShown = this.#session.isShown(node);
    if (this.#showsHidden ? !node.prompt : !isShown) return;
    const below = this.#addRow(node, depth, !isShown);
    if (below === undefined) return;
    for (const child of node.children()) this.add(child, below);
  }

  /** Returns the depth of what is below it in the same menu; undefined where nothing is. */
  #addRow(node: MenuNode, depth: number, isHidden: boolean): number | undefined {
    const {symbol, prompt} = node;
    if (!symbol) return this.#addPlain(node, depth, isHidden);
    if (symbol.isChoice) return this.#addChoice(node, symbol, depth, isHidden);
    const row = {...plain('symbol', depth), isHidden, prompt: promptOf(node), ...told(symbol, this.#marks)};
    if (node === this.#menu) {
      this.rows.push({node, action: 'none', row: {...row, marker: '---'}});
      return depth + 1;
    }
    const marker = this.#marker(symbol);
    const isNew = !this.#session.isSet(symbol) && this.#session.isChangeable(symbol);
    const type = this.#session.type(symbol);
    if (!isLogical(type)) {
      this.rows.push({node, action: 'type', row: {...row, marker, isNew}});
      return depth + 1;
    }
    if (marker === '') {
      const isMenu = prompt?.kind === 'menu';
      this.rows.push({node, action: 'none', row: {...row, isNew, ...(isMenu && this.#opens(node))}});
      return isMenu ? undefined : depth + 1;
    }
    if (prompt?.kind !== 'menu') {
      this.rows.push({node, action: 'tristate', row: {...row, marker, isNew}});
      return depth + 1;
    }
    this.rows.push({node, action: 'tristate', row: {...row, marker, isNew, ...this.#opens(node)}});
    return undefined;
  }

  /** A menu, or a comment. */
  #addPlain(node: MenuNode, depth: number, isHidden: boolean): number | undefined {
    if (!node.prompt || node === this.#menu) return depth;
    const prompt = promptOf(node);
    if (node.prompt.kind === 'menu') {
      const row = {...plain('menu', depth), isHidden, prompt, ...this.#opens(node)};
      this.rows.push({node, action: 'menu', row});
      return undefined;
    }
    this.rows.push({node, action: 'none', row: {...plain('comment', depth), isHidden, prompt}});
    return depth + 1;
  }

  #addChoice(node: MenuNode, choice: ConfigSymbol, depth: number, isHidden: boolean): number | undefined {
    const session = this.#session;
    const chosen = session.chosenMember(choice);
    let member: MenuNode | undefined;
    for (const child of node.children()) {
      if (session.isShown(child) && child.symbol === chosen) member = child;
    }
    const isMenu = session.model.dialect.choices === 'menus';
    const isYes = isMenu || session.value(choice) === 'y';
    const isSettable = !isMenu && session.isChangeable(choice);
    const row: Row = {
      ...plain('choice', depth),
      isHidden,
      prompt: promptOf(node),
      marker: isSettable ? this.#marker(choice) : '',
      ...told(choice, this.#marks),
      ...(isYes && member && ({chosen: promptOf(member), opens: 'menu'} as const)),
    };
    this.rows.push({node, action: isSettable || member ? 'tristate' : 'none', row});
    if (!isYes) return depth + 1;
    // What depends on the member alone stands below it in the menu, and the member is named for it once more.
    if (!isMenu && member?.firstChild) this.add(member, depth + 1);
    return undefined;
  }

  /** menu_is_empty. */
  #opens(menu: MenuNode): {readonly opens: 'menu' | 'empty menu'} {
    for (const child of menu.children()) if (this.#session.isShown(child)) return {opens: 'menu'};
    return {opens: 'empty menu'};
  }

  #marker(symbol: ConfigSymbol): string {
    const session = this.#session;
    const value = session.value(symbol);
    const type = session.type(symbol);
    const isMember = symbol.choice !== undefined && session.model.dialect.choices === 'symbols';
    if (isMember && value === 'y') return '';
    const isChangeable = session.isChangeable(symbol);
    const letter = value === 'n' ? ' ' : value === 'm' && type === 'tristate' ? 'M' : '*';
    if (!isLogical(type)) return `(${readable(value)})`;
    if (!isChangeable) return `-${letter}-`;
    if (type === 'bool') return `[${letter}]`;
    return !symbol.isChoice && session.selected(symbol) === 'm' ? `{${letter}}` : `<${letter}>`;
  }
}

function plain<Kind extends Row['kind']>(kind: Kind, depth: number) {
  return {kind, depth, marker: '', prompt: '', isNew: false, isHidden: false, isChanged: false};
}

function told(symbol: ConfigSymbol, marks: Marks): Pick<Row, 'symbol' | 'isChanged' | 'goal'> {
  const goal = marks.goal(symbol);
  return {
    ...(symbol.name !== undefined && {symbol: symbol.name}),
    isChanged: symbol.isChoice ? symbol.members.some(marks.isChanged) : marks.isChanged(symbol),
    ...(goal && {goal}),
  };
}
