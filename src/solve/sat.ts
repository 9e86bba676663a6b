/**
 * Satisfiability of clauses under assumptions, with the assumptions that contradict one another: conflict-driven clause
 * learning as MiniSat 2.2 does it (Eén, Sörensson: An Extensible SAT-solver, 2003), in one file.
 *
 * It is deterministic: the same calls give the same answers.
 */

/** Twice the number of a variable; one more is its negation. */
export type Literal = number;

/** The literals that always are, and never are, true. */
export const always: Literal = 0;
export const never: Literal = 1;

export const negation = (literal: Literal): Literal => literal ^ 1;

export type Assumptions = readonly Literal[];

export type Answer =
  | {readonly satisfiable: true}
  /** Assumptions that cannot all be true. None: the clauses themselves contradict one another. */
  | {readonly satisfiable: false; readonly conflict: readonly Literal[]};

const noReason = -1;
/** The place in the heap of what is not in it for good; -1 is out of it for now. */
const neverTried = -2;
/** Words before the literals of a clause: how many there are, and, of a learnt clause, how many levels it joined. */
const header = 2;
/** Conflicts before the first restart; the others follow Luby's sequence. */
const restartUnit = 100;
const activityDecay = 0.95;
const activityLimit = 1e100;

export class SatSolver {
  /** By literal: 1 is true, -1 false, 0 open. */
  #value = new Int8Array(1 << 12);
  /** By literal: clauses in which it is watched, each with another literal of the clause, which saves most visits. */
  readonly #watches: number[][] = [];
  /** By variable. */
  #level = new Int32Array(1 << 11);
  #reason = new Int32Array(1 << 11);
  #phase = new Uint8Array(1 << 11);
  #preferred = new Uint8Array(1 << 11);
  #seen = new Uint8Array(1 << 11);
  #activity = new Float64Array(1 << 11);
  #heapPlace = new Int32Array(1 << 11);
  #heap = new Int32Array(1 << 11);
  #heapLength = 0;
  #increment = 1;
  #trail = new Int32Array(1 << 11);
  #trailLength = 0;
  #propagated = 0;
  readonly #levelStarts: number[] = [];
  /** What is assumed: each group on a level of its own, the first on level 1. */
  #groups: readonly Assumptions[] = [];
  #arena = new Int32Array(1 << 16);
  #arenaLength = 0;
  #learnt: number[] = [];
  /** Learnt clauses that force their first literal on an earlier level than the one where that was said: to be said again there. */
  #late: {readonly clause: number; readonly level: number}[] = [];
  #mostLearnt = 4000;
  #variables = 0;
  #contradicts = false;
  /** Conflicts met so far: how hard it was. */
  conflicts = 0;

  constructor() {
    this.addClause([this.newVariable()]);
  }

  /**
   * The literal of a new variable, which is tried as false first. `isDefined`: whether the clauses say what it is as soon as
   * all others are known, so that it need never be tried.
   */
  newVariable(isDefined = false): Literal {
    const variable = this.#variables++;
    if (variable === this.#level.length) this.#enlarge();
    this.#watches.push([], []);
    this.#reason[variable] = noReason;
    this.#heapPlace[variable] = isDefined ? neverTried : -1;
    if (!isDefined) this.#insert(variable);
    return 2 * variable;
  }

  /** The literal is what a solution has where nothing speaks against it. */
  prefer(literal: Literal): void {
    this.#preferred[literal >> 1] = literal & 1 ? 0 : 1;
  }

  /** Whether the literal is true in the last solution. */
  isTrue(literal: Literal): boolean {
    return this.#solution[literal >> 1] === ((literal & 1) ^ 1);
  }
  #solution = new Uint8Array(0);

  /** At least one of the literals is true. */
  addClause(literals: readonly Literal[]): void {
    if (this.#contradicts) return;
    this.#makeRoomFor(literals);
    const open: Literal[] = [];
    const falsified: Literal[] = [];
    for (const literal of literals) {
      const value = this.#value[literal]!;
      const isFixed = value !== 0 && this.#level[literal >> 1] === 0;
      if ((isFixed && value > 0) || literals.includes(negation(literal))) return;
      const list = value < 0 ? falsified : open;
      if (!isFixed && !list.includes(literal)) list.push(literal);
    }
    if (open.length === 0) this.#contradicts = true;
    else if (open.length === 1) {
      this.#assign(open[0]!, noReason);
      this.#contradicts = this.#propagate() !== noReason;
    } else this.#watch(this.#store([...open, ...falsified], 0));
  }

  /** Leaves as many assumptions as have to be left for a clause to force nothing; or all. */
  #makeRoomFor(clause: readonly Literal[]): void {
    const isOpen = (literal: Literal) => this.#value[literal]! >= 0;
    let level = this.#groups.length;
    for (; level > 0; level--) {
      this.#leave(level);
      const one = clause.find(isOpen);
      if (clause.some((other) => other !== one && isOpen(other))) return;
    }
    this.#leave(0);
  }

  /** What follows from assumptions alone, without search; undefined if they contradict one another. */
  implied(...groups: readonly Assumptions[]): ((literal: Literal) => boolean) | undefined {
    if (this.#contradicts) return undefined;
    this.#begin(groups);
    const failure = this.#assume();
    if (failure) {
      this.#refuted(failure.falsified, failure.assumed);
      return undefined;
    }
    return (literal) => this.#value[literal]! > 0;
  }

  /**
   * Whether all clauses and assumptions can be true. The groups that come first and are the same as those of the call before are not
   * assumed anew, which saves most of the time where they are large.
   */
  solve(...groups: readonly Assumptions[]): Answer {
    if (this.#contradicts) return {satisfiable: false, conflict: []};
    this.#begin(groups);
    this.#phase.set(this.#preferred);
    const failure = this.#assume();
    if (failure) return this.#refuted(failure.falsified, failure.assumed);
    for (let run = 0; ; run++) {
      const answer = this.#search(restartUnit * luby(run));
      if (answer) return answer;
      this.#backtrack(groups.length);
    }
  }

  /** Leaves the assumptions but the groups that are to be assumed again. */
  #begin(groups: readonly Assumptions[]): void {
    const made = Math.min(this.#levelStarts.length, this.#groups.length);
    let level = 0;
    while (level < made && level < groups.length && isSame(groups[level]!, this.#groups[level]!)) level++;
    this.#leave(level);
    this.#groups = groups;
  }

  /** Assumes the groups that are not assumed yet; returns literals that are false then, though one should be true. */
  #assume(): {readonly falsified: readonly Literal[]; readonly assumed: readonly Literal[]} | undefined {
    for (;;) {
      const conflict = this.#propagate();
      if (conflict !== noReason) return {falsified: this.#literalsOf(conflict), assumed: []};
      const group = this.#groups[this.#levelStarts.length];
      if (!group) return undefined;
      this.#levelStarts.push(this.#trailLength);
      for (const literal of group) {
        if (this.#value[literal]! < 0) return {falsified: [literal], assumed: [literal]};
        if (this.#value[literal] === 0) this.#assign(literal, noReason);
      }
    }
  }

  /**
   * Undefined if there were too many conflicts. The levels of the assumptions are not left before the answer: there may be
   * thousands, and to assume them again takes longer than all else.
   */
  #search(mostConflicts: number): Answer | undefined {
    for (let conflicts = 0; ; ) {
      const conflict = this.#propagate();
      if (conflict !== noReason) {
        conflicts++;
        this.conflicts++;
        if (this.#levelStarts.length <= this.#groups.length) return this.#refuted(this.#literalsOf(conflict));
        this.#learn(conflict);
        continue;
      }
      if (conflicts >= mostConflicts) return undefined;
      if (this.#learnt.length >= this.#mostLearnt) this.#forget();
      const variable = this.#nextVariable();
      if (variable < 0) {
        this.#keepSolution();
        return {satisfiable: true};
      }
      this.#levelStarts.push(this.#trailLength);
      this.#assign(2 * variable + (this.#phase[variable] ? 0 : 1), noReason);
    }
  }

  #literalsOf(clause: number): readonly Literal[] {
    const start = clause + header;
    return Array.from(this.#arena.subarray(start, start + this.#arena[clause]!));
  }

  /** The answer where literals are all false because of assumptions, or by the clauses alone. */
  #refuted(literals: readonly Literal[], known: readonly Literal[] = []): Answer {
    const conflict = [...new Set([...known, ...this.#causes(literals)])];
    this.#contradicts = conflict.length === 0;
    // What is on the last level is contradictory, or not all there.
    this.#leave(this.#levelStarts.length - 1);
    return {satisfiable: false, conflict};
  }

  #keepSolution(): void {
    if (this.#solution.length < this.#variables) this.#solution = new Uint8Array(this.#level.length);
    for (let variable = 0; variable < this.#variables; variable++)
      this.#solution[variable] = this.#value[2 * variable]! > 0 ? 1 : 0;
  }

  #assign(literal: Literal, reason: number): void {
    const variable = literal >> 1;
    this.#value[literal] = 1;
    this.#value[literal ^ 1] = -1;
    this.#level[variable] = this.#levelStarts.length;
    this.#reason[variable] = reason;
    this.#trail[this.#trailLength++] = literal;
  }

  /** Assigns what the clauses force; returns a clause of which all literals are false, or `noReason`. */
  #propagate(): number {
    while (this.#propagated < this.#trailLength) {
      const falsified = this.#trail[this.#propagated++]! ^ 1;
      const conflict = this.#visit(falsified);
      if (conflict !== noReason) {
        this.#propagated = this.#trailLength;
        return conflict;
      }
    }
    return noReason;
  }

  /** Goes through the clauses that watch a literal, which has become false. */
  #visit(falsified: Literal): number {
    const watches = this.#watches[falsified]!;
    const value = this.#value;
    const arena = this.#arena;
    let kept = 0;
    let conflict = noReason;
    let at = 0;
    for (; at < watches.length && conflict === noReason; at += 2) {
      const clause = watches[at]!;
      const blocker = watches[at + 1]!;
      if (value[blocker]! > 0) {
        watches[kept++] = clause;
        watches[kept++] = blocker;
        continue;
      }
      const length = arena[clause]!;
      // A clause that was forgotten.
      if (length === 0) continue;
      const start = clause + header;
      if (arena[start] === falsified) {
        arena[start] = arena[start + 1]!;
        arena[start + 1] = falsified;
      }
      const first = arena[start]!;
      if (first !== blocker && value[first]! > 0) {
        watches[kept++] = clause;
        watches[kept++] = first;
        continue;
      }
      if (this.#moveWatch(clause, start, start + length, falsified)) continue;
      watches[kept++] = clause;
      watches[kept++] = first;
      if (value[first]! < 0) conflict = clause;
      else this.#assign(first, clause);
    }
    while (at < watches.length) watches[kept++] = watches[at++]!;
    watches.length = kept;
    return conflict;
  }

  #moveWatch(clause: number, start: number, end: number, falsified: Literal): boolean {
    const arena = this.#arena;
    for (let i = start + 2; i < end; i++) {
      const literal = arena[i]!;
      if (this.#value[literal]! < 0) continue;
      arena[start + 1] = literal;
      arena[i] = falsified;
      this.#watches[literal]!.push(clause, arena[start]!);
      return true;
    }
    return false;
  }

  /** Adds the clause that a conflict teaches (first unique implication point), and goes back to where it says something. */
  #learn(conflict: number): void {
    const learnt: Literal[] = [0];
    const level = this.#levelStarts.length;
    const marked: number[] = [];
    let open = 0;
    let clause = conflict;
    let literal = -1;
    let at = this.#trailLength - 1;
    do {
      const start = clause + header;
      const end = start + this.#arena[clause]!;
      for (let i = start; i < end; i++) {
        const other = this.#arena[i]!;
        if (other === literal) continue;
        const variable = other >> 1;
        if (this.#seen[variable] || this.#level[variable] === 0) continue;
        this.#seen[variable] = 1;
        marked.push(variable);
        this.#raise(variable);
        if (this.#level[variable] === level) open++;
        else learnt.push(other);
      }
      while (!this.#seen[this.#trail[at]! >> 1]) at--;
      literal = this.#trail[at--]!;
      clause = this.#reason[literal >> 1]!;
      open--;
    } while (open > 0);
    learnt[0] = literal ^ 1;
    const shortened = learnt.filter((other, i) => i === 0 || !this.#isImplied(other));
    for (const variable of marked) this.#seen[variable] = 0;
    this.#increment /= activityDecay;
    this.#addLearnt(shortened);
  }

  /** Whether a literal of a learnt clause follows from the others, by the clause that assigned it. */
  #isImplied(literal: Literal): boolean {
    const clause = this.#reason[literal >> 1]!;
    if (clause === noReason) return false;
    const start = clause + header;
    const end = start + this.#arena[clause]!;
    for (let i = start; i < end; i++) {
      const variable = this.#arena[i]! >> 1;
      if (variable !== literal >> 1 && !this.#seen[variable] && this.#level[variable]! > 0) return false;
    }
    return true;
  }

  #addLearnt(literals: Literal[]): void {
    const level = (place: number): number => this.#level[literals[place]! >> 1]!;
    const base = this.#groups.length;
    if (literals.length === 1) {
      // It holds without any assumption.
      this.#backtrack(base);
      this.#force(this.#store(literals, 1), 0);
      return;
    }
    let highest = 1;
    for (let i = 2; i < literals.length; i++) if (level(i) > level(highest)) highest = i;
    [literals[1], literals[highest]] = [literals[highest]!, literals[1]!];
    const joined = new Set(literals.map((literal) => this.#level[literal >> 1])).size;
    const since = level(1);
    this.#backtrack(Math.max(since, base));
    const clause = this.#store(literals, joined);
    this.#watch(clause);
    this.#learnt.push(clause);
    this.#force(clause, since);
  }

  /** Makes the first literal of a clause true, of which all others are false since a level. */
  #force(clause: number, since: number): void {
    if (since < this.#levelStarts.length) this.#late.push({clause, level: since});
    this.#assign(this.#arena[clause + header]!, clause);
  }

  /** The assumptions from which it follows that these literals are false. */
  #causes(literals: readonly Literal[]): readonly Literal[] {
    const causes: Literal[] = [];
    const {length} = this.#levelStarts;
    if (length === 0) return causes;
    for (const literal of literals) if (this.#level[literal >> 1]! > 0) this.#seen[literal >> 1] = 1;
    for (let at = this.#trailLength - 1; at >= this.#levelStarts[0]!; at--) {
      const literal = this.#trail[at]!;
      const variable = literal >> 1;
      if (!this.#seen[variable]) continue;
      this.#seen[variable] = 0;
      const clause = this.#reason[variable]!;
      if (clause === noReason) {
        causes.push(literal);
        continue;
      }
      for (const other of this.#literalsOf(clause))
        if (other !== literal && this.#level[other >> 1]! > 0) this.#seen[other >> 1] = 1;
    }
    return causes;
  }

  /** Goes back to a level of assumptions, and says there what was learnt of it meanwhile. */
  #leave(level: number): void {
    if (this.#levelStarts.length <= Math.max(level, 0)) return;
    this.#backtrack(level);
    this.#late = this.#late.filter(({clause, level: since}) => {
      const isForgotten = this.#arena[clause] === 0;
      if (since > level || isForgotten) return false;
      const literal = this.#arena[clause + header]!;
      if (this.#value[literal] === 0) this.#assign(literal, level === 0 ? noReason : clause);
      return since < level;
    });
  }

  #backtrack(level: number): void {
    if (this.#levelStarts.length <= level) return;
    const start = this.#levelStarts[level]!;
    for (let at = this.#trailLength - 1; at >= start; at--) {
      const literal = this.#trail[at]!;
      const variable = literal >> 1;
      this.#value[literal] = 0;
      this.#value[literal ^ 1] = 0;
      this.#phase[variable] = literal & 1 ? 0 : 1;
      if (this.#heapPlace[variable] === -1) this.#insert(variable);
    }
    this.#trailLength = start;
    this.#propagated = start;
    this.#levelStarts.length = level;
  }

  #store(literals: readonly Literal[], joined: number): number {
    const clause = this.#arenaLength;
    const end = clause + header + literals.length;
    if (end > this.#arena.length) this.#arena = enlarged(this.#arena, Math.max(end, 2 * this.#arena.length));
    this.#arena[clause] = literals.length;
    this.#arena[clause + 1] = joined;
    this.#arena.set(literals, clause + header);
    this.#arenaLength = end;
    return clause;
  }

  #watch(clause: number): void {
    const first = this.#arena[clause + header]!;
    const second = this.#arena[clause + header + 1]!;
    this.#watches[first]!.push(clause, second);
    this.#watches[second]!.push(clause, first);
  }

  /** Forgets the half of the learnt clauses that joined the most levels, but those that are reasons now. */
  #forget(): void {
    const joined = (clause: number): number => this.#arena[clause + 1]!;
    const isReason = (clause: number): boolean => {
      const first = this.#arena[clause + header]!;
      return this.#value[first]! > 0 && this.#reason[first >> 1] === clause;
    };
    const sorted = this.#learnt.sort((a, b) => joined(a) - joined(b) || b - a);
    const half = sorted.length >> 1;
    this.#learnt = sorted.filter((clause, i) => {
      const isKept = i < half || joined(clause) <= 2 || isReason(clause);
      if (!isKept) this.#arena[clause] = 0;
      return isKept;
    });
    this.#mostLearnt += 500;
  }

  #raise(variable: number): void {
    this.#activity[variable]! += this.#increment;
    if (this.#activity[variable]! > activityLimit) {
      for (let i = 0; i < this.#variables; i++) this.#activity[i]! /= activityLimit;
      this.#increment /= activityLimit;
    }
    if (this.#heapPlace[variable]! >= 0) this.#rise(this.#heapPlace[variable]!);
  }

  /** The open variable with the most activity, the oldest of several; -1 if none is open. */
  #nextVariable(): number {
    while (this.#heapLength > 0) {
      const variable = this.#heap[0]!;
      this.#heapPlace[variable] = -1;
      const last = this.#heap[--this.#heapLength]!;
      if (this.#heapLength > 0) {
        this.#heap[0] = last;
        this.#heapPlace[last] = 0;
        this.#sink(0);
      }
      if (this.#value[2 * variable] === 0) return variable;
    }
    return -1;
  }

  #comesFirst(a: number, b: number): boolean {
    const difference = this.#activity[a]! - this.#activity[b]!;
    return difference > 0 || (difference === 0 && a < b);
  }

  #insert(variable: number): void {
    this.#heap[this.#heapLength] = variable;
    this.#heapPlace[variable] = this.#heapLength;
    this.#rise(this.#heapLength++);
  }

  #rise(from: number): void {
    const variable = this.#heap[from]!;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#heap[parent]!;
      if (!this.#comesFirst(variable, other)) break;
      this.#heap[place] = other;
      this.#heapPlace[other] = place;
      place = parent;
    }
    this.#heap[place] = variable;
    this.#heapPlace[variable] = place;
  }

  #sink(from: number): void {
    const variable = this.#heap[from]!;
    let place = from;
    for (let child = 2 * place + 1; child < this.#heapLength; child = 2 * place + 1) {
      if (child + 1 < this.#heapLength && this.#comesFirst(this.#heap[child + 1]!, this.#heap[child]!))
        child++;
      const other = this.#heap[child]!;
      if (!this.#comesFirst(other, variable)) break;
      this.#heap[place] = other;
      this.#heapPlace[other] = place;
      place = child;
    }
    this.#heap[place] = variable;
    this.#heapPlace[variable] = place;
  }

  #enlarge(): void {
    const length = 2 * this.#level.length;
    this.#value = enlarged(this.#value, 2 * length);
    this.#level = enlarged(this.#level, length);
    this.#reason = enlarged(this.#reason, length);
    this.#phase = enlarged(this.#phase, length);
    this.#preferred = enlarged(this.#preferred, length);
    this.#seen = enlarged(this.#seen, length);
    this.#activity = enlarged(this.#activity, length);
    this.#heapPlace = enlarged(this.#heapPlace, length);
    this.#heap = enlarged(this.#heap, length);
    this.#trail = enlarged(this.#trail, length);
  }
}

function isSame(a: Assumptions, b: Assumptions): boolean {
  return a === b || (a.length === b.length && a.every((literal, i) => literal === b[i]));
}

type Numbers = Int8Array | Uint8Array | Int32Array | Float64Array;

function enlarged<A extends Numbers>(numbers: A, length: number): A {
  const larger = new (numbers.constructor as new (length: number) => A)(length);
  larger.set(numbers);
  return larger;
}

/** 1 1 2 1 1 2 4 … (Luby, Sinclair, Zuckerman 1993). */
function luby(index: number): number {
  let size = 1;
  let power = 1;
  while (size < index + 1) {
    size = 2 * size + 1;
    power *= 2;
  }
  let rest = index;
  while (size - 1 !== rest) {
    size = (size - 1) >> 1;
    power /= 2;
    rest %= size;
  }
  return power;
}
