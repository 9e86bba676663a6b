/** What is said of a part, module or overlay that is not there. */

import type {Diagnostic} from '../base/diagnostic.ts';
import {shortened} from './document.ts';

/** The fault of a name in a file for which nothing was found. */
export function unknownName(
  what: string,
  name: string,
  place: Diagnostic['place'],
  hint?: string,
): Diagnostic {
  return {
    severity: 'error',
    code: `unknown-${what}`,
    message: `there is no ${what} ${shortened(name)}`,
    ...(place === undefined ? {} : {place}),
    ...(hint === undefined ? {} : {hint}),
  };
}
