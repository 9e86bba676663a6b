/** A text as the languages before Linux 4.18 have it: what a dialect lacks goes, or becomes what is next to it. */

import type {Dialect} from '../../src/kconfig/index.ts';

export function inDialect(text: string, {macros, vocabulary}: Dialect): string {
  let older = text;
  if (!macros) {
    // As the macros of every tree say (TreeWriter).
    older = older
      .replace(/^([\w-]+ *(:=|\+=|=) ?.*|\$\(.*)\n/gm, '')
      .replaceAll(/\$\(if-y,(.)\)/g, '$1')
      .replaceAll(/\$\(sub,(\d+)\)/g, 'sub/Kconfig.$1')
      .replaceAll('$(S)', 'S')
      .replaceAll('$(NAME)', 'fuzz');
  }
  if (vocabulary === '2.6') {
    older = older
      .replace(/^\s*(visible if|option) .*\n/gm, '')
      // Its conf asks without end for a number that has no default.
      .replace(/^(\s+)(int|hex)( ".*)?$/gm, '$&\n$1default 7')
      .replaceAll(/^choice C\d+$/gm, 'choice')
      .replaceAll(/^(\s*)imply /gm, '$1select ')
      .replaceAll(/(<=|>=|<|>)/g, '=');
  }
  return older;
}
