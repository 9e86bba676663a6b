/** Reading a tree for `conf`: its files from disk, its commands through shells, or both from what is remembered of it. */

import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {type Dialect, type KconfigModel, parseKconfig} from '../kconfig/index.ts';
import {nodeEnvironment} from './environment.ts';
import {Memory, memoryFolder} from './memory.ts';
import {readRememberedTree} from './remembered-tree.ts';
import {findTreeFile} from './tree-files.ts';

export type TreeRequest = {
  readonly dialect: Dialect;
  readonly environment: ReadonlyMap<string, string>;
  /** Whether the tree's commands may run. */
  readonly shell: boolean;
  /** Whether what an earlier run remembered counts, and this one is remembered. */
  readonly memory: boolean;
  /** Told of warnings, errors and `$(info)` as they are found. */
  readonly report: (diagnostic: Diagnostic) => void;
  /** Takes what a command wrote to standard error. */
  readonly reportErrors: (text: string) => void;
};

/** The model of a tree, and how many of its commands were not run. */
export function readTree(
  kconfig: string,
  request: TreeRequest,
): {readonly model: KconfigModel; readonly unanswered: number} {
  const {dialect, environment, report, reportErrors} = request;
  const srctree = environment.get('srctree');
  const readFile = (name: string) => readSource(name, srctree);
  if (request.shell) {
    const memory = new Memory(request.memory ? memoryFolder() : undefined);
    const childEnvironment = () => nodeEnvironment(environment);
    const remembered = {dialect, environment, childEnvironment, readFile, memory, report, reportErrors};
    return {model: readRememberedTree(kconfig, remembered), unanswered: 0};
  }
  let unanswered = 0;
  const shell = () => {
    unanswered++;
    return '';
  };
  const sources = {
    readFile: (name: string) => readFile(name)?.text,
    environment,
    shell,
    warn: report,
    error: report,
  };
  return {model: parseKconfig(kconfig, sources, dialect), unanswered};
}

function readSource(name: string, srctree: string | undefined) {
  const found = findTreeFile(name, srctree);
  if (found?.kind !== 'folder') return found;
  // The first half are the words of flex; it knows no place and no name.
  const message = `input in flex scanner failed: ${name} is a folder`;
  throw new KbuildError(exitCode.badInput, {severity: 'error', code: 'folder-for-file', message});
}
