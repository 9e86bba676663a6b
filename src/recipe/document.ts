/** A YAML text and the places of what it says. */

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  visit,
  type YAMLMap,
} from 'yaml';
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

/** More than any recipe has, and little enough to read in no time: bytes of a file, and marks and words in it. */
export const mostBytes = 512 * 1024;
const mostWords = 400_000;
/** Recipes need half of it. */
const deepest = 24;
/** As many as people read; a file of any content can have hundreds of thousands. */
const mostFaults = 100;

/** Reads a YAML text. Faults of syntax, aliases and odd keys are among `diagnostics`, each with its place. */
export function readDocument(file: string, text: string): SourceDocument {
  const faulty = (diagnostics: readonly Diagnostic[]): SourceDocument => ({
    file,
    text,
    value: undefined,
    root: null,
    diagnostics: firstFaults(diagnostics),
  });
  try {
    const {document, faults} = compose(file, text);
    if (faults.length > 0) return faulty(faults);
    return {file, text, value: document?.toJS(), root: document?.contents ?? null, diagnostics: []};
  } catch (error) {
    if (error instanceof Refused) return faulty([error.diagnostic]);
    // The stack of the parser, which calls itself for each level.
    if (error instanceof RangeError) return faulty([tooDeep(file, text, 0)]);
    throw error;
  }
}

/** Thrown out of the middle of a text, the rest of which is not looked at. */
class Refused extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** The first faults of a file, and how many there are besides. */
export function firstFaults(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const more = diagnostics.length - mostFaults;
  if (more <= 0) return diagnostics;
  const message = `and ${more} more faults of this kind or another`;
  return [...diagnostics.slice(0, mostFaults), {severity: 'note', code: 'more-faults', message}];
}

/** A fault of a file that is no recipe by its size alone. */
export function tooLarge(file: string, text: string, start = 0): Diagnostic {
  const message = 'the file is too large to be a recipe';
  const hint = `a recipe has at most ${mostBytes / 1024} KiB; take a part of it out into \`parts\``;
  return {severity: 'error', code: 'too-large', message, place: {file, text, start, end: start}, hint};
}

function tooDeep(file: string, text: string, start: number): Diagnostic {
  const message = 'the YAML is nested too deeply to be a recipe';
  return {severity: 'error', code: 'too-deep', message, place: {file, text, start, end: start}};
}

/** The document of a text, which may be empty, and what is wrong with it. */
function compose(
  file: string,
  text: string,
): {readonly document: Document.Parsed | undefined; readonly faults: readonly Diagnostic[]} {
  if (text.length > mostBytes) throw new Refused(tooLarge(file, text));
  const faults: Diagnostic[] = [];
  const fault = (code: string, message: string, range: readonly number[], hint?: string): void => {
    const [start = 0, end = start] = range;
    const place = {file, text, start, end};
    faults.push({severity: 'error', code, message, place, ...(hint === undefined ? {} : {hint})});
  };
  // Keys are compared here: the library compares each with all others.
  const composer = new Composer({prettyErrors: false, logLevel: 'silent', uniqueKeys: false});
  let document: Document.Parsed | undefined;
  for (const one of composer.compose(tokensOf(file, text), true, text.length)) {
    if (document !== undefined) {
      fault('yaml-documents', 'a recipe is one YAML document; here another begins', one.range);
      break;
    }
    document = one;
    for (const {message, pos} of [...one.errors, ...one.warnings])
      fault('yaml-syntax', firstLine(message), pos, tabHint(text, pos[0]));
  }
  if (document === undefined || faults.length > 0) return {document, faults};
  visit(document, {
    Node: (_, node, path) => {
      if (path.length > 2 * deepest) throw new Refused(tooDeep(file, text, node.range?.[0] ?? 0));
      if (isAlias(node)) {
        // It costs nothing to write and multiplies what it names: ten lines of them can ask for gigabytes.
        const message = `recipes have no YAML aliases: *${shortened(node.source)}`;
        fault('yaml-alias', message, node.range ?? [], 'write it as a part');
      } else if (isMap(node)) {
        for (const [message, range] of wrongKeys(node)) fault('yaml-key', message, range);
      }
    },
  });
  return {document, faults};
}

/** Keys that are no texts, or are there twice. */
function wrongKeys(map: YAMLMap): readonly (readonly [string, readonly number[]])[] {
  const keys = new Set<string>();
  const wrong: (readonly [string, readonly number[]])[] = [];
  for (const {key} of map.items as readonly Pair<Node | null>[]) {
    const range = key?.range ?? map.range ?? [];
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined) wrong.push(['a key is a word or a text', range]);
    else if (keys.has(name)) wrong.push([`the key ${shortened(name)} is there twice`, range]);
    else keys.add(name);
  }
  return wrong;
}

/** A text as it is shown in a message. */
export function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The tokens of a text, as long as there are not too many of them, or too many brackets in one another. */
function* tokensOf(file: string, text: string): Generator<CST.Token> {
  const parser = new Parser();
  let depth = 0;
  let words = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth -= 1;
    words += 1;
    if (depth > deepest) throw new Refused(tooDeep(file, text, parser.offset));
    if (words > mostWords) throw new Refused(tooLarge(file, text, parser.offset));
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

function firstLine(message: string): string {
  return message.split('\n')[0]!;
}

function tabHint(text: string, position: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1).split('\n')[0]!;
  return /^ *\t/.test(line) ? 'indent with spaces: YAML has no tabs there' : undefined;
}

type Found = {key?: Node; value?: Node};

/** Of each map that something was looked for in, what it has by key. */
const entries = new WeakMap<object, ReadonlyMap<string, Found>>();

function entriesOf(map: YAMLMap): ReadonlyMap<string, Found> {
  const known = entries.get(map);
  if (known !== undefined) return known;
  const made = new Map<string, Found>();
  for (const {key, value} of map.items as readonly Pair<Node, Node | null>[]) {
    if (isScalar(key)) made.set(String(key.value), {key, ...(value === null ? {} : {value})});
  }
  entries.set(map, made);
  return made;
}

function find(root: Node | null, path: Path): Found {
  let found: Found = root === null ? {} : {value: root};
  for (const step of path) {
    const {value} = found;
    let next: Found | undefined;
    if (isMap(value)) next = entriesOf(value).get(String(step));
    else if (isSeq(value)) {
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
