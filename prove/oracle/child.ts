/** Processes of our own that compare: one can hang or crash, and the others go on. */

import {type ChildProcess, fork} from 'node:child_process';

/** Starts a module with a request; it answers with messages. */
export function startChild(module: URL, request: object): ChildProcess {
  return fork(module, [], {
    execArgv: ['--max-old-space-size=2048'],
    serialization: 'advanced',
    env: {...process.env, KBUILD_REQUEST: JSON.stringify(request)},
  });
}

/** Why a child ended that should not have; undefined if it ended well. */
export async function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      resolve(code === 0 ? undefined : `crash: ${signal ?? `exit ${code}`}`);
    });
  });
}

/** What this process was started for. */
export function requestOf<Request>(): Request {
  return JSON.parse(process.env.KBUILD_REQUEST ?? '{}') as Request;
}

export function tell<Message extends object>(message: Message): void {
  process.send!(message);
}
