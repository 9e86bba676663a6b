/** Why a symbol has its value. Stands in for the reasons proper. */

import type {ConfigSymbol, Session} from '../kconfig/index.ts';
import type {Goal} from '../recipe/recipe.ts';

export function reasonsOf(
  session: Session,
  symbol: ConfigSymbol,
  _goals: readonly Goal[],
): readonly string[] {
  const why = session.why(symbol)?.steps.map(({text}) => text) ?? [];
  return [...why, session.whyNot(symbol, 'y').message];
}
