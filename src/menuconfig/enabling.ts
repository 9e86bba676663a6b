/** What it takes to give a symbol a value. Stands in for the solver: the symbol alone. */

import type {ConfigSymbol, KconfigModel, Session} from '../kconfig/index.ts';
import type {ChangeRow} from './screen.ts';

export type Proposal =
  | {
      readonly possible: true;
      readonly settings: readonly (readonly [symbol: string, value: string])[];
      readonly changes: readonly ChangeRow[];
    }
  | {readonly possible: false; readonly lines: readonly string[]};

export class Enabling {
  readonly model: KconfigModel;

  constructor(model: KconfigModel) {
    this.model = model;
  }

  propose(session: Session, symbol: ConfigSymbol, value: string): Proposal {
    if (!session.accepts(symbol, value))
      return {possible: false, lines: [session.whyNot(symbol, value).message]};
    const row = {
      symbol: symbol.displayName,
      before: session.value(symbol),
      after: value,
      cause: 'asked',
    } as const;
    return {possible: true, settings: [[symbol.displayName, value]], changes: [row]};
  }
}
