/** What nfs-rdma-zfs promises of its parameters: each layout passes, also without a drive where it has one to spare. */

import {join} from 'node:path';
import {kbuild, type Proof, passed, work} from './run.ts';
import {type Spoilt, spoiltFindings} from './systems.ts';

const recipe = 'nfs-rdma-zfs';

/** Texts of `--param`, by the name of the folder that the results go to. The recipe's defaults are proved by `boots`. */
export const layouts: Readonly<Record<string, readonly string[]>> = {
  mirror: ['layout=mirror', 'drives=2'],
  raidz2: [
    'layout=raidz2',
    'drives=4',
    'exports=192.0.2.0/24(rw,insecure,no_subtree_check,root_squash) 192.0.2.7(ro)',
    'rdma-device=eth0',
  ],
  raidz3: ['layout=raidz3', 'drives=5'],
  stripe: ['layout=stripe', 'drives=2'],
};

/** What has to fail with the recipe's defaults. */
export const spoilt: readonly Spoilt[] = [
  {by: {folder: 'no-import'}, check: 'after a power cut the host has the pool and what was written'},
  {
    by: {set: 'HOTPLUG_PCI_PCIE=n'},
    check: 'a drive is pulled while the client writes 64 MiB: the pool degrades, and the file is whole',
  },
];

/** Each of the layouts once, then what is spoilt. */
export const layoutProof: Proof = async function* () {
  for (const [name, parameters] of Object.entries(layouts)) {
    const given = parameters.flatMap((one) => ['--param', one]);
    const run = await kbuild(['boot', recipe, ...given, '--out', join(work, `${recipe}-${name}`)]);
    yield passed(`${recipe}, ${parameters.join(', ')}`, run);
  }
  yield* spoiltFindings(recipe, spoilt);
};
