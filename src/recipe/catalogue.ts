/** The catalogue: every tunable that the folders of recipes know. */

import {type Diagnostic, exitCode, KbuildError, lineAndColumn, type Place} from '../base/diagnostic.ts';
import {firstFaults, placeAt, writtenAt} from './document.ts';
import {locate, namesOf, type RecipeFolders} from './folders.ts';
import {type Loaded, loadTunables} from './load.ts';
import {nearestHint} from './nearest.ts';
import {type Tunable, tunableValue} from './tunable.ts';
import type {TunableEntry, TunablesFile} from './tunable-schema.ts';

/**
 * Every tunable of the folders, by system.
 * @throws KbuildError (2) with every fault of every catalogue
 */
export async function readCatalogue(folders: RecipeFolders): Promise<readonly Tunable[]> {
  const tunables = new Map<string, Tunable>();
  const faults: Diagnostic[] = [];
  for (const name of await namesOf(folders, 'tunable')) {
    const loaded = await loadTunables(name, (await locate(folders, 'tunable', name))!);
    faults.push(...loaded.diagnostics);
    for (const tunable of tunablesOf(loaded, faults)) {
      const before = tunables.get(tunable.name);
      if (before === undefined) tunables.set(tunable.name, tunable);
      else faults.push(toldTwice(tunable, before));
    }
  }
  if (faults.length > 0) throw new KbuildError(exitCode.badInput, ...firstFaults(faults));
  return [...tunables.values()];
}

function toldTwice({name, place}: Tunable, before: Tunable): Diagnostic {
  const message = `${name} is in the catalogue ${before.system} already (${placeText(before.place)})`;
  return {severity: 'error', code: 'tunable-twice', message, place};
}

/** `file:line`. */
export function placeText(place: Place): string {
  return `${place.file}:${lineAndColumn(place).line}`;
}

/** What stands before the key in a tunable's name. */
const prefixes: Partial<Record<TunableEntry['kind'], string>> = {
  'zfs-property': 'zfs.',
  'zpool-property': 'zpool.',
  'nfs-mount': 'nfsmount.',
  qtfs: 'qtfs.',
};

function tunablesOf({file, document}: Loaded<TunablesFile>, faults: Diagnostic[]): readonly Tunable[] {
  if (file === undefined) return [];
  return Object.entries(file.tunables).map(([name, entry]) => {
    const at = (...path: readonly PropertyKey[]): string =>
      writtenAt(document, ['tunables', name, ...path]) ?? '';
    const {summary, kind, type, effect, key, unit, range, also, values, count, powerOfTwo, symbol} = entry;
    const prefix = prefixes[kind] ?? '';
    const tunable: Tunable = {
      name,
      system: file.name,
      summary,
      kind,
      type,
      effect,
      key: key ?? (name.startsWith(prefix) ? name.slice(prefix.length) : name),
      ...(unit === undefined ? {} : {unit}),
      ...(range === undefined ? {} : {range: [range[0], range[1]]}),
      ...(entry.automatic === undefined ? {} : {automatic: at('automatic')}),
      also: (also ?? []).map((_, index) => at('also', index)),
      values: (values ?? []).map((_, index) => at('values', index)),
      ...(count === undefined ? {} : {count}),
      powerOfTwo: powerOfTwo ?? false,
      ...(symbol === undefined ? {} : {symbol}),
      ...(entry.observe === undefined ? {} : {observe: entry.observe}),
      ...(entry.service === undefined ? {} : {service: entry.service}),
      ...(entry.note === undefined ? {} : {note: entry.note}),
      where: [file.where, entry.where].filter((one) => one !== undefined),
      place: placeAt(document, ['tunables', name], 'key'),
    };
    if (entry.default === undefined) return tunable;
    const value = tunableValue(tunable, at('default'));
    if (typeof value === 'string') return {...tunable, default: value};
    faults.push({
      severity: 'error',
      code: 'wrong-value',
      message: `the default of ${name} is ${JSON.stringify(at('default'))}: ${value.expected} is expected`,
      place: placeAt(document, ['tunables', name, 'default']),
    });
    return tunable;
  });
}

/** A value for a tunable, of all its instances or of one. */
export type Tuning = {
  readonly tunable: Tunable;
  /** `tank/export` of `zfs.recordsize@tank/export`. */
  readonly instance?: string;
  /** In the form that values are compared in. */
  readonly value: string;
};

const instanceKinds = new Set(['zfs-property', 'zpool-property']);

/** What `NAME` or `NAME@INSTANCE` is among these tunables, or what is wrong with it. */
export function findTunable(
  name: string,
  known: readonly Tunable[],
  of: string,
  place?: Place,
): Omit<Tuning, 'value'> | Diagnostic {
  const [, plain = name, instance] = /^([^@]*)(?:@(.*))?$/.exec(name) ?? [];
  const at = place === undefined ? {} : {place};
  const tunable = known.find((one) => one.name === plain);
  if (tunable === undefined) {
    const hint =
      nearestHint(
        plain,
        known.map((one) => one.name),
      ) ?? 'kbuild param list RECIPE shows those there are';
    return {
      severity: 'error',
      code: 'unknown-tunable',
      message: `${of} has no parameter ${plain}`,
      ...at,
      hint,
    };
  }
  if (instance === undefined) return {tunable};
  if (instanceKinds.has(tunable.kind) && /^[A-Za-z][\w.:/-]*$/.test(instance)) return {tunable, instance};
  const message = instanceKinds.has(tunable.kind)
    ? `${name}: ${JSON.stringify(instance)} is no name of a pool or data set that kbuild takes: letters, digits and _ . : / -`
    : `${plain} is one value of a machine: there is no ${name}`;
  return {severity: 'error', code: 'wrong-instance', message, ...at};
}

/** A value for a tunable, or what is wrong with it: what is expected, and where that is declared. */
export function tuningOf(
  name: string,
  text: string,
  known: readonly Tunable[],
  of: string,
  place?: Place,
): Tuning | Diagnostic {
  const found = findTunable(name, known, of, place);
  if ('severity' in found) return found;
  const value = tunableValue(found.tunable, text);
  if (typeof value === 'string') return {...found, value};
  return {
    severity: 'error',
    code: 'wrong-parameter',
    message: `${name} is ${JSON.stringify(text)}: ${value.expected} is expected`,
    ...(place === undefined ? {} : {place}),
    hint: `${found.tunable.summary} (${placeText(found.tunable.place)})`,
  };
}
