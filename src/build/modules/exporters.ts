/**
 * What in a kernel's source would export a symbol that a module misses, and which configuration symbols build it:
 * from EXPORT_SYMBOL to the Makefiles above it. What cannot be told that way is said to be unknown.
 */

import {readFile} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import type {Workshop} from '../../base/store.ts';
import type {Builder} from '../container.ts';

export type Exporter = {
  readonly symbol: string;
  /** The file that exports it, below the kernel's source; absent where none was found. */
  readonly file?: string;
  /** Configuration symbols that are off and build the file; absent where the Makefiles do not tell. */
  readonly goals?: readonly string[];
};

/** The kernel whose source is searched. */
export type SearchedKernel = {
  readonly dir: string;
  /** The folder below arch/: `x86`. */
  readonly sourceArch: string;
  readonly configText: string;
};

const exportMacro = 'EXPORT_(?:PER_CPU_|TRACEPOINT_)?SYMBOL(?:_[A-Z_]+)?';

/** Finds each symbol's exporter, in one search through the source. */
export async function findExporters(
  workshop: Workshop,
  builder: Builder,
  symbols: readonly string[],
  kernel: SearchedKernel,
): Promise<readonly Exporter[]> {
  const names = symbols.filter((symbol) => /^\w+$/.test(symbol));
  if (names.length === 0) return [];
  const pattern = `${exportMacro}\\(\\s*(?:${names.join('|')})\\s*[,)]`;
  const found = await builder.capture({
    argv: ['grep', '-rsPn', '--include=*.[cS]', '--exclude-dir=tools', '--exclude-dir=scripts', pattern, '.'],
    mounts: [{source: kernel.dir, target: '/src', readOnly: true}],
    cwd: '/src',
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  const files = exportingFiles(found.stdout, kernel.sourceArch);
  const on = new Set([...kernel.configText.matchAll(/^CONFIG_(\w+)=/gm)].map(([, name]) => name!));
  const makefiles = new Makefiles(kernel.dir);
  return Promise.all(
    symbols.map(async (symbol): Promise<Exporter> => {
      const file = files.get(symbol);
      if (file === undefined) return {symbol};
      const ways = await waysToBuild(makefiles, file);
      const missing = ways.map((way) => [...way].filter((name) => !on.has(name)));
      const [least] = missing.filter((names_) => names_.length > 0).sort((a, b) => a.length - b.length);
      // Built already, and the symbol is not there all the same: something inside the file decides.
      const isBuilt = missing.some((names_) => names_.length === 0);
      return {symbol, file, ...(least === undefined || isBuilt ? {} : {goals: least})};
    }),
  );
}

/** The file of each symbol, by grep's lines: of the architecture's own code and the common one, the latter first. */
function exportingFiles(lines: string, sourceArch: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const names = new RegExp(`${exportMacro}\\(\\s*(\\w+)`, 'g');
  const found = lines.split('\n').flatMap((line) => {
    const [, file, text] = /^\.\/([^:]+):\d+:(.*)$/.exec(line) ?? [];
    return file === undefined || text === undefined ? [] : [{file, text}];
  });
  const common = found.filter(({file}) => !file.startsWith('arch/'));
  const own = found.filter(({file}) => file.startsWith(`arch/${sourceArch}/`));
  for (const {file, text} of [...common, ...own]) {
    for (const [, symbol] of text.matchAll(names)) if (!files.has(symbol!)) files.set(symbol!, file);
  }
  return files;
}

/** One thing that a Makefile builds, and the configuration symbols under which it does. */
type Entry = {
  readonly target: string;
  readonly parts: readonly string[];
  readonly symbols: readonly string[];
};

/** Makefiles of a tree, each read once. */
class Makefiles {
  readonly #root: string;
  readonly #read = new Map<string, Promise<readonly Entry[]>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Of a folder: its Kbuild, or its Makefile. */
  entries(folder: string): Promise<readonly Entry[]> {
    let entries = this.#read.get(folder);
    if (entries === undefined) {
      entries = this.#parse(folder);
      this.#read.set(folder, entries);
    }
    return entries;
  }

  async #parse(folder: string): Promise<readonly Entry[]> {
    for (const name of ['Kbuild', 'Makefile']) {
      const text = await readFile(join(this.#root, folder, name), 'utf8').catch(() => undefined);
      if (text !== undefined) return makefileEntries(text);
    }
    return [];
  }
}

/** The lists of objects and folders in a Makefile of Kbuild's (Documentation/kbuild/makefiles.rst). */
export function makefileEntries(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  /** Of the conditionals around a line; undefined where one of them cannot be told. */
  const around: (string | undefined)[] = [];
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const bare = line.replace(/#.*/, '').trim();
    const [, opens] = /^(ifdef|ifndef|ifeq|ifneq)\b/.exec(bare) ?? [];
    if (opens !== undefined) around.push(conditionOf(bare));
    else if (bare.startsWith('else')) around[around.length - 1] = undefined;
    else if (bare.startsWith('endif')) around.pop();
    else if (!around.includes(undefined)) {
      const entry = entryOf(bare);
      const outer = around.filter((symbol) => symbol !== undefined);
      if (entry !== undefined) entries.push({...entry, symbols: [...outer, ...entry.symbols]});
    }
  }
  return entries;
}

function conditionOf(line: string): string | undefined {
  const [, defined, equal] =
    /^(?:ifdef\s+CONFIG_(\w+)|ifeq\s*\(\$\(CONFIG_(\w+)\),\s*[ym]\))\s*$/.exec(line) ?? [];
  return defined ?? equal;
}

function entryOf(line: string): Entry | undefined {
  const [, target, suffix, symbol, list] =
    /^([\w./-]+?)-(y|m|objs|\$\(CONFIG_(\w+)\))\s*(?:\+=|:=|=)\s*(.*)$/.exec(line) ?? [];
  if (target === undefined || suffix === undefined || list === undefined) return undefined;
  return {target, parts: list.split(/\s+/), symbols: symbol === undefined ? [] : [symbol]};
}

/** Sets of configuration symbols of which each builds the file. Empty where the Makefiles do not name it. */
async function waysToBuild(makefiles: Makefiles, file: string): Promise<readonly ReadonlySet<string>[]> {
  const folder = dirname(file);
  const entries = await makefiles.entries(folder);
  const object = `${file.slice(folder.length + 1).replace(/\.[cS]$/, '')}.o`;
  const own = waysToObject(entries, object, new Set());
  const above = await waysToFolder(makefiles, folder);
  return own.flatMap((one) => above.map((other) => new Set([...other, ...one])));
}

const lists = ['obj', 'lib'];

function waysToObject(
  entries: readonly Entry[],
  object: string,
  seen: ReadonlySet<string>,
): readonly (readonly string[])[] {
  if (seen.has(object)) return [];
  return entries
    .filter(({parts}) => parts.includes(object))
    .flatMap(({target, symbols}) => {
      if (lists.includes(target)) return [symbols];
      const whole = waysToObject(entries, `${target}.o`, new Set([...seen, object]));
      return whole.map((way) => [...way, ...symbols]);
    });
}

/** Where no Makefile above names a folder, it is one that the top or the architecture always builds. */
async function waysToFolder(makefiles: Makefiles, folder: string): Promise<readonly (readonly string[])[]> {
  if (folder === '.' || folder === '') return [[]];
  for (let above = dirname(folder); ; above = dirname(above)) {
    const entries = await makefiles.entries(above);
    const name = `${relative(above, folder)}/`;
    const ways = entries.filter(({parts}) => parts.includes(name)).map(({symbols}) => symbols);
    if (ways.length > 0) {
      const outer = await waysToFolder(makefiles, above);
      return ways.flatMap((way) => outer.map((other) => [...other, ...way]));
    }
    if (above === '.') return [[]];
  }
}

/** One line for people. */
export function describeExporter({symbol, file, goals}: Exporter): string {
  if (file === undefined) return `${symbol}: no EXPORT_SYMBOL of it is in this kernel's source`;
  if (goals === undefined) return `${symbol}: ${file} exports it; which goal would add it is unknown`;
  return `${symbol}: ${file} exports it; the goal ${goals.map((name) => `${name}: y or m`).join(', ')} would add it`;
}
