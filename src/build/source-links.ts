/** Symbolic links that lead out of a tree which somebody else made. */

import {readlinkSync} from 'node:fs';
import {join} from 'node:path';

/** As many as Linux follows for one path; see path_resolution(7). */
const mostFollowed = 40;

/**
 * Whether a link leads out of its tree on its way, even if it comes back. It is resolved part by part and nothing
 * outside of the tree is looked at; `realpath` takes links that come up often for loops, and then misjudges them.
 *
 * @param link below `root`, with no link among its directories.
 */
export function leadsOut(root: string, link: string): boolean {
  // A name that is no UTF-8 came here as another one: where that link leads cannot be told.
  if (targetOf(join(root, link)) === undefined) return true;
  const at = link.split('/').slice(0, -1);
  const ahead = [link.split('/').at(-1) ?? ''];
  let followed = 0;
  for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    const target = targetOf(join(root, ...at, part));
    if (target === undefined) {
      at.push(part);
      continue;
    }
    if (target.startsWith('/')) return true;
    followed += 1;
    // Nobody can follow it to its end.
    if (followed > mostFollowed) return false;
    ahead.unshift(...target.split('/'));
  }
  return false;
}

/** Undefined for what is no link, or not there. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
