/** What `kbuild conf` makes of a step, in this process: one model, many runs. */

import {chdir} from 'node:process';
import {runConf, type Surroundings} from '../../src/conf/index.ts';
import {
  type Dialect,
  type KconfigModel,
  type KconfigSources,
  parseKconfig,
  restoreModel,
  storeModel,
} from '../../src/kconfig/index.ts';
import type {Outcome, Step} from './outcome.ts';
import {RunDirectory} from './run-directory.ts';

/** What is said, as text. */
class Said {
  stdout = '';
  stderr = '';

  out(text: string): void {
    this.stdout += text;
  }

  error(text: string): void {
    this.stderr += text;
  }

  flush(): void {
    // There is nothing to wait for.
  }
}

/** Lines of a text, as fgets reads them. */
function answersFrom(text: string): Surroundings['input'] {
  let position = 0;
  return {
    line: () => {
      const newline = text.indexOf('\n', position);
      const end = Math.min(newline < 0 ? text.length : newline + 1, position + 4095);
      const line = text.slice(position, end);
      position = end;
      return line === '' ? undefined : line;
    },
    leave: () => undefined,
  };
}

type Read = Surroundings['readTree'];

function restored(model: KconfigModel, {readFile}: KconfigSources): KconfigModel {
  const bytes = storeModel(model);
  return (bytes && restoreModel(bytes, model.dialect, readFile)) ?? model;
}

function sumOf(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
  return sum;
}

export class OurTree {
  /** What came of parsing, as of a process that does no more. */
  readonly parse: Outcome;
  /** As it was parsed, and as it comes back from what is remembered of a tree. */
  readonly #models: readonly KconfigModel[];
  readonly #root: string;
  readonly #dialect: Dialect;
  readonly #environment: ReadonlyMap<string, string>;
  readonly #directory: RunDirectory;

  /** Parses a tree; `scratch` is a directory for the runs. */
  constructor(root: string, sources: KconfigSources, dialect: Dialect, scratch: string) {
    this.#root = root;
    this.#dialect = dialect;
    this.#environment = sources.environment;
    this.#directory = new RunDirectory(scratch);
    const said = new Said();
    const step: Step = {mode: '', arguments: ['--listnewconfig'], files: {}, stdin: '', environment: {}};
    const parsed: {model?: KconfigModel; outcome?: Outcome} = {};
    const refused = this.#run(step, said, (kconfig, {report}) => {
      const model = parseKconfig(kconfig, {...sources, warn: report, error: report}, dialect);
      parsed.model = model;
      parsed.outcome = {exit: 0, stdout: said.stdout, stderr: said.stderr, files: new Map()};
      return {model, unanswered: 0};
    });
    this.#models = parsed.model ? [parsed.model, restored(parsed.model, sources)] : [];
    this.parse = parsed.outcome ?? refused;
  }

  /**
   * The outcome of a step on the parsed tree, or on the restored one: the step itself decides, so that it is the same one
   * each time. What was said while parsing is not said again.
   */
  run(step: Step): Outcome {
    const model = this.#models[sumOf(JSON.stringify(step)) % this.#models.length];
    if (!model) return this.parse;
    return this.#run(step, new Said(), () => ({model, unanswered: 0}));
  }

  #run(step: Step, said: Said, readTree: Read): Outcome {
    const {dir} = this.#directory.prepare(step);
    const environment = new Map([...this.#environment, ...Object.entries(step.environment)]);
    const before = process.cwd();
    chdir(dir);
    try {
      const exit = runConf([...step.arguments, this.#root], {
        output: said,
        input: answersFrom(step.stdin),
        terminal: false,
        inputTerminal: false,
        program: 'conf',
        environment: () => environment,
        dialect: () => this.#dialect,
        readTree,
      });
      return this.#directory.outcome({exit}, said);
    } finally {
      chdir(before);
      this.#directory.remove();
    }
  }
}
