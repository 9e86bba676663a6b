/** `$(shell)`: runs what a tree says, as popen does. */

import {spawnSync} from 'node:child_process';
import {nodeText} from './bytes.ts';

/** do_shell of preprocess.c reads no more than this, and closes the pipe. */
const mostOutput = 4096;

/** What a command writes to standard output; its errors go where those of `conf` go. */
export function probe(command: string, environment: NodeJS.ProcessEnv): string {
  const {stdout} = spawnSync('/bin/sh', ['-c', scriptOf(command)], {
    env: environment,
    stdio: ['inherit', 'pipe', 'inherit'],
    maxBuffer: mostOutput,
    killSignal: 'SIGPIPE',
    encoding: 'latin1',
  });
  return stdout;
}

/** The command as an argument, which Node gives on only if it is UTF-8. */
function scriptOf(command: string): string {
  const script = nodeText(command);
  if (script !== undefined) return script;
  const octal = Array.from(command, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `eval "$(printf '${octal.join('')}')"`;
}
