import test from 'ava';
import {parseCommandLine} from '../../src/conf/command-line.ts';
import {linux61} from '../../src/kconfig/index.ts';
import {conf} from './conf.ts';

const Kconfig = 'config A\n\tbool "a"\n';

const parse = (...argv: string[]) => parseCommandLine(argv, linux61, false);

test('A file may stand before its options, and an option may be shortened to what only it begins with.', (t) => {
  t.deepEqual(parse('Kconfig', '--oldd', '-s'), [
    {kind: 'mode', mode: 'olddefconfig', argument: undefined},
    {kind: 'silent'},
    {kind: 'file', name: 'Kconfig'},
  ]);
});

test('defconfig and savedefconfig take their file with = or as the next word.', (t) => {
  const expected = {kind: 'mode', mode: 'savedefconfig', argument: 'file'} as const;
  t.deepEqual(parse('--savedefconfig=file'), [expected]);
  t.deepEqual(parse('--savedefconfig', 'file'), [expected]);
});

test('Wrong options are told of in the words of the C library.', (t) => {
  const messages = parse('--all', '--silent=x', '-x', '--nothing', '--defconfig').map((word) =>
    word.kind === 'wrong' ? word.message : word.kind,
  );
  t.deepEqual(messages, [
    "option '--all' is ambiguous; possibilities: '--allnoconfig' '--allyesconfig' '--allmodconfig' '--alldefconfig'",
    "option '--silent' doesn't allow an argument",
    "invalid option -- 'x'",
    "unrecognized option '--nothing'",
    "option '--defconfig' requires an argument",
  ]);
});

test('-h is the help of the C tool, and --help adds what is ours; both end with 1, as there.', (t) => {
  const short = conf(['-h'], {files: {}});
  const long = conf(['--help'], {files: {}});
  t.is(short.status, 1);
  t.is(long.status, 1);
  t.true(short.stdout.startsWith('Usage: conf [options] <kconfig-file>\n'));
  t.true(long.stdout.startsWith(short.stdout));
  t.regex(long.stdout, /--no-shell/);
});

test('Without a Kconfig file, or one that is there, the run says so.', (t) => {
  const none = conf(['--allnoconfig'], {files: {}});
  t.is(none.status, 1);
  t.is(none.stderr, 'conf: Kconfig file missing\n');
  const missing = conf(['--allnoconfig', 'Kconfig'], {files: {}});
  t.is(missing.status, 1);
  t.is(missing.stderr, "can't find file Kconfig\n");
});

test('A folder of a tree is looked for in the working directory, then below $srctree.', (t) => {
  const {status} = conf(['--allnoconfig', 'Kconfig'], {
    files: {'tree/Kconfig': 'source "sub/Kconfig"\n', 'tree/sub/Kconfig': Kconfig},
    environment: {srctree: 'tree'},
  });
  t.is(status, 0);
});

test('An unknown dialect is refused with the names of those there are.', (t) => {
  const {status, stderr} = conf(['--dialect', 'linux-1.0', 'Kconfig'], {files: {Kconfig}});
  t.is(status, 2);
  t.regex(stderr, /there is no dialect linux-1.0\n {2}hint: the dialects are .*linux-6.1/);
});
