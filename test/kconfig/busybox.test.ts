import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {
  type BusyboxInput,
  type BusyboxMode,
  busybox,
  busyboxConfig,
  parseKconfig,
} from '../../src/kconfig/index.ts';
import {errorsOf, folderSources, parse, sourcesOf, warningsOf} from './tree.ts';

const folder = join(process.cwd(), 'fixtures', 'kconfig-older', 'busybox');
const time = {heading: 'Thu Jan  1 00:00:00 1970', stamp: '1970-01-01 00:00:00 UTC'};

test("The busybox tree gives, in each mode, both files' bytes of BusyBox's own tool.", (t) => {
  const model = parseKconfig(
    'Kconfig',
    folderSources(folder, new Map([['KERNELVERSION', '1.2.3']])),
    busybox,
  );
  const config = readFileSync(join(folder, 'in.config'), 'latin1');
  const runs: Readonly<Record<string, readonly [BusyboxMode, BusyboxInput]>> = {
    allnoconfig: ['allnoconfig', {time}],
    allmodconfig: ['allmodconfig', {time}],
    allyesconfig: ['allyesconfig', {time}],
    defconfig: ['defconfig', {time}],
    'in.config': ['defconfig', {config, time}],
    'allnoconfig-seeded': ['allnoconfig', {config, time}],
  };
  const made: string[] = [];
  for (const [name, [mode, input]] of Object.entries(runs)) {
    const result = busyboxConfig(model, mode, input);
    t.is(result.config, readFileSync(join(folder, 'goldens', name), 'latin1'), name);
    t.is(result.header, readFileSync(join(folder, 'goldens', `${name}.h`), 'latin1'), `${name}.h`);
    made.push(name, `${name}.h`);
  }
  t.deepEqual(made.sort(), readdirSync(join(folder, 'goldens')).sort());
});

test('Without a time the files have none, as with KCONFIG_NOTIMESTAMP.', (t) => {
  const {config, header} = busyboxConfig(parse('config A\n\tbool\n', busybox), 'defconfig');
  t.is(
    config,
    "#\n# Automatically generated make config: don't edit\n# Busybox version: \n#\n# CONFIG_A is not set\n",
  );
  t.true(header.includes('#define AUTOCONF_TIMESTAMP ""\n'));
});

test('What is said of a .config has its line.', (t) => {
  const model = parse('config A\n\tbool "a"\n', busybox);
  const {warnings} = busyboxConfig(model, 'defconfig', {config: 'CONFIG_A=y\nCONFIG_A=n\nCONFIG_B=y\nC\n'});
  t.deepEqual(
    warnings.map(({message, place}) => [place?.start, message]),
    [
      [11, 'trying to reassign symbol A'],
      [22, 'trying to assign nonexistent symbol B'],
      [33, 'unexpected data'],
    ],
  );
});

test('BusyBox knows neither `imply` nor comparisons of order, and reads a file once.', (t) => {
  t.regex(errorsOf('config A\n\tbool\n\timply B\n', busybox)[0]!, /^Kconfig:3: /);
  t.regex(errorsOf('config A\n\tbool\n\tdepends on B < C\n', busybox)[0]!, /^Kconfig:3: syntax/);
  t.deepEqual(errorsOf('config A\n\tboolean\n\trequires B && (C)\n\tenable D\n', busybox), []);
  t.throws(() => parseKconfig('Kconfig', sourcesOf({Kconfig: 'source a\nsource a\n', a: ''}), busybox));
});

test('A member of a choice is taken again for each of its entries.', (t) => {
  // As scripts/kconfig/conf of BusyBox says it.
  const said = warningsOf('choice\nconfig A\nconfig A\nendchoice\n', busybox);
  t.deepEqual(
    said
      .filter((warning) => warning.includes('choice value must have a prompt'))
      .map((warning) => warning.split(': ')[0]),
    ['Kconfig:2', 'Kconfig:3'],
  );
});
