/** How much follows from settings, by the exact evaluator. */

import {type ConfigSymbol, formatConfigLine, type KconfigModel, loadConfig} from '../kconfig/index.ts';

/**
 * How many symbols have another value in the .config that comes of a base with settings over it than in the base; what has no
 * line is `n`.
 * @param base what the base's .config says: `n` for `is not set`, texts without quotes
 */
export function countChanges(
  model: KconfigModel,
  base: ReadonlyMap<string, string>,
  settings: ReadonlyMap<ConfigSymbol, string>,
): number {
  const values = new Map<ConfigSymbol, string>();
  for (const [name, value] of base) {
    const symbol = model.symbols.get(name);
    if (symbol) values.set(symbol, value);
  }
  for (const [symbol, value] of settings) if (symbol.prompts.length > 0) values.set(symbol, value);
  const lines = [...values].map(([symbol, value]) => formatConfigLine(model, symbol, value));
  const evaluation = loadConfig(model, `${lines.join('\n')}\n`);
  let changes = 0;
  for (const symbol of model.symbols.values()) {
    const isWritten = !evaluation.isAbsentAt(symbol.index) && evaluation.isWritten(symbol);
    const value = isWritten ? evaluation.value(symbol) : 'n';
    if (value !== (base.get(symbol.name!) ?? 'n')) changes++;
  }
  return changes;
}
