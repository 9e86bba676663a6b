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

test("The modes of BusyBox's conf are refused with the way to its files.", (t) => {
  const ran = conf(['--dialect', 'busybox', '--allnoconfig', 'Kconfig'], {files: tree});
  t.is(ran.status, 2);
  t.regex(ran.stderr, /hint: busyboxConfig/);
});
