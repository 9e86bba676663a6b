/** The modes of BusyBox's `conf` that need no answers: a walk along the menu that answers each question (conf.c). */

import type {Diagnostic} from '../base/diagnostic.ts';
import {askBusybox, type BusyboxAnswers} from './busybox-ask.ts';
import {
  type BusyboxTexts,
  type BusyboxTime,
  readBusyboxAssignments,
  readBusyboxConfig,
  writeBusyboxConfig,
} from './busybox-config.ts';
import {BusyboxValues} from './busybox-values.ts';
import type {KconfigModel} from './model.ts';
import {Random} from './random.ts';

/** `defconfig` takes every answer as it stands, as `oldconfig` does of someone who only presses return. */
export type BusyboxMode = 'allnoconfig' | 'allmodconfig' | 'allyesconfig' | 'defconfig';

const answers: Readonly<Record<BusyboxMode, BusyboxAnswers>> = {
  allnoconfig: 'no',
  allmodconfig: 'mod',
  allyesconfig: 'yes',
  defconfig: 'default',
};

export type BusyboxResult = BusyboxTexts & {
  readonly warnings: readonly Diagnostic[];
  readonly values: BusyboxValues;
};

/** What a run starts from. */
export type BusyboxInput = {
  /** The .config (`defconfig`), or what KCONFIG_ALLCONFIG names. */
  readonly config?: string;
  /** Its name, for warnings. */
  readonly file?: string;
  readonly time?: BusyboxTime;
};

/**
 * `conf -n`, `-m`, `-y`, `-d` and `-D FILE`; `conf -o` is `defconfig` of the .config.
 *
 * @throws {KbuildError} exit 1 where the C tool would ask without end: a number has no default.
 */
export function busyboxConfig(
  model: KconfigModel,
  mode: BusyboxMode,
  input: BusyboxInput = {},
): BusyboxResult {
  const values = new BusyboxValues(model);
  const {file = '.config'} = input;
  const isDefault = mode === 'defconfig';
  const read = isDefault ? readBusyboxConfig : readBusyboxAssignments;
  // Without a file there is nothing new to forget: `-d` reads /dev/null.
  const config = input.config ?? (isDefault ? '' : undefined);
  const warnings = config === undefined ? [] : read(values, config, file);
  // These modes ask nobody.
  askBusybox(values, answers[mode], {random: new Random(1)}).next();
  values.invalidate();
  return {...writeBusyboxConfig(values, input.time), warnings, values};
}
