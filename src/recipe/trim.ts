/** `trim: least`: what came into sight and is on by default is switched off again, where no goal needs it. */

import {
  type ConfigSymbol,
  formatConfigLine,
  isLogical,
  loadConfig,
  mergeFragments,
} from '../kconfig/index.ts';
import type {Base, Demand, Solver} from '../solve/index.ts';
import type {KernelTree} from './base-config.ts';

type Line = {readonly symbol: ConfigSymbol; readonly value: string};

/** Switching something off brings little else into sight: what depends on its absence. */
const mostRounds = 5;

/** A base with lines over it. */
export function overBase(
  {model}: KernelTree,
  {text}: {readonly text: string},
  lines: readonly Line[],
): string {
  const fragment = lines.map(({symbol, value}) => formatConfigLine(model, symbol, value));
  return mergeFragments(text, [`${fragment.join('\n')}\n`], model.prefix);
}

/** The lines that switch off what is on by default and neither in the base nor needed for the demands. */
export function settingsOff(
  tree: KernelTree,
  base: Base & {readonly text: string},
  solver: Solver,
  demands: readonly Demand[],
  settings: readonly Line[],
): readonly Line[] {
  const needed = [...demands, ...settings.map(({symbol, value}) => ({symbol, values: [value]}))];
  const off: Line[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const lines = [...settings, ...off];
    const evaluation = loadConfig(tree.model, overBase(tree, base, lines));
    const set = new Set(lines.map(({symbol}) => symbol));
    const onByDefault = tree.model.allSymbols.filter(
      (symbol) =>
        symbol.kind === 'config' &&
        isLogical(symbol.type) &&
        !symbol.choice &&
        !set.has(symbol) &&
        !base.values.has(symbol.displayName) &&
        evaluation.isChangeable(symbol) &&
        evaluation.tristate(symbol) !== 0,
    );
    const switched = solver.switchOff(onByDefault, needed);
    if (switched.length === 0) break;
    off.push(...switched.map((symbol) => ({symbol, value: 'n'})));
  }
  return off;
}
