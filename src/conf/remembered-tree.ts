/**
 * A tree read from what is remembered of it: the answers of its commands, and the parsed model itself. Both are used only
 * if everything they were made from is what it was; then nothing of the tree is read but the stat data of its files.
 */

import type {Diagnostic, Place} from '../base/diagnostic.ts';
import {
  areUnchanged,
  isMissing,
  isNewerThan,
  packWitnesses,
  type Witness,
  witness,
} from '../base/file-identity.ts';
import {
  type Dialect,
  type KconfigModel,
  type KconfigSources,
  parseKconfig,
  restoreModel,
  scanKconfig,
  storeModel,
} from '../kconfig/index.ts';
import type {Memory} from './memory.ts';
import {type ProbeAnswer, ProbeWorkers} from './probe-workers.ts';
import {environmentKey, passingVariables, toolChainWitnesses} from './tool-chain.ts';

export type RememberedRequest = {
  readonly dialect: Dialect;
  readonly environment: ReadonlyMap<string, string>;
  /** The same for the commands, if there are any to run. */
  readonly childEnvironment: () => NodeJS.ProcessEnv;
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

type Variables = readonly (readonly [name: string, value: string | null])[];

/** Beside it the files' witnesses, the answers, and the model. */
type TreeRecord = {
  /** Paths where a file was looked for in vain, or the highest folder of each that is missing. */
  readonly absent: readonly string[];
  readonly variables: Variables;
  readonly said: readonly Said[];
};

/** Beside it the tool chain's witnesses, and the answers. */
type ProbesRecord = {readonly variables: Variables};

type ProbeRecord = readonly [output: string, errors: string];

/** Answers as bytes: they are only read if those of a tree are not the very ones that hold. */
function packAnswers(answers: ReadonlyMap<string, ProbeRecord>): Uint8Array {
  return Buffer.from(JSON.stringify([...answers]));
}

/** Undefined if they are broken. */
function unpackAnswers(bytes: Uint8Array): ReadonlyMap<string, ProbeRecord> | undefined {
  try {
    return new Map(JSON.parse(Buffer.from(bytes).toString()) as [string, ProbeRecord][]);
  } catch {
    return undefined;
  }
}

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
  /** Answers that hold, as they were remembered. */
  #packedAnswers: Uint8Array = packAnswers(new Map());
  #known: ReadonlyMap<string, ProbeRecord> = new Map();
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
    const probes = this.#request.memory.get('probes', this.#key);
    if (probes && this.#hold(probes.value as ProbesRecord) && areUnchanged(probes.pieces[0]!)) {
      this.#packedAnswers = probes.pieces[1]!;
    }
    const model = this.#restore();
    if (model) return model;
    this.#known = unpackAnswers(this.#packedAnswers) ?? this.#known;
    return this.#parse();
  }

  #hold({variables}: {readonly variables: Variables}): boolean {
    const {environment} = this.#request;
    return variables.every(([name, value]) => (environment.get(name) ?? null) === value);
  }

  #restore(): KconfigModel | undefined {
    const entry = this.#request.memory.get('tree', this.#treeKey);
    if (!entry) return undefined;
    const record = entry.value as TreeRecord;
    const [files, ownAnswers, bytes] = entry.pieces;
    const isSame =
      this.#hold(record) &&
      isPartOf(ownAnswers!, this.#packedAnswers) &&
      record.absent.every(isMissing) &&
      areUnchanged(files!);
    if (!isSame) return undefined;
    const model = restoreModel(bytes!, this.#request.dialect, (name) => this.#find(name)?.text);
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

  #parse(): KconfigModel {
    const {dialect, childEnvironment, memory} = this.#request;
    const workers = new ProbeWorkers(childEnvironment());
    try {
      if (this.#known.size === 0) this.#beginProbes(workers);
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
    const isKnown = [...this.#asked.keys()].every((command) => this.#known.has(command));
    if (!isKnown) {
      const all = new Map([...this.#known, ...this.#asked]);
      const record: ProbesRecord = {variables: passingVariables(all.keys(), environment)};
      const toolChain = toolChainWitnesses(all.keys(), environment, this.#started);
      // What changed meanwhile may have done so after the answer that was made of it.
      if (toolChain.some((one) => isNewerThan(one, this.#started))) return;
      memory.put('probes', this.#key, record, [packWitnesses(toolChain), packAnswers(all)]);
    }
    const files: Witness[] = [];
    const absent = new Set<string>();
    for (const [name, found] of this.#texts) {
      if (found) files.push(witness(found.path, this.#started, found.text));
      if (found?.path !== name) absent.add(highestMissing(name));
    }
    const record: TreeRecord = {
      absent: [...absent],
      variables: [...this.#variables].map(([name, value]) => [name, value ?? null]),
      said: this.#said,
    };
    memory.put('tree', this.#treeKey, record, [packWitnesses(files), packAnswers(this.#asked), bytes]);
  }
}

/** Whether all of some answers are among others. */
function isPartOf(some: Uint8Array, others: Uint8Array): boolean {
  if (Buffer.compare(some, others) === 0) return true;
  const own = unpackAnswers(some);
  const known = unpackAnswers(others);
  if (!own || !known) return false;
  return [...own].every(([command, [output, errors]]) => {
    const answer = known.get(command);
    return answer?.[0] === output && answer[1] === errors;
  });
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
