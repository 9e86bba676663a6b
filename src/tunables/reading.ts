/** What a machine answers of its tunables, and what that means: what is set, and whether that is in effect. */

import type {Tuning} from '../recipe/catalogue.ts';
import {observedValue, type Tunable} from '../recipe/tunable.ts';
import {cephPrelude} from './ceph-prelude.ts';
import {readingLines, settingLines} from './kinds.ts';
import {prelude} from './prelude.ts';

/** A tunable, or one instance of it, with the value it is to have where one is given. */
export type Wish = Omit<Tuning, 'value'> & {readonly value?: string};

/** A value of one instance: a data set, a mount point, a daemon; '' where a machine has one. */
export type Seen = {readonly instance: string; readonly value: string};

/**
 * `in effect`: all that is seen is as it is set. `pending`: something else is seen. `not observed`: nothing shows it, or only
 * that it was set, or what the system has chosen itself. `refused`: the machine said no. `missing`: the machine has no such
 * thing. `elsewhere`: it is a matter of other machines.
 */
export type Verdict = 'in effect' | 'pending' | 'not observed' | 'refused' | 'missing' | 'elsewhere';

export type Reading = {
  readonly name: string;
  /** What it was to be set to, where it was. */
  readonly wanted?: string;
  /** What is set for the next start; absent where nothing is, or what is seen is what is set. */
  readonly set?: string;
  /** What is in effect. */
  readonly seen: readonly Seen[];
  readonly verdict: Verdict;
  /** What would make it effective; absent of what is pending: nothing, the system keeps another value. */
  readonly until?: string;
  /** The machine's own words, where it refused. */
  readonly reason?: string;
  /** What would make a value last that the machine itself does not keep beyond its next start. */
  readonly lasting?: string;
};

/** The command that sets wishes which have a value, and then reads all. One for all: a console takes a while for each. */
export function scriptFor(wishes: readonly Wish[], daemons: string | undefined): string {
  const asked = wishes.map((wish, index) => ({...wish, index, ...daemonsOf(wish.tunable, daemons)}));
  const settings = asked.flatMap((one) => (one.value === undefined ? [] : [settingLines(one, one.value)]));
  const readings = asked.map(readingLines);
  const isOfCeph = wishes.some(({tunable}) => tunable.kind === 'ceph');
  const lines = isOfCeph
    ? ['W=$(mktemp -d)', ...settings, 'ceph_again', ...readings, 'rm -rf "$W"']
    : [...settings, ...readings];
  const functions = isOfCeph ? `${prelude}${cephPrelude}` : prelude;
  return `${functions}main() {\n${lines.join('\n')}\necho @end\n}\nmain </dev/null 2>/dev/null\n`;
}

/** What counts for all daemons is asked of the monitors. */
function daemonsOf({service = ''}: Tunable, given: string | undefined): {daemons: string; section: string} {
  if (given !== undefined) return {daemons: given, section: given.replace(/\.\*$/, '')};
  return {daemons: `${service === 'global' ? 'mon' : service}.*`, section: service};
}

/** Everything a machine said of one tunable. */
type Said = {set: Seen[]; now: Seen[]; errors: string[]; later: string[]; flags: Set<string>; needs: string};

/** What the answer of a machine says of each wish; undefined where it broke off. */
export function readingsOf(wishes: readonly Wish[], answer: string): readonly Reading[] | undefined {
  const said = wishes.map(
    (): Said => ({set: [], now: [], errors: [], later: [], flags: new Set(), needs: ''}),
  );
  const lines = answer.split('\n').map((line) => line.replace(/\r$/, ''));
  if (!lines.includes('@end')) return undefined;
  for (const line of lines) {
    const [, index, what, instance, value] = /^@(\d+) (\w+) ?([^\t]*)\t?(.*)$/.exec(line) ?? [];
    const one = said[Number(index)];
    if (one === undefined || what === undefined) continue;
    if (what === 'set' || what === 'now') one[what].push({instance: instance!, value: value!.trim()});
    else if (what === 'error') one.errors.push(instance === '' ? value! : `${instance}: ${value}`);
    else if (what === 'later') one.later.push(instance!);
    else if (what === 'needs') one.needs = value!;
    else one.flags.add(what);
  }
  return wishes.map((wish, index) => judged(wish, said[index]!));
}

function judged({tunable, instance, value}: Wish, said: Said): Reading {
  const name = instance === undefined ? tunable.name : `${tunable.name}@${instance}`;
  const read = (all: readonly Seen[]): readonly Seen[] =>
    all.map((one) => ({...one, value: observedValue(tunable, one.value)}));
  const isTold = isOnlyTold(tunable);
  const seen = isTold ? [] : read(said.now);
  const set = read(isTold ? said.now : said.set).filter((one) => one.value !== '');
  const values = [...new Set(set.map((one) => one.value))];
  const common = {
    name,
    ...(value === undefined ? {} : {wanted: value}),
    ...(values.length === 0 ? {} : {set: values.join(', ')}),
    seen,
  };
  if (said.flags.has('absent')) {
    const until = said.needs === '' ? {} : {until: `a rebuilt kernel with ${said.needs}`};
    return {...common, verdict: 'missing', ...until};
  }
  if (said.flags.has('elsewhere')) return {...common, verdict: 'elsewhere'};
  if (said.errors.length > 0) return {...common, verdict: 'refused', reason: said.errors.join('; ')};
  if (said.flags.has('builtin')) return {...common, verdict: 'refused', reason: onlyInImage};
  const until =
    said.later.length > 0 ? `the next start of ${[...new Set(said.later)].join(', ')}` : untilOf(tunable);
  const lasting = said.flags.has('fleeting') ? {lasting: lastingWay(tunable)} : {};
  const open = {...common, ...(until === undefined ? {} : {until}), ...lasting};
  if (said.later.length > 0) return {...open, verdict: 'pending'};
  const expected = ({instance: one, value: now}: Seen): string =>
    ownOf(one, set) ?? value ?? setFor(one, set) ?? now;
  if (seen.length === 0) return {...open, verdict: 'not observed'};
  if (seen.every((one) => one.value === expected(one))) return {...common, ...lasting, verdict: 'in effect'};
  // It was told to choose, and has.
  const isChosen = seen.every((one) => expected(one) === tunable.automatic);
  return {...open, verdict: isChosen ? 'not observed' : 'pending'};
}

/** What a data set or a daemon has of its own. */
function ownOf(instance: string, set: readonly Seen[]): string | undefined {
  return instance === '' ? undefined : set.find((one) => one.instance === instance)?.value;
}

/** What is set for an instance: its own value, that of what it is below, or the one for all. */
function setFor(instance: string, set: readonly Seen[]): string | undefined {
  const own = set.find((one) => one.instance === instance);
  if (own !== undefined || instance === '') return own?.value;
  return setFor(instance.replace(/\/?[^/]*$/, ''), set);
}

/** A file of the kernel's that shows what it will use for the next mount or service, and not what those there are use. */
function isOnlyTold({kind, effect, observe}: Tunable): boolean {
  const isFile = kind === 'sysctl' || kind === 'module-parameter';
  return isFile && observe === undefined && /^next (?:mount|start)/.test(effect);
}

/** What makes a value last that the machine itself cannot keep. */
function lastingWay({kind}: Tunable): string {
  if (kind === 'ceph') return "a machine with the administrator's key, which can tell the monitors";
  if (kind === 'lctl') return 'lctl set_param -P on the machine with the MGS';
  return 'an image made with it: its module is a part of the kernel (kbuild param set --in-image)';
}

const onlyInImage =
  'its module is a part of the kernel: only an image made with it has it (kbuild param set --in-image)';

/** What makes a value effective that is set. */
function untilOf({effect, kind, key}: Tunable): string | undefined {
  // It was taken at once, or never will be.
  if (effect === 'now') return undefined;
  if (effect === 'next load') return `the next boot, or the next load of ${key.split('.')[0]}`;
  if (kind === 'nfs-mount' || effect === 'next mount') return 'the next mount';
  return effect.replace(/^next /, 'the next ');
}
