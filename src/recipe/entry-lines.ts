/** Entries of a map are put into the text of a recipe, changed there and taken out, and nothing else of the text is touched. */

import {isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap} from 'yaml';
import {readDocument} from './document.ts';
import {asWritten} from './parameters.ts';

/** What becomes of an entry; a value that is undefined takes it out. */
export type EntryChange = {readonly name: string; readonly value: string | undefined};

/** A map of single values: where it is, and after which of its neighbours it comes where it is not there yet. */
export type EntryMap = {readonly in: readonly string[]; readonly key: string; readonly after?: string};

/** What stands from `start` to `end` gives way to `text`. */
type Splice = {readonly start: number; readonly end: number; readonly text: string};
type Entry = Pair<Node, Node | null>;

/**
 * The text of a recipe with these entries. One that is there keeps its place, reason and comments and gets another value; new
 * ones come after the last. The comment at the end of a line that is taken out goes with it, those on lines of their own stay.
 * @param text of a recipe without faults
 */
export function withEntries(text: string, at: EntryMap, changes: readonly EntryChange[]): string {
  const owner = at.in.reduce<unknown>(
    (map, key) => (isMap(map) ? entriesOf(map).find((entry) => keyOf(entry) === key)?.value : undefined),
    readDocument('', text).root,
  );
  if (!isMap(owner)) return text;
  const known = entriesOf(owner).find((entry) => keyOf(entry) === at.key);
  const map = known?.value;
  const splices = isMap(map) ? splicesIn(text, known!, map, changes) : newEntries(text, owner, at, changes);
  return [...splices]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((whole, {start, end, text: put}) => whole.slice(0, start) + put + whole.slice(end), text);
}

function entriesOf(map: YAMLMap): readonly Entry[] {
  return map.items as readonly Pair[] as readonly Entry[];
}

function splicesIn(
  text: string,
  owner: Entry,
  map: YAMLMap,
  changes: readonly EntryChange[],
): readonly Splice[] {
  const entries = new Map(entriesOf(map).map((entry) => [keyOf(entry), entry]));
  const splices: Splice[] = [];
  const added: string[] = [];
  const removed = new Set<Entry>();
  for (const {name, value} of changes) {
    const entry = entries.get(name);
    if (entry === undefined && value !== undefined) added.push(entryText(name, value));
    else if (entry !== undefined && value !== undefined) splices.push(valueSplice(text, entry, value));
    else if (entry !== undefined) removed.add(entry);
  }
  const all = [...entries.values()];
  const more = map.flow ? flowSplices(text, map, keyOf(owner), all) : blockSplices(text, owner, all);
  return [...splices, ...more(removed, added)];
}

function keyOf({key}: Entry): string {
  return isScalar(key) ? String(key.value) : '';
}

function entryText(name: string, value: string): string {
  return `${name}: ${scalarText(value)}`;
}

/** A whole number, or a word that YAML reads as a text, stands as it is. */
function scalarText(value: string): string {
  const text = asWritten(value);
  const isPlain = /^(?:-?\d{1,20}|0[xX][0-9a-fA-F]{1,16}|[A-Za-z][\w.-]*)$/.test(text);
  return isPlain && !/^(?:true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}

function valueSplice(text: string, {value}: Entry, wanted: string): Splice {
  const inMap = isMap(value) ? entriesOf(value).find((entry) => keyOf(entry) === 'value')?.value : value;
  const [start, end] = inMap!.range!;
  // A text in lines of its own ends with the last of them.
  const lineEnd = /\r?\n$/.exec(text.slice(start, end))?.[0] ?? '';
  return {start, end, text: scalarText(wanted) + lineEnd};
}

type MoreSplices = (removed: ReadonlySet<Entry>, added: readonly string[]) => readonly Splice[];

/** One entry a line, as most recipes have them. */
function blockSplices(text: string, owner: Entry, all: readonly Entry[]): MoreSplices {
  return (removed, added) => {
    const first = lineStart(text, all[0]!.key.range![0]);
    const indent = text.slice(first, all[0]!.key.range![0]);
    const cut = [...removed].map((entry): Splice => {
      return {start: lineStart(text, entry.key.range![0]), end: lineAfter(text, entry), text: ''};
    });
    if (added.length > 0) return [...cut, linesAt(text, lineAfter(text, all.at(-1)!), indent, added)];
    if (removed.size < all.length) return cut;
    const colon = /^\s*:(?:[ \t]+[&!]\S*)*/.exec(text.slice(owner.key.range![1]))![0];
    const start = owner.key.range![1] + colon.length;
    return [...cut, {start, end: start, text: ' {}'}];
  };
}

function linesAt(text: string, start: number, indent: string, lines: readonly string[]): Splice {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const whole = lines.map((line) => indent + line + newline).join('');
  return {start, end: start, text: start > 0 && text[start - 1] !== '\n' ? newline + whole : whole};
}

function lineStart(text: string, position: number): number {
  return text.lastIndexOf('\n', position - 1) + 1;
}

/** Where the line after an entry's last begins. */
function lineAfter(text: string, entry: Entry): number {
  const end = endOf(entry);
  if (text[end - 1] === '\n') return end;
  const next = text.indexOf('\n', end);
  return next < 0 ? text.length : next + 1;
}

/** Where the last word of an entry ends: a map or list in lines of its own has the comments after it, too. */
function endOf({key, value}: Entry): number {
  let last: Node = value ?? key;
  while ((isMap(last) || isSeq(last)) && !last.flow && last.items.length > 0) {
    const item = last.items.at(-1) as Entry | Node;
    last = 'key' in item ? ((item as Entry).value ?? (item as Entry).key) : (item as Node);
  }
  return last.range![1];
}

/** Entries in braces. */
function flowSplices(text: string, map: YAMLMap, key: string, all: readonly Entry[]): MoreSplices {
  return (removed, added) => {
    const [start, end] = map.range!;
    const kept = all.filter((entry) => !removed.has(entry));
    const inside = text.slice(start + 1, end - 1);
    if (kept.length === 0 && !inside.includes('#')) return emptiedFlow(text, map, key, added);
    const separator = inside.includes('\n') ? `,${/\r?\n[ \t]*/.exec(inside)![0]}` : ', ';
    const cut = flowCuts(all, removed);
    const last = kept.at(-1);
    if (added.length === 0) return cut;
    const at = last === undefined ? start + 1 : endOf(last);
    const put = added.join(separator);
    return [...cut, {start: at, end: at, text: last === undefined ? put : separator + put}];
  };
}

/** From where an entry begins to the next; what comes after the last that stays, with the comma before it. */
function flowCuts(all: readonly Entry[], removed: ReadonlySet<Entry>): readonly Splice[] {
  const lastKept = all.findLastIndex((entry) => !removed.has(entry));
  const cuts = all.flatMap((entry, index): readonly Splice[] => {
    if (index > lastKept || !removed.has(entry)) return [];
    return [{start: entry.key.range![0], end: all[index + 1]!.key.range![0], text: ''}];
  });
  if (lastKept === all.length - 1) return cuts;
  const start = lastKept < 0 ? all[0]!.key.range![0] : endOf(all[lastKept]!);
  return [...cuts, {start, end: endOf(all.at(-1)!), text: ''}];
}

/** `goals: {}` becomes a list of lines, as long as it stands on a line of its own. */
function emptiedFlow(text: string, map: YAMLMap, key: string, added: readonly string[]): readonly Splice[] {
  const [start, end] = map.range!;
  if (added.length === 0) return [{start, end, text: '{}'}];
  const line = lineStart(text, start);
  const before = /^([ \t]*)([^\s:]+):[ \t]+$/.exec(text.slice(line, start));
  const next = text.indexOf('\n', end);
  const rest = text.slice(end, next < 0 ? text.length : next);
  if (before?.[2] !== key || !/^\s*(?:#.*)?$/.test(rest))
    return [{start, end, text: `{${added.join(', ')}}`}];
  const space = start - text.slice(line, start).trimEnd().length - line;
  return [
    {start: start - space, end, text: ''},
    linesAt(text, next < 0 ? text.length : next + 1, `${before[1]}  `, added),
  ];
}

/** A map that is not there yet comes after what it is to follow, or last. */
function newEntries(
  text: string,
  owner: YAMLMap,
  {key, after}: EntryMap,
  changes: readonly EntryChange[],
): readonly Splice[] {
  const lines = changes.flatMap(({name, value}) => (value === undefined ? [] : [entryText(name, value)]));
  const all = entriesOf(owner);
  const last = all.find((entry) => keyOf(entry) === after) ?? all.at(-1);
  if (lines.length === 0 || last === undefined) return [];
  const at = owner.flow ? endOf(last) : lineAfter(text, last);
  if (owner.flow) return [{start: at, end: at, text: `, ${key}: {${lines.join(', ')}}`}];
  const first = all[0]!.key.range![0];
  const indent = text.slice(lineStart(text, first), first);
  return [linesAt(text, at, indent, [`${key}:`, ...lines.map((line) => `  ${line}`)])];
}
