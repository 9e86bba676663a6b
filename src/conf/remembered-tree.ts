/**
 * A tree read from what is remembered of it: the answers of its commands, and the parsed model itself. Both are used only
 * if everything they were made from is what it was; then nothing of the tree is read but the stat data of its files.
 */

import type {Diagnostic, Place} from '../base/diagnostic.ts';
import {
  type Dialect,
  type KconfigModel,
  type KconfigSources,
  parseKconfig,
  restoreModel,
  scanKconfig,
  storeModel,
} from '../kconfig/index.ts';
import {areUnchanged, isMissing, tableOf, type Witness, type WitnessTable, witness} from './file-identity.ts';
import type {Memory} from './memory.ts';
import {type ProbeAnswer, ProbeWorkers} from './probe-workers.ts';
import {environmentKey, toolChainWitnesses} from './tool-chain.ts';

export type RememberedRequest = {
  readonly dialect: Dialect;
  readonly environment: ReadonlyMap<string, string>;
  /** The same for the commands. */
  readonly childEnvironment: NodeJS.ProcessEnv;
  /** The text of a file, and where it is; throws what a folder in its place makes of the run. */
  readonly readFile: (name: string) => {readonly path: string; readonly text: string} | undefined;
  readonly memory: Memory;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Takes what a command wrote to standard error. */
  readonly reportErrors: (text: string) => void;
};

/** What was said while a tree was read: a diagnostic, whose place names its file, or a command's standard error. */
type Said =
  | {readonly errors: string}
  | {readonly diagnostic: Omit<Diagnostic, 'place'>; readonly place?: PlaceOf};
type PlaceOf = Omit<Place, 'text'>;

type TreeRecord = {
  readonly files: WitnessTable;
  /** Paths where a file was looked for in vain, or the highest folder of each that is missing. */
  readonly absent: readonly string[];
  readonly variables: readonly (readonly [name: string, value: string | null])[];
  readonly answers: readonly (readonly [command: string, ...ProbeRecord])[];
  readonly said: readonly Said[];
};

type ProbeRecord = readonly [output: string, errors: string];

type ProbesRecord = {
  readonly toolChain: WitnessTable;
  readonly answers: readonly (readonly [command: string, ...ProbeRecord])[];
};

/** Stands for an answer that is not known yet; no Kconfig file has this character. */
const unknown = '\u{10fffe}';

/** The model of the tree whose first file is `kconfig`. */
export function readRememberedTree(kconfig: string, request: RememberedRequest): KconfigModel {
  return new RememberedTree(kconfig, request).read();
}

class RememberedTree {
  readonly #kconfig: string;
  readonly #request: RememberedRequest;
  readonly #key: readonly string[];
  readonly #started = Date.now();
  readonly #texts = new Map<string, {readonly path: string; readonly text: string} | undefined>();
  readonly #variables = new Map<string, string | undefined>();
  readonly #said: Said[] = [];
  #known = new Map<string, ProbeRecord>();
  readonly #asked = new Map<string, ProbeRecord>();

  constructor(kconfig: string, request: RememberedRequest) {
    this.#kconfig = kconfig;
    this.#request = request;
    this.#key = [process.cwd(), environmentKey(request.environment)];
  }

  get #treeKey(): readonly string[] {
    return [...this.#key, this.#kconfig, JSON.stringify(this.#request.dialect)];
  }

  read(): KconfigModel {
    const {memory} = this.#request;
    const probes = memory.get('probes', this.#key)?.value as ProbesRecord | undefined;
    if (probes && areUnchanged(probes.toolChain)) {
      this.#known = new Map(probes.answers.map(([command, ...answer]) => [command, answer]));
    }
    return this.#restore() ?? this.#parse(probes);
  }

  #restore(): KconfigModel | undefined {
    const entry = this.#request.memory.get('tree', this.#treeKey);
    if (!entry) return undefined;
    const record = entry.value as TreeRecord;
    const {environment} = this.#request;
    const isSame =
      record.variables.every(([name, value]) => (environment.get(name) ?? null) === value) &&
      record.answers.every(([command, output, errors]) => {
        const known = this.#known.get(command);
        return known?.[0] === output && known[1] === errors;
      }) &&
      record.absent.every(isMissing) &&
      areUnchanged(record.files);
    if (!isSame) return undefined;
    const model = restoreModel(entry.bytes, this.#request.dialect, (name) => this.#find(name)?.text);
    if (model) for (const one of record.said) this.#repeat(one);
    return model;
  }

  #repeat(said: Said): void {
    if ('errors' in said) {
      this.#request.reportErrors(said.errors);
      return;
    }
    const {diagnostic, place} = said;
    if (!place) this.#request.report(diagnostic);
    else this.#request.report({...diagnostic, place: {...place, text: this.#find(place.file)?.text ?? ''}});
  }

  #find(name: string): {readonly path: string; readonly text: string} | undefined {
    if (!this.#texts.has(name)) this.#texts.set(name, this.#request.readFile(name));
    return this.#texts.get(name);
  }

  #parse(before: ProbesRecord | undefined): KconfigModel {
    const {dialect, childEnvironment, memory} = this.#request;
    const workers = new ProbeWorkers(childEnvironment);
    try {
      if (!before || this.#known.size === 0) this.#beginProbes(workers);
      const model = parseKconfig(this.#kconfig, this.#sources(workers), dialect);
      if (memory.isOn) this.#remember(model);
      return model;
    } finally {
      workers.end();
    }
  }

  #sources(workers: ProbeWorkers): KconfigSources {
    return {
      readFile: (name) => this.#find(name)?.text,
      environment: new NotingMap(this.#request.environment, this.#variables),
      shell: (command) => {
        const [output, errors] = this.#asked.get(command) ?? this.#answer(command, workers);
        this.#asked.set(command, [output, errors]);
        if (errors !== '') {
          this.#said.push({errors});
          this.#request.reportErrors(errors);
        }
        return output;
      },
      warn: (diagnostic) => {
        const {place, ...rest} = diagnostic;
        this.#said.push(place ? {diagnostic: rest, place: withoutText(place)} : {diagnostic: rest});
        this.#request.report(diagnostic);
      },
      error: this.#request.report,
    };
  }

  #answer(command: string, workers: ProbeWorkers): ProbeRecord {
    const known = this.#known.get(command);
    if (known) return known;
    const {output, errors}: ProbeAnswer = workers.answer(command);
    return [output, errors];
  }

  /**
   * Begins the commands that the tree is going to ask for, found by a look ahead in which no answer is known. One whose
   * text holds another's answer is left to the reading: what runs is only what the tree asks.
   */
  #beginProbes(workers: ProbeWorkers): void {
    const {dialect, environment} = this.#request;
    const sources: KconfigSources = {
      readFile: (name) => this.#find(name)?.text,
      environment,
      shell: (command) => {
        if (!command.includes(unknown)) workers.begin(command);
        return unknown;
      },
    };
    scanKconfig(this.#kconfig, sources, dialect);
  }

  #remember(model: KconfigModel): void {
    const {memory, environment} = this.#request;
    const bytes = storeModel(model);
    if (!bytes) return;
    const answers = [...this.#asked].map(([command, answer]) => [command, ...answer] as const);
    const isKnown = answers.every(([command]) => this.#known.has(command));
    if (!isKnown) {
      const all = new Map([...this.#known, ...this.#asked]);
      const record: ProbesRecord = {
        toolChain: tableOf(toolChainWitnesses(all.keys(), environment, this.#started)),
        answers: [...all].map(([command, answer]) => [command, ...answer]),
      };
      memory.put('probes', this.#key, record);
    }
    const files: Witness[] = [];
    const absent = new Set<string>();
    for (const [name, found] of this.#texts) {
      if (found) files.push(witness(found.path, this.#started, found.text));
      if (found?.path !== name) absent.add(highestMissing(name));
    }
    const record: TreeRecord = {
      files: tableOf(files),
      absent: [...absent],
      variables: [...this.#variables].map(([name, value]) => [name, value ?? null]),
      answers,
      said: this.#said,
    };
    memory.put('tree', this.#treeKey, record, bytes);
  }
}

function withoutText({file, start, end}: Place): PlaceOf {
  return end === undefined ? {file, start} : {file, start, end};
}

/** The path, or the highest folder above it that is missing: while that is, so is the path. */
function highestMissing(path: string): string {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    if (isMissing(folder)) return folder;
  }
  return path;
}

/** A map that notes what was asked of it, and what the answer was. */
class NotingMap extends Map<string, string> {
  readonly #notes: Map<string, string | undefined>;

  constructor(map: ReadonlyMap<string, string>, notes: Map<string, string | undefined>) {
    super(map);
    this.#notes = notes;
  }

  override get(name: string): string | undefined {
    const value = super.get(name);
    // Undefined while the base class fills itself.
    this.#notes?.set(name, value);
    return value;
  }
}
