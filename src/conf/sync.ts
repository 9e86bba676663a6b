/** auto.conf and what goes with it (conf_write_autoconf of confdata.c, Linux 6.1). */

import {
  autoConfDependencies,
  changedNames,
  dependenciesPath,
  type Evaluation,
  touchPath,
  writeAutoconf,
} from '../kconfig/index.ts';
import {findTreeFile} from './tree-files.ts';
import {isFolder, isPresent, moveBeside, replaceGenerated, touch} from './write.ts';

/**
 * Writes auto.conf, its dependencies, autoconf.h, rustc_cfg and the files that stand for what changed; nothing if
 * there is an auto.conf already and `overwrite` is false. Returns what perror says of a failure, '' if that is nothing.
 */
export function writeAutoconfFiles(
  evaluation: Evaluation,
  environment: ReadonlyMap<string, string>,
  overwrite: boolean,
): string | undefined {
  const {model} = evaluation;
  const autoConf = environment.get('KCONFIG_AUTOCONFIG') ?? 'include/config/auto.conf';
  if (!overwrite && isPresent(autoConf)) return undefined;
  const config = environment.get(model.dialect.configVariable) ?? '.config';
  const dependencies = dependenciesPath(model, autoConf, config);
  const isBeside = model.dialect.autoConfDependencies === 'beside-config';
  if (isBeside) moveBeside(config, dependencies, autoConfDependencies(model, autoConf));
  else {
    const unwritten = replaceGenerated(dependencies, autoConfDependencies(model, autoConf));
    if (unwritten !== undefined) return unwritten;
  }

  const found = findTreeFile(autoConf, environment.get('srctree'));
  const old = found?.kind === 'folder' ? '' : found?.text;
  const folder = autoConf.slice(0, autoConf.lastIndexOf('/') + 1);
  // No folder is made but those of the touched files.
  if (isBeside && !isFolder(folder === '' ? '.' : folder)) return '';
  for (const name of changedNames(evaluation, old, autoConf)) {
    if (!touch(folder + touchPath(model, name))) return '';
  }

  const texts = writeAutoconf(evaluation);
  const header = environment.get('KCONFIG_AUTOHEADER') ?? 'include/generated/autoconf.h';
  const rustc = environment.get('KCONFIG_RUSTCCFG') ?? 'include/generated/rustc_cfg';
  const tristate = environment.get('KCONFIG_TRISTATE') ?? 'include/config/tristate.conf';
  const generated: readonly (readonly [string, string])[] = [
    [header, texts.autoconfHeader],
    ...(model.dialect.rustcCfg ? [[rustc, texts.rustcCfg] as const] : []),
    ...(model.dialect.tristateConf ? [[tristate, texts.tristateConf] as const] : []),
    // The last, since make takes it for the sign that the others are there.
    [autoConf, texts.autoConf],
  ];
  for (const [name, text] of generated) {
    if (isBeside && !isFolder(name.slice(0, name.lastIndexOf('/') + 1) || '.')) return '';
    const failed = replaceGenerated(name, text);
    if (failed !== undefined) return failed;
  }
  return undefined;
}
