/** The C tool on one tree: through the server, or as the program that the tree's Makefile made, a process each run. */

import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {captureStep} from '../../src/base/process.ts';
import type {Outcome, Step} from './outcome.ts';
import {exitOf, RunDirectory} from './run-directory.ts';
import type {ConfServer, Ending, ServedTree} from './server.ts';

/** Directory in which the Kconfig is read, and the scratch directory for the runs. */
type Places = {readonly dir: string; readonly kconfig: string; readonly scratch: string};

export type ConfTool = {
  /** What was said while parsing; exit 0 if runs can follow. Undefined if parsing is a part of each run. */
  readonly parse: () => Promise<Outcome | undefined>;
  readonly run: (step: Step) => Promise<Outcome>;
  readonly end: () => void;
};

/** Runs one after another, all on one parse. */
export function servedTool(server: ConfServer, {dir, kconfig, scratch}: Places): ConfTool {
  mkdirSync(scratch, {recursive: true});
  const [stdout, stderr] = [join(scratch, 'parse.out'), join(scratch, 'parse.err')];
  const tree: ServedTree = server.parse(dir, kconfig, stdout, stderr);
  let runs = 0;
  return {
    parse: async () => {
      const exit = exitOf(await tree.parse);
      // What a crash or an endless parse has left is not worth the reading.
      const said = (path: string) => (typeof exit === 'string' ? '' : readFileSync(path, 'latin1'));
      return {exit, stdout: said(stdout), stderr: said(stderr), files: new Map()};
    },
    run: async (step) => {
      const directory = new RunDirectory(join(scratch, `run-${runs++}`));
      const request = directory.prepare(step);
      const ending = await tree.run({...request, arguments: [...request.arguments, kconfig]});
      const outcome = directory.outcome(ending);
      directory.remove();
      return outcome;
    },
    end: () => tree.end(),
  };
}

/** The literal way. */
export function literalTool(
  program: string,
  environment: ReadonlyMap<string, string>,
  {dir, kconfig, scratch}: Places,
): ConfTool {
  const directory = new RunDirectory(join(scratch, 'run'));
  return {
    parse: async () => undefined,
    run: async (step) => {
      const request = directory.prepare(step);
      const ran = await captureStep([program, ...step.arguments, kconfig], {
        cwd: request.dir,
        environment: {...Object.fromEntries(environment), srctree: dir, ...step.environment},
        input: step.stdin,
      });
      const ending: Ending = {exit: ran.exitCode ?? -1};
      return {...directory.outcome(ending, ran), exit: exitOf(ending)};
    },
    end: () => directory.remove(),
  };
}
