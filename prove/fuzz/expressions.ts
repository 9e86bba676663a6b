/** Random expressions and values that name the symbols declared so far. */

import type {Random} from './random.ts';
import type {Declared} from './tree.ts';
import {type Kind, number, quotedString} from './words.ts';

export class Expressions {
  readonly #random: Random;
  readonly #declared: readonly Declared[];
  readonly #forward: () => string | undefined;
  /** How many of the declared symbols may be named; undefined for all. */
  visible: number | undefined;

  constructor(random: Random, declared: readonly Declared[], forward: () => string | undefined) {
    this.#random = random;
    this.#declared = declared;
    this.#forward = forward;
  }

  name(): string {
    const forward = this.#forward();
    if (forward !== undefined) return forward;
    const nameable = this.#declared.slice(0, this.visible);
    if (nameable.length === 0 || this.#random.chance(0.03)) return 'UNDECLARED';
    // Mostly the neighbours, as in real trees: that makes submenus.
    const {name} = this.#random.pick(this.#random.chance(0.6) ? nameable.slice(-4) : nameable);
    return this.#random.chance(0.01) ? name.replace(/^S/, '$(S)') : name;
  }

  named(kind: Kind): string | undefined {
    const same = this.#declared.slice(0, this.visible).filter((symbol) => symbol.kind === kind);
    return same.length > 0 ? this.#random.pick(same).name : undefined;
  }

  value(kind: Kind): string {
    if (this.#random.chance(0.01))
      return this.#random.pick(['y', '"n"', '1', 'UNDECLARED', '""', 'a && b', '!y']);
    if (kind === 'bool' || kind === 'tristate') {
      return this.#random.chance(0.6)
        ? this.#random.pick(['y', 'm', 'n', 'y', '"y"', '$(if-y,y)'])
        : this.expression(2);
    }
    if (this.#random.chance(0.2)) return this.named(kind) ?? '"0"';
    return kind === 'string' ? quotedString(this.#random) : number(this.#random, kind);
  }

  expression(depth: number): string {
    if (depth === 0) return this.#operand();
    switch (this.#random.weighted({operand: 35, not: 15, and: 25, or: 10, group: 15})) {
      case 'operand':
        return this.#operand();
      case 'not':
        return this.#negated(this.expression(depth - 1));
      case 'and':
        return `${this.expression(depth - 1)} && ${this.expression(depth - 1)}`;
      case 'or':
        return `${this.expression(depth - 1)} || ${this.expression(depth - 1)}`;
      case 'group':
        return `(${this.expression(depth - 1)} || ${this.expression(depth - 1)})`;
    }
  }

  #negated(expression: string): string {
    return /[|&]/.test(expression) && !/^\([^()]*\)$/.test(expression)
      ? `!(${expression})`
      : `!${expression}`;
  }

  #operand(): string {
    switch (this.#random.weighted({name: 60, constant: 4, comparison: 36})) {
      case 'name':
        return this.name();
      case 'constant':
        return this.#random.pick(['y', 'm', 'n', '"y"', '"n"', '$(if-y,y)']);
      case 'comparison':
        return this.#comparison();
    }
  }

  #comparison(): string {
    const relation = this.#random.pick(['=', '!=', '=', '!=', '<', '<=', '>', '>=']);
    const values = [
      'y',
      'n',
      'm',
      'y',
      'n',
      'm',
      '10',
      '0x20',
      '"text"',
      '"one"',
      '""',
      '"0x5"',
      '-3',
      this.name(),
    ];
    const right = this.#random.pick(values);
    const blank = this.#random.chance(0.05) ? '' : ' ';
    return this.#random.chance(0.04)
      ? `${right}${blank}${relation}${blank}${this.name()}`
      : `${this.name()}${blank}${relation}${blank}${right}`;
  }
}
