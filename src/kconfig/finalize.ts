/**
 * The second half of parsing: dependencies go down the menu into every property, selects become reverse
 * dependencies, runs of dependent entries become submenus (menu_finalize of menu.c, Linux 5.10 to 7.2).
 */

import {checkBusyboxProperties} from './busybox-check.ts';
import {checkProperties} from './check.ts';
import {choiceAround} from './choice.ts';
import type {Dialect} from './dialect.ts';
import {and, comparison, type Expression, junction, not, or} from './expression.ts';
import type {MenuBuilder} from './menu.ts';
import {simplifierOf} from './simplifier.ts';
import {kconfigError} from './source.ts';
import {
  type ConfigSymbol,
  constantMod,
  constantNo,
  constantYes,
  type MenuNode,
  type Property,
} from './symbol.ts';
import {
  containsSymbol,
  dropTristateTests,
  isYes,
  requiresSymbol,
  type Simplifier,
  type TransformContext,
  transform,
  unequalNo,
} from './transform.ts';

/** What conditions name: of an entry of `y`, `m` or `n` the constant that every model shares. */
const asMentioned = (symbol: ConfigSymbol): ConfigSymbol =>
  symbol.kind === 'constant' ? [constantNo, constantMod, constantYes][symbol.index]! : symbol;

/** Levels of submenus: those of a chain of consecutive entries that each depend on the one before. */
const maximumDepth = 2000;

export function finalizeMenu(menu: MenuBuilder, modules: ConfigSymbol, dialect: Dialect): void {
  new Finalizer(menu, modules, dialect).finalize(menu.root, false);
  if (dialect.choices === 'symbols') return;
  for (const {symbol} of menu.root.entriesBelow()) {
    for (const member of symbol?.members ?? []) member.choice = choiceAround(member);
  }
}

class Finalizer {
  readonly #menu: MenuBuilder;
  /** Whether choices are symbols, with a mode that their members depend on. */
  readonly #choicesAreSymbols: boolean;
  readonly #dropsTests: boolean;
  /** Whether the tool is that of Linux 2.6.16. */
  readonly #isFirst: boolean;
  readonly #simplifier: Simplifier;
  readonly #modules: ConfigSymbol;
  readonly #context: TransformContext;
  #current: MenuNode;
  #depth = 0;

  constructor(menu: MenuBuilder, modules: ConfigSymbol, dialect: Dialect) {
    this.#menu = menu;
    this.#choicesAreSymbols = dialect.choices === 'symbols';
    this.#isFirst = dialect.vocabulary === '2.6';
    this.#dropsTests = dialect.tristateTests === 'dropped';
    this.#simplifier = simplifierOf(dialect);
    this.#modules = modules;
    this.#current = menu.root;
    this.#context = {
      join: this.#simplifier.join,
      lastFirst: dialect.expressions === 'shared',
      warn: (symbol, forcedTo) => {
        const message = `boolean symbol ${symbol.name} tested for 'm'? test forced to '${forcedTo}'`;
        menu.warn(this.#current, 'bool-tested-for-m', message);
      },
    };
  }

  finalize(parent: MenuNode, insideChoice: boolean): void {
    if (this.#depth >= maximumDepth)
      throw kconfigError(parent, 'nested-too-deep', 'submenus are nested too deep');
    this.#depth++;
    this.#finalize(parent, insideChoice);
    this.#depth--;
  }

  #finalize(parent: MenuNode, insideChoice: boolean): void {
    const {symbol} = parent;
    const choice = this.#choicesAreSymbols && symbol?.isChoice ? symbol : undefined;
    if (parent.firstChild) {
      if (choice) this.#inferChoiceTypes(parent, choice);
      // The mode of a choice that is a symbol is the upper bound of its members' visibility.
      const inherited = choice?.expression ?? parent.dependency;
      for (const node of parent.children()) this.#inheritDependency(node, inherited);
      for (const node of parent.children())
        this.finalize(node, !this.#choicesAreSymbols && symbol?.isChoice === true);
    } else if (symbol && !insideChoice) {
      this.#makeSubmenu(parent, asMentioned(symbol));
      symbol.directDependency = or(symbol.directDependency, parent.dependency);
    }
    for (const node of parent.children()) {
      // The first tool takes a member again for each of its entries, and remembers its first choice.
      if (choice && node.symbol && (this.#isFirst || !node.symbol.choice))
        this.#addMember(choice, node, node.symbol);
      if (node.firstChild && !node.prompt) flatten(node, parent);
    }
    if (symbol && !symbol.checked) {
      if (this.#isFirst) checkBusyboxProperties(parent, symbol, this.#menu);
      else checkProperties(parent, symbol, this.#menu, this.#choiceOf);
      symbol.checked = true;
    }
    // A visible choice that is not optional selects itself as `m`: it cannot be `n`. Of all symbols only choices
    // lack the flag SYMBOL_OPTIONAL.
    if (choice && !choice.optional && parent.prompt) {
      const hold = and(parent.prompt.condition, constantMod.expression)!;
      choice.selectedBy.push({expression: hold, property: undefined});
    }
  }

  #inferChoiceTypes(parent: MenuNode, choice: ConfigSymbol): void {
    if (this.#isFirst) {
      const member = [...parent.children()].find((node) => node.symbol);
      if (member?.symbol) {
        this.#menu.setType(parent, member.symbol.type);
        this.#menu.setType(member, choice.type);
      }
      return;
    }
    if (choice.type === 'unknown') {
      for (let node = parent.firstChild; node; node = node.next) {
        if (!node.symbol || node.symbol.type === 'unknown') continue;
        this.#menu.setType(parent, node.symbol.type);
        break;
      }
    }
    for (let node = parent.firstChild; node; node = node.next) {
      if (node.symbol?.type === 'unknown') this.#menu.setType(node, choice.type);
    }
  }

  /** Condition ANDed with what is inherited, simplified. */
  #combine(inherited: Expression | undefined, condition: Expression | undefined): Expression | undefined {
    // What is inherited was simplified before, and simplifying it again would change nothing.
    if (!condition) return inherited;
    const own = transform(this.#rewriteMod(condition), this.#context);
    return inherited
      ? this.#simplifier.conjunction(inherited, own)
      : this.#simplifier.eliminateDuplicates(own);
  }

  #inheritDependency(node: MenuNode, inherited: Expression | undefined): void {
    this.#current = node;
    node.dependency = this.#combine(inherited, node.dependency);
    if (!node.symbol) {
      if (node.prompt) node.prompt.condition = this.#combine(node.dependency, node.prompt.condition);
      return;
    }
    for (const property of node.symbol.properties) {
      if (property.node !== node) continue;
      property.condition = this.#combine(node.dependency, property.condition);
      if (this.#dropsTests && node.symbol.type !== 'tristate') {
        property.condition = property.condition && dropTristateTests(property.condition);
      }
      if (property.kind !== 'select' && property.kind !== 'imply') continue;
      const expression = and(node.symbol.expression, property.condition)!;
      const list = property.kind === 'select' ? property.target.selectedBy : property.target.impliedBy;
      list.push({expression, property});
    }
  }

  /** `m` in a condition is `m && MODULES` (rewrite_m). */
  #rewriteMod(expression: Expression): Expression {
    switch (expression.kind) {
      case 'symbol':
        if (expression.symbol !== constantMod) return expression;
        return junction('and', [expression, this.#modules.expression]);
      case 'not': {
        const operand = this.#rewriteMod(expression.operand);
        return operand === expression.operand ? expression : not(operand);
      }
      case 'and':
      case 'or': {
        const operands = expression.operands.map((operand) => this.#rewriteMod(operand));
        const same = operands.every((operand, i) => operand === expression.operands[i]);
        return same ? expression : junction(expression.kind, operands);
      }
      default:
        return expression;
    }
  }

  /** Makes the entries after a symbol's node that depend on the symbol its children. */
  #makeSubmenu(parent: MenuNode, symbol: ConfigSymbol): void {
    const own = parent.prompt?.condition;
    // Only a test for `m` is told of, of a symbol that has become bool since its condition was rewritten.
    let base = containsSymbol(own, constantMod) ? this.#visibleWhen(own) : undefined;
    let last: MenuNode | undefined;
    for (let node = parent.next; node; node = node.next) {
      const dependency = node.prompt ? node.prompt.condition : node.dependency;
      if (!containsSymbol(dependency, symbol)) break;
      if (!requiresSymbol(dependency, symbol)) {
        base ??= this.#visibleWhen(own);
        // The superset rule: `(symbol || Q) && R` belongs to the symbol if that depends on R.
        const [, rest] = this.#simplifier.eliminateCommon(this.#visibleWhen(dependency), base);
        if (!isYes(rest)) break;
      }
      this.finalize(node, false);
      node.parent = parent;
      last = node;
    }
    if (!last) return;
    parent.firstChild = parent.next;
    parent.next = last.next;
    last.next = undefined;
  }

  #visibleWhen(condition: Expression | undefined): Expression {
    return this.#simplifier.eliminateDuplicates(transform(unequalNo(condition), this.#context));
  }

  #addMember(choice: ConfigSymbol, node: MenuNode, member: ConfigSymbol): void {
    member.choice ??= choice;
    choice.members.push(member);
    if (!node.prompt) this.#menu.warn(node, 'choice-member', 'choice value must have a prompt');
    for (const property of member.properties) {
      if (property.kind === 'default') {
        this.#menu.warn(property, 'choice-member', 'defaults for choice values not supported');
      }
      if (property.kind === 'prompt' && property.node !== node && this.#isFirst) {
        this.#menu.warn(property, 'choice-member', 'choice values currently only support a single prompt');
        continue;
      }
      if (property.node === node || property.kind !== 'prompt') continue;
      if (property.node.parent?.symbol !== choice) {
        this.#menu.warn(property, 'choice-member', 'choice value used outside its choice group');
      }
    }
    if (this.#isFirst) this.#menu.setType(node, choice.type);
    else if (choice.type === 'tristate' && member.type !== 'tristate') {
      this.#requireChoice(comparison('equal', choice, constantYes), node, member.properties);
    }
  }

  readonly #choiceOf = (member: ConfigSymbol): ConfigSymbol | undefined =>
    this.#choicesAreSymbols ? member.choice : choiceAround(member);

  /** Members of a tristate choice that are not tristate need the choice to be `y`. */
  #requireChoice(condition: Expression, node: MenuNode, properties: readonly Property[]): void {
    node.dependency = and(condition, node.dependency);
    for (const property of properties) {
      if (property.node === node) property.condition = and(condition, property.condition);
    }
  }
}

/** Moves the children of an `if`, or of a symbol without prompt, behind it. */
function flatten(node: MenuNode, parent: MenuNode): void {
  let last = node.firstChild!;
  for (;;) {
    last.parent = parent;
    if (!last.next) break;
    last = last.next;
  }
  last.next = node.next;
  node.next = node.firstChild;
  node.firstChild = undefined;
}
