/**
 * All configurations a model allows, as clauses. Each follows sym_calc_value (symbol.c): a symbol that can be set is
 * anything between what selects it and what its prompt allows; of one that cannot, the defaults decide.
 *
 * A symbol is *kept* if it is not set anew: then it has what the base's .config says of it as far as its prompt allows, and its default where
 * that says nothing. So the symbols that are not kept are the lines that a fragment over the base would have.
 *
 * Symbols are encoded when they are first asked for: what a goal does not depend on costs nothing.
 */

import {
  type Conditions,
  type ConfigSymbol,
  isLogical,
  type KconfigModel,
  parseSigned,
} from '../kconfig/index.ts';
import {ConditionLiterals, type Value} from './condition-literals.ts';
import {Gates, type Pair, pairNo} from './gates.ts';
import {always, type Literal, negation, never, type SatSolver} from './sat.ts';
import {inBase, isSameText, Texts} from './texts.ts';

/** Beyond this a symbol is encoded after those that depend on it, and not with them. */
const mostDepth = 200;

export class Encoding {
  readonly model: KconfigModel;
  readonly solver: SatSolver;
  /** Of the symbols whose selects are limited, none selects another past what that depends on. */
  readonly strict: Literal;
  readonly #gates: Gates;
  readonly #conditions: Conditions;
  readonly #base: ReadonlyMap<string, string>;
  readonly #unmet: ReadonlySet<ConfigSymbol>;
  readonly #texts: Texts;
  readonly #literals: ConditionLiterals;
  /** By symbol index. */
  readonly #pairs: (Pair | undefined)[] = [];
  readonly #values: (readonly Value[] | undefined)[] = [];
  readonly #begun: Uint8Array;
  readonly #limited: Uint8Array;
  readonly #waiting: ConfigSymbol[] = [];
  readonly #kept = new Map<ConfigSymbol, Literal>();
  readonly #written = new Map<ConfigSymbol, Literal>();
  /** By symbol index. */
  readonly #unchanged: (Literal | undefined)[] = [];
  #depth = 0;

  /**
   * @param base what the base's .config says: `n` for `is not set`, texts without quotes
   * @param options.unmet symbols that the base selects past what they depend on
   * @param options.wanted numbers and texts that are asked for, beside those the model names
   */
  constructor(
    model: KconfigModel,
    solver: SatSolver,
    base: ReadonlyMap<string, string>,
    options: {
      readonly unmet?: ReadonlySet<ConfigSymbol>;
      readonly wanted?: ReadonlyMap<ConfigSymbol, readonly string[]>;
    } = {},
  ) {
    this.model = model;
    this.solver = solver;
    this.strict = solver.newVariable();
    this.#gates = new Gates(solver);
    this.#conditions = model.conditions;
    this.#base = base;
    this.#unmet = options.unmet ?? new Set();
    this.#texts = new Texts(model, (symbol) => {
      const given = this.#baseOf(symbol);
      return [...(given === undefined ? [] : [given]), ...(options.wanted?.get(symbol) ?? [])];
    });
    this.#literals = new ConditionLiterals(model, this.#gates, {
      pair: (symbol) => this.#pair(symbol),
      texts: (symbol) => this.#textValues(symbol),
    });
    this.#begun = new Uint8Array(model.symbolCount);
    this.#limited = new Uint8Array(model.symbolCount);
  }

  /** The literals of a bool or tristate, all it depends on encoded. */
  pair(symbol: ConfigSymbol): Pair {
    const pair = this.#literals.pair(symbol);
    this.#encodeWaiting();
    return pair;
  }

  /** The values of any symbol; of a number or text those worth telling apart. */
  values(symbol: ConfigSymbol): readonly Value[] {
    const values = this.#literals.values(symbol);
    this.#encodeWaiting();
    return values;
  }

  /** Whether .config has a line for a number or text. */
  written(symbol: ConfigSymbol): Literal {
    this.values(symbol);
    return this.#written.get(symbol) ?? never;
  }

  /** The symbols that a user may set, each with the literal that it is not set anew; members of a choice share one. */
  get kept(): ReadonlyMap<ConfigSymbol, Literal> {
    return this.#kept;
  }

  /** For each bool and tristate that is encoded so far the literal that it has what the base has. */
  get unchanged(): readonly Literal[] {
    for (const [index, pair] of this.#pairs.entries()) {
      if (!pair || this.#unchanged[index] !== undefined) continue;
      const symbol = this.model.symbolAt(index);
      const value = symbol.isChoice ? undefined : (this.#baseOf(symbol) ?? 'n');
      if (value === undefined) this.#unchanged[index] = always;
      else if (value === 'm') this.#unchanged[index] = this.#gates.and([pair.m, negation(pair.y)]);
      else this.#unchanged[index] = value === 'y' ? pair.y : negation(pair.m);
    }
    return this.#unchanged.filter((literal) => literal !== undefined);
  }

  #encodeWaiting(): void {
    for (let symbol = this.#waiting.pop(); symbol; symbol = this.#waiting.pop()) this.#encode(symbol);
  }

  /**
   * Limits what the symbols select that are on in the solver's last solution; false if all of them were limited already.
   * To limit all of the model's would encode nearly all of it.
   */
  limitSelectsOfSolution(): boolean {
    let isNew = false;
    for (const [index, pair] of this.#pairs.entries()) {
      if (!pair || this.#limited[index] || !this.solver.isTrue(pair.m)) continue;
      const symbol = this.model.symbolAt(index);
      if (!symbol.isChoice && this.limitSelects(symbol)) isNew = true;
    }
    return isNew;
  }

  /**
   * Strictly, a symbol selects no other past what that depends on, unless the base had it so. Returns whether that says
   * something new.
   */
  limitSelects(selector: ConfigSymbol): boolean {
    if (this.#limited[selector.index]) return false;
    this.#limited[selector.index] = 1;
    let isNew = false;
    const own = this.#pair(selector);
    for (const property of selector.properties) {
      if (property.kind !== 'select' || property.target.isChoice || this.#unmet.has(property.target))
        continue;
      const {target} = property;
      const condition = this.#literals.expression(property.condition);
      const allowed = this.#promoted(
        target,
        this.#literals.reference(this.#conditions.direct[target.index]!),
      );
      const strictly = [negation(this.strict), negation(own.m), negation(condition.m)];
      this.solver.addClause([...strictly, allowed.m]);
      if (target.type === 'tristate')
        this.solver.addClause([negation(this.strict), negation(own.y), negation(condition.y), allowed.y]);
      isNew = true;
    }
    this.#encodeWaiting();
    return isNew;
  }

  #pair(symbol: ConfigSymbol): Pair {
    this.#begin(symbol);
    return this.#ownPair(symbol);
  }

  /** The literals of a symbol, whatever is known of it. */
  #ownPair(symbol: ConfigSymbol): Pair {
    this.#pairs[symbol.index] ??= this.#newPair(symbol);
    return this.#pairs[symbol.index]!;
  }

  #newPair({type}: ConfigSymbol): Pair {
    const m = this.solver.newVariable();
    if (type === 'bool') return {m, y: m};
    const y = this.solver.newVariable();
    this.solver.addClause([negation(y), m]);
    return {m, y};
  }

  #begin(symbol: ConfigSymbol): void {
    if (this.#begun[symbol.index]) return;
    this.#begun[symbol.index] = 1;
    if (this.#depth >= mostDepth) {
      this.#waiting.push(symbol);
      return;
    }
    this.#depth++;
    this.#encode(symbol);
    this.#depth--;
  }

  #encode(symbol: ConfigSymbol): void {
    const {choice} = symbol;
    if (choice && isLogical(symbol.type)) this.#encodeChoice(choice);
    else if (isLogical(symbol.type)) this.#encodeLogical(symbol);
    else this.#encodeText(symbol);
  }

  /** Its values must be those of a symbol's type that is no bool or tristate. */
  #textValues(symbol: ConfigSymbol): readonly Value[] {
    this.#begin(symbol);
    this.#values[symbol.index] ??= this.#texts
      .of(symbol)
      .map((text) => ({text, literal: this.solver.newVariable()}));
    return this.#values[symbol.index]!;
  }

  #any(references: Int32Array, start: Int32Array, index: number): Pair {
    return this.#gates.orPair(
      Array.from(references.subarray(start[index]!, start[index + 1]!), (one) =>
        this.#literals.reference(one),
      ),
    );
  }

  /** `m` counts as `y` for a bool, and where there are no modules. */
  #promoted(symbol: ConfigSymbol, {m, y}: Pair): Pair {
    if (symbol.type === 'bool') return {m, y: m};
    const {modules} = this.model;
    const areOn = modules === symbol ? always : this.#literals.pair(modules).m;
    return {m, y: this.#gates.or([y, this.#gates.and([m, negation(areOn)])])};
  }

  // Values

  #encodeLogical(symbol: ConfigSymbol): void {
    const {index} = symbol;
    const {prompts, promptStart, selected, selectedStart} = this.#conditions;
    const visible = this.#promoted(symbol, this.#any(prompts, promptStart, index));
    const raised = this.#promoted(symbol, this.#any(selected, selectedStart, index));
    const unset = symbol.isChoice ? pairNo : this.#default(symbol);
    const given = this.#given(symbol, visible);
    const target = given ? this.#gates.choosePair(visible.m, given, unset) : unset;
    const fixed = this.#promoted(symbol, this.#gates.orPair([raised, target]));
    if (visible.m === never || symbol.transitional) this.#define(symbol, fixed);
    else this.#offer(symbol, visible, raised, fixed);
  }

  /** What the base's .config gives the symbol while it is visible; undefined if it says nothing. */
  #given(symbol: ConfigSymbol, visible: Pair): Pair | undefined {
    // A choice counts as set once a .config was read.
    const value = symbol.isChoice ? highestMember(symbol, this.#base) : this.#baseOf(symbol);
    if (value === undefined) return undefined;
    if (value === 'y') return visible;
    return value === 'm' ? {m: visible.m, y: never} : pairNo;
  }

  #baseOf(symbol: ConfigSymbol): string | undefined {
    return symbol.name === undefined ? undefined : this.#base.get(symbol.name);
  }

  /** The first default whose condition holds, and what implies the symbol. */
  #default(symbol: ConfigSymbol): Pair {
    const {index} = symbol;
    const {defaults, defaultStart, defaultValues, implied, impliedStart, direct} = this.#conditions;
    const places = Array.from(
      {length: defaultStart[index + 1]! - defaultStart[index]!},
      (_, i) => defaultStart[index]! + i,
    );
    const conditions = places.map((place) => this.#literals.reference(defaults[place]!));
    const first = this.#gates.first(conditions.map(({m}) => m));
    const byDefault = this.#gates.orPair(
      places.map((place, i) => {
        if (first[i] === never) return pairNo;
        const value = this.#literals.reference(defaultValues[place]!);
        return this.#gates.andPair([{m: first[i]!, y: first[i]!}, conditions[i]!, value]);
      }),
    );
    const lifting = this.#promoted(symbol, this.#any(implied, impliedStart, index));
    if (lifting.m === never) return byDefault;
    const allowed = this.#promoted(symbol, this.#literals.reference(direct[index]!));
    const lifted = this.#gates.orPair([byDefault, lifting]);
    if (this.model.dialect.imply === 'limited')
      return this.#gates.choosePair(lifting.m, this.#gates.andPair([lifted, allowed]), byDefault);
    return this.#gates.choosePair(allowed.m, lifted, byDefault);
  }

  /** The symbol is what the conditions make of it, and nobody has a say. */
  #define(symbol: ConfigSymbol, value: Pair): void {
    const begun = this.#pairs[symbol.index];
    if (!begun) this.#pairs[symbol.index] = value;
    else
      for (const [a, b] of [
        [begun.m, value.m],
        [begun.y, value.y],
      ] as const)
        this.#equate(a, b);
  }

  #equate(a: Literal, b: Literal): void {
    this.solver.addClause([negation(a), b]);
    this.solver.addClause([a, negation(b)]);
  }

  /** The symbol is `fixed` where it is kept or cannot be seen, and else what a user makes of it. */
  #offer(symbol: ConfigSymbol, visible: Pair, raised: Pair, fixed: Pair): void {
    const value = this.#ownPair(symbol);
    const kept = this.#keep(symbol.choice ?? symbol);
    const free = this.#gates.and([visible.m, negation(kept)]);
    for (const level of value.m === value.y ? (['m'] as const) : (['m', 'y'] as const)) {
      this.solver.addClause([negation(raised[level]), value[level]]);
      this.solver.addClause([free, negation(value[level]), fixed[level]]);
      this.solver.addClause([free, value[level], negation(fixed[level])]);
      // More than the prompt allows could not be read back.
      this.solver.addClause([negation(visible.m), negation(value[level]), raised[level], visible[level]]);
    }
    if (symbol.type === 'tristate') {
      const promoted = this.#promoted(symbol, value);
      this.solver.addClause([negation(promoted.y), value.y]);
    }
  }

  #keep(symbol: ConfigSymbol): Literal {
    const known = this.#kept.get(symbol);
    if (known !== undefined) return known;
    const kept = this.solver.newVariable();
    this.solver.prefer(kept);
    this.#kept.set(symbol, kept);
    return kept;
  }

  // Choices

  #encodeChoice(choice: ConfigSymbol): void {
    const members = choice.members.filter(({type}) => isLogical(type));
    for (const member of members) this.#begun[member.index] = 1;
    const areMenus = this.model.dialect.choices === 'menus';
    const mode = areMenus ? always : this.#literals.pair(choice).y;
    const visible = members.map((member) => this.#memberVisibility(member, mode));
    const shown = visible.map(({m, y}) => (areMenus ? m : y));
    const kept = this.#keep(choice);
    const chosen = members.map((member) => this.#ownPair(member).y);
    this.#gates.atMostOne(chosen);
    const someShown = this.#gates.or(shown);
    const decided = this.#gates.and([mode, someShown]);
    this.solver.addClause([negation(decided), ...chosen]);
    for (const [i, member] of members.entries()) {
      this.solver.addClause([negation(chosen[i]!), shown[i]!]);
      this.#encodeMember(member, visible[i]!, decided, kept);
    }
    const candidates = this.#candidates(choice, members, shown);
    const first = this.#gates.first(candidates.map(({literal}) => literal));
    for (const [i, {member}] of candidates.entries())
      this.solver.addClause([negation(kept), negation(decided), negation(first[i]!), chosen[member]!]);
  }

  /** sym_calc_visibility: a tristate member that only `m` is visible of is not, while its choice is `y`. */
  #memberVisibility(member: ConfigSymbol, mode: Literal): Pair {
    const {prompts, promptStart} = this.#conditions;
    const visible = this.#any(prompts, promptStart, member.index);
    if (member.type !== 'tristate') return this.#promoted(member, visible);
    const m = this.#gates.and([visible.m, this.#gates.or([visible.y, negation(mode)])]);
    return this.#promoted(member, {m, y: visible.y});
  }

  /** A member that is not `y`: `m` where it may be and its choice is not `y`. */
  #encodeMember(member: ConfigSymbol, visible: Pair, decided: Literal, kept: Literal): void {
    const {m, y} = this.#pairs[member.index]!;
    if (m === y) return;
    const free = this.#gates.and([visible.m, negation(visible.y), negation(decided)]);
    this.solver.addClause([negation(m), y, free]);
    const value = this.#baseOf(member);
    this.solver.addClause([negation(kept), negation(free), value === 'm' || value === 'y' ? m : negation(m)]);
  }

  /** What a choice takes, in the order of preference: what the base says, its defaults, its members. */
  #candidates(
    choice: ConfigSymbol,
    members: readonly ConfigSymbol[],
    shown: readonly Literal[],
  ): readonly {readonly member: number; readonly literal: Literal}[] {
    const is = (value: string) => (i: number) => this.#baseOf(members[i]!) === value;
    const all = members.map((_, i) => i);
    const plain = (list: readonly number[]) => list.map((member) => ({member, literal: shown[member]!}));
    const byDefault = choice.defaults.flatMap(({condition, value}) => {
      const member = value.kind === 'symbol' ? members.indexOf(value.symbol) : -1;
      return member < 0
        ? []
        : [{member, literal: this.#gates.and([this.#literals.expression(condition).m, shown[member]!])}];
    });
    const given = plain(all.filter(is('y')));
    if (this.model.dialect.choices === 'symbols') return [...given, ...byDefault, ...plain(all)];
    // Since 6.12 what was said not to be the one comes last (sym_calc_choice).
    const fallback = this.#gates.first([...byDefault.map(({literal}) => literal), ...shown]);
    const defaults = [...byDefault, ...plain(all)].map(({member}, i) => ({member, literal: fallback[i]!}));
    const refused = is('n');
    return [
      ...given,
      ...defaults.filter(({member}) => !refused(member)),
      ...plain(all.filter((i) => this.#baseOf(members[i]!) === undefined)),
      ...plain(all.filter(refused)),
    ];
  }

  // Numbers and texts

  #encodeText(symbol: ConfigSymbol): void {
    if (symbol.type === 'unknown') return;
    const {index} = symbol;
    const {prompts, promptStart, defaults, defaultStart, defaultValues} = this.#conditions;
    const visible = symbol.transitional ? always : this.#any(prompts, promptStart, index).m;
    const places = Array.from(
      {length: defaultStart[index + 1]! - defaultStart[index]!},
      (_, i) => defaultStart[index]! + i,
    );
    const conditions = places.map((place) => this.#literals.reference(defaults[place]!).m);
    const values = this.#literals.values(symbol);
    this.#gates.atMostOne(values.map(({literal}) => literal));
    this.solver.addClause(values.map(({literal}) => literal));
    const kept = visible === never || symbol.transitional ? always : this.#keep(symbol);
    const free = this.#gates.and([visible, negation(kept)]);
    this.#written.set(symbol, this.#gates.or([visible, ...conditions]));
    const ranges = this.#rangesOf(symbol);
    for (const {when, allows} of ranges)
      for (const {text, literal} of values)
        if (!allows(text)) this.solver.addClause([negation(when), negation(visible), negation(literal)]);
    const become = (text: string, when: readonly Literal[]) =>
      this.#become(symbol, text, [...when, negation(free)], ranges);
    const base = this.#baseOf(symbol);
    if (base !== undefined) become(base, [visible]);
    const unset = base === undefined ? always : negation(visible);
    const first = this.#gates.first([...conditions, always]);
    for (const [i, place] of places.entries()) {
      const reference = defaultValues[place]!;
      if (reference >= 0) continue;
      for (const {text, literal} of this.#literals.values(this.model.symbolAt(-1 - reference)))
        become(text, [unset, first[i]!, literal]);
    }
    become(values[0]!.text, [unset, first.at(-1)!]);
  }

  /** Where all of `when` holds the symbol is this text, or the bound of its range. */
  #become(
    symbol: ConfigSymbol,
    text: string,
    when: readonly Literal[],
    ranges: readonly ActiveRange[],
  ): void {
    const is = (wanted: string, also: readonly Literal[]) => {
      const found = this.#literals.values(symbol).find((value) => isSameText(symbol, value.text, wanted));
      if (found) this.solver.addClause([...[...when, ...also].map(negation), found.literal]);
    };
    for (const {when: active, clamped} of ranges) is(clamped(text), [active]);
    is(text, [negation(this.#gates.or(ranges.map((range) => range.when)))]);
  }

  #rangesOf(symbol: ConfigSymbol): readonly ActiveRange[] {
    if (symbol.type === 'string') return [];
    const active = this.#gates.first(
      symbol.ranges.map(({condition}) => this.#literals.expression(condition).m),
    );
    return symbol.ranges.flatMap(({low, high}, i) =>
      this.#literals.values(low).flatMap((bottom) =>
        this.#literals.values(high).map((top) => {
          const [least, most] = [inBase(symbol, low, bottom.text), inBase(symbol, high, top.text)];
          const number = (text: string) => parseSigned(text, symbol.type === 'int' ? 10 : 16).value;
          return {
            when: this.#gates.and([active[i]!, bottom.literal, top.literal]),
            allows: (text: string) => number(text) >= number(least) && number(text) <= number(most),
            clamped: (text: string) =>
              number(text) < number(least) ? least : number(text) > number(most) ? most : text,
          };
        }),
      ),
    );
  }
}

type ActiveRange = {
  readonly when: Literal;
  readonly allows: (text: string) => boolean;
  readonly clamped: (text: string) => string;
};

function highestMember({members}: ConfigSymbol, base: ReadonlyMap<string, string>): string {
  const values = members.map(({name}) => base.get(name ?? '') ?? 'n');
  return values.includes('y') ? 'y' : values.includes('m') ? 'm' : 'n';
}
