/** `kbuild merge`: what `scripts/kconfig/merge_config.sh` does, with our own engine in the place of `make alldefconfig`. */

import {existsSync, realpathSync, rmSync, statSync} from 'node:fs';
import {resolve} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {
  type ConfigFile,
  checkMerged,
  Merge,
  type MergeChange,
  type MergeRules,
  recogniseMergeRules,
  type UnmetRequest,
  unmetRequests,
} from '../kconfig/index.ts';
import {bytesOf, nodeText, ownEnvironment, pathOf} from './bytes.ts';
import {treeDialect, treeEnvironment} from './environment.ts';
import {Output} from './output.ts';
import {configure} from './run.ts';
import {ownProcess} from './surroundings.ts';
import {errorText, readIfThere, touch, writeInPlace} from './write.ts';

/** What the command line says; names are as Node has them. */
export type MergeRequest = {
  readonly base: string;
  readonly fragments: readonly string[];
  /** `-m`: no configuration, only the text. */
  readonly onlyMerge: boolean;
  /** `-n`: allnoconfig instead of alldefconfig. */
  readonly allNo: boolean;
  /** `-r`: say what is redundant; 7.2 is silent about the result then. */
  readonly redundant: boolean;
  /** `-y`: m does not take the place of y. */
  readonly keepBuiltin: boolean;
  /** `-s`: a redefined value is a failure. */
  readonly strict: boolean;
  /** `-Q`: no word of redefined values. */
  readonly quiet: boolean;
  /** `-O`. */
  readonly outputFolder: string | undefined;
  readonly tree: string | undefined;
  readonly arch: string | undefined;
  readonly dialect: string | undefined;
  readonly shell: boolean;
  readonly memory: boolean;
};

/** What became of it. Texts and names are latin1, a character for each byte. */
export type MergeOutcome = {
  /**
   * `redefined`: `-s` refused a fragment, and nothing was written. `unconfigured`: the tree could not be configured.
   * `differs`: `-s` of 7.2 found the result to be another.
   */
  readonly status: 'done' | 'redefined' | 'unconfigured' | 'differs';
  /** The path of the .config. */
  readonly config: string;
  readonly changes: readonly MergeChange[];
  readonly unmet: readonly UnmetRequest[];
};

/** Where the script's standard output goes. */
export type Listener = {readonly to: 1 | 2 | 'nowhere'; readonly terminal: boolean};

/**
 * Merges and configures as the script does, and says what it says.
 * @throws KbuildError (2) in the script's words where a file or folder is missing, (3) where make is.
 */
export function runMerge(request: MergeRequest, {to, terminal}: Listener): MergeOutcome {
  const output = new Output(terminal, to);
  const started = process.cwd();
  try {
    return new MergeRun(request, output).run();
  } finally {
    process.chdir(started);
    output.flush();
  }
}

/** The rules of the script of the tree that a request names, or of the dialect. */
export function mergeRules(request: Pick<MergeRequest, 'tree' | 'dialect'>): MergeRules {
  const own = ownEnvironment();
  const {dialect} = request;
  const named = dialect !== undefined && !dialect.includes('/');
  if (named) return recogniseMergeRules(undefined, treeDialect(dialect, own).name);
  const tree = dialect === undefined ? treeOf(request, own) : bytesOf(dialect);
  // A build directory has its tree behind a link.
  for (const folder of ['scripts', 'support', 'source/scripts']) {
    const script = readIfThere(`${tree}/${folder}/kconfig/merge_config.sh`);
    if (script !== undefined) return recogniseMergeRules(script, '');
  }
  return recogniseMergeRules(undefined, treeDialect(undefined, new Map([['srctree', tree]])).name);
}

function treeOf({tree}: Pick<MergeRequest, 'tree'>, own: ReadonlyMap<string, string>): string {
  return tree === undefined ? own.get('srctree') || '.' : bytesOf(tree);
}

class MergeRun {
  readonly #request: MergeRequest;
  readonly #output: Output;
  readonly #own: ReadonlyMap<string, string>;
  readonly #rules: MergeRules;
  readonly #prefix: string;
  /** Absolute, since conf runs in another folder. */
  readonly #tree: string;
  readonly #outputFolder: string;
  readonly #changes: MergeChange[] = [];

  constructor(request: MergeRequest, output: Output) {
    this.#request = request;
    this.#output = output;
    this.#own = ownEnvironment();
    this.#prefix = this.#own.get('CONFIG_') ?? 'CONFIG_';
    this.#tree = resolve(bytesOf(process.cwd()), treeOf(request, this.#own));
    this.#outputFolder = outputFolder(request.outputFolder);
    this.#rules = mergeRules(request);
    if (!request.onlyMerge) requireTree(this.#tree);
  }

  run(): MergeOutcome {
    const {strict, onlyMerge} = this.#request;
    const merge = this.#merge();
    const config = this.#configPath();
    const outcome = {config, changes: this.#changes, unmet: []};
    if (strict && this.#changes.some(({kind}) => kind === 'overridden')) {
      this.#output.out('The fragment redefined a value and strict mode had been passed.\n');
      return {...outcome, status: 'redefined'};
    }
    if (onlyMerge) {
      attempt('config-unwritten', config, () => writeInPlace(config, merge.text));
      this.#output.out(`#\n# merged configuration written to ${config} (needs make)\n#\n`);
      return {...outcome, status: 'done'};
    }
    return {...outcome, ...this.#configure(merge)};
  }

  #merge(): Merge {
    const {base, fragments, keepBuiltin} = this.#request;
    const options = {rules: this.#rules, prefix: this.#prefix, keepBuiltin};
    const merge = new Merge(this.#readBase(bytesOf(base)), options);
    this.#output.out(`Using ${bytesOf(base)} as base\n`);
    const seen = new Set<string>();
    for (const file of fragments.map(bytesOf)) {
      this.#output.out(`Merging ${file}\n`);
      const text = readIfThere(file);
      if (text === undefined) {
        throw badInput('no-fragment', `The merge file '${file}' does not exist.  Exit.`);
      }
      if (seen.has(file) && this.#rules.tool === 'awk') {
        this.#say(`WARNING: Input file provided multiple times: ${file}\n`);
      }
      seen.add(file);
      for (const change of merge.add({file, text})) {
        this.#changes.push(change);
        if (change.kind !== 'redundant' || this.#request.redundant) this.#say(change.message);
      }
    }
    return merge;
  }

  /** What `-Q` drops. */
  #say(message: string): void {
    if (!this.#request.quiet) this.#output.out(message);
  }

  #readBase(file: string): ConfigFile {
    const text = readIfThere(file);
    if (text !== undefined) return {file, text};
    if (this.#rules.missingBase === 'refused') {
      throw badInput('no-base', `The base file '${file}' does not exist.  Exit.`);
    }
    this.#output.error(`The base file '${file}' does not exist. Creating one...\n`);
    if (!touch(file)) throw badInput('no-base', `The base file '${file}' cannot be made`);
    return {file, text: ''};
  }

  /** $KCONFIG_CONFIG as the script has it. */
  #configPath(): string {
    const given = this.#own.get('KCONFIG_CONFIG');
    if (given) return given;
    if (this.#outputFolder === '.') return '.config';
    const path = `${realpathSync(pathOf(this.#outputFolder), 'latin1')}/.config`;
    return existsSync(pathOf(path)) ? realpathSync(pathOf(path), 'latin1') : path;
  }

  /** `make KCONFIG_ALLCONFIG=$TMP_FILE O=$OUTPUT alldefconfig`, and the look at what came of it. */
  #configure(merge: Merge): Pick<MergeOutcome, 'status' | 'config' | 'unmet'> {
    const {shell, memory, allNo, strict, redundant} = this.#request;
    const config = this.#configPath();
    process.chdir(nodeText(this.#outputFolder) ?? this.#outputFolder);
    const merged = `./.tmp.config.${Math.random().toString(36).slice(2, 12).padEnd(10, '0')}`;
    attempt('merged-unwritten', merged, () => writeInPlace(merged, merge.text));
    try {
      const environment = this.#environment(merged, config);
      const dialect = treeDialect(this.#request.dialect, environment);
      const argv = [
        allNo ? '--allnoconfig' : '--alldefconfig',
        ...(shell ? [] : ['--no-shell']),
        ...(memory ? [] : ['--no-memory']),
        this.#kconfig(environment),
      ];
      const {evaluation} = configure(argv, {
        ...ownProcess(),
        output: this.#output,
        environment: () => environment,
        dialect: () => dialect,
      });
      if (!evaluation) return {status: 'unconfigured', config, unmet: []};
      const written = environment.get(dialect.configVariable) ?? '.config';
      const options = {rules: this.#rules, prefix: this.#prefix};
      const {text, differs} = checkMerged(merge.lines, readIfThere(written) ?? '', options);
      const silent = this.#rules.tool === 'awk' && redundant;
      if (!silent) this.#output.out(text);
      const unmet = unmetRequests(evaluation, merge.lines);
      if (!strict || !differs) return {status: 'done', config, unmet};
      this.#output.out('Requested and effective config differ\n');
      return {status: 'differs', config, unmet};
    } finally {
      rmSync(merged, {force: true});
    }
  }

  /** What the tree's Makefile exports; of a tree without one, what this process has. */
  #environment(merged: string, config: string): ReadonlyMap<string, string> {
    const own = new Map(this.#own);
    const {arch} = this.#request;
    if (arch !== undefined) own.set('ARCH', bytesOf(arch));
    // The script gives a value to what is exported empty.
    if (own.get('KCONFIG_CONFIG') === '') own.set('KCONFIG_CONFIG', config);
    own.set('KCONFIG_ALLCONFIG', merged);
    const hasMakefile = existsSync(pathOf(`${this.#tree}/Makefile`));
    return new Map([
      ...treeEnvironment(hasMakefile ? this.#tree : undefined, own),
      ...(hasMakefile ? [] : [['srctree', this.#tree] as const]),
      ['KCONFIG_ALLCONFIG', merged],
    ]);
  }

  #kconfig(environment: ReadonlyMap<string, string>): string {
    const named = environment.get('KBUILD_KCONFIG');
    if (named) return named;
    const isBuildroot =
      !existsSync(pathOf(`${this.#tree}/Kconfig`)) && existsSync(pathOf(`${this.#tree}/Config.in`));
    return isBuildroot ? 'Config.in' : 'Kconfig';
  }
}

/** `-O`, without slashes at its end. */
function outputFolder(given: string | undefined): string {
  if (given === undefined) return '.';
  const folder = bytesOf(given);
  if (!statSync(pathOf(folder), {throwIfNoEntry: false})?.isDirectory()) {
    throw badInput('no-output-folder', `output directory ${folder} does not exist`);
  }
  return folder.replace(/\/+$/, '') || '/';
}

function requireTree(tree: string): void {
  if (['Makefile', 'Kconfig', 'Config.in'].some((file) => existsSync(pathOf(`${tree}/${file}`)))) return;
  const hint = 'name one with --tree DIR or $srctree, or only merge the texts with -m';
  throw badInput('no-tree', `${tree} is no tree with a Kconfig`, {hint});
}

function attempt(code: string, path: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    throw badInput(code, `${path} cannot be written: ${errorText(error)}`);
  }
}
