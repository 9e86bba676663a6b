/** Why a symbol does not have the value that was wanted: which lines stand in the way, and what would clear them. */

import {type Expression, formatExpression, letters, relationText, type Tristate} from './expression.ts';
import {isValidText} from './literal.ts';
import {nearestNames} from './names.ts';
import {parseSigned} from './numbers.ts';
import {acceptsText, activeRange, boundValue} from './range.ts';
import {type FileLine, fileLine, formatLocation, type Location} from './source.ts';
import {
  type ConfigSymbol,
  constantMod,
  isLogical,
  type MenuNode,
  type ReverseDependency,
  type SymbolType,
} from './symbol.ts';
import type {Evaluation} from './values.ts';

export type Cause =
  /** The symbol has the wanted value. */
  | 'met'
  /** No Kconfig file declares the symbol. */
  | 'unknown'
  /** The wanted text is no value of the symbol's type. */
  | 'type'
  /** `m` was wanted where modules are off. */
  | 'modules'
  /** A `depends on`, an `if`, a `visible if` or a prompt's condition does not hold. */
  | 'dependency'
  /** The symbol has no prompt: only its defaults and other symbols set it. */
  | 'no-prompt'
  /** Another symbol selects it. */
  | 'selected'
  /** Another member of its choice is set. */
  | 'choice'
  /** A range bounds it. */
  | 'range'
  /** Nothing stands in the way: it was not asked for. */
  | 'not-set';

/** A symbol in a condition, with what it would have to be for the condition to hold through it. */
export type SymbolNeed = {readonly name: string; readonly value: string; readonly needed: string};

/** A line of a Kconfig file that does not hold. */
export type Blocking = {
  /** The part that does not hold, as menuconfig prints it: each symbol with its ` [=value]`. */
  readonly expression: string;
  readonly symbols: readonly SymbolNeed[];
  readonly place: FileLine;
};

export type Selector = {
  readonly name: string;
  readonly value: string;
  readonly kind: 'select' | 'imply';
  /** The `if` of the select, with values; undefined if there is none. */
  readonly condition: string | undefined;
  /** How high the selection raises the symbol now. */
  readonly raisesTo: 'n' | 'm' | 'y';
  readonly place: FileLine;
};

export type SymbolReason = {
  readonly symbol: string;
  readonly exists: boolean;
  readonly type: SymbolType;
  readonly value: string;
  readonly wanted: string;
  readonly cause: Cause;
  /** One sentence for people. */
  readonly message: string;
  /** The reason in it, without the symbol and its value; empty if it has the wanted value. */
  readonly detail: string;
  readonly definedAt: readonly FileLine[];
  readonly blocking: readonly Blocking[];
  /** The symbols that select or imply this one. */
  readonly selectors: readonly Selector[];
  /** For an unknown symbol: declared names like it. */
  readonly nearest: readonly string[];
};

function levelOf(text: string): Tristate {
  return text === 'y' ? 2 : text === 'm' ? 1 : 0;
}

/** What decided about the symbol, before it is put into words. */
type Finding = {cause: Cause; blocking: readonly Blocking[]; detail: string};

/**
 * Explains why a symbol, named or as the model has it, does not have the value `wanted` in an evaluation; `cause` is
 * `met` if it has.
 */
export function explainUnmet(
  evaluation: Evaluation,
  wantedOf: ConfigSymbol | string,
  wanted: string,
): SymbolReason {
  const {model} = evaluation;
  const symbol = typeof wantedOf === 'string' ? model.symbols.get(wantedOf) : wantedOf;
  const name = typeof wantedOf === 'string' ? wantedOf : wantedOf.displayName;
  if (!symbol || symbol.nodes.length === 0) {
    const nearest = nearestNames(model, name);
    const suggestion = nearest.length > 0 ? `; the nearest names are ${nearest.join(', ')}` : '';
    return {
      symbol: name,
      exists: false,
      type: 'unknown',
      value: 'n',
      wanted,
      cause: 'unknown',
      message: `no Kconfig file of this tree declares ${name}${suggestion}`,
      detail: 'no Kconfig file of this tree declares it',
      definedAt: [],
      blocking: [],
      selectors: [],
      nearest,
    };
  }
  const explainer = new Explainer(evaluation, symbol, wanted);
  const {cause, blocking, detail} = explainer.find();
  const value = evaluation.value(symbol);
  return {
    symbol: name,
    exists: true,
    type: symbol.type,
    value,
    wanted,
    cause,
    message:
      cause === 'met' ? `${name} is ${wanted}` : `${name} is ${value || 'empty'}, not ${wanted}: ${detail}`,
    detail,
    definedAt: symbol.nodes.map(fileLine),
    blocking,
    selectors: explainer.selectors(),
    nearest: [],
  };
}

class Explainer {
  readonly #evaluation: Evaluation;
  readonly #symbol: ConfigSymbol;
  readonly #wanted: string;

  constructor(evaluation: Evaluation, symbol: ConfigSymbol, wanted: string) {
    this.#evaluation = evaluation;
    this.#symbol = symbol;
    this.#wanted = wanted;
  }

  find(): Finding {
    const symbol = this.#symbol;
    const value = this.#evaluation.value(symbol);
    if (value === this.#wanted) return {cause: 'met', blocking: [], detail: ''};
    const logical = isLogical(symbol.type);
    const valid = logical ? /^[nmy]$/.test(this.#wanted) : isValidText(symbol.type, this.#wanted);
    if (!valid || (symbol.type === 'bool' && this.#wanted === 'm')) {
      return {cause: 'type', blocking: [], detail: `it is of type ${symbol.type}, which has no such value`};
    }
    if (!logical) return this.#textFinding();
    const wanted = levelOf(this.#wanted);
    return wanted > levelOf(value) ? this.#cannotRaise(wanted) : this.#cannotLower(wanted);
  }

  #textFinding(): Finding {
    const symbol = this.#symbol;
    if (this.#evaluation.visibility(symbol) === 0) return this.#invisible(1);
    const range = activeRange(this.#evaluation, symbol);
    if (range && !acceptsText(this.#evaluation, symbol, this.#wanted)) {
      const [low, high] = [range.low, range.high].map((bound) => this.#evaluation.value(bound));
      const base = symbol.type === 'hex' ? 16 : 10;
      const tooLow = parseSigned(this.#wanted, base).value < boundValue(this.#evaluation, range.low, base);
      const bound = tooLow ? range.low : range.high;
      // A bound that is written as a number cannot be changed by setting a symbol.
      const needs =
        bound.nodes.length > 0 ? [this.#need(bound, `${tooLow ? '<=' : '>='}${this.#wanted}`)] : [];
      const blocking = {
        expression: `range ${this.#format(range.low.expression)} ${this.#format(range.high.expression)}`,
        symbols: needs,
        place: fileLine(range),
      };
      const detail = `it has to be between ${low} and ${high} (${formatLocation(range)})`;
      return {cause: 'range', blocking: [blocking], detail};
    }
    return {cause: 'not-set', blocking: [], detail: 'nothing stands in the way, but no value was given'};
  }

  #cannotRaise(wanted: Tristate): Finding {
    const symbol = this.#symbol;
    const state = this.#evaluation.calculate(symbol);
    if (wanted === 1 && symbol.type === 'tristate' && this.#evaluation.effectiveType(symbol) === 'bool') {
      return this.#withoutModules();
    }
    const needed = symbol.type === 'bool' ? 1 : wanted;
    if (symbol.prompts.length === 0 || state.visibility < needed) return this.#invisible(needed);
    if (symbol.choice) return this.#otherMember(symbol.choice);
    if (symbol.isChoice && state.reverseDependency >= state.visibility)
      return {cause: 'choice', blocking: [], detail: 'none of its members is visible'};
    const detail = state.hasUser
      ? `it was set to ${letters[state.userTristate]}`
      : 'nothing stands in the way, but it was not set and its default is lower';
    return {cause: 'not-set', blocking: [], detail};
  }

  #cannotLower(wanted: Tristate): Finding {
    const symbol = this.#symbol;
    const state = this.#evaluation.calculate(symbol);
    if (wanted === 1 && this.#evaluation.effectiveType(symbol) === 'bool') return this.#withoutModules();
    const holding = symbol.selectedBy.filter(
      ({expression}) => this.#evaluation.evaluate(expression) > wanted,
    );
    if (holding.length > 0) {
      const blocking = holding.flatMap((reverse) => this.#selection(reverse));
      const by = blocking
        .map(({expression, place}) => `${expression} (${place.file}:${place.line})`)
        .join(', ');
      return {cause: 'selected', blocking, detail: `it is selected by ${by}`};
    }
    if (symbol.choice && state.visibility === 2) {
      const chosen = `${symbol.choice.nodes[0] ? formatLocation(symbol.choice.nodes[0]) : ''}`;
      const detail = `one member of its choice (${chosen}) has to be y; set another member`;
      return {cause: 'choice', blocking: [], detail};
    }
    if (state.visibility !== 0) {
      const detail = state.hasUser
        ? `it was set to ${letters[state.userTristate]}`
        : 'its default is higher, and it was not set';
      return {cause: 'not-set', blocking: [], detail};
    }
    const found = this.#evaluation.activeDefault(symbol);
    if (!found) return this.#invisible(1);
    const place = fileLine(found.property);
    const blocking = {
      expression: `default ${this.#format(found.property.value)}`,
      symbols: this.#needs(found.property.value, false, 1),
      place,
    };
    const detail = `it cannot be set, and its default is ${this.#wanted === 'n' ? 'not n' : 'another'} (${place.file}:${place.line})`;
    return {cause: 'no-prompt', blocking: [blocking], detail};
  }

  #withoutModules(): Finding {
    const {modules} = this.#evaluation.model;
    if (this.#symbol.choice && this.#evaluation.visibility(this.#symbol) === 2) {
      return {cause: 'choice', blocking: [], detail: 'its choice is y, so its members are y or n'};
    }
    if (modules.kind === 'constant')
      return {cause: 'modules', blocking: [], detail: 'this tree has no modules'};
    const place = modules.nodes[0] ? fileLine(modules.nodes[0]) : {file: '', line: 0};
    const blocking = {
      expression: this.#format(modules.expression),
      symbols: [this.#need(modules, 'y')],
      place,
    };
    return {cause: 'modules', blocking: [blocking], detail: `${modules.name} is n, so there is no m`};
  }

  #otherMember(choice: ConfigSymbol): Finding {
    const member = this.#evaluation.chosenMember(choice);
    const node = choice.nodes[0];
    if (!member || !node) return {cause: 'choice', blocking: [], detail: 'its choice has no value'};
    const blocking = {
      expression: this.#format(member.expression),
      symbols: [this.#need(member, 'n')],
      place: fileLine(member.nodes[0] ?? node),
    };
    const detail = `its choice (${formatLocation(node)}) is set to ${member.name}`;
    return {cause: 'choice', blocking: [blocking], detail};
  }

  /** No prompt is visible enough, or there is none. */
  #invisible(needed: Tristate): Finding {
    const symbol = this.#symbol;
    const hasPrompt = symbol.prompts.length > 0;
    // Of several definitions the one with the fewest obstacles is the nearest way.
    const ways = hasPrompt
      ? symbol.prompts.map((prompt) => [
          ...this.#failing(prompt.written, prompt, needed),
          ...this.#failingAround(prompt.node, needed, true),
        ])
      : symbol.defaults.map((property) => [
          ...this.#failing(property.written, property, needed),
          // A number or a text is no condition.
          ...(isLogical(symbol.type) ? this.#failing(property.value, property, needed) : []),
          ...this.#failingAround(property.node, needed, false),
        ]);
    ways.sort((a, b) => a.length - b.length);
    const blocking = ways.find((way) => way.length > 0) ?? [];
    const lines = blocking
      .map(({expression, place}) => `${expression} (${place.file}:${place.line})`)
      .join(' and ');
    if (hasPrompt) return {cause: 'dependency', blocking, detail: `it depends on ${lines}`};
    const selectors = symbol.selectedBy.flatMap(({property}) => property?.node.symbol?.name ?? []);
    const several =
      selectors.length > 5
        ? `${selectors.slice(0, 5).join(', ')} and ${selectors.length - 5} more`
        : selectors.join(', ');
    const parts = [
      'it has no prompt, so it cannot be set itself',
      selectors.length > 0 ? `these select it: ${several}` : '',
      blocking.length > 0 ? `its default needs ${lines}` : '',
    ];
    return {cause: 'no-prompt', blocking, detail: parts.filter(Boolean).join('; ')};
  }

  /** The conditions of a node and of the blocks around it that are below `needed`. */
  #failingAround(node: MenuNode, needed: Tristate, withVisibility: boolean): Blocking[] {
    const result: Blocking[] = [];
    for (let current: MenuNode | undefined = node; current; current = current.block) {
      for (const condition of current.conditions) {
        result.push(...this.#failing(condition.expression, condition, needed));
      }
      if (withVisibility && current !== node) {
        for (const condition of current.visibilityConditions) {
          result.push(...this.#failing(condition.expression, condition, needed));
        }
      }
      const {prompt, symbol} = current;
      if (current !== node && symbol?.isChoice && prompt)
        result.push(...this.#failing(prompt.written, prompt, needed));
    }
    return result;
  }

  /** The operands of a condition, ANDed as it is, that are below `needed`. */
  #failing(condition: Expression | undefined, location: Location, needed: Tristate): Blocking[] {
    if (!condition) return [];
    const operands = condition.kind === 'and' ? condition.operands : [condition];
    return operands
      .filter((operand) => this.#written(operand) < needed)
      .map((operand) => ({
        expression: this.#format(operand),
        symbols: this.#needs(operand, true, needed),
        place: fileLine(location),
      }));
  }

  /** The value of a condition as it stands in the file: `m` is `m && MODULES` there. */
  #written(expression: Expression): Tristate {
    switch (expression.kind) {
      case 'symbol': {
        if (expression.symbol !== constantMod) break;
        const modules = this.#evaluation.tristate(this.#evaluation.model.modules);
        return modules === 0 ? 0 : 1;
      }
      case 'not':
        return (2 - this.#written(expression.operand)) as Tristate;
      case 'and':
        return Math.min(...expression.operands.map((operand) => this.#written(operand))) as Tristate;
      case 'or':
        return Math.max(...expression.operands.map((operand) => this.#written(operand))) as Tristate;
    }
    return this.#evaluation.evaluate(expression);
  }

  /** The symbols of a condition, with what each would have to be for its part to hold (or, negated, not to). */
  #needs(expression: Expression, positive: boolean, level: Tristate): SymbolNeed[] {
    switch (expression.kind) {
      case 'symbol':
        if (expression.symbol === constantMod) return [this.#need(this.#evaluation.model.modules, 'y')];
        if (expression.symbol.kind === 'constant') return [];
        return [this.#need(expression.symbol, positive ? this.#reach(expression.symbol, level) : 'n')];
      case 'not':
        return this.#needs(expression.operand, !positive, level);
      case 'and':
      case 'or':
        return expression.operands.flatMap((operand) => this.#needs(operand, positive, level));
      default: {
        const {left, right} = expression;
        const relation = relationText[expression.kind];
        const other = this.#evaluation.value(right);
        const exact = positive && expression.kind === 'equal';
        return [this.#need(left, exact ? other : `${positive ? '' : 'not '}${relation}${other}`)];
      }
    }
  }

  #reach(symbol: ConfigSymbol, level: Tristate): string {
    return symbol.type === 'bool' || level === 2 ? 'y' : 'm';
  }

  #need(symbol: ConfigSymbol, needed: string): SymbolNeed {
    return {name: symbol.displayName, value: this.#evaluation.value(symbol), needed};
  }

  #selection({property, expression}: ReverseDependency): Blocking[] {
    const selector = property?.node.symbol;
    if (!property || !selector) return [];
    return [
      {
        expression: this.#format(selector.expression),
        symbols: [
          this.#need(selector, 'n'),
          ...(property.written ? this.#needs(property.written, false, 1) : []),
        ],
        place: fileLine(property),
      },
    ].filter(() => this.#evaluation.evaluate(expression) > 0);
  }

  selectors(): Selector[] {
    const {selectedBy, impliedBy} = this.#symbol;
    return [...selectedBy, ...impliedBy].flatMap(({property, expression}) => {
      const selector = property?.node.symbol;
      if (!property || selector?.name === undefined) return [];
      return [
        {
          name: selector.name,
          value: this.#evaluation.value(selector),
          kind: property.kind,
          condition: property.written && this.#format(property.written),
          raisesTo: letters[this.#evaluation.evaluate(expression)],
          place: fileLine(property),
        },
      ];
    });
  }

  #format(expression: Expression): string {
    return formatWithValues(this.#evaluation, expression);
  }
}

/** An expression as menuconfig prints it: each symbol with its ` [=value]`. */
export function formatWithValues(evaluation: Evaluation, expression: Expression): string {
  return formatExpression(expression, (symbol) => {
    evaluation.calculate(symbol);
    // Constants, numbers and names nothing declares are their own text.
    if (symbol.kind === 'constant' || (symbol.type === 'unknown' && /^-?[0-9]/.test(symbol.name ?? '')))
      return '';
    return symbol.type === 'unknown' ? ' [not declared]' : ` [=${evaluation.storedText(symbol)}]`;
  });
}
