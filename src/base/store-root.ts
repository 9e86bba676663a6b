/** Where everything that is kept between runs lies. */

import {join} from 'node:path';

/** `KBUILD_CACHE`, or `kbuild` below `XDG_CACHE_HOME` or `~/.cache`. */
export function defaultStoreRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment.KBUILD_CACHE;
  if (explicit !== undefined && explicit !== '') return explicit;
  const cacheHome = environment.XDG_CACHE_HOME;
  if (cacheHome !== undefined && cacheHome !== '') return join(cacheHome, 'kbuild');
  return join(process.getBuiltinModule('node:os').homedir(), '.cache', 'kbuild');
}
