import test from 'ava';
import {conf, ownConf} from './conf.ts';

const Kconfig = 'mainmenu "Test"\nconfig A\n\tbool "a"\nconfig B\n\tbool "b"\n\tdefault y\n';
const heading = '#\n# Automatically generated file; DO NOT EDIT.\n# Test\n#\n';
const saved = `${heading}# CONFIG_A is not set\nCONFIG_B=y\n`;

test('A run writes .config, auto.conf and what goes with it, and a file for each symbol that is set.', (t) => {
  const {status, stdout, stderr, files} = conf(['--alldefconfig', 'Kconfig'], {files: {Kconfig}});
  t.is(status, 0);
  t.is(stdout, '#\n# configuration written to .config\n#\n');
  t.is(stderr, '');
  t.deepEqual(files, {
    '.config': saved,
    Kconfig,
    'include/config/B': '',
    'include/config/auto.conf': `${heading}CONFIG_B=y\n`,
    'include/config/auto.conf.cmd':
      'deps_config := \\\n\tKconfig \\\n\ninclude/config/auto.conf: $(deps_config)\n\n\n$(deps_config): ;\n',
    'include/generated/autoconf.h':
      '/*\n * Automatically generated file; DO NOT EDIT.\n * Test\n */\n#define CONFIG_B 1\n',
    'include/generated/rustc_cfg': '--cfg=CONFIG_B\n--cfg=CONFIG_B="y"\n',
  });
});

test('What would have the same bytes is left as it is, and makes no .config.old.', (t) => {
  const ran = conf(['--olddefconfig', 'Kconfig'], {files: {Kconfig, '.config': saved}});
  t.is(ran.stdout, '#\n# No change to .config\n#\n');
  t.false('.config.old' in ran.files);
});

test('The .config before is kept as .config.old, unless it is to be overwritten.', (t) => {
  const files = {Kconfig, '.config': 'CONFIG_A=y\n'};
  t.is(conf(['-s', '--olddefconfig', 'Kconfig'], {files}).files['.config.old'], 'CONFIG_A=y\n');
  const environment = {KCONFIG_OVERWRITECONFIG: '1'};
  t.false('.config.old' in conf(['--olddefconfig', 'Kconfig'], {files, environment}).files);
});

test('An auto.conf that is there is renewed by syncconfig only, and what changed since is touched.', (t) => {
  const old = 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_GONE=y\n';
  const files = {Kconfig, '.config': saved, 'include/config/auto.conf': old};
  const kept = conf(['--olddefconfig', 'Kconfig'], {files});
  t.is(kept.files['include/config/auto.conf'], old);
  const {files: synced} = conf(['--syncconfig', 'Kconfig'], {files});
  t.is(synced['include/config/auto.conf'], `${heading}CONFIG_B=y\n`);
  t.true('include/config/A' in synced);
  t.true('include/config/GONE' in synced);
  t.false('include/config/B' in synced);
});

test('KCONFIG_NOSILENTUPDATE makes syncconfig fail where .config would change.', (t) => {
  const files = {Kconfig, '.config': 'CONFIG_A=y\n'};
  const ran = conf(['--syncconfig', 'Kconfig'], {files, environment: {KCONFIG_NOSILENTUPDATE: '1'}});
  t.is(ran.status, 1);
  t.is(ran.stderr, '\n*** The configuration requires explicit update.\n\n');
  t.deepEqual(ran.files, files);
});

test('KCONFIG_WERROR makes a warning about .config fail the run before anything is written.', (t) => {
  const files = {Kconfig, '.config': 'nonsense\n'};
  const ran = conf(['--olddefconfig', 'Kconfig'], {files, environment: {KCONFIG_WERROR: '1'}});
  t.is(ran.status, 1);
  t.is(ran.stderr, '.config:1:warning: unexpected data: nonsense\n');
  t.deepEqual(ran.files, files);
});

test('A .config that is a folder is said to be one, and a missing defconfig is, too.', (t) => {
  const folder = conf(['--allnoconfig', 'Kconfig'], {files: {Kconfig, '.config/x': ''}});
  t.is(folder.status, 1);
  t.is(folder.stderr, '.config: Is a directory\n\n*** Error during writing of the configuration.\n\n');
  const missing = conf(['--defconfig=none', 'Kconfig'], {files: {Kconfig}});
  t.is(missing.status, 1);
  t.is(missing.stderr, '***\n*** Can\'t find default configuration "none"!\n***\n');
});

test('The bytes of a tree that are no UTF-8 come out as they went in, through `$(shell)` as well.', (t) => {
  const tree = 'config S\n\tstring "s \xe9"\n\tdefault "$(shell,printf %s \xff\xe9)"\n';
  const {files} = conf(['--alldefconfig', 'Kconfig'], {files: {Kconfig: tree}});
  t.true(files['.config']!.endsWith('CONFIG_S="\xff\xe9"\n'));
});

test('--no-shell runs no command, and says how many there were.', (t) => {
  const tree = 'config S\n\tstring\n\tdefault "$(shell,echo run >ran)"\n';
  const {stderr, files} = conf(['--no-shell', '--alldefconfig', 'Kconfig'], {files: {Kconfig: tree}});
  t.is(stderr, 'kbuild conf: --no-shell: 1 commands were answered with nothing\n');
  t.false('ran' in files);
});

test('Certificates that Node would read are not read, and the tree sees the variable that names them.', (t) => {
  const tree =
    'config A\n\tstring\n\tdefault "$(NODE_EXTRA_CA_CERTS) $(shell,echo $NODE_EXTRA_CA_CERTS $KBUILD_CONF_CA_CERTS)"\n';
  const environment = {NODE_EXTRA_CA_CERTS: '/nowhere/\xc3\xa4'};
  const {stderr, files} = ownConf(['--olddefconfig', 'Kconfig'], {files: {Kconfig: tree}, environment});
  t.is(stderr, '');
  t.true(files['.config']!.endsWith('CONFIG_A="/nowhere/\xc3\x83\xc2\xa4 /nowhere/\xc3\x83\xc2\xa4"\n'));
});

test('The name under which certificates are set aside is none of a tree or a user.', (t) => {
  const tree = 'config A\n\tstring\n\tdefault "$(NODE_EXTRA_CA_CERTS)$(KBUILD_CONF_CA_CERTS)"\n';
  const environment = {KBUILD_CONF_CA_CERTS: '/nowhere'};
  const {files} = ownConf(['--olddefconfig', 'Kconfig'], {files: {Kconfig: tree}, environment});
  t.true(files['.config']!.endsWith('CONFIG_A=""\n'));
});
