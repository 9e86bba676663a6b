/** `$(shell)` for our side: the answers that were recorded from the C tool, and the real thing for any other. */

import {spawnSync} from 'node:child_process';

export type Shell = {
  readonly run: (command: string) => string;
  /** Commands of which the C tool has no answer. */
  readonly unanswered: string[];
};

export function shellOf(
  cwd: string,
  environment: ReadonlyMap<string, string>,
  answers: Map<string, string>,
): Shell {
  const unanswered: string[] = [];
  const run = (command: string): string => {
    const known = answers.get(command);
    if (known !== undefined) return known;
    unanswered.push(command);
    const {stdout} = spawnSync('/bin/sh', ['-c', Buffer.from(command, 'latin1').toString()], {
      cwd,
      env: Object.fromEntries(environment),
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    answers.set(command, stdout);
    return stdout;
  };
  return {run, unanswered};
}
