/** What is to be seen of machines in every scenario, before what they are for. */

import {type Check, CheckFailure, commandDetail, type Guest, succeed} from '../scenario.ts';

/** Without KVM, on a machine that is busy with other work, a start has taken four minutes, and of arm64 eleven. */
export const patience = {silenceMs: 120_000, limitMs: 1_800_000};

/** The machine of a role starts; the check is called `ROLE-up`. */
export function comesUp(role: string): Check {
  return {
    id: `${role}-up`,
    name: `the ${role} starts`,
    needs: [],
    concerns: {[role]: []},
    show: async (guest) => {
      await guest(role).start();
      return `systemd says ${await guest(role).untilUp(patience)}`;
    },
  };
}

function started(roles: readonly string[]): readonly string[] {
  return roles.map((role) => `${role}-up`);
}

/** `on the host`, `on either machine`, `on every machine`. */
function where(roles: readonly string[]): string {
  const [only] = roles;
  if (roles.length === 1) return `on the ${only}`;
  return roles.length === 2 ? 'on either machine' : 'on every machine';
}

/** No unit of these machines failed; the check is called `units`. */
export function noUnitFailed(roles: readonly string[]): Check {
  return {
    id: 'units',
    name: 'no unit failed',
    needs: started(roles),
    concerns: {},
    show: async (guest) => {
      const lists = await Promise.all(
        roles.map(async (role) => {
          const one = guest(role);
          return (await failedUnits(one)).map((unit) => ({guest: one, unit}));
        }),
      );
      const failed = lists.flat();
      if (failed.length === 0) return where(roles);
      throw new CheckFailure(
        `failed: ${failed.map(({guest: one, unit}) => `${unit} on the ${one.spec.name}`).join(', ')}`,
        ...(await Promise.all(
          failed.map(async ({guest: one, unit}) =>
            commandDetail(one, await one.run(`systemctl status --no-pager --full --lines=40 ${unit}`)),
          ),
        )),
      );
    },
  };
}

/** The units of a machine that failed, by name. */
export async function failedUnits(guest: Guest): Promise<readonly string[]> {
  const list = await succeed(guest, 'systemctl list-units --failed --plain --no-legend');
  return list
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((unit) => unit !== '');
}

/** These machines run the kernel, and the .config, that were built for them; the check is called `kernel`. */
export function kernelIsTheBuiltOne(roles: readonly string[]): Check {
  return {
    id: 'kernel',
    name: 'the kernel is the one that was built',
    needs: started(roles),
    concerns: Object.fromEntries(roles.map((role) => [role, []])),
    show: async (guest) => {
      const releases = await Promise.all(roles.map(async (role) => runningKernel(guest(role))));
      return `${[...new Set(releases)].join(', ')}, with the .config that was resolved, ${where(roles)}`;
    },
  };
}

async function runningKernel(guest: Guest): Promise<string> {
  const {release, configSha256} = guest.spec.expected;
  const running = (await succeed(guest, 'uname -r')).trim();
  if (running !== release) {
    throw new CheckFailure(`the ${guest.spec.name} runs ${running}, not ${release}`);
  }
  const sum = await succeed(guest, 'gzip -dc </proc/config.gz | sha256sum');
  if (!sum.startsWith(configSha256)) {
    throw new CheckFailure(
      `the kernel of the ${guest.spec.name} was built from another .config: ${sum.slice(0, 12)}… in /proc/config.gz, not ${configSha256.slice(0, 12)}…`,
    );
  }
  return running;
}
