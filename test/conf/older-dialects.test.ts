import test from 'ava';
import {conf} from './conf.ts';

const tree = {Kconfig: 'config A\n\tbool "a"\n\tdefault y\n'};

test("U-Boot's conf has no --mod2yesconfig, and its --syncconfig wants a .config.", (t) => {
  const modes = conf(['--dialect', 'u-boot', '--mod2yesconfig', 'Kconfig'], {files: tree});
  t.is(modes.status, 1);
  t.true(modes.stderr.includes("unrecognized option '--mod2yesconfig'"));
  t.false(modes.stdout.includes('mod2yesconfig'));
  const sync = conf(['--dialect', 'u-boot', '--syncconfig', 'Kconfig'], {files: tree});
  t.is(sync.status, 1);
  t.true(sync.stderr.includes('*** Configuration file ".config" not found!'));
});

test("U-Boot's conf writes tristate.conf beside auto.conf, and both in --syncconfig alone.", (t) => {
  const once = conf(['--dialect', 'u-boot', '--olddefconfig', 'Kconfig'], {files: tree});
  t.deepEqual(Object.keys(once.files), ['.config', 'Kconfig']);
  const files = {...tree, '.config': once.files['.config']!};
  const synced = conf(['--dialect', 'u-boot', '--syncconfig', 'Kconfig'], {files});
  t.is(synced.status, 0);
  t.true(synced.files['include/config/auto.conf']!.endsWith('CONFIG_A=y\n'));
  t.true('include/config/tristate.conf' in synced.files);
  t.is(synced.files['.config.old'], files['.config']);
});

test("Buildroot's conf takes the name of .config from BR2_CONFIG, and names have no prefix.", (t) => {
  const environment = {BR2_CONFIG: 'mine'};
  const ran = conf(['--dialect', 'buildroot', '--allnoconfig', 'Kconfig'], {files: tree, environment});
  t.true(ran.files.mine!.endsWith('\n# A is not set\n'));
});

test("Buildroot's --oldnoconfig is its --olddefconfig, and its --defconfig reads .defconfig where none is named.", (t) => {
  const old = conf(['--dialect', 'buildroot', '--oldnoconfig', 'Kconfig'], {files: tree});
  t.true(old.files['.config']!.endsWith('\nA=y\n'));
  t.true(
    conf(['--dialect', 'buildroot', '--help'], {files: tree}).stdout.includes('An alias of olddefconfig'),
  );
  const missing = conf(['--dialect', 'buildroot', '--defconfig', 'Kconfig'], {files: tree});
  t.is(missing.status, 1);
  t.true(missing.stderr.includes(`Can't find default configuration ".defconfig"`));
  const files = {...tree, '.defconfig': '# A is not set\n'};
  const given = conf(['--dialect', 'buildroot', '--defconfig', 'Kconfig'], {files});
  t.true(given.files['.config']!.endsWith('\n# A is not set\n'));
});

test("U-Boot's --defconfig reads the file of the architecture, in the tree if it is there.", (t) => {
  const environment = {ARCH: 'sandbox', srctree: 'tree'};
  const files = {...tree, 'tree/arch/sandbox/defconfig': '# CONFIG_A is not set\n'};
  const ran = conf(['--dialect', 'u-boot', '--defconfig', 'Kconfig'], {files, environment});
  t.true(ran.files['.config']!.endsWith('\n# CONFIG_A is not set\n'));
});

test("Buildroot's --syncconfig writes a .config only if it has changed, and makes no folders.", (t) => {
  const environment = {
    KCONFIG_AUTOCONFIG: 'out/auto.conf',
    KCONFIG_AUTOHEADER: 'out/autoconf.h',
    KCONFIG_TRISTATE: 'out/tristate.config',
  };
  const old = conf(['--dialect', 'buildroot', '--olddefconfig', 'Kconfig'], {files: tree});
  const files = {...tree, '.config': old.files['.config']!};
  const nowhere = conf(['--dialect', 'buildroot', '--syncconfig', 'Kconfig'], {files, environment});
  t.is(nowhere.status, 1);
  t.is(nowhere.stderr, '\n*** Error during update of the configuration.\n\n');
  const there = {...files, 'out/there': ''};
  const synced = conf(['--dialect', 'buildroot', '--syncconfig', 'Kconfig'], {files: there, environment});
  t.deepEqual([synced.status, synced.stdout], [0, '']);
  t.deepEqual(
    Object.keys(synced.files)
      .filter((file) => !(file in there))
      .sort(),
    ['.config.cmd', 'out/a.h', 'out/auto.conf', 'out/autoconf.h', 'out/tristate.config'],
  );
  const changed = {...there, '.config': ''};
  const again = conf(['--dialect', 'buildroot', '--syncconfig', 'Kconfig'], {
    files: changed,
    environment,
    input: '\n',
  });
  t.true(again.stdout.endsWith('# configuration written to .config\n#\n'));
});

test("Buildroot's --syncconfig calculates once more before it compares with the old auto.conf, which a loop shows.", (t) => {
  const loop = `config A
\tbool
\tdepends on MODULES && C && A
choice
\tprompt "Choice"
config B
\tbool "b"
\tdepends on A != NONE
endchoice
config C
\tbool "c" if 0x5
\tdepends on B
`;
  const environment = {
    KCONFIG_AUTOCONFIG: 'out/auto.conf',
    KCONFIG_AUTOHEADER: 'out/autoconf.h',
    KCONFIG_TRISTATE: 'out/tristate.config',
  };
  const files = {Kconfig: loop, '.config': '', 'out/there': ''};
  const ran = conf(['--dialect', 'buildroot', '--syncconfig', 'Kconfig'], {files, environment});
  t.true(ran.files['.config']!.endsWith('\nB=y\n'));
  t.false(ran.files['out/auto.conf']!.includes('B=y'));
  t.false('out/b.h' in ran.files);
});

const busybox = (argv: readonly string[], files: Readonly<Record<string, string>>, input = '') =>
  conf(['--dialect', 'busybox', ...argv, 'Config.in'], {
    files: {'Config.in': tree.Kconfig, 'include/there': '', ...files},
    environment: {KCONFIG_NOTIMESTAMP: '1'},
    input,
  });

test("BusyBox's conf takes one letter for its mode, and writes .config, the header and what both depend on.", (t) => {
  const ran = busybox(['-n'], {'.config': 'CONFIG_A=y\n'});
  t.is(ran.status, 0);
  t.true(ran.stdout.includes('a (A) [Y/n] (NEW) n\n'));
  t.true(ran.files['.config']!.endsWith('# CONFIG_A is not set\n'));
  t.is(ran.files['.config.old'], 'CONFIG_A=y\n');
  t.true(ran.files['include/autoconf.h']!.includes('#define ENABLE_A 0\n'));
  t.true(ran.files['.kconfig.d']!.startsWith('deps_config := \\\n\tConfig.in\n'));
  t.true(busybox(['-y'], {}).files['.config']!.endsWith('CONFIG_A=y\n'));
});

test("BusyBox's conf asks about all, about what is new with -o, and not at all where -s has nobody to ask.", (t) => {
  const all = busybox([], {}, '?\nn\n');
  t.true(all.stdout.includes('Sorry, no help available for this option yet.'));
  t.true(all.files['.config']!.endsWith('# CONFIG_A is not set\n'));
  t.is(busybox(['-o'], {'.config': 'CONFIG_A=y\n'}).status, 0);
  t.is(busybox(['-o'], {}).status, 1);
  const silent = busybox(['-s'], {'.config': ''});
  t.is(silent.status, 1);
  t.true(silent.stdout.includes('Console input/output is redirected.'));
  t.true(busybox(['-s'], {}).stdout.includes('You have not yet configured busybox!'));
});

test('BusyBox asks for no default of a choice while the member the user chose is visible.', (t) => {
  const loop = `config MODULES
\tbool "Modules"
menu "Hidden"
\tdepends !(MODULES && y)
config LOOP
\tstring "Loop" if NONE = n || BELOW = m
endmenu
choice
\tprompt "Choice"
\tdefault OTHER if LOOP
config FIRST
\ttristate "First"
endchoice
config BY_FIRST
\ttristate
\tdefault FIRST != n
if BY_FIRST && NONE
config BELOW
\ttristate
\tdefault y
endif
`;
  const {files} = busybox(['-o'], {'Config.in': loop, '.config': ''}, 'y\ny\n');
  t.true(files['.config']!.includes('\nCONFIG_FIRST=y\nCONFIG_BY_FIRST=y\n'));
});

test('A number without default ends the run, about which the conf of BusyBox would ask without end.', (t) => {
  const ran = busybox(['-d'], {'Config.in': 'config N\n\tint "n"\n'});
  t.is(ran.status, 1);
  t.regex(ran.stderr, /was not answered\n {2}hint: /);
});

test("BusyBox's -D reads a file, and SOURCE_DATE_EPOCH is the time in the files.", (t) => {
  const ran = conf(['--dialect', 'busybox', '-D', 'mine', 'Config.in'], {
    files: {'Config.in': tree.Kconfig, mine: '# CONFIG_A is not set\n', 'include/there': ''},
    environment: {SOURCE_DATE_EPOCH: '1600000000', TZ: 'UTC'},
  });
  t.true(ran.files['.config']!.includes('# Sun Sep 13 12:26:40 2020\n'));
  t.true(ran.files['.config']!.endsWith('# CONFIG_A is not set\n'));
  t.true(ran.files['include/autoconf.h']!.includes('"2020-09-13 12:26:40 UTC"'));
  t.is(busybox(['-D', 'none'], {}).status, 1);
});
