/** A process of its own: cases of every so-and-so-many-th seed, until told to end or ended. */

import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {dialects} from '../../src/kconfig/index.ts';
import {requestOf, tell} from '../oracle/child.ts';
import {ConfServer} from '../oracle/server.ts';
import {environment, makeCase} from './case.ts';
import {Comparer} from './compare.ts';
import {formatFind} from './find.ts';
import {shrink} from './shrink.ts';

export type Request = {
  readonly server: string;
  readonly dialect: string;
  readonly scratch: string;
  /** Seeds to take before `first`. */
  readonly again: readonly number[];
  readonly first: number;
  readonly step: number;
  /** Not including this. */
  readonly end: number;
  readonly runs: number;
  /** Trees in hand at a time, so that neither side waits for the other. */
  readonly slots: number;
};

export type Message =
  | {readonly kind: 'begin'; readonly seed: number}
  /** Our side begins: the last such message names the tree that hangs. */
  | {readonly kind: 'evaluate'; readonly seed: number}
  | {
      readonly kind: 'done';
      readonly seed: number;
      readonly runs: number;
      readonly refused: boolean;
      readonly crashes: number;
    }
  /** The tools differ, but the C tool has read what it had freed. */
  | {readonly kind: 'freed'; readonly seed: number}
  | {readonly kind: 'find'; readonly seed: number; readonly text: string; readonly signature: string};

const request = requestOf<Request>();
const dialect = dialects.find(({name}) => name === request.dialect)!;
mkdirSync(request.scratch, {recursive: true});
const answers = join(request.scratch, 'answers');
const server = startServer(environment);
/** In these freed memory holds other bytes (mallopt(3), M_PERTURB). */
const perturbed = ['1', '165'].map((byte) =>
  startServer(new Map([...environment, ['MALLOC_PERTURB_', byte]])),
);
const comparer = new Comparer(server, dialect, answers);
const again = [...request.again];
let next = request.first;

function startServer(surroundings: ReadonlyMap<string, string>): ConfServer {
  const {server: program} = request;
  return new ConfServer({program, answers, secondsARun: 20, megabytes: 1, environment: surroundings});
}

function nextSeed(): number | undefined {
  const seed = again.shift() ?? next;
  if (seed === next) next += request.step;
  return seed < request.end ? seed : undefined;
}

async function compareSeed(seed: number, scratch: string): Promise<void> {
  tell<Message>({kind: 'begin', seed});
  const {files, steps} = makeCase(seed, dialect, request.runs);
  const evaluating = () => tell<Message>({kind: 'evaluate', seed});
  const {found, crashes, runs, refused} = await comparer.compare(files, steps, scratch, evaluating);
  if (found && (await comparer.readsFreedMemory(perturbed, files, found.step, scratch))) {
    tell<Message>({kind: 'freed', seed});
  } else if (found) {
    const shrunk = await shrink(
      files,
      found,
      async (smaller, step) =>
        (await comparer.compare(smaller, step ? [step] : [], scratch, evaluating)).found,
    );
    tell<Message>({kind: 'find', seed, ...formatFind(seed, shrunk)});
  }
  tell<Message>({kind: 'done', seed, runs: refused ? 0 : runs, refused, crashes});
}

async function slot(number: number): Promise<void> {
  const scratch = join(request.scratch, String(number));
  for (let seed = nextSeed(); seed !== undefined; seed = nextSeed()) await compareSeed(seed, scratch);
}

await Promise.all(Array.from({length: request.slots}, async (_, number) => slot(number)));
await Promise.all([server, ...perturbed].map(async (each) => each.close()));
process.disconnect();
