import {join} from 'node:path';
import test from 'ava';
import {lookIn, needy} from './looking.ts';

test('diff shows by menu what is set otherwise, by which goal, and beneath it what follows', async (t) => {
  const {dir, look} = await lookIn(t);
  const {code, stdout} = await look('diff', 'other', 'mine');
  t.is(code, 0);
  t.is(
    stdout.replaceAll(dir, ''),
    `other → mine, Linux 6.1.0 x86_64: 3 set otherwise, 1 that follow

Networks
  NET n → y  Networking
    mine: the goal of nfs (/recipes/parts/nfs.yaml:4)

Networks > Networking
  NFS n → m  NFS
    mine: the goal of nfs (/recipes/parts/nfs.yaml:5): files of others
    with it:
      CRC n → m, selected by NFS [=m] (Kconfig:15)

(in no menu)
  QUEUES 8 → 4  Queues
    other: the goal of other (/recipes/other.yaml:6)
`,
  );
});

test('diff names the goals that a line was set for which none of them says', async (t) => {
  const {look} = await lookIn(t, needy);
  const {stdout} = await look('diff', 'other', 'needy');
  t.regex(stdout, /NET n → y {2}Networking\n {4}needy: set for NFS, as no goal says it\n/);
  const {causes} = JSON.parse((await look('diff', 'other', 'needy', '--json')).stdout);
  t.deepEqual(causes[0].setAfter, {
    value: 'y',
    origin: 'set for NFS, as no goal says it',
    neededBy: ['NFS'],
  });
});

test('diff of what does not differ says so, and ends with 0', async (t) => {
  const {look} = await lookIn(t);
  const {code, stdout} = await look('diff', 'mine', 'mine');
  t.is(code, 0);
  t.is(stdout, 'mine → mine, Linux 6.1.0 x86_64: no value differs\n');
});

test('diff takes the output directory of a run, with the goals of its manifest, and a .config', async (t) => {
  const {dir, look} = await lookIn(t, {
    'out/mine/x86_64/config': 'CONFIG_MODULES=y\nCONFIG_NET=y\nCONFIG_NFS=m\nCONFIG_VERBOSE=y\n',
    'out/mine/x86_64/manifest.json': JSON.stringify({
      version: 1,
      inputs: {goals: {x86_64: {MODULES: 'y', NET: 'y', NFS: 'm'}}},
      files: [],
    }),
    '.config': 'CONFIG_MODULES=y\n',
  });
  const {code, stdout} = await look('diff', join(dir, 'out/mine/x86_64'), join(dir, '.config'), '--json');
  t.is(code, 0);
  const {command, causes} = JSON.parse(stdout);
  t.is(command, 'diff');
  t.like(causes[0], {symbol: 'NET', menu: ['Networks'], before: 'y', after: 'n'});
  t.deepEqual(causes[0].setBefore, {value: 'y', origin: 'a goal of the run'});
  t.is(causes[0].setAfter, undefined);
  t.deepEqual(
    causes[0].consequences.map(({symbol, reason}: {symbol: string; reason: string}) => [symbol, reason]),
    [
      ['NFS', 'it depends on NET [=n] (Kconfig:14)'],
      ['CRC', 'no longer selected by NFS [=m] (Kconfig:15)'],
    ],
  );
  t.is(causes.length, 1);
});

test('diff refuses what it cannot read with 2: no such recipe, no such file, no run, two architectures', async (t) => {
  const {dir, look} = await lookIn(t, {
    'a.config': '# Linux/x86_64 6.1.0 Kernel Configuration\n',
    'b.config': '# Linux/arm64 6.1.0 Kernel Configuration\n',
  });
  const fault = async (...argv: string[]) => {
    const {code, stdout, stderr} = await look('diff', ...argv);
    t.deepEqual([code, stdout], [2, '']);
    return stderr.replaceAll(dir, '');
  };
  t.regex(await fault('min', 'mine'), /there is no recipe min\n {2}hint: did you mean mine\?/);
  t.regex(await fault('mine', './no.config'), /no\.config does not exist/);
  t.regex(await fault('mine', join(dir, 'linux')), /\/linux is not the output directory of a run/);
  t.regex(
    await fault(join(dir, 'a.config'), join(dir, 'b.config')),
    /the first is for x86_64, the second for arm64/,
  );
});
