/** A random tree with the runs it is compared in, made from a seed. */

import type {Dialect} from '../../src/kconfig/index.ts';
import type {Step} from '../oracle/outcome.ts';
import {randomConfig} from './config-file.ts';
import {mutate} from './mutate.ts';
import {inDialect} from './older.ts';
import {Random} from './random.ts';
import {type Declared, TreeWriter} from './tree.ts';

export type FuzzCase = {
  readonly seed: number;
  /** Kconfig texts by path; `Kconfig` is the root. */
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
};

/** The environment of both sides. */
export const environment: ReadonlyMap<string, string> = new Map([
  ['PATH', process.env.PATH ?? ''],
  ['FLAVOUR', 'vanilla'],
  ['LC_ALL', 'C'],
]);

const weights = {
  allnoconfig: 2,
  allyesconfig: 2,
  allmodconfig: 3,
  alldefconfig: 2,
  randconfig: 4,
  olddefconfig: 6,
  defconfig: 4,
  savedefconfig: 5,
  syncconfig: 2,
  listnewconfig: 2,
  helpnewconfig: 1,
  oldconfig: 3,
  oldaskconfig: 2,
  yes2modconfig: 1,
  mod2yesconfig: 1,
  mod2noconfig: 1,
} as const;

type Mode = keyof typeof weights;

export function makeCase(seed: number, dialect: Dialect, runs: number): FuzzCase {
  const random = new Random(seed);
  const tree = new TreeWriter(random, dialect).write();
  const files = new Map(Array.from(tree.files, ([path, text]) => [path, inDialect(text, dialect)] as const));
  if (random.chance(0.1)) {
    const path = random.pick([...files.keys()]);
    files.set(path, mutate(random, files.get(path)!));
  }
  if (random.chance(0.15)) endWithoutNewline(random, files, dialect);
  const steps: Step[] = [];
  for (let run = 0; run < runs; run++) {
    const mode = random.weighted<Mode>(weights);
    const step = makeStep(random, mode, tree.declared, dialect);
    steps.push(dialect.vocabulary === '2.6' ? busyboxStep(step, mode) : inFolders(step, dialect));
  }
  return {seed, files, steps};
}

/** Takes the last newline of a file, and mostly what follows a statement that is then the last. */
function endWithoutNewline(random: Random, files: Map<string, string>, dialect: Dialect): void {
  const {rootEndsLine, keywords, macros} = dialect;
  const included = [...files.keys()].slice(1);
  const path =
    included.length > 0 && random.chance(rootEndsLine ? 0.6 : 0.9) ? random.pick(included) : 'Kconfig';
  const lines = files.get(path)!.trimEnd().split('\n');
  if (path !== 'Kconfig' && random.chance(0.7)) lines.length = 1 + random.below(lines.length);
  // After a reference zconf.l looks for the end of the line, which then never comes (expand_token).
  const hangs = keywords === 'positional' && macros && lines.at(-1)!.includes('$');
  files.set(path, lines.join('\n') + (hangs ? '\n' : ''));
}

function makeStep(random: Random, mode: Mode, declared: readonly Declared[], {prefix}: Dialect): Step {
  const config = randomConfig(random, declared).replaceAll('CONFIG_', prefix);
  const plain = {mode, arguments: [`--${mode}`], files: {}, stdin: '', environment: {}} satisfies Step;
  switch (mode) {
    case 'allnoconfig':
    case 'allyesconfig':
    case 'allmodconfig':
    case 'alldefconfig':
      return random.chance(0.5) ? plain : seeded(plain, config);
    case 'randconfig': {
      const step = random.chance(0.7) ? plain : seeded(plain, config);
      const probability = random.pick(['', '', '10', '70:20', '40:30:20', '0', '100', '50:50']);
      const seed = random.pick(['', '0x', '0']) + String(1 + random.below(7));
      const set = probability === '' ? {} : {KCONFIG_PROBABILITY: probability};
      return {...step, environment: {...step.environment, KCONFIG_SEED: seed, ...set}};
    }
    case 'defconfig':
      return {...plain, arguments: ['--defconfig=in.config'], files: {'in.config': config}};
    case 'savedefconfig':
      return {...plain, arguments: ['--savedefconfig=defconfig'], files: {'.config': config}};
    case 'oldconfig':
    case 'oldaskconfig':
    case 'syncconfig':
      return {...plain, files: {'.config': config}, stdin: answers(random)};
    default:
      return {...plain, files: {'.config': config}};
  }
}

/** Where no folders are made for the generated files, they are there. */
function inFolders(step: Step, {autoConfDependencies}: Dialect): Step {
  if (autoConfDependencies !== 'beside-config') return step;
  const folder = 'generated';
  const generated = {
    KCONFIG_AUTOCONFIG: `${folder}/auto.conf`,
    KCONFIG_AUTOHEADER: `${folder}/autoconf.h`,
    KCONFIG_TRISTATE: `${folder}/tristate.config`,
  };
  return {
    ...step,
    files: {...step.files, [`${folder}/there`]: ''},
    environment: {...step.environment, ...generated},
  };
}

/** Options of BusyBox's conf; for the modes it has not, those that are next to them. */
const busyboxOptions: Readonly<Record<Mode, readonly string[]>> = {
  allnoconfig: ['-n'],
  allyesconfig: ['-y'],
  allmodconfig: ['-m'],
  alldefconfig: ['-d'],
  randconfig: ['-n'],
  olddefconfig: ['-d'],
  defconfig: ['-D', 'in.config'],
  savedefconfig: ['-o'],
  syncconfig: ['-s'],
  listnewconfig: ['-s'],
  helpnewconfig: ['-h'],
  oldconfig: ['-o'],
  oldaskconfig: [],
  yes2modconfig: ['-D', '.config'],
  mod2yesconfig: [],
  mod2noconfig: ['-o'],
};

/** The same step for BusyBox's conf. What it draws with -r depends on the clock. */
function busyboxStep(step: Step, mode: Mode): Step {
  const environment = {...step.environment, KCONFIG_NOTIMESTAMP: '1'};
  return {...step, arguments: busyboxOptions[mode], environment};
}

function seeded(step: Step, config: string): Step {
  return {...step, files: {'seed.config': config}, environment: {KCONFIG_ALLCONFIG: 'seed.config'}};
}

/** Lines for whatever may be asked. */
function answers(random: Random): string {
  const lines = [
    '',
    '',
    'y',
    'n',
    'm',
    'y',
    'n',
    '?',
    '1',
    '2',
    '3',
    '2?',
    '0x1f',
    '7',
    'text',
    ' y ',
    'yes',
    'no',
    'Y',
    '-1',
  ];
  const given = Array.from({length: random.below(60)}, () => `${random.pick(lines)}\n`).join('');
  // A choice that finds no answer asks for ever: mostly there are enough.
  return random.chance(0.9) ? given + '\n1\ny\n'.repeat(100) : given;
}
