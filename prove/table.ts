/** The table of storage systems: every recipe boots and passes, one after the other, in less than an hour. */

import {recipesWithProof} from './recipes.ts';
import {type Finding, kbuild, type Proof, passed} from './run.ts';

const limitMinutes = 60;

/** A recipe that promises something else on another line of kernels, and that line. */
const linesBesides: Readonly<Record<string, string>> = {gds: '6.12'};

/** From warm caches: an image that has to be built first takes the time that it takes. */
export const table: Proof = async () => {
  const started = performance.now();
  const findings: Finding[] = [];
  for (const [recipe, sources] of await recipesWithProof()) {
    const given = sources.flatMap(sourceGiven);
    findings.push(passed(recipe, await kbuild(['boot', recipe, ...given])));
    const line = linesBesides[recipe];
    if (line === undefined) continue;
    findings.push(passed(`${recipe} on ${line}`, await kbuild(['boot', recipe, '--kernel', line, ...given])));
  }
  const minutes = (performance.now() - started) / 60_000;
  return [
    ...findings,
    {holds: minutes < limitMinutes, seen: `all of it in ${minutes.toFixed(1)} of ${limitMinutes} minutes`},
  ];
};

/** `--source NAME=DIR` where `NAME_SOURCE` names a directory. */
function sourceGiven(name: string): readonly string[] {
  const dir = process.env[`${name.toUpperCase()}_SOURCE`];
  return dir === undefined ? [] : ['--source', `${name}=${dir}`];
}
