/** Ctrl-C, SIGTERM and SIGHUP: the work is told to stop; a second time, or too slow an end, ends it at once. */

import {exitCode} from '../base/diagnostic.ts';

/** Children are gone within two seconds: the runner kills its groups after one, this ends what is left. */
const patienceMs = 1900;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that is aborted by the first of these signals of the system. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  for (const name of signals) {
    process.on(name, () => {
      // The runner kills every group it started when the process exits.
      if (controller.signal.aborted) process.exit(exitCode.interrupted);
      controller.abort(new Error(`stopped by ${name}`));
      setTimeout(() => process.exit(exitCode.interrupted), patienceMs).unref();
    });
  }
  return controller.signal;
}
