import test from 'ava';
import type {CheckResult} from '../../src/boot/report.ts';
import {type Guest, runChecks} from '../../src/boot/scenario.ts';
import {qtfs} from '../../src/boot/scenarios/qtfs.ts';

/** What may be wrong with the two machines. */
type World = {
  readonly serverModule: boolean;
  readonly clientPort: number;
  readonly whitelist: readonly string[];
  /** Paths of the server's /proc that its client gets. */
  readonly opened: readonly string[];
  /** Whether calls of mount(2) come to qtfs. */
  readonly hooked: boolean;
};

const right: World = {
  serverModule: true,
  clientPort: 12345,
  whitelist: ['/srv/qtfs', '/proc'],
  opened: ['sys/kernel/random/boot_id'],
  hooked: true,
};

const done = '';
const nothing = {status: 1, output: ''};
type Answer = string | {readonly status: number; readonly output: string};

/** A command that tries for so many seconds, and when it is given up. */
type Wait = {readonly command: string; readonly seconds: number; readonly timeoutMs: number};

/** The machines as they answer the scenario's commands; an unknown one fails the test by its status. */
function machines(world: World, waits: Wait[] = []): (role: string) => Guest {
  const engine = world.serverModule && world.whitelist.length > 0;
  const mounted = engine && world.clientPort === 12345;
  const state = {level: 2, remoteMount: false, line: ''};
  const set = (change: Partial<typeof state>): Answer => {
    Object.assign(state, change);
    return done;
  };
  const answers = (
    role: string,
  ): readonly (readonly [RegExp, (...groups: string[]) => Promise<Answer> | Answer])[] => [
    [/^uname -r/, () => '5.10.262\n'],
    [/^gzip -dc/, () => 'abc  -\n'],
    [
      /list-units --failed/,
      () => (engine || role === 'client' ? done : 'qtfs-server.service loaded failed\n'),
    ],
    [
      /test -e \/sys\/module\/(\w+)/,
      (module) => (module === 'qtfs_server' && !world.serverModule ? nothing : done),
    ],
    [/^grep -s \. \/sys\/module\/qtfs/, () => '/sys/module/qtfs/parameters/qtfs_server_port:12345\n'],
    [/is-active --quiet qtfs-engine/, () => (engine ? done : nothing)],
    [/^qtinfo -zmount/, () => world.whitelist.map((path, at) => `  [index:${at}][path:${path}]\n`).join('')],
    [/grep -q " \/mnt\/qtfs qtfs "/, () => (mounted ? done : nothing)],
    [/^mkdir -p \/srv\/qtfs\/proof\/inner/, () => done],
    [/ls -1AFR/, () => 'empty\ninner/\nnumbers\n'],
    [/sha256sum/, () => 'feed  -\n'],
    [/^head -c/, () => done],
    [/made\/moved|mkdir made|test ! -e from-client/, () => done],
    [/^cat \/(?:proc|mnt\/qtfs-proc)\/(\S+)/, (path) => (world.opened.includes(path!) ? 'an-id\n' : nothing)],
    [/mkfifo/, () => done],
    [/^rm -f \/run\/kbuild-line/, () => done],
    [/^\(echo "([^"]*)"/, (line) => set({line: line!})],
    [/grep -qx "([^"]*)"/, (line) => (line === state.line ? done : nothing)],
    [/^mount -i -n -t tmpfs/, () => set({remoteMount: world.hooked})],
    [/^umount -i -n/, () => set({remoteMount: false})],
    [/^grep -c .* tmpfs/, () => (state.remoteMount ? '1\n' : nothing)],
    [/mount -t qtfs \/etc/, () => (world.whitelist.includes('/') ? done : nothing)],
    [/^dmesg/, () => '[   60.1] [qtfs_server::fsops.c: 303] handle open path:/proc/version not permited\n'],
    [/^qtinfo -l (\w+)/, (name) => set({level: ['NONE', 'ERROR', 'WARN', 'INFO', 'DEBUG'].indexOf(name!)})],
    [/^qtinfo -a/, () => `Log level: ${state.level}\nSend events total: 7\n`],
    [/^systemctl (?:stop|start) qtfs-engine/, () => done],
  ];
  return (role) => ({
    spec: {
      name: role,
      role,
      boot: {kind: 'direct', direct: {kernel: '/none', append: ''}},
      memoryMiB: 1,
      cpus: 1,
      drives: [],
      address: '10.77.0.1',
      expected: {release: '5.10.262', configSha256: 'abc'},
    },
    start: async () => undefined,
    cutPower: async () => undefined,
    pullDrive: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => [],
    run: async (command, {timeoutMs = 60_000} = {}) => {
      const [, seconds] = /date \+%s\) \+ (\d+)\)/.exec(command) ?? [];
      if (seconds !== undefined) waits.push({command, seconds: Number(seconds), timeoutMs});
      for (const [pattern, answer] of answers(role)) {
        const [matched, ...groups] = pattern.exec(command) ?? [];
        if (matched === undefined) continue;
        const given = await answer(...(groups as string[]));
        return {command, ...(typeof given === 'string' ? {status: 0, output: given} : given)};
      }
      return {command, status: 127, output: `${command}: not found\n`};
    },
  });
}

/** The names of checks that fail, and how many are not run because of them. */
async function outcome(world: World): Promise<{failed: readonly string[]; notRun: number}> {
  const results = await runChecks(qtfs.checks(), machines(world), new AbortController().signal);
  const of = (wanted: CheckResult['outcome']): readonly string[] =>
    results.filter((result) => result.outcome === wanted).map(({name}) => name);
  return {failed: of('failed'), notRun: of('not-run').length};
}

test('every check passes where all is right', async (t) => {
  t.deepEqual(await outcome(right), {failed: [], notRun: 0});
});

test("without the server's module, that is what fails, and the client's side is not blamed", async (t) => {
  const {failed, notRun} = await outcome({...right, serverModule: false});
  t.deepEqual(failed, ["the server's module is loaded", 'no unit failed']);
  t.true(notRun > 8);
});

test('with an empty white list, the engine fails', async (t) => {
  const {failed} = await outcome({...right, whitelist: []});
  t.is(failed[0], 'the engine runs, with a white list');
  t.false(failed.includes("the server's module is loaded"));
});

test('with a wrong port, the mount fails, and neither module nor engine', async (t) => {
  const {failed, notRun} = await outcome({...right, clientPort: 12346});
  t.deepEqual(failed, ["the client mounts the server's tree"]);
  t.true(notRun > 8);
});

test('a wait ends, and says what it waited for, before its command is given up', async (t) => {
  const waits: Wait[] = [];
  await runChecks(qtfs.checks(), machines(right, waits), new AbortController().signal);
  t.true(waits.length > 5);
  for (const {command, seconds, timeoutMs} of waits) t.true((seconds + 30) * 1000 <= timeoutMs, command);
});

test('a white list that opens everything is seen', async (t) => {
  t.deepEqual((await outcome({...right, opened: ['sys/kernel/random/boot_id', 'version']})).failed, [
    'what is not on the white list is refused',
  ]);
  t.deepEqual((await outcome({...right, whitelist: ['/', '/srv/qtfs']})).failed, [
    'what is not on the white list is refused',
  ]);
});

test('a kernel that does not call what qtfs puts into its table is seen', async (t) => {
  t.deepEqual((await outcome({...right, hooked: false})).failed, [
    'what the client mounts in the tree is mounted on the server',
  ]);
});

test('the machines are told of the test mode and of their addresses, by the proof alone', (t) => {
  t.deepEqual(qtfs.commandLine?.('client', {server: '10.77.0.1', client: '10.77.0.2'}), [
    'kbuild.qtfs=tcp-test,10.77.0.1,10.77.0.2',
  ]);
});
