/** The files of a tree, found as the C tool finds them (zconf_fopen of lexer.l, Linux 6.1). */

import {readFileSync} from 'node:fs';
import {pathOf} from './bytes.ts';

/** A file that could be opened; a folder can be, and read it cannot. */
export type TreeFile =
  | {readonly kind: 'text'; readonly path: string; readonly text: string}
  | {readonly kind: 'folder'};

/** Looks for a file in the working directory and then below $srctree; undefined if it cannot be opened. */
export function findTreeFile(name: string, srctree: string | undefined): TreeFile | undefined {
  const found = openFile(name);
  if (found || srctree === undefined || name.startsWith('/')) return found;
  return openFile(`${srctree}/${name}`);
}

function openFile(path: string): TreeFile | undefined {
  try {
    return {kind: 'text', path, text: readFileSync(pathOf(path), 'latin1')};
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR' ? {kind: 'folder'} : undefined;
  }
}
