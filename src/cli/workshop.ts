/** The place that long work is done in: the store, the logs, and progress on stderr while it lasts. */

import {join, resolve} from 'node:path';
import type {Report} from '../base/progress.ts';
import {defaultStoreRoot, Store, type Workshop} from '../base/store.ts';
import type {CommonOptions, Surroundings} from './command.ts';
import {createProgress, type Progress} from './progress.ts';

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

/**
 * The same for what is mostly remembered: nothing is said of what was there, and progress is loaded when something has to
 * be made. Logs go into the cache. `work` may end the progress that is shown, and have the terminal for itself.
 */
export async function withQuietWorkshop<Result>(
  surroundings: Surroundings,
  options: CommonOptions,
  work: (workshop: Workshop, endProgress: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const {terminal, signal} = surroundings;
  const store = new Store(storeRoot(surroundings));
  let loading: Promise<Progress> | undefined;
  const report: Report = (event) => {
    if (event.kind === 'finished' && event.outcome === 'reused') return;
    loading ??= createProgress({terminal, quiet: options.quiet ?? false});
    // Events keep their order: each waits for the same promise.
    void loading.then((progress) => progress.report(event));
  };
  const endProgress = async (): Promise<void> => {
    const progress = await loading;
    loading = undefined;
    progress?.close();
  };
  const inUse = await store.use(signal);
  try {
    return await work({store, report, signal, logDir: join(store.root, 'logs')}, endProgress);
  } finally {
    await inUse.release();
    await endProgress();
  }
}
