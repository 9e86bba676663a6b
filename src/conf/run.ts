/** `kbuild conf`: what `scripts/kconfig/conf` does, from its command line to its exit code (conf.c, Linux 6.1). */

import {existsSync} from 'node:fs';
import {KbuildError} from '../base/diagnostic.ts';
import {
  ask,
  type Conversation,
  changedInputWarning,
  type Dialect,
  dialects,
  Evaluation,
  formatListLine,
  type KconfigModel,
  loadConfig,
  menuHelp,
  newSymbols,
  printed,
  Random,
  randomize,
  readAssignments,
  readProbability,
  rewriteTristates,
  setNewSymbols,
  writeConfig,
  writeDefconfig,
} from '../kconfig/index.ts';
import {runBusybox} from './busybox.ts';
import {bytesOf, pathOf} from './bytes.ts';
import {type ConfMode, parseCommandLine, takeOwnOptions} from './command-line.ts';
import {runKconfiglib} from './kconfiglib.ts';
import {Memory, memoryFolder} from './memory.ts';
import {randomSeed, readSeed} from './seed.ts';
import {ownProcess, type Surroundings} from './surroundings.ts';
import {writeAutoconfFiles} from './sync.ts';
import {findTreeFile} from './tree-files.ts';
import {ownUsage, usage} from './usage.ts';
import {isFolder, replaceConfig, writeInPlace} from './write.ts';

/** Ends the run with this exit code; what there was to say has been said. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super();
    this.code = code;
  }
}

/** Runs a command line (without `conf`) to its end and gives the exit code. */
export function runConf(argv: readonly string[], surroundings: Surroundings = ownProcess()): number {
  return configure(argv, surroundings).code;
}

/** The same, with the values it came to. */
export function configure(
  argv: readonly string[],
  surroundings: Surroundings,
): {readonly code: number; readonly evaluation: Evaluation | undefined} {
  const {output} = surroundings;
  let run: ConfRun | undefined;
  try {
    run = new ConfRun(argv.map(bytesOf), surroundings);
    return {code: 0, evaluation: run.run()};
  } catch (error) {
    if (error instanceof Exit) return {code: error.code, evaluation: undefined};
    throw error;
  } finally {
    output.flush();
    run?.leave();
  }
}

type Request = {
  readonly mode: ConfMode;
  readonly file: string | undefined;
  readonly silent: boolean;
  /** Whether syncconfig was asked for, though another mode may have been, later. */
  readonly sync: boolean;
  readonly kconfig: string;
  readonly random: Random;
};

class ConfRun {
  readonly #surroundings: Surroundings;
  readonly #output: Surroundings['output'];
  readonly #environment: ReadonlyMap<string, string>;
  readonly #dialect: Dialect;
  readonly #request: Request;
  readonly #shell: boolean;
  readonly #memory: boolean;
  #asked = false;
  /** Warnings of an evaluation that were printed already. */
  #said = 0;

  constructor(argv: readonly string[], surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#output = surroundings.output;
    const own = takeOwnOptions(argv);
    if (own.missing !== undefined) this.#fail(`option '--${own.missing}' requires an argument\n`);
    this.#shell = own.shell;
    this.#memory = own.memory;
    this.#environment = this.#attempt(() => surroundings.environment(own.tree));
    const memory = new Memory(own.memory ? memoryFolder() : undefined);
    this.#dialect = this.#attempt(() => surroundings.dialect(own.dialect, this.#environment, memory));
    if (this.#dialect.implementation === 'kconfiglib') {
      const [environment, dialect, {output, program}] = [this.#environment, this.#dialect, surroundings];
      throw new Exit(runKconfiglib({program, options: own, dialect, environment, output}));
    }
    if (this.#dialect.vocabulary === '2.6') {
      const [environment, dialect] = [this.#environment, this.#dialect];
      throw new Exit(runBusybox({options: own, dialect, environment, surroundings}));
    }
    this.#request = this.#parseRequest(own.rest, own.tree === undefined ? undefined : 'Kconfig');
  }

  /** To be called last: see Input.leave. What others may want to read from the same pipe is only taken for a question. */
  leave(): void {
    if (this.#asked || this.#request.mode === 'oldaskconfig') this.#surroundings.input.leave();
  }

  get #program(): string {
    return this.#surroundings.program;
  }

  #fail(message: string, code = 1): never {
    this.#output.error(message);
    throw new Exit(code);
  }

  /** What one of our own steps throws, in our own words. */
  #attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof KbuildError)) throw error;
      for (const {message, hint} of error.diagnostics) {
        this.#output.error(`kbuild conf: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
      }
      throw new Exit(error.exit);
    }
  }

  #parseRequest(argv: readonly string[], otherwise: string | undefined): Request {
    let mode: ConfMode = 'oldaskconfig';
    let file: string | undefined;
    let silent = false;
    let sync = false;
    let kconfig: string | undefined;
    let random = new Random(1);
    for (const word of parseCommandLine(argv, this.#dialect, this.#environment.has('POSIXLY_CORRECT'))) {
      switch (word.kind) {
        case 'help':
          this.#help(word.long ? ownUsage(dialects.map(({name}) => name)) : '');
          break;
        case 'silent':
          silent = true;
          break;
        case 'wrong':
          this.#output.error(`${this.#program}: ${word.message}\n`);
          if (this.#dialect.commandLine === 'strict') this.#help('');
          break;
        case 'mode':
          mode = word.mode;
          if (mode === 'syncconfig') sync = true;
          silent ||= sync && this.#dialect.syncMessage === 'silent';
          if (word.argument !== undefined || mode === 'defconfig') file = word.argument;
          if (mode === 'randconfig') random = this.#seed();
          break;
        case 'file':
          kconfig ??= word.name;
      }
    }
    kconfig ??= otherwise;
    if (kconfig === undefined) {
      this.#output.error(`${this.#program}: Kconfig file missing\n`);
      this.#help('');
    }
    return {mode, file, silent, sync, kconfig, random};
  }

  #help(more: string): never {
    this.#output.out(usage(this.#program, this.#dialect) + more);
    throw new Exit(1);
  }

  /** set_randconfig_seed. */
  #seed(): Random {
    const seed = readSeed(this.#environment.get('KCONFIG_SEED')) ?? randomSeed();
    const message = `KCONFIG_SEED=0x${seed.toString(16).toUpperCase()}\n`;
    if (this.#dialect.seedMessage === 'stdout') this.#output.out(message);
    else this.#output.error(message);
    return new Random(seed);
  }

  run(): Evaluation {
    const {mode, sync} = this.#request;
    const model = this.#parse();
    if (sync && this.#dialect.autoConf === 'sync') this.#requireConfig();
    const evaluation = this.#read(model);
    this.#stopOnWarnings((code) => code !== 'unmet-dependency', evaluation);
    let write = true;
    if (sync && this.#environment.get('KCONFIG_NOSILENTUPDATE')) {
      if (evaluation.changed) this.#fail('\n*** The configuration requires explicit update.\n\n');
      write = this.#dialect.syncWrites === 'changed';
    }
    this.#set(evaluation);
    this.#sayWarnings(evaluation);
    this.#stopOnWarnings((code) => code === 'unmet-dependency', evaluation);
    if (mode === 'savedefconfig') this.#saveDefconfig(evaluation);
    else if (mode !== 'listnewconfig' && mode !== 'helpnewconfig') {
      if (sync && this.#dialect.syncWrites === 'changed') write = evaluation.changed;
      if (write) this.#writeConfig(evaluation);
      this.#writeAutoconf(evaluation);
    }
    return evaluation;
  }

  #message(text: string): void {
    if (!this.#request.silent) this.#output.out(`#\n# ${text.slice(0, 4095)}\n#\n`);
  }

  #parse(): KconfigModel {
    const say = (diagnostic: Parameters<typeof printed>[0]) => {
      const {stream, text} = printed(diagnostic, this.#dialect);
      if (stream === 'stdout') this.#output.out(text);
      else this.#output.error(text);
    };
    let toldOfErrors = false;
    const report = (diagnostic: Parameters<typeof printed>[0]) => {
      toldOfErrors ||= diagnostic.severity === 'error';
      say(diagnostic);
    };
    try {
      const {model, unanswered} = this.#surroundings.readTree(this.#request.kconfig, {
        dialect: this.#dialect,
        environment: this.#environment,
        shell: this.#shell,
        memory: this.#memory,
        report,
        reportErrors: (text) => this.#output.error(text),
      });
      if (unanswered > 0) {
        this.#output.error(`kbuild conf: --no-shell: ${unanswered} commands were answered with nothing\n`);
      }
      return model;
    } catch (error) {
      if (!(error instanceof KbuildError)) throw error;
      if (!toldOfErrors) for (const diagnostic of error.diagnostics) say(diagnostic);
      // flex gives up with another code than the rest of the tool.
      throw new Exit(error.diagnostics.some(({code}) => code === 'folder-for-file') ? 2 : 1);
    }
  }

  /** What was warned of since the last call. */
  #sayWarnings({warnings}: Evaluation): void {
    for (; this.#said < warnings.length; this.#said++) {
      this.#output.error(printed(warnings[this.#said]!, this.#dialect).text);
    }
  }

  /** KCONFIG_WERROR: conf_errors and sym_dep_errors. */
  #stopOnWarnings(counts: (code: string) => boolean, {warnings}: Evaluation): void {
    if (!this.#dialect.werror || !this.#environment.has('KCONFIG_WERROR')) return;
    if (warnings.some(({code}) => counts(code))) throw new Exit(1);
  }

  #findText(name: string): string | undefined {
    const found = findTreeFile(name, this.#environment.get('srctree'));
    // stdio opens a folder, and finds nothing in it.
    return found?.kind === 'folder' ? '' : found?.text;
  }

  #read(model: KconfigModel): Evaluation {
    const {mode, file} = this.#request;
    switch (mode) {
      case 'allnoconfig':
      case 'allyesconfig':
      case 'allmodconfig':
      case 'alldefconfig':
      case 'randconfig':
        return this.#readSeedConfig(model);
      case 'defconfig': {
        const name = file ?? this.#defaultDefconfig();
        const text = this.#findText(name);
        const evaluation = this.#load(model, text, name);
        if (text !== undefined) return evaluation;
        return this.#fail(`***\n*** Can't find default configuration "${name}"!\n***\n`);
      }
      default:
        return this.#readDotConfig(model);
    }
  }

  /** conf_get_default_confname: the file of $srctree, if that has it. */
  #defaultDefconfig(): string {
    const {defaultDefconfig = ''} = this.#dialect;
    const name = defaultDefconfig.replace('$(ARCH)', this.#environment.get('ARCH') ?? '');
    const inTree = `${this.#environment.get('srctree')}/${name}`;
    return this.#environment.has('srctree') && existsSync(pathOf(inTree)) ? inTree : name;
  }

  #load(model: KconfigModel, text: string | undefined, file: string): Evaluation {
    const evaluation = loadConfig(model, text, {file, warnUnknown: this.#warnUnknown});
    this.#sayWarnings(evaluation);
    return evaluation;
  }

  get #warnUnknown(): boolean {
    return this.#environment.has('KCONFIG_WARN_UNKNOWN_SYMBOLS');
  }

  /** What syncconfig said of a missing .config up to Linux 4.17. */
  #requireConfig(): void {
    const name = this.#configName;
    if (existsSync(pathOf(name))) return;
    this.#fail(`***
*** Configuration file "${name}" not found!
***
*** Please run some configurator (e.g. "make oldconfig" or
*** "make menuconfig" or "make xconfig").
***
`);
  }

  get #configName(): string {
    return this.#environment.get(this.#dialect.configVariable) ?? '.config';
  }

  /** conf_read(NULL): the .config, or the first of KCONFIG_DEFCONFIG_LIST that there is. */
  #readDotConfig(model: KconfigModel): Evaluation {
    const name = this.#configName;
    const text = this.#findText(name);
    if (text !== undefined) return this.#load(model, text, name);
    for (const file of this.#defconfigList(model)) {
      const found = this.#findText(file);
      if (found === undefined) continue;
      this.#message(`using defaults found in ${file}`);
      const evaluation = this.#load(model, found, file);
      evaluation.changed = true;
      return evaluation;
    }
    return this.#load(model, undefined, name);
  }

  /** Files that stand in for a missing .config; up to 5.10 the tree names them, later the environment. */
  #defconfigList(model: KconfigModel): readonly string[] {
    if (!this.#dialect.optionLines.includes('defconfig_list')) {
      const list = this.#environment.get('KCONFIG_DEFCONFIG_LIST') ?? '';
      return list.split(/[ \t\n\v\f\r]+/).filter((file) => file !== '');
    }
    const evaluation = new Evaluation(model);
    return (model.defconfigList?.defaults ?? []).flatMap(({condition, value}) => {
      if (value.kind !== 'symbol' || evaluation.evaluate(condition) === 0) return [];
      return [evaluation.value(value.symbol)];
    });
  }

  /** KCONFIG_ALLCONFIG: values that the all…config modes and randconfig start from. */
  #readSeedConfig(model: KconfigModel): Evaluation {
    const evaluation = new Evaluation(model);
    const name = this.#environment.get('KCONFIG_ALLCONFIG');
    if (name === undefined) return evaluation;
    const {mode} = this.#request;
    const own = `${mode === 'randconfig' ? 'allrandom' : mode.replace('config', '')}.config`;
    const given = name !== '' && name !== '1';
    for (const file of given ? [name] : [own, 'all.config']) {
      const text = this.#findText(file);
      if (text === undefined) continue;
      readAssignments(evaluation, text, {file, warnUnknown: this.#warnUnknown});
      this.#sayWarnings(evaluation);
      return evaluation;
    }
    if (given) this.#fail(`*** Can't read seed configuration "${name}"!\n`);
    return this.#fail(`*** KCONFIG_ALLCONFIG set, but no "${own}" or "all.config" file found\n`);
  }

  #set(evaluation: Evaluation): void {
    const {mode} = this.#request;
    const steps: Readonly<Partial<Record<ConfMode, () => void>>> = {
      allnoconfig: () => setNewSymbols(evaluation, 0),
      allyesconfig: () => setNewSymbols(evaluation, 2),
      allmodconfig: () => setNewSymbols(evaluation, 1),
      alldefconfig: () => setNewSymbols(evaluation, 'default'),
      defconfig: () => setNewSymbols(evaluation, 'default'),
      randconfig: () => this.#randomize(evaluation),
      yes2modconfig: () => rewriteTristates(evaluation, 2, 1),
      mod2yesconfig: () => rewriteTristates(evaluation, 1, 2),
      mod2noconfig: () => rewriteTristates(evaluation, 1, 0),
      oldaskconfig: () => this.#converse(evaluation),
      oldconfig: () => this.#converse(evaluation),
      syncconfig: () => this.#converse(evaluation),
      listnewconfig: () => this.#listNew(evaluation, false),
      helpnewconfig: () => this.#listNew(evaluation, true),
    };
    steps[mode]?.();
  }

  #randomize(evaluation: Evaluation): void {
    const probability = readProbability(this.#environment.get('KCONFIG_PROBABILITY'));
    if (probability) randomize(evaluation, this.#request.random, probability);
    else this.#fail('KCONFIG_PROBABILITY: Numerical result out of range\n');
  }

  #converse(evaluation: Evaluation): void {
    const echo = !this.#surroundings.terminal;
    const all = this.#request.mode === 'oldaskconfig';
    const conversation: Conversation = ask(evaluation, {all, echo});
    let step = conversation.next();
    while (!step.done) {
      this.#asked = true;
      this.#output.out(step.value);
      this.#sayWarnings(evaluation);
      this.#output.flush();
      const line = this.#surroundings.input.line();
      if (line === undefined) this.#output.error('\nError in reading or end of file.\n');
      step = this.#attempt(() => conversation.next(line));
    }
    this.#output.out(step.value);
  }

  #listNew(evaluation: Evaluation, withHelp: boolean): void {
    for (const node of newSymbols(evaluation)) {
      this.#sayWarnings(evaluation);
      if (withHelp) this.#output.out(`-----\n\n${menuHelp(evaluation, node)}\n-----\n`);
      else this.#output.out(formatListLine(evaluation, node.symbol!));
    }
  }

  #saveDefconfig(evaluation: Evaluation): void {
    const file = this.#request.file!;
    const text = writeDefconfig(evaluation);
    this.#sayWarnings(evaluation);
    this.#sayChangedInput(evaluation);
    try {
      writeInPlace(file, text);
    } catch {
      this.#fail(`n*** Error while saving defconfig to: ${file}\n\n`);
    }
  }

  #writeConfig(evaluation: Evaluation): void {
    const name = this.#configName;
    const failed = (reason = ''): never =>
      this.#fail(`${reason}\n*** Error during writing of the configuration.\n\n`);
    if (name === '') failed('config name is empty\n');
    if (isFolder(name)) failed(`${name}: Is a directory\n`);
    const text = writeConfig(evaluation);
    this.#sayWarnings(evaluation);
    this.#sayChangedInput(evaluation);
    try {
      const overwrite = Boolean(this.#environment.get('KCONFIG_OVERWRITECONFIG'));
      const always = this.#dialect.unchangedConfig === 'rewritten';
      const done = replaceConfig(name, text, overwrite, always);
      this.#message(done === 'written' ? `configuration written to ${name}` : `No change to ${name}`);
    } catch {
      failed();
    }
  }

  /** What the user asked for and does not get, where the dialect can tell. */
  #sayChangedInput(evaluation: Evaluation): void {
    const asked = this.#environment.get('KCONFIG_WARN_CHANGED_INPUT');
    if (this.#dialect.warnsOfChangedInput && asked) this.#output.error(changedInputWarning(evaluation));
  }

  #writeAutoconf(evaluation: Evaluation): void {
    const {sync} = this.#request;
    if (!sync && this.#dialect.autoConf === 'sync') return;
    const result = writeAutoconfFiles(evaluation, this.#environment, sync);
    this.#sayWarnings(evaluation);
    if (result === undefined) return;
    this.#output.error(result);
    const what = this.#dialect.autoConf === 'sync' ? 'update' : 'sync';
    if (sync) this.#fail(`\n*** Error during ${what} of the configuration.\n\n`);
  }
}
