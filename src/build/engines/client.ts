/**
 * What podman and docker share: a client whose end does not end the container. Containers carry the process that
 * wanted them as a label, so that one left behind by a kill is found and removed by the next kbuild.
 */

import {readFileSync} from 'node:fs';
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

const ownerLabel = 'kbuild.owner';

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
  const owner = ownerOf(process.pid) ?? `${process.pid}:0`;
  started += 1;
  const name = `kbuild-${owner.replace(':', '-')}-${started}`;
  const argv = [
    ...client.argv,
    'run',
    '--rm',
    `--name=${name}`,
    `--label=${ownerLabel}=${owner}`,
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

/** `pid:start time`: a pid alone comes back for another process. Undefined where it has ended. */
function ownerOf(pid: number): string | undefined {
  try {
    // proc(5): the second field, in brackets, may hold spaces; the start time is the 22nd.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return `${pid}:${fields?.[19] ?? '0'}`;
  } catch {
    return undefined;
  }
}

async function remove(client: Client, containers: readonly string[]): Promise<void> {
  await captureStep([...client.argv, ...client.remove, ...containers], {timeoutMs: 20_000});
}

/** Removes the containers of kbuild processes that have ended. */
export async function removeStale(client: Client, signal: AbortSignal): Promise<void> {
  const format = `{{.ID}} ${client.showLabel(ownerLabel)}`;
  const listed = await captureStep(
    [...client.argv, 'ps', '--all', `--filter=label=${ownerLabel}`, `--format=${format}`],
    {signal, timeoutMs: 20_000},
  );
  const stale = listed.stdout.split('\n').flatMap((line) => {
    const [id, owner] = line.split(' ');
    return id && owner && ownerOf(Number.parseInt(owner, 10)) !== owner ? [id] : [];
  });
  if (listed.outcome === 'ok' && stale.length > 0) await remove(client, stale);
}
