/** What the recipes of qtfs promise, with a source in `QTFS_SOURCE`: both pass, and what is spoilt fails where it should. */

import {join} from 'node:path';
import {type Answer, type Finding, kbuild, type Proof, root, work} from './run.ts';

/** The check that has to be the first to fail, by the folder of `fixtures/qtfs` that spoils something. */
export const spoilt: Readonly<Record<string, string>> = {
  'no-module': "the server's module is loaded",
  'empty-whitelist': 'the engine runs, with a white list',
  'wrong-port': "the client mounts the server's tree",
};

export const qtfs: Proof = async () => {
  const source = process.env.QTFS_SOURCE;
  if (source === undefined) {
    return [
      {
        holds: false,
        seen: 'QTFS_SOURCE has to name the folder qtfs of its makers’ repository, of August 2023',
      },
    ];
  }
  const given = ['--source', `qtfs=${source}`];
  const findings: Finding[] = [];
  for (const recipe of ['qtfs-servers', 'qtfs']) {
    for (let run = 1; run <= 3; run++) {
      findings.push(passed(`${recipe}, boot ${run}`, await kbuild(['boot', recipe, ...given])));
    }
  }
  for (const [folder, check] of Object.entries(spoilt)) {
    const recipes = ['--recipes', join(root, 'fixtures/qtfs', folder), '--out', join(work, folder)];
    findings.push(failedAt(folder, check, await kbuild(['boot', 'qtfs-servers', ...recipes, ...given])));
  }
  return findings;
};

function passed(what: string, {exitCode, checks, seconds, stderr}: Answer): Finding {
  const passes = checks.filter(({outcome}) => outcome === 'passed').length;
  const holds = exitCode === 0 && passes === checks.length && passes > 0;
  const count = `${what}: ${passes} of ${checks.length} checks passed in ${seconds.toFixed(0)} s`;
  return {holds, seen: holds ? count : `${count}\n${stderr}`};
}

function failedAt(what: string, check: string, {exitCode, checks}: Answer): Finding {
  const first = checks.find(({outcome}) => outcome === 'failed');
  const notRun = checks.filter(({outcome}) => outcome === 'not-run').length;
  return {
    holds: exitCode === 1 && first?.name === check,
    seen: `${what}: ended with ${exitCode}, ${first === undefined ? 'no check failed' : `failed: ${first.name}: ${first.evidence}`}; ${notRun} not run`,
  };
}
