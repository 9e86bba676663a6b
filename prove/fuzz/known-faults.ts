/** What is kept out of the trees, since there is no telling what the C tool makes of it. */

import type {Dialect} from '../../src/kconfig/index.ts';

const yes = `(?:y(?!\\w)|"y"|'y'|\\$\\(if-y,y\\))`;
const unequalYes = new RegExp(`!=(\\s*)${yes}`, 'g');
const equalYes = new RegExp(`([^!<>]=\\s*)${yes}`, 'g');

/**
 * The text without `A != y` and `!(A = y)`: where expressions are shared, expr_transform takes the symbol of such a
 * comparison for an expression (expr.c, Linux 6.12 and 7.2: `expr_alloc_one(E_NOT, e->left.expr)`), and crashes or
 * goes by whatever lies there.
 */
export function withoutKnownFaults(text: string, dialect: Dialect): string {
  if (dialect.expressions !== 'shared') return text;
  return text
    .split(/(?<!\\)\n/)
    .map((line) => {
      const equal = line.replace(unequalYes, '!=$1n');
      return /!(?!=)/.test(equal) ? equal.replace(equalYes, '$1n') : equal;
    })
    .join('\n');
}
