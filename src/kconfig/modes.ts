/** The modes of `scripts/kconfig/conf` that need no answers, as functions of texts (conf.c, Linux 6.1). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {dependentsOf} from './dependents.ts';
import {
  ConfigReader,
  type ReadOptions,
  readAssignments,
  readConfig,
  settle,
  writeConfig,
  writeDefconfig,
  writtenString,
} from './dotconfig.ts';
import type {Tristate} from './expression.ts';
import type {KconfigModel} from './model.ts';
import {isLogical} from './symbol.ts';
import {Evaluation} from './values.ts';

export type ConfigResult = {
  /** The .config, byte for byte as the C tool writes it. */
  readonly text: string;
  readonly warnings: readonly Diagnostic[];
  /** The values behind the text. */
  readonly evaluation: Evaluation;
};

function written(evaluation: Evaluation): ConfigResult {
  return {text: writeConfig(evaluation), warnings: evaluation.warnings, evaluation};
}

/** What new symbols are set to: enum conf_def_mode. */
export type NewValue = 'default' | Tristate;

/** conf_set_all_new_symbols, without randconfig. */
export function setNewSymbols(evaluation: Evaluation, value: NewValue): void {
  if (evaluation.model.dialect.newSymbols === 'hash') setByHash(evaluation, value);
  else if (value === 'default') evaluation.refresh();
  else setAlongMenu(evaluation, value);
}

/** Linux 6.12 and 7.2: what has a prompt, and members of choices have no say. */
function setAlongMenu(evaluation: Evaluation, value: Tristate): void {
  for (const {symbol, prompt} of evaluation.model.nodes()) {
    if (!symbol || !prompt || symbol.isChoice || symbol.choice || evaluation.state(symbol).hasUser) continue;
    if (!isLogical(symbol.type)) continue;
    evaluation.state(symbol).userTristate = value;
    evaluation.state(symbol).hasUser = true;
  }
  evaluation.invalidate();
}

/** Linux 5.10 and 6.1. */
function setByHash(evaluation: Evaluation, value: NewValue): void {
  const {hashOrder} = evaluation.model;
  for (const symbol of hashOrder) {
    const state = evaluation.state(symbol);
    if (value === 'default' || state.hasUser || state.valid) continue;
    if (!isLogical(symbol.type)) continue;
    state.userTristate = value === 0 && symbol.allnoconfigYes ? 2 : value;
    state.hasUser = true;
  }
  evaluation.invalidate();
  for (const symbol of hashOrder) {
    const state = evaluation.state(symbol);
    if ((symbol.isChoice && !state.hasUser) || symbol.choice) state.needsChoiceValues = true;
  }
  for (const symbol of hashOrder) {
    if (!symbol.isChoice || evaluation.state(symbol).hasUser) continue;
    evaluation.calculate(symbol);
    evaluation.setAllChoiceValues(symbol);
  }
}

/** A mode that starts from nothing, or from the text KCONFIG_ALLCONFIG names. */
function allConfig(
  model: KconfigModel,
  value: NewValue,
  allconfig: string | undefined,
  options: ReadOptions,
) {
  const evaluation = new Evaluation(model);
  if (allconfig !== undefined) readAssignments(evaluation, allconfig, options);
  setNewSymbols(evaluation, value);
  return written(evaluation);
}

/** `conf --allnoconfig`; `allconfig` is the text of the file that KCONFIG_ALLCONFIG names. */
export function allnoconfig(
  model: KconfigModel,
  allconfig?: string,
  options: ReadOptions = {},
): ConfigResult {
  return allConfig(model, 0, allconfig, options);
}

/** `conf --allyesconfig`. */
export function allyesconfig(
  model: KconfigModel,
  allconfig?: string,
  options: ReadOptions = {},
): ConfigResult {
  return allConfig(model, 2, allconfig, options);
}

/** `conf --allmodconfig`. */
export function allmodconfig(
  model: KconfigModel,
  allconfig?: string,
  options: ReadOptions = {},
): ConfigResult {
  return allConfig(model, 1, allconfig, options);
}

/** `conf --alldefconfig`. */
export function alldefconfig(
  model: KconfigModel,
  allconfig?: string,
  options: ReadOptions = {},
): ConfigResult {
  return allConfig(model, 'default', allconfig, options);
}

/** Reads a .config; without a text, as if the file were missing. */
export function loadConfig(
  model: KconfigModel,
  config: string | undefined,
  options: ReadOptions = {},
): Evaluation {
  let evaluation = new Evaluation(model);
  if (config === undefined) {
    evaluation.calculate(model.modules);
    return evaluation;
  }
  if (allowsAnyOrder(model)) {
    if (readConfig(evaluation, config, options, true)) return evaluation;
    evaluation = new Evaluation(model);
  }
  readConfig(evaluation, config, options);
  return evaluation;
}

/** To find whether a parsed model is regular takes as long as any order saves in this many evaluations. */
const evaluationsWorthIt = 12;
const evaluations = new WeakMap<KconfigModel, number>();

/** Whether the order of calculation is known to decide no value; of a parsed model it is found when many share it. */
function allowsAnyOrder(model: KconfigModel): boolean {
  if (model.isRegular) return true;
  const before = evaluations.get(model) ?? 0;
  evaluations.set(model, before + 1);
  return before >= evaluationsWorthIt && dependentsOf(model).irregularity === undefined;
}

/** `conf --olddefconfig`: new symbols get their defaults. */
export function olddefconfig(
  model: KconfigModel,
  config: string | undefined,
  options: ReadOptions = {},
): ConfigResult {
  return written(loadConfig(model, config, options));
}

/** `conf --defconfig=FILE` with the file's text. */
export function defconfig(model: KconfigModel, config: string, options: ReadOptions = {}): ConfigResult {
  const evaluation = loadConfig(model, config, options);
  setNewSymbols(evaluation, 'default');
  return written(evaluation);
}

/** `conf --savedefconfig`: `text` is the minimal config that `olddefconfig` makes the same .config of. */
export function savedefconfig(
  model: KconfigModel,
  config: string | undefined,
  options: ReadOptions = {},
): ConfigResult {
  const evaluation = loadConfig(model, config, options);
  return {text: writeDefconfig(evaluation), warnings: evaluation.warnings, evaluation};
}

/** What the user said of tristates, changed from one value to another (conf_rewrite_tristates). */
export function rewriteTristates(evaluation: Evaluation, from: Tristate, to: Tristate): void {
  for (const symbol of evaluation.model.hashOrder) {
    const state = evaluation.state(symbol);
    if (evaluation.effectiveType(symbol) === 'tristate' && state.userTristate === from)
      state.userTristate = to;
  }
  evaluation.invalidate();
}

function rewritten(
  model: KconfigModel,
  config: string | undefined,
  from: Tristate,
  to: Tristate,
): ConfigResult {
  const evaluation = loadConfig(model, config);
  rewriteTristates(evaluation, from, to);
  return written(evaluation);
}

/** `conf --yes2modconfig`. */
export function yes2modconfig(model: KconfigModel, config: string | undefined): ConfigResult {
  return rewritten(model, config, 2, 1);
}

/** `conf --mod2yesconfig`. */
export function mod2yesconfig(model: KconfigModel, config: string | undefined): ConfigResult {
  return rewritten(model, config, 1, 2);
}

/** `conf --mod2noconfig`. */
export function mod2noconfig(model: KconfigModel, config: string | undefined): ConfigResult {
  return rewritten(model, config, 1, 0);
}

/** What becomes of symbols that are not assigned. */
export type Mode = 'olddefconfig' | 'alldefconfig' | 'allnoconfig' | 'allyesconfig' | 'allmodconfig';

const newValues: Readonly<Record<Exclude<Mode, 'olddefconfig'>, NewValue>> = {
  alldefconfig: 'default',
  allnoconfig: 0,
  allyesconfig: 2,
  allmodconfig: 1,
};

/**
 * The values under assignments given by name, without a text between: `y`, `m`, `n`, numbers, and strings without
 * quotes. The result is that of the mode with a .config (for the all…config modes: KCONFIG_ALLCONFIG) of them.
 */
export function evaluate(
  model: KconfigModel,
  assignments: ReadonlyMap<string, string>,
  mode: Mode = 'olddefconfig',
): Evaluation {
  const evaluation = new Evaluation(model);
  evaluation.changed = false;
  const reader = new ConfigReader(evaluation, () => undefined);
  reader.reset();
  for (const [name, value] of assignments) {
    const text = model.symbols.get(name)?.type === 'string' ? writtenString(model, value) : value;
    reader.assign({name, value: text, start: 0}, true);
  }
  if (mode === 'olddefconfig') settle(evaluation, reader.warnings);
  else setNewSymbols(evaluation, newValues[mode]);
  return evaluation;
}
