/** What is not as a recipe's lock has it, in words; and that a locked run makes nothing else. */

import {failure} from '../base/diagnostic.ts';
import type {Report} from '../base/progress.ts';
import {versionChanges} from '../build/debian/packages.ts';
import {shownPath} from '../recipe/folders.ts';
import {type HeldLock, type RecipeLock, type TargetLock, targetKey, targetWords} from './recipe-lock.ts';

type Named = Readonly<Record<string, string>>;

/** A line for each file that was locked and is another now, or is there on one side only. */
export function fileDifferences(locked: Named, now: Named): readonly string[] {
  const names = [...new Set([...Object.keys(locked), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [locked[name], now[name]];
    if (before === after) return [];
    if (before === undefined) return [`${name} is new`];
    if (after === undefined) return [`${name} is no longer part of it`];
    const isMode = digestIn(before) === digestIn(after);
    return [isMode ? `${name} is ${modeOf(after)}, locked ${modeOf(before)}` : `${name} has changed`];
  });
}

function digestIn(text: string): string {
  return text.replace(/ executable$/, '');
}

function modeOf(text: string): string {
  return text.endsWith(' executable') ? 'executable' : 'not executable';
}

/**
 * A line for each thing that a target was made of and is another now, and one for its .config.
 * @param ofSameFiles the recipe's files are those that were locked
 */
export function targetDifferences(
  locked: TargetLock,
  now: TargetLock,
  ofSameFiles: boolean,
): readonly string[] {
  const causes = [
    ...(sameBytes(locked.source, now.source)
      ? []
      : [`the kernel source is ${sourceWords(now.source)}, locked ${sourceWords(locked.source)}`]),
    ...(locked.base === now.base ? [] : ["the running kernel's configuration is another"]),
    ...builderDifferences(locked.builder, now.builder),
    ...moduleDifferences(locked.modules, now.modules),
  ];
  if (locked.config !== now.config) {
    const why =
      ofSameFiles && causes.length === 0
        ? ', though all it is made of is as it was: this kbuild resolves the recipe otherwise than the one that locked it'
        : '';
    const digests = `SHA-256 ${brief(now.config)}, locked ${brief(locked.config)}`;
    return [...causes, `the .config is another: ${digests}${why}`];
  }
  return causes.length === 0 ? [] : [...causes, 'the .config is the one that was locked all the same'];
}

function sameBytes(a: TargetLock['source'], b: TargetLock['source']): boolean {
  return a.sha256 === b.sha256 && a.release === b.release;
}

function sourceWords({release, from, sha256}: TargetLock['source']): string {
  return `${release} (${from}, SHA-256 ${brief(sha256)})`;
}

function brief(digest: string): string {
  return `${digest.slice(0, 12)}…`;
}

function builderDifferences(locked: TargetLock['builder'], now: TargetLock['builder']): readonly string[] {
  if (locked.sha256 === now.sha256) return [];
  const where = ({suite, machine}: TargetLock['builder']): string => `${suite} on ${machine}`;
  if (where(locked) !== where(now)) {
    return [`the builder's packages are those of ${where(now)}, locked ${where(locked)}`];
  }
  const listed = (tools: Named) =>
    Object.entries(tools).map(
      ([name, version]) => ({name, version}) as Parameters<typeof versionChanges>[0][0],
    );
  const tools = versionChanges(listed(locked.tools), listed(now.tools)).map(
    ({name, before, after}) => `the builder's ${name} is ${after ?? 'gone'}, locked ${before ?? 'absent'}`,
  );
  const count =
    locked.packages === now.packages ? `${now.packages}` : `${now.packages}, locked ${locked.packages}`;
  const others = `the builder's packages (${count}) are others: SHA-256 ${brief(now.sha256)}, locked ${brief(locked.sha256)}`;
  return tools.length === 0 ? [`${others}; those they depend on have changed`] : [...tools, others];
}

function moduleDifferences(locked: TargetLock['modules'], now: TargetLock['modules']): readonly string[] {
  const names = [...new Set([...Object.keys(locked), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [locked[name], now[name]];
    if (before === undefined) return [`the module ${name} is new`];
    if (after === undefined) return [`the module ${name} is no longer part of it`];
    // A source that only somebody has, and did not give, is not known to be another.
    const isUnknown = [before, after].some((one) => (one.sha256 ?? one.version) === undefined);
    if (isUnknown || (before.sha256 === after.sha256 && before.version === after.version)) return [];
    return [`the source of ${name} is ${moduleWords(after)}, locked ${moduleWords(before)}`];
  });
}

function moduleWords({from, version, sha256}: TargetLock['modules'][string]): string {
  const digest = sha256 === undefined ? undefined : `SHA-256 ${brief(sha256)}`;
  return `${[from, version].filter(Boolean).join(' ')}${digest === undefined ? '' : ` (${digest})`}`;
}

/** What is not as it was locked, by what it is a difference of: the files, or a target. */
export type LockDifferences = {
  readonly files: readonly string[];
  readonly targets: readonly {
    readonly target: string;
    /** Undefined where the lock does not have the target. */
    readonly differences: readonly string[] | undefined;
  }[];
};

export function lockDifferences(held: RecipeLock, now: Omit<RecipeLock, 'recipe'>): LockDifferences {
  const files = fileDifferences(held.files, now.files);
  return {
    files,
    targets: now.targets.map((target) => {
      const locked = held.targets.find((one) => targetKey(one) === targetKey(target));
      return {
        target: targetWords(target),
        differences: locked && targetDifferences(locked, target, files.length === 0),
      };
    }),
  };
}

/** As people read them, a line each; none where all is as it was locked. */
export function differenceLines({files, targets}: LockDifferences): readonly string[] {
  return [
    ...files,
    ...targets.flatMap(({target, differences = []}) => differences.map((one) => `${target}: ${one}`)),
  ];
}

/**
 * Says what is not as it was locked.
 * @throws KbuildError (1) with `locked`: `lock-differs`, or `target-not-locked` for one that the lock does not have
 */
export function holdToLock(
  held: HeldLock,
  now: Omit<RecipeLock, 'recipe'>,
  {locked, report}: {readonly locked: boolean; readonly report: Report},
): LockDifferences {
  const differences = lockDifferences(held, now);
  const lines = differenceLines(differences);
  const path = shownPath(held.path);
  const result = {lockDifferences: differences};
  const update = `kbuild lock --update --only recipes ${path.replace(/\.lock\.json$/, '.yaml')}`;
  if (lines.length > 0) {
    const message = `${held.recipe} is not what ${path} has locked:\n${lines.map((line) => `  ${line}`).join('\n')}`;
    const hint = `${update} locks it as it is now`;
    if (locked) throw failure('lock-differs', message, {hint, result});
    report({kind: 'said', severity: 'warning', message: `${message}\n  hint: ${hint}`});
  }
  for (const [index, {target, differences: found}] of differences.targets.entries()) {
    if (found !== undefined) continue;
    const message = `${path} does not lock ${target}`;
    const {kernel, arch, parameters, settings} = now.targets[index]!;
    const given = [
      ...Object.entries(parameters).map(([name, value]) => ` --param ${name}=${value}`),
      ...Object.entries(settings).map(([name, value]) => ` --set ${name}=${value}`),
    ];
    const hint = `${update} --kernel ${kernel} --arch ${arch}${given.join('')} adds it`;
    if (locked) throw failure('target-not-locked', message, {hint, result});
    report({kind: 'said', severity: 'info', message: `${message}, so nothing tells whether it is as it was`});
  }
  return differences;
}
