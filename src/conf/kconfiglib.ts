/** `kbuild conf` for a tree that is read by Kconfiglib: what its scripts do (olddefconfig.py and its like, 14.1.0). */

import {copyFileSync, lstatSync, readFileSync, realpathSync, renameSync} from 'node:fs';
import {type Diagnostic, exitCode, KbuildError} from '../base/diagnostic.ts';
import {
  type Dialect,
  type KconfiglibAll,
  type KconfiglibModel,
  KconfiglibValues,
  newKconfiglibSymbols,
  parseKconfiglib,
  readKconfiglibConfig,
  setAllKconfiglib,
  writeKconfiglibConfig,
  writeKconfiglibHeader,
  writeKconfiglibMinimal,
} from '../kconfig/index.ts';
import {bytesOf, pathOf} from './bytes.ts';
import {type ConfMode, type OwnOptions, parseCommandLine} from './command-line.ts';
import {nodeEnvironment} from './environment.ts';
import {glob} from './glob.ts';
import {treeFunctions} from './kconfiglib-functions.ts';
import type {Output} from './output.ts';
import {errorText, isPresent, readIfThere, writeInPlace} from './write.ts';

const scripts: readonly ConfMode[] = [
  ...(['allnoconfig', 'allyesconfig', 'allmodconfig', 'alldefconfig'] as const),
  ...(['olddefconfig', 'defconfig', 'savedefconfig', 'listnewconfig'] as const),
];

export type KconfiglibRequest = {
  readonly program: string;
  readonly options: OwnOptions;
  readonly dialect: Dialect;
  readonly environment: ReadonlyMap<string, string>;
  readonly output: Pick<Output, 'out' | 'error'>;
};

/** Runs a command line to its end and gives the exit code: 1 where a script of Kconfiglib fails, 2 for what it has not. */
export function runKconfiglib(request: KconfiglibRequest): number {
  try {
    new KconfiglibRun(request).run();
    return 0;
  } catch (error) {
    if (!(error instanceof KbuildError)) throw error;
    for (const {message, hint, code} of error.diagnostics) {
      const hintLine = hint === undefined ? '' : `  hint: ${hint}\n`;
      request.output.error(`${request.program}: ${message}\n${hintLine}`);
      if (code === 'kconfiglib') return 1;
    }
    return error.exit;
  }
}

function refuse(message: string, hint: string): never {
  throw new KbuildError(exitCode.badInput, {severity: 'error', code: 'no-script', message, hint});
}

function fail(message: string): never {
  throw new KbuildError(exitCode.failed, {severity: 'error', code: 'kconfiglib', message});
}

class KconfiglibRun {
  readonly #request: KconfiglibRequest;
  readonly #mode: ConfMode;
  readonly #file: string | undefined;
  readonly #kconfig: string;
  readonly #srctree: string;
  readonly #values: KconfiglibValues;

  constructor(request: KconfiglibRequest) {
    this.#request = request;
    const {mode, file, kconfig} = this.#commandLine();
    this.#mode = mode;
    this.#file = file;
    this.#kconfig = kconfig;
    this.#srctree = request.environment.get('srctree') ?? '';
    this.#values = new KconfiglibValues(this.#parse(), (diagnostic) => this.#say(diagnostic));
  }

  #commandLine(): {readonly mode: ConfMode; readonly file: string | undefined; readonly kconfig: string} {
    const {options, dialect, environment} = this.#request;
    let mode: ConfMode | undefined;
    let file: string | undefined;
    let kconfig = 'Kconfig';
    const known = `its modes are ${scripts.map((name) => `--${name}`).join(', ')}`;
    for (const word of parseCommandLine(options.rest, dialect, environment.has('POSIXLY_CORRECT'))) {
      if (word.kind === 'wrong') refuse(word.message, known);
      if (word.kind === 'help') refuse(`the conf of ${dialect.name} is Kconfiglib`, known);
      if (word.kind === 'mode') ({mode, argument: file} = word);
      if (word.kind === 'file') kconfig = word.name;
    }
    if (mode === undefined) refuse(`a mode is missing, and Kconfiglib's own conf asks nothing`, known);
    if (!scripts.includes(mode)) refuse(`Kconfiglib has no --${mode}`, known);
    return {mode, file, kconfig};
  }

  #say({severity, message}: Diagnostic): void {
    if (severity === 'note') this.#request.output.out(`${message}\n`);
    else this.#request.output.error(`${message}\n`);
  }

  #parse(): KconfiglibModel {
    const {options, dialect, environment} = this.#request;
    const {spawnSync} = process.getBuiltinModule('node:child_process');
    const env = nodeEnvironment(environment);
    const shell = (command: string) => {
      if (!options.shell) return {output: '', errors: ''};
      const done = spawnSync('/bin/sh', ['-c', pathOf(command).toString('utf8')], {
        env,
        encoding: 'latin1',
        maxBuffer: 1 << 28,
        stdio: ['inherit', 'pipe', 'pipe'],
      });
      return {output: done.stdout ?? '', errors: done.stderr ?? ''};
    };
    const prefix = this.#srctree === '' ? '.' : this.#srctree;
    let treePrefix: string;
    try {
      treePrefix = `${realpathSync(pathOf(prefix)).toString()}/`;
    } catch {
      treePrefix = `${prefix}/`;
    }
    const root = this.#kconfig;
    const isAbsolute = root.startsWith('/') || this.#srctree === '';
    const rootPath = isAbsolute ? root : `${this.#srctree.replace(/\/$/, '')}/${root}`;
    const readFile = (path: string) => readIfThere(path === root ? rootPath : path);
    if (readFile(root) === undefined) fail(`[Errno 2] No such file or directory: '${rootPath}'`);
    const sources = {
      readFile,
      glob,
      treePrefix: bytesOf(treePrefix).replace(/^\/\/$/, '/'),
      environment,
      kernelRelease: process.getBuiltinModule('node:os').release(),
      shell,
      functionNamed: treeFunctions(options, dialect),
      warn: (diagnostic: Diagnostic) => this.#say(diagnostic),
    };
    return parseKconfiglib(root, sources, dialect);
  }

  run(): void {
    const {output, options} = this.#request;
    const {header} = options;
    switch (this.#mode) {
      case 'allnoconfig':
      case 'allyesconfig':
      case 'allmodconfig':
      case 'alldefconfig':
        setAllKconfiglib(this.#values, this.#mode as KconfiglibAll);
        this.#mergeAllconfig(`${this.#mode.replace('config', '')}.config`);
        break;
      case 'defconfig':
        this.#print(this.#load(this.#file!, true));
        break;
      case 'listnewconfig':
        output.error(`${this.#loadDefault()}\n`);
        break;
      default:
        this.#print(this.#loadDefault());
    }
    if (this.#mode === 'listnewconfig') {
      for (const {line} of newKconfiglibSymbols(this.#values)) output.out(line);
    } else if (this.#mode === 'savedefconfig') this.#writeMinimal(this.#file!);
    else this.#writeConfig();
    if (header !== undefined) this.#write(header, writeKconfiglibHeader(this.#values));
  }

  #print(line: string): void {
    this.#request.output.out(`${line}\n`);
  }

  get #configName(): string {
    return this.#request.environment.get('KCONFIG_CONFIG') ?? '.config';
  }

  /** A file of the working directory or of the tree (_open_config). */
  #open(name: string): string {
    const inTree =
      name.startsWith('/') || this.#srctree === '' ? name : `${this.#srctree.replace(/\/$/, '')}/${name}`;
    let reason = '';
    for (const path of [name, inTree]) {
      try {
        return readFileSync(pathOf(path), 'latin1');
      } catch (error) {
        const {code = ''} = error as NodeJS.ErrnoException;
        reason = `${code}: ${errorText(error)}`;
      }
    }
    const set = this.#srctree === '' ? 'unset or blank' : `set to '${this.#srctree}'`;
    return fail(
      `Could not open '${name}' (${reason}). Check that the $srctree environment variable (${set}) is set correctly.`,
    );
  }

  #isThere(name: string): boolean {
    return isPresent(name) || isPresent(name.startsWith('/') ? name : `${this.#srctree}/${name}`);
  }

  /** load_config() without a name: .config, or the file `option defconfig_list` names, or nothing. */
  #loadDefault(): string {
    const name = this.#configName;
    if (this.#isThere(name)) return this.#load(name, true);
    const found = this.#defconfig();
    if (found === undefined) return `Using default symbol values (no '${name}')`;
    this.#load(found, true);
    return `Loaded default configuration '${found}' (no '${name}')`;
  }

  #defconfig(): string | undefined {
    for (const {value, condition} of this.#values.model.defconfigList?.defaults ?? []) {
      if (value.kind !== 'symbol' || this.#values.evaluate(condition) === 0) continue;
      const name = this.#values.text(value);
      const inTree = name.startsWith('/') ? name : `${this.#srctree.replace(/\/$/, '')}/${name}`;
      const found = [name, inTree].find((path) => readIfThere(path) !== undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #load(file: string, replace: boolean): string {
    readKconfiglibConfig(this.#values, this.#open(file), {
      file,
      replace,
      warnsOfUndefined: this.#request.environment.get('KCONFIG_WARN_UNDEF_ASSIGN') === 'y',
      warnsOfRepeated: replace,
    });
    return `${replace ? 'Loaded' : 'Merged'} configuration '${file}'`;
  }

  /** KCONFIG_ALLCONFIG: values that count before those of the mode (load_allconfig). */
  #mergeAllconfig(own: string): void {
    const given = this.#request.environment.get('KCONFIG_ALLCONFIG');
    if (given === undefined) return;
    const isOwn = given === '' || given === '1';
    const names = isOwn ? [own, 'all.config'] : [given];
    const found = names.find((name) => this.#isThere(name));
    if (found !== undefined) {
      this.#print(this.#load(found, false));
      return;
    }
    const reason = (name: string) => `[Errno 2] No such file or directory: '${name}'`;
    fail(
      isOwn
        ? `error: KCONFIG_ALLCONFIG is set, but neither ${own} nor all.config could be opened: ${names.map(reason).join(', ')}`
        : `error: KCONFIG_ALLCONFIG is set to '${given}', which could not be opened: ${reason(given)}`,
    );
  }

  #write(name: string, text: string): boolean {
    if (readIfThere(name) === text) return false;
    try {
      writeInPlace(name, text);
    } catch (error) {
      fail(`${errorText(error)}: '${name}'`);
    }
    return true;
  }

  #writeMinimal(name: string): void {
    const isNew = this.#write(name, writeKconfiglibMinimal(this.#values));
    this.#print(
      isNew ? `Minimal configuration saved to '${name}'` : `No change to minimal configuration in '${name}'`,
    );
  }

  #writeConfig(): void {
    const name = this.#configName;
    const text = writeKconfiglibConfig(this.#values);
    if (readIfThere(name) !== text) saveOld(name);
    const isNew = this.#write(name, text);
    this.#print(isNew ? `Configuration saved to '${name}'` : `No change to configuration in '${name}'`);
  }
}

/** Keeps the .config there was as `.old`, if that can be (_save_old). */
function saveOld(name: string): void {
  const old = pathOf(`${name}.old`);
  try {
    if (lstatSync(pathOf(name)).isSymbolicLink()) copyFileSync(pathOf(name), old);
    else renameSync(pathOf(name), old);
  } catch {
    // There was none.
  }
}
