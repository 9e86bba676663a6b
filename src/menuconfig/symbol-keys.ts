/** What keys do to a symbol, in whichever panel it stands (the end of conf in mconf.c, and what is new here). */

import {type ConfigSymbol, isLogical, type MenuNode} from '../kconfig/index.ts';
import {bytesOf, readable} from './bytes.ts';
import type {Desk} from './desk.ts';
import {promptOf} from './menu-rows.ts';
import {ProposalPanel} from './proposal-panel.ts';
import {reasonsOf} from './reasons.ts';
import {TextPanelState} from './text-panel.ts';

const asModule =
  'This feature depends on another which has been configured as a module. As a result, this feature will be built as a module.';

/** The value that the space bar goes on to (sym_toggle_tristate_value). */
const next = {n: 'm', m: 'y', y: 'n'} as const;

/** The keys that are about a symbol alone; returns whether this is one. */
export function pressSymbolKey(desk: Desk, symbol: ConfigSymbol, letter: string): boolean {
  if (!isLogical(symbol.type) && 'ymn '.includes(letter)) {
    desk.say('Enter goes to where the value is edited.');
    return true;
  }
  switch (letter) {
    case 'y':
      include(desk, symbol);
      return true;
    case 'm':
    case 'n':
      assign(desk, symbol, letter);
      return true;
    case ' ':
      toggle(desk, symbol);
      return true;
    case '!':
      showReasons(desk, symbol);
      return true;
    case '*':
      propose(desk, symbol);
      return true;
    default:
      return false;
  }
}

/** Gives a symbol a value that was typed; says why not, if it is refused. */
export function assign(desk: Desk, symbol: ConfigSymbol, typed: string): boolean {
  const value = bytesOf(typed);
  const {session} = desk;
  const isSo = session.value(symbol) === value && session.userValue(symbol) === value;
  if (isSo && symbol.choice === undefined) return true;
  const result = desk.set([[symbol, value]]);
  if (!result.accepted) desk.say(readable(result.reason.message));
  return result.accepted;
}

/** `y`, or else `m`. */
function include(desk: Desk, symbol: ConfigSymbol): void {
  if (desk.session.accepts(symbol, 'y') || !desk.session.accepts(symbol, 'm')) assign(desk, symbol, 'y');
  else if (assign(desk, symbol, 'm')) desk.say(asModule);
}

function toggle(desk: Desk, symbol: ConfigSymbol): void {
  const {session} = desk;
  const isMember = symbol.choice !== undefined && session.model.dialect.choices === 'menus';
  const before = session.value(symbol) as keyof typeof next;
  const first = isMember ? 'y' : next[before];
  let value = first;
  while (!session.accepts(symbol, value) && value !== before) value = next[value];
  assign(desk, symbol, session.accepts(symbol, value) ? value : first);
}

/** The help, byte for byte that of mconf. */
export function showHelp(desk: Desk, node: MenuNode): void {
  const lines = readable(desk.session.help(node)).replace(/\n+$/, '').split('\n');
  desk.open(new TextPanelState(desk, promptOf(node), lines));
}

function showReasons(desk: Desk, symbol: ConfigSymbol): void {
  const lines = reasonsOf(desk.session, symbol, desk.goals.all);
  const node = symbol.nodes.find(({prompt}) => prompt);
  desk.open(new TextPanelState(desk, node ? promptOf(node) : symbol.displayName, lines));
}

function propose(desk: Desk, symbol: ConfigSymbol): void {
  const isText = !isLogical(symbol.type);
  ProposalPanel.open(desk, symbol, isText ? desk.session.value(symbol) : 'y');
}
