/** Reads one recipe or part file and checks it against the schema. */

import {readFile, stat} from 'node:fs/promises';
import {z} from 'zod';
import type {Diagnostic} from '../base/diagnostic.ts';
import {type Condition, conditionOf} from './condition.ts';
import {
  firstFaults,
  mostBytes,
  type Path,
  placeAt,
  readDocument,
  type SourceDocument,
  shortened,
  tooLarge,
} from './document.ts';
import {shownPath} from './folders.ts';
import {nearestHint} from './nearest.ts';
import type {ParameterCondition} from './parameters.ts';
import {type ModuleFile, moduleFile, type PartFile, partFile, type RecipeFile, recipeFile} from './schema.ts';
import {type TunablesFile, tunablesFile} from './tunable-schema.ts';

/** An entry of `use`. */
export type Use = {
  readonly part: string;
  /** Where the entry is, and in it the part's name. */
  readonly at: Path;
  readonly path: Path;
  readonly when: Condition;
  /** What it asks of the parameters of the file that has it. */
  readonly parameters: ParameterCondition | undefined;
  /** What it says of the part's parameters. */
  readonly with: Readonly<Record<string, unknown>>;
};

export type Loaded<File> = {
  readonly name: string;
  readonly path: string;
  readonly document: SourceDocument;
  /** Undefined where the file has faults. */
  readonly file: File | undefined;
  /** The parts it names, those of a faulty file too, so that the faults of all files show at once. */
  readonly uses: readonly Use[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Reads a recipe file whose name, by its path, is `name`, or a text in its place. Faults are in `diagnostics`. */
export function loadRecipe(name: string, path: string, text?: string): Promise<Loaded<RecipeFile>> {
  return load(name, path, recipeFile, text);
}

/** Reads a part file whose name, by its path, is `name`. Faults are in `diagnostics`. */
export function loadPart(name: string, path: string): Promise<Loaded<PartFile>> {
  return load(name, path, partFile);
}

/** Reads a module's file whose name, by its path, is `name`. Faults are in `diagnostics`. */
export function loadModule(name: string, path: string): Promise<Loaded<ModuleFile>> {
  return load(name, path, moduleFile);
}

/** Reads a catalogue of tunables whose name, by its path, is `name`. Faults are in `diagnostics`. */
export function loadTunables(name: string, path: string): Promise<Loaded<TunablesFile>> {
  return load(name, path, tunablesFile);
}

async function load<File extends {readonly name: string; readonly use?: PartFile['use']}>(
  name: string,
  path: string,
  schema: z.ZodObject & z.ZodType<File>,
  text?: string,
): Promise<Loaded<File>> {
  const document = text === undefined ? await documentOf(path) : readDocument(shownPath(path), text);
  const partly = {name, path, document, uses: namedParts(document.value)};
  if (document.diagnostics.length > 0) return {...partly, file: undefined, diagnostics: document.diagnostics};
  const parsed = schema.safeParse(document.value, {reportInput: true});
  const diagnostics = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => explain(document, schema, issue));
  if (parsed.success && parsed.data.name !== name) {
    diagnostics.push({
      severity: 'error',
      code: 'name-differs',
      message: `the file is ${name}.yaml, but its name is ${shortened(parsed.data.name)}`,
      place: placeAt(document, ['name']),
      hint: `write name: ${name}, or rename the file`,
    });
  }
  const sorted = diagnostics.sort((a, b) => (a.place?.start ?? 0) - (b.place?.start ?? 0));
  const first = firstFaults(sorted);
  if (!parsed.success) return {...partly, file: undefined, diagnostics: first};
  return {...partly, uses: usesOf(parsed.data.use), file: parsed.data, diagnostics: first};
}

/** What is no file is not opened (a pipe would be waited for), and of a large one nothing is read. */
async function documentOf(path: string): Promise<SourceDocument> {
  const file = shownPath(path);
  const empty = {file, text: '', value: undefined, root: null};
  const stats = await stat(path);
  const place = {file, text: '', start: 0, end: 0};
  if (!stats.isFile()) {
    const message = `${file} is no file`;
    return {...empty, diagnostics: [{severity: 'error', code: 'no-file', message, place}]};
  }
  if (stats.size > mostBytes) return {...empty, diagnostics: [tooLarge(file, '')]};
  return readDocument(file, await readFile(path, 'utf8'));
}

function usesOf(use: PartFile['use']): readonly Use[] {
  return (use ?? []).map((entry, index) =>
    typeof entry === 'string'
      ? {part: entry, at: ['use', index], path: ['use', index], when: {}, parameters: undefined, with: {}}
      : {
          part: entry.part,
          at: ['use', index],
          path: ['use', index, 'part'],
          when: conditionOf(entry.when),
          parameters: entry.when?.parameters,
          with: entry.with ?? {},
        },
  );
}

/** What can be read of `use` in a faulty file: names, wherever they count. */
function namedParts(value: unknown): readonly Use[] {
  const use = (value as {use?: unknown} | null | undefined)?.use;
  const entries: readonly unknown[] = Array.isArray(use) ? use : [];
  return usesOf(
    entries.map((entry) => {
      const part = typeof entry === 'string' ? entry : (entry as {part?: unknown} | null)?.part;
      return {part: typeof part === 'string' ? part : ''};
    }),
  ).map((entry, index) => (typeof entries[index] === 'string' ? {...entry, path: ['use', index]} : entry));
}

/** What an issue of zod is to the writer of a recipe. */
function explain(document: SourceDocument, schema: z.ZodObject, issue: z.core.$ZodIssue): Diagnostic[] {
  const error = (
    code: string,
    message: string,
    path: Path,
    at: 'key' | 'value',
    hint?: string,
  ): Diagnostic => ({
    severity: 'error',
    code,
    message,
    place: placeAt(document, path, at),
    ...(hint === undefined ? {} : {hint}),
  });
  const {path} = issue;
  const inMap = issue.code === 'invalid_union' && isMap(issue.input) ? issuesOfMap(issue.errors) : undefined;
  if (inMap !== undefined) {
    return inMap.flatMap((inner) =>
      explain(document, schema, {...inner, path: [...path, ...inner.path]} as z.core.$ZodIssue),
    );
  }
  const last = shortened(String(path.at(-1) ?? ''));
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) =>
      error(
        'unknown-key',
        `unknown key ${shortened(key)}${path.length === 0 ? '' : ` in ${pathText(path)}`}`,
        [...path, key],
        'key',
        keyHint(document.value, [...path, key], known),
      ),
    );
  }
  if (issue.code === 'invalid_key') {
    if (path[0] !== 'goals') return [error('wrong-key', `${last}: ${issue.issues[0]?.message}`, path, 'key')];
    const message = `${last} is not the name of a symbol: capital letters, digits and _`;
    return [error('wrong-symbol', message, path, 'key', symbolHint(last))];
  }
  if (isMissing(issue)) {
    const where = path.length > 1 ? ` in ${pathText(path.slice(0, -1))}` : '';
    return [error('missing-key', `${last} is missing${where}`, path.slice(0, -1), 'key')];
  }
  const subject = path.length === 0 ? 'the file' : pathText(path);
  return [error('wrong-value', `${subject}: ${messageOf(issue)}`, path, 'value', valueHint(path, issue))];
}

/** `{why: one, two}` is a map with a key `two` that has no value: a comma that was meant to be text. */
function keyHint(value: unknown, path: Path, known: readonly string[]): string {
  const key = String(path.at(-1));
  const near = nearestHint(key, known);
  if (near !== undefined) return near;
  const found = path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  return found === null
    ? 'a text with a comma in it goes in quotes here'
    : `known here: ${known.length === 0 ? 'no keys' : known.join(', ')}`;
}

function pathText(path: Path): string {
  return path.map((step) => shortened(String(step))).join('.');
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what each member of a union has against a map, what that has which is for maps: its own place is the better one. */
function issuesOfMap(
  errors: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  return errors.find((issues) =>
    issues.some(({code, path}) => path.length > 0 || code === 'unrecognized_keys' || code === 'custom'),
  );
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.input === undefined && issue.path.length > 0;
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  const names: Record<string, string> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    string: 'a text',
    int: 'a whole number',
  };
  return `${names[issue.expected] ?? `a ${issue.expected}`} is expected here`;
}

function valueHint(path: Path, issue: z.core.$ZodIssue): string | undefined {
  if (path[0] !== 'goals' || issue.code !== 'invalid_union') return undefined;
  if (issue.input === true) return 'write y';
  if (issue.input === false) return 'write n';
  return undefined;
}

/** What may have been meant by a key that is not the name of a symbol. */
export function symbolHint(key: string): string | undefined {
  const bare = key.toUpperCase().replace(/^CONFIG_/, '');
  if (key.startsWith('CONFIG_')) return `leave out CONFIG_: write ${bare}`;
  return /^[A-Z0-9_]+$/.test(bare) ? `write ${bare}` : undefined;
}

/** The keys that the schema has at a path. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let at: unknown = schema;
  for (const step of path) {
    const inner = unwrap(at);
    if (inner instanceof z.ZodObject) at = inner.shape[String(step)];
    else if (inner instanceof z.ZodRecord) at = inner.valueType;
    else if (inner instanceof z.ZodArray) at = inner.element;
    else return [];
  }
  const inner = unwrap(at);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** What an optional holds, and the map among what a union allows. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.find((option) => option instanceof z.ZodObject);
  return schema;
}
