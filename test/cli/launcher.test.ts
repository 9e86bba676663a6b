import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, copyFile, mkdir, readFile, symlink, utimes, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Ended, ended, scratch} from './cli.ts';

const launcher = resolve(import.meta.dirname, '../../../kbuild');

/** What the launcher itself is written with. */
const plainTools = [
  'sh',
  'readlink',
  'dirname',
  'id',
  'find',
  'mkdir',
  'rm',
  'touch',
  'mv',
  'cat',
  'uname',
  'sleep',
  'env',
];
/** What it looks for; the firmware and the keyring are files of the real machine. */
const neededTools = ['apt-get', 'mmdebstrap', 'bwrap', 'newuidmap', 'qemu-system-x86_64', 'qemu-img'];

type Clone = {
  readonly dir: string;
  readonly bin: string;
  /** Lines that the stand-ins of npm, tsc and apt-get wrote. */
  readonly log: () => Promise<readonly string[]>;
  readonly run: (argv: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<Ended>;
};

async function script(path: string, ...lines: string[]): Promise<void> {
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
}

/** A clone of files that only say what they are asked, in a world that has nothing but the tools named. */
async function clone(t: ExecutionContext): Promise<Clone> {
  const dir = await scratch(t);
  const bin = join(dir, 'bin');
  const logFile = join(dir, 'log');
  for (const folder of ['bin', 'src', 'prove', 'test', 'node_modules/typescript/bin']) {
    await mkdir(join(dir, folder), {recursive: true});
  }
  await copyFile(launcher, join(dir, 'kbuild'));
  await writeFile(join(dir, 'package.json'), '{"type": "module"}');
  await writeFile(join(dir, 'package-lock.json'), '{}');
  await writeFile(join(dir, 'tsconfig.json'), '{}');
  await writeFile(join(dir, 'src/a.ts'), '');
  const say = 'console.log("ran " + process.argv.slice(2).join(" ") + " in " + process.cwd())';
  const tsc = [
    "import {appendFileSync, mkdirSync, writeFileSync} from 'node:fs';",
    `appendFileSync(${JSON.stringify(logFile)}, 'tsc\\n');`,
    "const out = process.argv[process.argv.indexOf('--outDir') + 1] + '/src/cli';",
    'mkdirSync(out, {recursive: true});',
    `writeFileSync(out + '/main.js', ${JSON.stringify(say)});`,
  ].join('\n');
  await writeFile(join(dir, 'node_modules/typescript/bin/tsc'), tsc);
  for (const tool of [...plainTools, 'flock']) {
    for (const place of ['/bin', '/usr/bin'])
      await symlink(join(place, tool), join(bin, tool)).catch(() => undefined);
  }
  await symlink(process.execPath, join(bin, 'node'));
  for (const tool of neededTools) await script(join(bin, tool));
  await script(
    join(bin, 'npm'),
    `echo "npm $1" >> ${logFile}; sleep 0.3; touch node_modules/.package-lock.json`,
  );
  const run: Clone['run'] = (argv, environment = {}) =>
    ended(
      spawn('/bin/sh', [join(dir, 'kbuild'), ...argv], {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: '/',
        env: {PATH: bin, HOME: dir, ...environment},
      }),
    );
  const log = async (): Promise<readonly string[]> =>
    (await readFile(logFile, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return {dir, bin, log, run};
}

/** As if the system were not of Debian's family. */
async function noDebian(dir: string): Promise<void> {
  const path = join(dir, 'kbuild');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('/etc/debian_version', '/etc/no/debian_version'));
}

/** As if a tool were not installed. */
async function without(t: ExecutionContext, ...tools: string[]): Promise<Clone> {
  const made = await clone(t);
  const {rm} = await import('node:fs/promises');
  for (const tool of tools) await rm(join(made.bin, tool));
  return made;
}

test('a fresh clone is set up once, and then runs at once, in the folder of the caller', async (t) => {
  const {run, log} = await clone(t);
  const first = await run(['recipe', 'a b', '--yes']);
  t.is(first.code, 0);
  t.is(first.stdout, 'ran recipe a b in /\n');
  t.deepEqual(await log(), ['npm install', 'tsc']);
  const second = await run(['recipes']);
  t.is(second.stdout, 'ran recipes in /\n');
  t.is(second.stderr, '');
  t.deepEqual(await log(), ['npm install', 'tsc']);
});

test('a changed source is compiled again', async (t) => {
  const {dir, run, log} = await clone(t);
  await run([]);
  const later = new Date(Date.now() + 5000);
  await utimes(join(dir, 'src/a.ts'), later, later);
  await run([]);
  t.deepEqual(await log(), ['npm install', 'tsc', 'tsc']);
});

test('what no longer has a source is taken out of the program', async (t) => {
  const {dir, run} = await clone(t);
  await run([]);
  const stale = join(dir, 'dist/prove/gone.js');
  await mkdir(join(dir, 'dist/prove'));
  await writeFile(stale, '');
  await run([]);
  t.true(existsSync(stale));
  const later = new Date(Date.now() + 5000);
  await utimes(join(dir, 'prove'), later, later);
  t.is((await run([])).code, 0);
  t.false(existsSync(stale));
});

test('a program that does not compile leaves the one before', async (t) => {
  const {dir, run} = await clone(t);
  await run([]);
  const later = new Date(Date.now() + 5000);
  await utimes(join(dir, 'src/a.ts'), later, later);
  await writeFile(join(dir, 'node_modules/typescript/bin/tsc'), 'console.log("TS1005"); process.exit(2)');
  const {code, stderr} = await run([]);
  t.is(code, 1);
  t.regex(stderr, /TS1005\nerror\[set-up\]: this failed: node .*tsc/);
  t.true(existsSync(join(dir, 'dist/src/cli/main.js')));
});

test('npm is named where Node came without it, and not where nothing is left to do for it', async (t) => {
  const {dir, run} = await without(t, 'npm');
  const {code, stderr} = await run([]);
  t.is(code, 3);
  t.regex(stderr, /apt-get install --no-install-recommends npm\b/);
  await writeFile(join(dir, 'node_modules/.package-lock.json'), '{}');
  t.is((await run([])).code, 0);
});

test('all missing packages are named at once, and nothing is installed without being asked', async (t) => {
  const {run, log} = await without(t, 'mmdebstrap', 'bwrap', 'qemu-img');
  const {code, stdout, stderr} = await run(['recipe', 'x']);
  t.is(code, 3);
  t.is(stdout, '');
  t.regex(stderr, /apt-get install --no-install-recommends mmdebstrap bubblewrap qemu-utils/);
  t.regex(stderr, /run these, or run kbuild with --yes/);
  t.deepEqual(await log(), []);
});

test('what boots machines of another architecture is looked for only where it is asked for', async (t) => {
  const {run} = await without(t, 'bwrap', 'qemu-system-x86_64');
  for (const argv of [
    ['recipe', 'x', '--arch', 'arm64'],
    ['recipe', '--arch=arm64', 'x'],
  ]) {
    const {stderr} = await run(argv);
    t.regex(stderr, /--no-install-recommends bubblewrap qemu-system-arm/);
    t.notRegex(stderr, /qemu-system-x86/);
  }
  const {stderr} = await run(['recipe', 'x']);
  t.regex(stderr, /qemu-system-x86/);
  t.notRegex(stderr, /qemu-system-arm/);
});

test('in CI, and with --yes, missing packages are installed', async (t) => {
  for (const [argv, environment] of [
    [[], {CI: 'true'}],
    [['--yes'], {}],
  ] as const) {
    const {dir, bin, run, log} = await without(t, 'bwrap');
    await script(join(bin, 'sudo'), 'exec "$@"');
    const install = `[ "$1" = update ] || { echo "#!/bin/sh" > ${bin}/bwrap; /bin/chmod +x ${bin}/bwrap; }`;
    await script(join(bin, 'apt-get'), `echo "apt-get $*" >> ${join(dir, 'log')}`, install);
    const {code} = await run(argv, environment);
    t.is(code, 0);
    t.deepEqual(await log(), [
      'apt-get update',
      'apt-get install --yes --no-install-recommends bubblewrap',
      'npm install',
      'tsc',
    ]);
  }
});

test('a package that is still missing after the installation ends the set-up', async (t) => {
  const {bin, run} = await without(t, 'bwrap');
  await script(join(bin, 'sudo'), 'exec "$@"');
  const {code, stderr} = await run(['--yes']);
  t.is(code, 3);
  t.regex(stderr, /still missing after the installation: bubblewrap/);
});

test('on a system with dnf its command is printed, also when apt is there already', async (t) => {
  for (const [tools, packages] of [
    [['apt-get', 'bwrap', 'qemu-system-x86_64'], /sudo dnf install apt bubblewrap qemu-system-x86/],
    [['bwrap'], /sudo dnf install bubblewrap/],
  ] as const) {
    const {dir, bin, run} = await without(t, ...tools);
    await script(join(bin, 'dnf'));
    await noDebian(dir);
    const {code, stderr} = await run(['--yes']);
    t.is(code, 3);
    t.regex(stderr, packages);
    t.notRegex(stderr, /apt-get/);
  }
});

test('a system with neither apt-get nor dnf is told what to install', async (t) => {
  const {dir, run} = await without(t, 'apt-get', 'bwrap');
  await noDebian(dir);
  const {code, stderr} = await run(['--yes']);
  t.is(code, 3);
  t.regex(stderr, /neither apt-get nor dnf here; .*\n {2}apt bubblewrap/);
});

test('a Node that is too old is named with what replaces it', async (t) => {
  const {bin, run} = await without(t, 'node');
  await script(join(bin, 'node'), 'echo v18.19.0');
  const {code, stderr} = await run([]);
  t.is(code, 3);
  t.regex(stderr, /npm install --prefix \S*\/node node-linux-\w+@\d+\.\d+\.\d+/);
});

test('output of npm is shown only when it fails', async (t) => {
  const {bin, run} = await clone(t);
  await script(join(bin, 'npm'), 'echo "no network"; exit 7');
  const {code, stderr} = await run([]);
  t.is(code, 1);
  t.regex(stderr, /no network\nerror\[set-up\]: this failed: npm install/);
});

test('two launchers at once set up a clone once, whatever their caches are', async (t) => {
  const {dir, run, log} = await clone(t);
  const both = await Promise.all([run(['a']), run(['b'], {KBUILD_CACHE: join(dir, 'other')})]);
  t.deepEqual(
    both.map(({code}) => code),
    [0, 0],
  );
  t.deepEqual(await log(), ['npm install', 'tsc']);
});

test('conf is started without a look at the system while its own sources are as they were compiled', async (t) => {
  const {dir, log, run} = await clone(t);
  await mkdir(join(dir, 'src/kconfig'), {recursive: true});
  await mkdir(join(dir, 'dist/conf'), {recursive: true});
  await writeFile(join(dir, 'src/kconfig/a.ts'), '');
  await utimes(join(dir, 'src/kconfig/a.ts'), 1, 1);
  await utimes(join(dir, 'src/kconfig'), 1, 1);
  await utimes(join(dir, 'package.json'), 1, 1);
  await writeFile(join(dir, 'dist/.made'), '');
  await writeFile(join(dir, 'dist/conf/conf.js'), '');
  await script(join(dir, 'bin/kbuild-conf'), 'echo "conf $*"');
  const {stdout} = await run(['conf', '--olddefconfig', 'Kconfig']);
  t.is(stdout, 'conf --olddefconfig Kconfig\n');
  t.deepEqual(await log(), []);
  await utimes(join(dir, 'src/kconfig/a.ts'), new Date(), new Date(Date.now() + 10_000));
  await run(['conf', '--olddefconfig', 'Kconfig']);
  t.true((await log()).includes('tsc'));
});
