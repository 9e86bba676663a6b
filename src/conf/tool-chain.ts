/**
 * What the answers of a tree's commands depend on, so that they can be remembered and not be stale.
 *
 * A command's answer is taken to depend on its text, on the environment, and on
 * - every program that its text, the environment's values or a script it runs names: the file of that name in each
 *   folder of $PATH, there or not, which holds wrappers and what is behind them (ccache, distcc, a script);
 * - the programs a compiler says it runs: cc1, as, ld and their like, in every folder where it looks for them;
 * - the tree's scripts, with those that they name;
 * - a file of the working directory, there or not, that its text names by its name alone;
 * - the plugins' folder of a compiler, the list of shared libraries, and the system's list of packages.
 *
 * What is not in it: the clock, the network, what a folder holds (`ls`, `*`), a file that is named from another folder after
 * `cd`, a home folder's settings, a binary wrapper that has another path built in. `--no-memory` is for those.
 */

import {closeSync, openSync, readFileSync, readSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Witness, witness} from '../base/file-identity.ts';

/** Variables that no compiler's answer depends on; the answer of a command that names one counts with its value. */
const passing =
  /^(_|PWD|OLDPWD|SHLVL|TERM|COLORTERM|COLUMNS|LINES|DISPLAY|WINDOWID|SSH_.*|MAKEFLAGS|MFLAGS|MAKELEVEL|MAKE_TERM.*|MAKEOVERRIDES|KCONFIG_.*|KBUILD_CONF_.*|KBUILD_CACHE|XDG_.*)$/;

/** The lists of installed packages, and of shared libraries: any installation changes one of them. */
const systemFiles = [
  '/etc/ld.so.cache',
  '/etc/ld.so.preload',
  '/var/lib/dpkg/status',
  '/var/lib/rpm/rpmdb.sqlite',
  '/usr/lib/sysimage/rpm/rpmdb.sqlite',
  '/lib/apk/db/installed',
  '/var/lib/pacman/local',
];

/** A script that is longer is not read for the programs it names. */
const scriptLimit = 256 * 1024;
const mostFiles = 20_000;

/** The variables that count for every command, as text: answers are remembered under it. */
export function environmentKey(environment: ReadonlyMap<string, string>): string {
  return Array.from(environment, ([name, value]) => (passing.test(name) ? '' : `${name}=${value}`))
    .filter((variable) => variable !== '')
    .sort()
    .join('\0');
}

/** The other variables, as far as the commands name them, with their values or null. */
export function passingVariables(
  commands: Iterable<string>,
  environment: ReadonlyMap<string, string>,
): readonly (readonly [name: string, value: string | null])[] {
  const names = new Set([...commands].flatMap((command) => command.match(/\b[A-Za-z_]\w*\b/g) ?? []));
  return [...names]
    .filter((name) => passing.test(name))
    .map((name) => [name, environment.get(name) ?? null] as const);
}

/** The files behind the answers of `commands`, as they are now. `since` is when the first of them was asked. */
export function toolChainWitnesses(
  commands: Iterable<string>,
  environment: ReadonlyMap<string, string>,
  since: number,
): readonly Witness[] {
  return new ToolChain(environment, since).witnesses(commands);
}

class ToolChain {
  readonly #environment: ReadonlyMap<string, string>;
  readonly #since: number;
  readonly #folders: readonly string[];
  readonly #found = new Map<string, Witness>();
  readonly #names = new Set<string>();

  constructor(environment: ReadonlyMap<string, string>, since: number) {
    this.#environment = environment;
    this.#since = since;
    this.#folders = [
      ...new Set((environment.get('PATH') ?? '/usr/bin:/bin').split(':').map((one) => one || '.')),
    ];
  }

  witnesses(commands: Iterable<string>): readonly Witness[] {
    for (const file of systemFiles) this.#add(file);
    this.#addNames('/bin/sh');
    for (const command of commands) {
      this.#addNames(command);
      this.#addOperands(command);
    }
    const compilers = new Set<string>();
    for (const [name, value] of this.#environment) {
      if (passing.test(name) || name === 'PATH') continue;
      this.#addNames(value);
      if (/^(HOST|BUILD_)?(CC|CXX)$/.test(name)) compilers.add(value);
    }
    for (const compiler of compilers) this.#addCompiler(compiler);
    return [...this.#found.values()];
  }

  #add(path: string): Witness {
    let known = this.#found.get(path);
    if (!known) {
      known = witness(path, this.#since);
      this.#found.set(path, known);
    }
    return known;
  }

  /** What the words of a text name, be it a command, a list of flags or a script. */
  #addNames(text: string): void {
    for (const word of wordsOf(text)) {
      if (word === '' || word.startsWith('-') || word.length > 4096 || this.#names.has(word)) continue;
      this.#names.add(word);
      if (this.#found.size > mostFiles) return;
      if (word.includes('/')) this.#addFile(word);
      else if (plainName.test(word)) this.#addProgram(word);
    }
  }

  /** What a command may read where it runs: `cat version.txt`. */
  #addOperands(command: string): void {
    for (const word of wordsOf(command)) {
      if (plainName.test(word) && !word.startsWith('-')) this.#addFile(word);
    }
  }

  /** A name in all folders of $PATH, if it is in any: where it is missing a new one could come first. */
  #addProgram(name: string): void {
    const paths = this.#folders.map((folder) => `${folder}/${name}`);
    if (!paths.some(isFile)) return;
    for (const path of paths) this.#addFile(path);
  }

  /** Folders and devices, whose times change with every use, say nothing about a program. */
  #addFile(path: string): void {
    if (isOther(path)) return;
    if (!this.#add(path).stat) return;
    const script = scriptText(path);
    if (script !== undefined && !this.#names.has(script)) {
      this.#names.add(script);
      this.#addNames(script);
    }
  }

  /** What a compiler like gcc or clang runs, where it looks for it, and where its plugins lie. */
  #addCompiler(compiler: string): void {
    const ask = (question: string): string => {
      const {spawnSync} = process.getBuiltinModule('node:child_process');
      const {stdout} = spawnSync('/bin/sh', ['-c', `${compiler} ${question}`], {
        env: Object.fromEntries(this.#environment),
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'latin1',
        timeout: 10_000,
      });
      return stdout.trim();
    };
    const programs = /^programs: =?(.*)$/m.exec(ask('-print-search-dirs'))?.[1]?.split(':') ?? [];
    for (const name of ['cc1', 'cc1plus', 'collect2', 'lto1', 'as', 'ld', 'ld.bfd', 'ld.lld', 'specs']) {
      for (const folder of programs) this.#add(`${folder.replace(/\/$/, '')}/${name}`);
      if (name !== 'specs') this.#addProgram(name);
    }
    const plugins = ask('-print-file-name=plugin');
    if (plugins.includes('/')) {
      for (const path of [plugins, `${plugins}/include`, `${dirname(plugins)}/specs`]) this.#add(path);
    }
  }
}

const plainName = /^[\w.+@-]{1,255}$/;

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s;|&()<>"'`={}$,[\]]+/);
}

function isFile(path: string): boolean {
  try {
    return statSync(Buffer.from(path, 'latin1'), {throwIfNoEntry: false})?.isFile() ?? false;
  } catch {
    return false;
  }
}

function isOther(path: string): boolean {
  try {
    return statSync(Buffer.from(path, 'latin1'), {throwIfNoEntry: false})?.isFile() === false;
  } catch {
    return false;
  }
}

/** The text of a script; undefined for any other file. */
function scriptText(path: string): string | undefined {
  try {
    const file = openSync(Buffer.from(path, 'latin1'), 'r');
    try {
      const start = Buffer.alloc(2);
      if (readSync(file, start) < 2 || start.toString('latin1') !== '#!') return undefined;
    } finally {
      closeSync(file);
    }
    const text = readFileSync(Buffer.from(path, 'latin1'), 'latin1');
    return text.length > scriptLimit ? undefined : text;
  } catch {
    return undefined;
  }
}
