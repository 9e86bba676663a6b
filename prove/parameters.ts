/**
 * What parameters promise, on machines that run: of each kind one that takes effect at once, one that waits for the event
 * that it names and is in effect after it, and one out of range, which changes nothing, nor does what was asked for with it.
 */

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {TunableKind} from '../src/recipe/tunable.ts';
import type {MachineAnswer, Reading, Verdict} from '../src/tunables/index.ts';
import {entry, type Finding, type Proof, root, run, sourceGiven} from './run.ts';

/** What is shown of a kind of parameters. */
export type Shown = {
  readonly kind: TunableKind;
  /** As `--on` takes it. */
  readonly on: string;
  /** Settings that act at once; none of a kind whose parameters all wait. */
  readonly now: readonly string[];
  /** Settings that wait, and the event; none of a kind whose parameters all act at once. */
  readonly waiting?: {
    readonly settings: readonly string[];
    readonly machines: readonly string[];
    /** What is run on those machines, each; of the one word `reboot` they are waited for until they are back. */
    readonly event: string;
    /** Where the parameter itself proves little: what a command says on the first of them, after the event. */
    readonly shows?: readonly [command: string, says: RegExp];
  };
  /** One out of its range, and a good one that is given with it and is not set either. */
  readonly refused: readonly [outOfRange: string, beside: string];
};

/** By recipe, in an order in which nothing that is shown later is undone by an event. */
export const shown: Readonly<Record<string, readonly Shown[]>> = {
  'nfs-rdma-zfs': [
    {
      kind: 'sysctl',
      on: 'host',
      now: ['vm.dirty_ratio=10'],
      waiting: {
        settings: ['fs.nfs.nlm_tcpport=4001'],
        machines: ['host'],
        event: 'systemctl restart nfs-server.service',
      },
      refused: ['vm.dirty_ratio=400', 'vm.swappiness=33'],
    },
    {
      kind: 'nfs-conf',
      on: 'host',
      now: ['nfsd.threads=32'],
      waiting: {
        settings: ['nfsd.lease-time=60'],
        machines: ['host'],
        event: 'systemctl restart nfs-server.service',
      },
      refused: ['nfsd.threads=0', 'nfsd.grace-time=50'],
    },
    {
      kind: 'zfs-property',
      on: 'host',
      now: ['zfs.recordsize=1M'],
      waiting: {
        settings: ['zfs.exec=n'],
        machines: ['host'],
        event:
          'exportfs -ua; zfs unmount tank/export && zfs mount tank/export && zfs share -a; systemctl restart nfs-server.service',
      },
      refused: ['zfs.recordsize=3K', 'zfs.logbias=throughput'],
    },
    {
      kind: 'zpool-property',
      on: 'host',
      now: ['zpool.autotrim=y'],
      refused: ['zpool.failmode=never', 'zpool.autoexpand=y'],
    },
    {
      kind: 'nfs-mount',
      on: 'client',
      now: [],
      waiting: {
        settings: ['nfsmount.rsize=64K'],
        machines: ['client'],
        event:
          'umount -f -l /mnt/kbuild-proof; mount -t nfs4 -o rdma,port=20049,vers=4.2 10.77.0.1:/tank/export /mnt/kbuild-proof',
      },
      refused: ['nfsmount.rsize=2M', 'nfsmount.wsize=32K'],
    },
    {
      kind: 'module-parameter',
      on: 'host',
      now: ['zfs.zfs_txg_timeout=10'],
      waiting: {
        settings: ['zfs.zio_taskq_batch_pct=60'],
        machines: ['host'],
        event: 'reboot',
        // The sysctl from above, of a module that is loaded late.
        shows: ['rpcinfo -p | awk \'$3 == "tcp" && $5 == "nlockmgr" { print $4 }\' | sort -u', /^4001$/],
      },
      refused: ['nvme.io_queue_depth=1', 'zfs.zfs_txg_timeout=7'],
    },
  ],
  'qtfs-servers': [
    {
      kind: 'qtfs',
      on: 'server',
      now: ['qtfs.log_level=DEBUG'],
      waiting: {
        settings: ['qtfs.port=23456'],
        machines: ['server'],
        event: 'reboot',
      },
      refused: ['qtfs.port=70000', 'qtfs.log_level=INFO'],
    },
  ],
  lustre: [
    {
      kind: 'lctl',
      on: 'client',
      now: ['lnet.debug=0', 'osc.*.max_rpcs_in_flight=16', 'osc.*.checksums=n', 'osc.*.max_dirty_mb=64'],
      refused: ['osc.*.max_rpcs_in_flight=300', 'osc.*.max_dirty_mb=32'],
    },
    {
      kind: 'module-parameter',
      on: 'oss',
      now: [],
      waiting: {
        settings: ['lnet.networks=tcp0(eth0)'],
        machines: ['oss'],
        event:
          'systemctl stop lustre-targets kbuild-lnet; lustre_rmmod; systemctl start kbuild-lnet lustre-targets',
        shows: ['lctl list_nids', /^\S+@tcp$/],
      },
      refused: ['ib_ipoib.send_queue_size=1', 'lnet.debug=-1'],
    },
  ],
  ceph: [
    {
      kind: 'ceph',
      on: 'osd.*',
      now: ['osd_max_backfills=3', 'osd_heartbeat_interval=5'],
      waiting: {
        settings: ['osd_op_num_shards=3'],
        machines: ['osd1', 'osd2'],
        event: 'systemctl restart ceph-osd.target',
      },
      refused: ['osd_max_backfills=900', 'osd_recovery_max_active=7'],
    },
  ],
};

/** A command of Ceph's takes an emulated machine ten seconds. */
const patience = ['--timeout', '300'];

const sources: Readonly<Record<string, string>> = {'qtfs-servers': 'qtfs', lustre: 'lustre'};

/** A proof a recipe. */
export const parameterProofs: Readonly<Record<string, Proof>> = Object.fromEntries(
  Object.entries(shown).map(([recipe, kinds]) => [`parameters-${recipe}`, () => proofOf(recipe, kinds)]),
);

async function* proofOf(recipe: string, kinds: readonly Shown[]): AsyncGenerator<Finding, void> {
  const source = sources[recipe];
  const machines = await keep(recipe, source === undefined ? [] : sourceGiven(source));
  yield machines.up;
  if (!machines.up.holds) return;
  try {
    for (const kind of kinds) yield* shownOf(recipe, kind);
  } finally {
    await run(['boot', recipe, '--stop']);
    await machines.ended;
  }
}

/** Machines that passed their proof, and that stay up. */
async function keep(
  recipe: string,
  given: readonly string[],
): Promise<{readonly up: Finding; readonly ended: Promise<unknown>}> {
  const argv = [entry, 'boot', recipe, ...given, '--keep'];
  const child = spawn(process.execPath, argv, {cwd: root, stdio: ['ignore', 'ignore', 'pipe']});
  const ended = once(child, 'exit');
  const said: string[] = [];
  const held = new Promise<boolean>((resolve) => {
    createInterface({input: child.stderr}).on('line', (line) => {
      said.push(line);
      if (line === 'These machines stay up:') resolve(true);
    });
    void ended.then(() => resolve(false));
  });
  const holds = await held;
  const seen = holds ? `${recipe}: its machines stay up` : `${recipe}\n${said.slice(-20).join('\n')}`;
  return {up: {holds, seen}, ended};
}

async function* shownOf(recipe: string, kind: Shown): AsyncGenerator<Finding, void> {
  if (kind.now.length > 0) yield atOnce(kind, await set(recipe, kind.on, kind.now));
  if (kind.waiting !== undefined) yield await afterEvent(recipe, kind, kind.waiting);
  yield await outOfRange(recipe, kind);
}

function atOnce({kind, on, now}: Shown, machines: readonly MachineAnswer[]): Finding {
  return {
    holds: areAll(machines, 'in effect'),
    seen: `${kind} at once: ${now.join(' ')} on ${on}: ${told(machines)}`,
  };
}

async function afterEvent(
  recipe: string,
  {kind, on}: Shown,
  {settings, machines, event, shows}: NonNullable<Shown['waiting']>,
): Promise<Finding> {
  const before = await set(recipe, on, settings);
  for (const machine of machines) {
    if (event === 'reboot') await reboot(recipe, machine);
    else await onMachine(recipe, machine, event);
  }
  const after = await get(recipe, on, settings.map(nameOf));
  const words = shows === undefined ? undefined : (await onMachine(recipe, machines[0]!, shows[0])).trim();
  const holds =
    areAll(before, 'pending') && areAll(after, 'in effect') && (shows?.[1].test(words ?? '') ?? true);
  const shownWords = words === undefined ? '' : `, and \`${shows![0]}\` says ${words}`;
  const what = event === 'reboot' ? 'its reboot' : `\`${event}\``;
  return {
    holds,
    seen: `${kind}, waiting: ${settings.join(' ')} on ${on}: ${told(before)}; after ${what}: ${told(after)}${shownWords}`,
  };
}

/** Nothing is touched: what could be set is not either. */
async function outOfRange(recipe: string, {kind, on, refused}: Shown): Promise<Finding> {
  const names = refused.map(nameOf);
  const before = await get(recipe, on, names);
  const {exitCode, stderr} = await run(['param', 'set', recipe, ...refused, '--on', on]);
  const after = await get(recipe, on, names);
  const error = stderr.split('\n').find((line) => line.startsWith('error['));
  const isRefused = exitCode === 2 && error?.includes(names[0]!) === true;
  const isUntouched = readingsOf(after).length > 0 && told(before) === told(after);
  return {
    holds: isRefused && isUntouched,
    seen: `${kind}, out of range: ${refused.join(' ')} on ${on}: ended with ${exitCode}: ${error}; as before, ${told(after)}`,
  };
}

async function set(
  recipe: string,
  on: string,
  settings: readonly string[],
): Promise<readonly MachineAnswer[]> {
  return answersOf(await run(['param', 'set', recipe, ...settings, '--on', on, '--json', ...patience]));
}

async function get(recipe: string, on: string, names: readonly string[]): Promise<readonly MachineAnswer[]> {
  return answersOf(await run(['param', 'get', recipe, ...names, '--on', on, '--json', ...patience]));
}

function answersOf({stdout}: {readonly stdout: string}): readonly MachineAnswer[] {
  return (JSON.parse(stdout || '{}') as {machines?: readonly MachineAnswer[]}).machines ?? [];
}

function readingsOf(machines: readonly MachineAnswer[]): readonly Reading[] {
  return machines.flatMap((machine) => machine.readings ?? []);
}

function areAll(machines: readonly MachineAnswer[], verdict: Verdict): boolean {
  const readings = readingsOf(machines);
  return (
    readings.length > 0 &&
    machines.every((machine) => machine.readings !== undefined) &&
    readings.every((reading) => reading.verdict === verdict)
  );
}

/** Each reading, and what it was. */
function told(machines: readonly MachineAnswer[]): string {
  if (machines.length === 0) return 'no machine answered';
  return machines
    .map(({machine, readings, unreachable}) => {
      const words = (readings ?? []).map(({name, seen, verdict, until}) => {
        const values = [...new Set(seen.map(({value}) => value))].join(', ') || 'nothing';
        return `${name} ${verdict} (${values}${until === undefined ? '' : `; ${until}`})`;
      });
      return `${machine}: ${unreachable ?? words.join(', ')}`;
    })
    .join('; ');
}

function nameOf(setting: string): string {
  return setting.split('=')[0]!;
}

async function onMachine(recipe: string, machine: string, command: string): Promise<string> {
  const {stdout, stderr, exitCode} = await run(['boot', recipe, '--run', `${machine}=${command}`]);
  return exitCode === 0 ? stdout : `${stdout}${stderr}`;
}

/** By the machine's own system; back when it answers with another boot's number. */
async function reboot(recipe: string, machine: string): Promise<void> {
  const bootId = (): Promise<string> => onMachine(recipe, machine, 'cat /proc/sys/kernel/random/boot_id');
  const isId = /^[\da-f-]{36}\s*$/;
  const before = await bootId();
  await onMachine(recipe, machine, 'systemctl reboot --no-block');
  const limit = performance.now() + 600_000;
  while (performance.now() < limit) {
    const now = await bootId();
    if (isId.test(now) && now !== before) return;
    await new Promise((wait) => setTimeout(wait, 2000));
  }
}
