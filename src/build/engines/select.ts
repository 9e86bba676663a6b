/** Which engine runs the steps: the first that passes a trial. */

import {missingTool} from '../../base/diagnostic.ts';
import {captureStep} from '../../base/process.ts';
import type {Report} from '../../base/progress.ts';
import type {Workshop} from '../../base/store.ts';
import type {Builder, BuilderRoot, EngineName} from '../container.ts';
import {bubblewrapEngine} from './bubblewrap.ts';
import {removeStale} from './client.ts';
import {dockerClient, dockerEngine, importRoot} from './docker.ts';
import {captureIn, type Engine, runIn} from './engine.ts';
import {podmanClient, podmanEngines} from './podman.ts';
import {tryEngine} from './trial.ts';

export type Selection = {
  readonly wanted: 'auto' | EngineName;
  readonly root: BuilderRoot;
  /** A directory of this user that the engine can mount from, for the trial. */
  readonly workDir: string;
  readonly report: Report;
  readonly signal: AbortSignal;
};

type Outcome = {readonly engine: Engine} | {readonly reason: string};

const order: readonly EngineName[] = ['podman', 'docker', 'bubblewrap'];

const finders: Readonly<Record<EngineName, (selection: Selection) => Promise<Outcome>>> = {
  podman: findPodman,
  docker: findDocker,
  bubblewrap: findBubblewrap,
};

const hints: Readonly<Record<EngineName, string>> = {
  podman: 'install podman (as an ordinary user with uidmap, and ranges in /etc/subuid and /etc/subgid)',
  docker: 'install docker, start its daemon, and let this user reach it',
  bubblewrap: 'install bubblewrap, and allow user namespaces to ordinary users',
};

/**
 * The engine to use: the wanted one, or with `auto` the first of podman, docker and bubblewrap that runs a command
 * in that root, writes a file as this user and has no network. Reports which, and why not those before it.
 *
 * @throws exit 3, with the reason and a hint, where the wanted engine, or with `auto` none, can run.
 */
export async function selectEngine(selection: Selection): Promise<Engine> {
  const {wanted, report, signal} = selection;
  const reasons: string[] = [];
  const names = wanted === 'auto' ? order : [wanted];
  for (const name of names) {
    const outcome = await finders[name](selection);
    signal.throwIfAborted();
    if ('engine' in outcome) {
      const {detail} = outcome.engine;
      const message = `steps run in ${name}${detail === undefined ? '' : ` (${detail})`}`;
      report({kind: 'said', severity: 'info', message: [message, ...reasons].join('; ')});
      return outcome.engine;
    }
    reasons.push(`not in ${name}: ${outcome.reason}`);
  }
  throw missingTool('no-engine', `no container engine can run here: ${reasons.join('; ')}`, {
    hint: names.map((name) => hints[name]).join('\nor '),
  });
}

/**
 * Removes the containers that killed kbuild processes have left, of each client that is installed. To be called
 * before the first stage is made: such a container may still be writing into the directory of an unfinished entry,
 * which the store empties and fills anew. Never throws.
 */
export async function removeLeftContainers({signal}: Pick<Workshop, 'signal'>): Promise<void> {
  await Promise.allSettled([podmanClient(), dockerClient].map((client) => removeStale(client, signal)));
}

/** A builder over a root that selects its engine at the first step, once. */
export function makeBuilder(root: BuilderRoot, wanted: 'auto' | EngineName, workshop: Workshop): Builder {
  let selected: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    const {report, signal, store} = workshop;
    selected ??= selectEngine({wanted, root, workDir: store.root, report, signal});
    return selected;
  };
  return {
    digest: root.digest,
    run: async (step) => runIn(await engine(), {signal: workshop.signal, ...step}),
    capture: async (step) => captureIn(await engine(), {signal: workshop.signal, ...step}),
  };
}

async function findPodman({root, workDir, signal}: Selection): Promise<Outcome> {
  if (await isMissing([...podmanClient().argv, '--version'], signal)) return {reason: 'it is not installed'};
  await removeStale(podmanClient(), signal);
  let first: string | undefined;
  for (const engine of podmanEngines(root)) {
    const reason = await tryEngine(engine, workDir, signal);
    if (reason === undefined) return {engine};
    first ??= reason;
  }
  return {reason: first ?? 'it cannot be run'};
}

async function findDocker({root, workDir, signal}: Selection): Promise<Outcome> {
  if (await isMissing([...dockerClient.argv, '--version'], signal)) return {reason: 'it is not installed'};
  const unusable = await importRoot(root, signal);
  if (unusable !== undefined) return {reason: unusable};
  await removeStale(dockerClient, signal);
  const engine = dockerEngine(root);
  const reason = await tryEngine(engine, workDir, signal);
  return reason === undefined ? {engine} : {reason};
}

async function findBubblewrap({root, workDir, signal}: Selection): Promise<Outcome> {
  const engine = bubblewrapEngine(root.dir);
  const reason = await tryEngine(engine, workDir, signal);
  return reason === undefined ? {engine} : {reason};
}

async function isMissing(argv: readonly string[], signal: AbortSignal): Promise<boolean> {
  return (await captureStep(argv, {signal})).startError !== undefined;
}
