/** One case on both sides. */

import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Dialect} from '../../src/kconfig/index.ts';
import {readAnswers} from '../oracle/answers.ts';
import {servedTool} from '../oracle/conf-tool.ts';
import {OurTree} from '../oracle/ours.ts';
import {type Difference, firstDifference, type Outcome, type Step} from '../oracle/outcome.ts';
import type {ConfServer} from '../oracle/server.ts';
import {environment} from './case.ts';

/** The step is undefined where the tools differ in how they take the tree itself. */
export type Found = {
  readonly step: Step | undefined;
  readonly difference: Difference;
  /** How the C tool ended. */
  readonly exit: Outcome['exit'];
};

export type Compared = {
  readonly found: Found | undefined;
  /** Runs in which the C tool crashed or did not end, which nothing can be compared with. */
  readonly crashes: number;
  readonly runs: number;
  /** Whether the C tool refused the tree. */
  readonly refused: boolean;
};

export class Comparer {
  readonly #server: ConfServer;
  readonly #dialect: Dialect;
  readonly #answersFile: string;
  #answers = new Map<string, string>();

  constructor(server: ConfServer, dialect: Dialect, answersFile: string) {
    this.#server = server;
    this.#dialect = dialect;
    this.#answersFile = answersFile;
  }

  async compare(
    files: ReadonlyMap<string, string>,
    steps: readonly Step[],
    scratch: string,
    evaluating: () => void,
  ): Promise<Compared> {
    const dir = writeTree(files, scratch);
    const tool = servedTool(this.#server, {dir, kconfig: 'Kconfig', scratch});
    const asked = steps.map(async (step) => tool.run(step));
    tool.end();
    const parse = await tool.parse();
    const crashed = typeof parse!.exit === 'string';
    evaluating();
    const tree = guarded(
      () => new OurTree('Kconfig', this.#sources(files), this.#dialect, join(scratch, 'ours')),
    );
    const ourParse = 'crash' in tree ? crashOutcome(tree.crash) : tree.parse;
    const parseDifference =
      crashed || failsInSilence(parse!, ourParse) ? undefined : firstDifference(parse!, ourParse);
    let found: Found | undefined = parseDifference && {
      step: undefined,
      difference: parseDifference,
      exit: parse!.exit,
    };
    let crashes = crashed ? 1 : 0;
    for (const [index, step] of steps.entries()) {
      const theirs = await asked[index]!;
      if (found || parse!.exit !== 0 || 'crash' in tree) continue;
      if (typeof theirs.exit === 'string') {
        crashes++;
        continue;
      }
      evaluating();
      const ours = guarded(() => tree.run(step));
      const difference = firstDifference(theirs, 'crash' in ours ? crashOutcome(ours.crash) : ours);
      if (difference) found = {step, difference, exit: theirs.exit};
    }
    return {found, crashes, runs: steps.length, refused: parse!.exit === 1};
  }

  /**
   * Whether the C tool says another thing as soon as freed memory holds other bytes: then it reads what it has freed, or
   * never written, and nothing can be compared with it. Linux 7.2 prints such a value of a symbol in a help text.
   */
  async readsFreedMemory(
    perturbed: readonly ConfServer[],
    files: ReadonlyMap<string, string>,
    step: Step | undefined,
    scratch: string,
  ): Promise<boolean> {
    const said: Outcome[] = [];
    for (const server of perturbed) {
      const dir = writeTree(files, scratch);
      const tool = servedTool(server, {dir, kconfig: 'Kconfig', scratch});
      const asked = step && tool.run(step);
      tool.end();
      const parse = await tool.parse();
      said.push((await asked) ?? parse!);
    }
    const [first, ...others] = said;
    return others.some((other) => firstDifference(first!, other) !== undefined);
  }

  #sources(files: ReadonlyMap<string, string>) {
    return {
      readFile: (path: string) => files.get(path),
      environment,
      shell: (command: string) => {
        if (!this.#answers.has(command)) this.#answers = readAnswers(this.#answersFile);
        return this.#answers.get(command) ?? '';
      },
    };
  }
}

/** Where the C tool refuses a tree without a word (a fault at the very end of a file), ours says why all the same. */
function failsInSilence(theirs: Outcome, ours: Outcome): boolean {
  return theirs.exit === 1 && ours.exit === 1 && theirs.stdout === '' && theirs.stderr === '';
}

function writeTree(files: ReadonlyMap<string, string>, scratch: string): string {
  const dir = join(scratch, 'tree');
  rmSync(scratch, {recursive: true, force: true});
  for (const [path, text] of files) {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), text, 'latin1');
  }
  return dir;
}

function crashOutcome(crash: string): Outcome {
  return {exit: crash, stdout: '', stderr: '', files: new Map()};
}

function guarded<Result extends object>(run: () => Result): Result | {readonly crash: string} {
  try {
    return run();
  } catch (error) {
    return {crash: error instanceof Error ? (error.stack ?? error.message) : String(error)};
  }
}
