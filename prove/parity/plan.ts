/** Which runs an architecture is compared in: starts that make a .config, and what follows on each. */

import type {Outcome, Step} from '../oracle/outcome.ts';

const nothing = {files: {}, stdin: '', environment: {}} as const;

/** Modes that make a .config of nothing, or of a defconfig or a seed. */
export const startModes = [
  'allnoconfig',
  'allyesconfig',
  'allmodconfig',
  'alldefconfig',
  'defconfig',
  'randconfig',
] as const;

/** Modes that follow on every start. */
const commonModes = ['olddefconfig', 'savedefconfig', 'listnewconfig'] as const;

/** Modes that follow on some starts: they walk through the same code for the same symbols each time. */
const rarerModes = [
  'yes2modconfig',
  'mod2yesconfig',
  'mod2noconfig',
  'syncconfig',
  'helpnewconfig',
  'oldconfig',
  'oldaskconfig',
] as const;

export const followingModes = [...commonModes, ...rarerModes] as const;

export type Selection = {
  readonly modes: readonly string[];
  /** Seeds of randconfig: 1 to this. */
  readonly seeds: number;
  /** Of the defconfigs, every so-and-so-many-th. */
  readonly everyDefconfig: number;
};

/** The first runs for an architecture whose defconfigs have these paths. */
export function startsOf(defconfigs: readonly string[], {modes, seeds, everyDefconfig}: Selection): Step[] {
  const starts: Step[] = [];
  for (const mode of startModes) {
    if (!modes.includes(mode)) continue;
    if (mode === 'randconfig') {
      for (let seed = 1; seed <= seeds; seed++) {
        starts.push({
          ...nothing,
          mode,
          arguments: ['--randconfig'],
          environment: {KCONFIG_SEED: String(seed)},
        });
      }
    } else if (mode === 'defconfig') {
      for (const [index, path] of defconfigs.entries()) {
        if (index % everyDefconfig === 0) starts.push({...nothing, mode, arguments: [`--defconfig=${path}`]});
      }
    } else starts.push({...nothing, mode, arguments: [`--${mode}`]});
  }
  return starts;
}

/** Lines for whatever oldconfig may ask: help, the three values, numbers, nonsense, and the default. */
const answers = ['?', 'y', '', 'm', 'n', '1', '2', 'maybe', '0x10', ''].map((line) => `${line}\n`).join('');

/**
 * What follows on a start that has made `config`, of which `minimal` is the minimal form: to that most symbols are new.
 */
export function followersOf(config: string, minimal: string, modes: readonly string[]): Step[] {
  const step = (mode: string, text: string, stdin = '', argument = `--${mode}`): Step => ({
    mode,
    arguments: [argument],
    files: {'.config': text},
    stdin,
    environment: {},
  });
  return [
    step('olddefconfig', config),
    step('savedefconfig', config, '', '--savedefconfig=defconfig'),
    step('listnewconfig', minimal),
    step('yes2modconfig', config),
    step('mod2yesconfig', config),
    step('mod2noconfig', config),
    step('syncconfig', config),
    step('helpnewconfig', minimal),
    step('oldconfig', minimal, answers.repeat(2000)),
    step('oldaskconfig', minimal, answers.repeat(2000)),
  ].filter(({mode}) => modes.includes(mode));
}

/** The modes that follow on the start of this index, if `selected` are wanted. */
export function modesAfter(index: number, selected: readonly string[]): readonly string[] {
  const rarer: readonly string[] = rarerModes;
  return index % 6 === 0 ? selected : selected.filter((mode) => !rarer.includes(mode));
}

/** The minimal form of what a start has made, which the C tool is asked for. */
export function minimalStep(config: string): Step {
  return {
    ...nothing,
    mode: 'savedefconfig',
    arguments: ['--savedefconfig=defconfig'],
    files: {'.config': config},
  };
}

export function minimalText(outcome: Outcome): string {
  return outcome.files.get('defconfig') ?? '';
}
