/** One architecture: every start and what follows on it, by both sides, in a process of its own. */

import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {linux61, recogniseDialect} from '../../src/kconfig/index.ts';
import {readAnswers} from '../oracle/answers.ts';
import {architectureEnvironment, type Oracle} from '../oracle/build.ts';
import {requestOf, tell} from '../oracle/child.ts';
import {type ConfTool, literalTool, servedTool} from '../oracle/conf-tool.ts';
import {OurTree} from '../oracle/ours.ts';
import {firstDifference, type Outcome, type Step, showDifference} from '../oracle/outcome.ts';
import {ConfServer} from '../oracle/server.ts';
import {defconfigs} from './architectures.ts';
import {followersOf, minimalStep, minimalText, modesAfter, type Selection, startsOf} from './plan.ts';
import {shellOf} from './shell.ts';

export type Request = {
  readonly oracle: Oracle;
  readonly arch: string;
  readonly selection: Selection;
  readonly replay: boolean;
  /** A folder on a fast file system. */
  readonly scratch: string;
};

/** One message to the table: a run was compared. */
export type Compared = {
  readonly arch: string;
  readonly mode: string;
  /** Whether the C tool asks for ever what no answer comes to, and ours says that and fails. */
  readonly isEndless: boolean;
  /** Of which start: `defconfig arch/x86/configs/i386_defconfig`. */
  readonly title: string;
  readonly difference?: string;
  readonly milliseconds: {readonly theirs: number; readonly ours: number};
};

const {oracle, arch, selection, replay, scratch} = requestOf<Request>();
const root = 'Kconfig';

function readTreeFile(path: string): string | undefined {
  try {
    return readFileSync(join(oracle.tree, path), 'latin1');
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A question without a valid default is asked again and again once the input has ended: a number without a default. */
function neverEnds({exit}: Outcome): boolean {
  return exit === 'too much output' || exit === 'timed out';
}

class Comparison {
  readonly #tool: ConfTool;
  readonly #tree: OurTree;

  constructor(tool: ConfTool, tree: OurTree) {
    this.#tool = tool;
    this.#tree = tree;
  }

  /** Runs a step on both sides, reports what came of it, and gives the C tool's outcome. */
  async compare(step: Step, title: string): Promise<Outcome> {
    const started = performance.now();
    const theirs = await this.#tool.run(step);
    const between = performance.now();
    const ours = this.#ours(step);
    const isEndless = neverEnds(theirs) && ours.exit !== 0;
    const difference = isEndless ? undefined : firstDifference(theirs, ours);
    const message: Compared = {
      arch,
      mode: step.mode,
      title,
      milliseconds: {theirs: between - started, ours: performance.now() - between},
      isEndless,
      ...(difference ? {difference: showDifference(difference)} : {}),
    };
    tell<Compared>(message);
    return theirs;
  }

  /** Where each run parses, each says what there is to say of it. */
  #ours(step: Step): Outcome {
    const {parse} = this.#tree;
    const ours = this.#tree.run(step);
    if (replay || ours === parse) return ours;
    return {...ours, stdout: parse.stdout + ours.stdout, stderr: parse.stderr + ours.stderr};
  }

  async start(step: Step, modes: readonly string[]): Promise<void> {
    const title = [...step.arguments, ...Object.values(step.environment)].join(' ');
    const config = (await this.compare(step, title)).files.get('.config');
    if (config === undefined || modes.length === 0) return;
    const minimal = minimalText(await this.#tool.run(minimalStep(config)));
    for (const follower of followersOf(config, minimal, modes)) {
      await this.compare(follower, `${title}, then ${follower.arguments.join(' ')}`);
    }
  }
}

const environment = await architectureEnvironment(oracle, arch);
const dir = join(scratch, arch);
mkdirSync(dir, {recursive: true});
const answersFile = join(dir, 'answers');
const server = new ConfServer({
  program: oracle.server,
  answers: answersFile,
  secondsARun: 600,
  megabytes: 256,
  environment,
});
const places = {dir: oracle.tree, kconfig: root, scratch: dir};
if (replay) {
  // The first parse records the answers, with the noise of the probes; what is compared comes from the second.
  const recording = servedTool(server, places);
  await recording.parse();
  recording.end();
}
const tool = replay ? servedTool(server, places) : literalTool(oracle.conf, environment, places);
const theirParse = await tool.parse();
const shell = shellOf(oracle.out, environment, readAnswers(answersFile));
const dialect = recogniseDialect(readTreeFile) ?? linux61;
const parseStarted = performance.now();
const sources = {readFile: readTreeFile, environment, shell: shell.run};
const tree = new OurTree(root, sources, dialect, join(dir, 'ours'));
const parseDifference = theirParse && firstDifference(theirParse, tree.parse);
const asked =
  replay && shell.unanswered.length > 0 ? `\nonly kbuild asks: ${shell.unanswered.join('\n')}` : '';
const parsed: Compared = {
  arch,
  mode: 'parse',
  title: 'Kconfig',
  isEndless: false,
  milliseconds: {theirs: 0, ours: performance.now() - parseStarted},
  ...(parseDifference || asked
    ? {difference: (parseDifference ? showDifference(parseDifference) : '') + asked}
    : {}),
};
tell<Compared>(parsed);
const comparison = new Comparison(tool, tree);
const starts = startsOf(defconfigs(oracle.tree, environment.get('SRCARCH') ?? arch), selection);
if (tree.parse.exit === 0 && (theirParse === undefined || theirParse.exit === 0)) {
  for (const [index, start] of starts.entries()) {
    await comparison.start(start, modesAfter(index, selection.modes));
  }
}
tool.end();
await server.close();
rmSync(dir, {recursive: true, force: true});
process.disconnect();
