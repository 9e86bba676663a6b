/** Tunables of machines that run: all are asked side by side, and one that does not answer holds up no other. */

import {type Channel, Unreachable} from './channel.ts';
import {type Reading, readingsOf, scriptFor, type Wish} from './reading.ts';

/** What is wanted of one machine. */
export type MachineTask = {readonly channel: Channel; readonly wishes: readonly Wish[]};

export type MachineAnswer = {
  readonly machine: string;
  readonly role: string;
  /** Absent where the machine did not answer. */
  readonly readings?: readonly Reading[];
  /** Why it did not. */
  readonly unreachable?: string;
};

/** Does all tasks side by side; `daemons` is the pattern of Ceph's daemons, `osd.*`, where one is given. */
export async function askMachines(
  tasks: readonly MachineTask[],
  options: {readonly timeoutMs: number; readonly signal: AbortSignal; readonly daemons?: string},
): Promise<readonly MachineAnswer[]> {
  return Promise.all(
    tasks.map(async ({channel, wishes}) => {
      const {machine, role} = channel;
      try {
        const answer = await channel.run(scriptFor(wishes, options.daemons), options);
        const readings = readingsOf(wishes, answer);
        if (readings !== undefined) return {machine, role, readings};
        const words = answer.trim().split('\n').at(-1) || 'nothing';
        return {machine, role, unreachable: `its answer broke off after: ${words.slice(0, 200)}`};
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        return {machine, role, unreachable: error.message};
      }
    }),
  );
}
