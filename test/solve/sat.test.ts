import test from 'ava';
import {type Literal, negation, SatSolver} from '../../src/solve/sat.ts';
import {numbersFrom} from './numbers-from.ts';

type Clauses = readonly (readonly Literal[])[];

/** Whether one of all assignments makes the clauses true. */
function bruteForce(variables: number, clauses: Clauses): boolean {
  for (let bits = 0; bits < 1 << variables; bits++) {
    const isTrue = (literal: Literal) => ((bits >> (literal >> 1)) & 1) !== (literal & 1);
    if (clauses.every((clause) => clause.some(isTrue))) return true;
  }
  return false;
}

function randomClauses(below: (limit: number) => number, variables: number, count: number): Clauses {
  return Array.from({length: count}, () =>
    Array.from({length: 1 + below(3)}, () => 2 * below(variables) + below(2)),
  );
}

function solverOf(variables: number, clauses: Clauses): {solver: SatSolver; literals: Literal[]} {
  const solver = new SatSolver();
  const literals = Array.from({length: variables}, () => solver.newVariable());
  for (const clause of clauses) solver.addClause(clause.map((one) => literals[one >> 1]! ^ (one & 1)));
  return {solver, literals};
}

test('a solution is found if and only if there is one, and it is one', (t) => {
  const below = numbersFrom(1);
  const found = [0, 0];
  for (let round = 0; round < 400; round++) {
    const variables = 3 + below(8);
    const clauses = randomClauses(below, variables, 5 + below(5 * variables));
    const {solver, literals} = solverOf(variables, clauses);
    const answer = solver.solve([]);
    t.is(answer.satisfiable, bruteForce(variables, clauses));
    found[answer.satisfiable ? 1 : 0]!++;
    if (!answer.satisfiable) continue;
    const isTrue = (one: Literal) => solver.isTrue(literals[one >> 1]! ^ (one & 1));
    t.true(clauses.every((clause) => clause.some(isTrue)));
  }
  t.true(Math.min(...found) > 50, `both kinds were met: ${found.join(', ')}`);
});

test('assumptions that fail are told, and what is told is enough', (t) => {
  const below = numbersFrom(2);
  let failed = 0;
  for (let round = 0; round < 300; round++) {
    const variables = 4 + below(7);
    const clauses = randomClauses(below, variables, 2 * variables);
    const {solver, literals} = solverOf(variables, clauses);
    for (let again = 0; again < 4; again++) {
      const assumed = literals.filter(() => below(2) === 0).map((literal) => literal ^ below(2));
      const asClauses = (some: readonly Literal[]) =>
        some.map((literal) => [2 * literals.indexOf(literal & ~1) + (literal & 1)]);
      const answer = solver.solve(assumed);
      t.is(answer.satisfiable, bruteForce(variables, [...clauses, ...asClauses(assumed)]));
      if (answer.satisfiable) continue;
      failed++;
      t.true(answer.conflict.every((literal) => assumed.includes(literal)));
      t.false(bruteForce(variables, [...clauses, ...asClauses(answer.conflict)]));
    }
  }
  t.true(failed > 100);
});

test('groups of assumptions that stay from one call to the next count as if all were made anew', (t) => {
  const below = numbersFrom(7);
  const drawn = <T>(list: readonly T[]): T => list[below(list.length)]!;
  let [failed, satisfied, stayed] = [0, 0, 0];
  for (let round = 0; round < 60; round++) {
    const variables = 7 + below(3);
    const clauses = randomClauses(below, variables, 2 * variables).filter(({length}) => length > 1);
    const {solver, literals} = solverOf(variables, clauses);
    const groupOf = () => Array.from({length: below(3)}, () => drawn(literals) ^ below(2));
    const said = (one: Literal) => (2 * literals.indexOf(one & ~1)) ^ (one & 1);
    let groups: readonly (readonly Literal[])[] = [];
    for (let again = 0; again < 12; again++) {
      const kept = below(groups.length + 1);
      groups = [...groups.slice(0, kept), ...Array.from({length: below(3)}, groupOf)];
      stayed += kept;
      const assumed = groups.flat();
      const implied = below(3) === 0 ? solver.implied(...groups) : undefined;
      const follows = literals.flatMap((one) => [one, negation(one)]).filter((one) => implied?.(one));
      const answer = solver.solve(...groups);
      const asClauses = (some: readonly Literal[]) => some.map((one) => [said(one)]);
      t.is(answer.satisfiable, bruteForce(variables, [...clauses, ...asClauses(assumed)]));
      for (const one of follows)
        t.false(bruteForce(variables, [...clauses, ...asClauses([...assumed, negation(one)])]));
      if (answer.satisfiable) {
        satisfied++;
        const isTrue = (one: Literal) => solver.isTrue(literals[one >> 1]! ^ (one & 1));
        t.true([...clauses, ...asClauses(assumed)].every((clause) => clause.some(isTrue)));
      } else {
        failed++;
        t.true(answer.conflict.every((one) => assumed.includes(one)));
        t.false(bruteForce(variables, [...clauses, ...asClauses(answer.conflict)]));
      }
      // What is added while assumptions are in force holds with them, and without.
      if (below(2) === 0) continue;
      const clause = Array.from({length: 2 + below(2)}, () => drawn(literals) ^ below(2));
      clauses.push(clause.map(said));
      solver.addClause(clause);
    }
  }
  t.true(Math.min(failed, satisfied, stayed) > 100, `${failed} ${satisfied} ${stayed}`);
});

test('holes that are one fewer than their pigeons are refuted, with many conflicts, restarts and forgotten clauses', (t) => {
  const holes = 7;
  const solver = new SatSolver();
  const at = Array.from({length: holes + 1}, () => Array.from({length: holes}, () => solver.newVariable()));
  for (const pigeon of at) solver.addClause(pigeon);
  for (let hole = 0; hole < holes; hole++)
    for (let a = 0; a <= holes; a++)
      for (let b = 0; b < a; b++) solver.addClause([negation(at[a]![hole]!), negation(at[b]![hole]!)]);
  t.false(solver.solve([]).satisfiable);
  t.true(solver.conflicts > 500);
});

test('what is preferred is had where nothing speaks against it', (t) => {
  const solver = new SatSolver();
  const [a, b, c] = [solver.newVariable(), solver.newVariable(), solver.newVariable()];
  solver.addClause([negation(a), negation(b)]);
  for (const literal of [a, c]) solver.prefer(literal);
  t.true(solver.solve([]).satisfiable);
  t.deepEqual(
    [a, b, c].map((literal) => solver.isTrue(literal)),
    [true, false, true],
  );
  t.true(solver.solve([b]).satisfiable);
  t.deepEqual(
    [a, b, c].map((literal) => solver.isTrue(literal)),
    [false, true, true],
  );
});
