/** Tunables of machines that run: all are asked side by side, and one that does not answer holds up no other. */

import {type Channel, Unreachable} from './channel.ts';
import {type Reading, readingsOf, scriptFor, type Verdict, type Wish} from './reading.ts';

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
  const answers = await Promise.all(
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
  const ofCluster = tasks.flatMap(({wishes}) =>
    wishes.filter(({tunable}) => tunable.kind === 'ceph').map(({tunable}) => tunable.name),
  );
  return togetherOf(answers, new Set(ofCluster));
}

/**
 * What a cluster keeps for all its machines: those that have nothing to do with it are left out, as long as one has, and
 * what one keeps lasts on the others.
 */
function togetherOf(
  answers: readonly MachineAnswer[],
  ofCluster: ReadonlySet<string>,
): readonly MachineAnswer[] {
  const all = answers.flatMap(({readings = []}) => readings.filter(({name}) => ofCluster.has(name)));
  const somewhere = new Set(all.filter(({verdict}) => verdict !== 'elsewhere').map(({name}) => name));
  const kept = new Set(
    all.filter(({verdict, lasting}) => isTaken(verdict) && lasting === undefined).map(({name}) => name),
  );
  const judged = (reading: Reading): readonly Reading[] => {
    const {name, verdict} = reading;
    if (verdict === 'elsewhere')
      return somewhere.has(name) ? [] : [{...reading, verdict: 'refused', reason: nobody}];
    if (!kept.has(name)) return [reading];
    const {lasting: _, ...rest} = reading;
    return [rest];
  };
  return answers.flatMap((answer) => {
    if (answer.readings === undefined) return [answer];
    const readings = answer.readings.flatMap(judged);
    return readings.length === 0 ? [] : [{...answer, readings}];
  });
}

const nobody = 'no machine that was asked has such a daemon, or a key to ask the monitors with';

function isTaken(verdict: Verdict): boolean {
  return verdict === 'in effect' || verdict === 'pending' || verdict === 'not observed';
}
