/** Modules out of the kernel's tree: each loads on the machine that it was built for, and no other's is taken. */

import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';

const role = 'host';

export const modules: Scenario = {
  name: 'modules',
  summary: 'a machine loads every module that was built for it out of the kernel’s tree',
  roles: [role],
  links: [],
  network: 'one private Ethernet network',
  checks: () => [
    comesUp(role),
    noUnitFailed([role]),
    kernelIsTheBuiltOne([role]),
    everyModuleLoads,
    unusedModulesGo,
    othersAreRefused,
  ],
};

const everyModuleLoads: Check = {
  id: 'load',
  name: 'every module from out of the tree loads',
  needs: [`${role}-up`],
  concerns: {[role]: ['systemd-modules-load.service']},
  show: async (guest) => {
    const host = guest(role);
    const names = await moduleNames(host);
    const shown: string[] = [];
    for (const name of names) {
      await succeed(host, `modprobe ${name}`);
      const parameters = await succeed(
        host,
        `cd /sys/module/${name} && grep -s . parameters/* | sed 's,^parameters/,,' | head -n 4`,
      );
      const said = parameters
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(':', '='));
      shown.push([name, ...said].join(' '));
    }
    return shown.join(', ');
  },
};

/** Names as the kernel has them, of what was built out of its tree. */
async function moduleNames(host: Guest): Promise<readonly string[]> {
  const list = await succeed(host, 'cd /lib/modules/$(uname -r)/updates && ls');
  const names = list
    .split('\n')
    .filter((file) => file.endsWith('.ko'))
    .map((file) => file.slice(0, -'.ko'.length).replaceAll('-', '_'));
  if (names.length > 0) return names;
  throw new CheckFailure(`the ${role} has no module in /lib/modules/…/updates`);
}

const unusedModulesGo: Check = {
  id: 'unload',
  name: 'a module that nobody uses goes, and comes back',
  needs: ['load', 'units'],
  concerns: {[role]: []},
  show: async (guest) => {
    const host = guest(role);
    const gone: string[] = [];
    for (const name of await moduleNames(host)) {
      const users = await succeed(host, `cat /sys/module/${name}/refcnt 2>/dev/null || echo permanent`);
      if (users.trim() !== '0') continue;
      await succeed(host, `rmmod ${name} && modprobe ${name}`);
      gone.push(name);
    }
    return gone.length === 0 ? 'all of them are in use' : gone.join(', ');
  },
};

const othersAreRefused: Check = {
  id: 'refused',
  name: 'the kernel refuses a module of another kernel',
  needs: ['unload'],
  concerns: {[role]: []},
  show: async (guest) => {
    const host = guest(role);
    const [name = ''] = await moduleNames(host);
    const path = (await succeed(host, `modinfo -F filename ${name}`)).trim();
    // A kernel with MODVERSIONS looks only at what follows the release; sed keeps the length.
    await succeed(host, `sed 's/ mod_unload / mod_upload /' ${path} >/run/other.ko`);
    const result = await host.run(`cmp -s ${path} /run/other.ko || insmod /run/other.ko`);
    const said = result.output.trim();
    if (result.status !== 0 && /Invalid module format/.test(said)) return said.split('\n').at(-1) ?? said;
    throw new CheckFailure(
      `insmod took ${name} of another kernel, or said something else`,
      commandDetail(host, result),
    );
  },
};
