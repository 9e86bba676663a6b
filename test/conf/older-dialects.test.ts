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

test("The modes of BusyBox's conf are refused with the way to its files.", (t) => {
  const ran = conf(['--dialect', 'busybox', '--allnoconfig', 'Kconfig'], {files: tree});
  t.is(ran.status, 2);
  t.regex(ran.stderr, /hint: busyboxConfig/);
});
