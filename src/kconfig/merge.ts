/** Merging of config fragments as `scripts/kconfig/merge_config.sh` does it (Linux 5.10 to 7.2). */

/** What differs between the releases of the script. */
export type MergeRules = {
  /**
   * Up to 6.12 a symbol is looked for with grep -w and taken out with sed, so a comment that names it counts. 7.2 has
   * one pass of awk, for which `=n` in the base is as good as `is not set`.
   */
  readonly tool: 'sed' | 'awk';
  readonly missingBase: 'refused' | 'created';
  /** Whether an empty line goes before each fragment. */
  readonly separated: boolean;
  /** Whether the script has `-s`. */
  readonly strict: boolean;
  /** Whether the script has `-Q`. */
  readonly quiet: boolean;
};

export const mergeRules61: MergeRules = {
  tool: 'sed',
  missingBase: 'created',
  separated: true,
  strict: true,
  quiet: false,
};

const byDialect: Readonly<Record<string, MergeRules>> = {
  'linux-5.10': {...mergeRules61, missingBase: 'refused', separated: false, strict: false},
  'linux-6.12': {...mergeRules61, quiet: true},
  'linux-7.2': {...mergeRules61, quiet: true, tool: 'awk'},
};

/** The rules of a tree's own script, by its text; where there is none, those of the dialect of that name, else 6.1's. */
export function recogniseMergeRules(script: string | undefined, dialect: string): MergeRules {
  if (script === undefined) return byDialect[dialect] ?? mergeRules61;
  return {
    tool: script.includes('merge_cfg_line') ? 'awk' : 'sed',
    missingBase: script.includes('Creating one...') ? 'created' : 'refused',
    separated: /^\s*echo >> "?\$TMP_FILE"?$|print "" >> outfile/m.test(script),
    strict: script.includes('STRICT=true'),
    quiet: script.includes('WARNOVERRIDE=true'),
  };
}

/** A base or fragment: its name as it was given, and its text. */
export type ConfigFile = {readonly file: string; readonly text: string};

/** A line of what was merged, with its newline if it has one, and where it was written. */
export type MergedLine = {readonly text: string; readonly source: ConfigFile; readonly start: number};

/** What a fragment says of a symbol that was given a value before. */
export type MergeChange = {
  /** `kept`: the y before stays, though the fragment has m (`-y`). */
  readonly kind: 'overridden' | 'redundant' | 'kept';
  /** With the prefix. */
  readonly name: string;
  /** The lines before, and those of the fragment; several if a comment names the symbol. */
  readonly previous: string;
  readonly next: string;
  readonly fragment: string;
  /** The script's words, to the last newline. */
  readonly message: string;
};

export type MergeOptions = {
  readonly rules: MergeRules;
  readonly prefix: string;
  /** `-y`: m does not take the place of y. */
  readonly keepBuiltin: boolean;
};

/** A base that takes in one fragment after the other. */
export class Merge {
  readonly #options: MergeOptions;
  #lines: readonly MergedLine[];

  constructor(base: ConfigFile, options: MergeOptions) {
    this.#options = options;
    this.#lines = linesOf(base);
  }

  get lines(): readonly MergedLine[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.map(({text}) => text).join('');
  }

  /** Puts a fragment after what there is, and takes out what it replaces. */
  add(fragment: ConfigFile): readonly MergeChange[] {
    const {rules} = this.#options;
    const step = (rules.tool === 'awk' ? addByAwk : addBySed)(this.#lines, fragment, this.#options);
    const empty = rules.separated ? [{text: '\n', source: fragment, start: 0}] : [];
    this.#lines = [...step.before, ...empty, ...step.added].reduce(joinUnended, []);
    return step.changes;
  }
}

/**
 * The base with the fragments after it, as 6.1's script merges them. What is missing is left to `olddefconfig`:
 * `tinyconfig` is `allnoconfig` with kernel/configs/tiny-base.config, merged with kernel/configs/tiny.config and
 * arch/x86/configs/tiny.config, through `olddefconfig`.
 */
export function mergeFragments(base: string, fragments: readonly string[], prefix = 'CONFIG_'): string {
  const merge = new Merge({file: '', text: base}, {rules: mergeRules61, prefix, keepBuiltin: false});
  for (const text of fragments) merge.add({file: '', text});
  return merge.text;
}

type Step = {
  readonly before: readonly MergedLine[];
  readonly added: readonly MergedLine[];
  readonly changes: readonly MergeChange[];
};

function linesOf(source: ConfigFile): MergedLine[] {
  const lines: MergedLine[] = [];
  let start = 0;
  for (const text of source.text.split(/(?<=\n)/)) {
    if (text !== '') lines.push({text, source, start});
    start += text.length;
  }
  return lines;
}

/** What follows a line without a newline goes on in it. */
function joinUnended(lines: MergedLine[], line: MergedLine): MergedLine[] {
  const last = lines.at(-1);
  if (!last || last.text.endsWith('\n')) lines.push(line);
  else lines[lines.length - 1] = {...last, text: last.text + line.text};
  return lines;
}

/** The whole line, without its newline. */
export function contentOf({text}: MergedLine): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function escapeForPattern(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, '\\$&');
}

/** SED_CONFIG_EXP1 and 2: the name a line gives a value to. */
export function assignedName(prefix: string): (line: string) => string | undefined {
  const name = `(${escapeForPattern(prefix)}[a-zA-Z0-9_]*)`;
  const pattern = new RegExp(`^(?:${name}=|# ${name} is not set$)`);
  return (line) => {
    const found = pattern.exec(line);
    return found?.[1] ?? found?.[2];
  };
}

/** get_cfg of 7.2: what begins with a name is taken for an assignment, with or without `=`. */
export function startingName(prefix: string): (line: string) => string | undefined {
  const name = `(${escapeForPattern(prefix)}[a-zA-Z0-9_]+)`;
  const pattern = new RegExp(`^(?:${name}|# ${name} is not set$)`);
  return (line) => {
    const found = pattern.exec(line);
    return found?.[1] ?? found?.[2];
  };
}

/** Where names stand in lines: grep and sed would go through all lines for each. */
export class NameIndex {
  readonly #lines: Set<MergedLine>;
  readonly #words = new Map<string, Set<MergedLine>>();
  readonly #followed = new Map<string, Set<MergedLine>>();

  constructor(lines: readonly MergedLine[], prefix: string) {
    this.#lines = new Set(lines);
    for (const line of lines) this.#register(line, prefix);
  }

  #register(line: MergedLine, prefix: string): void {
    const {text} = line;
    const rest = /[A-Za-z0-9_]*/y;
    for (let at = text.indexOf(prefix); at >= 0 && at < text.length; at = text.indexOf(prefix, at + 1)) {
      rest.lastIndex = at + prefix.length;
      const name = prefix + rest.exec(text)![0];
      const after = text[at + name.length];
      if (at === 0 || !/\w/.test(text[at - 1]!)) addTo(this.#words, name, line);
      if (after === ' ' || after === '=') addTo(this.#followed, name, line);
    }
  }

  get lines(): readonly MergedLine[] {
    return [...this.#lines];
  }

  /** `grep -w NAME`: the lines with the name as a word, without their last newline. */
  grep(name: string): string {
    const found = [...(this.#words.get(name) ?? [])].filter((line) => this.#lines.has(line));
    return found.map(contentOf).join('\n');
  }

  /** `sed "/NAME[ =]/d"`: the front of the name is not anchored. */
  remove(name: string): void {
    for (const line of this.#followed.get(name) ?? []) this.#lines.delete(line);
  }
}

function addTo(map: Map<string, Set<MergedLine>>, name: string, line: MergedLine): void {
  const lines = map.get(name);
  if (lines) lines.add(line);
  else map.set(name, new Set([line]));
}

/** Words as `echo` puts them out that got them without quotes. */
function echoed(text: string): string {
  return text
    .split(/[ \t\n]+/)
    .filter(Boolean)
    .join(' ');
}

/** `${LINE#CONFIG_*=}`; the prefix is fixed there. */
const valueIn = (line: string) => line.replace(/^CONFIG_.*?=/s, '');

/** The loop over CFG_LIST, up to 6.12. */
function addBySed(base: readonly MergedLine[], fragment: ConfigFile, options: MergeOptions): Step {
  const {prefix, keepBuiltin} = options;
  const before = new NameIndex(base, prefix);
  const own = linesOf(fragment);
  const added = new NameIndex(own, prefix);
  const changes: MergeChange[] = [];
  const nameOf = assignedName(prefix);
  for (const name of own.flatMap((line) => nameOf(contentOf(line)) || [])) {
    const previous = before.grep(name);
    if (previous === '') continue;
    const next = added.grep(name);
    // Said before, and taken out of the fragment; the script ends here without a word, since grep finds nothing.
    if (next === '') continue;
    const change = (kind: MergeChange['kind'], message: string) =>
      changes.push({kind, name, previous, next, fragment: fragment.file, message});
    const values = `Previous value: ${echoed(previous)}\nNew value: ${echoed(next)}\n`;
    const kept = keepBuiltin && valueIn(next) === 'm' && valueIn(previous) === 'y';
    const by = `by fragment ${echoed(fragment.file)}:\n`;
    if (kept) change('kept', `${values}-y passed, will not demote y to m\n\n`);
    else if (previous !== next) change('overridden', `Value of ${name} is redefined ${by}${values}\n`);
    else change('redundant', `Value of ${name} is redundant ${by}`);
    (kept ? added : before).remove(name);
  }
  return {before: before.lines, added: added.lines, changes};
}

/** The two passes of awk, in 7.2. */
function addByAwk(base: readonly MergedLine[], fragment: ConfigFile, options: MergeOptions): Step {
  const nameOf = startingName(options.prefix);
  const own = linesOf(fragment).map(ended);
  const given = new Map<string, MergedLine>();
  for (const line of own) {
    const name = nameOf(contentOf(line));
    if (name !== undefined) given.set(name, line);
  }
  const before: MergedLine[] = [];
  const left = new Set<MergedLine>();
  const changes: MergeChange[] = [];
  for (const line of base.map(ended)) {
    const previous = contentOf(line);
    const name = nameOf(previous);
    const replacing = name === undefined ? undefined : given.get(name);
    if (name === undefined || !replacing) {
      before.push(line);
      continue;
    }
    const next = contentOf(replacing);
    const change = (kind: MergeChange['kind'], message: string) =>
      changes.push({kind, name, previous, next, fragment: fragment.file, message});
    const values = `Previous value: ${previous}\nNew value: ${next}\n\n`;
    if (options.keepBuiltin && next.endsWith('=m') && previous.endsWith('=y')) {
      change('kept', `${name}: -y passed, will not demote y to m\n${values}`);
      before.push(line);
      left.add(replacing);
    } else if (previous === next) {
      change('redundant', `Value of ${name} is redundant by fragment ${fragment.file}:\n`);
    } else if (previous.endsWith('=n') && next.endsWith(' is not set')) {
      before.push(line);
    } else {
      change('overridden', `Value of ${name} is redefined by fragment ${fragment.file}:\n${values}`);
    }
  }
  return {before, added: own.filter((line) => !left.has(line)), changes};
}

/** awk ends every line it prints. */
function ended(line: MergedLine): MergedLine {
  return line.text.endsWith('\n') ? line : {...line, text: `${line.text}\n`};
}
