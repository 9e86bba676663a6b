import test from 'ava';
import {fewestGivenUp} from '../../src/solve/least-change.ts';
import {type Literal, SatSolver} from '../../src/solve/sat.ts';
import {numbersFrom} from './numbers-from.ts';

test('as few wishes are given up as any solution gives up', (t) => {
  const below = numbersFrom(3);
  const given = new Set<number>();
  for (let round = 0; round < 300; round++) {
    const variables = 4 + below(6);
    const clauses = Array.from({length: 2 * variables}, () =>
      Array.from({length: 1 + below(3)}, () => 2 * below(variables) + below(2)),
    );
    const wishes = Array.from({length: variables}, (_, i) => 2 * i + below(2)).filter(() => below(4) > 0);
    const solver = new SatSolver();
    const literals = Array.from({length: variables}, () => solver.newVariable());
    const literal = (one: Literal) => literals[one >> 1]! ^ (one & 1);
    for (const clause of clauses) solver.addClause(clause.map(literal));
    const demand = 2 * below(variables);

    let fewest = Infinity;
    for (let bits = 0; bits < 1 << variables; bits++) {
      const isTrue = (one: Literal) => ((bits >> (one >> 1)) & 1) !== (one & 1);
      if (!isTrue(demand) || !clauses.every((clause) => clause.some(isTrue))) continue;
      fewest = Math.min(fewest, wishes.filter((wish) => !isTrue(wish)).length);
    }
    const found = fewestGivenUp(solver, [[literal(demand)]], wishes.map(literal));
    t.is(found.solved, fewest < Infinity);
    if (!found.solved) continue;
    t.is(found.cores.length, fewest);
    t.is(wishes.filter((wish) => !solver.isTrue(literal(wish))).length, fewest);
    given.add(fewest);
  }
  t.true(given.size > 3, 'several were given up in some');
});
