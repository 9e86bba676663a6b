/** What kbuild's engine makes of a step, in this process: one parsed model, many runs. */

import {KbuildError} from '../../src/base/diagnostic.ts';
import * as kconfig from '../../src/kconfig/index.ts';
import type {Outcome, Step} from './outcome.ts';

type Mode = (model: kconfig.KconfigModel, config: string | undefined) => kconfig.ConfigResult;

const modes: Readonly<Record<string, Mode>> = {
  allnoconfig: kconfig.allnoconfig,
  allyesconfig: kconfig.allyesconfig,
  allmodconfig: kconfig.allmodconfig,
  alldefconfig: kconfig.alldefconfig,
  olddefconfig: kconfig.olddefconfig,
  savedefconfig: kconfig.savedefconfig,
  yes2modconfig: kconfig.yes2modconfig,
  mod2yesconfig: kconfig.mod2yesconfig,
  mod2noconfig: kconfig.mod2noconfig,
  defconfig: (model, config) => kconfig.defconfig(model, config ?? ''),
};

/** Modes that read KCONFIG_ALLCONFIG, not .config. */
const fresh = new Set(['allnoconfig', 'allyesconfig', 'allmodconfig', 'alldefconfig', 'randconfig']);

/** Whether a dialect has a mode, and the engine too. */
export function isKnownMode(mode: string, dialect: kconfig.Dialect): boolean {
  if (!dialect.laterModes && /^(yes2mod|mod2yes|helpnew)/.test(mode)) return false;
  return mode in modes && (mode !== 'mod2noconfig' || dialect.mod2noconfig);
}

export type OurTree = {
  readonly model: kconfig.KconfigModel | undefined;
  /** What was said while parsing, and the exit code if the tree was refused. */
  readonly parse: Partial<Outcome>;
};

export function parseOurs(root: string, sources: kconfig.KconfigSources, dialect: kconfig.Dialect): OurTree {
  try {
    return {model: kconfig.parseKconfig(root, sources, dialect), parse: {exit: 0}};
  } catch (error) {
    if (error instanceof KbuildError) return {model: undefined, parse: {exit: 1}};
    throw error;
  }
}

/** `readTreeFile` finds what is not among the step's files. */
export function runOurs(
  model: kconfig.KconfigModel,
  step: Step,
  readTreeFile: (path: string) => string | undefined,
): Partial<Outcome> {
  const file = (path: string | undefined) =>
    path === undefined ? undefined : (step.files[path] ?? readTreeFile(path));
  const named = step.arguments.find((argument) => argument.startsWith('--defconfig='))?.slice(12);
  const config = fresh.has(step.mode) ? step.environment.KCONFIG_ALLCONFIG : (named ?? '.config');
  const result = modes[step.mode]!(model, file(config));
  if (step.mode === 'savedefconfig') return {exit: 0, files: new Map([['defconfig', result.text]])};
  if (model.dialect.autoConf === 'sync') return {exit: 0, files: new Map([['.config', result.text]])};
  const generated = kconfig.writeAutoconf(result.evaluation);
  return {
    exit: 0,
    files: new Map([
      ['.config', result.text],
      ['include/config/auto.conf', generated.autoConf],
      ['include/generated/autoconf.h', generated.autoconfHeader],
      ...(model.dialect.rustcCfg ? [['include/generated/rustc_cfg', generated.rustcCfg] as const] : []),
    ]),
  };
}
