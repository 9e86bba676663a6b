/**
 * Runs many `kbuild merge` in one process, since each start costs: a case for each folder of the working directory, its
 * words in the file `argv` of the folder. Both streams have a line `=== NAME` before each, stdout with the exit code after it.
 */

import {readdirSync, readFileSync, rmSync, writeSync} from 'node:fs';
import {runCommandLine} from '../../src/cli/run.ts';
import type {Terminal} from '../../src/cli/terminal.ts';

const stream = (descriptor: 1 | 2) =>
  ({write: (text: string) => writeSync(descriptor, text)}) as unknown as NodeJS.WriteStream;
const terminal: Terminal = {stdout: stream(1), stderr: stream(2), live: false, paint: (_, text) => text};
const root = process.cwd();

for (const name of readdirSync('.').sort()) {
  process.chdir(`${root}/${name}`);
  const argv = readFileSync('argv', 'latin1').split('\n');
  rmSync('argv');
  writeSync(1, `=== ${name}\n`);
  writeSync(2, `=== ${name}\n`);
  const code = await runCommandLine(argv, {
    terminal,
    signal: new AbortController().signal,
    cwd: process.cwd(),
    environment: process.env,
    runJob: () => Promise.reject(new Error('no job is run here')),
    readKconfig: () => Promise.reject(new Error('no Kconfig is read here')),
    readDebianConfig: () => Promise.reject(new Error('no package is read here')),
  });
  writeSync(1, `=== ${code}\n`);
}
