/** The table of storage systems: every recipe boots and passes, one after the other, in less than an hour. */

import {recipesWithProof} from './recipes.ts';
import {kbuild, type Proof, passed, sourceGiven} from './run.ts';

const limitMinutes = 60;

/** A recipe that promises something else on another line of kernels, and that line. */
const linesBesides: Readonly<Record<string, string>> = {gds: '6.12'};

/** From warm caches: an image that has to be built first takes the time that it takes. */
export const table: Proof = async function* () {
  const started = performance.now();
  for (const [recipe, sources] of await recipesWithProof()) {
    const given = sources.flatMap(sourceGiven);
    yield passed(recipe, await kbuild(['boot', recipe, ...given]));
    const line = linesBesides[recipe];
    if (line === undefined) continue;
    yield passed(`${recipe} on ${line}`, await kbuild(['boot', recipe, '--kernel', line, ...given]));
  }
  const minutes = (performance.now() - started) / 60_000;
  yield {
    holds: minutes < limitMinutes,
    seen: `all of it in ${minutes.toFixed(1)} of ${limitMinutes} minutes`,
  };
};
