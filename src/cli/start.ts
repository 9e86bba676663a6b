/** The command line, but for what has to start quicker. */

import {exitCode} from '../base/diagnostic.ts';
import {faultOf, renderFault} from './faults.ts';
import {interruptible} from './interrupt.ts';
import {runCommandLine} from './run.ts';
import {processTerminal} from './terminal.ts';

const signal = interruptible();
const terminal = processTerminal();

// A reader that has seen enough (`kbuild recipes | head -1`) and a terminal that was closed are no faults.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}
process.on('uncaughtException', (error) => {
  terminal.stderr.write(renderFault(terminal, faultOf(error, signal).diagnostics));
  process.exit(exitCode.bug);
});

/**
 * A job imports late what a run with nothing to do can spare. A run that lasts loads it now: meanwhile the launcher
 * may put a newer program in the place of this one, and halves of two do not fit. What fails here fails there too.
 */
function loadTheRest(): void {
  for (const load of [
    import('execa'),
    import('../build/stored-kconfig.ts'),
    import('../recipe/resolve.ts'),
  ]) {
    load.catch(() => undefined);
  }
}

const code = await runCommandLine(process.argv.slice(2), {
  terminal,
  signal,
  cwd: process.cwd(),
  environment: process.env,
  runJob: async (request, workshop) => {
    setTimeout(loadTheRest, 1000).unref();
    return (await import('../job/index.ts')).runJob(request, workshop);
  },
  readKconfig: async (workshop, request) =>
    (await import('../job/kconfig.ts')).obtainKconfig(workshop, request),
  readDebianConfig: async (workshop, request) =>
    (await import('../build/debian-config.ts')).obtainDebianConfig(workshop, request),
});
// Not by process.exitCode: a handle that is left open must not keep a finished command waiting.
process.stdout.write('', () => process.exit(code));
