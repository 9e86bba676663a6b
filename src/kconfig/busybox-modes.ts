/** The modes of BusyBox's `conf` that need no answers: a walk along the menu that answers each question (conf.c). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {
  type BusyboxTexts,
  type BusyboxTime,
  readBusyboxAssignments,
  readBusyboxConfig,
  writeBusyboxConfig,
} from './busybox-config.ts';
import {BusyboxValues, isLogical} from './busybox-values.ts';
import type {Tristate} from './expression.ts';
import type {KconfigModel} from './model.ts';
import type {ConfigSymbol, MenuNode} from './symbol.ts';

/** `defconfig` takes every answer as it stands, as `oldconfig` does of someone who only presses return. */
export type BusyboxMode = 'allnoconfig' | 'allmodconfig' | 'allyesconfig' | 'defconfig';

/** What a mode answers, best first; nothing keeps the value that is there. */
const wishes: Readonly<Record<BusyboxMode, readonly Tristate[]>> = {
  allnoconfig: [0],
  allmodconfig: [1, 0],
  allyesconfig: [2, 1, 0],
  defconfig: [],
};

export type BusyboxResult = BusyboxTexts & {
  readonly warnings: readonly Diagnostic[];
  readonly values: BusyboxValues;
};

/** What a run starts from. */
export type BusyboxInput = {
  /** The .config (`defconfig`), or what KCONFIG_ALLCONFIG names. */
  readonly config?: string;
  /** Its name, for warnings. */
  readonly file?: string;
  readonly time?: BusyboxTime;
};

/** `conf -n`, `-m`, `-y`, `-d` and `-D FILE`; `conf -o` is `defconfig` of the .config. */
export function busyboxConfig(
  model: KconfigModel,
  mode: BusyboxMode,
  input: BusyboxInput = {},
): BusyboxResult {
  const values = new BusyboxValues(model);
  const {file = '.config'} = input;
  const isDefault = mode === 'defconfig';
  const read = isDefault ? readBusyboxConfig : readBusyboxAssignments;
  // Without a file there is nothing new to forget: `-d` reads /dev/null.
  const config = input.config ?? (isDefault ? '' : undefined);
  const warnings = config === undefined ? [] : read(values, config, file);
  const walk = new MenuWalk(values, wishes[mode]);
  // The second time sets to `n` what a `select` had set, whose symbol was set to `n` only later.
  for (let run = 0; run < (isDefault ? 1 : 2); run++) walk.ask(model.root);
  walk.askNew(model.root);
  values.invalidate();
  return {...writeBusyboxConfig(values, input.time), warnings, values};
}

class MenuWalk {
  readonly #values: BusyboxValues;
  readonly #wishes: readonly Tristate[];

  constructor(values: BusyboxValues, wished: readonly Tristate[]) {
    this.#values = values;
    this.#wishes = wished;
  }

  /** Everything from a node on (conf). */
  ask(node: MenuNode): void {
    if (!this.#values.isNodeVisible(node)) return;
    const {symbol} = node;
    if (symbol?.isChoice) {
      this.#choose(node, symbol);
      if (this.#values.state(symbol).tristate !== 1) return;
    } else if (symbol) {
      if (isLogical(symbol)) this.#setLogical(symbol);
      else this.#values.setText(symbol, this.#values.text(symbol));
    }
    for (const child of node.children()) this.ask(child);
  }

  /** What became visible on the way, until nothing is new (check_conf). */
  askNew(root: MenuNode): void {
    while (this.#checkNew(root)) {
      // Again.
    }
  }

  #checkNew(node: MenuNode): boolean {
    if (!this.#values.isNodeVisible(node)) return false;
    const {symbol} = node;
    let isNew = false;
    if (symbol && !this.#values.state(symbol).hasUser) {
      const state = this.#values.state(symbol);
      if (this.#values.isChangeable(symbol) || (symbol.isChoice && state.tristate === 2)) {
        this.ask(menuAround(node));
        // A question that no answer fits would be asked without end.
        isNew = this.#values.state(symbol).hasUser;
      }
    }
    for (const child of node.children()) if (this.#checkNew(child)) isNew = true;
    return isNew;
  }

  /** conf_sym with the answer of conf_askvalue. */
  #setLogical(symbol: ConfigSymbol): void {
    const values = this.#values;
    let answer: Tristate | undefined;
    if (values.isChangeable(symbol)) {
      // A bool takes `y` where a tristate would take `m`.
      const isBool = values.isBool(symbol);
      const possible = this.#wishes.map((wish) => (wish === 1 && isBool ? 2 : wish));
      answer = possible.find((wish) => values.acceptsTristate(symbol, wish));
    }
    values.setTristate(symbol, answer ?? values.state(symbol).tristate);
  }

  /** conf_choice. */
  #choose(node: MenuNode, choice: ConfigSymbol): void {
    const values = this.#values;
    if (values.isChangeable(choice)) this.#setLogical(choice);
    const {tristate} = values.calculate(choice);
    if (tristate !== 2) return;
    const {member} = values.state(choice);
    const visible = [...node.children()].filter((child) => child.symbol && values.isNodeVisible(child));
    const chosen = visible.length === 1 ? visible[0] : visible.find((child) => child.symbol === member);
    if (!chosen) return;
    values.setTristate(chosen.symbol!, 2);
    if (chosen.firstChild) this.ask(chosen.firstChild);
  }
}

/** menu_get_parent_menu. */
function menuAround(node: MenuNode): MenuNode {
  let menu = node;
  while (menu.parent && menu.prompt?.kind !== 'menu') menu = menu.parent;
  return menu;
}
