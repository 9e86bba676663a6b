import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {failure} from '../../src/base/diagnostic.ts';
import {holdMachines} from '../../src/boot/held.ts';
import type {Machine} from '../../src/boot/machine.ts';
import {FakeMachine} from '../tunables/fake-machine.ts';
import {type Ended, kbuildWith, scratch} from './cli.ts';

const recipe = `name: r # a recipe
summary: a recipe
kernel: {base: tinyconfig, version: "6.1"}
images:
  host:
    summary: a host
    packages: [nfs-common, nfs-kernel-server]
    modules: [] # none
  client: {summary: a client, packages: [nfs-common]}
`;

type World = {
  readonly host: FakeMachine;
  readonly file: string;
  readonly run: (...argv: string[]) => Promise<Ended>;
};

/** A recipe, and an ssh that knows the machine `root@up` and no other. */
async function world(t: ExecutionContext): Promise<World> {
  const dir = await scratch(t);
  const file = join(dir, 'r.yaml');
  await writeFile(file, recipe);
  const host = new FakeMachine();
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const {PATH, KBUILD_ROOT, FAKE} = host.environment;
  // ssh(1): what it is asked to run, it runs with the shell of the other side.
  writeFileSync(
    join(bin, 'ssh'),
    `#!/bin/bash
while [ "$1" != -- ]; do shift; done
[ "$2" = root@up ] || { echo "ssh: connect to host \${2#*@} port 22: No route to host" >&2; exit 255; }
export PATH='${PATH}' KBUILD_ROOT='${KBUILD_ROOT}' FAKE='${FAKE}'
shift 2
exec sh -c "$*"
`,
  );
  chmodSync(join(bin, 'ssh'), 0o755);
  const run = (...argv: string[]): Promise<Ended> =>
    kbuildWith(t, {PATH: `${bin}:${process.env.PATH}`}, 'param', ...argv);
  return {host, file, run};
}

const up = ['--machine', 'host=root@up'];

test('list shows what machines of the recipe have, and all about one', async (t) => {
  const {file, run} = await world(t);
  const all = await run('list', file);
  t.is(all.code, 0);
  t.regex(all.stdout, /^nfsd\.threads +8 +1–4096 +now +host$/m);
  t.regex(all.stdout, /^vm\.dirty_ratio .* host, client$/m);
  t.notRegex(all.stdout, /zfs\./);
  t.regex((await run('list', file, 'nfsd.vers3')).stdout, /effect +next start of nfs-server\.service/);
  const {stdout} = await run('list', file, '--on', 'client', '--json');
  const {parameters} = JSON.parse(stdout) as {
    parameters: readonly {name: string; roles: readonly string[]}[];
  };
  t.false(parameters.some(({name}) => name === 'nfsd.threads'));
  t.deepEqual(parameters.find(({name}) => name === 'vm.dirty_ratio')?.roles, ['client']);
});

test('several are set at once, and what took effect is told apart from what waits', async (t) => {
  const {file, run, host} = await world(t);
  const {code, stdout} = await run(
    'set',
    file,
    'vm.dirty_ratio=10',
    'nfsd.vers3=n',
    'mountd.manage-gids=y',
    ...up,
  );
  t.is(code, 0);
  t.is(
    stdout,
    `host (root@up)
  vm.dirty_ratio = 10     set  took effect
  nfsd.vers3 = n          set  not in effect (y) until the next start of nfs-server.service
  mountd.manage-gids = y  set  nothing shows what is in effect; sure after the next start of nfs-server.service
`,
  );
  t.is(host.read('/proc/sys/vm/dirty_ratio'), '10\n');
  const got = await run('get', file, 'vm.dirty_ratio', 'nfsd.vers3', ...up);
  t.regex(got.stdout, /vm\.dirty_ratio +10 +10\n/);
  t.regex(got.stdout, /nfsd\.vers3 +n +y +not in effect until the next start/);
});

test('one value out of range, and no machine is touched', async (t) => {
  const {file, run, host} = await world(t);
  const {code, stdout, stderr} = await run('set', file, 'vm.swappiness=1', 'vm.dirty_ratio=150', ...up);
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /vm\.dirty_ratio is "150": a whole number from 0 to 100 \(percent\) is expected/);
  t.is(host.read('/proc/sys/vm/swappiness'), '60\n');
});

test('a machine that does not answer is listed, and the others are done', async (t) => {
  const {file, run, host} = await world(t);
  const machines = ['--machine', 'client=root@down', ...up];
  const {code, stdout, stderr} = await run('set', file, 'vm.dirty_ratio=10', ...machines);
  t.is(code, 1);
  t.regex(
    stdout,
    /client \(root@down\): does not answer: ssh: connect to host down port 22: No route to host/,
  );
  t.regex(stdout, /vm\.dirty_ratio = 10 +set +took effect/);
  t.regex(stderr, /root@down does not answer/);
  t.is(host.read('/proc/sys/vm/dirty_ratio'), '10\n');
  const json = await run('get', file, 'vm.dirty_ratio', '--json', ...machines);
  t.is(json.code, 1);
  const answer = JSON.parse(json.stdout) as {
    ok: boolean;
    machines: readonly {machine: string; unreachable?: string}[];
  };
  t.false(answer.ok);
  t.deepEqual(
    answer.machines.map(({machine, unreachable}) => [machine, unreachable !== undefined]),
    [
      ['root@down', true],
      ['root@up', false],
    ],
  );
});

test('of machines that are held, one that starts and one that is slow do not answer in time, and the others are done', async (t) => {
  const {file, run, host} = await world(t);
  const held = (name: string, members: object): Machine =>
    ({
      name,
      spec: {role: 'host', address: '10.77.0.1'},
      logs: {console: ''},
      untilOff: async () => new Promise(() => {}),
      ...members,
    }) as unknown as Machine;
  const restarted = {
    hasRestarted: true,
    start: async () => undefined,
    untilUp: async () => new Promise(() => {}),
  };
  const machines = [
    held('up', {run: async (script: string) => ({status: 0, output: host.run(script)})}),
    held('restarted', {...restarted, untilOff: async () => true}),
    held('slow', {
      run: async (script: string) => {
        throw failure('command-timed-out', `\`${script}\` did not end in 3 s`);
      },
    }),
  ];
  const outDir = join(file, '../out');
  const stop = new AbortController();
  await new Promise<void>((ready) => {
    const options = {outDir, signal: stop.signal, ready: () => ready()};
    void holdMachines(machines, options).catch(() => undefined);
  });
  const {code, stdout} = await run('get', file, 'vm.dirty_ratio', '--timeout', '3', '--out', outDir);
  stop.abort();
  t.is(code, 1);
  t.is(
    stdout,
    `host (up)
  PARAMETER       SET  IN EFFECT
  vm.dirty_ratio  –    20

host (restarted): does not answer: it is still starting after 3 s

host (slow): does not answer: its shell did not end in 3 s
`,
  );
});

test('--on leaves a role or a machine; what nobody there has is bad input', async (t) => {
  const {file, run} = await world(t);
  const machines = ['--machine', 'client=root@down', ...up];
  t.is((await run('set', file, 'vm.dirty_ratio=10', '--on', 'host', ...machines)).code, 0);
  t.is((await run('set', file, 'vm.dirty_ratio=10', '--on', 'root@up', ...machines)).code, 0);
  t.regex(
    (await run('set', file, 'nfsd.threads=9', '--on', 'client', ...machines)).stderr,
    /has no parameter nfsd\.threads/,
  );
  const other = await run('set', file, 'vm.dirty_ratio=10', '--on', 'server', ...machines);
  t.is(other.code, 2);
  t.regex(other.stderr, /there is no such role or machine/);
});

test('a role and a machine of another role are both asked for what each has', async (t) => {
  const {file, run} = await world(t);
  const machines = ['--machine', 'client=root@down', ...up];
  const which = ['--on', 'client', '--on', 'root@up'];
  const {code, stdout, stderr} = await run('get', file, 'nfsd.threads', ...which, ...machines);
  t.is(code, 0, stderr);
  t.regex(stdout, /nfsd\.threads +– +16/);
});

test('where no machine is asked, --on is a role, and nothing is written for another word', async (t) => {
  const {file, run} = await world(t);
  const before = await readFile(file, 'utf8');
  for (const argv of [
    ['set', file, 'vm.dirty_ratio=10', '--in-image'],
    ['list', file],
  ]) {
    const {code, stderr} = await run(...argv, '--on', 'clinet');
    t.is(code, 2);
    t.regex(stderr, /--on clinet: the recipe r has no such role\n.*did you mean client\?/);
  }
  t.is(await readFile(file, 'utf8'), before);
});

test('a pattern of daemons is for what those daemons have, and nothing else is touched', async (t) => {
  const {file, run, host} = await world(t);
  await writeFile(file, recipe.replace('nfs-kernel-server]', 'nfs-kernel-server, ceph-osd, ceph-mon]'));
  const other = await run('set', file, 'vm.dirty_ratio=10', '--on', 'osd.1', ...up);
  t.is(other.code, 2);
  t.regex(other.stderr, /--on osd\.1: vm\.dirty_ratio has nothing to do with these daemons/);
  t.is(host.read('/proc/sys/vm/dirty_ratio'), '20\n');
  const service = await run('set', file, 'mon_osd_down_out_interval=300', '--on', 'osd.*', ...up);
  t.is(service.code, 2);
  t.regex(service.stderr, /it is for mon\.\*/);
  const {machines} = JSON.parse((await run('get', file, '--on', 'osd.*', '--json', ...up)).stdout) as {
    machines: readonly {readings: readonly {name: string}[]}[];
  };
  t.true(machines[0]!.readings.length > 5);
  t.true(machines[0]!.readings.every(({name}) => /^(?:osd_|debug_osd)/.test(name)));
  const system = await run('get', file, 'ceph', '--on', 'osd.*', ...up);
  t.is(system.code, 0, system.stderr);
  t.notRegex(system.stdout, /mds_cache_memory_limit/);
  t.is((await run('get', file, 'nfs', 'ceph', '--on', 'osd.*', ...up)).code, 2);
});

test('a pattern of daemons for machines without Ceph is bad input', async (t) => {
  const {file, run} = await world(t);
  const {code, stderr} = await run('get', file, '--on', 'osd.*', ...up);
  t.is(code, 2);
  t.regex(stderr, /--on osd\.\*: the recipe r has nothing to do with these daemons/);
});

test('each parameter that is named has to be on a machine that is asked, those of a system where they are', async (t) => {
  const {file, run} = await world(t);
  const machines = ['--machine', 'client=root@up'];
  const {code, stderr} = await run('get', file, 'vm.dirty_ratio', 'nfsd.threads', ...machines);
  t.is(code, 2);
  await writeFile(file, recipe.replace('nfs-kernel-server]', 'nfs-kernel-server, ceph-osd]'));
  const system = await run('get', file, 'vm.dirty_ratio', 'ceph', ...machines);
  t.is(system.code, 2);
  t.regex(system.stderr, /no machine that is named here has ceph\n.*those of host have it/);
  t.regex(stderr, /no machine that is named here has nfsd\.threads/);
  t.is((await run('get', file, 'nfs', ...machines)).code, 0);
});

test('without a machine, and with one that is no host, one is told what to write', async (t) => {
  const {file, run} = await world(t);
  const none = await run('get', file);
  t.is(none.code, 2);
  t.regex(none.stderr, /there is no machine of r to ask\n.*--machine host=root@10\.0\.0\.1/);
  t.true(none.stderr.includes(`kbuild boot ${file} --keep`));
  const option = await run('get', file, '--machine', 'host=-oProxyCommand=x');
  t.is(option.code, 2);
  t.regex(option.stderr, /is no host for ssh/);
  t.regex((await run('get', file, '--machine', 'hots=a')).stderr, /has no role hots\n.*did you mean host\?/);
});

test('what the machine refuses is a failure with its words', async (t) => {
  const {file, run, host} = await world(t);
  host.write('/proc/sys/net/core/somaxconn/x', '');
  const {code, stdout} = await run('set', file, 'net.core.somaxconn=512', ...up);
  t.is(code, 1);
  t.regex(stdout, /net\.core\.somaxconn = 512 +not set +refused: .*directory/i);
});

test('values for an image go into the recipe, with its comments kept', async (t) => {
  const {file, run} = await world(t);
  const {code, stdout} = await run('set', file, 'nfsd.threads=32', 'vm.dirty_ratio=10', '--in-image');
  t.is(code, 0);
  t.regex(
    stdout,
    /host: nfsd\.threads = 32\n {2}host: vm\.dirty_ratio = 10\n {2}client: vm\.dirty_ratio = 10/,
  );
  t.is(
    await readFile(file, 'utf8'),
    recipe
      .replace('# none\n', '# none\n    tunables:\n      nfsd.threads: 32\n      vm.dirty_ratio: 10\n')
      .replace('[nfs-common]}', '[nfs-common], tunables: {vm.dirty_ratio: 10}}'),
  );
  t.regex((await run('list', file, 'nfsd.threads')).stdout, /in image +host: 32/);
});
