/** Ways to machines that run: a command of the POSIX shell goes there, what it wrote comes back. */

import {badInput, missingTool} from '../base/diagnostic.ts';
import {captureStep} from '../base/process.ts';

export type Channel = {
  /** As people tell machines apart. */
  readonly machine: string;
  readonly role: string;
  /**
   * What a script for `sh` wrote on stdout.
   * @throws Unreachable where the machine does not answer, or not in time
   */
  readonly run: (
    script: string,
    options: {readonly timeoutMs: number; readonly signal: AbortSignal},
  ) => Promise<string>;
};

/** A machine that does not answer: the others are done all the same. */
export class Unreachable extends Error {}

/** `user@host`, a name of ~/.ssh/config, or an address; nothing that ssh could take for an option. */
const hostPattern = /^[A-Za-z0-9_](?:[\w.:%[\]-]*)?(?:@[\w.:%[\]-]+)?$/;

/** ssh(1): 255 is its own failure, whatever else is the command's. */
const sshFailed = 255;

/**
 * A machine by ssh. The script goes to its standard input, so that no text of it is an argument of two shells.
 * @throws KbuildError (2) for what is no name of a host
 */
export function sshChannel(role: string, host: string): Channel {
  if (!hostPattern.test(host)) {
    throw badInput('wrong-machine', `${JSON.stringify(host)} is no host for ssh`, {
      hint: 'write ROLE=USER@HOST, for example --machine host=root@10.0.0.1',
    });
  }
  return {
    machine: host,
    role,
    run: async (script, {timeoutMs, signal}) => {
      const argv = ['ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '--', host, 'sh'];
      const result = await captureStep(argv, {input: script, timeoutMs, signal});
      signal.throwIfAborted();
      if (result.startError !== undefined) {
        throw missingTool('missing-tool', `ssh cannot be started: ${result.startError}`, {
          hint: 'install the package openssh-client',
        });
      }
      if (result.outcome === 'timed-out') throw new Unreachable(`no answer in ${timeoutMs / 1000} s`);
      if (result.exitCode === sshFailed || result.exitCode === undefined) {
        throw new Unreachable(result.stderr.trim().split('\n').at(-1) || 'ssh failed without a word');
      }
      return result.stdout;
    },
  };
}
