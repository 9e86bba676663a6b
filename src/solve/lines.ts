/**
 * What a model's files say, line by line, as clauses that hold only while their line does: so that of goals that cannot be
 * had together the lines can be named because of which. There is no base: everything a user may set is open.
 */

import {
  type ConfigSymbol,
  type Expression,
  type FileLine,
  fileLine,
  formatExpression,
  isLogical,
  type KconfigModel,
  type Location,
  type MenuNode,
  type Prompt,
  parseSigned,
} from '../kconfig/index.ts';
import {ConditionLiterals, type Value} from './condition-literals.ts';
import {Gates, type Pair} from './gates.ts';
import {always, type Literal, negation, never, type SatSolver} from './sat.ts';
import {inBase, Texts} from './texts.ts';

/** A line of a Kconfig file, and what it says of a symbol. */
export type KconfigLine = {
  readonly symbol: ConfigSymbol;
  /** `USB_NET_CH9200 depends on USB_USBNET`. */
  readonly text: string;
  readonly place: FileLine;
};

export class LineEncoding {
  readonly #model: KconfigModel;
  readonly #solver: SatSolver;
  readonly #gates: Gates;
  readonly #literals: ConditionLiterals;
  readonly #texts: Texts;
  readonly #pairs: (Pair | undefined)[] = [];
  readonly #values: (readonly Value[] | undefined)[] = [];
  readonly #waiting: ConfigSymbol[] = [];
  readonly #lines = new Map<Literal, KconfigLine>();
  /** By what a line says and where. */
  readonly #known = new Map<string, Literal>();

  constructor(model: KconfigModel, solver: SatSolver, wanted: (symbol: ConfigSymbol) => readonly string[]) {
    this.#model = model;
    this.#solver = solver;
    this.#gates = new Gates(solver);
    this.#texts = new Texts(model, wanted);
    this.#literals = new ConditionLiterals(model, this.#gates, {
      pair: (symbol) => this.#pair(symbol),
      texts: (symbol) => this.#textValues(symbol),
    });
  }

  /** Each line by the literal that makes it hold. */
  get lines(): ReadonlyMap<Literal, KconfigLine> {
    return this.#lines;
  }

  pair(symbol: ConfigSymbol): Pair {
    const pair = this.#literals.pair(symbol);
    this.#encodeWaiting();
    return pair;
  }

  values(symbol: ConfigSymbol): readonly Value[] {
    const values = this.#literals.values(symbol);
    this.#encodeWaiting();
    return values;
  }

  #encodeWaiting(): void {
    for (let symbol = this.#waiting.pop(); symbol; symbol = this.#waiting.pop()) {
      if (isLogical(symbol.type)) this.#encodeLogical(symbol);
      else this.#encodeText(symbol);
    }
  }

  #pair(symbol: ConfigSymbol): Pair {
    const known = this.#pairs[symbol.index];
    if (known) return known;
    const m = this.#solver.newVariable();
    const y = symbol.type === 'bool' ? m : this.#solver.newVariable();
    if (y !== m) this.#solver.addClause([negation(y), m]);
    this.#pairs[symbol.index] = {m, y};
    this.#waiting.push(symbol);
    return {m, y};
  }

  #textValues(symbol: ConfigSymbol): readonly Value[] {
    const known = this.#values[symbol.index];
    if (known) return known;
    const values = this.#texts.of(symbol).map((text) => ({text, literal: this.#solver.newVariable()}));
    this.#values[symbol.index] = values;
    this.#waiting.push(symbol);
    return values;
  }

  /** What holds only with a line. */
  #say(line: Literal, clause: readonly Literal[]): void {
    this.#solver.addClause([negation(line), ...clause]);
  }

  #line(symbol: ConfigSymbol, text: string, location: Location): Literal {
    const place = fileLine(location);
    const key = `${place.file}:${place.line}:${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const literal = this.#solver.newVariable();
    this.#known.set(key, literal);
    this.#lines.set(literal, {symbol, text, place});
    return literal;
  }

  /**
   * That a symbol is no more than its prompts, defaults and selects make it: a rule, not a line, but where there is no
   * prompt, which people do not expect.
   */
  #declaration(symbol: ConfigSymbol): Literal {
    const [node] = symbol.nodes;
    if (!node || symbol.prompts.length > 0) return always;
    const selectors = symbol.selectedBy.flatMap(({property}) => property?.node.symbol?.name ?? []);
    const by = [...new Set(selectors)];
    const shown = by.length > 3 ? `${by.slice(0, 3).join(', ')} and ${by.length - 3} more` : by.join(', ');
    const selected = by.length > 0 ? `it is selected by ${shown}` : 'nothing selects it';
    return this.#line(symbol, `${nameOf(symbol)} has no prompt; ${selected}`, node);
  }

  #encodeLogical(symbol: ConfigSymbol): void {
    if (symbol.nodes.length === 0) {
      // A name that nothing declares is n.
      this.#solver.addClause([negation(this.#pair(symbol).m)]);
      return;
    }
    this.#limit(symbol);
    this.#raise(symbol);
    if (!symbol.isChoice) this.#fall(symbol);
    this.#modulesLimit(symbol);
    if (symbol.isChoice) this.#chooseOne(symbol);
    if (symbol.choice) this.#pair(symbol.choice);
  }

  /** No more than prompts, selects, implies and defaults give. */
  #limit(symbol: ConfigSymbol): void {
    const declared = this.#declaration(symbol);
    const value = this.#pair(symbol);
    const {conditions} = this.#model;
    const {defaults, defaultStart, defaultValues, implied, impliedStart} = conditions;
    const ways: Pair[] = symbol.prompts.map((prompt) => this.#promptWay(symbol, prompt));
    for (const i of symbol.selectedBy.keys()) ways.push(this.#selection(symbol, i));
    const implies = implied.subarray(impliedStart[symbol.index]!, impliedStart[symbol.index + 1]!);
    if (implies.length > 0) {
      const implying = this.#gates.orPair(Array.from(implies, (one) => this.#literals.reference(one)));
      // Other than a select, an imply gives no more than the dependencies of a definition.
      for (const node of symbol.nodes)
        ways.push(this.#gates.andPair([implying, this.#wayUnder(symbol, dependenciesAround(node))]));
    }
    if (!symbol.isChoice) {
      for (let at = defaultStart[symbol.index]!; at < defaultStart[symbol.index + 1]!; at++) {
        const parts = [defaults[at]!, defaultValues[at]!].map((one) => this.#literals.reference(one));
        ways.push(this.#gates.andPair(parts));
      }
    }
    this.#say(declared, [negation(value.m), ...ways.map(({m}) => m)]);
    if (value.y === value.m) return;
    this.#say(declared, [negation(value.y), ...ways.map(({y}) => y)]);
  }

  /**
   * How far one of those that select a symbol raises it. What the selector depends on is in its own lines, unless each of
   * its definitions has dependencies of its own.
   */
  #selection(symbol: ConfigSymbol, which: number): Pair {
    const {selected, selectedStart} = this.#model.conditions;
    const property = symbol.selectedBy[which]?.property;
    const selector = property?.node.symbol;
    if (selector?.nodes.length !== 1)
      return this.#literals.reference(selected[selectedStart[symbol.index]! + which]!);
    return this.#gates.andPair([this.#literals.pair(selector), this.#literals.expression(property?.written)]);
  }

  #promptWay(symbol: ConfigSymbol, prompt: Prompt): Pair {
    return this.#wayUnder(symbol, conditionsAround(prompt));
  }

  /** What conditions allow, each by its own line. */
  #wayUnder(symbol: ConfigSymbol, conditions: readonly Written[]): Pair {
    const way: Pair = {m: this.#solver.newVariable(), y: this.#solver.newVariable()};
    this.#solver.addClause([negation(way.y), way.m]);
    for (const {expression, location, word} of conditions) {
      const operands = expression.kind === 'and' ? expression.operands : [expression];
      for (const operand of operands) {
        const line = this.#line(symbol, `${nameOf(symbol)} ${word} ${formatExpression(operand)}`, location);
        const {m, y} = this.#literals.expression(operand);
        this.#say(line, [negation(way.m), m]);
        this.#say(line, [negation(way.y), y]);
      }
    }
    return way;
  }

  /** No less than what selects it. */
  #raise(symbol: ConfigSymbol): void {
    const value = this.#pair(symbol);
    for (const [i, {property}] of symbol.selectedBy.entries()) {
      const selector = property?.node.symbol;
      const {m, y} = this.#selection(symbol, i);
      const text = selector && `${nameOf(selector)} selects ${nameOf(symbol)}${condition(property?.written)}`;
      const line = property && text ? this.#line(symbol, text, property) : always;
      this.#say(line, [negation(m), value.m]);
      if (value.y !== value.m) this.#say(line, [negation(y), value.y]);
    }
  }

  /** No less than its default, where nobody can set it. */
  #fall(symbol: ConfigSymbol): void {
    const {prompts, promptStart, defaults, defaultStart, defaultValues} = this.#model.conditions;
    const {index} = symbol;
    const value = this.#pair(symbol);
    const visible = Array.from(
      prompts.subarray(promptStart[index]!, promptStart[index + 1]!),
      (one) => this.#literals.reference(one).m,
    );
    if (visible.includes(always)) return;
    const start = defaultStart[index]!;
    const conditions = Array.from(defaults.subarray(start, defaultStart[index + 1]!), (one) =>
      this.#literals.reference(one),
    );
    const first = this.#gates.first(conditions.map(({m}) => m));
    for (const [i, property] of symbol.defaults.entries()) {
      const given = this.#gates.andPair([
        conditions[i]!,
        this.#literals.reference(defaultValues[start + i]!),
      ]);
      const text = `${nameOf(symbol)} has default ${formatExpression(property.value)}${condition(property.written)}`;
      const line = this.#line(symbol, text, property);
      this.#say(line, [...visible, negation(first[i]!), negation(given.m), value.m]);
      if (value.y !== value.m) this.#say(line, [...visible, negation(first[i]!), negation(given.y), value.y]);
    }
  }

  /** There is no `m` without modules. */
  #modulesLimit(symbol: ConfigSymbol): void {
    const {modules} = this.#model;
    const {m, y} = this.#pair(symbol);
    if (m === y) return;
    const [node] = modules.nodes;
    const line = node ? this.#line(modules, `there are modules only with ${nameOf(modules)}`, node) : always;
    this.#say(line, [negation(m), y, this.#literals.pair(modules).m]);
  }

  /** One member, and no more. */
  #chooseOne(choice: ConfigSymbol): void {
    const [node] = choice.nodes;
    if (!node) return;
    const members = choice.members.filter(({type}) => isLogical(type));
    const names = members.map(nameOf).join(', ');
    const line = this.#line(choice, `a choice takes one of ${names}`, node);
    const chosen = members.map((member) => this.#pair(member).y);
    let any: Literal = never;
    for (const literal of chosen) {
      this.#say(line, [negation(any), negation(literal)]);
      any = this.#gates.or([any, literal]);
    }
    const {prompts, promptStart} = this.#model.conditions;
    const mode = this.#model.dialect.choices === 'menus' ? always : this.#pair(choice).y;
    for (const {index} of members)
      for (const one of prompts.subarray(promptStart[index]!, promptStart[index + 1]!))
        this.#say(line, [negation(mode), negation(this.#literals.reference(one).y), any]);
  }

  // Numbers and texts

  #encodeText(symbol: ConfigSymbol): void {
    const values = this.#textValues(symbol);
    this.#gates.atMostOne(values.map(({literal}) => literal));
    this.#solver.addClause(values.map(({literal}) => literal));
    if (symbol.nodes.length === 0) return;
    this.#bound(symbol, values);
    this.#textDefaults(symbol, values);
  }

  #bound(symbol: ConfigSymbol, values: readonly Value[]): void {
    const number = (text: string) => parseSigned(text, symbol.type === 'hex' ? 16 : 10).value;
    const active = this.#gates.first(
      symbol.ranges.map((range) => this.#literals.expression(range.condition).m),
    );
    for (const [i, range] of symbol.ranges.entries()) {
      const bounds = `${formatExpression(range.low.expression)} ${formatExpression(range.high.expression)}`;
      const line = this.#line(
        symbol,
        `${nameOf(symbol)} has range ${bounds}${condition(range.written)}`,
        range,
      );
      for (const [bound, passes] of [
        [range.low, (value: bigint, limit: bigint) => value < limit],
        [range.high, (value: bigint, limit: bigint) => value > limit],
      ] as const) {
        for (const limit of this.#literals.values(bound))
          for (const {text, literal} of values)
            if (text !== '' && passes(number(text), number(inBase(symbol, bound, limit.text))))
              this.#say(line, [negation(active[i]!), negation(limit.literal), negation(literal)]);
      }
    }
  }

  /** A text that nobody can set is one of its defaults, or missing. */
  #textDefaults(symbol: ConfigSymbol, values: readonly Value[]): void {
    const {prompts, promptStart, defaults, defaultStart, defaultValues} = this.#model.conditions;
    const {index} = symbol;
    const visible = Array.from(
      prompts.subarray(promptStart[index]!, promptStart[index + 1]!),
      (one) => this.#literals.reference(one).m,
    );
    if (visible.includes(always)) return;
    const start = defaultStart[index]!;
    const ways = new Map<string, Literal[]>([[values[0]!.text, [always]]]);
    for (let at = start; at < defaultStart[index + 1]!; at++) {
      const reference = defaultValues[at]!;
      if (reference >= 0) continue;
      const when = this.#literals.reference(defaults[at]!).m;
      for (const {text, literal} of this.#literals.values(this.#model.symbolAt(-1 - reference)))
        ways.set(text, [...(ways.get(text) ?? []), this.#gates.and([when, literal])]);
    }
    const prompted = symbol.prompts.map((prompt) => this.#promptWay(symbol, prompt).m);
    const isBound = symbol.ranges.length > 0;
    for (const {text, literal} of values) {
      if (isBound && !ways.has(text)) continue;
      this.#say(this.#declaration(symbol), [negation(literal), ...prompted, ...(ways.get(text) ?? [])]);
    }
  }
}

type Written = {readonly expression: Expression; readonly location: Location; readonly word: string};

/** The conditions of a prompt as they stand in the files: its own, its symbol's, and those of the blocks around it. */
function conditionsAround(prompt: Prompt): readonly Written[] {
  const found: Written[] = [];
  const add = (expression: Expression | undefined, location: Location, word: string) => {
    if (expression) found.push({expression, location, word});
  };
  add(prompt.written, prompt, 'has a prompt if');
  for (let node: MenuNode | undefined = prompt.node; node; node = node.block) {
    for (const one of node.conditions) add(one.expression, one, 'depends on');
    if (node === prompt.node) continue;
    for (const one of node.visibilityConditions) add(one.expression, one, 'is visible if');
    if (node.symbol?.isChoice && node.prompt)
      add(node.prompt.written, node.prompt, 'is in a choice that is visible if');
  }
  return found;
}

/** What one definition of a symbol depends on, itself and by the blocks around it. */
function dependenciesAround(definition: MenuNode): readonly Written[] {
  const found: Written[] = [];
  for (let node: MenuNode | undefined = definition; node; node = node.block)
    for (const one of node.conditions)
      found.push({expression: one.expression, location: one, word: 'depends on'});
  return found;
}

function nameOf(symbol: ConfigSymbol): string {
  return symbol.name ?? 'the choice';
}

function condition(written: Expression | undefined): string {
  return written ? ` if ${formatExpression(written)}` : '';
}
