/** Being root where it does no harm: in a namespace whose mounts and processes end with it, and with kbuild. */

import {missingTool} from '../../base/diagnostic.ts';
import {captureStep} from '../../base/process.ts';
import {dieWithParent} from './die-with-parent.ts';

/**
 * What to put before an argv that has to run as root, with mounts of its own. An ordinary user is root there
 * over the user and group ids that /etc/subuid and /etc/subgid give it. All that runs there is killed when this
 * process ends, by whatever signal.
 */
export function namespaceArgv(): readonly string[] {
  const users = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user', '--map-auto'];
  return [
    ...dieWithParent,
    'unshare',
    ...users,
    '--mount',
    '--pid',
    '--mount-proc',
    '--fork',
    '--kill-child',
  ];
}

/** @throws exit 3, with the reason, where this user cannot have such a namespace. */
export async function requireNamespace(signal: AbortSignal): Promise<void> {
  const tried = await captureStep([...namespaceArgv(), 'cat', '/proc/self/uid_map'], {signal});
  signal.throwIfAborted();
  if (tried.outcome === 'ok' && idsOf(tried.stdout) >= leastIds) return;
  if (tried.startError !== undefined)
    throw missingTool('missing-tool', 'setpriv is not installed', {hint: 'install the package util-linux'});
  const few = `only ${idsOf(tried.stdout)} user ids are given to it`;
  const reason = tried.outcome === 'ok' ? few : (tried.stderr.trim().split('\n')[0] ?? '');
  throw missingTool('no-root-namespace', `root file systems cannot be made as this user: ${reason}`, {
    hint: 'install the package uidmap and give this user ranges in /etc/subuid and /etc/subgid, or run as root',
  });
}

/** Debian's packages give files to user ids up to 65534. */
const leastIds = 65535;

/** user_namespaces(7): each line has the first id inside, the first outside, and how many. */
function idsOf(map: string): number {
  const counts = map.split('\n').map((line) => Number(line.trim().split(/\s+/)[2] ?? 0));
  return counts.reduce((sum, count) => sum + count, 0);
}
