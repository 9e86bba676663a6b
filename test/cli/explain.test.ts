import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {lookIn, needy} from './looking.ts';

test('explain shows a symbol as menuconfig does, then why it is so, what it takes, and which goals need it', async (t) => {
  const {dir, look} = await lookIn(t);
  const {code, stdout} = await look('explain', 'CONFIG_NET', '--recipe', 'mine');
  t.is(code, 0);
  t.is(
    stdout.replaceAll(dir, ''),
    `Linux 6.1.0 x86_64, as the recipe mine configures it

Symbol: NET [=y]
Type  : bool
Defined at Kconfig:7
  Prompt: Networking
  Location:
    -> Networks
      -> Networking (NET [=y])

Help:
  Packets – of all kinds.

NET is y:
  - the goal of nfs (/recipes/parts/nfs.yaml:4) sets it

To be n: set it; the goal says y.

NET is a goal: y, of nfs (/recipes/parts/nfs.yaml:4)
Goals that depend on it: 1
  - NFS depends on NET (Kconfig:14)
`,
  );
});

test('explain with --json is one object, with the chain of each goal and the goal itself', async (t) => {
  const {look} = await lookIn(t);
  const {code, stdout} = await look('explain', 'CRC', 'NFS', '--recipe', 'mine', '--json');
  t.is(code, 0);
  const {version, command, ok, kernel, start, symbols} = JSON.parse(stdout);
  t.deepEqual({version, command, ok}, {version: 1, command: 'explain', ok: true});
  t.deepEqual(kernel, {release: '6.1.0', arch: 'x86_64'});
  t.deepEqual(start, {kind: 'recipe', name: 'mine', base: 'allnoconfig'});
  const [crc, nfs] = symbols;
  t.like(crc, {symbol: 'CRC', value: 'm', why: {source: 'select'}, others: [{wanted: 'n'}, {wanted: 'y'}]});
  t.like(crc.neededBy[0], {symbol: 'NFS', value: 'm', why: 'files of others', origin: 'nfs', line: 5});
  t.deepEqual(crc.neededBy[0].chain, [
    {from: 'NFS', kind: 'selects', to: 'CRC', place: {file: 'Kconfig', line: 15}},
  ]);
  t.like(nfs.goal, {value: 'm', origin: 'nfs', why: 'files of others'});
});

test('explain names the goals that a line was set for which none of them says', async (t) => {
  const {dir, look} = await lookIn(t, needy);
  const {stdout} = await look('explain', 'NET', '--recipe', 'needy');
  t.regex(
    stdout.replaceAll(dir, ''),
    /NET is y:\n {2}- it was set for NFS of needy \(\/recipes\/needy\.yaml:6\), as no goal says it\n/,
  );
  const json = JSON.parse((await look('explain', 'NET', 'VERBOSE', '--recipe', 'needy', '--json')).stdout);
  const [net, verbose] = json.symbols;
  t.like(net.setFor, [{symbol: 'NFS', value: 'm', line: 6}]);
  t.is(verbose.setFor, undefined);
});

test('explain tells what the base sets from what goals need', async (t) => {
  const {look} = await lookIn(t, needy);
  const {stdout} = await look('explain', 'VERBOSE', '--recipe', 'needy');
  t.regex(stdout, /VERBOSE is n:\n {2}- the base allnoconfig sets it\n/);
});

test('explain without a recipe and a .config says that it shows the defaults', async (t) => {
  const {look} = await lookIn(t);
  const {stdout} = await look('explain', 'NFS', 'QUEUES');
  t.true(stdout.startsWith('Linux 6.1.0 x86_64, with the defaults of its Kconfig alone\n'));
  t.regex(stdout, /To be y: it depends on NET \[=n\] \(Kconfig:14\); it would take NET=y\.\n/);
  t.regex(stdout, /QUEUES can be set to any whole number in the range 1 16 \(Kconfig:24\)\.\n/);
  t.notRegex(stdout, /[Gg]oal/);
});

test('explain of a .config tells what its lines set from what the defaults give anyway, and --set adds to it', async (t) => {
  const {dir, look} = await lookIn(t, {
    'my.config': 'CONFIG_NET=y\nCONFIG_QUEUES=4\n# CONFIG_VERBOSE is not set\n',
  });
  const config = join(dir, 'my.config');
  const {stdout} = await look(
    'explain',
    'NET',
    'QUEUES',
    'VERBOSE',
    'NFS',
    '--config',
    config,
    '--set',
    'NFS=y',
  );
  t.regex(stdout, /NET is y:\n {2}- \S+my\.config sets it\n/);
  t.regex(stdout, /QUEUES is 4:\n {2}- default 4 \(Kconfig:25\)\n/);
  t.regex(stdout, /VERBOSE is n:\n {2}- \S+my\.config sets it\n/);
  t.regex(stdout, /NFS is y:\n {2}- the goal of --set sets it\n/);
});

test('explain tells of each symbol that the kernel does not have, with the nearest names, and ends with 2', async (t) => {
  const {look} = await lookIn(t);
  const {code, stdout, stderr} = await look('explain', 'QUEUE', 'NET', 'CONFIG_XYZZY');
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /this kernel has no symbol QUEUE\n {2}hint: the nearest names are QUEUES\n/);
  t.regex(stderr, /this kernel has no symbol XYZZY\n/);
});

test('explain says which lines of a .config and which settings are not taken', async (t) => {
  const {dir, look} = await lookIn(t, {'odd.config': 'CONFIG_NET=banana\nnonsense\n'});
  const odd = await look('explain', 'NET', '--config', join(dir, 'odd.config'));
  t.is(odd.code, 0);
  t.regex(odd.stderr, /odd\.config:1: symbol value 'banana' invalid for NET\n/);
  t.regex(odd.stderr, /odd\.config:2: unexpected data: nonsense\n/);
  const again = await look('explain', 'NET', '--config', join(dir, 'odd.config'));
  t.is(again.stderr, odd.stderr);
  const setting = await look('explain', 'NFS', '--config', '/dev/null', '--set', 'NFS=m');
  t.is(setting.code, 0);
  t.regex(setting.stderr, /--set NFS=m is not taken: MODULES is n, so there is no m\n/);
});

test('explain refuses two starts, and a .config that is not there', async (t) => {
  const {look} = await lookIn(t);
  const both = await look('explain', 'NET', '--recipe', 'mine', '--config', 'x');
  t.is(both.code, 2);
  t.regex(both.stderr, /--recipe and --config are two starts/);
  const missing = await look('explain', 'NET', '--config', 'no/such.config');
  t.is(missing.code, 2);
  t.regex(missing.stderr, /no\/such\.config does not exist\n/);
});

test('explain reads a recipe again when a file of it has changed', async (t) => {
  const {dir, look} = await lookIn(t);
  t.regex((await look('explain', 'NFS', '--recipe', 'mine')).stdout, /Symbol: NFS \[=m\]/);
  const part = join(dir, 'recipes/parts/nfs.yaml');
  await writeFile(part, (await readFile(part, 'utf8')).replace('value: m', 'value: y'));
  t.regex((await look('explain', 'NFS', '--recipe', 'mine')).stdout, /Symbol: NFS \[=y\]/);
});
