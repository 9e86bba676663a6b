/** What the recipe of Lustre promises: it passes three times, and what is spoilt fails where it should. */

import {join} from 'node:path';
import {failedAt, kbuild, type Proof, passed, root, sourceGiven, work} from './run.ts';

/** The check that has to be the first to fail, by the folder of `fixtures/lustre` that spoils something. */
export const spoilt: Readonly<Record<string, string>> = {
  'no-rdma': 'LNet is up: TCP on every machine, RDMA on the servers too, and the MDS answers',
  'one-ost': 'the OSS serves two object targets on ZFS',
};

/** With the source that the module's file names, or one in `LUSTRE_SOURCE`. */
export const lustre: Proof = async function* () {
  const given = sourceGiven('lustre');
  for (let run = 1; run <= 3; run++) {
    yield passed(`lustre, boot ${run}`, await kbuild(['boot', 'lustre', ...given]));
  }
  for (const [folder, check] of Object.entries(spoilt)) {
    const recipes = ['--recipes', join(root, 'fixtures/lustre', folder), '--out', join(work, folder)];
    yield failedAt(folder, check, await kbuild(['boot', 'lustre', ...recipes, ...given]));
  }
};
