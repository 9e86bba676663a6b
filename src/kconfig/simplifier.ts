/** How the tool of a dialect simplifies expressions, and compares them. */

import type {Dialect} from './dialect.ts';
import {inPlaceSimplifier, oppositesSimplifier} from './simplify.ts';
import {sharedSimplifier} from './simplify-shared.ts';
import type {Simplifier} from './transform.ts';

/** The simplification of the dialect's expr.c, for the expressions of one tree. */
export function simplifierOf(dialect: Dialect): Simplifier {
  if (dialect.expressions === 'shared') return sharedSimplifier();
  return dialect.opposites === 'dropped' ? oppositesSimplifier : inPlaceSimplifier;
}
