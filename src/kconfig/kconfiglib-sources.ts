/** Where Kconfiglib's text comes from, and how it speaks. */

import {badInput, type Diagnostic, type KbuildError} from '../base/diagnostic.ts';
import type {FileLine, KconfigSources} from './source.ts';

/** A function of the preprocessor that Kconfiglib takes from Python (KCONFIG_FUNCTIONS). */
export type KconfiglibFunction = {
  readonly minimum: number;
  /** Undefined: any number of arguments. */
  readonly maximum?: number;
  readonly answer: (...words: readonly string[]) => string;
};

/** Everything Kconfiglib needs from outside. `environment` counts for $(NAME), "$NAME" and its own variables alike. */
export type KconfiglibSources = Pick<
  KconfigSources,
  'readFile' | 'environment' | 'kernelRelease' | 'warn'
> & {
  /**
   * The files a pattern of `source` stands for, as `readFile` takes them; a pattern without `*`, `?` and `[` stands for
   * the file of that name, if there is one. Without this function, every pattern stands for itself.
   */
  readonly glob?: (pattern: string) => readonly string[];
  /** What stands before a path in the tree ($srctree made absolute, with a `/`); messages leave it out. */
  readonly treePrefix?: string;
  /** The whole output of `$(shell,command)`, and what it wrote to standard error. */
  readonly shell: (command: string) => {readonly output: string; readonly errors: string};
  /** The function of that name, if it is one of the tree's. */
  readonly functionNamed?: (name: string) => KconfiglibFunction | undefined;
};

/** A warning in Kconfiglib's own words, place included. */
export function kconfiglibWarning(message: string, location?: FileLine): Diagnostic {
  const where = location === undefined ? '' : `${location.file}:${location.line}: `;
  return {severity: 'warning', code: 'kconfiglib', message: `${where}warning: ${message}`};
}

/** A KconfigError of Kconfiglib. */
export function kconfiglibError(message: string): KbuildError {
  return badInput('kconfiglib', message);
}
