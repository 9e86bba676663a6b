import test from 'ava';
import {withGoals} from '../../src/recipe/goal-lines.ts';

const head = 'name: r\nkernel: {base: tinyconfig, version: "6.1"}\n';

test('a goal gets another value, and its anchor, reason and comments stay', (t) => {
  const text = `${head}goals:
  # networks
  NET: &net y   # always
  NFS_FS: {value: m, why: "files, of others"} # a client
  NFSD:
    value: y # a server
    why: it serves
images: {}
`;
  t.is(
    withGoals(text, [
      {symbol: 'NET', value: 'n'},
      {symbol: 'NFS_FS', value: 'y'},
      {symbol: 'NFSD', value: 'm'},
    ]),
    text
      .replace('&net y', '&net n')
      .replace('{value: m', '{value: y')
      .replace('value: y # a server', 'value: m # a server'),
  );
});

test('new goals come after the last, in lines of its indentation', (t) => {
  const text = `${head}goals:\n    NET: y # first\n    # end of the goals\n\nimages: {}\n`;
  t.is(
    withGoals(text, [
      {symbol: 'NFS_FS', value: 'm'},
      {symbol: 'NR_CPUS', value: '64'},
    ]),
    `${head}goals:\n    NET: y # first\n    NFS_FS: m\n    NR_CPUS: 64\n    # end of the goals\n\nimages: {}\n`,
  );
  t.is(
    withGoals('goals:\n  A: {\n    value: y}', [{symbol: 'B', value: 'y'}]),
    'goals:\n  A: {\n    value: y}\n  B: y\n',
  );
  t.is(withGoals('goals:\r\n  A: y\r\n', [{symbol: 'B', value: 'y'}]), 'goals:\r\n  A: y\r\n  B: y\r\n');
});

test('a goal is taken out with its line, and the last one leaves an empty map', (t) => {
  const text = `${head}goals:\n  # why\n  NET: y # gone\n  NFS_FS: |-\n    m\n  NFSD: y\nprove: x\n`;
  const out = (...symbols: string[]) =>
    withGoals(
      text,
      symbols.map((symbol) => ({symbol, value: undefined})),
    );
  t.is(out('NET'), `${head}goals:\n  # why\n  NFS_FS: |-\n    m\n  NFSD: y\nprove: x\n`);
  t.is(out('NFS_FS'), `${head}goals:\n  # why\n  NET: y # gone\n  NFSD: y\nprove: x\n`);
  t.is(out('NET', 'NFS_FS', 'NFSD'), `${head}goals: {}\n  # why\nprove: x\n`);
  t.is(
    withGoals(text, [
      {symbol: 'NFSD', value: undefined},
      {symbol: 'XFS_FS', value: 'm'},
      {symbol: 'NFS_FS', value: 'y'},
    ]),
    `${head}goals:\n  # why\n  NET: y # gone\n  NFS_FS: y\n  XFS_FS: m\nprove: x\n`,
  );
});

test('goals in braces stay in braces, and empty braces become lines', (t) => {
  const change = (goals: string, ...changes: (readonly [string, string | undefined])[]) =>
    withGoals(
      `goals: ${goals}\nname: r\n`,
      changes.map(([symbol, value]) => ({symbol, value})),
    );
  t.is(change('{} # none yet', ['A', 'y'], ['B', 'm']), 'goals: # none yet\n  A: y\n  B: m\nname: r\n');
  t.is(change('{A: y, B: m}', ['C', 'n'], ['A', 'm']), 'goals: {A: m, B: m, C: n}\nname: r\n');
  t.is(change('{A: y, B: m}', ['A', undefined]), 'goals: {B: m}\nname: r\n');
  t.is(change('{A: y, B: m, C: y}', ['C', undefined], ['B', undefined]), 'goals: {A: y}\nname: r\n');
  t.is(change('{A: y, B: m}', ['B', undefined], ['C', 'n']), 'goals: {A: y, C: n}\nname: r\n');
  t.is(change('{A: y}', ['A', undefined]), 'goals: {}\nname: r\n');
  t.is(
    change('{\n  A: y, # one\n  B: y\n  }', ['C', 'y']),
    'goals: {\n  A: y, # one\n  B: y,\n  C: y\n  }\nname: r\n',
  );
  t.is(
    withGoals('{name: r, kernel: {base: x}}', [{symbol: 'A', value: 'y'}]),
    '{name: r, kernel: {base: x}, goals: {A: y}}',
  );
});

test('a recipe without goals gets them after its kernel', (t) => {
  t.is(
    withGoals(`${head}# images\nimages: {}\n`, [{symbol: 'NET', value: 'y'}]),
    `${head}goals:\n  NET: y\n# images\nimages: {}\n`,
  );
});

test('what YAML or the language of recipes would read otherwise is quoted', (t) => {
  const line = (value: string) =>
    withGoals(head, [{symbol: 'S', value}])
      .split('\n')
      .at(-2);
  t.is(line('storage-1.local'), '  S: storage-1.local');
  t.is(line('0x1f'), '  S: 0x1f');
  t.is(line(''), '  S: ""');
  t.is(line('true'), '  S: "true"');
  t.is(line('1.10'), '  S: "1.10"');
  t.is(line('a: "b" # c\\'), '  S: "a: \\"b\\" # c\\\\"');
  t.is(line('${cpus}'), '  S: "$${cpus}"');
});
