/** Diagnostics in the words of the C tool, for who reads them from its output (Linux 5.10 to 7.2). */

import {type Diagnostic, lineAndColumn} from '../base/diagnostic.ts';
import type {Dialect} from './dialect.ts';

export type Printed = {readonly stream: 'stdout' | 'stderr'; readonly text: string};

/** What the C tool of the dialect prints where this engine gives `diagnostic`, byte for byte. */
export function printed(diagnostic: Diagnostic, dialect: Dialect): Printed {
  if (diagnostic.code === 'info' || diagnostic.code === 'bool-tested-for-m') {
    return {stream: 'stdout', text: `${diagnostic.message}\n`};
  }
  if (dialect.vocabulary === '2.6') return printedByFirst(diagnostic, dialect);
  return {stream: 'stderr', text: `${errorText(diagnostic, dialect)}\n`};
}

/** Linux 2.6.16 says nothing of a syntax error itself, and much on standard output. */
function printedByFirst(diagnostic: Diagnostic, dialect: Dialect): Printed {
  const {code, message} = diagnostic;
  switch (code) {
    case 'syntax':
      return {stream: 'stderr', text: ''};
    case 'recursive-dependency':
      return {stream: 'stdout', text: message};
    case 'recursive-inclusion':
    case 'repeated-inclusion':
      return {stream: 'stdout', text: `${message}\n`};
    case 'missing-file':
    case 'multi-line-string':
      return {stream: 'stdout', text: `${errorText(diagnostic, dialect)}\n`};
    default:
      return {stream: 'stderr', text: `${errorText(diagnostic, dialect)}\n`};
  }
}

function errorText({code, message, place, severity}: Diagnostic, dialect: Dialect): string {
  const line = place ? (place.toldLine ?? lineAndColumn(place).line) : 0;
  const at = place ? `${place.file}:${line}:` : '';
  switch (code) {
    case 'unmet-dependency':
      return `\nWARNING: ${message}`;
    case 'recursive-inclusion':
    case 'unexpected-recursion':
      return message;
    case 'syntax':
      return `${place?.file}:${line + dialect.syntaxErrorOffset}: syntax error`;
    case 'recursive-dependency': {
      const heading = dialect.recursionPlaces ? `${at}error: ` : 'error: ';
      return `${heading}${message}\nFor a resolution refer to Documentation/kbuild/kconfig-language.${dialect.recursion === 'told' ? 'txt' : 'rst'}\nsubsection "Kconfig recursive dependency limitations"\n`;
    }
    case 'warning-if':
      return `${at} ${message}`;
    case 'menuconfig-without-prompt':
    case 'help-redefined':
    case 'blank-help':
    case 'unknown-option':
      return severity === 'warning' ? `${at} warning: ${message}` : `${at} ${message}`;
    case 'choice-member':
    case 'no-prompt':
    case 'transitional':
    case 'repeated-inclusion':
      return severity === 'warning' ? `${at}warning: ${message}` : `${at} error: ${message}`;
    default:
      if (severity === 'warning') return `${at}warning: ${message}`;
      return at === '' ? message : `${at} ${message}`;
  }
}
