/** Search and proposals in a kernel tree. They run if KBUILD_TREE names one. */

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readKernelTree} from '../../prove/oracle/kernel-tree.ts';
import {defconfig, Session} from '../../src/kconfig/index.ts';
import {Enabling} from '../../src/menuconfig/enabling.ts';
import {SymbolSearch} from '../../src/menuconfig/search.ts';
import {randomSource} from '../kconfig/random-kconfig.ts';

const tree = process.env.KBUILD_TREE;
const real = tree === undefined ? test.skip : test;
const note = tree === undefined ? ' (skipped: KBUILD_TREE does not name a kernel tree)' : '';

let session: Session;

if (tree !== undefined) {
  test.before(async (t) => {
    t.timeout(600_000);
    const {model} = await readKernelTree(tree, 'x86_64');
    const config = readFileSync(join(tree, 'arch/x86/configs/x86_64_defconfig'), 'latin1');
    session = Session.of(model, defconfig(model, config).text);
  });
}

real(`Nine keys of ten of a search take 50 ms at most, once all was read ahead${note}.`, (t) => {
  const search = new SymbolSearch(session.model);
  while (search.readAhead());
  const queries = [
    'nfs client',
    'CONFIG_NFSD_V4',
    '^nfs.*v4$',
    '[[:alpha:]]{3,5}_mlx',
    'snd|sound',
    '.*.*.*z',
  ];
  const keys = queries.flatMap((query) => Array.from(query, (_, i) => query.slice(0, i + 1)));
  const took = keys.map((query) => {
    const {user, system} = process.cpuUsage();
    search.find(session, query, 'all');
    const after = process.cpuUsage();
    return (after.user + after.system - user - system) / 1000;
  });
  t.log(`${Math.max(...took).toFixed(1)} ms of processor time at most`);
  t.true(took.sort((a, b) => a - b)[Math.floor(took.length * 0.9)]! <= 50);
});

real(`What is proposed for symbols that cannot be seen comes so when it is done${note}.`, (t) => {
  t.timeout(600_000);
  const {model} = session;
  const hidden = [...model.symbols.values()].filter(
    (symbol) => symbol.prompts.length > 0 && !symbol.choice && session.visibility(symbol) === 'n',
  );
  const logical = hidden.filter(({type}) => type === 'bool' || type === 'tristate');
  const random = randomSource(1);
  const enabling = new Enabling(model);
  const before = session.write();
  let possible = 0;
  for (let i = 0; i < 100; i++) {
    const symbol = logical[Math.floor(random() * logical.length)]!;
    const proposal = enabling.propose(session, symbol, 'y');
    if (!proposal.possible) {
      t.regex(proposal.lines[0]!, / cannot be y in any configuration:$/);
      continue;
    }
    possible++;
    const start = session.snapshot();
    for (const [one, value] of proposal.settings) t.true(session.set(one, value).accepted, symbol.name);
    t.is(session.value(symbol), 'y', symbol.name);
    session.restore(start);
  }
  t.is(session.write(), before);
  t.true(possible > 50);
});
