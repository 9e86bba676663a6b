/**
 * What podman and docker share: a client whose end does not end the container. Containers carry the process that
 * wanted them as a label, so that one left behind by a kill is found and removed by the next kbuild.
 */

import {spawn} from 'node:child_process';
import {readFileSync, readlinkSync} from 'node:fs';
import {captureStep} from '../../base/process.ts';
import type {ContainerStep} from '../container.ts';
import {commandOf, emptyParents, hostName, inMountOrder, type Launch} from './engine.ts';

/** Where the two clients differ. */
export type Client = {
  /** Before the command. */
  readonly argv: readonly string[];
  /** The command that kills and removes containers at once. */
  readonly remove: readonly string[];
  /** The template that shows a label in `ps`. */
  readonly showLabel: (label: string) => string;
};

const ownerLabel = 'kbuild.process';

/** After this long, removing goes on without being waited for. */
const removePatienceMs = 20_000;

let started = 0;

/**
 * One `run` of a container.
 *
 * @param flags what this engine wants more of `run`.
 * @param image names the root file system: the last words before the command.
 */
export function launchContainer(
  client: Client,
  flags: readonly string[],
  image: readonly string[],
  step: ContainerStep,
): Launch {
  const start = startOf(process.pid) ?? '0';
  started += 1;
  const name = `kbuild-${process.pid}-${start}-${started}`;
  const argv = [
    ...client.argv,
    'run',
    '--rm',
    `--name=${name}`,
    `--label=${ownerLabel}=${ownerText({...thisSystem(), pid: process.pid, start})}`,
    '--network=none',
    '--read-only',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    // Mounts keep the labels they have on a system with SELinux; relabelling somebody's sources is not ours to do.
    '--security-opt=label=disable',
    '--log-driver=none',
    `--hostname=${hostName}`,
    // Both clients put `noexec` there unless told otherwise, and configure scripts run what they compile there.
    '--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777',
    ...emptyParents(step.mounts).map((path) => `--tmpfs=${path}:rw,nosuid,nodev,mode=755`),
    ...inMountOrder(step.mounts).map(
      ({source, target, readOnly}) =>
        `--mount=${csv(['type=bind', `source=${source}`, `target=${target}`, ...(readOnly ? ['readonly'] : [])])}`,
    ),
    `--workdir=${step.cwd ?? '/'}`,
    ...(step.input === undefined ? [] : ['--interactive']),
    ...flags,
    ...image,
    ...commandOf(step),
  ];
  return {argv, end: () => remove(client, [name])};
}

/** Both clients read `--mount` as one line of comma-separated values, RFC 4180. */
function csv(fields: readonly string[]): string {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** A boot of a machine, and in it the namespace in which a pid means a process. */
type System = {readonly boot: string; readonly pidNamespace: string};

/** A pid alone comes back for another process: the time it started goes with it. */
type Owner = System & {readonly pid: number; readonly start: string};

function ownerText({boot, pidNamespace, pid, start}: Owner): string {
  return [boot, pidNamespace, pid, start].join('/');
}

function thisSystem(): System {
  return {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
  };
}

/** When a process started, in ticks since the boot; undefined where it has ended. */
function startOf(pid: number): string | undefined {
  try {
    // proc(5): the second field, in brackets, may hold spaces; the start time is the 22nd.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that a label names has ended. That of another pid namespace of this boot cannot be looked
 * up: it counts as alive.
 */
function hasEnded(owner: string, here: System): boolean {
  const [boot, pidNamespace, pid, start] = owner.split('/');
  if (boot !== here.boot) return true;
  return pidNamespace === here.pidNamespace && startOf(Number(pid)) !== start;
}

/**
 * Removes containers. The client is in a group of its own that the process runner does not know: it goes on where
 * this process is made to end before it. Never throws.
 */
async function remove(client: Client, containers: readonly string[]): Promise<void> {
  const [program = '', ...args] = [...client.argv, ...client.remove, ...containers];
  const child = spawn(program, args, {detached: true, stdio: 'ignore'});
  child.unref();
  await new Promise<void>((resolve) => {
    // It also keeps this process from ending as one that has nothing left to wait for.
    const timer = setTimeout(resolve, removePatienceMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    child.once('exit', done);
    child.once('error', done);
  });
}

/**
 * Removes the containers of kbuild processes that have ended, judged by their labels alone. Does nothing where the
 * client is not installed or gives no answer.
 */
export async function removeStale(client: Client, signal: AbortSignal): Promise<void> {
  const format = `{{.ID}} ${client.showLabel(ownerLabel)}`;
  const listed = await captureStep(
    [...client.argv, 'ps', '--all', `--filter=label=${ownerLabel}`, `--format=${format}`],
    {signal, timeoutMs: 20_000},
  );
  if (listed.outcome !== 'ok') return;
  const here = thisSystem();
  const stale = listed.stdout.split('\n').flatMap((line) => {
    const [id, owner] = line.split(' ');
    return id && owner && hasEnded(owner, here) ? [id] : [];
  });
  if (stale.length > 0) await remove(client, stale);
}
