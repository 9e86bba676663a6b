#!/usr/bin/env node
/** The entry of the command line: `conf` is started thousands of times, and must not wait for the rest to load. */

async function runConf(): Promise<void> {
  try {
    const conf = await import('../conf/index.ts');
    process.exit(conf.runConf(process.argv.slice(3)));
  } catch (error) {
    const [{faultOf, renderFault}, {processTerminal}] = await Promise.all([
      import('./faults.ts'),
      import('./terminal.ts'),
    ]);
    const fault = faultOf(error, new AbortController().signal, 'conf');
    process.stderr.write(renderFault(processTerminal(), fault.diagnostics));
    process.exitCode = fault.exit;
  }
}

if (process.argv[2] === 'conf') await runConf();
else await import('./start.ts');
