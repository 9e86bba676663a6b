/** Podman over the plain directory of a root file system: no image, no import. */

import {readFileSync} from 'node:fs';
import type {BuilderRoot, ContainerStep} from '../container.ts';
import {type Client, launchContainer} from './client.ts';
import type {Engine} from './engine.ts';

/** One way of calling podman. Which of them work depends on the host. */
type Way = {
  readonly runtime?: string;
  /** `--ulimit` no higher than this process has: as root without CAP_SYS_RESOURCE podman's own are refused. */
  readonly lowerLimits: boolean;
  /** Without a cgroup of its own, where this user may make none. */
  readonly withoutCgroup: boolean;
};

/** From the plainest on. crun refuses a host with hybrid cgroups, where runc works. */
const ways: readonly Way[] = [undefined, 'runc', 'crun'].flatMap((runtime) =>
  [false, true].flatMap((withoutCgroup) =>
    [false, true].map((lowerLimits) => ({
      ...(runtime === undefined ? {} : {runtime}),
      lowerLimits,
      withoutCgroup,
    })),
  ),
);

/** Podman in every way it can be called, from the plainest on. */
export function podmanEngines(root: BuilderRoot): readonly Engine[] {
  return ways.map((way) => {
    const detail = describe(way);
    return {
      name: 'podman',
      ...(detail === '' ? {} : {detail}),
      launch: (step: ContainerStep) =>
        launchContainer(podmanClient(way.runtime), flagsOf(way), ['--rootfs', root.dir], step),
    };
  });
}

/** Podman, with a runtime other than its own choice. */
export function podmanClient(runtime?: string): Client {
  return {
    argv: ['podman', '--log-level=error', ...(runtime === undefined ? [] : [`--runtime=${runtime}`])],
    // Without --time it asks politely and waits ten seconds first.
    remove: ['rm', '--force', '--ignore', '--time=0'],
    showLabel: (label) => `{{index .Labels "${label}"}}`,
  };
}

function describe({runtime, lowerLimits, withoutCgroup}: Way): string {
  return [runtime, withoutCgroup ? 'no cgroup' : undefined, lowerLimits ? 'lower limits' : undefined]
    .filter((word) => word !== undefined)
    .join(', ');
}

function flagsOf({lowerLimits, withoutCgroup}: Way): readonly string[] {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return [
    // The user keeps its own number inside, as in the other engines, and files belong to it outside.
    ...(uid === 0 ? [] : ['--userns=keep-id']),
    `--user=${uid}:${gid}`,
    '--read-only-tmpfs=false',
    '--no-hosts',
    '--passwd=false',
    '--systemd=false',
    ...(withoutCgroup ? ['--cgroups=disabled'] : []),
    ...(lowerLimits ? ownLimits() : []),
  ];
}

function ownLimits(): readonly string[] {
  // Podman has lowered its own limit of processes to this before the container is made.
  const mostProcesses = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  return [
    `--ulimit=nofile=${ownLimit('Max open files')}`,
    `--ulimit=nproc=${Math.min(ownLimit('Max processes'), mostProcesses)}`,
  ];
}

/** The hard limit of this process; where it has none, what is enough. */
function ownLimit(name: string): number {
  const limits = readFileSync('/proc/self/limits', 'utf8').split('\n');
  const fields = limits
    .find((line) => line.startsWith(name))
    ?.slice(name.length)
    .trim()
    .split(/\s+/);
  const hard = Number(fields?.[1]);
  return Number.isInteger(hard) ? hard : 1 << 20;
}
