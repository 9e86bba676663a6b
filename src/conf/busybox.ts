/** `kbuild conf` for a BusyBox tree: its own conf, from its command line to its exit code (conf.c of its scripts/kconfig). */

import {existsSync, renameSync} from 'node:fs';
import {type Diagnostic, KbuildError} from '../base/diagnostic.ts';
import {
  askBusybox,
  type BusyboxAnswers,
  type BusyboxTime,
  BusyboxValues,
  type Dialect,
  InputEnded,
  type KconfigModel,
  kconfigDependencies,
  printed,
  Random,
  readBusyboxAssignments,
  readBusyboxConfig,
  writeBusyboxConfig,
} from '../kconfig/index.ts';
import {pathOf} from './bytes.ts';
import type {OwnOptions} from './command-line.ts';
import type {Surroundings} from './surroundings.ts';
import {findTreeFile} from './tree-files.ts';
import {writeInPlace} from './write.ts';

export type BusyboxRequest = {
  readonly options: OwnOptions;
  readonly dialect: Dialect;
  readonly environment: ReadonlyMap<string, string>;
  readonly surroundings: Surroundings;
};

/** Ends the run with this exit code; what there was to say has been said. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super();
    this.code = code;
  }
}

/** Runs a command line to its end and gives the exit code. */
export function runBusybox(request: BusyboxRequest): number {
  try {
    new BusyboxRun(request).run();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (!(error instanceof KbuildError)) throw error;
    const {output, program} = request.surroundings;
    for (const {message, hint} of error.diagnostics) {
      output.error(`${program}: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
    }
    return error.exit;
  }
}

const modes: Readonly<Partial<Record<string, BusyboxAnswers>>> = {
  o: 'new',
  s: 'silent',
  d: 'default',
  D: 'default',
  n: 'no',
  m: 'mod',
  y: 'yes',
  r: 'random',
};

/** Files of values that the modes without questions start from. */
const seeds: Readonly<Partial<Record<BusyboxAnswers, string>>> = {
  no: 'allno.config',
  mod: 'allmod.config',
  yes: 'allyes.config',
  random: 'allrandom.config',
};

class BusyboxRun {
  readonly #request: BusyboxRequest;
  readonly #output: Surroundings['output'];
  readonly #environment: ReadonlyMap<string, string>;
  readonly #answers: BusyboxAnswers;
  readonly #defconfig: string | undefined;
  readonly #kconfig: string;

  constructor(request: BusyboxRequest) {
    this.#request = request;
    this.#output = request.surroundings.output;
    this.#environment = request.environment;
    const {rest, tree} = request.options;
    const words = [...rest];
    const {program} = request.surroundings;
    // Only the first letter of the first word counts, and one that is not known asks for nothing.
    const letter = words[0]?.startsWith('-') ? words.shift()![1] : undefined;
    if (letter === 'h' || letter === '?') {
      this.#output.error('See README for usage info\n');
      throw new Exit(0);
    }
    this.#answers = (letter === undefined ? undefined : modes[letter]) ?? 'all';
    if (letter === 'D') {
      this.#defconfig = words.shift();
      if (this.#defconfig === undefined) this.#leave(`${program}: No default config file specified\n`);
    }
    const kconfig = words[0] ?? (tree === undefined ? undefined : 'Config.in');
    // The C tool crashes after these words.
    if (kconfig === undefined) this.#leave(`${program}: Kconfig file missing\n`);
    this.#kconfig = kconfig;
  }

  #leave(message: string): never {
    this.#output.out(message);
    throw new Exit(1);
  }

  run(): void {
    const values = new BusyboxValues(this.#parse());
    this.#read(values);
    this.#ask(values);
    this.#write(values);
  }

  #say(diagnostic: Diagnostic): void {
    const {stream, text} = printed(diagnostic, this.#request.dialect);
    if (stream === 'stdout') this.#output.out(text);
    else this.#output.error(text);
  }

  #parse(): KconfigModel {
    const {dialect, environment, options, surroundings} = this.#request;
    let isTold = false;
    try {
      const {model} = surroundings.readTree(this.#kconfig, {
        dialect,
        environment,
        shell: options.shell,
        memory: options.memory,
        report: (diagnostic) => {
          isTold ||= diagnostic.severity === 'error';
          this.#say(diagnostic);
        },
        reportErrors: (text) => this.#output.error(text),
      });
      return model;
    } catch (error) {
      if (!(error instanceof KbuildError)) throw error;
      if (!isTold) for (const diagnostic of error.diagnostics) this.#say(diagnostic);
      throw new Exit(1);
    }
  }

  /** zconf_fopen. */
  #findText(name: string): string | undefined {
    const found = findTreeFile(name, this.#environment.get('srctree'));
    return found?.kind === 'folder' ? '' : found?.text;
  }

  #read(values: BusyboxValues): void {
    const seed = seeds[this.#answers];
    if (seed !== undefined) this.#readSeed(values, seed);
    else if (this.#answers === 'default') this.#readDefconfig(values, this.#defconfig ?? '/dev/null');
    else this.#readDotConfig(values);
  }

  #readSeed(values: BusyboxValues, own: string): void {
    const given = this.#environment.get('KCONFIG_ALLCONFIG');
    const names = [...(given === undefined ? [] : [given]), own, 'all.config'];
    const name = names.find((file) => existsSync(pathOf(file)));
    const text = name === undefined ? undefined : this.#findText(name);
    if (text !== undefined) this.#sayAll(readBusyboxAssignments(values, text, name!));
  }

  #readDefconfig(values: BusyboxValues, name: string): void {
    const text = name === '/dev/null' ? '' : this.#findText(name);
    if (text === undefined) this.#leave(`***\n*** Can't find default configuration "${name}"!\n***\n`);
    this.#sayAll(readBusyboxConfig(values, text, name));
  }

  #readDotConfig(values: BusyboxValues): void {
    if (this.#answers === 'silent' && !existsSync('.config')) {
      this.#leave(`***
*** You have not yet configured busybox!
***
*** Please run some configurator (e.g. "make oldconfig" or
*** "make menuconfig" or "make defconfig").
***
`);
    }
    const text = this.#findText('.config');
    const name = text === undefined ? '/dev/null' : '.config';
    this.#output.out(`#\n# using defaults found in ${name}\n#\n`);
    this.#sayAll(readBusyboxConfig(values, text ?? '', name));
  }

  #sayAll(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) this.#say(diagnostic);
  }

  #ask(values: BusyboxValues): void {
    const {surroundings} = this.#request;
    // srandom(time(NULL)), or the seed that random() has without it.
    const seconds = Math.floor((performance.timeOrigin + performance.now()) / 1000);
    const random = new Random(this.#answers === 'random' ? seconds : 1);
    const mute = this.#answers === 'silent' && !surroundings.inputTerminal;
    try {
      const conversation = askBusybox(values, this.#answers, {random, mute});
      let step = conversation.next();
      while (!step.done) {
        this.#output.out(step.value);
        this.#output.flush();
        step = conversation.next(surroundings.input.line());
      }
      this.#output.out(step.value);
    } catch (error) {
      if (!(error instanceof InputEnded)) throw error;
      this.#leave(error.text);
    }
  }

  /** conf_write. */
  #write(values: BusyboxValues): void {
    const {config, header} = writeBusyboxConfig(values, this.#time());
    try {
      writeInPlace('.tmpconfig', config);
      writeInPlace('.tmpconfig.h', header);
      writeInPlace('.kconfig.d', kconfigDependencies(values.model));
    } catch {
      this.#fail();
    }
    // Without the folder the header stays where it is.
    attemptRename('.tmpconfig.h', 'include/autoconf.h');
    attemptRename('.config', '.config.old');
    if (!attemptRename('.tmpconfig', '.config')) this.#fail();
  }

  #fail(): never {
    this.#output.error('\n*** Error during writing of the configuration.\n\n');
    throw new Exit(1);
  }

  /** The time in the files: SOURCE_DATE_EPOCH, or now; none with KCONFIG_NOTIMESTAMP. */
  #time(): BusyboxTime | undefined {
    if (this.#environment.get('KCONFIG_NOTIMESTAMP')) return undefined;
    const epoch = /^\s*(\d+)/.exec(this.#environment.get('SOURCE_DATE_EPOCH') ?? '')?.[1];
    const seconds = Number(epoch ?? (performance.timeOrigin + performance.now()) / 1000);
    return localTime(new Date(Math.floor(seconds) * 1000));
  }
}

function attemptRename(from: string, to: string): boolean {
  try {
    renameSync(pathOf(from), pathOf(to));
    return true;
  } catch {
    return false;
  }
}

/** Local time, though the tool means universal time by SOURCE_DATE_EPOCH: its ctime() overwrites what gmtime() gave. */
function localTime(date: Date): BusyboxTime {
  const [weekday, month, day, year, time] = date.toString().split(' ');
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return {
    heading: `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`,
    stamp: `${shifted.toISOString().slice(0, 19).replace('T', ' ')} ${zoneName(date)}`,
  };
}

/** `%Z` of strftime(), which only the C library knows where it is not UTC. */
function zoneName(date: Date): string {
  if (Intl.DateTimeFormat().resolvedOptions().timeZone === 'UTC') return 'UTC';
  const {spawnSync} = process.getBuiltinModule('node:child_process');
  const {stdout} = spawnSync('date', ['-d', `@${date.getTime() / 1000}`, '+%Z'], {encoding: 'latin1'});
  return stdout?.trim() || 'UTC';
}
