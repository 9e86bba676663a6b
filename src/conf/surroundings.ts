/** What a run of `conf` needs of the process it is in: a comparison of many runs gives it something else. */

import {fstatSync, statSync} from 'node:fs';
import {treeDialect, treeEnvironment} from './environment.ts';
import {Input} from './input.ts';
import {Output} from './output.ts';
import {readTree} from './read-tree.ts';

export type Surroundings = {
  readonly output: Pick<Output, 'out' | 'error' | 'flush'>;
  readonly input: Pick<Input, 'line' | 'leave'>;
  /** Whether a terminal asks and answers, which shows the answers by itself. */
  readonly terminal: boolean;
  /** Whether there is a terminal to ask. */
  readonly inputTerminal: boolean;
  /** The name in messages. */
  readonly program: string;
  readonly environment: typeof treeEnvironment;
  readonly dialect: typeof treeDialect;
  readonly readTree: typeof readTree;
};

/** Whether a descriptor is a terminal. node:tty takes long to load, and is not asked of files, pipes and /dev/null. */
function isTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isCharacterDevice()) return false;
    if (stats.rdev === statSync('/dev/null', {throwIfNoEntry: false})?.rdev) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

export function ownProcess(): Surroundings {
  return {
    output: new Output(isTerminal(1)),
    input: new Input(),
    terminal: isTerminal(0) && isTerminal(1),
    inputTerminal: isTerminal(0),
    program: process.env.KBUILD_CONF_NAME ?? 'kbuild conf',
    environment: treeEnvironment,
    dialect: treeDialect,
    readTree,
  };
}
