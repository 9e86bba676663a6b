/** Where everything that is kept between runs lies. */

import {homedir} from 'node:os';
import {join} from 'node:path';

/** `KBUILD_CACHE`, or `kbuild` below `XDG_CACHE_HOME` or `~/.cache`. */
export function defaultStoreRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment.KBUILD_CACHE;
  if (explicit !== undefined && explicit !== '') return explicit;
  const cacheHome = environment.XDG_CACHE_HOME;
  return join(cacheHome === undefined || cacheHome === '' ? join(homedir(), '.cache') : cacheHome, 'kbuild');
}
