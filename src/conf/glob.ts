/** Patterns of file names, as Python's glob takes them: `*`, `?` and `[…]`, none of which matches a leading dot. */

import {lstatSync, readdirSync, statSync} from 'node:fs';
import {pathOf} from './bytes.ts';

const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** The names that are there, in no order. */
export function glob(pattern: string): readonly string[] {
  const slash = pattern.lastIndexOf('/');
  const name = pattern.slice(slash + 1);
  if (!isPattern(pattern)) return exists(pattern, name === '') ? [pattern] : [];
  const folder = slash < 0 ? '' : slash === 0 ? '/' : pattern.slice(0, slash).replace(/(.)\/+$/, '$1');
  const folders = folder !== '' && isPattern(folder) ? glob(folder) : [folder];
  return folders.flatMap((one) => namesIn(one, name).map((found) => joined(one, found)));
}

function namesIn(folder: string, name: string): readonly string[] {
  if (!isPattern(name)) return exists(joined(folder, name), name === '') ? [name] : [];
  const expression = expressionOf(name);
  const isHidden = name.startsWith('.');
  return entriesOf(folder).filter((entry) => (isHidden || !entry.startsWith('.')) && expression.test(entry));
}

function joined(folder: string, name: string): string {
  return folder === '' || folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

function exists(path: string, asFolder: boolean): boolean {
  if (asFolder) return statSync(pathOf(path), {throwIfNoEntry: false})?.isDirectory() ?? false;
  try {
    return lstatSync(pathOf(path), {throwIfNoEntry: false}) !== undefined;
  } catch {
    return false;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(pathOf(folder === '' ? '.' : folder), 'latin1');
  } catch {
    return [];
  }
}

/** fnmatch.translate. */
function expressionOf(name: string): RegExp {
  let source = '';
  for (let i = 0; i < name.length; i++) {
    const character = name[i]!;
    const end = character === '[' ? name.indexOf(']', /^\[!?\]/.test(name.slice(i)) ? i + 3 : i + 1) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (end > 0) {
      const set = name.slice(i + 1, end).replace(/[\\\][&~|]/g, '\\$&');
      source += `[${set.startsWith('!') ? `^${set.slice(1)}` : set.replace(/^\^/, '\\^')}]`;
      i = end;
    } else source += character.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 's');
}
