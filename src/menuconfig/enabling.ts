/** What has to be set for a symbol to have a value: as few other symbols as any way takes, and what follows from it. */

import type {Change, ConfigSymbol, Evaluation, KconfigModel, Session} from '../kconfig/index.ts';
import {type Base, type Demand, explainContradiction, Solver} from '../solve/index.ts';
import {readable} from './bytes.ts';
import type {Settings} from './history.ts';
import type {ChangeRow} from './screen.ts';

export type Proposal =
  | {
      readonly possible: true;
      /** To be set one after the other: what others depend on comes before them. */
      readonly settings: Settings;
      /** What would have another value: what was asked, then what it needs, then what follows in the order of the menu. */
      readonly changes: readonly ChangeRow[];
    }
  /** Why it cannot be: the lines of Kconfig that contradict it. */
  | {readonly possible: false; readonly lines: readonly string[]};

type Setting = {readonly symbol: ConfigSymbol; readonly value: string};

type ValueChange = {readonly symbol: ConfigSymbol; readonly before: string; readonly after: string};

/** What came of settings, when they were tried. */
type Trial = {
  readonly settings: readonly Setting[];
  readonly isReached: boolean;
  readonly changes: readonly ValueChange[];
  readonly unmet: ReadonlySet<ConfigSymbol>;
};

/** Symbols may be selected past what they depend on by what nothing depends on: then that is to be avoided, too. */
const mostRounds = 5;
/** Lines beyond this are only counted: people read the first ones. */
const mostLines = 12;

export class Enabling {
  readonly #model: KconfigModel;

  constructor(model: KconfigModel) {
    this.#model = model;
  }

  /** What would give the symbol the value. All is tried in the session, which is then as it was. */
  propose(session: Session, symbol: ConfigSymbol, asked: string): Proposal {
    const value = symbol.type === 'hex' && !/^0x/i.test(asked) ? `0x${asked}` : asked;
    const {cause, message} = session.whyNot(symbol, value);
    if (cause === 'met') return {possible: true, settings: [], changes: []};
    if (cause === 'type' || cause === 'unknown') return {possible: false, lines: [readable(message)]};
    const demand = {symbol, values: [value]};
    // What is selected past its dependencies is known once all is calculated.
    session.prepare();
    const base = baseOf(session);
    const solver = new Solver(this.#model, base);
    for (let round = 1; ; round++) {
      const solved = solver.solve([demand]);
      if (!solved.solved) return {possible: false, lines: this.#contradiction(session, demand)};
      const trial = tried(session, {symbol, value}, solved.settings);
      const broken = [...trial.unmet].filter((one) => !base.unmet.has(one));
      if (broken.length === 0 || solved.breaksDependencies || round === mostRounds)
        return proposed(session, {symbol, value}, trial);
      for (const one of broken) solver.limitSelectorsOf(one);
    }
  }

  #contradiction(session: Session, demand: Demand): readonly string[] {
    const [value] = demand.values;
    const {lines} = explainContradiction(this.#model, [demand]) ?? {lines: []};
    const name = demand.symbol.displayName;
    if (lines.length === 0) return [readable(session.whyNot(demand.symbol, value!).message)];
    const shown = lines.slice(0, mostLines).map(({text, place}) => `  ${text} (${place.file}:${place.line})`);
    const more = lines.length > mostLines ? [`  and ${lines.length - mostLines} more lines`] : [];
    return [`${name} cannot be ${value} in any configuration:`, ...shown, ...more].map(readable);
  }
}

type SessionBase = Base & {readonly unmet: ReadonlySet<ConfigSymbol>};

/** What the user gave, and what nobody can give. The rest follows its default, as it does in the session. */
function baseOf(session: Session): SessionBase {
  const evaluation = session.evaluation();
  const values = new Map<string, string>();
  for (const symbol of evaluation.model.symbols.values()) {
    const given = session.userValue(symbol);
    if (given !== undefined) {
      values.set(symbol.name!, chosen(evaluation, symbol, given));
    } else if (symbol.prompts.length === 0 && evaluation.isWritten(symbol)) {
      values.set(symbol.name!, evaluation.value(symbol));
    }
  }
  const countChanges = (settings: ReadonlyMap<ConfigSymbol, string>) => {
    const wanted = [...settings].map(([symbol, value]) => ({symbol, value}));
    return afterwards(session, () => setInOrder(session, wanted)).changes.length;
  };
  return {values, unmet: unmetIn(evaluation), countChanges};
}

/** What is selected past its dependencies. */
function unmetIn(evaluation: Evaluation): ReadonlySet<ConfigSymbol> {
  return new Set([...evaluation.model.symbols.values()].filter((symbol) => evaluation.state(symbol).unmet));
}

/** Where a choice is a symbol, it knows which member was taken; members keep what they were given before. */
function chosen(evaluation: Evaluation, symbol: ConfigSymbol, value: string): string {
  if (!symbol.choice || evaluation.model.dialect.choices === 'menus') return value;
  if (evaluation.state(symbol.choice).userMember === symbol) return 'y';
  return value === 'y' ? 'n' : value;
}

function tried(session: Session, asked: Setting, wanted: readonly Setting[]): Trial {
  // What was asked comes last where it can: it is what the user did.
  const last = wanted.filter(({symbol}) => symbol === asked.symbol);
  const {result, changes} = afterwards(session, () => {
    const settings = setInOrder(session, [...wanted.filter((one) => !last.includes(one)), ...last]);
    const isReached = session.value(asked.symbol) === asked.value;
    return {settings, isReached, unmet: unmetIn(session.evaluation())};
  });
  return {...result, changes};
}

/** What comes of steps that are taken back: their result, and by symbol the value before and after. */
function afterwards<Result>(
  session: Session,
  steps: () => Result,
): {readonly result: Result; readonly changes: readonly ValueChange[]} {
  const start = session.snapshot();
  let restored: readonly Change[] | undefined;
  try {
    const result = steps();
    restored = session.restore(start);
    return {result, changes: restored.flatMap(valueChange)};
  } finally {
    if (!restored) session.restore(start);
  }
}

/** Of a change by going back, what it was before that. */
function valueChange({symbol, before, after}: Change): readonly ValueChange[] {
  if (before.value === after.value || !isSettable(symbol)) return [];
  return [{symbol, before: after.value, after: before.value}];
}

/** A choice that is neither optional nor a tristate is `y` wherever it can be seen. */
function isSettable({isChoice, optional, type}: ConfigSymbol): boolean {
  return !isChoice || optional || type === 'tristate';
}

/** Sets what is accepted, until nothing more is; returns what was set, in this order. */
function setInOrder(session: Session, wanted: readonly Setting[]): readonly Setting[] {
  // What nobody can set has no line, and the other members of a choice follow the one that is taken.
  const settable = wanted
    .filter(({symbol, value}) => symbol.prompts.length > 0 && !(symbol.choice && value === 'n'))
    .flatMap((one) => [...choiceOf(session, one), one]);
  const set = new Set<Setting>();
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const one of settable) {
      const {symbol, value} = one;
      if (set.has(one) || session.value(symbol) === value || !session.accepts(symbol, value)) continue;
      session.set(symbol, value);
      set.add(one);
      isNew = true;
    }
  }
  return [...set];
}

/** A member can be taken once its choice is made, which has no name to be told by what solves. */
function choiceOf({model}: Session, {symbol: {choice}, value}: Setting): readonly Setting[] {
  const isMade = !choice || !isSettable(choice) || model.dialect.choices === 'menus';
  return isMade ? [] : [{symbol: choice, value}];
}

function proposed(
  session: Session,
  {symbol, value}: Setting,
  {settings, isReached, changes}: Trial,
): Proposal {
  if (!isReached) {
    const {message} = session.whyNot(symbol, value);
    return {possible: false, lines: ['no way to it was found:', `  ${readable(message)}`]};
  }
  const order = [symbol, ...settings.map((one) => one.symbol)];
  const place = (one: ValueChange) => (order.includes(one.symbol) ? order.indexOf(one.symbol) : order.length);
  const rows = [...changes].sort((a, b) => place(a) - place(b));
  return {
    possible: true,
    settings: settings.map((one) => [one.symbol, one.value] as const),
    changes: rows.map((one): ChangeRow => {
      const [prompt] = one.symbol.prompts;
      return {
        symbol: one.symbol.displayName,
        ...(prompt === undefined ? {} : {prompt: readable(prompt.text)}),
        before: readable(one.before),
        after: readable(one.after),
        cause: one.symbol === symbol ? 'asked' : order.includes(one.symbol) ? 'needed' : 'follows',
      };
    }),
  };
}
