/** Whether an engine really works here, found out by using it. */

import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {captureIn, type Engine} from './engine.ts';

const trialTimeoutMs = 30_000;

/** Tunnels that some kernels put into every new network, unused and down. */
const idleInterfaces = /^(lo|tunl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|sit0|ip6tnl0|ip6gre0|teql0)$/;

/**
 * Runs a command that writes a file into a directory of the host. Gives undefined where the file came, belongs to
 * this user, and the command saw no network; otherwise one line on what went wrong.
 */
export async function tryEngine(
  engine: Engine,
  workDir: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const dir = await mkdtemp(join(workDir, 'trial-'));
  try {
    const result = await captureIn(engine, {
      argv: ['sh', '-c', 'cat /proc/net/dev; echo written >/tmp/proof; cp /tmp/proof /out/proof'],
      mounts: [{source: dir, target: '/out', readOnly: false}],
      timeoutMs: trialTimeoutMs,
      signal,
    });
    signal.throwIfAborted();
    if (result.startError === 'ENOENT') return 'it is not installed';
    if (result.outcome === 'timed-out') return `it gave no answer in ${trialTimeoutMs / 1000} s`;
    if (result.outcome !== 'ok') return lastLine(result.stderr) ?? `it ended with ${result.exitCode}`;
    return (await wrongFile(join(dir, 'proof'))) ?? wrongNetwork(result.stdout);
  } finally {
    await rm(dir, {recursive: true, force: true});
  }
}

function lastLine(text: string): string | undefined {
  return text.split('\n').findLast((line) => line.trim() !== '');
}

async function wrongFile(path: string): Promise<string | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined || (await readFile(path, 'utf8')) !== 'written\n')
    return 'files written in the container do not arrive on this machine';
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  if (file.uid === uid && file.gid === gid) return undefined;
  return `files written in the container belong to ${file.uid}:${file.gid} and not to ${uid}:${gid}`;
}

/** /proc/net/dev has two lines of headings, then `name: counters` a line. */
function wrongNetwork(text: string): string | undefined {
  const names = text
    .split('\n')
    .slice(2)
    .flatMap((line) => /^\s*([^:\s]+):/.exec(line)?.[1] ?? []);
  const open = names.filter((name) => !idleInterfaces.test(name));
  if (!names.includes('lo') && names.length === 0) return undefined;
  return open.length === 0 ? undefined : `the container has the network interface ${open.join(', ')}`;
}
