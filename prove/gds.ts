/** What the recipe gds promises: it passes by nvidia-fs and by PCI P2PDMA, and what is spoilt fails where it should. */

import {join} from 'node:path';
import {failedAt, kbuild, type Proof, passed, root, work} from './run.ts';

/** The kernel, and the check that has to be the first to fail, by the folder of `fixtures/gds` that spoils something. */
export const spoilt: Readonly<Record<string, {readonly kernel: string; readonly check: string}>> = {
  'no-module': {kernel: '6.1', check: 'nvidia-fs loads, or refuses for want of the GPU driver'},
  'no-kallsyms': {kernel: '6.12', check: 'the kernel has the symbols it asks for'},
};

export const gds: Proof = async function* () {
  for (const kernel of ['6.1', '6.12']) {
    for (let run = 1; run <= 3; run++) {
      yield passed(`gds on ${kernel}, boot ${run}`, await kbuild(['boot', 'gds', '--kernel', kernel]));
    }
  }
  for (const [folder, {kernel, check}] of Object.entries(spoilt)) {
    const recipes = ['--recipes', join(root, 'fixtures/gds', folder), '--out', join(work, folder)];
    yield failedAt(folder, check, await kbuild(['boot', 'gds', '--kernel', kernel, ...recipes]));
  }
};
