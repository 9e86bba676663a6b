/** The place that long work is done in: the store, the logs, and progress on stderr while it lasts. */

import {resolve} from 'node:path';
import {defaultStoreRoot, Store, type Workshop} from '../base/store.ts';
import type {CommonOptions, Surroundings} from './command.ts';
import {createProgress} from './progress.ts';

/** The folder of the store, absolute: containers mount what is in it. */
export function storeRoot({cwd, environment}: Surroundings): string {
  return resolve(cwd, defaultStoreRoot(environment));
}

/** Gives what `work` gives, and leaves the terminal as it was, whether the work succeeds or not. */
export async function withWorkshop<Result>(
  surroundings: Surroundings,
  options: CommonOptions,
  logDir: string,
  work: (workshop: Workshop) => Promise<Result>,
): Promise<Result> {
  const {terminal, signal} = surroundings;
  const progress = await createProgress({terminal, quiet: options.quiet ?? false});
  try {
    const store = new Store(storeRoot(surroundings));
    return await work({store, report: progress.report, signal, logDir});
  } finally {
    progress.close();
  }
}
