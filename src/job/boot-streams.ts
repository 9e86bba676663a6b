/** Boot streams of the images for BlueField DPUs, where the user has given a vendor's base. */

import {join} from 'node:path';
import type {Workshop} from '../base/store.ts';
import {obtainBootStream} from '../image/boot-stream.ts';
import {architectureOf, type WrittenRecipe} from '../recipe/recipe.ts';
import type {Images} from './proof.ts';
import type {Result} from './publish.ts';
import type {JobRequest} from './request.ts';

/** What of a request it depends on. */
type StreamRequest = Pick<JobRequest, 'arch' | 'vendor'> & {
  readonly recipe: Pick<WrittenRecipe, 'name' | 'images'>;
};

/** `<role>.bfb` of every arm64 image; nothing where no base was given. Throws what `obtainBootStream` throws. */
export async function bootStreamResults(
  workshop: Workshop,
  {recipe, arch, vendor}: StreamRequest,
  images: Images,
): Promise<readonly Result[]> {
  if (vendor === undefined) return [];
  const results: Result[] = [];
  for (const [role, {image}] of images) {
    if (architectureOf(recipe.images[role]!, arch) !== 'arm64') continue;
    const {dir, value} = await obtainBootStream(workshop, {recipe: recipe.name, image, vendor});
    const {name, sha256} = value.stream;
    results.push({name, from: join(dir, name), sha256});
  }
  return results;
}
