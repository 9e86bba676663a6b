/** What the recipes of qtfs promise, with a source in `QTFS_SOURCE`: both pass, and what is spoilt fails where it should. */

import {join} from 'node:path';
import {failedAt, kbuild, type Proof, passed, root, sourceGiven, work} from './run.ts';

/** The check that has to be the first to fail, by the folder of `fixtures/qtfs` that spoils something. */
export const spoilt: Readonly<Record<string, string>> = {
  'no-module': "the server's module is loaded",
  'empty-whitelist': 'the engine runs, with a white list',
  'wrong-port': "the client mounts the server's tree",
};

export const qtfs: Proof = async function* () {
  const given = sourceGiven('qtfs');
  if (given.length === 0) {
    yield {
      holds: false,
      seen: 'QTFS_SOURCE has to name the folder qtfs of its makers’ repository, of August 2023',
    };
    return;
  }
  for (const recipe of ['qtfs-servers', 'qtfs']) {
    for (let run = 1; run <= 3; run++) {
      yield passed(`${recipe}, boot ${run}`, await kbuild(['boot', recipe, ...given]));
    }
  }
  for (const [folder, check] of Object.entries(spoilt)) {
    const recipes = ['--recipes', join(root, 'fixtures/qtfs', folder), '--out', join(work, folder)];
    yield failedAt(folder, check, await kbuild(['boot', 'qtfs-servers', ...recipes, ...given]));
  }
};
