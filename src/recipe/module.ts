/** A module out of the kernel's tree: as its file writes it, and as it is built for one architecture and kernel. */

import {type Architecture, architectures} from '../base/architecture.ts';
import {badInput, type Diagnostic, type Place} from '../base/diagnostic.ts';
import {
  type Condition,
  conditionOf,
  holds,
  inKernelRange,
  type KernelRange,
  parseKernelRange,
  type Target,
} from './condition.ts';
import {type Path, placeAt, type SourceDocument} from './document.ts';
import type {ModuleFile} from './schema.ts';

/** Where a module's source comes from, unless `--source` gives a directory. */
export type ModuleOrigin =
  | {
      readonly kind: 'debian';
      readonly package: string;
      /** What it is in besides main and contrib. */
      readonly component?: 'non-free';
    }
  | {readonly kind: 'tarball'; readonly address: string; readonly sha256: string}
  | {readonly kind: 'git'; readonly address: string; readonly commit: string}
  /** `from` says to people where they get it. */
  | {readonly kind: 'manual'; readonly from?: string};

/** A range that the source itself says: the versions after these texts, in lines of a file. */
export type SaidKernels = {readonly file: string; readonly least?: string; readonly most?: string};

/** An edit of a copy of the source: a literal text that is there so many times, and what takes its place. */
export type Fixup = {
  readonly file: string;
  readonly expect: string;
  readonly replace: string;
  readonly times: number;
  readonly why: string;
  readonly place: Place;
};

/** A text in a file of the kernel's source, there or missing, with which the module cannot work. */
export type Refusal = {
  readonly file: string;
  readonly text: string;
  readonly refusedWhere: 'there' | 'missing';
  readonly why: string;
  readonly place: Place;
};

/** A command of a module's build, its variables not yet replaced. */
export type ModuleStep = {
  readonly title: string;
  readonly argv: readonly string[];
  /** Below the source. */
  readonly in: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** `from` is below the source, `to` an absolute path in the image. */
export type ModuleProgram = {readonly from: string; readonly to: string; readonly executable: boolean};

export type ModuleRecipe = {
  readonly name: string;
  readonly summary: string;
  /** What `--source NAME=DIR` calls its source. */
  readonly sourceName: string;
  readonly origin: ModuleOrigin;
  /** The folder of the source in what is fetched. May hold `{version}`, and `*` for the rest of a name. */
  readonly path: string;
  /** A range that only the source knows; one that the file writes has been looked at. */
  readonly saidKernels?: SaidKernels;
  readonly refusals: readonly Refusal[];
  readonly fixups: readonly Fixup[];
  readonly steps: readonly ModuleStep[];
  /** The folder below the source in which the steps leave *.ko, at any depth. */
  readonly modulesIn: string;
  readonly programs: readonly ModuleProgram[];
  /** Modules that are built before it, and of which it uses what they keep and export. */
  readonly needs: readonly string[];
  /** Paths below the source that are kept, as built, for modules that need this one. */
  readonly keeps: readonly string[];
  /** Debian packages that its steps need, beside those of every builder. */
  readonly packages: readonly string[];
  /** Free space its build may need. */
  readonly needsMiB: number;
  readonly place: Place;
};

type Conditional<Of> = {readonly value: Of; readonly when: Condition};

export type WrittenModule = Omit<ModuleRecipe, 'refusals' | 'fixups' | 'steps'> & {
  readonly kernels?: {readonly range: KernelRange; readonly text: string; readonly place: Place};
  readonly architectures: readonly Architecture[];
  readonly architecturesPlace: Place;
  readonly refusals: readonly Conditional<Refusal>[];
  readonly fixups: readonly Conditional<Fixup>[];
  readonly steps: readonly Conditional<ModuleStep>[];
};

/** What stands for what in the words of steps, as docs/modules.md explains. */
export const stepVariables = [
  'kernel',
  'build',
  'release',
  'source',
  'arch',
  'cross',
  'host',
  'cc',
  'sysroot',
  'needs',
  'version',
] as const;
export type StepVariables = Readonly<Record<(typeof stepVariables)[number], string>>;

const variable = /\{\{|\{([a-z]+)\}/g;

/** A word of a step with its variables replaced. It stays one word, whatever they hold; `{{` is a brace. */
export function substituted(word: string, variables: StepVariables): string {
  return word.replace(variable, (written, name: string | undefined) =>
    name === undefined ? '{' : (variables[name as keyof StepVariables] ?? written),
  );
}

/** Variables that are none, each where its word is written. */
export function stepFaults(document: SourceDocument, file: ModuleFile): readonly Diagnostic[] {
  return file.steps.flatMap(({run, environment}, index) => {
    const words: (readonly [string, Path])[] = [
      ...(typeof run === 'string'
        ? [[run, ['run']] as const]
        : run.map((word, at) => [word, ['run', at]] as const)),
      ...Object.entries(environment ?? {}).map(([name, value]) => [value, ['environment', name]] as const),
    ];
    return words.flatMap(([word, path]) =>
      [...word.matchAll(variable)]
        .map(([, name]) => name)
        .filter((name) => name !== undefined && !(stepVariables as readonly string[]).includes(name))
        .map(
          (name): Diagnostic => ({
            severity: 'error',
            code: 'unknown-variable',
            message: `there is no variable {${name}}`,
            place: placeAt(document, ['steps', index, ...path]),
            hint: `the variables are ${stepVariables.map((one) => `{${one}}`).join(' ')}; write {{ for a brace`,
          }),
        ),
    );
  });
}

/** What a module's file, which has passed the schema, says. */
export function writtenModule(document: SourceDocument, file: ModuleFile): WrittenModule {
  const {source = {}} = file;
  return {
    name: file.name,
    summary: file.summary,
    sourceName: source.name ?? file.name,
    origin: originOf(source),
    path: source.path ?? '.',
    ...kernelsOf(document, file),
    architectures: file.architectures ?? architectures,
    architecturesPlace: placeAt(document, ['architectures']),
    refusals: (file.refuses ?? []).map(({file: at, contains, lacks, why, when}, index) => ({
      value: {
        file: at,
        ...(contains === undefined
          ? {text: lacks!, refusedWhere: 'missing' as const}
          : {text: contains, refusedWhere: 'there' as const}),
        why,
        place: placeAt(document, ['refuses', index]),
      },
      when: conditionOf(when),
    })),
    fixups: (file.fixups ?? []).map(({when, times = 1, ...rest}, index) => ({
      value: {...rest, times, place: placeAt(document, ['fixups', index, 'expect'])},
      when: conditionOf(when),
    })),
    steps: file.steps.map(({run, title, when, environment = {}, in: folder = '.'}) => {
      const argv = typeof run === 'string' ? run.trim().split(/ +/) : run;
      return {
        value: {title: title ?? argv.slice(0, 3).join(' '), argv, in: folder, environment},
        when: conditionOf(when),
      };
    }),
    modulesIn: file.modules ?? '.',
    programs: (file.programs ?? []).map(({from, to, mode}) => ({from, to, executable: mode !== '0644'})),
    needs: file.needs ?? [],
    keeps: file.keeps ?? [],
    packages: file.packages ?? [],
    needsMiB: file.needsMiB ?? 512,
    place: placeAt(document, ['source'], 'key'),
  };
}

type Needs = Pick<ModuleRecipe, 'name' | 'needs'>;

/** What modules need, by their files. */
export function needsOf(
  modules: readonly {readonly name: string; readonly file: ModuleFile | undefined}[],
): readonly Needs[] {
  return modules.map(({name, file}) => ({name, needs: file?.needs ?? []}));
}

/** These modules, and all that are needed for them. */
export function withNeeded(names: readonly string[], modules: readonly Needs[]): ReadonlySet<string> {
  const all = new Set(names);
  // A set's iterator comes to what is added while it goes.
  for (const name of all) {
    for (const needed of modules.find((module) => module.name === name)?.needs ?? []) all.add(needed);
  }
  return all;
}

function originOf(source: NonNullable<ModuleFile['source']>): ModuleOrigin {
  const {debian, component, tarball, sha256, git, commit, manual} = source;
  if (debian !== undefined)
    return {kind: 'debian', package: debian, ...(component === undefined ? {} : {component})};
  if (tarball !== undefined) return {kind: 'tarball', address: tarball, sha256: sha256!};
  if (git !== undefined) return {kind: 'git', address: git, commit: commit!};
  return {kind: 'manual', ...(manual === undefined ? {} : {from: manual})};
}

function kernelsOf(
  document: SourceDocument,
  {kernels}: ModuleFile,
): Pick<WrittenModule, 'kernels' | 'saidKernels'> {
  if (kernels === undefined) return {};
  const place = placeAt(document, ['kernels']);
  if (typeof kernels === 'string')
    return {kernels: {range: parseKernelRange(kernels)!, text: kernels, place}};
  const {file, least, most} = kernels;
  return {
    saidKernels: {
      file,
      ...(least === undefined ? {} : {least}),
      ...(most === undefined ? {} : {most}),
    },
  };
}

/**
 * Takes from a module what counts for the target.
 * @throws KbuildError (2) where the module is not known to work there: before anything is built
 */
export function moduleFor(written: WrittenModule, target: Target): ModuleRecipe {
  const {kernels, architectures: known, architecturesPlace, refusals, fixups, steps, ...rest} = written;
  if (!known.includes(target.arch)) {
    throw badInput(
      'module-architecture',
      `${written.name} is for ${known.join(' and ')}, not for ${target.arch}`,
      {
        place: architecturesPlace,
        hint: 'name it in a part that is used `when` the architecture is one of these',
      },
    );
  }
  if (kernels !== undefined && !inKernelRange(kernels.range, target.kernelVersion)) {
    throw wrongKernel(written.name, kernels.text, target.kernelVersion, kernels.place);
  }
  const counting = <Of>(all: readonly Conditional<Of>[]): readonly Of[] =>
    all.filter(({when}) => holds(when, target)).map(({value}) => value);
  return {...rest, refusals: counting(refusals), fixups: counting(fixups), steps: counting(steps)};
}

/** The fault of a kernel that a module is not known to build on. `range` is as people read it. */
export function wrongKernel(module: string, range: string, version: string, place: Place): Error {
  return badInput(
    'module-kernel',
    `${module} is known to build on kernels ${range}, and this one is ${version}`,
    {
      place,
      hint: `take a kernel in that range with --kernel, or another release of ${module} with --source`,
    },
  );
}

/**
 * The range that a source says in a file's text, or undefined where its lines are not there. What is named as the
 * newest is a line: 6.2 counts for 6.2.16 too.
 */
export function saidRange(text: string, {least, most}: SaidKernels): KernelRange | undefined {
  const version = (before: string): string | undefined => {
    const line = text.split('\n').find((one) => one.trimStart().startsWith(before));
    return /\d+(?:\.\d+){0,2}/.exec(line?.trimStart().slice(before.length) ?? '')?.[0];
  };
  const oldest = least === undefined ? undefined : version(least);
  const newest = most === undefined ? undefined : version(most);
  if ((least !== undefined && oldest === undefined) || (most !== undefined && newest === undefined))
    return undefined;
  return parseKernelRange(
    [...(oldest === undefined ? [] : [`>=${oldest}`]), ...(newest === undefined ? [] : [`<=${newest}`])].join(
      ' ',
    ),
  );
}
