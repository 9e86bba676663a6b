/** What `when` says: for which architecture and which kernels a line of a recipe, part or module counts. */

import type {Architecture} from '../base/architecture.ts';

/** `[6, 1, 192]`. */
type Version = readonly [number, number, number];

/** From a version on, and below another; both ends open where they are absent. */
export type KernelRange = {readonly from?: Version; readonly below?: Version};

/** Holds where all it names does; `{}` always. */
export type Condition = {readonly arch?: Architecture; readonly kernel?: KernelRange};

/** What a recipe is composed for: the version is that of the source which is used. */
export type Target = {readonly arch: Architecture; readonly kernelVersion: string};

/** `when` as files have it; what it says of parameters is judged where files are read. */
export type When = {readonly arch?: Architecture | undefined; readonly kernel?: string | undefined};

const comparison = String.raw`(?:>=|<=|>|<|=)\d{1,6}(?:\.\d{1,6}){0,2}`;
/** Comparisons joined by spaces, all of which have to hold. */
export const kernelRangePattern = new RegExp(`^${comparison}(?: +${comparison})*$`);

/**
 * The range that a text such as `>=5.10.220 <5.11` names; undefined where the text is none. A comparison looks at
 * as many numbers as it writes: 6.1.192 is `=6.1` and `<=6.1`, but not `>6.1`.
 */
export function parseKernelRange(text: string): KernelRange | undefined {
  if (!kernelRangePattern.test(text)) return undefined;
  return text.split(/ +/).map(rangeOfComparison).reduce(bothRanges);
}

function rangeOfComparison(text: string): KernelRange {
  const [, operator, written] = /^([<>=]+)(.*)$/.exec(text)!;
  const numbers = written!.split('.').map(Number);
  const from = versionOf(numbers);
  const after = versionOf(numbers.with(-1, numbers.at(-1)! + 1));
  switch (operator) {
    case '>=':
      return {from};
    case '>':
      return {from: after};
    case '<':
      return {below: from};
    case '<=':
      return {below: after};
    default:
      return {from, below: after};
  }
}

function versionOf([version = 0, patchLevel = 0, subLevel = 0]: readonly number[]): Version {
  return [version, patchLevel, subLevel];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function bothRanges(a: KernelRange, b: KernelRange): KernelRange {
  const from =
    a.from === undefined || (b.from !== undefined && compare(a.from, b.from) < 0) ? b.from : a.from;
  const below =
    a.below === undefined || (b.below !== undefined && compare(a.below, b.below) > 0) ? b.below : a.below;
  return {...(from === undefined ? {} : {from}), ...(below === undefined ? {} : {below})};
}

/** Less than, equal to or greater than zero, as a kernel's release is older than another, as old or newer. */
export function compareReleases(a: string, b: string): number {
  return compare(releaseOf(a), releaseOf(b));
}

/** What follows the three numbers (`-rc1`) counts for nothing. */
function releaseOf(release: string): Version {
  const [numbers = ''] = /^\d+(?:\.\d+){0,2}/.exec(release) ?? [];
  return versionOf(numbers.split('.').map(Number));
}

/** Whether no version is in a range. */
export function isEmptyRange({from, below}: KernelRange): boolean {
  return below !== undefined && compare(from ?? [0, 0, 0], below) >= 0;
}

/** Whether a kernel is in a range; what follows its three numbers (`-rc1`) counts for nothing, as in KERNEL_VERSION. */
export function inKernelRange({from, below}: KernelRange, kernelVersion: string): boolean {
  const version = releaseOf(kernelVersion);
  return (
    (from === undefined || compare(version, from) >= 0) &&
    (below === undefined || compare(version, below) < 0)
  );
}

/** The condition that `when` writes; its range must have passed the schema. */
export function conditionOf(when: When | undefined): Condition {
  const kernel = when?.kernel === undefined ? undefined : parseKernelRange(when.kernel);
  return {
    ...(when?.arch === undefined ? {} : {arch: when.arch}),
    ...(kernel === undefined ? {} : {kernel}),
  };
}

/** Whether a condition holds for what a recipe is composed for. */
export function holds({arch, kernel}: Condition, target: Target): boolean {
  return (
    (arch === undefined || arch === target.arch) &&
    (kernel === undefined || inKernelRange(kernel, target.kernelVersion))
  );
}

/** The condition that holds where both do; undefined where that is nowhere. */
export function both(a: Condition, b: Condition): Condition | undefined {
  if (a.arch !== undefined && b.arch !== undefined && a.arch !== b.arch) return undefined;
  const kernel = bothRanges(a.kernel ?? {}, b.kernel ?? {});
  if (isEmptyRange(kernel)) return undefined;
  const arch = a.arch ?? b.arch;
  const isOpen = kernel.from === undefined && kernel.below === undefined;
  return {...(arch === undefined ? {} : {arch}), ...(isOpen ? {} : {kernel})};
}

/** Each pair of one of `some` and one of `others` that can hold together; equal ones once. */
export function allBoth(some: readonly Condition[], others: readonly Condition[]): readonly Condition[] {
  const together = some.flatMap((one) => others.map((other) => both(one, other)));
  return alternatives(together.filter((condition) => condition !== undefined));
}

/** Conditions of which one is enough: without doubles, and only `{}` where that is among them. */
export function alternatives(conditions: readonly Condition[]): readonly Condition[] {
  const always = conditions.find(({arch, kernel}) => arch === undefined && kernel === undefined);
  if (always !== undefined) return [always];
  return [...new Map(conditions.map((condition) => [formatCondition(condition), condition])).values()];
}

/** `arm64, >=5.10.220 <5.11`. */
export function formatCondition({arch, kernel}: Condition): string {
  const range = kernel === undefined ? '' : formatKernelRange(kernel);
  return [arch ?? '', range].filter((text) => text !== '').join(', ');
}

/** `>=5.10.220 <5.11`, an end of a range in as many numbers as it needs. */
export function formatKernelRange({from, below}: KernelRange): string {
  return [from && `>=${formatVersion(from)}`, below && `<${formatVersion(below)}`]
    .filter((text) => text !== undefined)
    .join(' ');
}

function formatVersion([version, patchLevel, subLevel]: Version): string {
  return subLevel === 0 ? `${version}.${patchLevel}` : `${version}.${patchLevel}.${subLevel}`;
}
