/** Reading a tree for `conf`: its files from disk, its commands through a shell. */

import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {type Dialect, type KconfigModel, parseKconfig} from '../kconfig/index.ts';
import {nodeEnvironment} from './environment.ts';
import {probe} from './shell.ts';
import {findTreeFile} from './tree-files.ts';

export type TreeRequest = {
  readonly dialect: Dialect;
  readonly environment: ReadonlyMap<string, string>;
  /** Whether the tree's commands may run. */
  readonly shell: boolean;
  /** Told of warnings, errors and `$(info)` as they are found. */
  readonly report: (diagnostic: Diagnostic) => void;
};

/** The model of a tree, and how many of its commands were not run. */
export function readTree(
  kconfig: string,
  {dialect, environment, shell, report}: TreeRequest,
): {readonly model: KconfigModel; readonly unanswered: number} {
  const srctree = environment.get('srctree');
  const childEnvironment = nodeEnvironment(environment);
  let unanswered = 0;
  const sources = {
    readFile: (name: string) => readSource(name, srctree),
    environment,
    shell: (command: string) => {
      if (shell) return probe(command, childEnvironment);
      unanswered++;
      return '';
    },
    warn: report,
    error: report,
  };
  return {model: parseKconfig(kconfig, sources, dialect), unanswered};
}

function readSource(name: string, srctree: string | undefined): string | undefined {
  const found = findTreeFile(name, srctree);
  if (found?.kind !== 'folder') return found?.text;
  // The first half are the words of flex; it knows no place and no name.
  const message = `input in flex scanner failed: ${name} is a folder`;
  throw new KbuildError(exitCode.badInput, {severity: 'error', code: 'folder-for-file', message});
}
