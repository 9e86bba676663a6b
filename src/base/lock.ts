/**
 * An exclusive lock on a file, held by a `flock` child (util-linux). The kernel releases it when the child
 * ends, and the child ends when this process does, by whatever signal: a lock cannot be left behind.
 */

import {spawn} from 'node:child_process';
import {mkdir, open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {missingTool} from './diagnostic.ts';

const conflictExitCode = 75;

export type Lock = {readonly release: () => Promise<void>};

export type LockKind = 'exclusive' | 'shared';

/** Takes the lock at once, or gives undefined when another process holds it. */
export async function tryLock(path: string, kind: LockKind = 'exclusive'): Promise<Lock | undefined> {
  return hold(path, [`--${kind}`, '--nonblock', '--conflict-exit-code', String(conflictExitCode)]);
}

/** Waits for the lock as long as it takes, or until `signal`; `onWait` is called once if it is not free now. */
export async function takeLock(
  path: string,
  {kind = 'exclusive', onWait, signal}: {kind?: LockKind; onWait?: () => void; signal?: AbortSignal} = {},
): Promise<Lock> {
  const now = await tryLock(path, kind);
  if (now !== undefined) return now;
  onWait?.();
  const later = await hold(path, [`--${kind}`], signal);
  if (later === undefined) throw new Error(`flock gave up on ${path}`);
  return later;
}

async function hold(path: string, flags: readonly string[], signal?: AbortSignal): Promise<Lock | undefined> {
  await mkdir(dirname(path), {recursive: true});
  // What is wrong with the file is told better by this than by flock.
  await (await open(path, 'a')).close();
  return new Promise((resolve, reject) => {
    const argv = [...flags, path, 'sh', '-c', 'echo held; exec cat >/dev/null'];
    const child = spawn('flock', argv, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A group of its own: Ctrl-C must not take the lock away before the work has stopped.
      detached: true,
    });
    const giveUp = (): void => {
      child.kill('SIGKILL');
      reject(signal?.reason ?? new Error('cancelled'));
    };
    signal?.addEventListener('abort', giveUp, {once: true});
    const exited = new Promise<number | null>((done) => {
      child.once('exit', (code) => done(code));
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ENOENT'
          ? missingTool('missing-tool', 'flock is not installed', {hint: 'install the package util-linux'})
          : error,
      );
    });
    child.stdout.once('data', () => {
      signal?.removeEventListener('abort', giveUp);
      resolve({
        release: async () => {
          child.stdin.end();
          await exited;
        },
      });
    });
    void exited.then((code) => {
      if (code === conflictExitCode) resolve(undefined);
      else reject(new Error(`flock on ${path} ended with ${code}`));
    });
  });
}
