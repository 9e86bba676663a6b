/** A YAML text and the places of what it says. */

import {type Document, isMap, isPair, isScalar, isSeq, type Node, parseDocument, visit} from 'yaml';
import type {Diagnostic, Place} from '../base/diagnostic.ts';

export type Path = readonly PropertyKey[];

export type SourceDocument = {
  /** As shown in messages. */
  readonly file: string;
  readonly text: string;
  /** The plain value of the whole document; undefined where the YAML is faulty. */
  readonly value: unknown;
  readonly root: Node | null;
  readonly diagnostics: readonly Diagnostic[];
};

/** More than any recipe has, and little enough to parse in no time. */
const maxLength = 64 * 1024;
/** The parser takes seconds for thousands of brackets. */
const tooDeep = /(?:[[{]\s*){16}|(?:- +){16}/;

/** Reads a YAML text. Faults of syntax, aliases and odd tags are among `diagnostics`, each with its place. */
export function readDocument(file: string, text: string): SourceDocument {
  const faulty = (...diagnostics: Diagnostic[]): SourceDocument => ({
    file,
    text,
    value: undefined,
    root: null,
    diagnostics,
  });
  const fault = (code: string, message: string, start: number, end: number, hint?: string): Diagnostic => ({
    severity: 'error',
    code,
    message,
    place: {file, text, start, end},
    ...(hint === undefined ? {} : {hint}),
  });
  if (text.length > maxLength) return faulty(fault('too-large', 'a recipe has at most 64 KiB', 0, 0));
  const deep = fault('too-deep', 'the YAML is nested too deeply to be a recipe', 0, 0);
  if (tooDeep.test(text)) return faulty(deep);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {prettyErrors: false, logLevel: 'silent'});
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return faulty(deep);
  }
  const faults = [...document.errors, ...document.warnings].map((error) =>
    fault('yaml-syntax', firstLine(error.message), error.pos[0], error.pos[1], tabHint(text, error.pos[0])),
  );
  // An alias costs nothing to write and multiplies what it names: ten lines of them can ask for gigabytes.
  visit(document, {
    Alias: (_, alias) => {
      const [start = 0, end = start] = alias.range ?? [];
      faults.push(
        fault(
          'yaml-alias',
          `recipes have no YAML aliases: *${alias.source}`,
          start,
          end,
          'write it as a part',
        ),
      );
    },
  });
  if (faults.length > 0) return faulty(...faults);
  return {file, text, value: document.toJS(), root: document.contents, diagnostics: []};
}

function firstLine(message: string): string {
  return message.split('\n')[0]!;
}

function tabHint(text: string, position: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1).split('\n')[0]!;
  return /^ *\t/.test(line) ? 'indent with spaces: YAML has no tabs there' : undefined;
}

type Found = {key?: Node; value?: Node};

function find(root: Node | null, path: Path): Found {
  let found: Found = root === null ? {} : {value: root};
  for (const step of path) {
    const {value} = found;
    let next: Found | undefined;
    if (isMap(value)) {
      const pair = value.items.find(({key}) => isScalar(key) && String(key.value) === String(step));
      if (isPair(pair)) {
        next = {key: pair.key as Node, ...(pair.value === null ? {} : {value: pair.value as Node})};
      }
    } else if (isSeq(value)) {
      const item = value.items[Number(step)];
      if (item !== undefined) next = {value: item as Node};
    }
    // What is missing is shown where it would have been: at the innermost thing that is there.
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

/** The place of what is at `path`, or of its key, or of the innermost thing around it. */
export function placeAt(document: SourceDocument, path: Path, at: 'key' | 'value' = 'value'): Place {
  const {key, value} = find(document.root, path);
  const node = at === 'key' ? (key ?? value) : (value ?? key);
  const [start = 0, end = start] = node?.range ?? [];
  return {file: document.file, text: document.text, start, end};
}

/** The text of a plain scalar as it was written, `0x10` and not 16; undefined for what is no scalar. */
export function writtenAt(document: SourceDocument, path: Path): string | undefined {
  const {value} = find(document.root, path);
  return isScalar(value) ? (value.source ?? String(value.value)) : undefined;
}
