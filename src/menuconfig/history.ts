/** What was done to a configuration: taken back, done again, made again from a journal; and what differs by it. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {Change, ConfigSymbol, Session, Snapshot, SymbolReason} from '../kconfig/index.ts';
import {readable} from './bytes.ts';
import type {Edit} from './effect.ts';
import type {ChangeRow} from './screen.ts';

/** Symbols to set together, what was asked for last. */
export type Settings = readonly (readonly [symbol: ConfigSymbol, value: string])[];

/** What a step does, as it can be done again. */
type Work =
  | {readonly kind: 'set'; readonly values: Settings}
  | {readonly kind: 'read'; readonly config: string};

type Done = {readonly work: Work; readonly before: Snapshot};

export type Applied = {
  readonly accepted: true;
  readonly changes: readonly Change[];
  readonly edit: Edit;
  /** Of what was read. */
  readonly warnings: readonly Diagnostic[];
};
export type Refused = {readonly accepted: false; readonly reason: SymbolReason};

/** What is told of a step that was taken back or done again. */
export type Moved = {readonly what: string; readonly changes: readonly Change[]; readonly edit: Edit};

export class History {
  readonly #session: Session;
  #done: Done[] = [];
  #undone: Work[] = [];
  readonly #sinceStart = new Differences();
  #sinceSaved = new Differences();
  /** Another number after every step. */
  version = 0;

  constructor(session: Session) {
    this.#session = session;
    session.takeSeen();
  }

  /** Sets symbols together, or none of them; what the user could undo before can be no more done again. */
  set(values: Settings): Applied | Refused {
    return this.#begin({kind: 'set', values});
  }

  /** Takes all values from a .config text. */
  read(config: string): Applied {
    return this.#begin({kind: 'read', config}) as Applied;
  }

  /** Takes the last step back; undefined if there is none. */
  undo(): Moved | undefined {
    const last = this.#done.pop();
    if (!last) return undefined;
    const changes = this.#session.restore(last.before);
    const edit: Edit = {kind: 'undo', ...this.#seen()};
    this.#note(changes);
    this.#undone.push(last.work);
    return {what: nameOf(last.work), changes, edit};
  }

  /** Does again what was taken back last; undefined if there is nothing. */
  redo(): Moved | undefined {
    const work = this.#undone.pop();
    if (!work) return undefined;
    const result = this.#do(work);
    const edit: Edit = {kind: 'redo', ...this.#seen()};
    return {what: nameOf(work), changes: result.accepted ? result.changes : [], edit};
  }

  /** Makes steps again that `Edit`s tell of; returns those that could not be made. */
  replay(edits: readonly Edit[]): readonly Edit[] {
    return edits.filter((edit) => {
      for (const name of edit.seen ?? []) {
        const symbol = symbolNamed(this.#session, name);
        if (symbol) this.#session.see(symbol);
      }
      this.#session.takeSeen();
      return !this.#replayed(edit);
    });
  }

  /** What there is now counts as saved. */
  saved(): void {
    this.#sinceSaved = new Differences();
  }

  get unsaved(): number {
    return this.#sinceSaved.size;
  }

  /** Whether a symbol has another value than at the start. */
  isChanged(symbol: ConfigSymbol): boolean {
    return this.#sinceStart.has(symbol);
  }

  /** The same symbols, in the order of the menu. */
  changedSymbols(): ConfigSymbol[] {
    const position = (symbol: ConfigSymbol) => this.#session.position(symbol);
    return [...this.#sinceStart.symbols()].sort((a, b) => position(a) - position(b));
  }

  /** What has another value than at the start, in the order of the menu. */
  changesSinceStart(): ChangeRow[] {
    const causes = new Map<ConfigSymbol, 'asked' | 'needed'>();
    for (const {work} of this.#done) {
      if (work.kind === 'read') continue;
      for (const [i, [symbol]] of work.values.entries()) {
        if (i === work.values.length - 1) causes.set(symbol, 'asked');
        else if (!causes.has(symbol)) causes.set(symbol, 'needed');
      }
    }
    const session = this.#session;
    return this.changedSymbols().map((symbol) => {
      const prompt = symbol.nodes.find((node) => node.prompt)?.prompt?.text;
      return {
        symbol: symbol.displayName,
        ...(prompt !== undefined && {prompt: readable(prompt)}),
        before: readable(this.#sinceStart.valueOf(symbol)!),
        after: readable(session.value(symbol)),
        cause: causes.get(symbol) ?? 'follows',
      };
    });
  }

  #begin(work: Work): Applied | Refused {
    const result = this.#do(work);
    if (!result.accepted) return result;
    this.#undone = [];
    return {...result, edit: {...editOf(work), ...this.#seen()}};
  }

  #do(work: Work): Omit<Applied, 'edit'> | Refused {
    const before = this.#session.snapshot();
    const changes: Change[] = [];
    const warnings: Diagnostic[] = [];
    if (work.kind === 'read') {
      const read = this.#session.read(work.config);
      changes.push(...read.changes);
      warnings.push(...read.warnings);
    } else {
      const refused = this.#setAll(work.values, changes);
      if (refused) {
        this.#session.restore(before);
        return refused;
      }
    }
    this.#note(changes);
    this.#done.push({work, before});
    return {accepted: true, changes, warnings};
  }

  /** In turn, and once more what is refused until another is set. */
  #setAll(values: Settings, changes: Change[]): Refused | undefined {
    let waiting = values;
    for (;;) {
      let refused: Refused | undefined;
      const left = waiting.filter(([symbol, value]) => {
        const result = this.#session.set(symbol, value);
        if (result.accepted) changes.push(...result.changes);
        else refused ??= result;
        return !result.accepted;
      });
      if (left.length === 0 || left.length === waiting.length) return refused;
      waiting = left;
    }
  }

  #replayed(edit: Edit): boolean {
    switch (edit.kind) {
      case 'undo':
        return this.undo() !== undefined;
      case 'redo':
        return this.redo() !== undefined;
      case 'read':
        return this.read(edit.config).accepted;
      case 'set': {
        const values = edit.values.map(([name, value]) => [symbolNamed(this.#session, name), value] as const);
        const known = values.flatMap(([symbol, value]) => (symbol ? [[symbol, value] as const] : []));
        return known.length === values.length && this.set(known).accepted;
      }
    }
  }

  #note(changes: readonly Change[]): void {
    this.version++;
    this.#sinceStart.note(changes);
    this.#sinceSaved.note(changes);
  }

  #seen(): {readonly seen?: readonly string[]} {
    const seen = this.#session.takeSeen().map(symbolName);
    return seen.length === 0 ? {} : {seen};
  }
}

/** The symbols that have another value than at one point. */
class Differences {
  readonly #values = new Map<ConfigSymbol, string>();

  note(changes: readonly Change[]): void {
    for (const {symbol, before, after} of changes) {
      if (symbol.isChoice) continue;
      const first = this.#values.get(symbol) ?? before.value;
      if (first === after.value) this.#values.delete(symbol);
      else this.#values.set(symbol, first);
    }
  }

  get size(): number {
    return this.#values.size;
  }

  has(symbol: ConfigSymbol): boolean {
    return this.#values.has(symbol);
  }

  valueOf(symbol: ConfigSymbol): string | undefined {
    return this.#values.get(symbol);
  }

  symbols(): Iterable<ConfigSymbol> {
    return this.#values.keys();
  }
}

const ofMember = 'choice of ';

function symbolName(symbol: ConfigSymbol): string {
  return symbol.name ?? `${ofMember}${symbol.members[0]?.name ?? ''}`;
}

function symbolNamed({model}: Session, name: string): ConfigSymbol | undefined {
  if (!name.startsWith(ofMember)) return model.find(name);
  return model.find(name.slice(ofMember.length))?.choice;
}

function editOf(work: Work): Edit {
  if (work.kind === 'read') return work;
  return {kind: 'set', values: work.values.map(([symbol, value]) => [symbolName(symbol), value] as const)};
}

/** What people call the step. */
function nameOf(work: Work): string {
  if (work.kind === 'read') return 'the configuration that was loaded';
  const [symbol, value] = work.values.at(-1)!;
  const rest = work.values.length - 1;
  return `${symbolName(symbol)}=${value}${rest === 0 ? '' : ` and ${rest} more`}`;
}
