/** One case on both sides. */

import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Dialect} from '../../src/kconfig/index.ts';
import {readAnswers} from '../oracle/answers.ts';
import {servedTool} from '../oracle/conf-tool.ts';
import {parseOurs, runOurs} from '../oracle/ours.ts';
import {type Difference, firstDifference, type Step} from '../oracle/outcome.ts';
import type {ConfServer} from '../oracle/server.ts';
import {environment} from './case.ts';

/** The step is undefined where the tools differ in how they take the tree itself. */
export type Found = {readonly step: Step | undefined; readonly difference: Difference};

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
    const dir = join(scratch, 'tree');
    rmSync(scratch, {recursive: true, force: true});
    for (const [path, text] of files) {
      mkdirSync(dirname(join(dir, path)), {recursive: true});
      writeFileSync(join(dir, path), text, 'latin1');
    }
    const tool = servedTool(this.#server, {dir, kconfig: 'Kconfig', scratch});
    const asked = steps.map(async (step) => tool.run(step));
    tool.end();
    const parse = await tool.parse();
    evaluating();
    const tree = guarded(() => parseOurs('Kconfig', this.#sources(files), this.#dialect));
    const crash = 'crash' in tree ? {exit: tree.crash} : undefined;
    let crashes = typeof parse!.exit === 'string' ? 1 : 0;
    const parseDifference =
      crashes === 0 ? firstDifference(parse!, crash ?? ('parse' in tree ? tree.parse : {})) : undefined;
    let found: Found | undefined = parseDifference && {step: undefined, difference: parseDifference};
    for (const [index, step] of steps.entries()) {
      const theirs = await asked[index]!;
      if (found || parse!.exit !== 0 || !('model' in tree) || !tree.model) continue;
      if (typeof theirs.exit === 'string') {
        crashes++;
        continue;
      }
      const {model} = tree;
      evaluating();
      const ours = guarded(() => runOurs(model, step, (path) => files.get(path)));
      const difference = firstDifference(theirs, 'crash' in ours ? {exit: ours.crash} : ours);
      if (difference) found = {step, difference};
    }
    return {found, crashes, runs: steps.length, refused: parse!.exit === 1};
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

function guarded<Result extends object>(run: () => Result): Result | {readonly crash: string} {
  try {
    return run();
  } catch (error) {
    return {crash: error instanceof Error ? (error.stack ?? error.message) : String(error)};
  }
}
