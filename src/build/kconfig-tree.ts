/**
 * Reads the Kconfig of a kernel source as the kernel's own Makefile would have `conf` read it: the environment is
 * the one the Makefile exports, and every `$(shell)` runs in the container, many side by side.
 */

import {mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {failure, KbuildError} from '../base/diagnostic.ts';
import {environmentArguments, parseEnvironment} from '../base/makefile-environment.ts';
import type {Workshop} from '../base/store.ts';
import {type KconfigModel, linux61, parseKconfig, recogniseDialect} from '../kconfig/index.ts';
import type {Builder, ContainerStep} from './container.ts';
import {kernelMakeArgv} from './kernel.ts';
import type {KernelSource} from './source.ts';
import {textIfThere} from './tree-text.ts';

/** A kernel's Kconfig, and its files by their paths in the source. */
export type KconfigTree = {
  readonly model: KconfigModel;
  readonly readFile: (path: string) => string | undefined;
  /** The folder below arch/: `x86`. */
  readonly sourceArch: string;
};

/** A tree that was just read, and what that depended on. */
export type ReadKconfigTree = KconfigTree & {
  /** Every path in the source that was looked at, there or not. */
  readonly paths: readonly string[];
  /** The commands of `$(shell)` that were run. */
  readonly commands: readonly string[];
};

/** A tree's answers nest: which probe is asked depends on the answer to another. Real trees need three rounds. */
const mostRounds = 20;

/**
 * The model of a kernel's Kconfig under the builder's tool chain.
 *
 * A command is only known once the file that holds it has been read, so the tree is read in rounds: unanswered
 * commands read as empty, are collected, run together, and the tree is read again until none is new.
 */
export async function readKconfigTree(
  workshop: Workshop,
  builder: Builder,
  source: KernelSource,
  arch: Architecture,
): Promise<ReadKconfigTree> {
  const environment = await makefileEnvironment(workshop, builder, source, arch);
  const files = new Map<string, string | undefined>();
  const readTreeFile = (path: string): string | undefined => {
    if (!files.has(path)) files.set(path, textIfThere(join(source.dir, path)));
    return files.get(path);
  };
  const sourceArch = environment.get('SRCARCH') ?? arch;
  const dialect = recogniseDialect(readTreeFile) ?? linux61;
  const answers = new Map<string, string>();
  for (let round = 0; round < mostRounds; round++) {
    const unanswered = new Set<string>();
    const shell = (command: string): string => {
      const answer = answers.get(command);
      if (answer === undefined) unanswered.add(command);
      return answer ?? '';
    };
    const model = attempt(() =>
      parseKconfig('Kconfig', {readFile: readTreeFile, environment, shell}, dialect),
    );
    // What went wrong while answers were missing may be right once they are there.
    if (unanswered.size === 0) {
      if (model instanceof KbuildError) throw model;
      return {
        model,
        readFile: readTreeFile,
        sourceArch,
        paths: [...files.keys()],
        commands: [...answers.keys()],
      };
    }
    const commands = [...unanswered];
    const outputs = await runProbes(workshop, builder, source, environment, commands);
    for (const [index, command] of commands.entries()) answers.set(command, outputs[index] ?? '');
  }
  throw failure('endless-probes', `the Kconfig of ${source.dir} asks for new shell commands without end`);
}

function attempt(parse: () => KconfigModel): KconfigModel | KbuildError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KbuildError) return error;
    throw error;
  }
}

/** What the kernel's Makefile exports to `conf`. */
async function makefileEnvironment(
  workshop: Workshop,
  builder: Builder,
  source: KernelSource,
  arch: Architecture,
): Promise<ReadonlyMap<string, string>> {
  const result = await inScratch(workshop, async (build) =>
    builder.capture({
      ...treeStep(workshop, source, build),
      argv: [...kernelMakeArgv(arch, 1), ...environmentArguments],
    }),
  );
  if (result.outcome !== 'ok') {
    workshop.signal.throwIfAborted();
    throw failure(
      'no-environment',
      `the Makefile of ${source.dir} could not be asked:\n${result.stderr.trim()}`,
    );
  }
  return parseEnvironment(result.stdout);
}

/** Standard output of each command, in order. Numbers and commands arrive as zero-terminated arguments, never as script text. */
async function runProbes(
  workshop: Workshop,
  builder: Builder,
  source: KernelSource,
  environment: ReadonlyMap<string, string>,
  commands: readonly string[],
): Promise<readonly string[]> {
  return inScratch(workshop, async (build) => {
    await mkdir(join(build, 'answers'));
    const result = await builder.run({
      ...treeStep(workshop, source, build),
      argv: [
        'xargs',
        '-0',
        '-n',
        '2',
        '-P',
        '8',
        'sh',
        '-c',
        'sh -c "$2" >"answers/$1" 2>/dev/null; exit 0',
        'sh',
      ],
      environment: Object.fromEntries(environment),
      input: commands.map((command, index) => `${index}\0${command}\0`).join(''),
    });
    if (result.outcome !== 'ok') {
      workshop.signal.throwIfAborted();
      throw failure('probes-failed', `the Kconfig probes of ${source.dir} could not be run`);
    }
    return Promise.all(
      commands.map(async (_, index) => readFile(join(build, 'answers', String(index)), 'latin1')),
    );
  });
}

function treeStep(workshop: Workshop, source: KernelSource, build: string): Omit<ContainerStep, 'argv'> {
  return {
    mounts: [
      {source: source.dir, target: '/src', readOnly: true},
      {source: build, target: '/build', readOnly: false},
    ],
    cwd: '/build',
    signal: workshop.signal,
  };
}

/** In the store, since an engine need not see any other place. */
async function inScratch<Result>(workshop: Workshop, use: (dir: string) => Promise<Result>): Promise<Result> {
  const parent = join(workshop.store.root, 'scratch');
  await mkdir(parent, {recursive: true});
  const dir = await mkdtemp(join(parent, 'kconfig-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, {recursive: true, force: true});
  }
}
