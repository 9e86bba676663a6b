import {chmod, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {Store} from '../../src/base/store.ts';
import {vendorBase} from '../image/vendor-base.ts';
import {type Ended, ended, kbuild, kbuildThat, kbuildWith, scratch, start, startIn} from './cli.ts';

test('without a command, help is shown', async (t) => {
  const {code, stdout} = await kbuild(t);
  t.is(code, 0);
  t.regex(stdout, /recipe +take a recipe to images/);
  t.regex(stdout, /conf +do what the kernel/);
});

test('every command has help with examples', async (t) => {
  for (const command of [
    'recipe',
    'recipes',
    'config',
    'build',
    'image',
    'boot',
    'doctor',
    'lock',
    'cache',
  ]) {
    const {code, stdout} = await kbuild(t, command, '--help');
    t.is(code, 0);
    t.regex(stdout, new RegExp(`Examples:\n  kbuild ${command}`));
    t.regex(stdout, /--json/);
  }
});

test('the version is that of the package', async (t) => {
  const {stdout} = await kbuild(t, '--version');
  t.regex(stdout, /^\d+\.\d+\.\d+\n$/);
});

test('an unknown command exits 2 with the nearest', async (t) => {
  const {code, stdout, stderr} = await kbuild(t, 'recepi');
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /^error\[unknown-command\]: there is no command recepi\n {2}hint: .*recipe/);
});

test('an unknown option exits 2 with a hint', async (t) => {
  const {code, stderr} = await kbuild(t, 'recipe', 'nfs-rdma-zfs', '--rol', 'host');
  t.is(code, 2);
  t.is(stderr, "error[usage]: unknown option '--rol'\n  hint: Did you mean --role?\n");
});

test('a missing name exits 2 and points to the help', async (t) => {
  const {code, stderr} = await kbuild(t, 'build');
  t.is(code, 2);
  t.regex(stderr, /missing required argument 'name'\n {2}hint: see kbuild build --help/);
});

test('an unknown recipe exits 2 with the nearest names', async (t) => {
  const {code, stdout, stderr} = await kbuild(t, 'recipe', 'nfs-rmda-zfs');
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(
    stderr,
    /^error\[unknown-recipe\]: there is no recipe nfs-rmda-zfs\n {2}hint: did you mean nfs-rdma-zfs\?\n/,
  );
});

test('with --json a failure is one object on stdout, and words on stderr', async (t) => {
  const {code, stdout, stderr} = await kbuild(t, 'recipe', 'nfs-rdma-zfs', '--set', 'nfs=y', '--json');
  t.is(code, 2);
  t.deepEqual(JSON.parse(stdout), {
    version: 1,
    command: 'recipe',
    ok: false,
    exitCode: 2,
    diagnostics: [
      {
        severity: 'error',
        code: 'wrong-setting',
        message: 'nfs is not the name of a symbol: capital letters, digits and _',
        hint: 'write NFS',
        file: '--set',
        line: 1,
        column: 1,
      },
    ],
  });
  t.regex(stderr, /wrong-setting/);
});

test('recipes are listed, for people and for programs', async (t) => {
  t.regex((await kbuild(t, 'recipes')).stdout, /^nfs-rdma-zfs +NFS over RDMA/m);
  const {ok, recipes} = JSON.parse((await kbuild(t, 'recipes', '--json')).stdout) as {
    ok: boolean;
    recipes: {name: string}[];
  };
  t.true(ok);
  t.true(recipes.some(({name}) => name === 'nfs-rdma-zfs'));
});

test('the main job boots by default, stops before with --no-boot, and with --role', async (t) => {
  const upTo = async (...options: string[]): Promise<string | undefined> => {
    const {stderr} = await kbuildThat(t, 'works', 'recipe', 'nfs-rdma-zfs', ...options);
    return /up to (\w+) of nfs-rdma-zfs/.exec(stderr)?.[1];
  };
  t.is(await upTo(), 'boot');
  t.is(await upTo('--no-boot'), 'image');
  t.is(await upTo('--role', 'client'), 'image');
  t.is(await upTo('--role', 'client', '--role', 'host', '--boot'), 'boot');
});

test('a proof without all its machines is refused before anything is made', async (t) => {
  const {code, stderr} = await kbuildThat(t, 'works', 'boot', 'nfs-rdma-zfs', '--role', 'client');
  t.is(code, 2);
  t.regex(stderr, /error\[roles-of-a-proof\]/);
});

test('each command goes as far as its name says', async (t) => {
  for (const command of ['config', 'build', 'image', 'boot']) {
    const {code, stderr} = await kbuildThat(t, 'works', command, 'nfs-rdma-zfs');
    t.is(code, 0);
    t.regex(stderr, new RegExp(`up to ${command} of`));
  }
});

test('a job is asked for what the options say', async (t) => {
  const dir = await scratch(t);
  const keys = join(dir, 'key.pub');
  const hash = join(dir, 'hash');
  await writeFile(keys, '# mine\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB me@here\n');
  await writeFile(hash, '$6$salt$abcdefgh./\n');
  const options = [
    '--role',
    'host',
    '--kernel',
    '6.12',
    '--engine',
    'podman',
    '--jobs',
    '3',
    '--locked',
    '--out',
    dir,
  ];
  const access = ['--authorized-key', keys, '--root-password-hash-file', hash];
  const settings = ['--set', 'A=y', '--set', 'B=1'];
  const sources = ['--source', `zfs=${dir}`];
  const argv = ['image', 'nfs-rdma-zfs', ...options, ...access, ...settings, ...sources, '--json'];
  const {stdout} = await kbuildThat(t, 'echoes', ...argv);
  const {files} = JSON.parse(stdout) as {files: {path: string}[]};
  t.deepEqual(JSON.parse(files[0]!.path), {
    upTo: 'image',
    roles: ['host'],
    arch: 'x86_64',
    kernel: '6.12',
    sources: {zfs: dir},
    engine: 'podman',
    outDir: dir,
    access: {
      authorizedKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB me@here'],
      rootPasswordHash: '$6$salt$abcdefgh./',
    },
    lock: 'nfs-rdma-zfs',
    locked: true,
    jobs: 3,
    settings: ['A', 'B'],
    logDir: join(dir, 'logs'),
  });
});

for (const [given, said] of [
  [
    'zsf=.',
    /error\[unknown-source\]: the recipe nfs-rdma-zfs has no module with a source zsf\n {2}hint: did you mean zfs\?/,
  ],
  ['zfs=/nonexistent', /error\[no-source\]: --source zfs=\/nonexistent: \/nonexistent is no directory/],
  ['zfs', /error\[wrong-option\]: --source zfs: NAME=DIR is expected/],
] as const)
  test(`--source ${given} is refused before any work`, async (t) => {
    const {code, stderr} = await kbuildThat(t, 'works', 'build', 'nfs-rdma-zfs', '--source', given);
    t.is(code, 2);
    t.regex(stderr, said);
  });

const twoMachines = `name: mixed
summary: a host and its DPU
kernel: {base: tinyconfig, version: "6.1"}
images:
  host: {summary: the host, arch: x86_64}
  dpu: {summary: the DPU, arch: arm64}
`;

test('machines of several architectures go to one folder, which names them all', async (t) => {
  const dir = await scratch(t);
  const file = join(dir, 'mixed.yaml');
  await writeFile(file, twoMachines);
  const {stdout} = await kbuildThat(t, 'echoes', 'image', file, '--json');
  const {files} = JSON.parse(stdout) as {files: {path: string}[]};
  const {outDir} = JSON.parse(files[0]!.path) as {outDir: string};
  t.regex(outDir, /\/out\/mixed\/x86_64\+arm64$/);
});

test('--arch cannot change what a recipe says of each image, but picks one of its configurations', async (t) => {
  const dir = await scratch(t);
  const file = join(dir, 'mixed.yaml');
  await writeFile(file, twoMachines);
  const {code, stderr} = await kbuildThat(t, 'echoes', 'image', file, '--arch', 'arm64');
  t.is(code, 2);
  t.regex(stderr, /error\[fixed-architecture\]: the recipe mixed is for x86_64 and arm64 machines/);
  const picked = await kbuildThat(t, 'echoes', 'config', file, '--arch', 'arm64');
  t.is(picked.stdout, 'arm64\n');
  t.notRegex(picked.stderr, /--arch/);
  const first = await kbuildThat(t, 'echoes', 'config', file);
  t.is(first.stdout, 'x86_64\n');
  t.regex(
    first.stderr,
    /mixed is for x86_64 and arm64 machines; this is the \.config of x86_64, --arch names another/,
  );
});

test('machines that are started and not proved are told by when they were up, and end', async (t) => {
  const {code, stdout, stderr} = await kbuildThat(t, 'starts', 'boot', 'nfs-rdma-zfs', '--no-prove');
  t.is(code, 0, stderr);
  const times = 'its kernel starts after 4.1 s, its first process after 5.6 s, it is up after';
  t.deepEqual(stdout.split('\n').slice(0, 2), [
    `host: ${times} 44.3 s; failed units: zfs-load-module.service`,
    `client: ${times} 40 s`,
  ]);
  t.regex(stderr, /power is cut/);
  const json = await kbuildThat(t, 'starts', 'boot', 'nfs-rdma-zfs', '--stock-kernel', '--json');
  const {machines, outDir} = JSON.parse(json.stdout) as {
    machines: {name: string; failedUnits: string[]}[];
    outDir: string;
  };
  t.deepEqual(
    machines.map(({name, failedUnits}) => [name, failedUnits]),
    [
      ['host', ['zfs-load-module.service']],
      ['client', []],
    ],
  );
  t.regex(outDir, /\/out\/nfs-rdma-zfs\/x86_64-stock$/);
});

test('an unknown role exits 2 with the nearest', async (t) => {
  const {code, stderr} = await kbuildThat(t, 'works', 'image', 'nfs-rdma-zfs', '--role', 'hots');
  t.is(code, 2);
  t.is(stderr, 'error[unknown-role]: the recipe nfs-rdma-zfs has no role hots\n  hint: did you mean host?\n');
});

test('a number of jobs that is none exits 2', async (t) => {
  const {code, stderr} = await kbuildThat(t, 'works', 'build', 'nfs-rdma-zfs', '--jobs', '0');
  t.is(code, 2);
  t.regex(stderr, /error\[wrong-option\]: --jobs 0: a whole number from 1 to 1024 is expected/);
});

test('progress is plain lines on stderr where there is no terminal', async (t) => {
  const {stdout, stderr} = await kbuildThat(t, 'works', 'build', 'nfs-rdma-zfs', '--out', '/tmp/o');
  t.is(
    stderr,
    'kernel 6.1: started\nkernel 6.1: done in 1.5 s (bzImage 3.6 MB)\nzfs: unchanged, reused\nwarning: up to build of nfs-rdma-zfs\n',
  );
  t.regex(stdout, /^\/tmp\/o\n {2}\/tmp\/o\/bzImage {4}3\.6 MB\n1 of 2 stages were made, in /);
});

test('what a boot proved is shown, one line a check', async (t) => {
  const {stdout} = await kbuildThat(t, 'works', 'boot', 'nfs-rdma-zfs');
  t.regex(stdout, /^proof nfs-rdma\n {2}passed {2}the mount has vers=4\.2 and proto=rdma \(1\.2 s\)$/m);
});

test('--quiet leaves warnings, and nothing on stdout', async (t) => {
  const {stdout, stderr} = await kbuildThat(t, 'works', 'build', 'nfs-rdma-zfs', '--quiet');
  t.is(stdout, '');
  t.is(stderr, 'warning: up to build of nfs-rdma-zfs\n');
});

test('config writes the .config to stdout or to a file', async (t) => {
  t.is((await kbuildThat(t, 'works', 'config', 'nfs-rdma-zfs', '--quiet')).stdout, 'CONFIG_X=y\n');
  const file = join(await scratch(t), '.config');
  const {stdout} = await kbuildThat(t, 'works', 'config', 'nfs-rdma-zfs', '--write', file);
  t.regex(stdout, /all 0 goals of nfs-rdma-zfs are met/);
  t.is(await readFile(file, 'utf8'), 'CONFIG_X=y\n');
});

test('a .config that is not ASCII keeps its bytes', async (t) => {
  const text = 'CONFIG_X="é"\n';
  t.is((await kbuildThat(t, 'resolvesUtf8', 'config', 'nfs-rdma-zfs', '--quiet')).stdout, text);
  const file = join(await scratch(t), 'new/.config');
  await kbuildThat(t, 'resolvesUtf8', 'config', 'nfs-rdma-zfs', '--write', file);
  t.is(await readFile(file, 'utf8'), text);
  const {stdout} = await kbuildThat(t, 'resolvesUtf8', 'config', 'nfs-rdma-zfs', '--json');
  t.is((JSON.parse(stdout) as {configText: string}).configText, text);
});

test('work that fails exits 1 with its own message', async (t) => {
  const {code, stderr} = await kbuildThat(t, 'fails', 'build', 'nfs-rdma-zfs');
  t.is(code, 1);
  t.is(stderr, 'error[compiler-error]: kernel/fork.c:1:2: error: no\n  hint: see the log\n');
});

test('what a failed proof has shown is in its --json', async (t) => {
  const {code, stdout} = await kbuildThat(t, 'failsItsProof', 'boot', 'nfs-rdma-zfs', '--json');
  t.is(code, 1);
  const {ok, boot, diagnostics} = JSON.parse(stdout) as {
    ok: boolean;
    boot: {outcome: string; checks: readonly {name: string}[]};
    diagnostics: readonly {code: string}[];
  };
  t.false(ok);
  t.is(boot.outcome, 'failed');
  t.is(boot.checks[0]?.name, 'the mount has vers=4.2 and proto=rdma');
  t.is(diagnostics[0]?.code, 'proof-failed');
});

test('a bug exits 70 with one line, and keeps the stack in a file', async (t) => {
  const {code, stderr} = await kbuildThat(t, 'breaks', 'build', 'nfs-rdma-zfs');
  t.is(code, 70);
  t.regex(
    stderr,
    /^error\[bug\]: kbuild itself failed: a bug\n {2}hint: please report it, with the file \S+\n$/,
  );
  const file = / the file (\S+)/.exec(stderr)![1]!;
  t.regex(await readFile(file, 'utf8'), /TypeError: a bug[\s\S]*fake-job/);
});

test('a reader that has gone away is no fault', async (t) => {
  const child = start(t, 'recipes', '--schema');
  child.stdout?.destroy();
  const {code, stderr} = await ended(child);
  t.is(code, 0);
  t.is(stderr, '');
});

test('the cache is shown by its folders, and cleaned by them', async (t) => {
  const root = await scratch(t);
  const names = async (): Promise<readonly string[]> => {
    const {stdout} = await kbuildWith(t, {KBUILD_CACHE: root}, 'cache', '--json');
    return (JSON.parse(stdout) as {folders: {name: string}[]}).folders.map(({name}) => name);
  };
  t.deepEqual(await names(), []);
  for (const folder of ['ccache', 'kernel', 'locks', 'node', 'pool']) {
    await mkdir(join(root, folder, 'deep'), {recursive: true});
    await writeFile(join(root, folder, 'deep', 'file'), 'x');
  }
  await chmod(join(root, 'kernel/deep'), 0o555);
  const clean = (...argv: string[]): Promise<Ended> =>
    kbuildWith(t, {KBUILD_CACHE: root}, 'cache', 'clean', ...argv);
  const wrong = await clean('kernle');
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /error\[unknown-folder\]: there is no kernle in .*\n {2}hint: did you mean kernel\?/);
  t.regex((await clean('ccache', 'kernel')).stdout, /: \d.* freed\n {2}ccache .*\n {2}kernel .*\n$/);
  t.deepEqual(await names(), ['locks', 'node', 'pool']);
  t.is((await clean()).code, 0);
  t.deepEqual(await names(), ['locks', 'node']);
});

test('a cache that is in use is not cleaned', async (t) => {
  const root = await scratch(t);
  await mkdir(join(root, 'kernel'));
  const lock = await new Store(root).use();
  const {code, stderr} = await kbuildWith(t, {KBUILD_CACHE: root}, 'cache', 'clean');
  await lock.release();
  t.is(code, 1);
  t.regex(stderr, /^error\[cache-in-use\]: another kbuild is using .*\n {2}hint: wait/);
  t.deepEqual((await readdir(root)).sort(), ['in-use.lock', 'kernel']);
});

test('recipes picture writes an SVG to stdout, and with --json what it shows as well', async (t) => {
  const {code, stdout} = await kbuild(t, 'recipes', 'picture', 'nfs-rdma-zfs');
  t.is(code, 0);
  t.regex(stdout, /^<svg .*<\/svg>\n$/s);
  const json = await kbuild(t, 'recipes', 'picture', 'nfs-rdma-zfs', '--json');
  const {command, svg, system} = JSON.parse(json.stdout) as {
    command: string;
    svg: string;
    system: {machines: {name: string}[]};
  };
  t.is(command, 'recipes picture');
  t.is(svg, stdout);
  t.deepEqual(
    system.machines.map(({name}) => name),
    ['host', 'client'],
  );
});

test('recipes show says what a recipe comes to, for people and for programs', async (t) => {
  const {code, stdout} = await kbuild(t, 'recipes', 'show', 'nfs-rdma-zfs', '--kernel', '6.12.1');
  t.is(code, 0);
  t.regex(stdout, /^# nfs-rdma-zfs as it is for x86_64 and kernel 6\.12\.1;/);
  t.regex(stdout, /^ {2}NFS_FS: m +# .*recipes\/parts\/fs\/nfs\.yaml:\d+$/m);
  const json = await kbuild(t, 'recipes', 'show', 'nfs-rdma-zfs', '--arch', 'arm64', '--json');
  const {recipe} = JSON.parse(json.stdout) as {
    recipe: {arch: string; kernelVersion: string; goals: {symbol: string; origin: string; line: number}[]};
  };
  t.is(recipe.arch, 'arm64');
  t.regex(recipe.kernelVersion, /^6\.1\.\d+$/);
  t.is(recipe.goals.find(({symbol}) => symbol === 'NFS_FS')?.origin, 'fs/nfs');
});

test('recipes new writes a recipe once, which the other commands take, with parameters', async (t) => {
  const dir = await scratch(t);
  const began = await ended(startIn(t, dir, 'recipes', 'new', 'mine'));
  t.is(began.code, 0);
  const text = await readFile(join(dir, 'mine.yaml'), 'utf8');
  t.regex(text, /^# yaml-language-server: \$schema=\/.*recipes\/schema\.json$/m);
  const again = await ended(startIn(t, dir, 'recipes', 'new', 'mine'));
  t.is(again.code, 2);
  t.regex(again.stderr, /error\[file-exists\]: mine\.yaml is there already/);
  t.is(await readFile(join(dir, 'mine.yaml'), 'utf8'), text);
  const file = join(dir, 'mine.yaml');
  t.is((await kbuildThat(t, 'works', 'config', file, '--param', 'hostname=two', '--quiet')).code, 0);
  const wrong = await kbuildThat(t, 'works', 'config', file, '--param', 'hostnam=two');
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /^--param:1:1: error\[unknown-parameter\].*\n {2}hint: did you mean hostname\?/);
  for (const name of ['../x', 'a/b', 'A', 'x.yaml/..'])
    t.is((await ended(startIn(t, dir, 'recipes', 'new', name))).code, 2);
});

test('a picture of an unknown recipe exits 2 with the nearest, and one without a name with the help', async (t) => {
  const unknown = await kbuild(t, 'recipes', 'picture', 'nfs-rmda-zfs');
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /^error\[unknown-recipe\].*\n {2}hint: did you mean nfs-rdma-zfs/);
  const nameless = await kbuild(t, 'recipes', 'picture');
  t.is(nameless.code, 2);
  t.regex(nameless.stderr, /missing required argument 'name'/);
});

test('a base for boot streams is read through before anything is made', async (t) => {
  const dir = await scratch(t);
  const base = join(dir, 'default.bfb');
  await writeFile(base, vendorBase);
  const image = (...argv: string[]) => kbuildThat(t, 'echoes', 'image', 'nfs-rdma-zfs', '--json', ...argv);
  const arm64 = ['--arch', 'arm64', '--bfb-base', base];
  const {files} = JSON.parse((await image(...arm64)).stdout) as {files: {path: string}[]};
  const {vendor} = JSON.parse(files[0]!.path) as {vendor: Record<string, string>};
  t.is(vendor.base, base);
  t.regex(vendor.digest!, /^[0-9a-f]{64}$/);

  const codeOf = async (...argv: string[]): Promise<string> => {
    const {code, stdout} = await image(...argv);
    t.is(code, 2);
    return (JSON.parse(stdout) as {diagnostics: {code: string}[]}).diagnostics[0]!.code;
  };
  t.is(await codeOf('--bfb-base', base), 'bfb-architecture');
  t.is(await codeOf('--arch', 'arm64', '--bfb-capsule', base), 'bfb-base');
  await writeFile(base, vendorBase.subarray(0, 100));
  t.is(await codeOf(...arm64), 'bfb-truncated');
});
