import test from 'ava';
import {KbuildError, renderDiagnostic} from '../../src/base/diagnostic.ts';
import {findTunable, readCatalogue, tuningOf} from '../../src/recipe/catalogue.ts';
import {withEntries} from '../../src/recipe/entry-lines.ts';
import {recipeFolders} from '../../src/recipe/folders.ts';
import {readRecipe} from '../../src/recipe/read.ts';
import {isTunableOf, shownValue, type Tunable, tunableValue} from '../../src/recipe/tunable.ts';
import {filesOf, wordsOf} from '../../src/tunables/index.ts';
import {kitchen, recipeText} from './kitchen.ts';

const own = await readCatalogue(await recipeFolders({cwd: import.meta.dirname}));

function named(name: string): Tunable {
  return own.find((one) => one.name === name)!;
}

function taken(name: string, text: string): string {
  const value = tunableValue(named(name), text);
  return typeof value === 'string' ? value : `expected: ${value.expected}`;
}

const head = 'name: s\nsummary: a system\n';

async function faultsOf(t: Parameters<typeof kitchen>[0], text: string): Promise<readonly string[]> {
  const {dir} = await kitchen(t, {'tunables/s.yaml': text});
  const error = await t.throwsAsync(readCatalogue([dir]), {instanceOf: KbuildError});
  t.is(error!.exit, 2);
  return error!.diagnostics.map((one) => renderDiagnostic(one).replaceAll(`${dir}/`, ''));
}

test('values are kept in one form, whatever they are written as', (t) => {
  t.is(taken('zfs.recordsize', '1M'), '1048576');
  t.is(taken('zfs.recordsize', '128KiB'), '131072');
  t.is(taken('vm.dirty_ratio', '0x10'), '16');
  t.is(taken('net.ipv4.tcp_rmem', '4096, 65536   1048576'), '4096 65536 1048576');
  t.is(taken('nfsd.vers3', 'off'), 'n');
  t.is(taken('qtfs.server_ip', '10.0.0.1'), '10.0.0.1');
  t.is(taken('qtfs.server_ip', 'FE80::1'), 'fe80::1');
  for (const text of ['999.1.1.1', '::::', 'host'])
    t.is(taken('qtfs.server_ip', text), 'expected: an IP address');
  t.is(shownValue(named('zfs.recordsize'), '131072'), '128K');
  t.is(shownValue(named('vm.dirty_ratio'), '1024'), '1024');
});

test('a value that is none is told with what is expected', (t) => {
  t.is(taken('vm.dirty_ratio', '101'), 'expected: a whole number from 0 to 100 (percent)');
  t.is(taken('vm.dirty_ratio', 'many'), 'expected: a whole number from 0 to 100 (percent)');
  t.regex(taken('zfs.recordsize', '100K'), /^expected: a power of two from 512 to 1M/);
  t.regex(taken('zfs.zfs_arc_max', '1M'), /^expected: a size from 64M .* or 0$/);
  t.is(taken('zfs.zfs_arc_max', '0'), '0');
  t.is(taken('zfs.sync', 'never'), 'expected: one of standard, always, disabled');
  t.is(taken('nfsd.vers3', 'maybe'), 'expected: y or n');
  t.is(taken('net.ipv4.tcp_rmem', '1 2'), 'expected: 3 whole numbers from 1 to 2147483647 (bytes)');
  t.is(taken('qtfs.server_ip', 'host'), 'expected: an IP address');
  t.is(taken('debug_osd', '1\n2'), 'expected: a text of one line');
});

test('a fault of a value names what is expected and where that is declared', (t) => {
  const fault = tuningOf('vm.dirty_ratio', '150', own, 'the recipe r');
  t.true('severity' in fault);
  const text = renderDiagnostic(fault as Extract<typeof fault, {severity: unknown}>);
  t.regex(text, /vm\.dirty_ratio is "150": a whole number from 0 to 100 \(percent\) is expected/);
  t.regex(text, /recipes\/tunables\/kernel\.yaml:\d+\)$/);
});

test('an unknown name comes with the nearest, an instance only of what has several', (t) => {
  const messageOf = (name: string): string => {
    const found = findTunable(name, own, 'r');
    return 'severity' in found
      ? `${found.message}; ${found.hint}`
      : `${found.tunable.name} ${found.instance}`;
  };
  t.is(messageOf('vm.dity_ratio'), 'r has no parameter vm.dity_ratio; did you mean vm.dirty_ratio?');
  t.is(messageOf('zfs.recordsize@tank/export'), 'zfs.recordsize tank/export');
  t.regex(messageOf('vm.dirty_ratio@tank'), /is one value of a machine/);
  t.regex(messageOf('zfs.recordsize@tank old'), /is no name of a pool or data set/);
  t.regex(messageOf('zfs.recordsize@-r'), /is no name of a pool or data set/);
});

test('machines have what their images have the packages and modules for', (t) => {
  const image = {role: 'host', packages: ['nfs-common'], modules: ['zfs']};
  t.true(isTunableOf(named('vm.dirty_ratio'), image));
  t.true(isTunableOf(named('zfs.recordsize'), image));
  t.true(isTunableOf(named('nfsmount.rsize'), image));
  t.false(isTunableOf(named('nfsd.threads'), image));
  t.false(isTunableOf(named('osd_heartbeat_grace'), image));
});

test('what is wrong with a catalogue is told with its place, all at once', async (t) => {
  const faults = await faultsOf(
    t,
    `${head}tunables:
  a.b: {summary: a, kind: sysctl, type: integer, range: [2, 1], effect: now}
  a.c: {summary: a, kind: sysctls, type: integer, effect: now}
  a.d: {summary: a, kind: sysctl, type: enum, effect: later}
  a.e: {summary: a, kind: sysctl, type: integer, effect: next load, sumary: b}
`,
  );
  t.deepEqual(
    faults.map((text) => text.split('\n')[0]!.replace(/^tunables\/s\.yaml:(\d+):\d+: error/, '$1')),
    [
      '4[wrong-value]: tunables.a.b.range: no number is in this range',
      '5[wrong-value]: tunables.a.c.kind: a kind is one of sysctl, module-parameter, zfs-property, zpool-property, nfs-conf, nfs-mount, qtfs, lctl, ceph',
      '6[wrong-value]: tunables.a.d.values: an enum has values, and only it',
      '6[wrong-value]: tunables.a.d.effect: an effect is now, next mount, next boot, next load (of the module), or "next start of NAME.service"',
      '7[wrong-value]: tunables.a.e.effect: only a module is loaded',
      '7[unknown-key]: unknown key sumary in tunables.a.e',
    ],
  );
});

test('a default is a value, and a name is in one catalogue', async (t) => {
  const entry = 'summary: a, kind: sysctl, type: integer, effect: now';
  const [fault] = await faultsOf(t, `${head}tunables:\n  a.b: {${entry}, range: [1, 2], default: 3}\n`);
  t.is(
    fault,
    'tunables/s.yaml:4:87: error[wrong-value]: the default of a.b is "3": a whole number from 1 to 2 is expected',
  );
  const text = `${head}tunables:\n  a.b: {${entry}}\n`;
  const {dir} = await kitchen(t, {
    'tunables/s.yaml': text,
    'tunables/u.yaml': text.replace('name: s', 'name: u'),
  });
  await t.throwsAsync(readCatalogue([dir]), {message: /a\.b is in the catalogue s already/});
});

const tuned = 'images: {h: {summary: s, tunables: {';
const catalogueFile = `${head}tunables:
  a.b: {summary: a, kind: sysctl, type: integer, range: [1, 9], effect: now}
  zfs.x: {summary: a, kind: zfs-property, type: text, effect: now}
`;

test('an image names values its machines start with, and they are judged as it is read', async (t) => {
  const {dir, faults} = await kitchen(t, {
    'tunables/s.yaml': catalogueFile,
    'r.yaml': recipeText(
      'r',
      'parameters: {n: {type: int, default: 7, summary: s}}',
      `${tuned}a.b: "\${n}"}}}`,
    ),
    'bad.yaml': recipeText('bad', `${tuned}a.b: 10, a.c: 1, zfs.x: y}}}`),
  });
  const recipe = await readRecipe('r', {folders: [dir]});
  t.deepEqual(
    recipe.images.h!.tuned!.map(({tunable, value}) => [tunable.name, value]),
    [['a.b', '7']],
  );
  t.deepEqual(
    (await faults('bad')).map((text) => text.split('\n')[0]!.replace(/^bad\.yaml:\d+:(\d+): error/, '$1')),
    [
      '42[wrong-parameter]: a.b is "10": a whole number from 1 to 9 is expected',
      '46[unknown-tunable]: the image h has no parameter a.c',
      '61[not-in-image]: zfs.x belongs to a pool or data set, which keeps it: an image cannot have it',
    ],
  );
});

test('an image gets a file for each value, or a word of the command line for a module in the kernel', (t) => {
  const tunings = [
    {tunable: named('vm.dirty_ratio'), value: '10'},
    {tunable: named('nfsd.vers3'), value: 'n'},
    {tunable: named('zfs.zfs_txg_timeout'), value: '9'},
    {tunable: named('nvme.io_queue_depth'), value: '64'},
    {tunable: named('nfsmount.rsize'), value: '65536'},
    {tunable: named('qtfs.port'), value: '20000'},
  ];
  const builtIn = (symbol: string): boolean => symbol === 'BLK_DEV_NVME';
  t.deepEqual(filesOf(tunings, builtIn), {
    '/etc/sysctl.d/zz-kbuild-vm.dirty_ratio.conf': 'vm.dirty_ratio = 10\n',
    '/etc/nfs.conf.d/zz-kbuild-nfsd.vers3.conf': '[nfsd]\nvers3=n\n',
    '/etc/modprobe.d/zz-kbuild-zfs.zfs_txg_timeout.conf': 'options zfs zfs_txg_timeout=9\n',
    '/etc/nfsmount.conf.d/zz-kbuild-nfsmount.rsize.conf': '[ NFSMount_Global_Options ]\nrsize=65536\n',
    '/etc/kbuild/qtfs.conf.d/qtfs.port.conf': 'port=20000\n',
  });
  t.deepEqual(wordsOf(tunings, builtIn), ['nvme.io_queue_depth=64']);
  t.deepEqual(
    wordsOf(tunings, () => false),
    [],
  );
});

test('values are put below their image, and comments stay', (t) => {
  const at = {in: ['images', 'h'], key: 'tunables'};
  const text = 'images:\n  h:\n    summary: s # why\n    freeMiB: 1\n  c: {summary: s} # c\n';
  const once = withEntries(text, at, [{name: 'a.b', value: '1'}]);
  t.is(
    once,
    'images:\n  h:\n    summary: s # why\n    freeMiB: 1\n    tunables:\n      a.b: 1\n  c: {summary: s} # c\n',
  );
  t.is(
    withEntries(once, at, [
      {name: 'a.b', value: '2'},
      {name: 'c.d', value: '4096 65536 1048576'},
    ]),
    once.replace('a.b: 1\n', 'a.b: 2\n      c.d: "4096 65536 1048576"\n'),
  );
  t.is(
    withEntries(text, {...at, in: ['images', 'c']}, [{name: 'a.b', value: '1'}]),
    text.replace('{summary: s}', '{summary: s, tunables: {a.b: 1}}'),
  );
});
