/** The catalogue of parameters holds of machines that run: one that is listed and not there is a failure. */

import {readingsOf, scriptFor} from '../../tunables/index.ts';
import {type Check, CheckFailure, commandDetail, type Guest} from '../scenario.ts';

/** Asking for all of them is one command, which takes an emulated machine a few seconds. */
const timeoutMs = 180_000;

/**
 * Every parameter that the catalogue has for these machines is there; the check is called `parameters`. Some are there
 * from a mount or a daemon's start on, whose check is then one of `needs`.
 */
export function parametersExist(machines: readonly string[], needs: readonly string[] = []): Check {
  return {
    id: 'parameters',
    name: 'every parameter of the catalogue is there',
    needs: [...machines.map((machine) => `${machine}-up`), ...needs],
    concerns: {},
    show: async (guest) => {
      const counts = await Promise.all(machines.map(async (machine) => countOf(guest(machine))));
      return counts.join(', ');
    },
  };
}

/** How many there are; what needs a symbol that the kernel has not may be missing, and nothing else. */
async function countOf(guest: Guest): Promise<string> {
  const {name, tunables = []} = guest.spec;
  if (tunables.length === 0) return `none is known of the ${name}`;
  const wishes = tunables.map((tunable) => ({tunable}));
  const result = await guest.run(scriptFor(wishes, undefined), {timeoutMs});
  const readings = readingsOf(wishes, result.output);
  const detail = commandDetail(guest, {...result, command: 'kbuild param get'});
  if (readings === undefined)
    throw new CheckFailure(`the ${name} does not say which parameters it has`, detail);
  const missing = readings.filter(({verdict}) => verdict === 'missing');
  const unknown = missing.filter(({until}) => until === undefined);
  if (unknown.length > 0) {
    throw new CheckFailure(
      `the ${name} has no ${unknown.map((reading) => reading.name).join(', ')}, which the catalogue lists`,
      detail,
    );
  }
  const seen = readings.filter((reading) => reading.seen.length > 0).length;
  const without = missing.length === 0 ? '' : `, ${missing.length} want another kernel`;
  return `${name}: ${readings.length - missing.length} of ${readings.length}, ${seen} with a value in effect${without}`;
}
